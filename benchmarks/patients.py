"""Six weeks of made-up patients: what the plan proposes each day, as a log to be read against the rules.

``python benchmarks/patients.py`` prints all of them, with a name only that one. Responses are fixed by the
day, so that the log is the same every time. The rules' ids stand in brackets.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from formcheck.exercises.load import library
from formcheck.exercises.schema import Exercise
from formcheck.plan.context import Today
from formcheck.plan.entries import Entry, Moment, Pain, Place, ScreenAnswers, SetDone, SymptomReport
from formcheck.plan.screen import QUESTIONS, Mode
from formcheck.plan.symptoms import ZONE
from formcheck.plan.today import plan_today

FIRST = datetime(2026, 6, 1, 8, tzinfo=UTC)
DAYS = 42
PLACE: dict[int, Place] = {zone: place for place, zone in ZONE.items()}
Felt = tuple[int, int]
"""Zone and 0 to 10."""


@dataclass(frozen=True)
class Patient:
    """How somebody begins a day, answers to an exercise, moves, and whether they come."""

    name: str
    mode: Mode
    morning: Callable[[int], Felt]
    answer: Callable[[str, int, Felt], Felt]
    clean: Callable[[int], int]
    comes: Callable[[int], bool]


def _stays(_exercise: str, _day: int, before: Felt) -> Felt:
    return before


def _eased_by_stretch(exercise: str, day: int, before: Felt) -> Felt:
    zone, nprs = before
    return (max(1, zone - 1), max(0, nprs - 1)) if exercise.startswith("couch") and zone else before


def _worse_by_bending(exercise: str, day: int, before: Felt) -> Felt:
    zone, nprs = before
    return (zone + 1, nprs + 1) if exercise.startswith("seated") else before


PATIENTS = (
    Patient("improving", "home", lambda d: (1, max(0, 3 - d // 10)), _stays, lambda d: 8, lambda d: True),
    Patient(
        "improving-clinic", "clinic", lambda d: (max(1, 3 - d // 14), max(1, 5 - d // 7)),
        _eased_by_stretch, lambda d: 8, lambda d: True,
    ),
    Patient("plateau", "clinic", lambda d: (2, 4), _stays, lambda d: 6, lambda d: True),
    Patient(
        "peripheralising", "clinic", lambda d: (2 if d < 12 else min(5, 2 + (d - 8) // 4), 4),
        _worse_by_bending, lambda d: 8, lambda d: True,
    ),
    Patient("seldom", "home", lambda d: (1, 2), _stays, lambda d: 8, lambda d: d % 9 in (0, 1)),
)  # fmt: skip


def report(at: datetime, moment: Moment, felt: Felt, exercise: str | None = None) -> SymptomReport:
    """Return a report with one pain."""
    zone, nprs = felt
    pains = (Pain(PLACE[zone], "left", nprs),) if zone and nprs else ()
    return SymptomReport(at, moment, pains, exercise_id=exercise)


def live_a_day(patient: Patient, day: int, log: list[Entry], exercises: dict[str, Exercise]) -> Today:
    """Do what the plan says, until it says no more; return the plan as it stood before the first set."""
    at = FIRST + timedelta(days=day - 1)
    before = patient.morning(day)
    plan = plan_today(log, patient.mode, at, exercises)
    shown = plan
    for _ in range(60):
        at += timedelta(minutes=6)
        if plan.state == "screen":
            log.append(ScreenAnswers(at, (), tuple(question.id for question in QUESTIONS)))
        elif plan.ask is not None:
            asked = plan.ask
            felt = before if asked.exercise_id is None else patient.answer(asked.exercise_id, day, before)
            if asked.moment == "after":
                log.append(report(at, "during", felt, asked.exercise_id))
            log.append(report(at, asked.moment, felt, asked.exercise_id))
        elif plan.next_offer is not None:
            offer = plan.next_offer
            clean = min(offer.repetitions, patient.clean(day))
            log.append(SetDone(at, offer.exercise_id, offer.repetitions, offer.repetitions, clean, 0))
        else:
            break
        plan = plan_today(log, patient.mode, at + timedelta(minutes=1), exercises)
        if plan.offers and not any(offer.sets_done for offer in plan.offers):
            shown = plan
    ended_early = plan.state in ("stop", "see_someone")
    if plan.state == "rest" and patient.morning(day)[1]:
        log.append(report(at, "next_morning", before))
    return plan if ended_early and not shown.offers else shown


def told(plan: Today) -> str:
    """Return a plan in a line."""
    parts = [plan.state]
    for offer in plan.offers:
        why = [r.rule_id for r in offer.reasons if r.rule_id not in ("dose", "progress-order")]
        parts.append(
            f"{offer.exercise_id} {offer.sets}x{offer.repetitions} step {offer.step} [{', '.join(why)}]"
        )
    parts += [f"waits: {w.exercise_id} [{w.reasons[0].rule_id}]" for w in plan.not_today]
    parts += [f"[{reason.rule_id}]" for reason in plan.reasons]
    parts += [f"tells {notice.to} [{notice.reason.rule_id}]" for notice in plan.notices]
    return "\n          ".join(parts)


def live(patient: Patient) -> list[str]:
    """Return the log of six weeks, a paragraph a day."""
    exercises = {name: loaded.exercise for name, loaded in library().items()}
    log: list[Entry] = []
    lines = []
    for day in range(1, DAYS + 1):
        zone, nprs = patient.morning(day)
        if not patient.comes(day):
            continue
        plan = live_a_day(patient, day, log, exercises)
        last = plan_today(log, patient.mode, FIRST + timedelta(days=day - 1, hours=10), exercises)
        lines.append(f"day {day:2d}  zone {zone}, {nprs} of 10: {told(plan)}")
        if last.state == "stop":
            lines.append(f"          ended: {', '.join(reason.text for reason in last.reasons)}")
    return lines


if __name__ == "__main__":
    for one in PATIENTS:
        if len(sys.argv) < 2 or one.name in sys.argv[1:]:
            print(f"\n=== {one.name} ({one.mode}) ===")
            print("\n".join(live(one)))
