"""The one repetition counter: a stream of (time, degrees) in, repetitions with their phases out.

It never looks at more than one value at a time and works in seconds, not frames, so that frame rate,
chunk size and dropped frames do not matter. Thresholds are shares of the exercise's target range at
first, then of the median of the person's own repetitions (measurement.md, section 4).
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from formcheck.body.pose import Floats

# Shares of the range; measurement.md, section 4.
START_SHARE = 0.25
END_SHARE = 0.15
START_SLOPE_PER_S = 0.10
HOLD_SLOPE_PER_S = 0.08
HOLD_SHARE_OF_PEAK = 0.85
MIN_HOLD_S = 0.3
END_DWELL_S = 0.2
# A new rise out of a valley this deep (share of the peak) separates two repetitions that do not return
# to rest; a shallower one is an oscillation within a repetition. Our choice.
VALLEY_SHARE = 0.5
# Coming to rest this low (share of the peak) for this long ends a repetition whose start posture was
# not reached again. Our choice.
REST_SHARE = 0.4
REST_SLOPE_PER_S = 0.05
REST_DWELL_S = 0.6
# Movement begins and ends where the signal leaves its resting level by this much; our choice, a little
# above the smoothed landmark noise.
ONSET_SHARE = 0.03
ONSET_DEG = 1.0
SETTLE_S = 0.8
SLOPE_WINDOW_S = 0.25
REST_WINDOW_S = 1.5
MAX_GAP_S = 1.0


@dataclass(frozen=True, slots=True)
class RepRule:
    """What counts as a repetition.

    Parameters
    ----------
    target_deg : float
        Range that is asked for; scales the thresholds until the person has repetitions of their own.
    min_deg : float
        The smallest movement that counts.
    min_s, max_s : float
        Shortest and longest repetition.
    """

    target_deg: float
    min_deg: float
    min_s: float = 0.6
    max_s: float = 20.0


@dataclass(frozen=True, slots=True)
class RepStarted:
    """Movement outward has begun, at ``start_s``; known only at ``t_s``."""

    t_s: float
    start_s: float


@dataclass(frozen=True, slots=True)
class RepCounted:
    """The movement has returned; its exact end is not yet known."""

    t_s: float


@dataclass(frozen=True, slots=True)
class RepAbandoned:
    """The movement that began at ``start_s`` was no repetition."""

    t_s: float
    start_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class RepPhases:
    """One finished repetition; times in seconds, ``peak_deg`` and ``rest_deg`` in the signal's degrees."""

    t_s: float
    start_s: float
    hold_start_s: float
    peak_s: float
    hold_end_s: float
    end_s: float
    rest_deg: float
    peak_deg: float

    @property
    def amplitude_deg(self) -> float:
        """How far the movement went."""
        return self.peak_deg - self.rest_deg

    @property
    def duration_s(self) -> float:
        """From start to end."""
        return self.end_s - self.start_s


RepEvent = RepStarted | RepCounted | RepAbandoned | RepPhases


@dataclass(slots=True)
class _Movement:
    """A movement under way."""

    start_s: float
    rest_deg: float
    peak_s: float
    peak_deg: float
    low_since_s: float | None = None
    still_since_s: float | None = None
    valley_s: float = float("nan")
    valley_deg: float = float("inf")
    counted_s: float | None = None

    def share_of_peak(self, value_deg: float) -> float:
        return (value_deg - self.rest_deg) / max(self.peak_deg - self.rest_deg, 1e-9)


