"""The clinic's pages under AppTest: queue and filters, a prescription from fields, agreement, two sets."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from formcheck.clinic.asked import newest, prescribed_now
from formcheck.clinic.prescription import Prescribed, Prescription, prescription_json
from formcheck.coach.judge import Corrections
from formcheck.exercises.load import load
from formcheck.plan.entries import Pain, ScreenAnswers, SymptomReport
from formcheck.plan.screen import QUESTIONS
from formcheck.report.analysis import analyse
from formcheck.store.access import Level
from formcheck.store.columns import now
from formcheck.store.records import NewSet, Outcome
from formcheck.store.sessions import begin_session
from formcheck.ui.accounts.asking import COOKIE
from formcheck.ui.kept import kept
from formcheck.ui.plan.plan_log import StoredLog
from formcheck.ui.uploads.analyse import outcome_of
from tests import synthetic
from tests.store.world import World, make_world, mine, report
from tests.ui.conftest import PATIENCE_S, said

Open = Callable[..., AppTest]


def queue() -> None:
    from formcheck.ui.clinic.queue_page import page
    from formcheck.ui.guarded import guarded

    guarded(page)()


def patients() -> None:
    from formcheck.ui.accounts.patients import page
    from formcheck.ui.guarded import guarded

    guarded(page)()


def sets() -> None:
    from formcheck.ui.guarded import guarded
    from formcheck.ui.sets.page import page

    guarded(page)()


def plan() -> None:
    from formcheck.ui.guarded import guarded
    from formcheck.ui.plan.page import page

    guarded(page)()


def before_a_live_set() -> None:
    import streamlit as st

    from formcheck.exercises.load import load
    from formcheck.ui.clinic.asked import asked_of_me

    exercise = asked_of_me(load("squat")).exercise
    st.markdown(f"{exercise.targets.repetitions} {dict(exercise.faults[2].bounds)}")


def agreement() -> None:
    from formcheck.ui.clinic.agreement_page import page
    from formcheck.ui.guarded import guarded

    guarded(page)()


PAGES = {each.__name__: each for each in (queue, patients, sets, plan, before_a_live_set, agreement)}


@pytest.fixture
def clinic(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A clinic behind the pages."""
    monkeypatch.setenv("FORMCHECK_MODE", "clinic")
    world = make_world(kept())
    yield world
    st.cache_resource.clear()


