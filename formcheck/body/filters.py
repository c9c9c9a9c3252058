"""Filters: zero-lag for recordings, One-Euro for live; one or the other is injected before the analyzer.

Both smooth coordinates, and no angles that may wrap. A recording's lumbar angle, which does not, is as well.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from formcheck.body.pose import Bools, Floats, Pose, PoseTrack

# Winter's choice for whole-body movement; double 2nd order, cut-off corrected for two passes.
LANDMARK_CUTOFF_HZ = 6.0
TWO_PASS_CORRECTION = 0.802
# Longer gaps are not bridged: measurement.md, section 4.
MAX_BRIDGED_GAP_S = 0.3
_COLUMNS_AT_ONCE = 16  # filtering needs six times the memory of what is filtered


def smooth_series(t_s: Floats, values: Floats, cutoff_hz: float = LANDMARK_CUTOFF_HZ) -> Floats:
    """Low-pass a series without lag (Butterworth, double 2nd order, forwards and backwards).

    Parameters
    ----------
    t_s : ndarray, shape (T,)
        Strictly increasing times; need not be uniform.
    values : ndarray, shape (T, ...)
        NaN where missing. Gaps of up to 0.3 s are bridged, longer ones separate independent stretches.
    cutoff_hz : float
        Cut-off of the whole two-pass filter.

    Returns
    -------
    ndarray, shape (T, ...)
        Smoothed values at the same times and of the same precision; NaN where the input was missing for
        longer than 0.3 s. The filter itself runs in double precision.
    """
    flat = values.reshape(len(t_s), -1)
    flat = flat if flat.dtype == np.float32 else flat.astype(np.float64)
    result = np.full_like(flat, np.nan)
    columns: dict[bytes, list[int]] = {}
    present = np.isfinite(flat)
    for j in range(flat.shape[1]):  # columns that share their gaps are filtered together
        columns.setdefault(present[:, j].tobytes(), []).append(j)
    for alike in columns.values():
        stretches = _stretches(t_s, present[:, alike[0]])
        for i in range(0, len(alike), _COLUMNS_AT_ONCE):
            members = alike[i : i + _COLUMNS_AT_ONCE]
            for first, last in stretches:
                result[first:last, members] = _smooth_stretch(
                    t_s[first:last], flat[first:last, members].astype(np.float64), cutoff_hz
                )
    return result.reshape(values.shape)


def median_series(t_s: Floats, values: Floats, width_s: float) -> Floats:
    """Replace each value of a series by the median of those around it: what jumps for a moment goes.

    Parameters
    ----------
    t_s : ndarray, shape (T,)
        Strictly increasing times; need not be uniform.
    values : ndarray, shape (T,)
        NaN where missing.
    width_s : float
        How much time about each value is looked at.

    Returns
    -------
    ndarray, shape (T,)
        NaN where the input was missing. A steady course, up or down, stays as it is but for its ends.
    """
    if len(t_s) < 3:
        return values.copy()
    step_s = float(np.median(np.diff(t_s)))
    half = max(1, round(0.5 * width_s / step_s))
    near_s, near = (
        np.lib.stride_tricks.sliding_window_view(np.pad(each, half, constant_values=np.nan), 2 * half + 1)
        for each in (t_s, values)
    )
    with np.errstate(invalid="ignore"):
        counts = np.abs(near_s - t_s[:, None]) <= 0.5 * width_s + 0.25 * step_s  # of 29.97 a second as of 30
    result, seen = np.full_like(values, np.nan), np.isfinite(values)
    result[seen] = np.nanmedian(np.where(counts, near, np.nan)[seen], axis=1)
    return result


def _stretches(t_s: Floats, present: Bools) -> list[tuple[int, int]]:
    """Return index ranges [first, last) that no gap longer than `MAX_BRIDGED_GAP_S` interrupts."""
    seen = np.flatnonzero(present)
    if not seen.size:
        return []
    breaks = np.flatnonzero(np.diff(t_s[seen]) > MAX_BRIDGED_GAP_S)
    firsts = seen[np.concatenate([[0], breaks + 1])]
    lasts = seen[np.concatenate([breaks, [len(seen) - 1]])]
    return [(int(first), int(last) + 1) for first, last in zip(firsts, lasts, strict=True)]


def get_ready() -> None:
    """Load what the first smoothing would load, a second's work, where there is time for it."""
    import scipy.signal  # noqa: F401 - loaded late here and in `_smooth_stretch`


