"""Entries of a made-up log, day 1 being a Monday; short, so that a case reads as a line."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

from formcheck.exercises.load import library
from formcheck.exercises.schema import Exercise
from formcheck.plan.context import Today
from formcheck.plan.entries import (
    Clearance,
    Entry,
    Moment,
    Pain,
    Place,
    ScreenAnswers,
    SetDone,
    SymptomReport,
)
from formcheck.plan.screen import QUESTIONS, Mode
from formcheck.plan.symptoms import ZONE
from formcheck.plan.today import plan_today

E1, E2, E3, E4 = "couch-stretch-active", "march-neutral", "seated-lift-over", "lengthened-lowering"
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
PLACE: dict[int, Place] = {zone: place for place, zone in ZONE.items()}
PAUSE_MIN = {"before": 0, "during": 5, "after": 6, "upright": 7, "after_5_min": 11}


def at(day: int, hour: float = 9.0) -> datetime:
    """The n-th day of the log, from 1."""
    return MONDAY + timedelta(days=day - 1, hours=hour)


def on(day: int) -> date:
    return at(day).date()


def asked(*yes: str, day: int = 1, hour: float = 8.0) -> ScreenAnswers:
    """All questions answered, with no but where said."""
    no = tuple(question.id for question in QUESTIONS if question.id not in yes)
    return ScreenAnswers(at(day, hour), yes, no)


def cleared(
    *flags: str, day: int, by: str = "clinician", note: str = "seen", consulted: int | None = None
) -> Clearance:
    return Clearance(at(day, 8.5), by, flags, note, on(consulted) if consulted else None)  # type: ignore[arg-type]


def felt(
    moment: Moment = "before",
    zone: int = 0,
    nprs: int = 0,
    *,
    day: int = 1,
    hour: float | None = None,
    groin: int = 0,
    neuro: bool = False,
    function: int | None = None,
    exercise: str | None = None,
) -> SymptomReport:
    """A report with one pain on the ladder, and one in the groin."""
    pains = (Pain(PLACE[zone], "left", nprs),) if zone else ()
    pains += (Pain("groin", "left", groin),) if groin else ()
    hour = hour if hour is not None else (8.0 if moment == "next_morning" else 9 + PAUSE_MIN[moment] / 60)
    return SymptomReport(at(day, hour), moment, pains, neuro, function, exercise)


def did(
    exercise: str = E2,
    *,
    day: int = 1,
    reps: int = 8,
    judged: int | None = None,
    clean: int | None = None,
    red: int = 0,
    hour: float = 9.05,
) -> SetDone:
    judged = reps if judged is None else judged
    clean = judged - red if clean is None else clean
    return SetDone(at(day, hour), exercise, reps, judged, clean, red)


def session(
    exercise: str = E2,
    *,
    day: int,
    base: tuple[int, int] = (1, 2),
    during: tuple[int, int] | None = None,
    after: tuple[int, int] | None = None,
    later: tuple[int, int] | None = None,
    morning: tuple[int, int] | str | None = "as before",
    sets: int = 2,
    hour: float = 9.05,
    with_baseline: bool = True,
    neuro: bool = False,
    **form: int,
) -> tuple[Entry, ...]:
    """One exercise on one day, from its baseline to the next morning: pairs are (zone, 0 to 10)."""
    entries: list[Entry] = [felt("before", *base, day=day)] if with_baseline else []
    entries += [did(exercise, day=day, hour=hour + 0.01 * i, **form) for i in range(sets)]
    answers = {"during": during or base, "after": after or base, "after_5_min": later or base}
    for moment, pair in answers.items():
        shift = hour - 9.05 + PAUSE_MIN[moment] / 60
        entries.append(
            felt(moment, *pair, day=day, hour=9 + shift, exercise=exercise, neuro=neuro)  # type: ignore[arg-type]
        )
    if morning is not None:
        pair = base if isinstance(morning, str) else morning
        entries.append(felt("next_morning", *pair, day=day + 1))
    return tuple(entries)


@cache
def exercises() -> dict[str, Exercise]:
    return {name: loaded.exercise for name, loaded in library().items()}


def today(log: list[Entry] | tuple[Entry, ...], day: int, mode: Mode = "clinic", hour: float = 12.0) -> Today:
    return plan_today(log, mode, at(day, hour), exercises())