@dataclass(slots=True)
class RepCounter:
    """Counts repetitions in a stream.

    Parameters
    ----------
    rule : RepRule
        What counts.
    rest_deg : float
        The signal in the start posture.
    """

    rule: RepRule
    rest_deg: float
    _recent: deque[tuple[float, float]] = field(default_factory=deque, init=False)
    _movement: _Movement | None = field(default=None, init=False)
    _amplitudes_deg: list[float] = field(default_factory=list, init=False)
    _last_end_s: float = field(default=float("-inf"), init=False)

    @property
    def range_deg(self) -> float:
        """The range that thresholds are shares of: the target, or the person's own median."""
        if not self._amplitudes_deg:
            return self.rule.target_deg
        # Never so small that noise around the smallest counted movement would start repetitions.
        return max(float(np.median(self._amplitudes_deg)), 2 * self.rule.min_deg)

    @property
    def moving(self) -> bool:
        """Whether a movement is under way that has not been counted yet."""
        return self._movement is not None and self._movement.counted_s is None

    def feed(self, t_s: float, value_deg: float) -> list[RepEvent]:
        """Take one value; NaN is a missing one.

        Parameters
        ----------
        t_s : float
            Later than every earlier time.
        value_deg : float
            The repetition signal, oriented so that a repetition raises it.
        """
        if not np.isfinite(value_deg):
            return []
        events: list[RepEvent] = []
        if self._recent and t_s - self._recent[-1][0] > MAX_GAP_S:
            events += self.break_off(t_s, "gap")
        self._recent.append((t_s, value_deg))
        while self._recent[-1][0] - self._recent[0][0] > self.rule.max_s + REST_WINDOW_S:
            self._recent.popleft()
        slope = self._slope_per_s()
        if self._movement is not None and self._movement.counted_s is not None:
            events += self._settle(t_s, slope)
        if self._movement is None:
            events += self._wait(t_s, value_deg, slope)
        elif self._movement.counted_s is None:
            events += self._move(t_s, value_deg, slope)
        return events

    def break_off(self, t_s: float, reason: str) -> list[RepEvent]:
        """Forget the past, as when the person was out of view: what follows is another stretch."""
        events: list[RepEvent] = []
        if self._movement is not None:
            counted = self._movement.counted_s is not None
            events = self._complete(t_s) if counted else self._abandon(t_s, reason)
        self._recent.clear()
        return events

    def finish(self) -> list[RepEvent]:
        """End the stream: a movement that has all but returned still counts."""
        movement = self._movement
        if movement is None or not self._recent:
            return []
        t_s, value_deg = self._recent[-1]
        if movement.counted_s is not None:
            return self._complete(t_s)
        near_rest = (value_deg - movement.rest_deg) / self.range_deg < START_SHARE
        if near_rest and movement.share_of_peak(value_deg) < REST_SHARE:
            return [RepCounted(t_s), *self._complete(t_s)]
        return self._abandon(t_s, "unfinished")

    # ---- rest, movement, settling -------------------------------------------------------------

    def _wait(self, t_s: float, value_deg: float, slope: float) -> list[RepEvent]:
        q = (value_deg - self.rest_deg) / self.range_deg
        if q <= START_SHARE or slope <= START_SLOPE_PER_S:
            return []
        start_s, level_deg = self._onset()
        # Standing a little differently than in neutral is no head start for the movement's size.
        rest_deg = max(self.rest_deg, level_deg) if level_deg < value_deg else self.rest_deg
        self._movement = _Movement(start_s, rest_deg, peak_s=t_s, peak_deg=value_deg)
        return [RepStarted(t_s, start_s)]

    def _move(self, t_s: float, value_deg: float, slope: float) -> list[RepEvent]:
        movement = self._require_movement()
        if value_deg > movement.peak_deg:
            movement.peak_s, movement.peak_deg = t_s, value_deg
            movement.valley_deg = float("inf")
        elif value_deg < movement.valley_deg:
            movement.valley_s, movement.valley_deg = t_s, value_deg
        if t_s - movement.start_s > self.rule.max_s:
            return self._abandon(t_s, "too long")
        if self._returned(movement, t_s, value_deg, slope):
            movement.counted_s = t_s
            reason = self._why_not(movement, t_s)
            return self._abandon(t_s, reason) if reason else [RepCounted(t_s)]
        return self._split_at_valley(movement, t_s, value_deg, slope)

    def _returned(self, movement: _Movement, t_s: float, value_deg: float, slope: float) -> bool:
        low = (value_deg - self.rest_deg) / self.range_deg < END_SHARE
        low = low or (value_deg - movement.rest_deg) / self.range_deg < END_SHARE
        movement.low_since_s = _since_when(low, movement.low_since_s, t_s)
        if movement.low_since_s is not None and t_s - movement.low_since_s >= END_DWELL_S - 1e-9:
            return True
        still = abs(slope) < REST_SLOPE_PER_S and movement.share_of_peak(value_deg) < REST_SHARE
        movement.still_since_s = _since_when(still, movement.still_since_s, t_s)
        return movement.still_since_s is not None and t_s - movement.still_since_s >= REST_DWELL_S

    def _split_at_valley(
        self, movement: _Movement, t_s: float, value_deg: float, slope: float
    ) -> list[RepEvent]:
        amplitude_deg = movement.peak_deg - movement.rest_deg
        deep = movement.share_of_peak(movement.valley_deg) < 1 - VALLEY_SHARE
        risen = value_deg - movement.valley_deg > START_SHARE * amplitude_deg
        if not (deep and risen and slope > START_SLOPE_PER_S):
            return []
        if movement.valley_s - movement.start_s < self.rule.min_s or amplitude_deg < self.rule.min_deg:
            # A false start before the real movement: begin again from the valley.
            self._movement = _Movement(movement.valley_s, movement.valley_deg, t_s, value_deg)
            return [RepAbandoned(t_s, movement.start_s, "too small"), RepStarted(t_s, movement.valley_s)]
        valley_s, rest_deg = movement.valley_s, max(movement.rest_deg, min(movement.valley_deg, value_deg))
        events: list[RepEvent] = [RepCounted(t_s), *self._complete(t_s, end_s=valley_s)]
        self._movement = _Movement(valley_s, rest_deg, peak_s=t_s, peak_deg=value_deg)
        return [*events, RepStarted(t_s, valley_s)]

    def _settle(self, t_s: float, slope: float) -> list[RepEvent]:
        movement = self._require_movement()
        counted_s = movement.counted_s if movement.counted_s is not None else t_s
        if slope > -REST_SLOPE_PER_S or t_s - counted_s >= SETTLE_S:
            return self._complete(t_s)
        return []

    # ---- finishing ----------------------------------------------------------------------------

    def _complete(self, t_s: float, end_s: float | None = None) -> list[RepEvent]:
        movement = self._require_movement()
        times, values = self._since(movement.start_s)
        if end_s is None:
            end_s = self._end(movement, times, values)
        hold_start_s, hold_end_s = self._hold(movement, times, values)
        self._amplitudes_deg.append(movement.peak_deg - movement.rest_deg)
        self._movement = None
        self._last_end_s = end_s
        return [
            RepPhases(
                t_s=t_s,
                start_s=movement.start_s,
                hold_start_s=hold_start_s,
                peak_s=movement.peak_s,
                hold_end_s=hold_end_s,
                end_s=end_s,
                rest_deg=movement.rest_deg,
                peak_deg=movement.peak_deg,
            )
        ]

    def _abandon(self, t_s: float, reason: str) -> list[RepEvent]:
        movement = self._require_movement()
        self._movement = None
        self._last_end_s = t_s
        return [RepAbandoned(t_s, movement.start_s, reason)]

    def _why_not(self, movement: _Movement, t_s: float) -> str:
        if movement.peak_deg - movement.rest_deg < self.rule.min_deg:
            return "too small"
        if t_s - END_DWELL_S - movement.start_s < self.rule.min_s:
            return "too short"
        return ""

    def _onset(self) -> tuple[float, float]:
        """Return when the movement under way left its resting level, and that level."""
        times, values = self._since(max(self._last_end_s, self._recent[-1][0] - self.rule.max_s))
        recent = times >= times[-1] - REST_WINDOW_S
        level_deg = float(values[recent].min())
        low = np.flatnonzero(values <= level_deg + self._onset_deg())
        return float(times[low[-1]]), level_deg

    def _end(self, movement: _Movement, times: Floats, values: Floats) -> float:
        """Return when the movement reached its resting level again."""
        after = times > movement.peak_s
        if not after.any():
            return float(times[-1])
        low = after & (values <= float(values[after].min()) + self._onset_deg())
        return float(times[np.flatnonzero(low)[0]])

    def _hold(self, movement: _Movement, times: Floats, values: Floats) -> tuple[float, float]:
        """Return the stretch round the peak without movement; empty at the peak if there is none."""
        q_per_s = np.gradient(values, times) / self.range_deg if len(times) > 2 else np.ones(len(times))
        high = (values - movement.rest_deg) > HOLD_SHARE_OF_PEAK * (movement.peak_deg - movement.rest_deg)
        still = high & (np.abs(q_per_s) < HOLD_SLOPE_PER_S)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], still.astype(np.int8), [0]])))
        runs = [(times[a], times[b - 1]) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        if not runs:
            return movement.peak_s, movement.peak_s
        first, last = max(runs, key=lambda run: run[1] - run[0])
        if last - first < MIN_HOLD_S:
            return movement.peak_s, movement.peak_s
        return float(first), float(last)

    # ---- small helpers ------------------------------------------------------------------------

    def _require_movement(self) -> _Movement:
        if self._movement is None:
            raise RuntimeError("no movement is under way")
        return self._movement

    def _onset_deg(self) -> float:
        return max(ONSET_SHARE * self.range_deg, ONSET_DEG)

    def _since(self, t_s: float) -> tuple[Floats, Floats]:
        pairs = np.array([pair for pair in self._recent if pair[0] >= t_s - 1e-9])
        return pairs[:, 0], pairs[:, 1]

    def _slope_per_s(self) -> float:
        """Return the present slope in ranges per second: least squares over the last quarter second."""
        last_s = self._recent[-1][0]
        times: list[float] = []
        values: list[float] = []
        for t_s, value_deg in reversed(self._recent):
            if last_s - t_s > SLOPE_WINDOW_S and len(times) >= 2:
                break
            times.append(t_s)
            values.append(value_deg)
        if len(times) < 2:
            return 0.0
        mean_t = sum(times) / len(times)
        mean_v = sum(values) / len(values)
        over = sum((t - mean_t) * (v - mean_v) for t, v in zip(times, values, strict=True))
        under = sum((t - mean_t) ** 2 for t in times)
        return over / under / self.range_deg


def _since_when(holds: bool, since_s: float | None, t_s: float) -> float | None:
    """Return since when a condition has held, given since when it did so far."""
    if not holds:
        return None
    return t_s if since_s is None else since_s