def _smooth_stretch(t_s: Floats, values: Floats, cutoff_hz: float) -> Floats:
    """Filter one uninterrupted stretch: resample uniformly, filter both ways, return to the own times."""
    from scipy.signal import butter, sosfiltfilt  # late: a second that listing exercises need not wait

    known = np.isfinite(values[:, 0])
    columns = [np.interp(t_s, t_s[known], values[known, j]) for j in range(values.shape[1])]
    bridged = np.stack(columns, axis=1)
    if len(t_s) < 4:
        return bridged
    step_s = float(np.median(np.diff(t_s)))
    n = max(4, round((t_s[-1] - t_s[0]) / step_s) + 1)
    grid_s = np.linspace(t_s[0], t_s[-1], n)
    rate_hz = (n - 1) / (grid_s[-1] - grid_s[0])
    corrected_hz = cutoff_hz / TWO_PASS_CORRECTION
    if corrected_hz >= 0.45 * rate_hz:  # nothing that this rate can carry lies above the cut-off
        return bridged
    uniform = np.stack([np.interp(grid_s, t_s, column) for column in bridged.T], axis=1)
    sections = butter(2, corrected_hz, fs=rate_hz, output="sos")
    smooth = sosfiltfilt(sections, uniform, axis=0, padtype="odd", padlen=min(n - 1, int(rate_hz)))
    return np.stack([np.interp(t_s, grid_s, column) for column in smooth.T], axis=1)


def smooth_track(track: PoseTrack) -> PoseTrack:
    """Return a recording's track with zero-lag smoothed landmarks; everything else untouched."""
    if not len(track):
        return track
    return replace(
        track,
        landmarks_px=smooth_series(track.t_s, track.landmarks_px),
        landmarks_m=smooth_series(track.t_s, track.landmarks_m),
    )


@dataclass(slots=True)
class OneEuro:
    """The One-Euro filter (Casiez 2012) on arrays: causal, smooth at rest, quick in motion.

    Parameters
    ----------
    min_cutoff_hz : float
        Cut-off at rest.
    beta : float
        How much the cut-off rises, in Hz, per unit of speed.
    speed_cutoff_hz : float
        Cut-off of the speed estimate.
    """

    min_cutoff_hz: float = 1.5
    beta: float = 3.0
    speed_cutoff_hz: float = 1.0
    _t_s: float = field(default=float("nan"), init=False)
    _value: Floats | None = field(default=None, init=False)
    _speed: Floats | None = field(default=None, init=False)

    def feed(self, t_s: float, value: Floats) -> Floats:
        """Return the smoothed value at ``t_s``; NaN stays NaN and restarts that element."""
        if self._value is None or self._speed is None or t_s - self._t_s > MAX_BRIDGED_GAP_S:
            self._t_s, self._value, self._speed = t_s, value.copy(), np.zeros_like(value)
            return value
        step_s = t_s - self._t_s
        fresh = ~np.isfinite(self._value)
        previous = np.where(fresh, value, self._value)
        speed = self._speed + _alpha(self.speed_cutoff_hz, step_s) * (
            (value - previous) / step_s - self._speed
        )
        speed = np.where(np.isfinite(speed), speed, 0.0)
        cutoff_hz = self.min_cutoff_hz + self.beta * np.abs(speed)
        smoothed: Floats = previous + _alpha(cutoff_hz, step_s) * (value - previous)
        self._t_s, self._value, self._speed = t_s, smoothed, speed
        return smoothed


def _alpha(cutoff_hz: npt.NDArray[np.float64] | float, step_s: float) -> Floats:
    turn = 2 * np.pi * np.asarray(cutoff_hz, dtype=np.float64) * step_s
    return np.asarray(turn / (turn + 1.0), dtype=np.float64)


class LiveSmoother:
    """Causal counterpart of `smooth_track`: feeds poses one at a time through One-Euro.

    Coordinates are divided by the trunk's length first, so that the speed term does not depend on the
    picture's size.
    """

    def __init__(self, trunk_px: float) -> None:
        self._trunk_px = trunk_px
        self._filter = OneEuro()

    def feed(self, pose: Pose) -> Pose:
        """Return the pose with smoothed image landmarks."""
        smoothed = self._filter.feed(pose.t_s, pose.landmarks_px / self._trunk_px) * self._trunk_px
        return replace(pose, landmarks_px=smoothed)
