"""The posture neutral is a still stretch of the start posture, wherever it is, or none."""

from collections.abc import Callable

import numpy as np
import pytest

from formcheck.body.neutral import find_neutral, neutral_at, posture_held
from formcheck.body.pose import Floats
from formcheck.body.signals import Signals

BOUNDS = {"thigh_elevation": (-20.0, 25.0), "trunk_lean": (-20.0, 30.0)}


def signals(t: Floats, **deg: Floats) -> Signals:
    full = {"trunk_inclination": np.zeros(len(t))} | deg
    blank = {name: np.where(np.isfinite(v), "", "hidden") for name, v in full.items()}
    return Signals(t, full, {name: np.full(len(t), 5.0) for name in full}, blank)


def made(
    seconds: float,
    thigh: Callable[[Floats], Floats],
    lean: Callable[[Floats], Floats] | None = None,
    fps: float = 30,
    noise: float = 0.0,
    seed: int = 0,
) -> Signals:
    t = np.arange(int(seconds * fps)) / fps
    rng = np.random.default_rng(seed)
    values = {"thigh_elevation": thigh(t), "trunk_lean": lean(t) if lean else np.zeros(len(t))}
    return signals(t, **{n: v + noise * rng.standard_normal(len(t)) for n, v in values.items()})


def test_a_late_neutral_is_found_where_it_is() -> None:
    found = find_neutral(made(15, lambda t: np.where(t < 10, 40 + 30 * np.sin(3 * t), 5.0)), BOUNDS)
    assert found.accepted
    assert found.start_s >= 9.9
    assert found.end_s - found.start_s == pytest.approx(3.0, abs=0.1)
    assert found.reason == ""


def test_the_rest_before_a_movement_is_the_start_even_where_the_one_after_it_is_steadier() -> None:
    """Of a person who comes to rest elsewhere than where they began, as with an arched back."""
    rng = np.random.default_rng(2)
    shaky = 0.5 * rng.standard_normal(30 * 14)

    def thigh(t: Floats) -> Floats:
        return np.where((t > 4) & (t < 9), 60.0, np.where(t < 6, 5 + 1.4 * shaky, 9 + shaky))

    found = find_neutral(made(14, thigh), BOUNDS)
    assert found.end_s <= 4.1
    restless = find_neutral(made(14, lambda t: thigh(t) + np.where(t < 4, 3 * np.sin(5 * t), 0.0)), BOUNDS)
    assert restless.start_s >= 8.9


@pytest.mark.parametrize(("held_s", "first"), [(0.7, False), (1.3, True), (2.6, True)])
def test_a_second_before_a_repetition_goes_before_a_longer_rest_after_it(held_s: float, first: bool) -> None:
    """Who has stopped stands as the last repetition left them; less than a second is no start."""
    rng = np.random.default_rng(4)
    shaky = 0.3 * rng.standard_normal(30 * 12)

    def thigh(t: Floats) -> Floats:
        return np.where(t < held_s, 4.0, np.where(t < 8, 60.0, 9.0)) + shaky

    seen = made(12, thigh)
    moved = seen.deg["thigh_elevation"] > 40
    found = find_neutral(seen, BOUNDS, moved)
    assert (found.end_s <= held_s) is first
    assert ("held still for only" in found.reason) is first


def test_a_rest_before_a_step_is_no_start_where_no_repetition_lies_between() -> None:
    """A step out of the bounds is none: the longer rest after it is the start posture."""
    seen = made(8, lambda t: np.where(t < 1.5, 4.0, np.where(t < 2.5, 30.0, 9.0)))
    found = find_neutral(seen, BOUNDS, seen.deg["thigh_elevation"] > 40)
    assert found.start_s >= 2.5


def test_a_restless_second_before_a_repetition_is_no_start() -> None:
    """Nor is what wavers more than twice as much as the rest after it."""
    rng = np.random.default_rng(5)
    shaky = 0.3 * rng.standard_normal(30 * 12)

    def thigh(t: Floats) -> Floats:
        return np.where(t < 1.5, 4 + 4 * np.sin(6 * t), np.where(t < 8, 60.0, 9.0)) + shaky

    seen = made(12, thigh)
    assert find_neutral(seen, BOUNDS, seen.deg["thigh_elevation"] > 40).start_s >= 7.9


def test_a_start_in_mid_movement_takes_the_short_still_moment_and_says_so() -> None:
    found = find_neutral(made(8, lambda t: 45 - 45 * np.cos(2 * np.pi * t / 4 + np.pi)), BOUNDS)
    assert found.accepted
    assert found.end_s - found.start_s < 2.1
    assert "held still for only" in found.reason
    # It is the top of the movement: thighs hang down at 2 and 6 s.
    assert min(abs(found.start_s + 0.5 - 2), abs(found.start_s + 0.5 - 6)) < 1.0


