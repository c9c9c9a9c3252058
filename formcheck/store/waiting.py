"""What waits for a clinician: shared sets that nobody has looked through, and what their order needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from formcheck.store.access import Actor
from formcheck.store.database import Database
from formcheck.store.guard import visible
from formcheck.store.logbook import Entry
from formcheck.store.tables_people import Account, Care
from formcheck.store.tables_review import Remark, RepetitionMark, SetReview
from formcheck.store.tables_sets import ExerciseSet, LogEntry

MOST = 500
"""The queue's length: nobody looks through more at once; those with red faults, then the newest."""
SHOWN_STATES = ("done", "failed")


@dataclass(frozen=True, slots=True)
class WaitingSet:
    """One set; ``asked``: the patient wrote after the last word or look of a clinician."""

    set_id: str
    patient_id: str
    patient: str
    exercise_id: str
    exercise: str
    performed_at: datetime
    state: str
    reps: int
    red_faults: int
    fault: int
    cannot_judge: int
    reviewed: bool
    asked: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """All that waits for one clinician.

    ``seen`` counts the looked through sets of each patient, ``compared`` the clinician's own marks of each
    exercise, ``logs`` holds the log entries of the days of these sets and those after them.
    """

    sets: Sequence[WaitingSet]
    in_all: int
    seen: Mapping[str, int]
    compared: Mapping[str, int]
    logs: Mapping[str, Sequence[Entry]]


class WaitingList:
    """Reads what waits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_clinician(self, actor: Actor, *, kinds: Sequence[str], reviewed: bool = False) -> Waiting:
        """Return what waits for a clinician; nothing for anybody else.

        Parameters
        ----------
        actor : Actor
            Who asks.
        kinds : sequence of str
            Which log entries are wanted.
        reviewed : bool
            Those that are looked through as well.
        """
        if actor.role != "clinician":
            return Waiting((), 0, {}, {}, {})
        with self._database.read() as session:
            wanted = _wanted(actor, reviewed=reviewed)
            in_all = session.scalar(select(func.count()).select_from(ExerciseSet).where(wanted)) or 0
            sets = _sets(session, wanted)
            days = {(each.patient_id, each.performed_at.date()) for each in sets}
            return Waiting(
                sets,
                in_all,
                _seen(session, actor),
                _compared(session, actor),
                _logs(session, actor, days, kinds),
            )


def _looked_through() -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return exists(select(SetReview.id).where(SetReview.set_id == ExerciseSet.id))


def _asked() -> Any:  # noqa: ANN401 - SQLAlchemy's own
    """Return the condition that the patient wrote after the last word or look of a clinician."""
    asked, answer, look = aliased(Remark), aliased(Remark), aliased(SetReview)
    answered = exists().where(
        answer.set_id == asked.set_id, answer.by_patient.is_(False), answer.at > asked.at
    )
    looked = exists().where(look.set_id == asked.set_id, look.at > asked.at)
    return exists().where(asked.set_id == ExerciseSet.id, asked.by_patient.is_(True), ~answered, ~looked)


def _wanted(actor: Actor, *, reviewed: bool) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    shown = and_(visible(actor), ExerciseSet.state.in_(SHOWN_STATES))
    return shown if reviewed else and_(shown, or_(~_looked_through(), _asked()))


def _sets(session: Session, wanted: Any) -> list[WaitingSet]:  # noqa: ANN401 - any condition
    chosen = (
        select(ExerciseSet.id)
        .where(wanted)
        .order_by((ExerciseSet.red_faults > 0).desc(), ExerciseSet.performed_at.desc(), ExerciseSet.id)
        .limit(MOST)
        .subquery()
    )
    rows = session.execute(
        select(
            ExerciseSet.id.label("set_id"),
            ExerciseSet.patient_id,
            Account.name.label("patient"),
            ExerciseSet.exercise_id,
            ExerciseSet.exercise_name.label("exercise"),
            ExerciseSet.performed_at,
            ExerciseSet.state,
            ExerciseSet.reps,
            ExerciseSet.red_faults,
            ExerciseSet.fault,
            ExerciseSet.cannot_judge,
            _looked_through().label("reviewed"),
            _asked().label("asked"),
        )
        .join(Account, Account.id == ExerciseSet.patient_id)
        .where(ExerciseSet.id.in_(select(chosen.c.id)))
    )
    return [WaitingSet(**row) for row in rows.mappings()]


def _seen(session: Session, actor: Actor) -> dict[str, int]:
    rows = session.execute(
        select(ExerciseSet.patient_id, func.count(SetReview.set_id.distinct()))
        .join(SetReview, SetReview.set_id == ExerciseSet.id)
        .where(visible(actor))
        .group_by(ExerciseSet.patient_id)
    )
    return {row[0]: row[1] for row in rows}


def _compared(session: Session, actor: Actor) -> dict[str, int]:
    rows = session.execute(
        select(RepetitionMark.exercise_id, func.count())
        .join(ExerciseSet, ExerciseSet.id == RepetitionMark.set_id)
        .where(
            visible(actor),
            RepetitionMark.author_id == actor.account_id,
            RepetitionMark.verdict != "cannot_judge",
            RepetitionMark.own_verdict != "cannot_judge",
        )
        .group_by(RepetitionMark.exercise_id)
    )
    return {row[0]: row[1] for row in rows}


def _logs(
    session: Session, actor: Actor, days: set[tuple[str, date]], kinds: Sequence[str]
) -> dict[str, list[Entry]]:
    """Return the entries of each set's day, and of its neighbours: people have time zones."""
    if not days:
        return {}
    near = {(who, day + timedelta(days=step)) for who, day in days for step in (-1, 0, 1)}
    followed = exists(
        select(Care.id).where(Care.patient_id == LogEntry.patient_id, Care.clinician_id == actor.account_id)
    )
    columns = [getattr(LogEntry, each.name) for each in fields(Entry)]
    rows = session.execute(
        select(*columns)
        .where(
            followed, LogEntry.kind.in_(kinds), tuple_(LogEntry.patient_id, LogEntry.day).in_(sorted(near))
        )
        .order_by(LogEntry.at, LogEntry.id)
    )
    found: dict[str, list[Entry]] = {}
    for row in rows.mappings():
        found.setdefault(row["patient_id"], []).append(Entry(**row))
    return found
