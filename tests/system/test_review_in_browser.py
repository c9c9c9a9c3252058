"""The pages in a real Chromium: a person uploads a recording, reads, plays, corrects and downloads.

The recording is looked through once; the tests share the page, and each leaves it as it found it.
"""

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import av
import pytest
from playwright.sync_api import Browser, Page, expect

from formcheck.sources.track_file import read_track
from tests.system.conftest import photograph

pytestmark = pytest.mark.system

PATIENCE_MS = 180_000
SOON_MS = 20_000


class Visit:
    """A page, and every address that the browser asked for while it was open."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.asked: set[str] = set()
        page.on("request", lambda request: self.asked.add(request.url))
        page.on("websocket", lambda socket: self.asked.add(socket.url))
        page.set_default_timeout(SOON_MS)
        page.goto(address)
        expect(page.get_by_role("heading", name="Review a recording")).to_be_visible(timeout=60_000)

    @property
    def elsewhere(self) -> set[str]:
        """The hosts that are not the server."""
        own = urlsplit(self.address).netloc
        web = {url for url in self.asked if not url.startswith(("data:", "blob:", "about:"))}
        return {urlsplit(url).netloc for url in web} - {own}

    def give(self, path: Path) -> None:
        """Upload a recording."""
        self.page.locator("input[type=file]").set_input_files(path)

    def count(self) -> str:
        """Return the number that is readable across a room."""
        return self.page.locator(".fc-count strong").inner_text()

    def wait_for_video(self) -> None:
        """Wait until the video shows the present corrections."""
        expect(self.page.locator(".st-key-review-video video")).to_be_visible(timeout=PATIENCE_MS)
        expect(self.page.locator(".fc-stale")).to_have_count(0, timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def visit(browser: Browser, server: str, recording: Path) -> Iterator[Visit]:
    """The page after the recording was looked through."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    visit = Visit(context.new_page(), server)
    photograph(visit.page, "start")
    visit.give(recording)
    bar = visit.page.get_by_role("progressbar")
    expect(bar).to_be_visible()
    expect(visit.page.get_by_text(re.compile("left"))).to_be_visible(timeout=PATIENCE_MS)
    expect(visit.page.locator(".fc-count")).to_be_visible(timeout=PATIENCE_MS)
    yield visit
    context.close()


def test_two_repetitions_are_read_before_the_video_is_drawn(visit: Visit) -> None:
    assert visit.count() == "2"
    expect(visit.page.get_by_role("heading", name="2 squats counted")).to_be_visible()
    expect(visit.page.locator(".fc-reps > li")).to_have_count(2)
    for word in visit.page.locator(".fc-badge").all_inner_texts():
        assert re.search(r"[^\W\d]{3}", word), "a verdict is a word, never a colour alone"


def test_the_video_plays_to_its_end(visit: Visit) -> None:
    visit.wait_for_video()
    ended_at, duration = visit.page.evaluate(
        """async () => {
            const video = document.querySelector(".st-key-review-video video");
            video.muted = true;
            video.playbackRate = 4;
            const end = new Promise((resolve, reject) => {
                video.onended = resolve;
                video.onerror = () => reject(video.error.message);
            });
            await video.play();
            await end;
            video.playbackRate = 1;
            return [video.currentTime, video.duration];
        }"""
    )
    assert ended_at == pytest.approx(duration, abs=0.1)
    assert duration > 15


def test_a_repetition_is_shown_and_the_plot_follows_the_video(visit: Visit) -> None:
    visit.wait_for_video()
    visit.page.get_by_role("button", name="Show repetition 2").click()
    now = visit.page.locator(".fc-now")
    expect(now).to_contain_text("repetition 2")
    expect(visit.page.locator(".fc-reps > li").nth(1)).to_have_class("fc-current")
    before = cursor(visit.page)
    visit.page.wait_for_timeout(700)
    assert cursor(visit.page) > before, "the cursor moves while the video plays"
    visit.page.evaluate("document.querySelector('.st-key-review-video video').pause()")


def test_the_plot_is_used_with_the_keyboard(visit: Visit) -> None:
    visit.wait_for_video()
    plot = visit.page.get_by_role("slider", name="Moment of the recording")
    plot.focus()
    visit.page.keyboard.press("Home")
    for _ in range(3):
        visit.page.keyboard.press("PageUp")
    at_s = visit.page.evaluate("document.querySelector('.st-key-review-video video').currentTime")
    assert at_s == pytest.approx(6.0, abs=0.2)
    assert plot.get_attribute("aria-valuenow") == "6.0"


def test_facing_is_corrected_and_back(visit: Visit) -> None:
    """Judged again at once; the old video is marked until the new one is drawn."""
    visit.wait_for_video()
    facing = visit.page.locator(".st-key-correct-facing")
    facing.get_by_role("radio", name="Left", exact=True).click()
    expect(visit.page.locator(".fc-facts")).to_contain_text("facing left", timeout=5_000)
    expect(visit.page.locator(".fc-stale")).to_be_visible()
    facing.get_by_role("radio", name=re.compile("As seen")).click()
    expect(visit.page.locator(".fc-facts")).to_contain_text("facing right", timeout=5_000)
    assert visit.count() == "2"


def test_a_repetition_is_marked_as_none_and_undone(visit: Visit) -> None:
    visit.page.get_by_role("button", name=re.compile(r"^2 at .* not a repetition")).click()
    expect(visit.page.locator(".fc-count strong")).to_have_text("1", timeout=5_000)
    visit.page.get_by_role("button", name=re.compile("Count the one at .* again")).click()
    expect(visit.page.locator(".fc-count strong")).to_have_text("2", timeout=5_000)