@pytest.mark.parametrize(("rest_s", "accepted"), [(0.6, False), (1.4, True)])
def test_from_the_front_a_moment_of_rest_is_no_start_posture(rest_s: float, accepted: bool) -> None:
    """Foreshortening is coarse: what is hidden but for it must be held for a second."""
    t = np.arange(240) / 30
    trunk = np.where(t > 8 - rest_s, 0.0, 40 + 20 * np.sin(3 * t))
    unseen = np.full(len(t), np.nan)
    seen_from_the_front = signals(t, trunk_inclination=trunk, trunk_lean=unseen)
    bounds = {"trunk_lean": (-20.0, 25.0), "trunk_inclination": (0.0, 35.0)}
    assert find_neutral(seen_from_the_front, bounds).accepted is accepted
    seen_from_the_side = signals(t, trunk_inclination=trunk, trunk_lean=trunk)
    assert find_neutral(seen_from_the_side, bounds).accepted


def test_who_never_holds_still_has_no_neutral() -> None:
    found = find_neutral(made(10, lambda t: 60 * np.sin(2 * np.pi * 1.5 * t)), BOUNDS)
    assert not found.accepted
    assert "never held still" in found.reason


def test_a_still_moment_in_the_wrong_posture_is_no_neutral() -> None:
    """Seated quite still for ten seconds, standing a little shakily for four."""
    found = find_neutral(made(16, lambda t: np.where(t < 11, 88.0, 5 + 1.5 * np.sin(9 * t))), BOUNDS)
    assert found.accepted
    assert found.start_s >= 10.9
    seated = find_neutral(made(10, lambda t: np.full(len(t), 88.0)), BOUNDS)
    assert not seated.accepted


@pytest.mark.parametrize("seed", range(5))
def test_landmark_noise_does_not_keep_from_finding_it(seed: int) -> None:
    found = find_neutral(made(6, lambda t: np.zeros(len(t)), noise=2.5, seed=seed), BOUNDS)
    assert found.accepted


def test_a_scatter_beyond_five_degrees_is_refused() -> None:
    found = find_neutral(made(6, lambda t: 9 * np.sign(np.sin(2 * np.pi * 4 * t))), BOUNDS)
    assert not found.accepted


def test_the_steadiest_of_two_is_taken() -> None:
    found = find_neutral(
        made(12, lambda t: np.where(t < 5, 4 * np.sin(8 * t), np.where(t < 7, 80.0, 0.3 * np.sin(8 * t)))),
        BOUNDS,
    )
    assert found.start_s >= 7.0


def test_a_signal_that_flickers_does_not_speak_and_one_alone_may() -> None:
    t = np.arange(0, 6, 1 / 30)
    knees = np.where(np.arange(len(t)) % 2 == 0, np.nan, 0.0)
    seen = signals(t, thigh_elevation=np.zeros(len(t)), trunk_lean=knees)
    assert find_neutral(seen, BOUNDS).accepted
    nothing = signals(t, thigh_elevation=np.full(len(t), np.nan), trunk_lean=np.full(len(t), np.nan))
    found = find_neutral(nothing, BOUNDS)
    assert not found.accepted
    assert "could not be seen" in found.reason


def test_posture_needs_at_least_one_signal_that_speaks_for_it() -> None:
    t = np.arange(3.0)
    both = signals(t, thigh_elevation=np.array([0, np.nan, 50.0]), trunk_lean=np.array([np.nan, np.nan, 0]))
    assert posture_held(both, BOUNDS).tolist() == [True, False, False]


def test_the_user_may_name_the_neutral_but_not_where_nobody_is() -> None:
    seen = made(6, lambda t: np.full(len(t), 80.0))
    assert neutral_at(seen, 1.0, 2.0).accepted
    assert not neutral_at(seen, 60.0, 61.0).accepted


def test_small_movements_within_the_bounds_are_no_rest_where_a_still_second_lies_between_them() -> None:
    """A recording that begins in the middle of a small lift: 3 s that hold lifts scatter little enough."""

    def thigh(t: Floats) -> Floats:
        moving_s = np.where(t < 5, t, np.maximum(t - 1.2, 5.0))  # two lifts, a pause of 1.2 s, two lifts
        return 7 - 7 * np.cos(2 * np.pi * moving_s / 2.5)

    found = find_neutral(made(11.2, thigh, noise=0.1), BOUNDS)
    assert found.start_s >= 4.5
    assert found.end_s <= 6.7
    assert "about 2 s" in found.reason
