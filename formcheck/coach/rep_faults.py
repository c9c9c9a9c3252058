"""Faults of a whole repetition: too short a range, too quick a phase, one part ahead of another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.body.pose import Floats
from formcheck.coach.clearance import margin_cm, rise_cm, shown_share
from formcheck.coach.faults import SURE_Z, open_z, sure_z
from formcheck.coach.instant import Instant, column, times
from formcheck.coach.rep_phases import RepPhases
from formcheck.coach.set_report import Fault, Severity
from formcheck.exercises.schema import (
    ApartFault,
    ClearsFault,
    DropFault,
    Exercise,
    FaultRule,
    LeadFault,
    LongFault,
    Phase,
    RangeFault,
    ShareFault,
    SpeedFault,
    StartFault,
    TempoFault,
    UnreturnedFault,
)

MIN_SAMPLES = 4
# A change from the own start posture is surer than an angle, whose systematic error it shares; our choice,
# three fifths of the landmarks' five degrees.
CHANGE_SD_DEG = 3.0
# The lumbar deviation's floor in verdicts (measurement.md, section 4).
MIN_SHARE_SD_DEG = 4.0
# Less bend than this cannot be shared out; our choice, twice the deviation of a change.
MIN_SHARED_DEG = 6.0
# A phase's length is known to about this share of itself: the slower a movement arrives, the longer noise
# hides where. Ways back of 1.5 s in dev clips and scenes err by .12 s, of 3.2 s by up to .33 s [M].
TEMPO_SD_SHARE = 0.08
# A range is known to about this share of the target: thighs of rendered squats read 3 to 4 of 85 degrees low
# [M]. What falls short by less may be the measurement's error.
RANGE_SD_SHARE = 0.04
# A bend is shared out from when this part of it is made: in less of it noise decides. Our choice, the same as
# in the truth of drawn sets.
SHARED_FROM = 0.6
# Of the rest before a repetition this share must have been seen to know when and where it began.
MIN_LEAD_IN_SHARE = 0.5
# Foreshortening hardly changes near rest: phases look shorter than they are, and ranges are coarse.
SEEN_COARSELY = "From this view the movement is seen too coarsely for more than counting."
CAME_INTO_VIEW = "The working leg was hidden by the other one just before, so its beginning was not seen."
CUT_OFF = "It was not seen until it came to rest."
BEGUN_BEFORE = "The recording began in the middle of it, so range and tempo were not judged."
PEAK_WINDOW_S = 0.3
SPEED_WINDOW_S = 0.2
# The last third of the way back, without its eased end; shares of the way that are left.
DROP_SET_OFF, DROP_FROM, DROP_TO = 0.98, 1 / 3, 0.05
# How well either end of the last third is known: a tenth of a second, less where the course is steep against
# its noise, and never better than a twentieth; our choice.
DROP_END_SD_S, DROP_BEST_SD_S, DROP_NOISE_DEG = 0.10, 0.05, 2.0
# A signal has set off after a fifth of its way: earlier, noise decides. Our choice.
ONSET_SHARE = 0.2
MIN_SETTING_OFF_DEG = 8.0
LUMBAR_OFFSET = "lumbar_offset"
# A signal that hardly moves leads nothing; our choice, twice the landmarks' noise.
MIN_LEADING_RANGE_DEG = 10.0


def phase_span(phases: RepPhases, phase: Phase, exercise: Exercise) -> tuple[float, float]:
    """Return a phase's start and end; which comes first depends on the exercise."""
    outward, back = (phases.start_s, phases.hold_start_s), (phases.hold_end_s, phases.end_s)
    if phase == "hold":
        return phases.hold_start_s, phases.hold_end_s
    return outward if phase == exercise.repetition.first_phase else back


def whole_repetition_faults(
    exercise: Exercise,
    phases: RepPhases,
    rows: Sequence[Instant],
    lead_in: Sequence[Instant] = (),
    neutral_deg: Mapping[str, float] | None = None,
) -> list[Fault]:
    """Judge the faults that only a finished repetition can show.

    Parameters
    ----------
    exercise : Exercise
        With its fault rules.
    phases : RepPhases
        Of the repetition.
    rows : sequence of Instant
        From its start to its end, as seen from the working leg.
    lead_in : sequence of Instant
        A moment of rest before it: what leads has begun before the repetition's own signal moves.
    neutral_deg : mapping of str to float, optional
        Every signal in the start posture.
    """
    seen = _Seen(exercise, phases, rows, lead_in, neutral_deg or {})
    # Which part sets off first is seen at the beginning alone.
    unseen = (LeadFault, ApartFault) if phases.begun_before else ()
    rules = [rule for rule in exercise.faults if not isinstance(rule, unseen)]
    if phases.cut_off:
        rules = [rule for rule in rules if not _needs_the_end(rule, exercise)]
    return [fault for rule in rules for fault in _judge(rule, seen)]


