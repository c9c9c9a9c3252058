"""A knee beside the others of its set: found however wrong the angle is read, and nobody is accused by it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from formcheck.body.signal_table import column_names
from formcheck.coach.analyzer import Analyzer
from formcheck.coach.events import RepCompleted
from formcheck.coach.instant import Instant
from formcheck.coach.set_report import Repetition
from formcheck.exercises.load import load
from formcheck.exercises.rules import BoundFault

LIFT = load("seated-lift-over").exercise
RATE_HZ, REP_S, REST_S = 12.0, 2.0, 0.7
NEUTRAL_DEG = 6.0
"""What the straight knee reads at rest."""


@dataclass(frozen=True)
class Lift:
    """One lift: the true bend at its top, its height, its leg; ``misread_deg`` is an error of it alone."""

    bend_deg: float = 0.0
    height_deg: float = 9.0
    leg: str = "right"
    misread_deg: float = 0.0


STRAIGHT = Lift()


def instants(lifts: Sequence[Lift], error_deg: float) -> Iterator[Instant]:
    """Yield lifts whose knee is read wrong by posture: by nothing at rest and by ``error_deg`` at the top."""
    names = column_names()
    for i, t_s in enumerate(np.arange(0.0, len(lifts) * (REP_S + REST_S) + REST_S, 1 / RATE_HZ).tolist()):
        number, into_s = divmod(t_s - REST_S, REP_S + REST_S)
        resting = i < REST_S * RATE_HZ or into_s >= REP_S
        up = 0.0 if resting else 0.5 - 0.5 * np.cos(2 * np.pi * into_s / REP_S)
        lift = lifts[min(max(0, int(number)), len(lifts) - 1)]
        deg = dict.fromkeys(names, 0.0)
        deg |= {name: 90.0 for name in names if name.startswith("thigh_elevation")}
        read_deg = lift.bend_deg + error_deg + lift.misread_deg
        deg |= {f"leg_rise_{lift.leg}": lift.height_deg * up, "leg_bend_left": NEUTRAL_DEG}
        deg |= {"leg_bend_right": NEUTRAL_DEG, f"leg_bend_{lift.leg}": NEUTRAL_DEG + read_deg * up}
        sds, why = dict.fromkeys(names, 3.0), dict.fromkeys(names, "")
        yield Instant(t_s, deg, sds, why, (0.0, 0.0, 1.0))


def analyzed(lifts: Sequence[Lift], error_deg: float) -> tuple[list[Repetition], list[Repetition]]:
    """Return the repetitions as the whole set tells them, and each as it was told when it was complete."""
    neutral = next(instants([STRAIGHT], 0.0)).deg
    analyzer = Analyzer(LIFT, "leg_rise", neutral, "right")
    events = [event for instant in instants(lifts, error_deg) for event in analyzer.feed(instant)]
    events += analyzer.finish()
    assert len(analyzer.repetitions) == len(lifts)
    return analyzer.repetitions, [e.repetition for e in events if isinstance(e, RepCompleted)]


def knees(reps: Sequence[Repetition]) -> list[bool]:
    return [any(fault.id == "knee-bend" for fault in rep.faults) for rep in reps]


def test_a_bend_that_the_angle_hides_shows_beside_straight_repetitions() -> None:
    reps, told = analyzed([STRAIGHT, STRAIGHT, Lift(18.0), STRAIGHT], error_deg=-8.0)
    assert knees(reps) == knees(told) == [False, False, True, False]
    (fault,) = (each for each in reps[2].faults if each.id == "knee-bend")
    assert fault.within_set
    assert fault.peak == pytest.approx(18.0, abs=1.0)  # what it says is the difference, and beyond the limit
    assert (fault.severity, fault.threshold, fault.signal) == ("amber", 12.0, "leg_bend")
    assert reps[2].verdict == "fault"
    assert reps[2].reasons[0] == "knee-bend"


def test_a_bend_just_within_the_bound_is_none() -> None:
    reps, _ = analyzed([STRAIGHT, STRAIGHT, Lift(11.0), STRAIGHT], error_deg=-8.0)
    assert not any(knees(reps))
    assert "borderline: knee-bend" not in reps[2].reasons


def test_what_may_be_beyond_the_bound_is_not_called_ok() -> None:
    reps, _ = analyzed([STRAIGHT, STRAIGHT, Lift(13.3), STRAIGHT], error_deg=-8.0)
    assert not any(knees(reps))
    assert [rep.verdict for rep in reps] == ["ok", "ok", "borderline", "ok"]
    assert reps[2].reasons == ("borderline: knee-bend",)


@pytest.mark.parametrize("lifts", [[Lift(18.0)], [STRAIGHT, Lift(18.0)]])
def test_of_one_or_two_nothing_is_known(lifts: list[Lift]) -> None:
    reps, _ = analyzed(lifts, error_deg=-8.0)
    assert not any(knees(reps))


def test_the_first_repetition_is_told_once_the_others_are_known() -> None:
    reps, told = analyzed([Lift(18.0), STRAIGHT, STRAIGHT], error_deg=-8.0)
    assert knees(told) == [False, False, False]
    assert knees(reps) == [True, False, False]


def test_one_misread_repetition_accuses_nobody() -> None:
    reps, _ = analyzed([STRAIGHT, Lift(misread_deg=-25.0), STRAIGHT, STRAIGHT], error_deg=0.0)
    assert not any(knees(reps))


@pytest.mark.parametrize("other", [Lift(height_deg=4.2), Lift(leg="left")])
def test_other_postures_and_the_other_leg_are_not_compared(other: Lift) -> None:
    reps, _ = analyzed([other, other, Lift(18.0)], error_deg=-8.0)
    assert not any(knees(reps))


def test_who_bends_each_time_is_judged_by_the_angle_as_before() -> None:
    reps, _ = analyzed([Lift(25.0)] * 4, error_deg=0.0)
    assert all(knees(reps))
    assert not any(fault.within_set for rep in reps for fault in rep.faults)


@settings(max_examples=25)
@given(error_deg=st.floats(-20.0, 11.0), count=st.integers(1, 5), spread=st.floats(0.0, 9.0))
def test_straight_knees_are_never_accused_by_their_set(error_deg: float, count: int, spread: float) -> None:
    lifts = [Lift(misread_deg=-spread * (k % 2)) for k in range(count)]
    assert not any(knees(analyzed(lifts, error_deg)[0]))


@settings(max_examples=25)
@given(
    error_deg=st.floats(-15.0, 15.0),
    bends_deg=st.lists(st.sampled_from([0.0, 5.0, 14.5, 18.0, 26.0]), min_size=2, max_size=5),
    more_deg=st.sampled_from([0.0, 8.0, 20.0]),
)
def test_a_further_repetition_takes_no_finding_back(
    error_deg: float, bends_deg: list[float], more_deg: float
) -> None:
    lifts = [Lift(bend_deg) for bend_deg in bends_deg]
    fewer, _ = analyzed(lifts, error_deg)
    more, _ = analyzed([*lifts, Lift(more_deg)], error_deg)
    for before, after in zip(fewer, more[:-1], strict=True):
        assert {fault.id for fault in before.faults} <= {fault.id for fault in after.faults}
        assert not (before.verdict != "ok" and after.verdict == "ok")


def test_a_rule_about_a_part_of_the_way_cannot_look_at_the_set() -> None:
    rule = next(rule for rule in LIFT.faults if rule.id == "knee-bend")
    with pytest.raises(ValidationError, match="within_set compares whole repetitions"):
        BoundFault.model_validate(rule.model_dump() | {"way": (0.5, 1.0)})
