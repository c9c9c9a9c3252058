"""When a movement began and arrived, told from its whole course, against known answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.body.pose import Floats
from formcheck.coach.flank import eased, fit_flank
from formcheck.coach.rep_phases import RepPhases, phases_of
from formcheck.coach.reps import RepCounted, RepCounter, RepRule


def rise(start_s: float, end_s: float, until_s: float, size: float, rate_hz: float) -> tuple[Floats, Floats]:
    t_s = np.arange(0.0, until_s, 1 / rate_hz)
    return t_s, size * eased((t_s - start_s) / (end_s - start_s))


@given(
    start_s=st.floats(0.3, 2.0),
    length_s=st.floats(0.4, 5.0),
    rest_s=st.floats(0.3, 2.0),
    size=st.floats(5.0, 120.0),
    rate_hz=st.floats(12.0, 60.0),
)
@settings(max_examples=60, deadline=None)
def test_a_step_without_noise_is_found(
    start_s: float, length_s: float, rest_s: float, size: float, rate_hz: float
) -> None:
    t_s, values = rise(start_s, start_s + length_s, start_s + length_s + rest_s, size, rate_hz)
    found = fit_flank(t_s, 30.0 + values)
    assert found.start_s == pytest.approx(start_s, abs=0.06 + 0.02 * length_s)
    assert found.end_s == pytest.approx(start_s + length_s, abs=0.06 + 0.02 * length_s)


def test_a_slow_step_is_found_under_noise_that_hides_its_ends() -> None:
    """Of 80 degrees in four seconds, with two degrees of noise that keep their sign for .2 s."""
    errors = []
    for seed in range(20):
        t_s, values = rise(1.0, 5.0, 6.0, 80.0, 30.0)
        found = fit_flank(t_s, values + _wavering(2.0, len(t_s), 30.0, seed))
        errors.append([found.start_s - 1.0, found.end_s - 5.0])
    assert np.abs(errors).mean() < 0.15


def test_noise_does_not_make_a_jump_of_a_small_movement() -> None:
    for seed in range(20):
        t_s, values = rise(1.0, 2.2, 3.5, 4.0, 30.0)
        found = fit_flank(t_s, values + _wavering(1.0, len(t_s), 30.0, seed))
        assert found.length_s > 0.5


def test_a_quick_and_large_movement_is_still_called_quick() -> None:
    t_s, values = rise(1.0, 1.35, 2.5, 40.0, 30.0)
    found = fit_flank(t_s, values + _wavering(1.0, len(t_s), 30.0, 1))
    assert found.length_s == pytest.approx(0.35, abs=0.1)


def test_a_slow_way_out_and_a_quick_way_back_meet_where_they_did() -> None:
    t_s, out = rise(1.0, 4.0, 7.0, 60.0, 30.0)
    values = out - 60.0 * eased((t_s - 4.0) / 1.0)
    phases = phases_of(t_s, values, now_s=7.0, rest_deg=0.0, peak_deg=float(values.max()))
    assert phases.peak_s == pytest.approx(4.0, abs=0.1)
    assert phases.hold_end_s == phases.hold_start_s


@pytest.mark.parametrize("hold_s", [0.2, 0.6])
def test_a_short_hold_is_told_as_long_as_it_was(hold_s: float) -> None:
    t_s, out = rise(1.0, 2.5, 6.0, 60.0, 30.0)
    values = out - 60.0 * eased((t_s - 2.5 - hold_s) / 1.5)
    phases = phases_of(t_s, values, now_s=6.0, rest_deg=0.0, peak_deg=float(values.max()))
    assert phases.hold_end_s - phases.hold_start_s == pytest.approx(hold_s, abs=0.05)


def test_who_stops_just_above_rest_for_a_moment_has_not_arrived() -> None:
    """A lowering that waits half a second a tenth above its end is complete at its end, counted once."""
    t_s = np.arange(0.0, 12.0, 1 / 30)
    values = 80.0 * eased((t_s - 1.0) / 1.5)
    values -= 70.0 * eased((t_s - 3.5) / 3.0) + 10.0 * eased((t_s - 7.0) / 1.0)
    counter = RepCounter(RepRule(target_deg=80.0, min_deg=12.0), 0.0)
    events = [event for t, value in zip(t_s, values, strict=True) for event in counter.feed(t, value)]
    done = [event for event in [*events, *counter.finish()] if isinstance(event, RepPhases)]
    assert sum(isinstance(event, RepCounted) for event in events) == 1
    assert len(done) == 1
    assert done[0].t_s > 8.0


def _wavering(sd: float, count: int, rate_hz: float, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    keep = np.exp(-1 / (0.2 * rate_hz))
    values = rng.normal(size=count) * sd
    for k in range(1, count):
        values[k] = keep * values[k - 1] + np.sqrt(1 - keep**2) * values[k]
    return values
