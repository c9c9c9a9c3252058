"""Remote review with two real browsers on one server, from the invitation to the next set."""

# ruff: noqa: F811 - fixtures are asked for by the names that they are imported under
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from formcheck.store.access import Level
from formcheck.store.columns import now
from formcheck.store.invitations import Newcomer
from formcheck.store.records import NewSet, Outcome
from formcheck.store.settings import Settings
from formcheck.store.store import Store
from tests.store.world import report
from tests.system.conftest import photograph
from tests.system.test_store_server import (  # noqa: F401 - the server's fixture
    OPEN,
    PASSWORD,
    PATIENCE_MS,
    SAMPLE,
    SOON_MS,
    Server,
    fill,
    in_app,
    started,
)

pytestmark = pytest.mark.system

NAME, OTHER = "Alex Far", "Bo Near"
WORDS, WHY = "Lower it more slowly, as if through honey.", "Slow lowering builds control."
SLOW_S = 2.5
"""No lowering of the sample takes so long."""


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Wait as long for what is expected as for what is pressed."""
    expect.set_options(timeout=SOON_MS)
    yield
    expect.set_options(timeout=5_000)


def test_from_the_invitation_to_the_next_set(browser: Browser, started: Callable[[str], Server]) -> None:
    """The clinician corrects, comments, changes a limit; the patient sees it, the next set obeys it."""
    server = started("clinic")
    clinician, patient = (browser.new_context().new_page() for _ in range(2))
    for page in (clinician, patient):
        page.set_default_timeout(SOON_MS)
    join_both(server, clinician, patient)
    others_wait(server)

    upload(server, patient, times=1)
    patient.locator(OPEN).first.click(timeout=60_000)
    expect(patient.locator(".fc-count strong")).to_have_text("3", timeout=PATIENCE_MS)
    patient.get_by_text("Stick figure", exact=True).first.click()
    expect(patient.get_by_role("radio", name="Stick figure")).to_be_checked()

    stands_first(server, clinician)
    clinician.keyboard.press("n")
    review(clinician)
    sees_words_and_verdict(patient)
    patient.goto(f"{server.address}/sets")
    expect(patient.get_by_text(WORDS)).to_be_visible()

    prescribe(server, clinician)
    expect(patient.get_by_text(WHY)).to_be_visible()  # without a reload
    expect(patient.get_by_text("New: Hip hinge")).to_be_visible()
    photograph(patient, "clinic-my-sets")
    answer(server, patient, clinician)

    upload(server, patient, times=2)
    judged_by_the_new_limit(patient)


def join_both(server: Server, clinician: Page, patient: Page) -> None:
    """Let the clinician in, who invites the patient."""
    clinician.goto(f"{server.address}/formcheck/join?code={server.run('store', 'invite-clinician', 'Kim')}")
    fill(clinician, name="Kim Near", login="kim", password=PASSWORD)
    in_app(clinician)
    clinician.goto(f"{server.address}/patients")
    clinician.get_by_label("For whom").fill("Alex")
    clinician.get_by_role("button", name="Make a code").click()
    code = clinician.locator(".fc-code strong").inner_text()
    patient.goto(f"{server.address}/formcheck/join?code={code}")
    fill(patient, name=NAME, login="alex", password=PASSWORD)
    in_app(patient)


def others_wait(server: Server) -> None:
    """Have somebody else's sets wait for longer: one without a fault, one with a fault that is not red."""
    store = Store.open(Settings.at(server.folder / "data", mode="clinic"))
    clinician = store.people.by_login("kim")
    assert clinician is not None
    code = store.invitations.invite_patient(clinician, OTHER)
    token = store.invitations.join(code, Newcomer(OTHER, openid_subject="bo"))
    patient = store.sessions.actor(token)
    for days in (1, 2):
        new = NewSet("upload", "earlier.mp4", now() - timedelta(days=days), shared=Level.NUMBERS)
        store.sets.save(patient, new, Outcome(report(red=0)))
    store.close()


def upload(server: Server, patient: Page, *, times: int) -> None:
    """Give the sample as one of the patient's sets, and wait until so many are judged."""
    patient.goto(f"{server.address}/sets")
    adding = patient.get_by_text("Add a recording")
    expect(adding).to_be_visible()
    if not patient.locator(".fc-upload").is_visible():
        adding.click()
    patient.locator(".fc-upload input").set_input_files(SAMPLE)
    expect(patient.get_by_text("Your recording has come")).to_be_visible(timeout=60_000)
    expect(patient.get_by_text("3 repetitions")).to_have_count(times, timeout=PATIENCE_MS)


