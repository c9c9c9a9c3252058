"""A prescription makes another exercise of the library's: bounds, dose, tempo and range, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.clinic.changes import asked, changes, limits
from formcheck.clinic.prescription import (
    Prescribed,
    Prescription,
    as_prescribed,
    descending,
    lean,
    prescription_from_json,
    prescription_json,
)
from formcheck.clinic.proposal import propose
from formcheck.coach.judge import judge
from formcheck.errors import UnreadableInputError, UsageError
from formcheck.exercises.load import library
from formcheck.plan.entries import Entry, Pain, SetDone, SymptomReport
from formcheck.report.words import fault_label
from tests import synthetic

LIBRARY = library()  # read once: a hundred readings are most of the time of these tests
SQUAT, MARCH = LIBRARY["squat"], LIBRARY["march-neutral"]
EXERCISES = {name: loaded.exercise for name, loaded in LIBRARY.items()}
START = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_nothing_prescribed_changes_nothing() -> None:
    assert as_prescribed(SQUAT, None) is SQUAT


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_limit_or_a_load_that_is_no_number_is_refused(value: float) -> None:
    """It would never be crossed: all of a patient's repetitions would pass for good."""
    for item in ({"bounds": {"arch": {"amber": value}}}, {"load_kg": value}, {"target_deg": value}):
        with pytest.raises(UnreadableInputError):
            prescription_from_json({"exercises": [{"exercise_id": "march-neutral", **item}]})


@pytest.mark.parametrize("name", list(EXERCISES))
def test_every_limit_has_a_name_of_its_own(name: str) -> None:
    """Two of one name would be one field in the form, and the change of one would hide the other's."""
    faults = EXERCISES[name].faults
    named = [(fault_label(fault.id), severity) for fault in faults for severity, _ in fault.bounds]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("name", list(EXERCISES))
def test_the_librarys_own_values_leave_every_exercise_as_it_is(name: str) -> None:
    exercise = EXERCISES[name]
    targets = exercise.targets
    item = Prescribed(
        exercise_id=name,
        sets=targets.sets,
        repetitions=targets.repetitions,
        concentric_s=targets.concentric_s,
        hold_s=targets.hold_s,
        eccentric_s=targets.eccentric_s,
        target_deg=exercise.repetition.target_deg,
    )
    assert as_prescribed(LIBRARY[name], item).exercise == exercise


def test_dose_tempo_range_and_bounds() -> None:
    item = Prescribed(
        exercise_id="march-neutral",
        sets=3,
        repetitions=6,
        eccentric_s=3.5,
        target_deg=60,
        bounds={"round": {"amber": 6.0, "red": 12.0}, "arch": {"amber": -7.0}},
    )
    made = as_prescribed(MARCH, item)
    exercise = made.exercise
    assert (exercise.targets.sets, exercise.targets.repetitions, exercise.targets.eccentric_s) == (3, 6, 3.5)
    assert exercise.targets.hold_s == MARCH.exercise.targets.hold_s
    assert exercise.repetition.target_deg == 60
    faults = {fault.id: fault for fault in exercise.faults}
    assert (faults["round"].amber, faults["round"].red) == (6, 12)
    assert (faults["arch"].amber, faults["arch"].red) == (-7, -20)
    assert "clinician" in faults["round"].source
    assert faults["dropping"] == {fault.id: fault for fault in MARCH.exercise.faults}["dropping"]
    assert made.sha256 != MARCH.sha256


