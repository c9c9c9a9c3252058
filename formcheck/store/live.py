"""A set that is going on: its track is kept second by second, so that a crash costs the last one at most."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select, update

from formcheck.body.pose import Origin, Pose, PoseTrack
from formcheck.store.access import Actor, NotThereError, Right
from formcheck.store.columns import now
from formcheck.store.database import Database
from formcheck.store.guard import set_for
from formcheck.store.pieces import pack, unpack
from formcheck.store.records import NewSet, Outcome
from formcheck.store.sets import Sets, add_set
from formcheck.store.tables_sets import ExerciseSet, TrackPiece
from formcheck.store.work import add_work

PIECE_S = 0.25
"""Poses are kept when so many seconds of them have come: with the write itself, at most one is lost.

Our choice; tests/store/crash.py measures what is lost."""
SILENT_FOR = timedelta(seconds=30)
"""A set that nothing was added to for so long is taken for over, its server for dead."""


class LiveSets:
    """Begins sets that are going on, and finds those whose server died."""

    def __init__(self, database: Database, sets: Sets) -> None:
        self._database = database
        self._sets = sets

    def begin(self, actor: Actor, new: NewSet) -> "LiveSet":
        """Begin to keep a set of one's own."""
        if actor.role not in ("home", "patient"):
            raise NotThereError
        with self._database.write() as session:
            row = add_set(session, actor, new, state="recording")
            return LiveSet(self._database, self._sets, actor, row.id)

    def rescue(self, *, silent_for: timedelta = SILENT_FOR) -> int:
        """Have the sets finished whose server died; returns how many there were."""
        with self._database.write() as session:
            lost = session.scalars(
                select(ExerciseSet).where(
                    ExerciseSet.state == "recording", ExerciseSet.changed_at < now() - silent_for
                )
            ).all()
            for row in lost:
                pieces = select(func.count()).where(TrackPiece.set_id == row.id).select_from(TrackPiece)
                if session.scalar(pieces):
                    row.state = "waiting"
                    add_work(session, row.id, "finish")
                else:
                    session.delete(row)  # it had not begun
            return len(lost)

    def track(self, actor: Actor, set_id: str) -> PoseTrack:
        """Return what was kept of a set that is going on or whose server died."""
        with self._database.read() as session:
            row = set_for(session, actor, Right.OWN, set_id)
            rows = select(TrackPiece.poses).where(TrackPiece.set_id == row.id).order_by(TrackPiece.number)
            return unpack(list(session.scalars(rows)))


class LiveSet:
    """One set that is going on. Fed by one thread; another one writes, so that no picture waits for a disk.

    Parameters
    ----------
    database, sets
        Where it is kept.
    actor : Actor
        Whose it is.
    set_id : str
        Its id.
    """

    def __init__(self, database: Database, sets: Sets, actor: Actor, set_id: str) -> None:
        self._database = database
        self._sets = sets
        self._actor = actor
        self._poses: list[Pose] = []
        self._number = 0
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="formcheck-live-set")
        self._written: Future[None] | None = None
        self.set_id = set_id
        self.origin = Origin()

    def add(self, pose: Pose) -> None:
        """Take a pose; several times a second what has come is kept.

        Raises
        ------
        OutputError, NotThereError
            When what came before could not be kept, or its owner has deleted the set meanwhile.
        """
        self._poses.append(pose)
        if pose.t_s - self._poses[0].t_s >= PIECE_S and (self._written is None or self._written.done()):
            self._send()

    def flush(self) -> None:
        """Keep all that has come; returns once it is safe."""
        self._send()
        if self._written is not None:
            self._written.result()

    def finish(self, outcome: Outcome) -> str:
        """Make the set whole with its report and its track; returns its id."""
        self.close()
        self._sets.judged(self._actor, self.set_id, outcome)
        return self.set_id

    def analyse_later(self) -> str:
        """Have the set judged beside the pages instead; returns its id."""
        self.close()
        with self._database.write() as session:
            row = set_for(session, self._actor, Right.OWN, self.set_id)
            row.state = "waiting"
            add_work(session, row.id, "finish")
        return self.set_id

    def discard(self) -> None:
        """Keep nothing of it."""
        self._poses.clear()
        self._writer.shutdown()
        self._sets.delete(self._actor, self.set_id)

    def close(self) -> None:
        """Keep all that has come and take no more; a set that is left so is finished by `LiveSets.rescue`."""
        self.flush()
        self._writer.shutdown()

    def _send(self) -> None:
        if self._written is not None:
            self._written.result()
        if self._poses:
            poses, self._poses = self._poses, []
            self._written = self._writer.submit(self._keep, poses, self._number)
            self._number += 1

    def _keep(self, poses: list[Pose], number: int) -> None:
        piece = pack(PoseTrack.from_poses(poses, self.origin))
        with self._database.write(hurried=True) as session:
            going = (
                update(ExerciseSet)
                .where(
                    ExerciseSet.id == self.set_id,
                    ExerciseSet.patient_id == self._actor.account_id,
                    ExerciseSet.state == "recording",
                )
                .values(changed_at=now(), duration_s=poses[-1].t_s)
            )
            if session.execute(going).rowcount != 1:  # type: ignore[attr-defined]
                raise NotThereError  # deleted meanwhile, by its owner on another page
            session.add(TrackPiece(set_id=self.set_id, number=number, poses=piece))
