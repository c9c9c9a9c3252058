"""At which lift of the thigh the back was lost: on motions for which that angle is known."""

from dataclasses import replace

import pytest

from formcheck.coach.usable_range import usable_range_of_set
from formcheck.exercises.load import load
from tests.coach.known_back import OTHER_WAY, WIDE, seen
from tests.synthetic import Camera, Motion, Pace, hinges, marches

MARCH, HINGE = load("march-neutral"), load("hip-hinge")
SLOW = Pace(2.5, 0.8, 2.5)


@pytest.mark.parametrize("camera", [WIDE, OTHER_WAY])
@pytest.mark.parametrize(
    ("motion", "lost_at_deg"),
    [
        # 40 more degrees at 80 of thigh lift: ten are passed at a quarter of the way.
        (marches(2, SLOW, round_deg=40.0), 20.0),
        (marches(2, SLOW, round_deg=20.0), 40.0),
        # The pelvis takes 14.4 degrees along, so that 40 of arching leave 25.6.
        (marches(2, SLOW, arch_deg=40.0), 80.0 * 10 / 25.6),
    ],
    ids=["round early", "round late", "arch"],
)
def test_the_angle_lies_where_the_bound_is_passed(motion: Motion, lost_at_deg: float, camera: Camera) -> None:
    report = seen(motion, MARCH, camera)
    for rep in report.reps:
        assert rep.usable_range is not None
        assert rep.usable_range.signal == "thigh_elevation"
        assert rep.usable_range.neutral_lost_at_deg == pytest.approx(lost_at_deg, abs=3.0)
        assert rep.usable_range.low_deg < lost_at_deg < rep.usable_range.high_deg


def test_a_less_certain_back_gives_a_wider_interval() -> None:
    widths = []
    for sd_deg in (4.0, 7.0):
        (rep, *_) = seen(marches(2, SLOW, round_deg=30.0), MARCH, sd_deg=sd_deg).reps
        assert rep.usable_range is not None
        widths.append(rep.usable_range.high_deg - rep.usable_range.low_deg)
    assert widths[1] > 1.4 * widths[0]


def test_where_neutral_was_kept_there_is_no_usable_range() -> None:
    assert [rep.usable_range for rep in seen(marches(2), MARCH).reps] == [None, None]


def test_where_the_thigh_hardly_moves_it_is_told_in_what_does() -> None:
    (rep, *_) = seen(hinges(2, SLOW, lumbar_deg=40.0), HINGE).reps
    assert rep.usable_range is not None
    assert rep.usable_range.signal == "trunk_lean"
    assert rep.usable_range.neutral_lost_at_deg == pytest.approx(35.0, abs=3.0)


def test_the_set_has_one_only_from_two_repetitions_on() -> None:
    reps = seen(marches(2, SLOW, round_deg=30.0), MARCH).reps
    both = usable_range_of_set(reps)
    assert both is not None
    assert both.low_deg < both.neutral_lost_at_deg < both.high_deg
    assert usable_range_of_set([reps[0], replace(reps[1], usable_range=None)]) is None
