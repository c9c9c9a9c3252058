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
HOLD_SHARE_OF_PEAK = 0.85
MIN_HOLD_S = 0.3
END_DWELL_S = 0.2
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
# A flank is followed between these shares of the range that it covers: below and above them noise and
# sway decide, not the movement. Our choice.
FLANK_LOW, FLANK_MID, FLANK_HIGH = 0.05, 0.5, 0.95
HIGHEST_FLANK_LOW = 0.25
# Movements are eased, so they begin before they have covered a twentieth and arrive after nineteen. The
# time between is this share of that from a twentieth to half-way: .40 for a cosine, .61 for a
# minimum-jerk movement, the middle of which had the least errors on drawn tracks of dev bodies [M].
COSINE_EASE = 0.40
EASE_SHARE = 0.5
# At the peak the signal wavers more than in the start posture, 2.5 times on drawn people (rest_share in
# tools/tracks/noise.json) [M]: three standard deviations of that.
NOISE_AT_PEAK = 8.0
# At rest the signal sinks or rises by less than a fiftieth of the range for this long. Our choice.
REST_LEVEL_S = 0.6
REST_LEVEL_SHARE = 0.02
# What is higher than the lowest level by more belongs to the movement before. Our choice.
EARLIER_SHARE = 0.10
# The highest part of a repetition stands for its peak by this percentile, so that one noisy value does not.
PEAK_PERCENTILE = 75.0
# A counted movement has arrived once it is slower than a tenth of its quickest moment on the way back
# (what follows is drift), and after this long at the latest. Our choice.
SETTLED_SHARE = 0.10
SETTLE_S = 1.2
# A slow way back also arrives slowly, and noise looks like an arrival sooner: shares of its time so far.
SETTLED_DWELL_SHARE, MAX_SETTLED_DWELL_S = 0.12, 0.5
SETTLE_SHARE = 0.5
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


