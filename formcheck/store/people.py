"""Accounts: who there is, what they chose, and who cares for whom."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from formcheck.errors import UsageError
from formcheck.store.access import Actor, Level, NotThereError, Right, Role, role_of
from formcheck.store.audit import note
from formcheck.store.columns import NAME_CHARACTERS, now
from formcheck.store.database import Database
from formcheck.store.guard import require
from formcheck.store.tables_people import Account, Care
from formcheck.store.tables_sets import ExerciseSet


@dataclass(frozen=True, slots=True)
class Person:
    """What others may know of an account."""

    id: str
    role: Role
    name: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose for their new sets. ``keep_live``: keep live sets (track and report)."""

    share_by_default: Level
    keep_live: bool


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient as a clinician's list shows them."""

    id: str
    name: str
    accepted_at: datetime
    shared_sets: int
    last_set_at: datetime | None


class People:
    """Accounts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def at_home(self) -> Actor:
        """Return the one person of home mode, made at the first call."""
        with self._database.read() as session:
            known = _home(session)
        if known is not None:
            return Actor(known, "home")
        with self._database.write() as session:
            self._database.take_turns(session)  # two first requests at once make one person
            known = _home(session)
            if known is None:
                account = new_account(session, "home", "You")
                known = account.id
        return Actor(known, "home")

    def by_login(self, login: str) -> Actor | None:
        """Return whose login this is; for the operator's command line."""
        with self._database.read() as session:
            account = session.scalar(select(Account).where(Account.login == fold_login(login)))
            return Actor(account.id, role_of(account.role)) if account is not None and login else None

    def me(self, actor: Actor) -> Person:
        """Return the actor's own account."""
        with self._database.read() as session:
            return _person(_own(session, actor))

    def choices(self, actor: Actor) -> Choices:
        """Return what the actor chose."""
        with self._database.read() as session:
            account = _own(session, actor)
            return Choices(Level(account.share_by_default), account.keep_live)

    def choose(self, actor: Actor, choices: Choices) -> None:
        """Change what holds for the actor's new sets."""
        with self._database.write() as session:
            account = _own(session, actor)
            account.share_by_default, account.keep_live = choices.share_by_default, choices.keep_live
            note(session, actor.account_id, "chose", actor.account_id, choices.share_by_default.name.lower())

    def patient(self, actor: Actor, patient_id: str) -> Person:
        """Return a patient whom the actor may follow."""
        with self._database.read() as session:
            require(session, actor, Right.FOLLOW, patient_id)
            return _person(session.get_one(Account, patient_id))

    def patients(self, actor: Actor) -> list[Patient]:
        """Return the patients who accepted a clinician, by name; nobody for anybody else."""
        if actor.role != "clinician":
            return []
        shared = (
            select(
                ExerciseSet.patient_id,
                func.count().label("sets"),
                func.max(ExerciseSet.performed_at).label("last"),
            )
            .where(ExerciseSet.shared >= Level.NUMBERS)
            .group_by(ExerciseSet.patient_id)
            .subquery()
        )
        with self._database.read() as session:
            rows = session.execute(
                select(Account.id, Account.name, Care.accepted_at, shared.c.sets, shared.c.last)
                .join(Care, Care.patient_id == Account.id)
                .outerjoin(shared, shared.c.patient_id == Account.id)
                .where(Care.clinician_id == actor.account_id)
                .order_by(func.lower(Account.name), Account.id)
            )
            return [Patient(row[0], row[1], row[2], row[3] or 0, row[4]) for row in rows]

    def clinicians(self, actor: Actor) -> list[Person]:
        """Return the clinicians whom the actor has accepted."""
        with self._database.read() as session:
            own = _own(session, actor)
            rows = session.scalars(
                select(Account).join(Care, Care.clinician_id == Account.id).where(Care.patient_id == own.id)
            )
            return [_person(account) for account in rows]

    def end_care(self, actor: Actor, *, patient_id: str, clinician_id: str) -> None:
        """End that a clinician follows a patient; either of them may."""
        with self._database.write() as session:
            ended = delete(Care).where(Care.patient_id == patient_id, Care.clinician_id == clinician_id)
            may = actor.account_id and actor.account_id in (patient_id, clinician_id)
            if not may or session.execute(ended).rowcount != 1:  # type: ignore[attr-defined]
                raise NotThereError
            note(session, actor.account_id, "care ended", patient_id)


def fold_login(login: str) -> str:
    """Return a login as it is kept: without outer blanks and capitals."""
    return login.strip().casefold()[:200]


def new_account(session: Session, role: Role, name: str) -> Account:
    """Add an account, within the caller's transaction.

    Raises
    ------
    UsageError
        When the name is empty.
    """
    name = " ".join(name.split())[:NAME_CHARACTERS]
    if not name:
        raise UsageError("Please give a name: it is what the other side sees.")
    account = Account(role=role, name=name, created_at=now(), locked_until=None)
    session.add(account)
    session.flush()
    return account


def _home(session: Session) -> str | None:
    return session.scalar(select(Account.id).where(Account.role == "home"))


def _own(session: Session, actor: Actor) -> Account:
    account = session.get(Account, actor.account_id) if actor.account_id else None
    if account is None:
        raise NotThereError
    return account


def _person(account: Account) -> Person:
    return Person(account.id, role_of(account.role), account.name)