def test_every_file_is_downloaded_and_opened(visit: Visit, tmp_path: Path) -> None:
    visit.wait_for_video()
    files = {}
    for button in visit.page.locator(".st-key-downloads .stDownloadButton button").all():
        with visit.page.expect_download(timeout=SOON_MS) as download:
            button.click()
        files[download.value.suggested_filename] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[download.value.suggested_filename])
    assert set(files) == {
        *("report.pdf", "report.html", "overlay.mp4", "report.json"),
        *("signals.csv", "motion.mot", "motion.trc", "track.parquet"),
    }
    assert files["report.pdf"].read_bytes().startswith(b"%PDF-")
    assert len(json.loads(files["report.json"].read_text(encoding="utf-8"))["reps"]) == 2
    assert re.search(r"2 squats", files["report.html"].read_text(encoding="utf-8"))
    rows = list(csv.DictReader(io.StringIO(files["signals.csv"].read_text(encoding="utf-8"))))
    track = read_track(files["track.parquet"])
    assert len(rows) == len(track) > 400
    assert numbers_after(files["motion.mot"], "endheader\n") == len(track)
    assert files["motion.trc"].read_text(encoding="utf-8").startswith("PathFileType\t4\t(X/Y/Z)")
    with av.open(str(files["overlay.mp4"])) as container:
        assert sum(1 for _ in container.decode(video=0)) > 400


def test_nothing_was_asked_of_any_other_host(visit: Visit) -> None:
    visit.wait_for_video()
    photograph(visit.page, "result")
    for name in ("Exercises", "About"):
        visit.page.locator(".st-key-nav").get_by_role("link", name=name).click()
        expect(visit.page.locator(".fc-here")).to_have_text(name)
        visit.page.wait_for_timeout(500)
        photograph(visit.page, name.lower())
    visit.page.locator(".st-key-nav").get_by_role("link", name="Review").click()
    expect(visit.page.locator(".fc-count strong")).to_have_text("2")
    assert visit.asked
    assert visit.elsewhere == set()


def test_nothing_of_the_toolkit_is_left_showing(visit: Visit) -> None:
    for selector in ("stToolbar", "stMainMenu", "stAppDeployButton", "stStatusWidget"):
        for element in visit.page.locator(f"[data-testid={selector}]").all():
            assert not element.is_visible()
    assert visit.page.title() == "Review · formcheck"
    assert visit.page.evaluate("document.querySelector('link[rel~=icon]').href").startswith("data:image/svg")


def test_a_broken_file_gets_a_kind_message_and_another_chance(
    browser: Browser, server: str, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    visit = Visit(context.new_page(), server)
    broken = tmp_path / "holiday.mp4"
    broken.write_text("This is a letter, not a video.\n" * 50, encoding="utf-8")
    visit.give(broken)
    message = visit.page.get_by_role("alert")
    expect(message).to_contain_text("holiday.mp4", timeout=60_000)
    expect(message).to_contain_text("text file")
    assert tempfile.gettempdir() not in message.inner_text()
    expect(visit.page.locator("input[type=file]")).to_have_count(1)
    expect(visit.page.get_by_text("holiday.mp4")).to_have_count(1)  # in the message, no longer in the field
    photograph(visit.page, "broken")
    context.close()


def test_everything_is_reached_with_the_tabulator_and_seen_to_be(browser: Browser, server: str) -> None:
    context = browser.new_context()
    visit = Visit(context.new_page(), server)
    expect(visit.page.locator("[data-testid=stFileUploaderDropzone] button")).to_be_visible()
    wanted = {"Exercises", "About", "Exercise", "Upload"}
    reached: dict[str, str] = {}
    for _ in range(30):  # more stops than a page has before its first field
        if wanted <= set(reached):
            break
        visit.page.keyboard.press("Tab")
        words, outline = visit.page.evaluate(
            """() => {
                const at = document.activeElement;
                return [at.innerText || at.getAttribute("aria-label"), getComputedStyle(at).outlineStyle];
            }"""
        )
        reached[words.strip().splitlines()[-1]] = outline
    assert wanted <= set(reached)
    assert set(reached.values()) == {"solid"}, "what has the focus is seen to have it"
    context.close()


def test_the_search_is_cancelled(browser: Browser, server: str, recording: Path) -> None:
    context = browser.new_context()
    visit = Visit(context.new_page(), server)
    visit.give(recording)
    expect(visit.page.get_by_role("progressbar")).to_be_visible()
    photograph(visit.page, "waiting")
    visit.page.get_by_role("button", name="Cancel").click()
    expect(visit.page.get_by_role("heading", name="Review a recording")).to_be_visible()
    context.close()


def cursor(page: Page) -> float:
    """Return where the cursor of the plot is."""
    return float(page.evaluate("document.querySelector('.fc-wide .fc-cursor').getAttribute('x1')"))


def numbers_after(path: Path, header_end: str) -> int:
    """Return how many rows of numbers follow a header and its line of names."""
    _, _, body = path.read_text(encoding="utf-8").partition(header_end)
    rows = [[float(value) for value in line.split("\t")] for line in body.splitlines()[1:] if line.strip()]
    assert len({len(row) for row in rows}) == 1
    return len(rows)


def test_every_page_has_an_address(browser: Browser, server: str) -> None:
    """The start page too: by its name and at the bare address."""
    names = {"": "Review", "review": "Review", "sets": "My sets", "live": "Live", "about": "About"}
    page = browser.new_page()
    for path, name in names.items():
        page.goto(f"{server}/{path}")
        expect(page.locator(".fc-here")).to_have_text(name, timeout=60_000)
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.close()