def test_a_variant_keeps_the_prescribed_bounds() -> None:
    item = Prescribed(exercise_id="march-neutral", bounds={"round": {"amber": 6.0}})
    for form in as_prescribed(MARCH, item).exercise.forms():
        rounding = [fault for fault in form.faults if fault.id == "round"]
        assert all(fault.amber == 6 for fault in rounding)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"bounds": {"slouch": {"amber": 3.0}}}, "no fault 'slouch'"),
        ({"bounds": {"dropping": {"red": 1.0}}}, "no red limit"),
        ({"bounds": {"round": {"amber": -5.0}}}, "above zero"),
        ({"bounds": {"round": {"amber": 0.0}}}, "above zero"),
        ({"bounds": {"arch": {"red": 5.0}}}, "below zero"),
        ({"bounds": {"round": {"amber": 25.0}}}, "graver"),
        ({"bounds": {"arch": {"amber": -30.0}}}, "graver"),
        ({"target_deg": 10.0}, "min_deg"),
        ({"form": "flying"}, "no form"),
        ({"exercise_id": "squat"}, "not for 'march-neutral'"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(item: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        as_prescribed(MARCH, Prescribed.model_validate({"exercise_id": "march-neutral", **item}))


@given(st.sampled_from(sorted(EXERCISES)), st.data())
def test_any_stricter_bound_is_taken_and_a_crossed_one_never(name: str, data: st.DataObject) -> None:
    """Whatever passes has its graver bound further out, so that red can never come before amber."""
    exercise = EXERCISES[name]
    fault = data.draw(st.sampled_from(exercise.faults))
    bounds = {
        severity: data.draw(st.floats(-120, 120, allow_nan=False), label=severity)
        for severity, _ in fault.bounds
    }
    item = Prescribed(exercise_id=name, bounds={fault.id: bounds})
    try:
        made = as_prescribed(LIBRARY[name], item)
    except UsageError:
        return
    (changed,) = (each for each in made.exercise.faults if each.id == fault.id)
    values = [value for _, value in changed.bounds]
    assert values == sorted(values, reverse=descending(fault))
    assert dict(changed.bounds) == bounds
    assert all(value * own > 0 for value, (_, own) in zip(values, fault.bounds, strict=True))


def test_the_next_set_is_judged_by_the_new_bound() -> None:
    """The same poses: what was clean becomes a fault below a lower limit, and the report names the limit."""
    track = synthetic.film(synthetic.squats(3), synthetic.Camera())
    before = judge(track, SQUAT).report
    tempo = {fault.id for rep in before.reps for fault in rep.faults}
    slowest = max(rep.eccentric_s for rep in before.reps)
    assert "quick" not in {fault.kind for fault in SQUAT.exercise.faults if fault.id in tempo}
    quick = next(fault for fault in SQUAT.exercise.faults if fault.kind in ("quick", "fast", "drops"))
    limit = slowest + 1.0 if quick.kind == "quick" else 1e-3
    item = Prescribed(exercise_id="squat", bounds={quick.id: {quick.bounds[-1][0]: limit}})
    after = judge(track, as_prescribed(SQUAT, item)).report
    assert len(after.reps) == len(before.reps) == 3
    for old, new in zip(before.reps, after.reps, strict=True):
        assert quick.id not in {fault.id for fault in old.faults}
        (seen,) = (fault for fault in new.faults if fault.id == quick.id)
        assert seen.threshold == pytest.approx(limit)
    assert after.exercise.sha256 != before.exercise.sha256


def test_a_prescription_reads_back() -> None:
    item = Prescribed(exercise_id="squat", bounds={"rounding": {"amber": 8.0}}, days=(0, 3), note="slowly")
    prescription = Prescription(exercises=(item,))
    assert prescription_from_json(prescription_json(prescription)) == prescription
    for broken in ({}, {"schema_version": 2}, {"schema_version": 1, "exercises": [{"sets": 0}]}, {"a": 1}):
        if broken:
            with pytest.raises(UnreadableInputError):
                prescription_from_json(broken)


def test_an_exercise_is_found_by_its_id() -> None:
    first, other = Prescribed(exercise_id="squat", sets=4), Prescribed(exercise_id="march-neutral")
    both = Prescription(exercises=(first, other))
    assert both.of("squat") == first
    assert both.of("hip-hinge") is None


def test_changes_are_told_in_words() -> None:
    old = Prescription(exercises=(Prescribed(exercise_id="march-neutral"), Prescribed(exercise_id="squat")))
    new = Prescription(
        exercises=(
            Prescribed(exercise_id="march-neutral", sets=3, bounds={"round": {"amber": 6.0}}, days=(0, 2, 4)),
            Prescribed(exercise_id="hip-hinge"),
        )
    )
    name = EXERCISES["march-neutral"].name
    assert changes(old, new, EXERCISES) == [
        f"{name}: sets 2 → 3.",
        f"{name}: when 3 days a week → Monday, Wednesday and Friday.",
        f"{name}: lower back rounds, amber limit 10° → 6°.",
        f"New: {EXERCISES['hip-hinge'].name}.",
        f"No longer: {EXERCISES['squat'].name}.",
    ]
    assert changes(new, new, EXERCISES) == []
    assert limits(new.exercises[0], EXERCISES["march-neutral"]) == {"Lower back rounds, amber limit": "6°"}
    assert asked(new.exercises[0], EXERCISES["march-neutral"])["Sets"] == "3"


def good_weeks(exercise_id: str, days: int, *, red: int = 0, nprs: int = 1) -> list[Entry]:
    log: list[Entry] = []
    for i in range(days):
        at = START + timedelta(days=2 * i)
        pains = (Pain("central_back", "middle", 1),)
        log += [
            SymptomReport(at - timedelta(hours=1), "before", pains),
            SetDone(at, exercise_id, reps=8, judged=8, clean=8 - red, red=red),
            SymptomReport(
                at + timedelta(minutes=9), "after_5_min", (Pain("central_back", "middle", nprs),), False
            ),
            SymptomReport(at + timedelta(days=1), "next_morning", pains),
        ]
    return log


def test_two_good_sessions_propose_one_harder_thing() -> None:
    item = Prescribed(exercise_id="march-neutral")
    now = START + timedelta(days=10)
    log = good_weeks("march-neutral", 2)
    proposal = propose(MARCH, item, log, START - timedelta(days=1), now)
    assert proposal.item is not None
    assert proposal.item == item.model_copy(update={"target_deg": 90.0})
    assert "80 → 90 deg" in proposal.words
    assert "progress" in {reason.rule_id for reason in proposal.reasons}


def test_what_was_done_before_the_last_change_does_not_count() -> None:
    item = Prescribed(exercise_id="march-neutral")
    now = START + timedelta(days=10)
    since = START + timedelta(days=1)
    assert propose(MARCH, item, good_weeks("march-neutral", 2), since, now).item is None
    assert propose(MARCH, item, [], since, now).item is None


def test_red_repetitions_propose_a_step_back() -> None:
    item = Prescribed(exercise_id="march-neutral")
    log = good_weeks("march-neutral", 1, red=2)
    proposal = propose(MARCH, item, log, START - timedelta(days=1), START + timedelta(days=10))
    assert proposal.item is not None
    assert proposal.item.target_deg == 60
    assert {reason.rule_id for reason in proposal.reasons} == {"regress-form"}


def test_the_hardest_form_stays() -> None:
    item = Prescribed(exercise_id="march-neutral", target_deg=100, hold_s=5, load_kg=5)
    log = good_weeks("march-neutral", 2)
    proposal = propose(MARCH, item, log, START - timedelta(days=1), START + timedelta(days=10))
    assert proposal.item is None
    assert "hardest" in proposal.words


@settings(max_examples=25)
@given(st.sampled_from([name for name, each in EXERCISES.items() if each.progression]), st.integers(0, 40))
def test_following_every_proposal_always_gives_an_exercise_that_loads(name: str, steps: int) -> None:
    """Whoever takes over every proposal changes one thing at a time and never leaves what can be judged."""
    loaded, item = LIBRARY[name], Prescribed(exercise_id=name)
    log = good_weeks(name, 2)
    for _ in range(steps % 12):
        proposal = propose(loaded, item, log, START - timedelta(days=1), START + timedelta(days=10))
        if proposal.item is None:
            break
        before, after = item.model_dump(), proposal.item.model_dump()
        assert sum(before[field] != after[field] for field in before) == 1
        item = proposal.item
        as_prescribed(loaded, item)


@pytest.mark.parametrize("name", list(EXERCISES))
def test_what_the_library_says_anyway_is_not_said(name: str) -> None:
    """So a prescription follows the library where the clinician changed nothing."""
    exercise = EXERCISES[name]
    plain = Prescribed(exercise_id=name, sets=3, repetitions=7)
    said = plain.model_copy(
        update={
            "form": exercise.form,
            "concentric_s": exercise.targets.concentric_s,
            "hold_s": exercise.targets.hold_s,
            "eccentric_s": exercise.targets.eccentric_s,
            "target_deg": exercise.repetition.target_deg,
            "load_kg": 0.0,
            "bounds": {fault.id: dict(fault.bounds) for fault in exercise.faults},
        }
    )
    assert lean(said, exercise) == plain
    fault = next(fault for fault in exercise.faults if fault.bounds)
    severity, value = fault.bounds[0]
    changed = said.model_copy(
        update={"hold_s": 4.5, "bounds": {**said.bounds, fault.id: {severity: value * 1.1}}}
    )
    kept = lean(changed, exercise)
    assert (kept.hold_s, kept.bounds) == (4.5, {fault.id: {severity: value * 1.1}})


def test_a_new_exercise_with_limits_of_its_own_says_them() -> None:
    new = Prescribed(exercise_id="hip-hinge", bounds={"dropping": {"amber": 2.5}})
    said = changes(None, Prescription(exercises=(new,)), EXERCISES)
    assert said == ["New: Hip hinge.", "Hip hinge: let fall, amber limit 0.6 s → 2.5 s."]
