"""The patient's log and prescriptions: dated, versioned JSON whose meaning is not known here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from formcheck.errors import UsageError
from formcheck.store.access import Actor, Right
from formcheck.store.audit import note
from formcheck.store.columns import now
from formcheck.store.database import Database
from formcheck.store.guard import require, set_for
from formcheck.store.tables_sets import LogEntry, PrescriptionVersion


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a log; ``kind`` and ``version`` say how to read ``body``."""

    id: str
    patient_id: str
    author_id: str | None
    day: date
    at: datetime
    kind: str
    version: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Prescription:
    """One version of what a patient is asked to do; ``number`` counts from 1, ``why`` is for the patient."""

    id: str
    patient_id: str
    author_id: str | None
    number: int
    at: datetime
    why: str
    version: int
    body: Mapping[str, Any]


class Logbook:
    """Logs and prescriptions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        actor: Actor,
        patient_id: str,
        kind: str,
        body: Mapping[str, Any],
        *,
        day: date,
        version: int = 1,
    ) -> str:
        """Add an entry: the patient's own, or that of a clinician who follows them; returns its id."""
        with self._database.write() as session:
            require(session, actor, Right.FOLLOW, patient_id)
            entry = LogEntry(
                patient_id=patient_id,
                author_id=actor.account_id,
                day=day,
                at=now(),
                kind=kind,
                version=version,
                body=dict(body),
            )
            session.add(entry)
            session.flush()
            note(session, actor.account_id, "wrote in the log", patient_id, kind)
            return entry.id

    def entries(
        self, actor: Actor, patient_id: str, *, kinds: Sequence[str] = (), since: date | None = None
    ) -> list[Entry]:
        """Return a patient's entries, oldest first."""
        wanted = select(LogEntry).where(LogEntry.patient_id == patient_id)
        if kinds:
            wanted = wanted.where(LogEntry.kind.in_(kinds))
        if since is not None:
            wanted = wanted.where(LogEntry.day >= since)
        with self._database.read() as session:
            require(session, actor, Right.FOLLOW, patient_id)
            rows = session.scalars(wanted.order_by(LogEntry.day, LogEntry.at, LogEntry.id))
            return [Entry(**_values(row, Entry)) for row in rows]

    def prescribe(
        self, actor: Actor, patient_id: str, body: Mapping[str, Any], *, why: str, version: int = 1
    ) -> int:
        """Add a version of a patient's prescription; returns its number.

        Raises
        ------
        UsageError
            When somebody else added one at the same moment: look at it first.
        """
        try:
            with self._database.write() as session:
                require(session, actor, Right.PRESCRIBE, patient_id)
                last = session.scalar(
                    select(func.max(PrescriptionVersion.number)).where(
                        PrescriptionVersion.patient_id == patient_id
                    )
                )
                number = (last or 0) + 1
                session.add(
                    PrescriptionVersion(
                        patient_id=patient_id,
                        author_id=actor.account_id,
                        number=number,
                        at=now(),
                        why=why.strip()[:1000],
                        version=version,
                        body=dict(body),
                    )
                )
                note(session, actor.account_id, "prescribed", patient_id, str(number))
                return number
        except IntegrityError as error:
            raise UsageError("Somebody else has just changed this prescription: look at it first.") from error

    def prescriptions(self, actor: Actor, patient_id: str) -> list[Prescription]:
        """Return all versions of a patient's prescription, the newest first."""
        with self._database.read() as session:
            require(session, actor, Right.FOLLOW, patient_id)
            rows = session.scalars(
                select(PrescriptionVersion)
                .where(PrescriptionVersion.patient_id == patient_id)
                .order_by(PrescriptionVersion.number.desc())
            )
            return [Prescription(**_values(row, Prescription)) for row in rows]

    def prescription_of(self, actor: Actor, set_id: str) -> Prescription | None:
        """Return the version that held when a set was done; None where nothing was prescribed yet."""
        with self._database.read() as session:
            row = set_for(session, actor, Right.SEE, set_id)
            found = session.scalar(
                select(PrescriptionVersion)
                .where(
                    PrescriptionVersion.patient_id == row.patient_id,
                    PrescriptionVersion.at <= row.performed_at,
                )
                .order_by(PrescriptionVersion.number.desc())
                .limit(1)
            )
            return Prescription(**_values(found, Prescription)) if found else None


def _values(row: object, kind: type[Entry] | type[Prescription]) -> dict[str, Any]:
    return {each.name: getattr(row, each.name) for each in fields(kind)}