@dataclass(frozen=True, slots=True)
class RepPhases:
    """One finished repetition; times in seconds, ``peak_deg`` and ``rest_deg`` in the signal's degrees.

    ``start_s`` and ``end_s`` are those of the whole movement, which phases are measured by;
    ``passes_start_s`` and ``passes_end_s`` are when it passed `START_SHARE` of its height on the way out and
    `END_SHARE` on the way back, which are sharper.
    """

    t_s: float
    start_s: float
    hold_start_s: float
    peak_s: float
    hold_end_s: float
    end_s: float
    rest_deg: float
    peak_deg: float
    passes_start_s: float
    passes_end_s: float

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
    """A movement under way.

    ``rest_deg`` is where its size is measured from, ``level_deg`` where the signal stayed before it, and
    nothing before ``after_s`` belongs to it.
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

    def __post_init__(self) -> None:
        self.range_deg = self.rule.target_deg

    @property
    def since_s(self) -> float:
        """Since when values are remembered: no repetition to come begins earlier."""
        return self._recent[0][0] if self._recent else float("inf")

    @property
    def moving(self) -> bool:
        """Whether a movement is under way that has not been counted yet."""
        return self._movement is not None and self._movement.counted_s is None

    @property
    def followed(self) -> bool:
        """Whether a movement is under way or, counted, still comes to rest."""
        return self._movement is not None

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
        if not (near_rest and movement.share_of_peak(value_deg) < REST_SHARE):
            return self._abandon(t_s, "unfinished")
        reason = self._why_not(movement, t_s)
        return self._abandon(t_s, reason) if reason else [RepCounted(t_s), *self._complete(t_s)]

    # ---- rest, movement, settling -------------------------------------------------------------

    def _wait(self, t_s: float, value_deg: float, slope: float) -> list[RepEvent]:
        q = (value_deg - self.rest_deg) / self.range_deg
        if q <= START_SHARE or slope <= START_SLOPE_PER_S:
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
        noise_deg = min(NOISE_AT_PEAK * self.rule.noise_deg, VALLEY_SHARE * amplitude_deg)
        least_deg = max(START_SHARE * amplitude_deg, RISE_SHARE_OF_LEAST * self.rule.min_deg, noise_deg)
        risen = value_deg - movement.valley_deg > least_deg
        if not (deep and risen and slope > START_SLOPE_PER_S):
            return []
        if movement.valley_s - movement.start_s < self.rule.min_s or amplitude_deg < self.rule.min_deg:
            # A false start before the real movement: begin again from the valley.
            low_deg = movement.valley_deg
            self._movement = _Movement(movement.valley_s, low_deg, low_deg, t_s, value_deg)
            self._movement.after_s = movement.valley_s
            return [RepAbandoned(t_s, movement.start_s, "too small"), RepStarted(t_s, movement.valley_s)]
        valley_s, low_deg = movement.valley_s, movement.valley_deg
        rest_deg = max(movement.rest_deg, min(low_deg, value_deg))
        events: list[RepEvent] = [RepCounted(t_s), *self._complete(t_s, until_s=valley_s)]
        self._movement = _Movement(valley_s, rest_deg, low_deg, peak_s=t_s, peak_deg=value_deg)
        self._movement.after_s = valley_s
        return [*events, RepStarted(t_s, valley_s)]

    def _settle(self, t_s: float, slope: float) -> list[RepEvent]:
        movement = self._require_movement()
        counted_s = movement.counted_s if movement.counted_s is not None else t_s
        arrived = slope > min(-REST_SLOPE_PER_S, SETTLED_SHARE * movement.steepest_per_s)
        movement.still_since_s = _since_when(arrived, movement.still_since_s, t_s)
        back_s = counted_s - movement.peak_s
        dwell_s = min(MAX_SETTLED_DWELL_S, max(END_DWELL_S, SETTLED_DWELL_SHARE * back_s))
        settled = movement.still_since_s is not None and t_s - movement.still_since_s >= dwell_s - 1e-9
        if settled or t_s - counted_s >= max(SETTLE_S, SETTLE_SHARE * back_s):
            return self._complete(t_s)
        return []

    # ---- finishing ----------------------------------------------------------------------------

    def _complete(self, t_s: float, until_s: float | None = None) -> list[RepEvent]:
        movement = self._require_movement()
        phases = self._phases(movement, t_s, until_s)
        self._amplitudes_deg.append(movement.peak_deg - movement.rest_deg)
        # Never so small that noise around the smallest counted movement would start repetitions.
        self.range_deg = max(float(np.median(self._amplitudes_deg)), 2 * self.rule.min_deg)
        self._movement = None
        self._last_end_s = phases.end_s
        return [phases]

    def _abandon(self, t_s: float, reason: str) -> list[RepEvent]:
        movement = self._require_movement()
        self._movement = None
        self._last_end_s = t_s
        return [RepAbandoned(t_s, movement.start_s, reason)]

    def _why_not(self, movement: _Movement, t_s: float) -> str:
        if movement.peak_deg - movement.rest_deg < self.rule.min_deg:
            return "too small"
        if self._phases(movement, t_s, None).duration_s < self.rule.min_s:
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
        low = np.flatnonzero(values[first:] <= level_deg + FLANK_LOW * self.range_deg)
        left_s = times[first + low[-1]] if low.size else floor_s
        return float(times[first]), float(left_s), level_deg

    def _phases(self, movement: _Movement, t_s: float, until_s: float | None) -> RepPhases:
        """Return when the movement began, reached and left its peak, and ended."""
        times, values = self._since(max(movement.after_s, self._recent[0][0]))
        if until_s is not None:
            times, values = times[times <= until_s], values[times <= until_s]
        top = _top(times, values, movement)
        peak_deg = float(np.percentile(values[top], PEAK_PERCENTILE))
        middle = (top.start + top.stop) // 2
        noise_deg = self.rule.noise_deg
        out = _Flank.of(times[: middle + 1], values[: middle + 1], movement.level_deg, peak_deg, noise_deg)
        end_deg = float(np.median(values[times >= times[-1] - END_DWELL_S]))
        # The way back is the way out seen from the other end.
        back = _Flank.of(-times[middle:][::-1], values[middle:][::-1], end_deg, peak_deg, noise_deg)
        hold_start_s, hold_end_s = out.arrival_s, -back.arrival_s
        peak_s = out.turn_s(back)
        if hold_end_s - hold_start_s < MIN_HOLD_S:
            hold_start_s = hold_end_s = peak_s
        start_s = max(out.departure_s, movement.after_s, float(times[0]))
        end_s = min(-back.departure_s, float(times[-1]))
        return RepPhases(
            t_s=t_s,
            start_s=start_s,
            hold_start_s=hold_start_s,
            peak_s=peak_s,
            hold_end_s=hold_end_s,
            end_s=end_s,
            rest_deg=movement.rest_deg,
            peak_deg=peak_deg,
            passes_start_s=max(start_s, out.passes_s(START_SHARE)),
            passes_end_s=min(end_s, -back.passes_s(END_SHARE)),
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


def _top(times: Floats, values: Floats, movement: _Movement) -> slice:
    """Return the stretch near the peak: from the first to the last value that is, of the longest upper half.

    The peak is the upper half's usual height, since the highest value is the noisiest.
    """
    share = (values - movement.rest_deg) / max(movement.peak_deg - movement.rest_deg, 1e-9)
    upper = share >= FLANK_MID
    edges = np.flatnonzero(np.diff(np.concatenate([[0], upper.astype(np.int8), [0]])))
    runs = [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    if not runs:
        highest = int(values.argmax())
        return slice(highest, highest + 1)
    longest = max(runs, key=lambda run: times[run.stop - 1] - times[run.start])
    usual = float(np.percentile(share[longest], PEAK_PERCENTILE))
    near = np.flatnonzero(share[longest] >= HOLD_SHARE_OF_PEAK * usual)
    return slice(longest.start + int(near[0]), longest.start + int(near[-1]) + 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Flank:
    """When a rise from one level to another had covered a twentieth, half and nineteen twentieths of it.

    ``share`` is how much it had covered at ``times``. Where noise is larger than a twentieth, the lower end
    is looked for above it, at ``low``, and the upper end below it, at ``high``.
    """

    times: Floats
    share: Floats
    low_s: float
    middle_s: float
    high_s: float
    low: float = FLANK_LOW
    high: float = FLANK_HIGH

    @classmethod
    def of(
        cls, times: Floats, values: Floats, from_deg: float, to_deg: float, noise_deg: float = 0.0
    ) -> "_Flank":
        noise = noise_deg / max(to_deg - from_deg, 1e-9)
        level = float(np.clip(2 * noise, FLANK_LOW, HIGHEST_FLANK_LOW))
        upper = 1 - float(np.clip(NOISE_AT_PEAK * noise, 1 - FLANK_HIGH, HIGHEST_FLANK_LOW))
        share = (values - from_deg) / max(to_deg - from_deg, 1e-9)
        middle = _last_rise(times, share, FLANK_MID)
        before, after = times <= middle, times >= middle
        low = _last_rise(times[before], share[before], level) if before.any() else middle
        high = _first_rise(times[after], share[after], upper) if after.any() else middle
        return cls(times, share, low, middle, high, level, upper)

    def passes_s(self, level: float) -> float:
        """Return when the rise passed a level below half-way."""
        before = self.times <= self.middle_s
        return _last_rise(self.times[before], self.share[before], level) if before.any() else self.middle_s

    @property
    def departure_s(self) -> float:
        """When the movement began."""
        return self.low_s - _eased(self.low) * (self.middle_s - self.low_s)

    @property
    def arrival_s(self) -> float:
        """When it came to rest at the top."""
        return self.high_s + _eased(1 - self.high) * (self.high_s - self.middle_s)

    def turn_s(self, back: "_Flank") -> float:
        """Return the middle of the hold between this flank and the way back (its times reversed).

        Where there is none, the time at the top is divided as the lengths of the flanks, so that a slow way
        out with a quick way back turns where it really did.
        """
        if -back.arrival_s > self.arrival_s:
            return (self.arrival_s - back.arrival_s) / 2
        out_s, back_s = self.high_s - self.middle_s, back.high_s - back.middle_s
        share = out_s / (out_s + back_s) if out_s + back_s > 0 else 0.5
        return self.high_s + share * (-back.high_s - self.high_s)


def _eased(level: float) -> float:
    """Return `EASE_SHARE` for a level further from the end than a twentieth, as it grows for a cosine."""
    if level <= FLANK_LOW + 1e-9:
        return EASE_SHARE
    part = float(np.arccos(1 - 2 * level)) / np.pi
    return EASE_SHARE / COSINE_EASE * part / (0.5 - part)


def _last_rise(times: Floats, share: Floats, level: float) -> float:
    """Return when values last rose through a level, between two samples; the first time if never."""
    below = np.flatnonzero(share <= level)
    return _crossing(times, share, level, int(below[-1])) if below.size else float(times[0])


def _first_rise(times: Floats, share: Floats, level: float) -> float:
    """Return when values first rose through a level; the last time if never."""
    above = np.flatnonzero(share >= level)
    return _crossing(times, share, level, int(above[0]) - 1) if above.size else float(times[-1])


def _crossing(times: Floats, share: Floats, level: float, i: int) -> float:
    if i < 0 or i + 1 >= len(times):
        return float(times[max(0, min(i, len(times) - 1))])
    step = share[i + 1] - share[i]
    part = (level - share[i]) / step if step > 0 else 0.0
    return float(times[i] + min(1.0, max(0.0, part)) * (times[i + 1] - times[i]))


def _since_when(holds: bool, since_s: float | None, t_s: float) -> float | None:
    """Return since when a condition has held, given since when it did so far."""
    if not holds:
        return None
    return t_s if since_s is None else since_s
