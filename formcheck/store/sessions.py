"""Logging in and out. A session is a random token in a cookie; the database knows its hash."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from formcheck.errors import FormcheckError
from formcheck.store.access import NOBODY, Actor, NotThereError, role_of
from formcheck.store.audit import note
from formcheck.store.columns import now
from formcheck.store.database import Database
from formcheck.store.people import fold_login
from formcheck.store.secret import digest, new_token, password_fits
from formcheck.store.tables_people import Account, LoginSession, Ticket

LASTS = timedelta(days=14)
TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
"""Guessing is hopeless, and a forgetful person waits bearably; our choice."""
TICKET_LASTS = timedelta(minutes=1)


REFUSED = (
    "Login or password are not right, or the login is locked: after five wrong tries it is for a quarter of "
    "an hour. Mind capital letters, and try again; or ask whoever runs formcheck for you."
)


class LoginError(FormcheckError):
    """Logging in did not work; the sentence does not say whether there is such a person."""

    exit_status = 2


class Sessions:
    """Sessions of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def log_in(self, login: str, password: str) -> str:
        """Return a new session's token.

        Raises
        ------
        LoginError
            When login or password are wrong, or the account is locked for a while: one answer for all, in
            which nobody reads whether there is such an account.
        """
        login = fold_login(login)
        with self._database.read() as session:
            account = _account(session, login)
            kept = account.password_hash if account else None
        fits = password_fits(kept, password)  # outside of a transaction: it is slow on purpose
        with self._database.write() as session:
            account = _account(session, login, for_update=True)
            if account is None or not fits or _locked(account):
                _failed(session, account)
                token = None
            else:
                account.failed_logins, account.locked_until = 0, None
                note(session, account.id, "logged in", _patient(account))
                token = begin_session(session, account.id)
        if token is None:
            raise LoginError(REFUSED)
        return token

    def actor(self, token: str | None) -> Actor:
        """Return who a token stands for: nobody where it is unknown, expired or logged out."""
        if not token:
            return NOBODY
        with self._database.read() as session:
            row = session.execute(
                select(Account.id, Account.role)
                .join(LoginSession, LoginSession.account_id == Account.id)
                .where(LoginSession.token_hash == digest(token), LoginSession.expires_at > now())
            ).first()
        return NOBODY if row is None else Actor(row[0], role_of(row[1]))

    def log_out(self, token: str) -> None:
        """End a session."""
        with self._database.write() as session:
            known = session.get(LoginSession, digest(token))
            if known is not None:
                account = session.get_one(Account, known.account_id)
                note(session, account.id, "logged out", _patient(account))
                session.delete(known)

    def ticket(self, actor: Actor) -> str:
        """Return a code that `redeem` turns into a session, once and soon."""
        if not actor.account_id:
            raise NotThereError
        code = new_token()
        with self._database.write() as session:
            until = now() + TICKET_LASTS
            session.add(Ticket(code_hash=digest(code), account_id=actor.account_id, expires_at=until))
        return code

    def redeem(self, code: str) -> str:
        """Return a new session's token for a ticket.

        Raises
        ------
        LoginError
            When it was used, or is too old.
        """
        with self._database.write() as session:
            used = delete(Ticket).where(Ticket.code_hash == digest(code), Ticket.expires_at > now())
            account_id = session.scalar(used.returning(Ticket.account_id))
            token = begin_session(session, account_id) if account_id else None
        if token is None:
            raise LoginError("This way in has expired. Please log in again.")
        return token

    def openid_actor(self, subject: str) -> Actor:
        """Return who belongs to a subject of the clinic's own login service; nobody where none does."""
        with self._database.read() as session:
            row = session.execute(
                select(Account.id, Account.role).where(Account.openid_subject == subject)
            ).first()
        return NOBODY if row is None else Actor(row[0], role_of(row[1]))

    def sweep(self) -> None:
        """Forget what has expired."""
        with self._database.write() as session:
            session.execute(delete(LoginSession).where(LoginSession.expires_at <= now()))
            session.execute(delete(Ticket).where(Ticket.expires_at <= now()))


def begin_session(session: Session, account_id: str) -> str:
    """Add a session, within the caller's transaction; returns its token."""
    token, at = new_token(), now()
    session.add(
        LoginSession(token_hash=digest(token), account_id=account_id, created_at=at, expires_at=at + LASTS)
    )
    return token


def _account(session: Session, login: str, *, for_update: bool = False) -> Account | None:
    if not login:
        return None
    known = select(Account).where(Account.login == login)
    return session.scalar(known.with_for_update() if for_update else known)


def _locked(account: Account) -> bool:
    return account.locked_until is not None and account.locked_until > now()


def _failed(session: Session, account: Account | None) -> None:
    if account is None:
        note(session, None, "login failed")
        return
    if _locked(account):
        note(session, account.id, "login failed", _patient(account))
        return
    account.failed_logins += 1
    if account.failed_logins >= TRIES:
        account.failed_logins, account.locked_until = 0, now() + LOCKED_FOR
        note(session, account.id, "locked out", _patient(account))
    else:
        note(session, account.id, "login failed", _patient(account))


def _patient(account: Account) -> str | None:
    return account.id if account.role == "patient" else None