def _needs_the_end(rule: FaultRule, exercise: Exercise) -> bool:
    """Return whether a rule can be judged only of a movement that was seen until it came to rest."""
    if isinstance(rule, TempoFault | LongFault | LeadFault):
        return rule.phase != exercise.repetition.first_phase
    return isinstance(rule, DropFault | UnreturnedFault)


def why_end_not_judged(exercise: Exercise, phases: RepPhases) -> str:
    """Return why a repetition's way back was not judged, as a sentence.

    Empty where it was, or where the exercise does not ask for it.
    """
    asked = any(_needs_the_end(rule, exercise) for rule in exercise.faults)
    return CUT_OFF if asked and phases.cut_off else ""


def why_only_counted(
    exercise: Exercise, phases: RepPhases, rows: Sequence[Instant], lead_in: Sequence[Instant] = ()
) -> str:
    """Return why range and tempo of a repetition were not judged, as a sentence.

    Empty where they were, or where the exercise asks for neither.
    """
    asked = any(
        isinstance(rule, TempoFault | LongFault) or (isinstance(rule, RangeFault) and rule.signal is None)
        for rule in exercise.faults
    )
    return _Seen(exercise, phases, rows, lead_in, {}).why_only_counted() if asked else ""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is known of one repetition."""

    exercise: Exercise
    phases: RepPhases
    rows: Sequence[Instant]
    lead_in: Sequence[Instant]
    neutral_deg: Mapping[str, float]

    def span(self, phase: Phase) -> tuple[float, float]:
        return phase_span(self.phases, phase, self.exercise)

    @property
    def whole(self) -> tuple[float, float]:
        return self.phases.start_s, self.phases.end_s

    def counting(self) -> tuple[Floats, Floats]:
        """Return times and values of the counting signal, oriented so that a repetition raises it."""
        name = next((n for n in self.exercise.repetition.signals if self._measured(n)), "")
        if not name:
            return np.empty(0), np.empty(0)
        t_s, values = times(self.rows), column(self.rows, name)
        known = np.isfinite(values)
        sign = 1.0 if self.exercise.repetition.direction == "increase" else -1.0
        return t_s[known], sign * values[known]

    def wavering(self) -> float:
        """Return how much the counting signal wavered at rest just before, as a standard deviation."""
        for name in self.exercise.repetition.signals:
            values = np.array([row.deg.get(name, np.nan) for row in self.lead_in])
            if np.isfinite(values).sum() >= MIN_SAMPLES:
                return float(np.nanstd(values))
        return 0.0

    def came_into_view(self) -> bool:
        """Return whether the counting signal was withheld just before, as of a leg behind the other one."""
        asked = [name for name in self.exercise.repetition.signals if self._measured(name)]
        values = [row.deg.get(name, np.nan) for row in self.lead_in for name in asked[:1]]
        return bool(values) and float(np.isfinite(values).mean()) < MIN_LEAD_IN_SHARE

    def why_only_counted(self) -> str:
        """Return why neither range nor tempo can be judged, as a sentence; empty where they can."""
        if self.phases.begun_before:
            return BEGUN_BEFORE
        own = self.exercise.repetition.signals[0]
        if self.rows and all(row.reason.get(own) for row in self.rows):
            return SEEN_COARSELY
        return CAME_INTO_VIEW if self.came_into_view() else ""

    def _measured(self, name: str) -> bool:
        seen = [row for row in self.rows if np.isfinite(row.deg.get(name, np.nan))]
        return len(seen) >= MIN_SAMPLES and len(seen) >= len(self.rows) / 2


def _judge(rule: FaultRule, seen: _Seen) -> list[Fault]:
    """Return the fault of one rule, if it was broken; bound faults are watched in the stream instead."""
    match rule:
        case RangeFault() | TempoFault() | LongFault():
            return _size_or_tempo(rule, seen)
        case SpeedFault():
            return _fast(rule, seen)
        case DropFault():
            return _drops(rule, seen)
        case UnreturnedFault():
            return _unreturned(rule, seen)
        case LeadFault():
            outward = rule.phase == seen.exercise.repetition.first_phase
            rows = [*seen.lead_in, *seen.rows] if outward else seen.rows
            return _lead(rule, seen.span(rule.phase), rows, outward=outward)
        case ApartFault():
            return _apart(rule, seen)
        case ShareFault():
            return _share(rule, seen)
        case StartFault():
            return _start(rule, seen)
        case ClearsFault():
            return _clears(rule, seen)
    return []


def _size_or_tempo(rule: RangeFault | TempoFault | LongFault, seen: _Seen) -> list[Fault]:
    if isinstance(rule, RangeFault) and rule.signal is not None:
        return _short_of(rule, seen)
    if seen.why_only_counted():
        return []
    if isinstance(rule, RangeFault):
        share = seen.phases.amplitude_deg / seen.exercise.repetition.target_deg
        return _below(seen.exercise, rule, share, "share of target", seen.whole)
    span = seen.span(rule.phase)
    if isinstance(rule, TempoFault):
        return _below(seen.exercise, rule, span[1] - span[0], "s", span)
    return _above(rule, seen.exercise.repetition.signals[0], span[1] - span[0], "s", span)


def _above(
    rule: FaultRule, signal: str, value: float, unit: str, span: tuple[float, float], margin: float = 0.0
) -> list[Fault]:
    """Return the gravest bound that a value surely exceeds."""
    crossed = [(severity, bound) for severity, bound in rule.bounds if value - margin > bound]
    return [_fault(rule, signal, crossed[-1], value, unit, span)] if crossed else []


def _short_of(rule: RangeFault, seen: _Seen) -> list[Fault]:
    """Judge how far another signal than the repetition's own went."""
    if rule.signal is None or rule.target_deg is None:
        return []
    change = _change_at_peak(rule.signal, seen)
    if change is None:
        return []
    return _below(seen.exercise, rule, abs(change) / rule.target_deg, "share of target", seen.whole)


