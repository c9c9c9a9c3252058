"""Tables of sets: what was done, its report, its files, what is on its way, and the patient's log."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from formcheck.store.columns import NAME_CHARACTERS, Base, Hash, Id, MaybeMoment, Moment, Name, Ref
from formcheck.store.tables_people import ACCOUNT

SET = "exercise_set.id"


class ExerciseSet(Base):
    """One set, live or recorded, with the few numbers that lists and queues are ordered by."""

    __tablename__ = "exercise_set"
    __table_args__ = (Index("ix_set_of_patient", "patient_id", "performed_at"),)

    id: Mapped[Id]
    patient_id: Mapped[str] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(16), index=True)
    source: Mapped[str] = mapped_column(String(16))
    name: Mapped[Name]
    exercise_id: Mapped[Name]
    exercise_name: Mapped[Name]
    performed_at: Mapped[Moment] = mapped_column(index=True)
    changed_at: Mapped[Moment]
    duration_s: Mapped[float] = mapped_column(default=0.0)
    shared: Mapped[int] = mapped_column(default=0)
    reps: Mapped[int] = mapped_column(default=0)
    ok: Mapped[int] = mapped_column(default=0)
    borderline: Mapped[int] = mapped_column(default=0)
    fault: Mapped[int] = mapped_column(default=0)
    cannot_judge: Mapped[int] = mapped_column(default=0)
    red_faults: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    about: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class StoredReport(Base):
    """``report.json`` of a set, and what the person knew better when it was judged."""

    __tablename__ = "stored_report"

    set_id: Mapped[str] = mapped_column(ForeignKey(SET, ondelete="CASCADE"), primary_key=True)
    report: Mapped[dict[str, Any]] = mapped_column(JSON)
    corrections: Mapped[dict[str, Any]] = mapped_column(JSON)


class MediaFile(Base):
    """A whole file of a set; ``key`` is where it lies and cannot be guessed."""

    __tablename__ = "media_file"
    __table_args__ = (UniqueConstraint("set_id", "kind"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    set_id: Mapped[str] = mapped_column(ForeignKey(SET, ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[Name]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[Hash]
    created_at: Mapped[Moment]


class LooseFile(Base):
    """A key that no set owns: being written, or to be deleted. Cleared away after ``until``."""

    __tablename__ = "loose_file"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[Moment] = mapped_column(index=True)


class TrackPiece(Base):
    """About a second of the track of a set that is going on; gone once the set is whole."""

    __tablename__ = "track_piece"
    __table_args__ = (UniqueConstraint("set_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    set_id: Mapped[str] = mapped_column(ForeignKey(SET, ondelete="CASCADE"))
    number: Mapped[int]
    poses: Mapped[bytes] = deferred(mapped_column(LargeBinary))


class Upload(Base):
    """A recording on its way; its bytes lie in a file of the data folder that is named by ``id``."""

    __tablename__ = "upload"

    id: Mapped[Id]
    account_id: Mapped[Ref] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"))
    name: Mapped[Name]
    fingerprint: Mapped[Name]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    exercise_id: Mapped[Name]
    created_at: Mapped[Moment]
    touched_at: Mapped[Moment] = mapped_column(index=True)


class WorkItem(Base):
    """Work for a set that goes on beside the pages. A lease that is not renewed frees it for another."""

    __tablename__ = "work_item"

    id: Mapped[Id]
    set_id: Mapped[Ref] = mapped_column(ForeignKey(SET, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[MaybeMoment]
    step: Mapped[Name]
    done: Mapped[float] = mapped_column(default=0.0)
    total: Mapped[float] = mapped_column(default=0.0)
    problem: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Moment]


class LogEntry(Base):
    """One dated entry of a patient's log; ``kind`` and ``version`` say how to read ``body``."""

    __tablename__ = "log_entry"
    __table_args__ = (Index("ix_log_of_patient", "patient_id", "day"),)

    id: Mapped[Id]
    patient_id: Mapped[str] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"))
    author_id: Mapped[str | None] = mapped_column(ForeignKey(ACCOUNT, ondelete="SET NULL"), index=True)
    day: Mapped[date]
    at: Mapped[Moment]
    kind: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class PrescriptionVersion(Base):
    """What a patient is asked to do, from one day on. Versions are added, never changed."""

    __tablename__ = "prescription"
    __table_args__ = (UniqueConstraint("patient_id", "number"),)

    id: Mapped[Id]
    patient_id: Mapped[Ref] = mapped_column(ForeignKey(ACCOUNT, ondelete="CASCADE"))
    author_id: Mapped[str | None] = mapped_column(ForeignKey(ACCOUNT, ondelete="SET NULL"), index=True)
    number: Mapped[int]
    at: Mapped[Moment]
    why: Mapped[str] = mapped_column(String(NAME_CHARACTERS * 5))
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
