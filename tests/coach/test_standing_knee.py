"""The standing knee behind the near leg: what it is measured from, and how surely it is judged."""

import pytest

from formcheck.coach.baseline import FAR_READS_MORE_DEG, _both_alike
from formcheck.exercises.load import load

MARCH, LIFT = (load(name).exercise for name in ("march-neutral", "seated-lift-over"))


@pytest.mark.parametrize("name", ["knee_flexion", "leg_bend"])
@pytest.mark.parametrize("guessed_deg", [None, -10.0])
def test_the_far_knee_is_measured_from_the_near_one_hidden_at_rest_or_guessed(
    name: str, guessed_deg: float | None
) -> None:
    seen = {} if guessed_deg is None else {f"{name}_left": guessed_deg}
    neutral = _both_alike({f"{name}_right": 3.0, **seen}, MARCH, near="right")
    assert neutral[f"{name}_left"] == pytest.approx(3.0 + FAR_READS_MORE_DEG[name])
    assert neutral[f"{name}_right"] == 3.0


def test_thighs_and_legs_that_start_differently_keep_what_was_seen_of_them() -> None:
    thighs = {"thigh_elevation_right": 2.0, "thigh_elevation_left": 6.0}
    assert _both_alike(thighs, MARCH, near="right") == thighs
    knees = {
        "knee_flexion_right": 3.0,
        "knee_flexion_left": -10.0,
        "leg_bend_left": -2.0,
        "leg_bend_right": 1.0,
    }
    assert _both_alike(knees, LIFT, near="right") == knees