@pytest.fixture
def opened(clinic: World, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page as somebody."""

    def look(who: str, name: str, **query: str) -> AppTest:
        with clinic.store.database.write() as session:
            token = begin_session(session, clinic.actor(who).account_id)
        monkeypatch.setattr(type(st.context), "cookies", {COOKIE: token})
        app = AppTest.from_function(PAGES[name], default_timeout=PATIENCE_S)
        for key, value in query.items():
            app.query_params[key] = value
        return app.run()

    return look


@pytest.fixture(scope="module")
def squats(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Three squats, judged, with their files."""
    analysis = analyse(synthetic.film(synthetic.squats(3), synthetic.Camera()), load("squat"))
    return outcome_of(analysis, Corrections(), tmp_path_factory.mktemp("squats"))


def with_red_fault(outcome: Outcome) -> Outcome:
    """Return a judged set whose first repetition has a red fault."""
    changed = copy.deepcopy(dict(outcome.report))
    rep = changed["reps"][0]
    rep["verdict"] = "fault"
    rep["faults"] = [
        {
            **{"id": "rounding", "severity": "red", "start_s": rep["start_s"], "end_s": rep["end_s"]},
            **{"peak": 40.0, "unit": "deg", "threshold": 30.0, "cue": "Long back.", "evidence": "D"},
            "signal": "lumbar_flexion",
        }
    ]
    changed["set"] |= {"ok": 2, "fault": 1}
    return replace(outcome, report=changed)


def share(world: World, outcome: Outcome) -> str:
    return world.store.sets.save(
        world.patient, NewSet("upload", "a.mp4", now(), shared=Level.NUMBERS), outcome
    )


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click()
    app.run()
    assert not app.exception
    return app


def test_through_the_queue_and_its_filters(clinic: World, opened: Open, squats: Outcome) -> None:
    red, clean = share(clinic, with_red_fault(squats)), share(clinic, squats)
    app = opened("clinician", "queue")
    assert "**2 sets** of 1 patient" in said(app)
    app.pills(key="queue-needs").set_value(["red"]).run()
    assert "**1 set** of 1 patient" in said(app)
    app.pills(key="queue-needs").set_value([]).run()
    press(app, "queue-begin")
    assert app.query_params["set"] == red
    assert "1 of 2" in said(app)
    press(app, "review-done")
    assert app.query_params["set"] == clean
    assert clinic.store.reviews.finished(clinic.clinician, red)
    press(app, "review-later")
    assert not clinic.store.reviews.finished(clinic.clinician, clean)
    assert "**1 set** of 1 patient" in said(app)
    app.toggle(key="queue-again").set_value(True).run()
    assert "**2 sets** of 1 patient" in said(app)


def test_an_empty_queue_says_so(opened: Open) -> None:
    app = opened("clinician", "queue")
    assert not app.exception
    assert "Nothing waits here" in said(app)


def test_a_set_side_by_side_with_another(clinic: World, opened: Open, squats: Outcome) -> None:
    first, second = share(clinic, squats), share(clinic, squats)
    app = opened("clinician", "patients", set=first)
    press(app, "beside-open")
    assert app.query_params["beside"] == second
    assert said(app).count("Show repetition 3 in both") == 1
    assert "The patient: side by side" in app.title[0].value.replace("\\", "")


def test_sets_of_two_patients_are_not_laid_side_by_side(clinic: World, opened: Open, squats: Outcome) -> None:
    store = clinic.store
    store.invitations.accept(clinic.other, store.invitations.invite_patient(clinic.clinician, "other"))
    theirs = store.sets.save(clinic.other, NewSet("upload", "b.mp4", now(), shared=Level.NUMBERS), squats)
    app = opened("clinician", "queue", set=share(clinic, squats), beside=theirs)
    assert "different patients" in app.error[0].value


def test_a_prescription_is_made_changed_and_read(clinic: World, opened: Open) -> None:
    """From fields to the patient's page; what is left as in the library is not said."""
    app = opened("clinician", "patients", patient=mine(clinic), part="prescription")
    app.selectbox(key="rx-add").set_value("squat").run()
    press(app, "rx-put-in")
    app.number_input(key="rxf-squat-repetitions").set_value(6).run()
    app.number_input(key="rxf-squat-dropping-amber").set_value(2.5).run()
    press(app, "rx-keep")
    assert "Say in a sentence why" in app.error[0].value
    app.text_input(key="rx-why").set_value("A calm start.").run()
    press(app, "rx-keep")
    assert "Version 1 holds" in app.success[0].value
    (item,) = prescribed_now(clinic.store, clinic.patient, mine(clinic)).exercises
    assert (item.repetitions, item.bounds, item.eccentric_s) == (6, {"dropping": {"amber": 2.5}}, None)
    assert app.button(key="rx-keep").disabled

    app.number_input(key="rxf-squat-repetitions").set_value(7).run()
    assert "repetitions 6 → 7" in said(app)
    app.text_input(key="rx-why").set_value("It went well.").run()
    press(app, "rx-keep")
    page = said(opened("patient", "sets"))
    assert "It went well." in page
    assert "repetitions 6 → 7" in page


def test_what_cannot_be_prescribed_is_said_and_not_kept(clinic: World, opened: Open) -> None:
    app = opened("clinician", "patients", patient=mine(clinic), part="prescription")
    app.selectbox(key="rx-add").set_value("hip-hinge").run()
    press(app, "rx-put-in")
    app.number_input(key="rxf-hip-hinge-rounding-red").set_value(5.0).run()  # milder than amber
    assert "must be graver" in app.error[0].value
    assert app.button(key="rx-keep").disabled
    assert newest(clinic.store, clinic.patient, mine(clinic)) is None


def test_a_change_by_somebody_else_is_told(clinic: World, opened: Open) -> None:
    app = opened("clinician", "patients", patient=mine(clinic), part="prescription")
    body = {"schema_version": 1, "exercises": [{"exercise_id": "squat", "sets": 4}]}
    clinic.store.logbook.prescribe(clinic.clinician, mine(clinic), body, why="meanwhile")
    app.run()
    assert "Somebody else has changed" in app.warning[0].value
    assert app.number_input(key="rxf-squat-sets").value == 4


def test_agreement_needs_verdicts_and_counts_them(clinic: World, opened: Open) -> None:
    assert "Nothing to compare yet" in said(opened("clinician", "agreement"))
    for i in range(12):
        set_id = share(clinic, Outcome(report()))
        for rep in (1, 2, 3):
            clinic.store.reviews.mark(clinic.clinician, set_id, rep, "ok" if i == 0 and rep == 1 else None)
    page = said(opened("clinician", "agreement")).replace("\\", "")
    assert "The same verdict on 97 % of 36 repetitions of 1 patient" in page
    assert "lower back rounds" in page


def test_words_of_a_clinician_stand_on_the_patient_s_page(clinic: World, opened: Open) -> None:
    set_id = share(clinic, Outcome(report()))
    clinic.store.remarks.add(clinic.clinician, set_id, "Lower it <slowly>.")
    page = said(opened("patient", "sets"))
    assert "Lower it &lt;slowly&gt;." in page


def prescribed(world: World, *items: Prescribed, why: str = "A start.") -> None:
    body = prescription_json(Prescription(exercises=items))
    world.store.logbook.prescribe(world.clinician, mine(world), body, why=why)


def test_the_plan_holds_what_is_prescribed_and_nothing_else(clinic: World, opened: Open) -> None:
    prescribed(clinic, Prescribed(exercise_id="march-neutral", sets=3, repetitions=7), why="Hips first.")
    log = StoredLog(clinic.store, clinic.patient, mine(clinic), UTC)
    app = opened("patient", "plan")
    assert "Hips first." not in said(app)  # the questions come first
    at = datetime.now(UTC) - timedelta(hours=1)
    log.add(ScreenAnswers(at, (), tuple(question.id for question in QUESTIONS)))
    log.add(SymptomReport(at, "before", (Pain("central_back", "middle", 2),)))
    page = said(opened("patient", "plan"))
    assert "Hips first." in page
    assert "3 sets of 7" in page
    assert "couch" not in page.lower()


def test_a_prescription_of_other_exercises_is_no_day_of_rest(clinic: World, opened: Open) -> None:
    prescribed(clinic, Prescribed(exercise_id="squat", sets=1, days=(datetime.now(UTC).weekday(),)))
    log = StoredLog(clinic.store, clinic.patient, mine(clinic), UTC)
    now = datetime.now(UTC)
    at = max(now - timedelta(minutes=1), now.replace(hour=0, minute=0, second=0, microsecond=0))
    log.add(ScreenAnswers(at, (), tuple(question.id for question in QUESTIONS)))
    log.add(SymptomReport(at, "before"))
    app = opened("patient", "plan")
    assert app.title[0].value == "Today"
    assert "Squat" in said(app)


def test_a_live_set_is_judged_by_what_is_prescribed(clinic: World, opened: Open) -> None:
    """What the live page begins with is the exercise as asked; a clinician tries it as the library has it."""
    prescribed(clinic, Prescribed(exercise_id="squat", repetitions=4, bounds={"dropping": {"amber": 2.5}}))
    assert said(opened("patient", "before_a_live_set")).startswith("4 {'amber': 2.5}")
    usual = load("squat").exercise
    assert said(opened("clinician", "before_a_live_set")).startswith(f"{usual.targets.repetitions} ")
