"""Watching a set that is going on: who may, that it took place, and the cues that were sent.

What is seen is never kept; the consent itself lives and ends with the live session.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from formcheck.store.access import Actor, NotThereError, Right
from formcheck.store.audit import note
from formcheck.store.columns import now
from formcheck.store.database import Database
from formcheck.store.guard import require
from formcheck.store.tables_review import Remark
from formcheck.store.tables_sets import ExerciseSet


@dataclass(frozen=True, slots=True)
class Consent:
    """One patient lets one clinician watch one set."""

    patient_id: str
    clinician_id: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a live set is: its id, and seconds of its own track."""

    set_id: str
    t_s: float


class Watching:
    """What is kept of watching, in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check(self, actor: Actor, consent: Consent) -> None:
        """Let pass whom a patient lets watch, as long as they are in care.

        Raises
        ------
        NotThereError
            For everybody else.
        """
        with self._database.read() as session:
            _require(session, actor, consent)

    def begin(self, actor: Actor, consent: Consent) -> None:
        """Keep in the trail that a set is watched."""
        with self._database.write() as session:
            _require(session, actor, consent)
            note(session, actor.account_id, "watched a live set", consent.patient_id)

    def cue(self, actor: Actor, consent: Consent, words: str, moment: Moment | None = None) -> None:
        """Keep a cue with the set that it was sent in; one that is not kept keeps no cues."""
        with self._database.write() as session:
            _require(session, actor, consent)
            note(session, actor.account_id, "sent a cue to a live set", consent.patient_id)
            if moment is None:
                return
            row = session.get(ExerciseSet, moment.set_id)
            if row is None or row.patient_id != consent.patient_id:
                raise NotThereError
            remark = Remark(
                set_id=row.id,
                author_id=actor.account_id,
                by_patient=False,
                moment_s=moment.t_s,
                live=True,
                words=words,
                at=now(),
            )
            session.add(remark)


def _require(session: Session, actor: Actor, consent: Consent) -> None:
    watched = bool(actor.account_id) and actor.account_id == consent.clinician_id
    require(session, actor, Right.WATCH, consent.patient_id, watched=watched)
