"""A judged set as an entry of the log: the few numbers that the plan and its trends need."""

import math
from collections.abc import Iterable
from datetime import datetime
from statistics import median

from formcheck.coach.set_report import Repetition, SetReport
from formcheck.exercises.schema import Exercise
from formcheck.plan.entries import SetDone


def set_done(report: SetReport, at: datetime, *, exercise: Exercise | None, set_id: str = "") -> SetDone:
    """Return the entry of a judged set.

    Parameters
    ----------
    report : SetReport
        The judged set.
    at : datetime
        When it was done, with time zone.
    exercise : Exercise, optional
        What it was judged as; tells which signal counted.
    set_id : str
        Under which the set is kept.
    """
    reps = report.reps
    judged = [rep for rep in reps if rep.verdict != "cannot_judge"]
    sides = {rep.side for rep in reps}
    return SetDone(
        at=at,
        exercise_id=report.exercise.id,
        reps=len(reps),
        judged=len(judged),
        clean=sum(rep.verdict == "ok" for rep in judged),
        red=sum(any(fault.severity == "red" for fault in rep.faults) for rep in judged),
        side=sides.pop() if len(sides) == 1 else "both",
        range_deg=_median(_excursion(rep, exercise) for rep in reps),
        usable_range_deg=_median(
            rep.usable_range.neutral_lost_at_deg for rep in reps if rep.usable_range is not None
        ),
        eccentric_s=_median(rep.eccentric_s for rep in reps),
        set_id=set_id,
    )


def _excursion(rep: Repetition, exercise: Exercise | None) -> float:
    """Return how far the counting signal went from its start, in degrees; NaN where it was not seen."""
    names = exercise.repetition.signals if exercise is not None else tuple(rep.range)
    known = [rep.range[name] for name in names if name in rep.range]
    if not known:
        return math.nan
    moved = [abs(angle.peak_deg - angle.start_deg) for angle in known]
    return moved[0] if exercise is not None else max(moved)


def _median(values: Iterable[float]) -> float | None:
    known = [value for value in values if math.isfinite(value)]
    return median(known) if known else None
