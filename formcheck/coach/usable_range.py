"""The usable range: how far the thigh moves before the lower back gives up its neutral.

The angle at which the back's bound is passed is known only as well as the back is: the interval runs from
where the bound may have been passed to where it surely was.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from formcheck.body.pose import Floats
from formcheck.coach.faults import MAX_WITHHELD_S, MIN_VERDICT_SD_DEG, rank
from formcheck.coach.instant import LUMBAR, Instant, column, times
from formcheck.coach.set_report import Fault, Repetition, UsableRange
from formcheck.exercises.schema import BoundFault, Exercise

THIGH = "thigh_elevation"
# Of a leg the thigh is what moves, unless it hardly does; else it is the signal that counts. Our choice.
MIN_MOVED_DEG = 15.0
# Fewer repetitions than this say nothing about a set; our choice.
MIN_REPETITIONS = 2


def usable_range(
    exercise: Exercise, rows: Sequence[Instant], faults: Sequence[Fault], neutral_deg: Mapping[str, float]
) -> UsableRange | None:
    """Return where neutral was lost in a repetition; None where it was not, or could not be judged.

    Parameters
    ----------
    exercise : Exercise
        What was asked for.
    rows : sequence of Instant
        The repetition, as seen from the working leg.
    faults : sequence of Fault
        What was surely wrong in it.
    neutral_deg : mapping of str to float
        The start posture.
    """
    lost = [fault for fault in faults if fault.signal == LUMBAR and rank(fault.severity) > 0]
    rules = {rule.id: rule for rule in exercise.faults if isinstance(rule, BoundFault)}
    first = min((fault for fault in lost if fault.id in rules), key=lambda fault: fault.start_s, default=None)
    if first is None or not rows:
        return None
    name = _moving(exercise, rows)
    rule = rules[first.id]
    bound = min(abs(value) for severity, value in rule.bounds if severity != "info")
    excess = _beyond(rule, rows, neutral_deg) - bound
    sd = np.maximum([row.sd_deg[LUMBAR] for row in rows], MIN_VERDICT_SD_DEG[LUMBAR])
    t_s, angle = times(rows), column(rows, name)
    passed = [_angles_when(t_s, angle, excess + shift * sd, first) for shift in (1.0, 0.0, -1.0)]
    if not passed[1]:
        return None
    known = [each for found in passed for each in found]
    if not passed[2]:  # never surely beyond by a whole deviation: as far as the movement went
        known.append(float(np.nanmax(angle)))
    return UsableRange(name, float(np.mean(passed[1])), min(known), max(known))


def _moving(exercise: Exercise, rows: Sequence[Instant]) -> str:
    thigh = column(rows, THIGH)
    seen = thigh[np.isfinite(thigh)]
    if exercise.repetition.one_leg and seen.size and np.ptp(seen) >= MIN_MOVED_DEG:
        return THIGH
    names = [name for name in exercise.repetition.signals if np.isfinite(column(rows, name)).any()]
    return names[0] if names else THIGH


def _beyond(rule: BoundFault, rows: Sequence[Instant], neutral_deg: Mapping[str, float]) -> Floats:
    """Return how far the back was towards the bound: positive outward, what is normal taken off."""
    values = column(rows, LUMBAR)
    if rule.less_signal is not None:
        risen = column(rows, rule.less_signal) - neutral_deg.get(rule.less_signal, 0.0)
        values = values - rule.less_share * np.maximum(0.0, risen)
    return values if rule.beyond == "above" else -values


def _angles_when(t_s: Floats, angle: Floats, excess: Floats, fault: Fault) -> list[float]:
    """Return the angles between which the bound was passed for good before the fault was on, or first in it.

    One angle where the back was seen throughout, two where it was withheld in between, none where the bound
    was not passed, or had been passed before the back was first seen.
    """
    begun_s = float(t_s[0])
    seen = np.flatnonzero(np.isfinite(angle) & np.isfinite(excess) & (t_s <= fault.end_s))
    t_s, angle, excess = t_s[seen], angle[seen], excess[seen]
    during = np.flatnonzero((excess >= 0) & (t_s >= fault.start_s))
    if not during.size:
        return []
    i = int(during[0])
    while i > 0 and excess[i - 1] >= 0:
        i -= 1
    if i == 0:
        return [float(angle[0])] if t_s[0] - begun_s <= MAX_WITHHELD_S else []
    if t_s[i] - t_s[i - 1] > MAX_WITHHELD_S:
        return [float(angle[i - 1]), float(angle[i])]
    part = -excess[i - 1] / max(float(excess[i] - excess[i - 1]), 1e-9)
    return [float(angle[i - 1] + part * (angle[i] - angle[i - 1]))]


def usable_range_of_set(repetitions: Sequence[Repetition]) -> UsableRange | None:
    """Return the median over the repetitions that lost neutral; None where fewer than two did."""
    lost = [rep.usable_range for rep in repetitions if rep.usable_range is not None]
    names = {each.signal for each in lost}
    if len(lost) < MIN_REPETITIONS or len(names) > 1:
        return None
    return UsableRange(
        lost[0].signal,
        float(np.median([each.neutral_lost_at_deg for each in lost])),
        float(np.median([each.low_deg for each in lost])),
        float(np.median([each.high_deg for each in lost])),
    )
