"""The live coach through a real browser: ``python benchmarks/live_browser.py [--rounds 4]``, as root.

Server and Chromium share a network namespace and this machine's processors. The camera plays the march that
rounds the back and arches it, 1280 x 720 at 30 pictures a second; every picture carries its number, so that
the page itself tells when the camera gave it and when it was shown with its overlay (``live_browser.js``).

- how many pictures a second were looked at while the set went on;
- from a picture at the camera to its overlay on the page, and the worker's share of it;
- from the truth's crossing of the bound to the cue on the page, which is when it goes to the voice;
- whether the set goes on after three seconds without any network;
- from the key that stops to the page saying that it has stopped.

Prints what it found, writes ``live_browser.json``.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import av
import numpy as np
from live_latency import HEIGHT, MIN_DURATION_S, SAME_FAULT_S, WIDTH, Film, spread
from playwright.sync_api import Page, Playwright, expect, sync_playwright

from tests.system.live_room import CAMERA, CAMERA_HZ, Room, Server, browser_with, room, write_mjpeg

# Two rows of black and white squares at the left edge of the picture, far from the person; the lower row is
# the upper one's opposite, so that a number that compression has blurred is told from a true one.
CODE = {"bits": 11, "square": 32, "left": 16, "top": 640, "width": WIDTH, "height": HEIGHT}
BEGUN_S, PATIENCE_S = 60.0, 90.0
CUT_S = 3.0
STOPS = 3
MARCHES = 4  # a set: as many as the film holds, with both of its faults
# The first bound of each fault; the words of its cue, from the exercise's file.
CUES = {"Stay tall": "round", "Ribs down": "arch"}


def main() -> None:
    """Measure, print, write down."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=4)
    options = asked.parse_args()
    film = Film()
    row: dict[str, Any] = {"load_before": round(os.getloadavg()[0], 1)}
    with tempfile.TemporaryDirectory(prefix="formcheck-live-") as folder, room(Path(folder)) as here:
        clip = Path(folder) / "camera.mjpeg"
        write_mjpeg(clip, numbered(film))
        server = Server(here)
        server.start()
        try:
            with sync_playwright() as driver:
                measured(driver, here, server, clip, film, options.rounds, row)
        finally:
            server.end()
    row["load_after"] = round(os.getloadavg()[0], 1)
    print(json.dumps(row, indent=1))
    Path(__file__).with_suffix(".json").write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")


def numbered(film: Film) -> Iterator[av.VideoFrame]:
    """Yield the film's pictures at the camera's rate, each with its number."""
    for k in range(round(film.lasts_s * CAMERA_HZ)):
        picture = film.picture(k / CAMERA_HZ)
        for i in range(CODE["bits"]):
            left = CODE["left"] + i * CODE["square"]
            lit = k >> (CODE["bits"] - 1 - i) & 1
            for row, level in enumerate((255 * lit, 255 * (1 - lit))):
                top = CODE["top"] + row * CODE["square"]
                picture[top : top + CODE["square"], left : left + CODE["square"]] = level
        yield av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuvj420p")


def measured(
    driver: Playwright, here: Room, server: Server, clip: Path, film: Film, rounds: int, row: dict[str, Any]
) -> None:
    """Go through sets in one session, cut the network in the last, and stop; then stop some more."""
    camera = (*CAMERA, f"--use-file-for-fake-video-capture={clip}")
    with browser_with(driver, here, *camera) as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(1000 * PATIENCE_S)
        page.add_init_script(
            f"const CODE = {json.dumps(CODE)};" + Path(__file__).with_suffix(".js").read_text()
        )
        begin(page, server, rounds + 1)
        for _ in range(rounds):
            stage_becomes(page, "moving")
            stage_becomes(page, "resting")
            page.get_by_role("button", name="Next set now").click()
        row.update(told(film, seen(page)))
        stage_becomes(page, "moving")
        row["network_cut"] = cut(page, here)
        stops = [stopped_ms(page)]
        for _ in range(STOPS - 1):
            begin(page, server, 1)
            stage_becomes(page, "moving")
            stops.append(stopped_ms(page))
        row["key_to_stopped_ms"] = [round(each) for each in stops]


def begin(page: Page, server: Server, sets: int) -> None:
    """Open the page, choose marches, and press Start."""
    page.goto(f"{server.address}/live")
    expect(page.get_by_role("heading", name="Exercise live")).to_be_visible(timeout=1000 * BEGUN_S)
    page.get_by_role("combobox", name="Exercise").click()
    page.get_by_role("option", name="March with a quiet back").click()
    for label, value in (("Repetitions", MARCHES), ("Sets", sets)):
        field = page.get_by_label(label, exact=True).first
        field.fill(str(value))
        field.press("Enter")
        page.wait_for_timeout(700)
    page.get_by_role("button", name="Start", exact=True).click()


