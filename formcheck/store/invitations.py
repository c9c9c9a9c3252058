"""Invitations: a one-time code brings a new account, or lets a patient accept one more clinician."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from formcheck.errors import FormcheckError, UsageError
from formcheck.store.access import Actor, NotThereError, Role, role_of
from formcheck.store.audit import note
from formcheck.store.columns import NAME_CHARACTERS, now
from formcheck.store.database import Database
from formcheck.store.people import fold_login, new_account
from formcheck.store.secret import digest, fold_code, hash_password, new_code
from formcheck.store.sessions import begin_session
from formcheck.store.tables_people import Account, Care, Invitation

LASTS = timedelta(days=7)


class InvitationError(FormcheckError):
    """The code cannot be used."""

    exit_status = 2

    def __init__(self) -> None:
        super().__init__("This code is not valid (any more): it works once, for a week. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class Open:
    """An invitation that nobody has used yet."""

    id: str
    label: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a code is for; ``inviter`` is empty where the operator made it."""

    role: Role
    inviter: str


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who joins: with a password, or with a subject of the clinic's own login service."""

    name: str
    login: str = ""
    password: str = ""
    openid_subject: str = ""


class Invitations:
    """Invitations of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def invite_patient(self, actor: Actor, label: str) -> str:
        """Return a code for a patient of a clinician. ``label`` reminds the clinician whom it is for."""
        if actor.role != "clinician":
            raise NotThereError
        with self._database.write() as session:
            return _invite(session, "patient", actor.account_id, label)

    def invite_clinician(self, label: str) -> str:
        """Return a code for a clinician; only the operator's command line calls this."""
        with self._database.write() as session:
            return _invite(session, "clinician", None, label)

    def open(self, actor: Actor) -> list[Open]:
        """Return a clinician's own unused invitations."""
        with self._database.read() as session:
            rows = session.scalars(
                select(Invitation)
                .where(Invitation.inviter_id == actor.account_id, Invitation.expires_at > now())
                .order_by(Invitation.created_at.desc())
            )
            return [Open(row.id, row.label, row.expires_at) for row in rows] if actor.account_id else []

    def take_back(self, actor: Actor, invitation_id: str) -> None:
        """Make an unused invitation of one's own worthless."""
        with self._database.write() as session:
            row = session.get(Invitation, invitation_id)
            if row is None or not actor.account_id or row.inviter_id != actor.account_id:
                raise NotThereError
            session.delete(row)
            note(session, actor.account_id, "invitation taken back")

    def welcome(self, code: str) -> Welcome:
        """Return what a code is for.

        Raises
        ------
        InvitationError
            When it is unknown, used or expired.
        """
        with self._database.read() as session:
            row = _known(session, code)
            inviter = session.get(Account, row.inviter_id) if row.inviter_id else None
            return Welcome(role_of(row.role), inviter.name if inviter else "")

    def join(self, code: str, newcomer: Newcomer) -> str:
        """Make an account with a code, and return a session's token.

        Raises
        ------
        InvitationError, UsageError
            When the code is worthless, the login taken, or name or password will not do.
        """
        login = fold_login(newcomer.login)
        if not login and not newcomer.openid_subject:
            raise UsageError("Please choose a login, such as your e-mail address.")
        hashed = None if newcomer.openid_subject else hash_password(newcomer.password)
        try:
            with self._database.write() as session:
                row = _known(session, code)
                account = new_account(session, role_of(row.role), newcomer.name)
                account.login, account.password_hash = login or None, hashed
                account.openid_subject = newcomer.openid_subject or None
                _use(session, row, account.id)
                return begin_session(session, account.id)
        except IntegrityError as error:
            raise UsageError("This login is taken. Choose another one.") from error

    def accept(self, actor: Actor, code: str) -> None:
        """Let a patient who has an account accept one more clinician.

        Raises
        ------
        InvitationError
            When the code is worthless or not for a patient.
        """
        if actor.role != "patient":
            raise NotThereError
        with self._database.write() as session:
            row = _known(session, code)
            if row.role != "patient" or row.inviter_id is None:
                raise InvitationError
            _use(session, row, actor.account_id)

    def sweep(self) -> None:
        """Forget what has expired."""
        with self._database.write() as session:
            session.execute(delete(Invitation).where(Invitation.expires_at <= now()))


def _invite(session: Session, role: Role, inviter_id: str | None, label: str) -> str:
    code, at = new_code(), now()
    session.add(
        Invitation(
            code_hash=digest(fold_code(code)),
            role=role,
            inviter_id=inviter_id,
            label=label.strip()[:NAME_CHARACTERS],
            created_at=at,
            expires_at=at + LASTS,
        )
    )
    note(session, inviter_id, "invited", detail=role)
    return code


def _known(session: Session, code: str) -> Invitation:
    wanted = select(Invitation).where(
        Invitation.code_hash == digest(fold_code(code)), Invitation.expires_at > now()
    )
    row = session.scalar(wanted.with_for_update())
    if row is None:
        raise InvitationError
    return row


def _use(session: Session, row: Invitation, account_id: str) -> None:
    """Use a code up; a patient accepts with it whoever invited them."""
    used = delete(Invitation).where(Invitation.id == row.id)
    if session.execute(used).rowcount != 1:  # type: ignore[attr-defined]
        raise InvitationError
    patient_id = account_id if row.role == "patient" else None
    note(session, account_id, "joined", patient_id)
    if patient_id and row.inviter_id:
        known = select(Care.id).where(Care.patient_id == patient_id, Care.clinician_id == row.inviter_id)
        if session.scalar(known) is None:
            session.add(Care(patient_id=patient_id, clinician_id=row.inviter_id, accepted_at=now()))
