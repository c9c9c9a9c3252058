"""Filters against SciPy and against the formula of the One-Euro filter, written out here once more."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import butter, filtfilt

from formcheck.body.filters import LiveSmoother, OneEuro, median_series, smooth_series, smooth_track
from formcheck.body.pose import Floats
from tests.synthetic import Camera, film, squats


def test_zero_lag_gain_is_that_of_scipys_two_pass_butterworth() -> None:
    fs = 60.0
    t = np.arange(0, 8, 1 / fs)
    x = np.random.default_rng(1).standard_normal(len(t))
    b, a = butter(2, 6.0 / 0.802, fs=fs)
    expected = filtfilt(b, a, x, padtype="odd", padlen=60)
    np.testing.assert_allclose(smooth_series(t, x), expected, atol=1e-6)


@pytest.mark.parametrize(("hz", "low", "high"), [(1.0, 0.99, 1.01), (6.0, 0.65, 0.78), (15.0, 0.0, 0.1)])
def test_gain_over_frequency(hz: float, low: float, high: float) -> None:
    """One at the speed of exercises, about 1/sqrt(2) at the cut-off, nothing of the jitter."""
    t = np.arange(0, 10, 1 / 60)
    y = smooth_series(t, np.sin(2 * np.pi * hz * t))
    middle = slice(120, -120)
    assert low <= y[middle].std() / np.sin(2 * np.pi * hz * t)[middle].std() <= high


@pytest.mark.parametrize("fps", [15, 25, 30, 60])
def test_no_lag_at_any_rate(fps: float) -> None:
    t = np.arange(0, 10, 1 / fps)
    x = np.sin(2 * np.pi * 0.7 * t)
    lags = np.arange(-5, 6)
    y = smooth_series(t, x)
    match = [np.corrcoef(x[50:-50], np.roll(y, k)[50:-50])[0, 1] for k in lags]
    assert lags[int(np.argmax(match))] == 0


def test_uneven_times_are_smoothed_in_time_and_not_by_index() -> None:
    rng = np.random.default_rng(2)
    t = np.cumsum(rng.uniform(0.012, 0.06, 400))
    y = smooth_series(t, np.sin(2 * np.pi * 0.5 * t))
    np.testing.assert_allclose(y[30:-30], np.sin(2 * np.pi * 0.5 * t)[30:-30], atol=0.02)


@pytest.mark.parametrize("fps", [10, 20, 30, 60])
def test_a_median_drops_what_lasts_for_less_than_half_its_width_and_keeps_what_lasts(fps: float) -> None:
    t = np.arange(0, 4, 1 / fps)
    course = 20.0 * t
    short, long = ((t > 1.0) & (t < 1.0 + last_s) for last_s in (0.15, 1.2))
    dropped = median_series(t, course + 40.0 * short, 0.4)
    np.testing.assert_allclose(dropped[3:-3], course[3:-3], atol=20.0 * 0.2)
    kept = median_series(t, course + 40.0 * long, 0.4)
    middle = (t > 1.25) & (t < 1.95)
    np.testing.assert_allclose(kept[middle], (course + 40.0)[middle], atol=1e-9)


@pytest.mark.parametrize("fps", [29.97, 30.0])
def test_a_median_is_as_wide_at_either_rate_of_television(fps: float) -> None:
    t = np.arange(0, 4, 1 / fps)
    spike = (np.arange(len(t)) == 40).astype(float) + (np.arange(len(t)) == 41) + (np.arange(len(t)) == 42)
    assert median_series(t, spike, 0.2).max() == 0.0


def test_a_median_keeps_a_steady_course_and_a_slow_turn() -> None:
    t = np.cumsum(np.random.default_rng(3).uniform(0.03, 0.06, 200))
    np.testing.assert_allclose(median_series(t, 30.0 - 7.0 * t, 0.4)[5:-5], (30.0 - 7.0 * t)[5:-5], atol=0.4)
    turn = 20.0 * (1.0 - np.cos(2 * np.pi * 0.5 * t))  # 40 degrees and back in 2 s
    assert np.abs(median_series(t, turn, 0.4) - turn)[5:-5].max() < 1.7


def test_a_median_looks_at_nothing_beyond_its_width_and_leaves_gaps_as_they_are() -> None:
    t = np.concatenate([np.arange(0, 1, 0.05), np.arange(3, 4, 0.05)])
    x = np.where(t < 2, 0.0, 50.0)
    x[5] = np.nan
    y = median_series(t, x, 0.4)
    assert np.isnan(y[5])
    np.testing.assert_array_equal(y[t < 2][np.isfinite(y[t < 2])], 0.0)
    np.testing.assert_array_equal(y[t > 2], 50.0)


@given(
    x=arrays(np.float64, 24, elements=st.floats(-90, 90) | st.just(float("nan"))),
    scale=st.sampled_from([-1.0, 0.5, 3.0]),
)
def test_a_median_is_mirrored_and_scaled_with_what_it_is_taken_of(x: Floats, scale: float) -> None:
    t = np.arange(24) / 20
    np.testing.assert_allclose(median_series(t, scale * x, 0.4), scale * median_series(t, x, 0.4), atol=1e-9)


def test_short_gaps_are_bridged_and_long_ones_separate_what_lies_beside_them() -> None:
    t = np.arange(0, 6, 1 / 30)
    x = np.where(t < 3, 0.0, 100.0)
    short, long = x.copy(), x.copy()
    short[(t > 1.0) & (t < 1.2)] = np.nan
    long[(t > 2.6) & (t < 3.2)] = np.nan
    assert np.isfinite(smooth_series(t, short)).all()
    y = smooth_series(t, long)
    assert np.isnan(y[(t > 2.6) & (t < 3.2)]).all()
    # No overshoot of the step across the gap: the two stretches do not know of each other.
    np.testing.assert_allclose(y[t <= 2.6], 0.0, atol=1e-9)
    np.testing.assert_allclose(y[t >= 3.21], 100.0, atol=1e-9)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5])
def test_very_short_tracks_survive(n: int) -> None:
    track = film(squats(1), Camera(), fps=30)[:n]
    assert len(smooth_track(track)) == n


def one_euro_by_the_book(
    times: Floats, values: Floats, min_cutoff: float, beta: float, d_cutoff: float
) -> Floats:
    """Casiez, Roussel and Vogel 2012, one value at a time."""

    def alpha(cutoff: float, dt: float) -> float:
        tau = 1.0 / (2 * math.pi * cutoff)
        return 1.0 / (1.0 + tau / dt)

    out, x_hat, dx_hat, before = [], None, 0.0, None
    for t, x in zip(times, values, strict=True):
        if x_hat is None:
            x_hat = x
        else:
            dt = t - before
            a_d = alpha(d_cutoff, dt)
            dx_hat = a_d * (x - x_hat) / dt + (1 - a_d) * dx_hat
            a = alpha(min_cutoff + beta * abs(dx_hat), dt)
            x_hat = a * x + (1 - a) * x_hat
        before = t
        out.append(x_hat)
    return np.array(out)


def test_one_euro_is_the_published_filter() -> None:
    rng = np.random.default_rng(3)
    t = np.cumsum(rng.uniform(0.02, 0.05, 200))
    x = np.sin(t) + 0.1 * rng.standard_normal(200)
    mine = OneEuro(min_cutoff_hz=1.2, beta=0.7, speed_cutoff_hz=1.0)
    y = np.array([mine.feed(a, np.array([b]))[0] for a, b in zip(t, x, strict=True)])
    np.testing.assert_allclose(y, one_euro_by_the_book(t, x, 1.2, 0.7, 1.0), atol=1e-9)


def test_one_euro_restarts_after_a_missing_value_and_keeps_the_others() -> None:
    filt = OneEuro()
    t = np.arange(30) / 30
    x = np.stack([np.sin(t), np.cos(t)], axis=1)
    x[10, 0] = np.nan
    y = np.array([filt.feed(a, b) for a, b in zip(t, x, strict=True)])
    assert np.isnan(y[10, 0])
    assert np.isfinite(np.delete(y[:, 0], 10)).all()
    assert y[11, 0] == pytest.approx(x[11, 0])  # nothing older is known
    whole = OneEuro()
    alone = np.array([whole.feed(a, b[1:]) for a, b in zip(t, x, strict=True)])
    np.testing.assert_allclose(y[:, 1], alone[:, 0])


def test_the_live_smoother_does_not_depend_on_the_pictures_size() -> None:
    """The speed term must see trunk lengths: pixels would make a 4K camera jittery and a small one lag."""
    motion = squats(1)
    small = film(motion, Camera(width_px=360, height_px=640), fps=30)
    large = film(motion, Camera(width_px=1440, height_px=2560), fps=30)
    trunk = 150.0
    a, b = LiveSmoother(trunk), LiveSmoother(4 * trunk)
    one = np.array([a.feed(pose).landmarks_px for pose in small])
    other = np.array([b.feed(pose).landmarks_px for pose in large])
    np.testing.assert_allclose(other, 4 * one, rtol=1e-6, atol=1e-6)
