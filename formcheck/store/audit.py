"""The audit trail: written in the same transaction as what it tells of, read by the patient it is about."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from formcheck.store.access import Actor, Right
from formcheck.store.columns import NAME_CHARACTERS, now
from formcheck.store.database import Database
from formcheck.store.guard import require
from formcheck.store.tables_people import Account, AuditEntry

NEWEST = 200


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing that was done; ``who`` is a name, empty where the account is gone."""

    at: datetime
    who: str
    action: str
    detail: str


def note(
    session: Session, actor_id: str | None, action: str, patient_id: str | None = None, detail: str = ""
) -> None:
    """Add an entry to the trail, within the caller's transaction."""
    entry = AuditEntry(
        at=now(),
        actor_id=actor_id or None,
        action=action,
        patient_id=patient_id,
        detail=detail[:NAME_CHARACTERS],
    )
    session.add(entry)


class Audit:
    """Reads the trail."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_patient(self, actor: Actor, patient_id: str, *, limit: int = NEWEST) -> list[Trace]:
        """Return what was done with a patient's data, newest first; for the patient only."""
        with self._database.read() as session:
            require(session, actor, Right.OWN, patient_id)
            rows = session.execute(
                select(AuditEntry, Account.name)
                .outerjoin(Account, Account.id == AuditEntry.actor_id)
                .where(AuditEntry.patient_id == patient_id)
                .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
                .limit(limit)
            )
            return [Trace(entry.at, name or "", entry.action, entry.detail) for entry, name in rows]
