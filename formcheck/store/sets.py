"""Sets: kept whole or not at all, listed, shared, corrected, deleted. Every call says who asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from formcheck.store.access import Actor, Level, NotThereError, Right
from formcheck.store.audit import note
from formcheck.store.columns import now
from formcheck.store.database import Database
from formcheck.store.guard import require, set_for, visible
from formcheck.store.kinds import FILMS, KINDS, Kind
from formcheck.store.media import Media, Written
from formcheck.store.records import Content, FileRow, NewSet, Outcome, SetRow, State, file_row, fill, set_row
from formcheck.store.tables_people import Account
from formcheck.store.tables_sets import ExerciseSet, MediaFile, StoredReport, TrackPiece
from formcheck.store.work import add_work

PAGE = 50


class Sets:
    """The sets of one database."""

    def __init__(self, database: Database, media: Media) -> None:
        self._database = database
        self._media = media

    def save(self, actor: Actor, new: NewSet, outcome: Outcome) -> str:
        """Keep a judged set with its files, all of it or nothing; returns its id."""
        if actor.role not in ("home", "patient"):
            raise NotThereError
        written = self._written(outcome)
        with self._database.write() as session:
            row = add_set(session, actor, new, state="done")
            self._take_over(session, row, outcome, written)
            return row.id

    def judged(self, actor: Actor, set_id: str, outcome: Outcome) -> None:
        """Put a (new) judgement in the place of an earlier one, or of none; all of it or nothing."""
        with self._database.read() as session:
            set_for(session, actor, Right.OWN, set_id)
        written = self._written(outcome)
        with self._database.write() as session:
            row = set_for(session, actor, Right.OWN, set_id)
            self._take_over(session, row, outcome, written)
        self._media.sweep()

    def add_file(self, actor: Actor, set_id: str, kind: Kind, content: Content) -> None:
        """Keep a file that was made of a set; an earlier one of its kind goes.

        A film for sharing is dropped if sharing was withdrawn while it was drawn.
        """
        written = self._media.write(content.data)
        with self._database.write() as session:
            row = set_for(session, actor, Right.OWN, set_id)
            if kind == "blurred" and row.shared < Level.BLURRED:
                return
            self._media.disown(session, _files(session, row.id, (kind,)))
            self._media.own(session, written, row.id, kind, content.name)
        self._media.sweep()

    def analyse_as(self, actor: Actor, set_id: str, exercise_id: str) -> None:
        """Have a set looked at again, as the exercise that its owner names."""
        with self._database.write() as session:
            row = set_for(session, actor, Right.OWN, set_id)
            row.exercise_id, row.state, row.problem, row.changed_at = exercise_id, "waiting", "", now()
            add_work(session, row.id, "analyse")

    def failed(self, actor: Actor, set_id: str, problem: str) -> None:
        """Say that a set could not be analysed, and why."""
        with self._database.write() as session:
            row = set_for(session, actor, Right.OWN, set_id)
            row.state, row.problem, row.changed_at = "failed", problem, now()

    def get(self, actor: Actor, set_id: str) -> SetRow:
        """Return a set that the actor may see."""
        with self._database.read() as session:
            return set_row(set_for(session, actor, Right.SEE, set_id))

    def of_patient(
        self,
        actor: Actor,
        patient_id: str,
        *,
        exercise_id: str = "",
        before: datetime | None = None,
        limit: int = PAGE,
    ) -> list[SetRow]:
        """Return a patient's sets that the actor may see, newest first."""
        wanted = select(ExerciseSet).where(ExerciseSet.patient_id == patient_id, visible(actor))
        if exercise_id:
            wanted = wanted.where(ExerciseSet.exercise_id == exercise_id)
        if before is not None:
            wanted = wanted.where(ExerciseSet.performed_at < before)
        with self._database.read() as session:
            require(session, actor, Right.FOLLOW, patient_id)
            rows = session.scalars(
                wanted.order_by(ExerciseSet.performed_at.desc(), ExerciseSet.id).limit(limit)
            )
            return [set_row(row) for row in rows]

    def exercises(self, actor: Actor, patient_id: str) -> dict[str, str]:
        """Return the exercises, id to name, of the sets that `of_patient` would list."""
        with self._database.read() as session:
            require(session, actor, Right.FOLLOW, patient_id)
            rows = session.execute(
                select(ExerciseSet.exercise_id, ExerciseSet.exercise_name)
                .where(ExerciseSet.patient_id == patient_id, visible(actor), ExerciseSet.exercise_id != "")
                .distinct()
                .order_by(ExerciseSet.exercise_name)
            )
            return {row[0]: row[1] for row in rows}

    def report(self, actor: Actor, set_id: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Return ``report.json`` as data, and the corrections that it was made with."""
        with self._database.read() as session:
            row = set_for(session, actor, Right.SEE, set_id, Level.NUMBERS)
            stored = session.get(StoredReport, row.id)
            if stored is None:
                raise NotThereError
            patient_id, report, corrections = row.patient_id, stored.report, stored.corrections
        self._seen(actor, patient_id, "read a set", set_id)
        return report, corrections

    def share(self, actor: Actor, set_id: str, level: Level) -> None:
        """Change what a set's patient shares of it; films that show more than that are deleted."""
        with self._database.write() as session:
            row = set_for(session, actor, Right.OWN, set_id)
            if level < row.shared:
                above = [kind for kind in FILMS if KINDS[kind].level > level]
                self._media.disown(session, _files(session, row.id, above))
            row.shared, row.changed_at = int(level), now()
            note(session, actor.account_id, "shared", row.patient_id, f"{row.id} {level.name.lower()}")
        self._media.sweep()

    def delete(self, actor: Actor, set_id: str) -> None:
        """Delete a set with all that belongs to it."""
        with self._database.write() as session:
            row = set_for(session, actor, Right.OWN, set_id)
            self._media.disown(session, _files(session, row.id))
            note(session, actor.account_id, "deleted a set", row.patient_id)
            session.delete(row)
        self._media.sweep()

    def files(self, actor: Actor, set_id: str) -> list[FileRow]:
        """Return those files of a set that the actor may have."""
        with self._database.read() as session:
            row = set_for(session, actor, Right.SEE, set_id)
            found = []
            for file in _files(session, row.id):
                try:
                    set_for(session, actor, Right.SEE, set_id, KINDS[file.kind].level)
                except NotThereError:
                    continue
                found.append(file_row(file))
            return found

    def file(self, actor: Actor, key: str) -> FileRow:
        """Return the file behind a key, for the checked route; reading by a clinician is noted."""
        with self._database.read() as session:
            found = session.get(MediaFile, key)
            if found is None:
                raise NotThereError
            row = set_for(session, actor, Right.SEE, found.set_id, KINDS[found.kind].level)
            patient_id, file = row.patient_id, file_row(found)
        self._seen(actor, patient_id, "read a file", f"{file.set_id} {file.kind}")
        return file

    def open(self, actor: Actor, key: str) -> IO[bytes]:
        """Open the file behind a key."""
        return self._media.open(self.file(actor, key).key)

    def _seen(self, actor: Actor, patient_id: str, action: str, detail: str) -> None:
        """Note that somebody else than its owner has read something."""
        if actor.role == "clinician":
            with self._database.write() as session:
                note(session, actor.account_id, action, patient_id, detail)

    def _written(self, outcome: Outcome) -> dict[Kind, Written]:
        return {kind: self._media.write(content.data) for kind, content in outcome.files.items()}

    def _take_over(
        self, session: Session, row: ExerciseSet, outcome: Outcome, written: Mapping[Kind, Written]
    ) -> None:
        """Put a judgement into a set; films of an earlier judgement no longer fit and go."""
        fill(row, outcome.report)
        row.state, row.problem, row.changed_at = "done", "", now()
        session.execute(delete(TrackPiece).where(TrackPiece.set_id == row.id))  # the track is whole now
        session.flush()
        self._media.disown(session, _files(session, row.id, (*FILMS, *written)))
        for kind, file in written.items():
            self._media.own(session, file, row.id, kind, outcome.files[kind].name)
        session.merge(
            StoredReport(set_id=row.id, report=dict(outcome.report), corrections=dict(outcome.corrections))
        )


def add_set(session: Session, actor: Actor, new: NewSet, *, state: State) -> ExerciseSet:
    """Add a set of the actor's own, within the caller's transaction."""
    require(session, actor, Right.OWN, actor.account_id)
    account = session.get_one(Account, actor.account_id)
    row = ExerciseSet(
        patient_id=actor.account_id,
        state=state,
        source=new.source,
        name=new.name[:200],
        exercise_id=new.exercise_id,
        exercise_name=new.exercise_name,
        performed_at=new.performed_at,
        changed_at=now(),
        shared=account.share_by_default if new.shared is None else int(new.shared),
        note=new.note,
        about=dict(new.about),
    )
    session.add(row)
    session.flush()
    return row


def _files(session: Session, set_id: str, kinds: Sequence[str] | None = None) -> list[MediaFile]:
    wanted = select(MediaFile).where(MediaFile.set_id == set_id)
    if kinds is not None:
        wanted = wanted.where(MediaFile.kind.in_(kinds))
    return list(session.scalars(wanted.order_by(MediaFile.kind)))
