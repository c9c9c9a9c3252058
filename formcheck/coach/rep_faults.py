"""Faults of a whole repetition: too short a range, too quick a phase, one part ahead of another."""

from collections.abc import Sequence

import numpy as np

from formcheck.body.pose import Floats
from formcheck.coach.instant import Instant, column, times
from formcheck.coach.reps import RepPhases
from formcheck.coach.set_report import Fault, Severity
from formcheck.exercises.schema import Exercise, LeadFault, Phase, RangeFault, TempoFault

# A signal that hardly moves leads nothing; our choice, twice the landmarks' noise.
MIN_LEADING_RANGE_DEG = 10.0


def phase_span(phases: RepPhases, phase: Phase, exercise: Exercise) -> tuple[float, float]:
    """Return a phase's start and end; which comes first depends on the exercise."""
    outward, back = (phases.start_s, phases.hold_start_s), (phases.hold_end_s, phases.end_s)
    if phase == "hold":
        return phases.hold_start_s, phases.hold_end_s
    return outward if phase == exercise.repetition.first_phase else back


def whole_repetition_faults(
    exercise: Exercise, phases: RepPhases, rows: Sequence[Instant], lead_in: Sequence[Instant] = ()
) -> list[Fault]:
    """Judge the faults that only a finished repetition can show.

    Parameters
    ----------
    exercise : Exercise
        With its fault rules.
    phases : RepPhases
        Of the repetition.
    rows : sequence of Instant
        From its start to its end.
    lead_in : sequence of Instant
        A moment of rest before it: what leads has begun before the repetition's own signal moves.
    """
    faults: list[Fault] = []
    for rule in exercise.faults:
        if isinstance(rule, RangeFault):
            share = phases.amplitude_deg / exercise.repetition.target_deg
            faults += _below(exercise, rule, share, "share of target", (phases.start_s, phases.end_s))
        elif isinstance(rule, TempoFault):
            span = phase_span(phases, rule.phase, exercise)
            faults += _below(exercise, rule, span[1] - span[0], "s", span)
        elif isinstance(rule, LeadFault):
            span = phase_span(phases, rule.phase, exercise)
            outward = rule.phase == exercise.repetition.first_phase
            faults += _lead(rule, span, [*lead_in, *rows] if outward else rows, outward=outward)
    return faults


def _below(
    exercise: Exercise, rule: RangeFault | TempoFault, value: float, unit: str, span: tuple[float, float]
) -> list[Fault]:
    crossed = [(severity, bound) for severity, bound in rule.bounds if value < bound]
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
    known = np.isfinite(values)
    if known.sum() < 4:
        return None
    t_s, values = t_s[known], values[known]
    change = values[-1] - values[0]
    if abs(change) < MIN_LEADING_RANGE_DEG:
        return None
    past = np.flatnonzero((values - values[0]) / change >= 0.5)
    return float(t_s[past[0]])


def _fault(
    rule: RangeFault | TempoFault | LeadFault,
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