def stage_becomes(page: Page, stage: str) -> None:
    """Wait for a stage of the session."""
    board = page.locator(f'.fc-board[data-stage="{stage}"]')
    expect(board).to_be_visible(timeout=1000 * PATIENCE_S)


def seen(page: Page) -> dict[str, list[Any]]:
    """Return what the script noted, of all frames of the page together."""
    found: dict[str, list[Any]] = {}
    for frame in page.frames:
        for name, rows in (frame.evaluate("window.fcSeen") or {}).items():
            found.setdefault(name, []).extend(rows)
    return {name: sorted(rows) for name, rows in found.items()}


class Camera:
    """Tells when the camera gave which picture: it plays the film again and again, never faster than told.

    Parameters
    ----------
    notes : list of (float, int)
        Milliseconds, and the number of the picture that the camera showed then.
    n : int
        Pictures of the film.
    """

    def __init__(self, notes: list[Any], n: int) -> None:
        self._n = n
        self._at_ms = np.array([at for at, *_ in notes])
        # a sample meets its picture half way, on average
        self._at_ms -= 500 / CAMERA_HZ
        numbers = np.array([number for _, number in notes])
        # two samples at nearly one time may meet two pictures in either order
        steps = (np.diff(numbers) + n // 2) % n - n // 2
        self._count = np.maximum.accumulate(numbers[0] + np.concatenate([[0], np.cumsum(steps)]))

    def since_ms(self, at_ms: float, number: int) -> float:
        """Return how long before a moment the camera gave a picture the last time."""
        newest = int(np.interp(at_ms, self._at_ms, self._count)) + 1
        count = newest - (newest - number) % self._n
        return at_ms - float(np.interp(count, self._count, self._at_ms))


def told(film: Film, notes: dict[str, list[Any]]) -> dict[str, Any]:
    """Return the numbers of the sets that went undisturbed."""
    going = [each for each in notes["rates"] if each[1] == "moving"]
    given = [[at, number] for at, number in notes["camera"] if number is not None]
    camera = Camera(given, round(film.lasts_s * CAMERA_HZ))
    lags_ms = [camera.since_ms(at, number) for at, number, _ in notes["overlay"] if number is not None]
    delays_ms = []
    for at, kind, text in notes["lines"]:
        fault = next(
            (fault for words, fault in CUES.items() if kind == "cue" and text.startswith(words)), None
        )
        if fault is not None:
            late_ms = camera.since_ms(at, round(film.onsets_s[fault, "amber"] * CAMERA_HZ))
            delays_ms += [late_ms] if late_ms < 1000 * SAME_FAULT_S else []
    shown_s = (notes["overlay"][-1][0] - notes["overlay"][0][0]) / 1000
    return {
        "picture": going[-1][4],
        "analysed_per_s": spread([each[2] for each in going]),
        "analysed_per_s_least": min(each[2] for each in going),
        "shown_per_s": round(len(notes["overlay"]) / shown_s, 1),
        "arrival_to_overlay_in_the_worker_ms": spread([each[3] for each in going]),
        "camera_to_overlay_on_the_page_ms": spread(lags_ms),
        "overlays": len(notes["overlay"]),
        "overlays_whose_number_was_blurred": len(notes["overlay"]) - len(lags_ms),
        "onset_to_cue_on_the_page_ms": spread(delays_ms),
        "onset_to_cue_beyond_minimum_ms": spread([each - 1000 * MIN_DURATION_S for each in delays_ms]),
        "cues": len(delays_ms),
        "sets": sum(1 for _, stage in notes["stages"] if stage == "resting"),
    }


def cut(page: Page, here: Room) -> dict[str, Any]:
    """Take the network away in the middle of a set; return what became of it."""
    before = page.locator('[data-part="count"]').inner_text()
    with here.cut():
        time.sleep(CUT_S)
    mended_s = time.monotonic()
    expect(page.locator('[data-part="count"]')).not_to_have_text(before, timeout=1000 * PATIENCE_S)
    return {
        "seconds": CUT_S,
        "count_before": before,
        "count_after": page.locator('[data-part="count"]').inner_text(),
        "counted_again_after_s": round(time.monotonic() - mended_s, 1),
        "stage": page.locator(".fc-board").get_attribute("data-stage"),
    }


def stopped_ms(page: Page) -> float:
    """Press the key; return how long the page took to say that it has stopped."""
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", name="Your live session")).to_be_visible(timeout=1000 * PATIENCE_S)
    notes = seen(page)
    pressed_ms = [at for at, key in notes["keys"] if key == " "][-1]
    return float(
        min(at for at, stage in notes["stages"] if stage == "ended" and at >= pressed_ms) - pressed_ms
    )


if __name__ == "__main__":
    main()
