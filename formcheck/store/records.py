"""Sets as they leave the store: frozen data without a session behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from formcheck.store.access import Level
from formcheck.store.kinds import KINDS, Kind
from formcheck.store.tables_sets import ExerciseSet, MediaFile

State = Literal["recording", "waiting", "done", "failed"]
Origin = Literal["live", "upload"]
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SetRow:
    """One set as lists show it. ``red_faults``: repetitions with a red fault. Times are UTC."""

    id: str
    patient_id: str
    state: State
    source: Origin
    name: str
    exercise_id: str
    exercise_name: str
    performed_at: datetime
    changed_at: datetime
    duration_s: float
    shared: Level
    reps: int
    ok: int
    borderline: int
    fault: int
    cannot_judge: int
    red_faults: int
    problem: str
    note: str
    about: Json


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of a set; ``key`` is its address under the checked route."""

    key: str
    set_id: str
    kind: Kind
    name: str
    size_bytes: int
    sha256: str

    @property
    def content_type(self) -> str:
        """What a browser is told that it is."""
        return KINDS[self.kind].content_type


@dataclass(frozen=True, slots=True)
class Content:
    """A file to keep: a path or the bytes, and the name that it is downloaded under."""

    name: str
    data: Path | bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What analysis made of a set.

    ``report`` is ``report.json`` as data; ``corrections`` what the person knew better.
    """

    report: Json
    corrections: Json = field(default_factory=dict)
    files: Mapping[Kind, Content] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewSet:
    """A set that is about to be kept; ``shared`` None: what the patient chose for new sets.

    ``about`` is what is known of it beside its poses, such as the neutral of a live set.
    """

    source: Origin
    name: str
    performed_at: datetime
    exercise_id: str = ""
    exercise_name: str = ""
    shared: Level | None = None
    note: str = ""
    about: Json = field(default_factory=dict)


def set_row(row: ExerciseSet) -> SetRow:
    """Return a set as it leaves the store."""
    names = SetRow.__dataclass_fields__
    values = {name: getattr(row, name) for name in names}
    return SetRow(**{**values, "shared": Level(row.shared)})


def file_row(row: MediaFile) -> FileRow:
    """Return a file as it leaves the store."""
    return FileRow(row.key, row.set_id, row.kind, row.name, row.size_bytes, row.sha256)  # type: ignore[arg-type]


def fill(row: ExerciseSet, report: Json) -> None:
    """Copy the few numbers that lists need from a report (names of the output contract)."""
    exercise, summary = report["exercise"], report["set"]
    row.exercise_id = exercise["id"]
    row.exercise_name = exercise.get("name") or exercise["id"]
    row.duration_s = float(report["source"]["duration_s"] or 0.0)
    row.reps, row.ok, row.borderline = summary["reps"], summary["ok"], summary["borderline"]
    row.fault, row.cannot_judge = summary["fault"], summary["cannot_judge"]
    row.red_faults = sum(
        any(fault["severity"] == "red" for fault in rep.get("faults", ())) for rep in report.get("reps", ())
    )
