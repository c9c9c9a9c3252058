"""Words about a set between its patient and their clinicians, and the phrases that a clinician keeps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from formcheck.errors import UsageError
from formcheck.store.access import Actor, NotThereError, Right
from formcheck.store.audit import note
from formcheck.store.columns import now
from formcheck.store.database import Database
from formcheck.store.guard import require, set_for, visible
from formcheck.store.tables_people import Account
from formcheck.store.tables_review import Phrase, Remark
from formcheck.store.tables_sets import ExerciseSet

MAX_CHARACTERS = 4000
MAX_PHRASES = 50


@dataclass(frozen=True, slots=True)
class Said:
    """Words about a set; ``moment_s`` is the time of the recording that they are pinned to.

    ``live``: said while the set was going on.
    """

    id: str
    set_id: str
    author_id: str | None
    author: str
    by_patient: bool
    answer_to: str | None
    moment_s: float | None
    words: str
    at: datetime
    live: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """A phrase that its clinician keeps."""

    id: str
    words: str


class Remarks:
    """The remarks and phrases of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        actor: Actor,
        set_id: str,
        words: str,
        *,
        moment_s: float | None = None,
        answer_to: str | None = None,
    ) -> str:
        """Say something about a set: its patient, or a clinician who sees it; returns the remark's id.

        Raises
        ------
        UsageError
            When nothing is said, or what it answers is gone.
        """
        words = _worded(words)
        with self._database.write() as session:
            row = set_for(session, actor, Right.SEE, set_id)
            if not actor.account_id:
                raise NotThereError  # the server has nothing to say
            if answer_to is not None and _remark(session, answer_to).set_id != row.id:
                raise NotThereError
            remark = Remark(
                set_id=row.id,
                author_id=actor.account_id,
                answer_to=answer_to,
                by_patient=actor.account_id == row.patient_id,
                moment_s=moment_s,
                words=words,
                at=now(),
            )
            session.add(remark)
            session.flush()
            note(session, actor.account_id, "commented on a set", row.patient_id, row.id)
            return remark.id

    def of_set(self, actor: Actor, set_id: str) -> list[Said]:
        """Return what was said about a set, oldest first."""
        with self._database.read() as session:
            set_for(session, actor, Right.SEE, set_id)
            rows = session.execute(_said().where(Remark.set_id == set_id).order_by(Remark.at, Remark.id))
            return [Said(**row) for row in rows.mappings()]

    def of_patient(self, actor: Actor, patient_id: str, *, limit: int = 50) -> list[Said]:
        """Return what was said about a patient's sets that the actor sees, newest first."""
        wanted = _said().where(ExerciseSet.patient_id == patient_id, visible(actor))
        with self._database.read() as session:
            require(session, actor, Right.FOLLOW, patient_id)
            rows = session.execute(wanted.order_by(Remark.at.desc(), Remark.id).limit(limit))
            return [Said(**row) for row in rows.mappings()]

    def take_back(self, actor: Actor, remark_id: str) -> None:
        """Delete words of one's own, with the answers to them."""
        with self._database.write() as session:
            remark = _remark(session, remark_id)
            set_for(session, actor, Right.SEE, remark.set_id)
            if not actor.account_id or remark.author_id != actor.account_id:
                raise NotThereError
            session.delete(remark)

    def phrases(self, actor: Actor) -> list[Saying]:
        """Return the actor's own phrases, oldest first."""
        with self._database.read() as session:
            rows = session.scalars(
                select(Phrase).where(Phrase.owner_id == actor.account_id).order_by(Phrase.at, Phrase.id)
            )
            return [Saying(row.id, row.words) for row in rows]

    def keep_phrase(self, actor: Actor, words: str) -> None:
        """Keep a phrase.

        Raises
        ------
        UsageError
            When it is empty, or there are many already.
        """
        words = _worded(words)
        if actor.role != "clinician":
            raise NotThereError
        with self._database.write() as session:
            own = session.scalars(select(Phrase.words).where(Phrase.owner_id == actor.account_id)).all()
            if words in own:
                return
            if len(own) >= MAX_PHRASES:
                raise UsageError(f"There are {MAX_PHRASES} phrases already: drop one first.")
            session.add(Phrase(owner_id=actor.account_id, words=words, at=now()))

    def drop_phrase(self, actor: Actor, phrase_id: str) -> None:
        """Drop a phrase of one's own."""
        with self._database.write() as session:
            phrase = session.get(Phrase, phrase_id)
            if phrase is None or not actor.account_id or phrase.owner_id != actor.account_id:
                raise NotThereError
            session.delete(phrase)


def _worded(words: str) -> str:
    words = words.strip()[:MAX_CHARACTERS]
    if not words:
        raise UsageError("There are no words yet: write something first.")
    return words


def _remark(session: Session, remark_id: str) -> Remark:
    found = session.get(Remark, remark_id)
    if found is None:
        raise NotThereError
    return found


def _said() -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return (
        select(
            Remark.id,
            Remark.set_id,
            Remark.author_id,
            func.coalesce(Account.name, "").label("author"),
            Remark.by_patient,
            Remark.answer_to,
            Remark.moment_s,
            Remark.words,
            Remark.at,
            Remark.live,
        )
        .join(ExerciseSet, ExerciseSet.id == Remark.set_id)
        .outerjoin(Account, Account.id == Remark.author_id)
    )