def _change_at_peak(name: str, seen: _Seen) -> float | None:
    """Return how far a signal was from its start, in the middle of the repetition; None if unseen."""
    half_s = max(PEAK_WINDOW_S, seen.phases.hold_end_s - seen.phases.hold_start_s) / 2
    t_s, values = times(seen.rows), np.array([row.deg.get(name, np.nan) for row in seen.rows])
    start = values[t_s <= seen.phases.start_s + PEAK_WINDOW_S]
    peak = values[np.abs(t_s - seen.phases.peak_s) <= half_s]
    if not np.isfinite(start).any() or not np.isfinite(peak).any():
        return None
    from_deg = seen.neutral_deg.get(name, float(np.nanmedian(start)))
    return float(np.nanmedian(peak)) - from_deg


def _fast(rule: SpeedFault, seen: _Seen) -> list[Fault]:
    t_s, values = seen.counting()
    span = seen.span(rule.phase)
    inside = (t_s >= span[0]) & (t_s <= span[1])
    if inside.sum() < MIN_SAMPLES:
        return []
    t_s, values = t_s[inside], values[inside]
    # Over a while at least, so that a noisy pair of frames is no speed.
    later = np.searchsorted(t_s, t_s + SPEED_WINDOW_S)
    usable = later < len(t_s)
    if not usable.any():
        return []
    i, j = np.flatnonzero(usable), later[usable]
    speed = np.abs((values[j] - values[i]) / (t_s[j] - t_s[i])).max()
    margin = 2 * seen.wavering() / SPEED_WINDOW_S
    return _above(rule, seen.exercise.repetition.signals[0], float(speed), "deg/s", span, margin)


def _drops(rule: DropFault, seen: _Seen) -> list[Fault]:
    """Compare the last third of the way back with the whole of it; its very end is eased and left out."""
    t_s, values = seen.counting()
    span = seen.phases.peak_s, seen.phases.end_s
    inside = (t_s >= span[0]) & (t_s <= span[1])
    if inside.sum() < MIN_SAMPLES:
        return []
    t_s, values = t_s[inside], values[inside]
    left = (values - values[-1]) / max(float(values[0] - values[-1]), 1e-9)
    # From the course itself: a step of the usual shape does not fit a way that is let fall.
    set_off, began, arrived = (
        t_s[np.flatnonzero(left >= share)[-1]] for share in (DROP_SET_OFF, DROP_FROM, DROP_TO)
    )
    mean_per_s = (DROP_SET_OFF - DROP_TO) / max(float(arrived - set_off), 1e-9)
    last_s = max(float(arrived - began), SPEED_WINDOW_S)
    ratio = (DROP_FROM - DROP_TO) / last_s / mean_per_s
    fallen_deg = (DROP_FROM - DROP_TO) * abs(float(values[0] - values[-1]))
    end_sd_s = np.clip(DROP_NOISE_DEG * last_s / max(fallen_deg, 1e-9), DROP_BEST_SD_S, DROP_END_SD_S)
    return _above(
        rule,
        seen.exercise.repetition.signals[0],
        ratio,
        "times the mean speed",
        (float(began), span[1]),
        margin=ratio * SURE_Z * float(np.sqrt(2) * end_sd_s) / last_s,
    )


