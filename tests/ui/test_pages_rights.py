"""Every page that shows what is kept, by everybody, with the right ids in hand and with guessed ones."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from formcheck.clinic.prescription import Prescribed, Prescription, prescription_json
from formcheck.plan.entries import Pain, ScreenAnswers, SymptomReport
from formcheck.plan.screen import BY_ID, QUESTIONS
from formcheck.store.access import Level
from formcheck.store.columns import now
from formcheck.store.sessions import begin_session
from formcheck.store.tables_review import RepetitionMark
from formcheck.store.uploads import Wish
from formcheck.ui import pages
from formcheck.ui.accounts.asking import COOKIE
from formcheck.ui.accounts.gate import OPENID
from formcheck.ui.kept import kept
from formcheck.ui.live.coach import Coach
from formcheck.ui.plan.plan_log import StoredLog
from tests.store.world import World, make_world, mine
from tests.ui.conftest import APP, PATIENCE_S, said
from tests.ui.live_sets import showing

EVERYBODY = ("nobody", "patient", "other", "clinician", "foreign", "withdrawn")
FILM, WORDS = "unmistakable", "The patient"
SHOWN, CUES = "</strong> lets you watch a set now", "Say one cue to"
SAID, MOVE = "It felt unlike itself", "unheard-of-movement"
REASON = "Because of the swan lake"
LOCKED, FELT = BY_ID["night-pain"].text, "Worst pain at rest"
KEEPS_NOTHING = {"review", "live", "exercises", "about"}
"""They show what the session itself brings, or the same to everybody."""


def sets() -> None:
    from formcheck.ui.guarded import guarded
    from formcheck.ui.sets.page import page

    guarded(page)()


def patients() -> None:
    from formcheck.ui.accounts.patients import page
    from formcheck.ui.guarded import guarded

    guarded(page)()


def plan() -> None:
    from formcheck.ui.guarded import guarded
    from formcheck.ui.plan.page import page

    guarded(page)()


def progress() -> None:
    from formcheck.ui.guarded import guarded
    from formcheck.ui.plan.progress_page import page

    guarded(page)()


def queue() -> None:
    from formcheck.ui.clinic.queue_page import page
    from formcheck.ui.guarded import guarded

    guarded(page)()


def agreement() -> None:
    from formcheck.ui.clinic.agreement_page import page
    from formcheck.ui.guarded import guarded

    guarded(page)()


def watch() -> None:
    from formcheck.ui.guarded import guarded
    from formcheck.ui.watch.page import page

    guarded(page)()


PAGES = {each.__name__: each for each in (sets, patients, plan, progress, queue, agreement, watch)}
OWN, CARE, BOTH = {"patient"}, {"clinician"}, {"patient", "clinician"}
NOBODY: set[str] = set()
TABLE = [
    # page, what the address names, what is shared of the set, who reads what
    ("sets", "", Level.VIDEO, {FILM: OWN, REASON: OWN}),
    ("sets", "set", Level.NOTHING, {FILM: OWN, SAID: OWN}),
    ("sets", "set", Level.NUMBERS, {FILM: BOTH, SAID: BOTH}),
    ("patients", "", Level.NOTHING, {WORDS: CARE}),
    ("patients", "patient", Level.NOTHING, {WORDS: CARE, FILM: NOBODY}),
    ("patients", "patient", Level.NUMBERS, {WORDS: CARE, FILM: CARE}),
    ("patients", "set", Level.NOTHING, {FILM: NOBODY, SAID: NOBODY}),
    ("patients", "set", Level.NUMBERS, {FILM: CARE, SAID: CARE}),
    ("patients", "beside", Level.NOTHING, {FILM: NOBODY}),
    ("patients", "beside", Level.NUMBERS, {FILM: CARE}),
    ("patients", "prescription", Level.NOTHING, {REASON: CARE}),
    ("plan", "patient", Level.NOTHING, {LOCKED: BOTH}),
    ("progress", "patient", Level.NOTHING, {FELT: BOTH}),
    ("queue", "", Level.NUMBERS, {WORDS: CARE}),
    ("queue", "set", Level.NOTHING, {SAID: NOBODY}),
    ("queue", "set", Level.NUMBERS, {SAID: CARE}),
    ("queue", "beside", Level.NOTHING, {FILM: NOBODY}),
    ("queue", "beside", Level.NUMBERS, {FILM: CARE}),
    ("queue", "", Level.NOTHING, {SHOWN: CARE}),
    ("watch", "", Level.NOTHING, {SHOWN: CARE, WORDS: CARE}),
    ("watch", "watch", Level.NOTHING, {WORDS: CARE, CUES: CARE}),
    ("agreement", "", Level.NOTHING, {MOVE: NOBODY}),
    ("agreement", "", Level.NUMBERS, {MOVE: CARE}),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A clinic whose patient has a log that nobody else has the like of."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FORMCHECK_MODE", "clinic")
        environment.setenv("FORMCHECK_DATA_DIR", str(tmp_path_factory.mktemp("clinic")))
        world = make_world(kept())
    body = prescription_json(Prescription(exercises=(Prescribed(exercise_id="squat"),)))
    world.store.logbook.prescribe(world.clinician, mine(world), body, why=REASON)
    log = StoredLog(world.store, world.patient, mine(world), UTC)
    no = tuple(question.id for question in QUESTIONS if question.id != "night-pain")
    log.add(ScreenAnswers(datetime(2026, 6, 1, 8, tzinfo=UTC), ("night-pain",), no))
    log.add(SymptomReport(datetime(2026, 6, 1, 9, tzinfo=UTC), "before", (Pain("thigh", "left", 5),)))
    yield world
    world.store.close()


@pytest.fixture
def clinic(made: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """That clinic behind the pages, without sets."""
    monkeypatch.setenv("FORMCHECK_MODE", "clinic")
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(made.store.settings.data_dir))
    yield made
    for row in made.store.sets.of_patient(made.patient, mine(made)):
        made.store.sets.delete(made.patient, row.id)
    st.cache_resource.clear()


def arrived(world: World, level: Level) -> str:
    """Keep a recording of the patient's that could not be judged, with words; returns the set's id."""
    store, patient = world.store, world.patient
    arriving = store.uploads.begin(patient, Wish(f"{FILM}.mp4", 4, FILM))
    with store.uploads.appending(patient, arriving.id, 0) as file:
        file.write(b"film")
    set_id = store.uploads.keep(patient, arriving.id)
    store.sets.share(patient, set_id, level)
    store.sets.failed(patient, set_id, "It was too dark.")
    store.remarks.add(patient, set_id, SAID)
    judged_by(world, set_id)
    return set_id


def judged_by(world: World, set_id: str) -> None:
    """Have the clinician in care judge a repetition of a movement that nobody else does."""
    mark = RepetitionMark(
        set_id=set_id,
        author_id=world.clinician.account_id,
        exercise_id=MOVE,
        rep=1,
        peak_s=1.0,
        verdict="ok",
        faults=[],
        own_verdict="ok",
        own_faults=[],
        at=now(),
    )
    with world.store.database.write() as session:
        session.add(mark)


@pytest.fixture
def live(clinic: World, tmp_path: Path) -> Iterator[Coach]:
    """A live set of the patient's that the clinician in care may watch."""
    with showing(clinic, tmp_path) as coach:
        yield coach


