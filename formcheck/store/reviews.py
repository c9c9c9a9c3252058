"""What clinicians judged themselves: verdicts beside formcheck's own, and which sets are looked through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from formcheck.errors import UsageError
from formcheck.store.access import Actor, NotThereError, Right
from formcheck.store.audit import note
from formcheck.store.columns import now
from formcheck.store.database import Database
from formcheck.store.guard import require, set_for, visible
from formcheck.store.tables_people import Account
from formcheck.store.tables_review import RepetitionMark, SetReview
from formcheck.store.tables_sets import ExerciseSet, StoredReport

Verdict = Literal["ok", "borderline", "fault", "cannot_judge"]
VERDICTS = ("ok", "borderline", "fault", "cannot_judge")
TOLD = ("amber", "red")
"""Severities that make a fault one to agree on; hints are none."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One repetition as a clinician judged it; ``own_*`` is what formcheck said when the mark was made.

    ``author`` is empty where the account is gone.
    """

    set_id: str
    patient_id: str
    exercise_id: str
    author_id: str | None
    author: str
    rep: int
    peak_s: float
    verdict: Verdict
    faults: tuple[str, ...]
    own_verdict: Verdict
    own_faults: tuple[str, ...]
    at: datetime

    @property
    def confirms(self) -> bool:
        """Whether the clinician said the same."""
        return (self.verdict, set(self.faults)) == (self.own_verdict, set(self.own_faults))


class Reviews:
    """The marks of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(
        self,
        actor: Actor,
        set_id: str,
        rep: int,
        verdict: Verdict | None = None,
        faults: Sequence[str] = (),
    ) -> None:
        """Judge a repetition of a set: confirm formcheck's verdict, or give another.

        Parameters
        ----------
        actor : Actor
            A clinician who sees the set.
        set_id : str
            Which set.
        rep : int
            The repetition's index in the report.
        verdict : str, optional
            The clinician's own; None confirms formcheck's with its faults.
        faults : sequence of str
            Which faults there were, where the verdict is ``fault``.

        Raises
        ------
        UsageError
            When the report has no such repetition.
        """
        with self._database.write() as session:
            row = set_for(session, actor, Right.REVIEW, set_id)
            own = _repetition(session, row.id, rep)
            if verdict is None:
                verdict, faults = own["verdict"], own["faults"]
            if verdict not in VERDICTS:
                raise UsageError(f"There is no verdict '{verdict}'.")
            session.execute(_of_author(actor, set_id, rep))
            session.add(
                RepetitionMark(
                    set_id=row.id,
                    author_id=actor.account_id,
                    exercise_id=row.exercise_id,
                    rep=rep,
                    peak_s=own["peak_s"],
                    verdict=verdict,
                    faults=sorted(set(faults)) if verdict in ("fault", "borderline") else [],
                    own_verdict=own["verdict"],
                    own_faults=own["faults"],
                    at=now(),
                )
            )

    def unmark(self, actor: Actor, set_id: str, rep: int) -> None:
        """Take one's own mark back."""
        with self._database.write() as session:
            set_for(session, actor, Right.REVIEW, set_id)
            session.execute(_of_author(actor, set_id, rep))

    def marks(self, actor: Actor, set_id: str) -> list[Mark]:
        """Return all marks of a set, by repetition."""
        with self._database.read() as session:
            set_for(session, actor, Right.SEE, set_id)
            return _marks(session, RepetitionMark.set_id == set_id)

    def marks_of_patient(self, actor: Actor, patient_id: str) -> list[Mark]:
        """Return all marks of a patient's own sets."""
        with self._database.read() as session:
            require(session, actor, Right.OWN, patient_id)
            return _marks(session, ExerciseSet.patient_id == patient_id)

    def all_marks(self, actor: Actor) -> list[Mark]:
        """Return every mark, by anybody, of the sets that a clinician may see; nobody else has any."""
        if actor.role != "clinician":
            return []
        with self._database.read() as session:
            return _marks(session, visible(actor))

    def finish(self, actor: Actor, set_id: str) -> None:
        """Say that a set is looked through."""
        with self._database.write() as session:
            row = set_for(session, actor, Right.REVIEW, set_id)
            session.execute(_review_of(actor, set_id))
            session.add(SetReview(set_id=row.id, author_id=actor.account_id, at=now()))
            note(session, actor.account_id, "looked through a set", row.patient_id, row.id)

    def finished(self, actor: Actor, set_id: str) -> bool:
        """Return whether anybody has looked through a set."""
        with self._database.read() as session:
            set_for(session, actor, Right.SEE, set_id)
            return session.scalar(select(SetReview.id).where(SetReview.set_id == set_id).limit(1)) is not None


def _repetition(session: Session, set_id: str, rep: int) -> Mapping[str, Any]:
    """Return what the report says of a repetition (names of the output contract)."""
    stored = session.get(StoredReport, set_id)
    for each in stored.report.get("reps", ()) if stored else ():
        if each.get("index") == rep:
            faults = [fault["id"] for fault in each.get("faults", ()) if fault.get("severity") in TOLD]
            return {"verdict": each["verdict"], "faults": sorted(set(faults)), "peak_s": each["peak_s"]}
    if stored is None:
        raise NotThereError
    raise UsageError("There is no such repetition (any more): the set was judged anew. Look at it again.")


def _of_author(actor: Actor, set_id: str, rep: int) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return delete(RepetitionMark).where(
        RepetitionMark.set_id == set_id,
        RepetitionMark.author_id == actor.account_id,
        RepetitionMark.rep == rep,
    )


def _review_of(actor: Actor, set_id: str) -> Any:  # noqa: ANN401 - SQLAlchemy's own
    return delete(SetReview).where(SetReview.set_id == set_id, SetReview.author_id == actor.account_id)


def _marks(session: Session, which: Any) -> list[Mark]:  # noqa: ANN401 - any condition
    rows = session.execute(
        select(
            RepetitionMark.set_id,
            ExerciseSet.patient_id,
            RepetitionMark.exercise_id,
            RepetitionMark.author_id,
            func.coalesce(Account.name, "").label("author"),
            RepetitionMark.rep,
            RepetitionMark.peak_s,
            RepetitionMark.verdict,
            RepetitionMark.faults,
            RepetitionMark.own_verdict,
            RepetitionMark.own_faults,
            RepetitionMark.at,
        )
        .join(ExerciseSet, ExerciseSet.id == RepetitionMark.set_id)
        .outerjoin(Account, Account.id == RepetitionMark.author_id)
        .where(which)
        .order_by(RepetitionMark.set_id, RepetitionMark.rep, RepetitionMark.at)
    )
    return [_mark(dict(row)) for row in rows.mappings()]


def _mark(row: dict[str, Any]) -> Mark:
    return Mark(**{**row, "faults": tuple(row["faults"]), "own_faults": tuple(row["own_faults"])})
