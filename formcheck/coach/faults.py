"""The one fault detector: says when a signal is beyond a bound, surely enough and for long enough.

A bound is crossed when the probability of being beyond it, given the signal's standard deviation, is large
enough (`SURE`, `SURE_OF_BACK`); from `EVEN`, of the lower back `OPEN_OF_BACK`, up to there the verdict is
borderline (measurement.md, section 4).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist

from formcheck.coach.instant import LUMBAR, Instant
from formcheck.coach.set_report import Severity
from formcheck.exercises.schema import BoundFault

SURE = 0.8
EVEN = 0.5
SURE_Z = NormalDist().inv_cdf(SURE)
# Of the lower back, whose deviation is told for each moment and not taken from a table, less is enough. In
# 1,200 made-up sets of dev bodies .8 finds 487 of 548 faults well beyond a bound, .65 finds 504; .55 finds
# 507 there, but invents on other bodies (docs/repetitions.md) [M]. This replaces measurement.md's .8,
# section 4.
SURE_OF_BACK = 0.65
BACK_Z = NormalDist().inv_cdf(SURE_OF_BACK)
# Nor is a lower back told to be fine that is beyond a bound with a greater chance than this: its errors have
# longer tails than a normal distribution's. In 1,800 made-up sets of dev bodies even odds let 36 of 701
# repetitions with a fault of the back pass, one of them beyond red, this 14 and none. It costs .7 of 100
# clean ones (docs/repetitions.md) [M]. This replaces measurement.md's .5, section 4.
OPEN_OF_BACK = 0.3
OPEN_Z = NormalDist().inv_cdf(OPEN_OF_BACK)
# A fault is over below this share of the bound that it was entered by.
EXIT_SHARE = 0.7
# Verdicts take some deviations for at least this: the lumbar one because calibration on renders flatters;
# that of the working leg because straight ones read up to 15 degrees bent in 194 made-up seated lifts,
# where legs overlap (up to 12 in 191 marches, where it is the other leg that is judged) [M].
MIN_VERDICT_SD_DEG = {LUMBAR: 4.0, "leg_bend": 5.0}
# A withheld moment does not end a fault; a longer one does. Our choice, the longest bridged gap.
MAX_WITHHELD_S = 0.3

_RANK: Mapping[Severity, int] = {"info": 0, "amber": 1, "red": 2}


def rank(severity: Severity) -> int:
    """Return 0 for info, 1 for amber, 2 for red."""
    return _RANK[severity]


def sure_z(signal: str) -> float:
    """Return how many standard deviations beyond a bound a signal must be to be surely beyond it."""
    return BACK_Z if signal == LUMBAR else SURE_Z


def open_z(signal: str) -> float:
    """Return from how many standard deviations beyond a bound on it is open whether a signal keeps it."""
    return OPEN_Z if signal == LUMBAR else 0.0


@dataclass(frozen=True, slots=True)
class Excursion:
    """A stretch beyond a bound.

    ``peak`` is the extreme of the compared value (signed as the bound is); ``sure`` is False where the
    bound may have been crossed, which makes a repetition borderline and is no fault; ``at_rest`` says that
    it was crossed in the start posture only, which is no fault of the movement.
    """

    fault_id: str
    severity: Severity
    sure: bool
    start_s: float
    end_s: float
    peak: float
    threshold: float
    at_rest: bool = False


@dataclass(slots=True)
class _Level:
    """One bound, watched at one certainty; ``likely`` is the same bound at even odds.

    ``entry_z`` says how many standard deviations beyond the bound it is entered. A sure crossing is noticed
    late: it began when it became likely. ``at_rest`` while it was crossed in the start posture only.
    """

    severity: Severity
    bound: float
    entry_z: float = 0.0
    likely: "_Level | None" = None
    since_s: float | None = None
    active: bool = False
    peak: float = float("-inf")
    at_rest: bool = True

    @property
    def sure(self) -> bool:
        return self.entry_z > 0.0

    def forget(self) -> None:
        self.since_s, self.active, self.peak, self.at_rest = None, False, float("-inf"), True

    def peak_since_onset(self) -> float:
        return self.peak if self.likely is None else max(self.peak, self.likely.peak)

    def onset_s(self) -> float | None:
        if self.likely is not None and self.likely.since_s is not None:
            return self.likely.since_s
        return self.since_s


@dataclass(slots=True)
class BoundMonitor:
    """Watches one bound fault in a stream.

    Parameters
    ----------
    rule : BoundFault
        From the exercise file.
    neutral_deg : mapping of str to float
        Signals in the start posture, for rules that measure from there.
    """

    rule: BoundFault
    neutral_deg: Mapping[str, float]
    _levels: list[_Level] = field(default_factory=list, init=False)
    _seen_s: float = field(default=float("-inf"), init=False)

    def __post_init__(self) -> None:
        likely = [_Level(severity, self._sign * bound) for severity, bound in self.rule.bounds]
        sure_by = sure_z(self.rule.signal)
        sure = [_Level(each.severity, each.bound, sure_by, likely=each) for each in likely]
        # Sure ones end first, so that they still know when they became likely.
        self._levels = [*sure, *likely]
        if self.rule.signal == LUMBAR:
            self._levels += [_Level(each.severity, each.bound, OPEN_Z) for each in likely]

    @property
    def _sign(self) -> float:
        return 1.0 if self.rule.beyond == "above" else -1.0

    @property
    def current(self) -> Severity | None:
        """The worst severity that is surely active now."""
        return max((level.severity for level in self._surely_active()), key=rank, default=None)

    def onset_s(self) -> float:
        """Return when the worst active level's bound was crossed."""
        onset_s = max(self._surely_active(), key=lambda item: rank(item.severity)).onset_s()
        return onset_s if onset_s is not None else self._seen_s

    def _surely_active(self) -> list[_Level]:
        return [level for level in self._levels if level.active and level.sure and not level.at_rest]

    def feed(self, instant: Instant, way: float = float("nan"), *, at_rest: bool = False) -> list[Excursion]:
        """Take one instant of an active phase; return the excursions that it ended.

        Parameters
        ----------
        instant : Instant
            As seen from the working leg.
        way : float
            How far the movement is, for rules that look at a part of the way only.
        at_rest : bool
            Whether this is the start posture again.
        """
        if not self._applies(instant, way):
            return self.end()
        value, sd = self._value(instant)
        if value != value:  # withheld
            return self.end() if instant.t_s - self._seen_s > MAX_WITHHELD_S else []
        ended = [
            item
            for level in self._levels
            for item in self._step(level, instant.t_s, value, sd, at_rest=at_rest)
        ]
        self._seen_s = instant.t_s
        return ended

    def end(self) -> list[Excursion]:
        """End what is under way, as at the end of a repetition."""
        ended = [self._excursion(level) for level in self._levels if level.active]
        for level in self._levels:
            level.forget()
        return ended

    def _applies(self, instant: Instant, way: float) -> bool:
        """Return whether this is a part of the movement that the rule looks at."""
        rule = self.rule
        if rule.way is not None and not rule.way[0] <= way <= rule.way[1]:
            return False
        if rule.where_unseen is not None and not math.isnan(instant.deg[rule.where_unseen]):
            return False
        if rule.while_signal is None:
            return True
        beside = instant.deg[rule.while_signal] - self.neutral_deg.get(rule.while_signal, float("nan"))
        return rule.while_deg[0] <= beside <= rule.while_deg[1]

    def _value(self, instant: Instant) -> tuple[float, float]:
        rule = self.rule
        value = instant.deg[rule.signal]
        if rule.from_start:
            value -= self.neutral_deg.get(rule.signal, float("nan"))
        if rule.less_signal is not None:
            risen = instant.deg[rule.less_signal] - self.neutral_deg.get(rule.less_signal, 0.0)
            value -= rule.less_share * max(0.0, risen)
        sd = max(instant.sd_deg[rule.signal], MIN_VERDICT_SD_DEG.get(rule.signal, 0.0))
        return self._sign * value, sd

    def _step(self, level: _Level, t_s: float, value: float, sd: float, *, at_rest: bool) -> list[Excursion]:
        entry = level.bound + level.entry_z * sd
        if level.since_s is None:
            if value >= entry:
                level.since_s = t_s
        elif value < min(level.bound, entry) * EXIT_SHARE or (not level.active and value < entry):
            ended = [self._excursion(level)] if level.active else []
            level.forget()
            return ended
        if level.since_s is not None:
            level.peak = max(level.peak, value)
            level.at_rest &= at_rest or value < min(level.bound, entry)
            level.active |= t_s - level.since_s >= self.rule.min_duration_s - 1e-9
        return []

    def _excursion(self, level: _Level) -> Excursion:
        onset_s = level.onset_s()
        return Excursion(
            fault_id=self.rule.id,
            severity=level.severity,
            sure=level.sure,
            start_s=onset_s if onset_s is not None else self._seen_s,
            end_s=self._seen_s,
            peak=self._sign * level.peak_since_onset(),
            threshold=self._sign * level.bound,
            at_rest=level.at_rest,
        )
