"""Tables of people: accounts, sessions, invitations, who cares for whom, and what was done."""

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from formcheck.store.columns import Base, Hash, Id, MaybeMoment, Moment, Name, Ref

ACCOUNT = "account.id"


class Account(Base):
    """One person. ``login`` is what they type, folded to lower case; None in home mode."""

    __tablename__ = "account"

    id: Mapped[Id]
    role: Mapped[str] = mapped_column(String(16), index=True)
    name: Mapped[Name]
    login: Mapped[str | None] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    openid_subject: Mapped[str | None] = mapped_column(String(400), unique=True)
    share_by_default: Mapped[int] = mapped_column(default=0)
    keep_live: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[MaybeMoment]
    created_at: Mapped[Moment]


class LoginSession(Base):
    """A browser that is logged in. Only the hash of its token is kept."""

    __tablename__ = "login_session"

    token_hash: Mapped[Hash] = mapped_column(primary_key=True)
    account_id: Mapped[Ref] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"))
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class Ticket(Base):
    """A code for one use within a minute: carries a login from a page to the cookie."""

    __tablename__ = "ticket"

    code_hash: Mapped[Hash] = mapped_column(primary_key=True)
    account_id: Mapped[Ref] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"))
    expires_at: Mapped[Moment]


class Invitation(Base):
    """A one-time code; ``inviter_id`` is the clinician whom a patient accepts by using it."""

    __tablename__ = "invitation"

    id: Mapped[Id]
    code_hash: Mapped[Hash] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(String(16))
    inviter_id: Mapped[str | None] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"), index=True)
    label: Mapped[Name]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]


class Care(Base):
    """A patient has accepted a clinician. The row goes when either of them ends it."""

    __tablename__ = "care"
    __table_args__ = (UniqueConstraint("patient_id", "clinician_id"),)

    id: Mapped[Id]
    patient_id: Mapped[Ref] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"))
    clinician_id: Mapped[Ref] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"))
    accepted_at: Mapped[Moment]


class AuditEntry(Base):
    """Who did what to whose data, when. No foreign keys: entries about others outlive an actor."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_of_patient", "patient_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[Moment]
    actor_id: Mapped[str | None] = mapped_column(String(32), index=True)
    action: Mapped[str] = mapped_column(String(40))
    patient_id: Mapped[str | None] = mapped_column(String(32))
    detail: Mapped[Name]
