"""The standing knee behind the near leg: what it is measured from, and how surely it is judged."""

import pytest

from formcheck.coach.baseline import FAR_READS_MORE_DEG, _both_alike
from formcheck.exercises.load import load

MARCH, LIFT = (load(name).exercise for name in ("march-neutral", "seated-lift-over"))


@pytest.mark.parametrize("seen", [{}, {"knee_flexion_left": -10.0}])
def test_the_far_knee_is_measured_from_the_near_one_hidden_at_rest_or_guessed(seen: dict[str, float]) -> None:
    neutral = _both_alike({"knee_flexion_right": 3.0, **seen}, MARCH, near="right")
    assert neutral["knee_flexion_left"] == pytest.approx(3.0 + FAR_READS_MORE_DEG["knee_flexion"])
    assert neutral["knee_flexion_right"] == 3.0


def test_thighs_and_legs_that_start_differently_keep_what_was_seen_of_them() -> None:
    thighs = {"thigh_elevation_right": 2.0, "thigh_elevation_left": 6.0}
    assert _both_alike(thighs, MARCH, near="right") == thighs
    knees = {"knee_flexion_right": 3.0, "knee_flexion_left": -10.0}
    assert _both_alike(knees, LIFT, near="right") == knees
