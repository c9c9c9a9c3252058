"""Agreement from marks: what is compared, what is left out, and how wide the interval is."""

from dataclasses import replace

import pytest

from formcheck.clinic.agreement import (
    ENOUGH,
    MIN_PATIENTS,
    Pair,
    by_exercise,
    by_fault,
    fault_agreement,
    verdict_agreement,
)
from formcheck.coach.set_report import Verdict


def pair(first: Verdict, second: Verdict, patient: str = "a", exercise: str = "squat", **faults: str) -> Pair:
    seen = {name: frozenset(filter(None, text.split())) for name, text in faults.items()}
    return Pair(
        patient, exercise, first, second, seen.get("ours", frozenset()), seen.get("theirs", frozenset())
    )


def test_a_known_table() -> None:
    """20 + 15 of 50 alike and 15 of them a fault: kappa .4, as in the textbook example."""
    pairs = [pair("ok", "ok")] * 20 + [pair("ok", "fault")] * 5
    pairs += [pair("fault", "ok")] * 10 + [pair("fault", "fault")] * 15
    found = verdict_agreement(pairs)
    assert found is not None
    assert found.kappa.share == pytest.approx(0.7)
    assert found.kappa.value == pytest.approx(0.4)
    assert (found.only_first, found.only_second, found.known) == (10, 5, True)


def test_what_one_could_not_judge_is_left_out_and_told() -> None:
    pairs = [pair("ok", "ok"), pair("cannot_judge", "fault"), pair("fault", "cannot_judge")]
    found = verdict_agreement(pairs)
    assert found is not None
    assert (found.kappa.n, found.withheld) == (1, 2)
    assert verdict_agreement(pairs[1:]) is None
    assert verdict_agreement([]) is None


def test_few_repetitions_are_not_enough() -> None:
    assert not verdict_agreement([pair("ok", "ok")] * (ENOUGH - 1)).known
    assert verdict_agreement([pair("ok", "ok")] * ENOUGH).known


def test_by_exercise_and_by_fault() -> None:
    pairs = [pair("fault", "fault", ours="round", theirs="round lean")] * 3
    pairs += [pair("fault", "ok", ours="round")] + [pair("ok", "ok")] * 4
    pairs += [pair("ok", "fault", exercise="march", theirs="arch")] * 2
    assert [(each.exercise_id, each.kappa.n) for each in by_exercise(pairs)] == [("squat", 8), ("march", 2)]
    faults = {(each.exercise_id, each.fault_id): each for each in by_fault(pairs)}
    assert set(faults) == {("squat", "round"), ("squat", "lean"), ("march", "arch")}
    rounding = faults["squat", "round"]
    assert (rounding.kappa.n, rounding.only_first, rounding.only_second) == (8, 1, 0)
    assert rounding.kappa.share == pytest.approx(7 / 8)
    assert (faults["squat", "lean"].only_first, faults["squat", "lean"].only_second) == (0, 3)
    assert fault_agreement(pairs, "squat", "arch").kappa.value is None  # neither ever saw it


def test_patients_who_differ_widen_the_interval() -> None:
    """Half of the patients agree always, half never: repetitions alone would call that precise."""
    alike = [pair("ok", "ok")] * 10 + [pair("fault", "fault")] * 10
    apart = [pair("ok", "fault")] * 10 + [pair("fault", "ok")] * 10
    pairs: list[Pair] = []
    for i in range(MIN_PATIENTS + 1):
        pairs += [replace(each, patient_id=f"p{i}") for each in (alike if i % 2 else apart)]
    found = verdict_agreement(pairs)
    assert found is not None
    assert found.between_patients
    assert found.patients == MIN_PATIENTS + 1
    assert found.low is not None
    assert found.high is not None
    assert found.kappa.low is not None
    assert found.kappa.high is not None
    assert found.high - found.low > 2 * (found.kappa.high - found.kappa.low)


def test_the_interval_is_never_narrower_than_that_of_repetitions() -> None:
    pairs = [
        Pair(f"p{i}", "squat", first, second)
        for i in range(8)
        for first, second in (("ok", "ok"), ("fault", "fault"), ("ok", "fault"), ("ok", "ok"))
    ]
    found = verdict_agreement(pairs)
    assert found is not None
    assert not found.between_patients
    assert (found.low, found.high) == (found.kappa.low, found.kappa.high)
