"""How far a joint went beyond the other repetitions of its set: what an angle tells without its offset.

The pose network errs by posture, by nearly the same amount in every repetition of a recording and by another
one in the next. A knee does not go beyond straight, so whatever the angle itself is read as, what it reads
more than in other repetitions of the set, in the same phase of the movement, it was bent by at least.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.body.pose import Floats
from formcheck.coach.faults import BoundMonitor, Excursion
from formcheck.coach.instant import Instant, column, times
from formcheck.coach.rep_phases import RepPhases
from formcheck.coach.set_report import Side
from formcheck.exercises.schema import BoundFault, Exercise

# Of the others it is not the least that counts but the second least: one that was misread accuses nobody.
LEAST_OTHERS = 2
# Over the second least of the set straight standing knees of dev bodies scatter by 1.7 degrees, straight
# lifted ones by 2.2, where the angles themselves scatter by 3.4 (docs/repetitions.md) [M].
EXCESS_SD_DEG = 2.0
# The others may be smaller or larger by these factors: beyond, they pass through other postures. A bent knee
# by itself makes a lift smaller. Up to here no straight knee of 2,148 exceeds 9.4 degrees [M].
LEAST_SIZE, MOST_SIZE = 2 / 3, 2.0
_EXCESS = "excess"


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What is kept of a repetition for the others of its set.

    Parameters
    ----------
    phases : RepPhases
    side : {"left", "right", "both"}
        The leg that worked.
    t_s : ndarray, shape (T,)
    deg : mapping of str to ndarray, shape (T,)
        The signal of each fault that looks at the set, by the fault's id.
    """

    phases: RepPhases
    side: Side
    t_s: Floats
    deg: Mapping[str, Floats]


def course_of(exercise: Exercise, phases: RepPhases, side: Side, rows: Sequence[Instant]) -> Course:
    """Return what is kept of a repetition; ``rows`` are as seen from the working leg."""
    deg = {rule.id: column(rows, rule.signal) for rule in _rules(exercise)}
    return Course(phases, side, times(rows), deg)


def excursions_beyond(exercise: Exercise, mine: Course, others: Sequence[Course]) -> list[Excursion]:
    """Return where a repetition went beyond others of its set by more than a bound.

    None while fewer than two of them are like it: of those, nothing is known.
    """
    alike = [other for other in others if _alike(mine, other)]
    if len(alike) < LEAST_OTHERS:
        return []
    return [found for rule in _rules(exercise) for found in _watch(rule, mine, alike)]


def _rules(exercise: Exercise) -> list[BoundFault]:
    return [rule for rule in exercise.faults if isinstance(rule, BoundFault) and rule.within_set]


def _alike(mine: Course, other: Course) -> bool:
    """Return whether two repetitions pass through the same postures."""
    whole = not any(each.phases.begun_before or each.phases.cut_off for each in (mine, other))
    if other is mine or other.side != mine.side or not whole:
        return False
    larger = other.phases.amplitude_deg / max(mine.phases.amplitude_deg, 1e-9)
    return LEAST_SIZE <= larger <= MOST_SIZE


def _watch(rule: BoundFault, mine: Course, others: Sequence[Course]) -> list[Excursion]:
    sign = 1.0 if rule.beyond == "above" else -1.0
    places = _place(mine.phases, mine.t_s)
    least = np.sort([_at(places, other, sign * other.deg[rule.id]) for other in others], axis=0)
    excess = sign * (sign * mine.deg[rule.id] - least[LEAST_OTHERS - 1])
    monitor = BoundMonitor(rule.model_copy(update={"signal": _EXCESS, "from_start": False}), {})
    found: list[Excursion] = []
    for t_s, deg in zip(mine.t_s.tolist(), excess.tolist(), strict=True):
        found += monitor.feed(Instant(t_s, {_EXCESS: deg}, {_EXCESS: EXCESS_SD_DEG}, {}, (0.0, 0.0, 0.0)))
    return [*found, *monitor.end()]


def _place(phases: RepPhases, t_s: Floats) -> Floats:
    """Return where in a repetition times lie: 0 to 1 on the way out, on to 2 in the hold, to 3 back."""
    turns_s = [phases.start_s, phases.hold_start_s, phases.hold_end_s, phases.end_s]
    return np.interp(t_s, turns_s, [0.0, 1.0, 2.0, 3.0])


def _at(places: Floats, other: Course, values: Floats) -> Floats:
    """Return another repetition's values at some places of its movement; NaN before and after it was seen."""
    seen = np.isfinite(values)
    if not seen.any():
        return np.full(len(places), np.nan)
    theirs = _place(other.phases, other.t_s[seen])
    return np.interp(places, theirs, values[seen], left=np.nan, right=np.nan)