def _unreturned(rule: UnreturnedFault, seen: _Seen) -> list[Fault]:
    t_s, values = seen.counting()
    name = next((n for n in seen.exercise.repetition.signals if n in seen.neutral_deg), "")
    if not len(t_s) or not name:
        return []
    sign = 1.0 if seen.exercise.repetition.direction == "increase" else -1.0
    last = values[t_s >= seen.phases.end_s - PEAK_WINDOW_S]
    left_deg = float(np.median(last)) - sign * seen.neutral_deg[name] if len(last) else 0.0
    end_s = seen.phases.end_s
    return _above(rule, name, left_deg, "deg", (end_s - PEAK_WINDOW_S, end_s), SURE_Z * CHANGE_SD_DEG)


def _apart(rule: ApartFault, seen: _Seen) -> list[Fault]:
    """Compare when signals set off on the way out; what hardly moves sets off never and is not asked."""
    rows = [row for row in [*seen.lead_in, *seen.rows] if row.t_s <= seen.phases.hold_start_s]
    if len(rows) < MIN_SAMPLES:
        return []
    t_s = times(rows)
    set_off = [passing_s(t_s, column(rows, name), ONSET_SHARE) for name in rule.signals]
    known = [each for each in set_off if each is not None]
    if len(known) < 2:
        return []
    first, last = min(known), max(known)
    latest = rule.signals[set_off.index(last)]
    return _above(rule, latest, last - first, "s", (first, last))


def open_shares(
    exercise: Exercise, phases: RepPhases, rows: Sequence[Instant], neutral_deg: Mapping[str, float]
) -> list[str]:
    """Return which shares of a bend may be beyond a bound or not: of these a repetition is not called fine.

    Parameters as for `whole_repetition_faults`. Those that surely are beyond are among them.
    """
    seen = _Seen(exercise, phases, rows, (), neutral_deg)
    told = [(rule, _shared_out(rule, seen)) for rule in exercise.faults if isinstance(rule, ShareFault)]
    return [
        rule.id
        for rule, part in told
        if part is not None
        for severity, bound in rule.bounds
        if severity != "info" and part.share - open_z(rule.signal) * part.sd > bound
    ]


@dataclass(frozen=True, slots=True)
class _Part:
    """A signal's share of a bend, its standard deviation, and the whole bend in degrees."""

    share: float
    sd: float
    bend_deg: float


def _shared_out(rule: ShareFault, seen: _Seen) -> _Part | None:
    """Return how a bend is shared out; None where it is not seen, or too small."""
    mine, beside = _change_at_peak(rule.signal, seen), _change_at_peak(rule.beside, seen)
    if mine is None or beside is None:
        return None
    # What bends the other way takes no part in the bend.
    mine, beside = abs(mine), max(0.0, beside if mine > 0 else -beside)
    bend_deg = mine + beside
    if bend_deg < MIN_SHARED_DEG:
        return None
    sd_deg = max(float(np.nanmedian([row.sd_deg[rule.signal] for row in seen.rows])), MIN_SHARE_SD_DEG)
    share_sd = float(np.hypot(beside * sd_deg, mine * CHANGE_SD_DEG)) / bend_deg**2
    return _Part(mine / bend_deg, share_sd, bend_deg)


def _share(rule: ShareFault, seen: _Seen) -> list[Fault]:
    part = _shared_out(rule, seen)
    if part is None:
        return []
    span = _shared_since_s(rule, seen, part.bend_deg), seen.phases.hold_end_s
    return _above(rule, rule.signal, part.share, "share", span, sure_z(rule.signal) * part.sd)


