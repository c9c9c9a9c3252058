"""The one repetition counter: a stream of (time, degrees) in, repetitions with their phases out.

It never looks at more than one value at a time and works in seconds, not frames, so that frame rate,
chunk size and dropped frames do not matter. Thresholds are shares of the exercise's target range at
first, then of the median of the person's own repetitions (measurement.md, section 4).
"""

from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np

from formcheck.body.pose import Floats
from formcheck.coach.rep_phases import END_SHARE, HOLD_SHARE_OF_PEAK, START_SHARE, RepPhases, phases_of

# Shares of the range, beside those in rep_phases.py; measurement.md, section 4.
START_SLOPE_PER_S = 0.10
END_DWELL_S = 0.2
# Who went far may go less far later: a rise by this share of the smallest movement that counts has begun one,
# too. Well below it, because a small movement may pause near its peak, which looks like rest. Our choice.
START_SHARE_OF_LEAST = 0.75
# A new rise out of a valley this deep (share of the peak) separates two repetitions that do not return
# to rest; a shallower one is an oscillation within a repetition. Our choice.
VALLEY_SHARE = 0.5
# The new rise must itself be as large as the smallest movement that counts, and more than noise at the peak:
# less is noise on top of a small movement. Our choice.
RISE_SHARE_OF_LEAST = 1.0
# Coming to rest this low (share of the peak) for this long ends a repetition whose start posture was
# not reached again. Our choice.
REST_SHARE = 0.4
REST_SLOPE_PER_S = 0.05
REST_DWELL_S = 0.6
# A recording may begin in the middle of a repetition, as a lift from the floor does: it counts if at least so
# much of the range is seen to come back. Our choice: the last part of a way back alone is no repetition.
JOINED_SHARE = 0.75
# A movement is under way once it has left its level by a twentieth of the range. Our choice.
LEFT_SHARE = 0.05
# At the peak the signal wavers more than in the start posture, 2.5 times on drawn people (rest_share in
# tools/tracks/noise.json) [M]: three standard deviations of that.
NOISE_AT_PEAK = 8.0
# At rest the signal sinks or rises by less than a fiftieth of the range for this long. Our choice.
REST_LEVEL_S = 0.6
REST_LEVEL_SHARE = 0.02
# What is higher than the lowest level by more belongs to the movement before. Our choice.
EARLIER_SHARE = 0.10
# A counted movement has arrived once it is slower than a tenth of its quickest moment on the way back
# (what follows is drift), and after this long at the latest. Our choice.
SETTLED_SHARE = 0.10
SETTLE_S = 1.2
# A slow way back also arrives slowly, and noise looks like an arrival sooner: shares of its time so far.
MIN_SETTLED_DWELL_S, SETTLED_DWELL_SHARE, MAX_SETTLED_DWELL_S = 0.3, 0.12, 0.6
# Above the level that the movement left by more than this it is more likely to go on. Our choice.
NEAR_LEVEL_SHARE, SHORT_OF_REST_DWELL_S = 0.08, 1.0
SETTLE_SHARE = 0.5
# Rest before a movement that its beginning is told from. Our choice.
LEAD_IN_S = 1.5
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
    noise_deg : float
        Standard deviation of the signal at rest: a beginning is looked for above it.
    """

    target_deg: float
    min_deg: float
    min_s: float = 0.6
    max_s: float = 20.0
    noise_deg: float = 0.0


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


RepEvent = RepStarted | RepCounted | RepAbandoned | RepPhases


@dataclass(slots=True)
class _Movement:
    """A movement under way.

    ``rest_deg`` is where its size is measured from, ``level_deg`` where the signal stayed before it, and
    nothing before ``after_s`` belongs to it. Of one that the recording began in the middle of
    (``begun_before``) nothing is told until it has returned: a first picture may be anything.
    """

    start_s: float
    rest_deg: float
    level_deg: float
    peak_s: float
    peak_deg: float
    low_since_s: float | None = None
    still_since_s: float | None = None
    after_s: float = float("-inf")
    valley_s: float = float("nan")
    valley_deg: float = float("inf")
    counted_s: float | None = None
    steepest_per_s: float = 0.0
    begun_before: bool = False

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
    range_deg: float = field(init=False)
    """The range that thresholds are shares of: the target, or the person's own median."""
    _last_end_s: float = field(default=float("-inf"), init=False)
    _fed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.range_deg = self.rule.target_deg

    @property
    def since_s(self) -> float:
        """Since when values are remembered: no repetition to come begins earlier."""
        return self._recent[0][0] if self._recent else float("inf")

    @property
    def moving(self) -> bool:
        """Whether a movement is under way that has not been counted yet."""
        return self.followed and self._require_movement().counted_s is None

    @property
    def followed(self) -> bool:
        """Whether a movement is under way or, counted, still comes to rest."""
        movement = self._movement
        return movement is not None and not (movement.begun_before and movement.counted_s is None)

    @property
    def going_back(self) -> bool:
        """Whether the movement under way has turned: clearly below its highest so far."""
        movement = self._movement
        if movement is None or not self._recent:
            return False
        counted = movement.counted_s is not None
        return counted or movement.share_of_peak(self._recent[-1][1]) < HOLD_SHARE_OF_PEAK

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
            events += self._settle(t_s, value_deg, slope)
        if not self._fed:
            self._fed = True
            self._join(t_s, value_deg)
        elif self._movement is None:
            events += self._wait(t_s, value_deg, slope)
        elif self._movement.counted_s is None:
            events += self._move(t_s, value_deg, slope)
        return events

    def break_off(self, t_s: float, reason: str) -> list[RepEvent]:
        """Forget the past, as when the person was out of view: what follows is another stretch."""
        events: list[RepEvent] = []
        if self._movement is not None:
            counted = self._movement.counted_s is not None
            events = self._break_into(t_s) if counted else self._abandon(t_s, reason)
        self._recent.clear()
        return events

    def finish(self, ended_s: float | None = None) -> list[RepEvent]:
        """End the stream: a movement that has all but returned still counts.

        Parameters
        ----------
        ended_s : float, optional
            When the stream ended, where its last values are missing.
        """
        movement = self._movement
        if movement is None or not self._recent:
            return []
        t_s, value_deg = self._recent[-1]
        if movement.counted_s is not None:
            return self._break_into(t_s)
        near_rest = (value_deg - movement.rest_deg) / self.range_deg < START_SHARE
        if not (near_rest and movement.share_of_peak(value_deg) < REST_SHARE):
            away = ended_s is not None and ended_s - t_s > MAX_GAP_S
            return self._abandon(t_s, "gap" if away else "unfinished")
        counted = self._count(movement, t_s)
        return counted if self._movement is None else [*counted, *self._break_into(t_s)]

    # ---- rest, movement, settling -------------------------------------------------------------

    def _join(self, t_s: float, value_deg: float) -> None:
        """Begin with the movement that the stream begins in the middle of, if it does."""
        if (value_deg - self.rest_deg) / self.range_deg > JOINED_SHARE:
            self._movement = _Movement(t_s, self.rest_deg, self.rest_deg, t_s, value_deg, begun_before=True)

    def _wait(self, t_s: float, value_deg: float, slope: float) -> list[RepEvent]:
        least_deg = min(START_SHARE * self.range_deg, START_SHARE_OF_LEAST * self.rule.min_deg)
        if value_deg - self.rest_deg <= least_deg or slope <= START_SLOPE_PER_S:
            return []
        since_s, start_s, level_deg = self._onset()
        # Standing a little differently than in neutral is no head start for the movement's size.
        rest_deg = max(self.rest_deg, level_deg) if level_deg < value_deg else self.rest_deg
        self._movement = _Movement(start_s, rest_deg, level_deg, peak_s=t_s, peak_deg=value_deg)
        self._movement.after_s = since_s
        return [RepStarted(t_s, start_s)]

    def _move(self, t_s: float, value_deg: float, slope: float) -> list[RepEvent]:
        movement = self._require_movement()
        if value_deg > movement.peak_deg:
            movement.peak_s, movement.peak_deg = t_s, value_deg
            movement.valley_deg = float("inf")
            movement.steepest_per_s = 0.0
        elif value_deg < movement.valley_deg:
            movement.valley_s, movement.valley_deg = t_s, value_deg
        movement.steepest_per_s = min(movement.steepest_per_s, slope)
        if t_s - movement.start_s > self.rule.max_s:
            return self._abandon(t_s, "too long")
        if self._returned(movement, t_s, value_deg, slope):
            movement.counted_s, movement.still_since_s = t_s, None
            return self._count(movement, t_s)
        return self._split_at_valley(movement, t_s, value_deg, slope)

    def _returned(self, movement: _Movement, t_s: float, value_deg: float, slope: float) -> bool:
        low = (value_deg - self.rest_deg) / self.range_deg < END_SHARE
        low = low or (value_deg - movement.rest_deg) / self.range_deg < END_SHARE
        # What is low for the usual movement may be the height of a small one.
        low = low and movement.share_of_peak(value_deg) < REST_SHARE
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
        noise_deg = min(NOISE_AT_PEAK * self.rule.noise_deg, VALLEY_SHARE * amplitude_deg)
        least_deg = max(START_SHARE * amplitude_deg, RISE_SHARE_OF_LEAST * self.rule.min_deg, noise_deg)
        risen = value_deg - movement.valley_deg > least_deg
        if not (deep and risen and slope > START_SLOPE_PER_S):
            return []
        valley_s, low_deg = movement.valley_s, movement.valley_deg
        if self._why_not(movement, valley_s):
            # A false start before the real movement: begin again from the valley.
            rest_deg, events = low_deg, self._abandon(t_s, "too small")
        else:
            rest_deg = max(movement.rest_deg, min(low_deg, value_deg))
            events = [*self._count(movement, t_s), *self._complete(t_s, until_s=valley_s)]
        self._movement = _Movement(valley_s, rest_deg, low_deg, peak_s=t_s, peak_deg=value_deg)
        self._movement.after_s = valley_s
        return [*events, RepStarted(t_s, valley_s)]

    def _settle(self, t_s: float, value_deg: float, slope: float) -> list[RepEvent]:
        movement = self._require_movement()
        counted_s = movement.counted_s if movement.counted_s is not None else t_s
        if value_deg < movement.valley_deg:
            movement.valley_s, movement.valley_deg = t_s, value_deg
        elif value_deg - movement.valley_deg > START_SHARE * self.range_deg and slope > START_SLOPE_PER_S:
            return self._complete(t_s, until_s=movement.valley_s)
        movement.still_since_s = _since_when(_arrived(movement, slope), movement.still_since_s, t_s)
        back_s = counted_s - movement.peak_s
        dwell_s = min(MAX_SETTLED_DWELL_S, max(MIN_SETTLED_DWELL_S, SETTLED_DWELL_SHARE * back_s))
        if (value_deg - movement.level_deg) / self.range_deg > NEAR_LEVEL_SHARE:
            dwell_s = SHORT_OF_REST_DWELL_S
        settled = movement.still_since_s is not None and t_s - movement.still_since_s >= dwell_s - 1e-9
        if settled or t_s - counted_s >= max(SETTLE_S, SETTLE_SHARE * back_s):
            return self._complete(t_s)
        return []

    # ---- finishing ----------------------------------------------------------------------------

    def _break_into(self, t_s: float) -> list[RepEvent]:
        """Complete a movement of which nothing more is seen, whether it has come to rest or not."""
        return self._complete(t_s, cut_off=not _arrived(self._require_movement(), self._slope_per_s()))

    def _complete(self, t_s: float, until_s: float | None = None, *, cut_off: bool = False) -> list[RepEvent]:
        movement = self._require_movement()
        phases = replace(self._phases(movement, t_s, until_s), cut_off=cut_off)
        self._amplitudes_deg.append(movement.peak_deg - movement.rest_deg)
        # Never so small that noise around the smallest counted movement would start repetitions.
        self.range_deg = max(float(np.median(self._amplitudes_deg)), 2 * self.rule.min_deg)
        self._movement = None
        self._last_end_s = phases.end_s
        return [phases]

    def _count(self, movement: _Movement, t_s: float) -> list[RepEvent]:
        """Count a movement that has returned, or abandon it."""
        if reason := self._why_not(movement, t_s):
            return self._abandon(t_s, reason)
        counted = RepCounted(t_s)
        return [RepStarted(t_s, movement.start_s), counted] if movement.begun_before else [counted]

    def _abandon(self, t_s: float, reason: str) -> list[RepEvent]:
        movement = self._require_movement()
        self._movement = None
        self._last_end_s = t_s
        if movement.begun_before:
            return []
        return [RepAbandoned(t_s, movement.start_s, reason)]

    def _why_not(self, movement: _Movement, t_s: float) -> str:
        if movement.peak_deg - movement.rest_deg < self.rule.min_deg:
            return "too small"
        if t_s - movement.start_s < self.rule.min_s:
            return "too short"
        return ""

    def _onset(self) -> tuple[float, float, float]:
        """Return since when the signal rested before it rose, when it left, and from which level.

        Looks back from now: down the rise, and on while the signal still sinks noticeably.
        """
        times, values = self._since(max(self._last_end_s, self._recent[-1][0] - self.rule.max_s))
        floor_deg, floor_s, first = values[-1], times[-1], len(values) - 1
        for i in range(len(values) - 1, -1, -1):
            if values[i] < floor_deg - REST_LEVEL_SHARE * self.range_deg:
                floor_deg, floor_s = values[i], times[i]
            elif floor_s - times[i] > REST_LEVEL_S or values[i] > floor_deg + EARLIER_SHARE * self.range_deg:
                break
            first = i
        rest = slice(first, int(np.searchsorted(times, floor_s)) + 1)
        level_deg = float(np.median(values[rest]))
        low = np.flatnonzero(values[first:] <= level_deg + LEFT_SHARE * self.range_deg)
        left_s = times[first + low[-1]] if low.size else floor_s
        return float(times[first]), float(left_s), level_deg

    def _phases(self, movement: _Movement, t_s: float, until_s: float | None) -> RepPhases:
        """Return when the movement began, reached and left its peak, and ended."""
        times, values = self._since(max(movement.after_s, movement.start_s - LEAD_IN_S, self._recent[0][0]))
        if until_s is not None:
            times, values = times[times <= until_s], values[times <= until_s]
        return phases_of(
            times,
            values,
            now_s=t_s,
            rest_deg=movement.rest_deg,
            peak_deg=movement.peak_deg,
            begun_before=movement.begun_before,
        )

    # ---- small helpers ------------------------------------------------------------------------

    def _require_movement(self) -> _Movement:
        if self._movement is None:
            raise RuntimeError("no movement is under way")
        return self._movement

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


def _arrived(movement: _Movement, slope: float) -> bool:
    """Return whether a movement on its way back has all but come to rest, by its slope in ranges a second."""
    return slope > min(-REST_SLOPE_PER_S, SETTLED_SHARE * movement.steepest_per_s)


def _since_when(holds: bool, since_s: float | None, t_s: float) -> float | None:
    """Return since when a condition has held, given since when it did so far."""
    if not holds:
        return None
    return t_s if since_s is None else since_s
