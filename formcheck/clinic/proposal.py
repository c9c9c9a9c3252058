"""What might come next in a prescription, from the sessions since it was last changed.

The rules are those of `formcheck.plan.level` (measurement.md, section 6): one thing harder after two good
sessions, one step back after red repetitions or a bad answer. A proposal changes nothing by itself: the
clinician decides.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from formcheck.clinic.prescription import Prescribed, as_prescribed
from formcheck.coach.clearance import object_cm, target_over_deg
from formcheck.errors import UsageError
from formcheck.exercises.load import LoadedExercise
from formcheck.exercises.schema import Change, Exercise
from formcheck.plan.entries import Entry
from formcheck.plan.level import VARIABLE_RANK, level_of
from formcheck.plan.rules import Reason
from formcheck.plan.sessions import sessions


@dataclass(frozen=True, slots=True)
class Proposal:
    """``item`` is what would be prescribed; None: it stays. ``words`` say what changes, ``reasons`` why."""

    item: Prescribed | None
    words: str
    reasons: tuple[Reason, ...]


def propose(
    loaded: LoadedExercise, item: Prescribed, log: Sequence[Entry], since: datetime, now: datetime
) -> Proposal:
    """Return what to do next about one prescribed exercise.

    Parameters
    ----------
    loaded : LoadedExercise
        As the library has it.
    item : Prescribed
        As it is prescribed now.
    log : sequence of Entry
        The patient's log, with an entry for each set.
    since : datetime
        When this exercise's prescription was last changed: earlier sessions were of something else.
    now : datetime
        With time zone.
    """
    exercise = as_prescribed(loaded, item).exercise
    done = [s for s in sessions(log) if s.exercise_id == exercise.id and s.last_at >= since]
    level = level_of(exercise, done, log, now.date())
    if level.step > 0:
        change = _next(exercise, item)
        return _proposed(item, change, harder=True, exercise=exercise, reasons=level.reasons)
    if level.step < 0 and exercise.regression:
        back = exercise.regression[0]
        return _proposed(item, back, harder=False, exercise=exercise, reasons=level.reasons)
    return Proposal(None, "It stays as it is.", level.reasons)


def _next(exercise: Exercise, item: Prescribed) -> Change | None:
    """Return the first change whose end is not reached, in the order in which variables change."""
    in_order = sorted(exercise.progression, key=lambda change: VARIABLE_RANK[change.variable])
    return next(
        (change for change in in_order if _value(exercise, item, change.variable) < change.until - 1e-9), None
    )


def _proposed(
    item: Prescribed,
    change: Change | None,
    *,
    harder: bool,
    exercise: Exercise,
    reasons: tuple[Reason, ...],
) -> Proposal:
    if change is None:
        return Proposal(None, "This is its hardest form here.", reasons)
    value = _value(exercise, item, change.variable)
    moved = min(value + change.by, change.until) if harder else max(value - change.by, change.until)
    if math.isclose(moved, value):
        return Proposal(None, "This is its easiest form here.", reasons)
    field, amount = _field(exercise, change.variable, moved)
    made = item.model_copy(update={field: amount})
    try:
        as_prescribed(LoadedExercise(exercise, ""), made.model_copy(update={"bounds": {}}))
    except UsageError as error:  # smaller than what counts as a repetition at all
        return Proposal(None, str(error), reasons)
    return Proposal(made, f"{change.text.rstrip('.')}: {value:g} → {moved:g} {change.unit}.", reasons)


def _value(exercise: Exercise, item: Prescribed, variable: str) -> float:
    values = {
        "range": exercise.repetition.target_deg,
        "height": round(object_cm(exercise)),  # nobody builds an object to the millimetre
        "hold": exercise.targets.hold_s,
        "eccentric": exercise.targets.eccentric_s,
        "load": item.load_kg or 0.0,
    }
    return float(values[variable])


def _field(exercise: Exercise, variable: str, value: float) -> tuple[str, float]:
    if variable == "height":
        return "target_deg", round(target_over_deg(exercise, value), 1)
    fields = {"range": "target_deg", "hold": "hold_s", "eccentric": "eccentric_s", "load": "load_kg"}
    return fields[variable], value