def _shared_since_s(rule: ShareFault, seen: _Seen, bend_deg: float) -> float:
    """Return since when, before the hold, the share was beyond the mildest bound for good."""
    rows = [row for row in seen.rows if row.t_s <= seen.phases.hold_start_s]
    if not rows:
        return seen.phases.hold_start_s
    mine, beside = (
        column(rows, name) - seen.neutral_deg.get(name, rows[0].deg[name])
        for name in (rule.signal, rule.beside)
    )
    bend = np.abs(mine) + np.maximum(0.0, np.where(mine > 0, beside, -beside))
    with np.errstate(invalid="ignore"):
        shared = (bend >= SHARED_FROM * bend_deg) & (np.abs(mine) > rule.bounds[0][1] * bend)
    within = np.flatnonzero(~shared)
    first = int(within[-1]) + 1 if within.size else 0
    return rows[first].t_s if first < len(rows) else seen.phases.hold_start_s


def _clears(rule: ClearsFault, seen: _Seen) -> list[Fault]:
    rise = rise_cm(rule, seen.rows)
    if rule.height_cm is None or rise is None:
        return []
    surely = rise + margin_cm(rule.height_cm)
    crossed = [(severity, share) for severity, share in rule.bounds if surely < share * rule.height_cm]
    if not crossed:
        return []
    severity, share = crossed[-1]
    shown = shown_share(rule)  # what is told is the foot's whole way
    bound = severity, share / shown * rule.height_cm
    return [_fault(rule, rule.signal, bound, rise / shown, "cm", seen.whole)]


def _start(rule: StartFault, seen: _Seen) -> list[Fault]:
    """Judge the start posture against quiet standing; silent where that was not seen."""
    offset_deg = seen.neutral_deg.get(LUMBAR_OFFSET)
    if offset_deg is None:
        return []
    sign = 1.0 if rule.beyond == "above" else -1.0
    margin = SURE_Z * MIN_SHARE_SD_DEG
    crossed = [(name, bound) for name, bound in rule.bounds if sign * (offset_deg - bound) - margin > 0]
    span = seen.phases.start_s, seen.phases.start_s
    return [_fault(rule, "lumbar_flexion", crossed[-1], offset_deg, "deg", span)] if crossed else []


def _below(
    exercise: Exercise,
    rule: RangeFault | TempoFault,
    value: float,
    unit: str,
    span: tuple[float, float],
) -> list[Fault]:
    """Return the gravest bound that a value surely falls below."""
    tempo = isinstance(rule, TempoFault)
    crossed = [
        (severity, bound)
        for severity, bound in rule.bounds
        if value < bound - SURE_Z * (TEMPO_SD_SHARE * bound if tempo else RANGE_SD_SHARE)
    ]
    counted_by = exercise.repetition.signals[0]
    return [_fault(rule, counted_by, crossed[-1], value, unit, span)] if crossed else []


def _lead(
    rule: LeadFault, span: tuple[float, float], rows: Sequence[Instant], *, outward: bool
) -> list[Fault]:
    inside = [row for row in rows if (outward or span[0] <= row.t_s) and row.t_s <= span[1]]
    length_s = span[1] - span[0]
    if len(inside) < 4 or length_s <= 0:
        return []
    t_s = times(inside)
    leader = half_way_s(t_s, column(inside, rule.signal))
    follower = half_way_s(t_s, column(inside, rule.ahead_of))
    if leader is None or follower is None:
        return []
    share = (follower - leader) / length_s
    crossed = [(severity, bound) for severity, bound in rule.bounds if share > bound]
    return [_fault(rule, rule.signal, crossed[-1], share, "share of phase", span)] if crossed else []


def half_way_s(t_s: Floats, values: Floats) -> float | None:
    """Return when a signal was half-way between its first and last level; None where it hardly moved."""
    return passing_s(t_s, values, 0.5, MIN_LEADING_RANGE_DEG)


def passing_s(
    t_s: Floats, values: Floats, share: float, least_deg: float = MIN_SETTING_OFF_DEG
) -> float | None:
    """Return when a signal first was a share of the way from its first to its last level."""
    known = np.isfinite(values)
    if known.sum() < MIN_SAMPLES:
        return None
    t_s, values = t_s[known], values[known]
    change = values[-1] - values[0]
    if abs(change) < least_deg:
        return None
    past = np.flatnonzero((values - values[0]) / change >= share)
    return float(t_s[past[0]])


def _fault(
    rule: FaultRule,
    signal: str,
    crossed: tuple[Severity, float],
    value: float,
    unit: str,
    span: tuple[float, float],
) -> Fault:
    severity, bound = crossed
    return Fault(
        id=rule.id,
        signal=signal,
        severity=severity,
        start_s=span[0],
        end_s=span[1],
        peak=value,
        unit=unit,
        threshold=bound,
        cue=rule.cue,
        evidence=rule.evidence,
    )
