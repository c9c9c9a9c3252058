"""Deletes an account with everything that belongs to it: rows, files, what is on its way, and traces."""

from collections.abc import Callable

from sqlalchemy import delete, or_, select, update

from formcheck.store.access import Actor, NotThereError
from formcheck.store.audit import note
from formcheck.store.database import Database
from formcheck.store.media import Media
from formcheck.store.tables_people import Account, AuditEntry
from formcheck.store.tables_sets import ExerciseSet, MediaFile


def erase_account(database: Database, media: Media, sweep_uploads: Callable[[], None], actor: Actor) -> None:
    """Delete the actor's own account.

    Afterwards no row, file or trail entry tells of the person; the trail keeps that some account was
    deleted. What a clinician wrote for others stays theirs, without the clinician's name.

    Raises
    ------
    NotThereError
        When there is no such account.
    """
    with database.write() as session:
        account = session.get(Account, actor.account_id) if actor.account_id else None
        if account is None:
            raise NotThereError
        files = (
            select(MediaFile)
            .join(ExerciseSet, ExerciseSet.id == MediaFile.set_id)
            .where(ExerciseSet.patient_id == account.id)
        )
        media.disown(session, session.scalars(files).all())
        own_trail = or_(AuditEntry.patient_id == account.id, AuditEntry.actor_id == account.id)
        if account.role == "clinician":
            # their patients keep the trail of what was read, without the name
            theirs = AuditEntry.patient_id.is_not(None), AuditEntry.actor_id == account.id
            session.execute(update(AuditEntry).where(*theirs).values(actor_id=None))
        session.execute(delete(AuditEntry).where(own_trail))
        session.delete(account)  # everything else goes with it, by the foreign keys
        session.flush()
        note(session, None, "an account was deleted")
    media.sweep()
    sweep_uploads()
    database.scrub()
