"""What of a prescription falls on a day."""

from datetime import UTC, date, datetime, timedelta

from formcheck.clinic.due import due_on
from formcheck.clinic.prescription import Prescribed, Prescription
from formcheck.exercises.load import library
from formcheck.plan.entries import SetDone

LIBRARY = library()
TUESDAY = date(2026, 11, 24)


def done(day: date, exercise_id: str = "squat") -> SetDone:
    return SetDone(datetime(day.year, day.month, day.day, 9, tzinfo=UTC), exercise_id, 8, 8, 8, 0)


def falls(item: Prescribed, *log: SetDone, day: date = TUESDAY) -> bool:
    (due,) = due_on(Prescription(exercises=(item,)), LIBRARY, log, day)
    return due.today


def test_days_of_the_week() -> None:
    item = Prescribed(exercise_id="squat", days=(1, 3))
    days = [falls(item, day=TUESDAY + timedelta(days=i)) for i in range(7)]
    assert days == [True, False, True, False, False, False, False]


def test_so_many_days_a_week() -> None:
    """Two of the six days before are enough; sets of today, of another exercise and of last week are none."""
    item = Prescribed(exercise_id="squat", days_a_week=2)
    yesterday, last_week = TUESDAY - timedelta(days=1), TUESDAY - timedelta(days=7)
    assert falls(item)
    assert falls(item, done(yesterday), done(yesterday))
    assert falls(item, done(yesterday), done(TUESDAY))
    assert falls(item, done(yesterday), done(last_week))
    assert falls(item, done(yesterday), done(TUESDAY - timedelta(days=3), "hip-hinge"))
    assert not falls(item, done(yesterday), done(TUESDAY - timedelta(days=3)))


def test_sets_of_the_day_and_the_exercise_as_prescribed() -> None:
    prescription = Prescription(
        exercises=(
            Prescribed(exercise_id="hip-hinge", sets=2, repetitions=5),
            Prescribed(exercise_id="squat", sets=1),
            Prescribed(exercise_id="no-longer-there"),
        )
    )
    hinge, squat = due_on(prescription, LIBRARY, [done(TUESDAY, "hip-hinge"), done(TUESDAY)], TUESDAY)
    assert (hinge.exercise.targets.repetitions, hinge.sets_done, hinge.done) == (5, 1, False)
    assert (squat.sets_done, squat.done) == (1, True)
