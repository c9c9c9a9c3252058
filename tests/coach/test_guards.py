"""Which leg moved, told from two legs of which one is mostly hidden; and what is said of a low rate."""

from dataclasses import replace

import numpy as np
import pytest

from formcheck.body.pose import Floats
from formcheck.coach.guards import other_leg_moved, why_dismissed
from formcheck.coach.instant import Instant
from formcheck.coach.judge import judge
from formcheck.coach.rep_phases import RepPhases
from formcheck.exercises.load import load
from tests.sample_tracks import track_of
from tests.synthetic import eased

# A squat that is let fall and rises slowly: down by 2.5 s, up from 3 to 4.5 s.
KEYS = [(0.0, 0.0), (2.0, 0.0), (2.5, 70.0), (3.0, 70.0), (4.5, 0.0), (6.0, 0.0)]
T_S = np.arange(1.0, 5.0, 1 / 12)
NEAR = eased(T_S, KEYS)
PHASES = RepPhases(5.0, 2.0, 2.5, 2.75, 3.0, 4.5, 0.0, 70.0, 2.15, 4.1)


def rows(near: Floats, far: Floats, signal: str) -> list[Instant]:
    return [
        Instant(float(t_s), {signal: a, f"{signal}_right": a, f"{signal}_left": b}, {}, {}, (0.0, 0.0, 1.0))
        for t_s, a, b in zip(T_S, near.tolist(), far.tolist(), strict=True)
    ]


def seen_above(values: Floats, least_deg: float) -> Floats:
    """The far leg, which comes into view only once it has left the near one's shadow."""
    return np.where(least_deg < NEAR, values, np.nan)


@pytest.mark.parametrize(("share", "why"), [(1.0, ""), (0.7, ""), (0.1, "Only one leg moved.")])
def test_a_far_leg_seen_after_a_quick_descent_began_is_compared_over_what_is_seen(
    share: float, why: str
) -> None:
    far = seen_above(70.0 - share * (70.0 - NEAR), 30.0)
    squat = load("squat").exercise
    assert (
        why_dismissed(squat, PHASES, rows(NEAR, far, "thigh_elevation"), "thigh_elevation", follows_on=True)
        == why
    )


def test_a_far_leg_that_flashes_up_in_the_middle_has_not_moved() -> None:
    lift = load("seated-lift-over").exercise
    flash = np.where((np.abs(T_S - PHASES.peak_s) < 0.05) | (T_S < 2.1), NEAR, np.nan)
    for far, moved_deg in ((flash, 0.0), (NEAR, 70.0)):
        seen = other_leg_moved(rows(NEAR, far, "leg_rise"), "leg_rise_left", PHASES, lift)
        assert seen == pytest.approx(moved_deg, abs=5.0)


def test_of_two_pictures_a_second_the_rate_is_said_to_be_too_low() -> None:
    """Of somebody who never left their place it was said that they had."""
    report = judge(track_of("squat-clean")[::15], load("squat")).report
    said = " ".join(report.set.notes)
    assert "too few pictures a second to tell whether you stayed in place" in said
    assert "another place" not in said


def test_hips_out_of_sight_are_no_other_place() -> None:
    nowhere = (np.nan, np.nan, np.nan)
    unseen = [replace(row, anchor=nowhere) for row in rows(NEAR, NEAR, "thigh_elevation")]
    squat = load("squat").exercise
    why = why_dismissed(squat, PHASES, unseen, "thigh_elevation", follows_on=True)
    assert why == "You were not seen well enough to tell whether you stayed in place."