@pytest.fixture
def seen(clinic: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, dict[str, str]], str]:
    """Return all that somebody reads on a page."""

    def look(who: str, name: str, query: dict[str, str]) -> str:
        cookies = {}
        if who != "nobody":
            with clinic.store.database.write() as session:
                cookies[COOKIE] = begin_session(session, clinic.actor(who).account_id)
        monkeypatch.setattr(type(st.context), "cookies", cookies)
        app = AppTest.from_function(PAGES[name], default_timeout=PATIENCE_S)
        for key, value in query.items():
            app.query_params[key] = value
        app.run()
        assert not app.exception
        return said(app)

    return look


@pytest.mark.parametrize(("name", "key", "level", "secrets"), TABLE, ids=lambda each: str(each)[:9])
def test_the_table(
    clinic: World,
    live: Coach,
    seen: Callable[[str, str, dict[str, str]], str],
    name: str,
    key: str,
    level: Level,
    secrets: dict[str, set[str]],
) -> None:
    set_id = arrived(clinic, level)
    query = {
        "set": {"set": set_id},
        "beside": {"set": set_id, "beside": set_id},
        "patient": {"patient": mine(clinic)},
        "prescription": {"patient": mine(clinic), "part": "prescription"},
        "watch": {"watch": live.watch.id if live.watch is not None else ""},
        "": {},
    }[key]
    read = {who: seen(who, name, query) for who in EVERYBODY}
    assert {secret: {who for who in EVERYBODY if secret in read[who]} for secret in secrets} == secrets


@pytest.mark.parametrize(
    ("name", "key"), [("sets", "set"), ("patients", "set"), ("patients", "patient"), ("queue", "set")]
)
def test_a_foreign_id_is_answered_like_a_guessed_one(
    clinic: World, seen: Callable[[str, str, dict[str, str]], str], name: str, key: str
) -> None:
    foreign = {"set": arrived(clinic, Level.VIDEO), "patient": mine(clinic)}[key]
    answers = {seen("foreign", name, {key: value}) for value in (foreign, "0" * 32, "' OR 1=1 --")}
    assert len(answers) == 1
    assert "There is no such thing here" in answers.pop()


def test_nobody_sees_a_page_of_a_clinic_where_the_gate_leaves_it_to_the_pages(
    clinic: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a login service the gate is open, since its answer comes to a page; strangers still see none."""
    monkeypatch.setenv(OPENID, "1")
    app = AppTest.from_file(str(APP), default_timeout=PATIENCE_S).run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Please log in"]
    assert [button.label for button in app.button] == ["Log in with your organisation"]
    assert not app.get("file_uploader")


def test_every_page_stands_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "page_role", lambda: "clinician")
    monkeypatch.setattr(pages.st, "Page", lambda _page, *, url_path, **_: url_path)
    assert set(pages.all_pages()) == set(PAGES) | KEEPS_NOTHING
    assert {line[0] for line in TABLE} == set(PAGES)


def test_a_set_that_is_shown_no_more_is_answered_like_a_guessed_one(
    clinic: World, live: Coach, seen: Callable[[str, str, dict[str, str]], str]
) -> None:
    assert live.watch is not None
    assert CUES in seen("clinician", "watch", {"watch": live.watch.id})
    live.watch.end()
    answers = {seen("clinician", "watch", {"watch": each}) for each in (live.watch.id, "0" * 32, "' OR 1=1")}
    assert len(answers) == 1
    assert "not shown to you any more" in answers.pop()
    assert SHOWN not in seen("clinician", "watch", {})
