"""The two scales of a live set: how far the movement is, and how far the back is from its start posture."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from formcheck.coach.faults import rank
from formcheck.coach.instant import Instant
from formcheck.coach.lane import Progress
from formcheck.coach.set_report import Severity
from formcheck.coach.working_side import from_side
from formcheck.exercises.rules import RangeFault
from formcheck.exercises.schema import BoundFault, Exercise
from formcheck.report.frame_state import Back
from formcheck.report.words import BACK


@dataclass(frozen=True, slots=True)
class RangeGauge:
    """How far the movement is, 0 at rest and 1 at the range in use; None where it is not seen.

    ``asked`` is the least that counts as far enough, on the same scale.
    """

    value_deg: float | None
    share: float | None
    asked: float


@dataclass(frozen=True, slots=True)
class BackGauge:
    """The lower back against its start posture, with the band that is free.

    ``value_deg`` is None where it cannot be judged, and ``why`` is then a key of `formcheck.body.reasons`.
    ``low_deg`` and ``high_deg`` are the nearest bounds now; None: no bound on that side.
    """

    value_deg: float | None
    low_deg: float | None
    high_deg: float | None
    why: str
    back: Back


def range_gauge(exercise: Exercise, progress: Progress) -> RangeGauge:
    """Return the scale of the movement."""
    shares = [
        bound
        for fault in exercise.faults
        if isinstance(fault, RangeFault) and fault.signal is None
        for _, bound in fault.bounds
    ]
    if not math.isfinite(progress.way):
        return RangeGauge(None, None, max(shares, default=1.0))
    return RangeGauge(progress.value_deg, max(0.0, progress.way), max(shares, default=1.0))


def back_gauge(
    exercise: Exercise,
    instant: Instant,
    progress: Progress,
    neutral_deg: Mapping[str, float],
    active: Mapping[str, Severity],
) -> BackGauge:
    """Return the scale of the back.

    Parameters
    ----------
    exercise : Exercise
        In the form that is done.
    instant : Instant
        The present one.
    progress : Progress
        Says which leg works.
    neutral_deg : mapping of str to float
        The start posture as that leg sees it.
    active : mapping of str to severity
        The faults that last now.
    """
    seen_deg = instant.deg if progress.leg is None else from_side(instant.deg, progress.leg)
    rules = [rule for rule in exercise.faults if isinstance(rule, BoundFault) and rule.signal == BACK]
    high = [_bound(rule, seen_deg, neutral_deg) for rule in rules if rule.beyond == "above"]
    low = [_bound(rule, seen_deg, neutral_deg) for rule in rules if rule.beyond == "below"]
    low_deg, high_deg = max(low, default=None), min(high, default=None)
    value = instant.deg.get(BACK, math.nan)
    within = (low_deg is None or value >= low_deg) and (high_deg is None or value <= high_deg)
    why = "" if math.isfinite(value) else instant.reason.get(BACK, "") or "no_lumbar_sensor"
    worst = max((active[rule.id] for rule in rules if rule.id in active), key=rank, default=None)
    return BackGauge(
        value_deg=value if not why else None,
        low_deg=low_deg,
        high_deg=high_deg,
        why=why,
        back="not_judged" if why else _back(worst, within=within),
    )


def _back(worst: Severity | None, *, within: bool) -> Back:
    if worst is not None and worst != "info":
        return worst
    return "ok" if within else "beyond"


def _bound(rule: BoundFault, seen_deg: Mapping[str, float], neutral_deg: Mapping[str, float]) -> float:
    """Return the mildest bound of a rule, with what a normal movement takes along."""
    bound = min((bound for _, bound in rule.bounds), key=abs)
    if rule.less_signal is None:
        return bound
    risen = seen_deg.get(rule.less_signal, math.nan) - neutral_deg.get(rule.less_signal, 0.0)
    return bound + (rule.less_share * max(0.0, risen) if math.isfinite(risen) else 0.0)
