"""What of a prescription falls on one day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from formcheck.clinic.prescription import Prescribed, Prescription, as_prescribed
from formcheck.exercises.load import LoadedExercise
from formcheck.exercises.schema import Exercise
from formcheck.plan.entries import Entry, SetDone

WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Due:
    """One prescribed exercise on one day; ``exercise`` is as prescribed, ``today`` whether it falls on it."""

    item: Prescribed
    exercise: Exercise
    today: bool
    sets_done: int

    @property
    def done(self) -> bool:
        """Whether the day's sets are done."""
        return self.sets_done >= self.item.sets


def due_on(
    prescription: Prescription, known: Mapping[str, LoadedExercise], log: Sequence[Entry], day: date
) -> list[Due]:
    """Return what is prescribed, in its order.

    An exercise with days falls on those; one with a number of days a week falls on every day until it was
    done on so many of the seven days that end with this one.

    Parameters
    ----------
    prescription : Prescription
        What holds.
    known : mapping of str to LoadedExercise
        The library; what is not in it is left out.
    log : sequence of Entry
        With an entry for each set.
    day : date
        Which day.
    """
    done = [(entry.exercise_id, entry.at.date()) for entry in log if isinstance(entry, SetDone)]
    found = []
    for item in prescription.exercises:
        if item.exercise_id not in known:
            continue
        exercise = as_prescribed(known[item.exercise_id], item).exercise
        days = [when for exercise_id, when in done if exercise_id == item.exercise_id]
        found.append(Due(item, exercise, _falls_on(item, days, day), days.count(day)))
    return found


def _falls_on(item: Prescribed, days: Sequence[date], day: date) -> bool:
    if item.days:
        return day.weekday() in item.days
    week = {when for when in days if day - timedelta(days=WEEK_DAYS) < when < day}
    return len(week) < item.days_a_week
