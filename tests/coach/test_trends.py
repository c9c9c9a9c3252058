"""Left against right, first against last, alike or not: on repetitions whose numbers are given."""

from dataclasses import replace

import pytest

from formcheck.coach.set_report import AngleRange, LumbarRange, Repetition, Side, UsableRange, Verdict
from formcheck.coach.trends import NOT_ENOUGH, asymmetry, consistency, fatigue, trend_notes, trends


def rep(
    index: int,
    moved: float = 80.0,
    side: Side = "right",
    eccentric_s: float = 2.0,
    verdict: Verdict = "ok",
) -> Repetition:
    return Repetition(
        index=index,
        side=side,
        move_start_s=5.0 * index,
        move_end_s=5.0 * index + 4,
        start_s=5.0 * index,
        peak_s=5.0 * index + 1.5,
        end_s=5.0 * index + 4,
        concentric_s=1.5,
        hold_s=0.5,
        eccentric_s=eccentric_s,
        verdict=verdict,
        reasons=(),
        usable_range=None,
        range={"trunk_thigh": AngleRange(0.0, moved, 0.0, moved)},
        lumbar_flexion_deg=LumbarRange(None, None, None, None, judged=False, reason="hidden"),
        faults=(),
    )


def alternating(left: float, right: float, n: int = 6) -> list[Repetition]:
    return [rep(i, left if i % 2 else right, "left" if i % 2 else "right") for i in range(n)]


@pytest.mark.parametrize(("left", "changed"), [(80.0, False), (72.0, False), (66.0, True)])
def test_sides_differ_from_ten_degrees_on(left: float, changed: bool) -> None:
    found = asymmetry(alternating(left, 80.0), "trunk_thigh")
    assert found.changed is changed
    assert ("right leg moved further" in found.text) is changed


def test_in_a_small_movement_a_fifth_and_five_degrees_are_enough() -> None:
    assert asymmetry(alternating(18.0, 26.0), "trunk_thigh").changed
    assert not asymmetry(alternating(18.0, 21.0), "trunk_thigh").changed


@pytest.mark.parametrize("repetitions", [[], alternating(80, 80, 4), [rep(i) for i in range(9)]])
def test_too_few_of_a_side_are_said(repetitions: list[Repetition]) -> None:
    found = asymmetry(repetitions, "trunk_thigh")
    assert found.changed is None
    assert NOT_ENOUGH in found.text


def test_tiring_is_seen_in_range_tempo_and_faults() -> None:
    steady = [rep(i) for i in range(9)]
    assert fatigue(steady, "trunk_thigh").changed is False
    shrinking = [rep(i, 80.0 if i < 6 else 62.0) for i in range(9)]
    assert "range fell from 80 to 62" in fatigue(shrinking, "trunk_thigh").text
    hurried = [rep(i, eccentric_s=2.0 if i < 6 else 1.2) for i in range(9)]
    assert "lowering became quicker" in fatigue(hurried, "trunk_thigh").text
    failing = [rep(i, verdict="ok" if i < 6 else "fault") for i in range(9)]
    assert "faults rose from 0 to 3" in fatigue(failing, "trunk_thigh").text


def test_what_was_not_judged_does_not_count_towards_tiring() -> None:
    hidden = [replace(rep(i), verdict="cannot_judge") for i in range(9)]
    assert fatigue(hidden, "trunk_thigh").changed is None


def test_scatter_is_told_and_one_odd_repetition_is_not_scatter() -> None:
    assert consistency([rep(i, 80.0 + i) for i in range(6)], "trunk_thigh").changed is False
    assert consistency([rep(i, 30.0 if i == 2 else 80.0) for i in range(6)], "trunk_thigh").changed is False
    assert consistency([rep(i, 80.0 - 25 * (i % 2)) for i in range(6)], "trunk_thigh").changed is True
    assert consistency([rep(1)], "trunk_thigh").changed is None


def test_the_usable_range_of_a_set_is_the_median_of_those_that_lost_neutral() -> None:
    lost = [
        replace(rep(i), usable_range=UsableRange("thigh_elevation", at, at - 8, at + 9))
        for i, at in enumerate((50.0, 58.0, 54.0))
    ]
    text = next(t.text for t in trends([*lost, rep(3)], "trunk_thigh") if t.kind == "usable_range")
    assert "about 54 degrees" in text
    assert "between 46 and 63" in text
    assert "3 of 4" in text
    assert not [t for t in trends([lost[0], rep(3)], "trunk_thigh") if t.kind == "usable_range"]


def test_notes_hold_what_changed_and_one_line_for_what_could_not_be_said() -> None:
    shrinking = [rep(i, 80.0 if i < 6 else 62.0) for i in range(9)]
    shrinking[0] = replace(shrinking[0], side="left")
    first, second = trend_notes(shrinking, "trunk_thigh")
    assert first.startswith("Towards the end the range fell")
    assert second == "Too few repetitions were judged to compare left with right: it takes 3 of each side."
    assert trend_notes(alternating(80, 80, 2), "trunk_thigh") == [
        "Too few repetitions were judged to compare left with right, first with last or one with another: "
        "it takes 6, 3 of each side."
    ]
    assert trend_notes([], "trunk_thigh") == []


def test_a_set_of_one_leg_is_not_told_that_its_sides_could_not_be_compared() -> None:
    assert trend_notes([rep(i, side="left") for i in range(9)], "trunk_thigh") == []
    both = [rep(i, side="both") for i in range(9)]
    assert trend_notes(both, "trunk_thigh") == []
