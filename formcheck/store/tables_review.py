"""Tables of review: verdicts on repetitions, what was looked through, words about a set, kept phrases."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from formcheck.store.columns import Base, Id, Moment, Name, Ref
from formcheck.store.tables_people import ACCOUNT
from formcheck.store.tables_sets import SET


class RepetitionMark(Base):
    """A clinician's verdict on one repetition, beside what formcheck said when it was given."""

    __tablename__ = "repetition_mark"
    __table_args__ = (UniqueConstraint("set_id", "author_id", "rep"),)

    id: Mapped[Id]
    set_id: Mapped[str] = mapped_column(ForeignKey(SET, ondelete="CASCADE"))
    author_id: Mapped[str | None] = mapped_column(ForeignKey(ACCOUNT, ondelete="SET NULL"), index=True)
    exercise_id: Mapped[Name]
    rep: Mapped[int]
    peak_s: Mapped[float]
    verdict: Mapped[str] = mapped_column(String(16))
    faults: Mapped[list[Any]] = mapped_column(JSON)
    own_verdict: Mapped[str] = mapped_column(String(16))
    own_faults: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[Moment]


class SetReview(Base):
    """A clinician has looked through a set."""

    __tablename__ = "set_review"
    __table_args__ = (UniqueConstraint("set_id", "author_id"),)

    id: Mapped[Id]
    set_id: Mapped[str] = mapped_column(ForeignKey(SET, ondelete="CASCADE"))
    author_id: Mapped[str | None] = mapped_column(ForeignKey(ACCOUNT, ondelete="SET NULL"), index=True)
    at: Mapped[Moment]


class Remark(Base):
    """Words about a set, by its patient or a clinician; ``moment_s`` pins them to a time of the recording.

    ``live``: said while the set was going on.
    """

    __tablename__ = "remark"
    __table_args__ = (Index("ix_remark_of_set", "set_id", "at"),)

    id: Mapped[Id]
    set_id: Mapped[str] = mapped_column(ForeignKey(SET, ondelete="CASCADE"))
    author_id: Mapped[str | None] = mapped_column(ForeignKey(ACCOUNT, ondelete="SET NULL"), index=True)
    answer_to: Mapped[str | None] = mapped_column(ForeignKey("remark.id", ondelete="CASCADE"), index=True)
    by_patient: Mapped[bool]
    moment_s: Mapped[float | None]
    live: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]


class Phrase(Base):
    """Words that a clinician says often."""

    __tablename__ = "phrase"

    id: Mapped[Id]
    owner_id: Mapped[Ref] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[Moment]
