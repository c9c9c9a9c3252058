"""A clinician watches a patient's set: two browsers, one server, a rendered march before the camera."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from formcheck.store.access import Actor, NotThereError
from formcheck.store.invitations import Newcomer
from formcheck.store.settings import Settings
from formcheck.store.store import Store
from formcheck.ui.accounts.asking import COOKIE
from tests.system.conftest import photograph
from tests.system.live_room import Room, Server, browser_with, camera_clip, room
from tests.system.test_live_in_browser import CLEAN, PATIENCE_MS, SOON_MS

pytestmark = pytest.mark.system

CLINICIAN, PATIENT = "Kim Near", "Alex Far"
CUE = "Slower."
SPOKEN = {"waiting", "speaking", "said", "cut", "failed"}
"""What becomes of a line that went to the voice."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with room(tmp_path_factory.mktemp("watch")) as made:
        yield made


@pytest.fixture
def clinic(here: Room) -> Iterator[tuple[Server, Store, dict[str, str]]]:
    """A clinic's server, its store, and what lets both of them in."""
    server = Server(here, "clinic")
    store = Store.open(Settings.at(server.data, mode="clinic"))
    invitations = store.invitations
    clinician = invitations.join(
        invitations.invite_clinician("Kim"), Newcomer(CLINICIAN, openid_subject="kim")
    )
    code = invitations.invite_patient(store.sessions.actor(clinician), "Alex")
    patient = invitations.join(code, Newcomer(PATIENT, openid_subject="alex"))
    server.start()
    yield server, store, {"clinician": clinician, "patient": patient}
    server.end()
    store.close()
    assert "Traceback" not in server.log.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Wait as long for what is expected as for what is pressed."""
    expect.set_options(timeout=SOON_MS)
    yield
    expect.set_options(timeout=5_000)


def visitor(browser: Browser, server: Server, token: str) -> Page:
    """Return a page of a browser that is logged in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": COOKIE, "value": token, "url": server.address}])
    page = context.new_page()
    page.set_default_timeout(SOON_MS)
    return page


def test_a_set_is_watched_and_a_cue_is_heard(
    driver: Playwright, here: Room, clinic: tuple[Server, Store, dict[str, str]]
) -> None:
    server, store, tokens = clinic
    with browser_with(driver, here, *camera_clip(CLEAN, here.folder)) as browser:
        patient, clinician = (visitor(browser, server, tokens[who]) for who in ("patient", "clinician"))
        clinician.goto(server.address)
        expect(clinician.get_by_text("Nothing waits here.")).to_be_visible(timeout=60_000)
        consent(patient, server)
        expect(clinician.get_by_text("lets you watch a set now")).to_have_count(0)
        patient.get_by_role("button", name="Start", exact=True).click()
        watch(clinician)
        expect(patient.locator(".fc-watched")).to_contain_text(f"{CLINICIAN} is watching this set")
        expect(clinician.locator("[data-cue]", has_text=CUE)).to_be_disabled()
        expect(patient.locator('.fc-board[data-stage="moving"]')).to_be_visible(timeout=PATIENCE_MS)
        count = clinician.locator('[data-part="count"]')
        expect(count).to_have_text("1", timeout=PATIENCE_MS)
        expect(clinician.locator(".fc-near polyline").first).to_be_visible()
        expect(clinician.locator(".fc-exact").or_(clinician.get_by_text("Cannot judge"))).not_to_have_count(0)
        say(clinician, patient)
        photograph(clinician, "watch-set")
        photograph(patient, "watch-patient")
        expect(count).not_to_have_text("1", timeout=PATIENCE_MS)
        take_back(patient, clinician)
    left(store, store.sessions.actor(tokens["patient"]), store.sessions.actor(tokens["clinician"]))


def consent(patient: Page, server: Server) -> None:
    """Choose a march; let the clinician watch, which is off until then."""
    patient.goto(f"{server.address}/live")
    patient.get_by_role("combobox", name="Exercise").click(timeout=60_000)
    patient.get_by_role("option", name="March with a quiet back").click()
    let = patient.get_by_text(f"Let {CLINICIAN} watch this set")
    expect(let).to_be_visible()
    expect(patient.get_by_text("no picture and no sound")).to_have_count(0)
    let.click()
    expect(patient.get_by_text("no picture and no sound")).to_be_visible()
    photograph(patient, "watch-consent")


def watch(clinician: Page) -> None:
    """The queue says that somebody can be watched; one press shows them, and the list does too."""
    notice = clinician.locator("[class*=st-key-notice-]")
    expect(notice).to_contain_text(f"{PATIENT} lets you watch a set now")
    photograph(clinician, "watch-notice")
    notice.get_by_role("link", name="Watch").click()
    expect(clinician.locator(".fc-figure")).to_be_visible(timeout=60_000)
    expect(clinician.locator(".fc-age")).to_contain_text("s old")
    photograph(clinician, "watch-set-up")


def say(clinician: Page, patient: Page) -> None:
    """One cue: the patient reads it, it goes to the voice, and no second one can be sent at once."""
    key = clinician.locator("[data-cue]", has_text=CUE)
    for scheme in ("dark", "light") * 4:  # each has Streamlit draw the page's parts anew
        clinician.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        clinician.wait_for_timeout(200)
    with clinician.expect_response("**/cue") as answer:
        key.click()
    assert answer.value.ok, answer.value.text()
    expect(patient.locator(".fc-advice")).to_have_text(f"{CLINICIAN}: {CUE}")
    line = patient.locator('.fc-log li[data-kind="clinician"]')
    expect(line).to_have_text(f"{CLINICIAN}: {CUE}")
    assert line.get_attribute("data-said") in SPOKEN
    expect(clinician.locator('[data-part="sent"]')).to_have_text(f"{CLINICIAN}: {CUE}")
    expect(key).to_be_disabled()
    expect(clinician.get_by_text("The next cue in")).to_be_visible()


def take_back(patient: Page, clinician: Page) -> None:
    """One key ends it, at once; the set goes on."""
    patient.locator("body").press("w")
    expect(clinician.get_by_text("not shown to you any more")).to_be_visible()
    expect(clinician.locator(".fc-figure")).to_have_count(0)
    photograph(clinician, "watch-over")
    expect(patient.locator(".fc-watched")).to_contain_text("Nobody watches.")
    expect(patient.locator('.fc-board[data-stage="moving"]')).to_be_visible()
    patient.keyboard.press("Space")
    expect(patient.get_by_role("heading", name="Your live session")).to_be_visible()


def left(store: Store, patient: Actor, clinician: Actor) -> None:
    """The cue stands with the set, for the patient, who did not share it; and the trail tells of it."""
    (row,) = store.sets.of_patient(patient, patient.account_id)
    (said,) = store.remarks.of_set(patient, row.id)
    assert (said.words, said.live, said.author) == (CUE, True, CLINICIAN)
    with pytest.raises(NotThereError):
        store.remarks.of_set(clinician, row.id)
    trail = [trace.action for trace in store.audit.of_patient(patient, patient.account_id)]
    assert trail.count("watched a live set") == 1
    assert trail.count("sent a cue to a live set") == 1
    assert not list(Path(store.settings.data_dir).rglob("*.jpg"))
