"""Work that goes on beside the pages: claimed by lease, told about, taken up again after a crash."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from formcheck.store.access import Actor, Level, Right
from formcheck.store.columns import NAME_CHARACTERS, now
from formcheck.store.database import Database
from formcheck.store.guard import set_for
from formcheck.store.tables_sets import ExerciseSet, WorkItem

Task = Literal["analyse", "finish", "replay", "blurred", "overlay"]
LEASE = timedelta(seconds=20)
"""A worker that has said nothing for so long is taken for dead; it speaks every few seconds."""
ATTEMPTS = 3
GAVE_UP = (
    "formcheck stopped several times while it looked at this recording, and will not try again by itself. "
    "A shorter recording may work."
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of work that one worker has for as long as it keeps telling."""

    id: str
    set_id: str
    task: Task
    worker: str


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a piece of work is; ``share`` is None while its length is unknown."""

    task: Task
    waiting: bool
    step: str
    share: float | None
    problem: str


class Work:
    """The work of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, actor: Actor, set_id: str, task: Task) -> None:
        """Ask for something to be made of a set of one's own; asking twice changes nothing."""
        with self._database.write() as session:
            set_for(session, actor, Right.OWN, set_id)
            add_work(session, set_id, task)

    def claim(self, worker: str) -> Claim | None:
        """Take the oldest piece of work that nobody has, or whose worker is dead."""
        at = now()
        abandoned = and_(WorkItem.state == "running", WorkItem.leased_until < at)
        free = or_(WorkItem.state == "waiting", abandoned)
        with self._database.write() as session:
            item = session.scalar(
                select(WorkItem)
                .where(free)
                .order_by(WorkItem.created_at)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if item is None:
                return None
            if item.attempts >= ATTEMPTS:
                item.state, item.problem, item.worker = "failed", GAVE_UP, None
                row = session.get_one(ExerciseSet, item.set_id)
                if row.state == "waiting":
                    row.state, row.problem = "failed", GAVE_UP
                return None
            item.state, item.worker, item.leased_until = "running", worker, at + LEASE
            item.attempts += 1
            item.step, item.done, item.total = "", 0.0, 0.0
            return Claim(item.id, item.set_id, item.kind, worker)  # type: ignore[arg-type]

    def tell(self, claim: Claim, step: str, done: float, total: float) -> bool:
        """Say how far it is and keep the claim; False when it is no longer wanted."""
        with self._database.write() as session:
            told = (
                update(WorkItem)
                .where(*_held(claim))
                .values(leased_until=now() + LEASE, step=step[:NAME_CHARACTERS], done=done, total=total)
            )
            return bool(session.execute(told).rowcount)  # type: ignore[attr-defined]

    def finish(self, claim: Claim) -> None:
        """Strike a piece of work off."""
        with self._database.write() as session:
            session.execute(delete(WorkItem).where(*_held(claim)))

    def fail(self, claim: Claim, problem: str) -> None:
        """Say that it cannot be done, and why."""
        with self._database.write() as session:
            failed = update(WorkItem).where(*_held(claim))
            session.execute(failed.values(state="failed", problem=problem, worker=None))

    def release(self, worker: str) -> None:
        """Give back what a worker has, because it is told to end."""
        with self._database.write() as session:
            mine = update(WorkItem).where(WorkItem.worker == worker, WorkItem.state == "running")
            # an orderly end is not the recording's doing: it costs no attempt
            values = {"state": "waiting", "worker": None, "attempts": WorkItem.attempts - 1}
            session.execute(mine.values(values))

    def stages(self, actor: Actor, set_id: str) -> list[Stage]:
        """Return how far the work for a set is."""
        with self._database.read() as session:
            set_for(session, actor, Right.SEE, set_id, Level.NUMBERS)
            items = session.scalars(
                select(WorkItem).where(WorkItem.set_id == set_id).order_by(WorkItem.created_at)
            )
            return [_stage(item) for item in items]


def add_work(session: Session, set_id: str, task: Task) -> None:
    """Ask for work, within the caller's transaction; what failed before is tried again."""
    known = session.scalar(select(WorkItem).where(WorkItem.set_id == set_id, WorkItem.kind == task))
    if known is not None and known.state != "failed":
        return
    if known is not None:
        session.delete(known)
        session.flush()
    item = WorkItem(set_id=set_id, kind=task, state="waiting", step="", leased_until=None, created_at=now())
    session.add(item)


def _held(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (WorkItem.id == claim.id, WorkItem.worker == claim.worker, WorkItem.state == "running")


def _stage(item: WorkItem) -> Stage:
    share = min(1.0, max(0.0, item.done / item.total)) if item.total > 0 else None
    return Stage(item.kind, item.state == "waiting", item.step, share, item.problem)  # type: ignore[arg-type]
