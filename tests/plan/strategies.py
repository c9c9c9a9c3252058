"""Hypothesis strategies for logs: anything that anybody could note, in any order."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from formcheck.plan.entries import (
    Clearance,
    Entry,
    Pain,
    Place,
    Questionnaire,
    ScreenAnswers,
    SetDone,
    Stopped,
    SymptomReport,
)
from formcheck.plan.screen import QUESTIONS
from tests.plan.builders import E1, E2, E3, E4, MONDAY

IDS = tuple(question.id for question in QUESTIONS)
PLACES: tuple[Place, ...] = ("central_back", "lateral_back", "buttock", "thigh", "calf", "foot", "groin")
FLAGS = (*IDS, E3, f"removed:{E1}", "distal-trend", "new-neuro", "no-change")
DAYS = 40

instants = st.integers(0, DAYS * 24 * 4).map(lambda quarter: MONDAY + timedelta(minutes=15 * quarter))
days = st.dates(MONDAY.date() - timedelta(days=20), MONDAY.date() + timedelta(days=DAYS + 20))
exercise_ids = st.sampled_from([E1, E2, E3, E4, "squat", "gone"])
notes = st.sampled_from(["", "  ", "seen, may go on"])


@st.composite
def screens(draw: st.DrawFn) -> ScreenAnswers:
    """Mostly whole and mostly clear, so that plans open at all."""
    yes = draw(st.lists(st.sampled_from(IDS), max_size=1, unique=True)) if draw(st.booleans()) else []
    left_out = set(draw(st.lists(st.sampled_from(IDS), max_size=2))) if draw(st.booleans()) else set()
    no = tuple(name for name in IDS if name not in yes and name not in left_out)
    return ScreenAnswers(draw(instants), tuple(yes), no)


@st.composite
def sets(draw: st.DrawFn) -> SetDone:
    reps = draw(st.integers(0, 12))
    judged = draw(st.integers(0, reps))
    clean = draw(st.integers(0, judged))
    red = draw(st.integers(0, judged))
    return SetDone(draw(instants), draw(exercise_ids), reps, judged, clean, red)


pains = st.builds(
    Pain, st.sampled_from(PLACES), st.sampled_from(["left", "right", "middle"]), st.integers(0, 10)
)
symptoms = st.builds(
    SymptomReport,
    instants,
    st.sampled_from(["before", "during", "after", "upright", "after_5_min", "next_morning"]),
    st.lists(pains, max_size=3).map(tuple),
    st.booleans(),
    st.none() | st.integers(0, 10),
    st.none() | exercise_ids,
)
clearances = st.builds(
    Clearance,
    instants,
    st.sampled_from(["clinician", "person"]),
    st.lists(st.sampled_from(FLAGS), max_size=4, unique=True).map(tuple),
    notes,
    st.none() | days,
)
stops = st.builds(
    Stopped, instants, st.sampled_from(["pain", "other"]), st.just("key"), st.none() | exercise_ids
)
totals = st.builds(Questionnaire, instants, st.just("psfs"), st.floats(0, 10))

entries: st.SearchStrategy[Entry] = st.one_of(screens(), clearances, symptoms, sets(), stops, totals)
logs = st.lists(entries, max_size=25)
nows = st.integers(0, (DAYS + 5) * 24).map(
    lambda hour: datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=hour)
)
modes = st.sampled_from(["home", "clinic"])