def stands_first(server: Server, clinician: Page) -> None:
    """The red set stands before those that wait for longer; a filter leaves only it."""
    clinician.goto(server.address)  # the queue is where a clinician begins, and it has its own address too
    expect(clinician.locator(".fc-here")).to_have_text("Queue")
    clinician.goto(f"{server.address}/queue")
    rows = clinician.locator(".fc-queue li")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text(NAME)
    expect(rows.first).to_contain_text("Red fault")
    expect(rows.nth(1)).to_contain_text(OTHER)
    photograph(clinician, "clinic-queue")
    clinician.locator(".st-key-queue-needs button", has_text="Red fault").click()
    expect(rows).to_have_count(1)


def review(clinician: Page) -> None:
    """Go through the set by keys: the fault that is selected is none, the next one stands; say something."""
    selected = clinician.locator(".fc-selected")
    expect(selected).to_contain_text(re.compile("round"))
    first = selected.get_attribute("data-rep")
    expect(clinician.locator(".st-key-review-video video")).to_be_visible(timeout=PATIENCE_MS)
    expect(clinician.get_by_role("link", name="Recording", exact=True)).to_have_count(0)
    for scheme in ("dark", "light"):  # each has Streamlit draw the page's parts anew; a key is heard once
        clinician.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        clinician.wait_for_timeout(500)
    clinician.keyboard.press("1")
    expect(clinician.locator(f'[data-rep="{first}"] .fc-mine')).to_have_text("You: no fault seen.")
    expect(selected).not_to_have_attribute("data-rep", str(first))
    clinician.keyboard.press("y")
    expect(clinician.locator(".fc-mine", has_text="You agree")).to_have_count(1)
    expect(clinician.locator(".fc-mine:not(:empty)")).to_have_count(2)
    clinician.keyboard.press("f")
    clinician.keyboard.press("m")
    clinician.locator(".fc-comments textarea").fill(WORDS)
    clinician.keyboard.press("Control+Enter")
    expect(clinician.locator(".fc-remark")).to_contain_text(WORDS)
    expect(clinician.locator(".fc-remark .fc-moment")).to_be_visible()
    photograph(clinician, "clinic-set")
    clinician.keyboard.press("n")
    expect(clinician.locator(".fc-selected")).to_have_count(0)


def sees_words_and_verdict(patient: Page) -> None:
    """The page of the set was open all the time, and shows both by itself."""
    expect(patient.locator(".fc-remark")).to_contain_text(WORDS)
    expect(patient.locator(".fc-theirs", has_text="Kim Near: no fault seen.")).to_have_count(1)
    expect(patient.locator(".fc-theirs", has_text="Kim Near agrees with formcheck.")).to_have_count(1)
    photograph(patient, "clinic-set-patient")


def prescribe(server: Server, clinician: Page) -> None:
    """Prescribe the exercise with another limit."""
    clinician.goto(f"{server.address}/patients")
    clinician.locator("[class*=st-key-patient-]", has_text=NAME).get_by_role("button", name="Open").click()
    clinician.get_by_role("button", name="Prescription").click()
    clinician.locator(".st-key-rx-add input").click()
    clinician.get_by_role("option", name="Hip hinge").click()
    clinician.locator(".st-key-rx-put-in button").click()
    clinician.get_by_text("Limits", exact=True).click()
    limit = clinician.get_by_role("spinbutton", name="Let fall, amber limit")
    limit.fill(str(SLOW_S))
    limit.press("Tab")
    why = clinician.get_by_label("Why", exact=True)
    why.fill(WHY)
    why.press("Tab")
    photograph(clinician, "clinic-prescription")
    clinician.get_by_role("button", name="Prescribe this").click()
    expect(clinician.get_by_text("Version 1 holds")).to_be_visible()


def answer(server: Server, patient: Page, clinician: Page) -> None:
    """The patient answers: the set that was looked through waits again, for that alone."""
    patient.get_by_role("link", name="To the set").click()
    patient.get_by_role("button", name="Answer").click()
    patient.locator(".fc-comments textarea").fill("I will.")
    patient.get_by_role("button", name="Send").click()
    expect(patient.locator(".fc-remark .fc-remark")).to_contain_text("I will.")
    clinician.goto(server.address)  # the queue is where a clinician begins
    expect(clinician.locator(".fc-queue li", has_text="Patient wrote")).to_have_count(1)


def judged_by_the_new_limit(patient: Page) -> None:
    """Of the same movement the newest set says what the earlier one did not."""
    found = []
    for i in (1, 0):  # the earlier one first
        patient.locator(OPEN).nth(i).click()
        expect(patient.locator(".fc-reps [data-rep]")).to_have_count(3, timeout=SOON_MS)
        found.append(patient.get_by_text(f"where the limit is {SLOW_S}").count())
        if i:
            patient.get_by_role("button", name="All sets").click()
    assert found[0] == 0
    assert found[1] == 3
    photograph(patient, "clinic-next-set")
