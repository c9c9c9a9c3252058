"""Everything of one person as a ZIP file of plain JSON and the files as they are, and back."""

import json
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from formcheck.errors import OutputError, UnreadableInputError
from formcheck.store.access import Actor, NotThereError
from formcheck.store.audit import Audit
from formcheck.store.logbook import Logbook
from formcheck.store.people import People
from formcheck.store.records import Content, FileRow, NewSet, Outcome, SetRow
from formcheck.store.remarks import Remarks
from formcheck.store.reviews import Reviews
from formcheck.store.sets import Sets
from formcheck.store.whole_file import whole_file

FORMAT, VERSION = "formcheck export", 1
INDEX = "export.json"
ALL = 10**9
_BLOCK_BYTES = 1 << 20
# what reading a ZIP file that is damaged, encrypted, or somebody else's raises
_DAMAGE = (zipfile.BadZipFile, zlib.error, LookupError, ValueError, TypeError, RuntimeError, OSError)


@dataclass(frozen=True, slots=True)
class Takeout:
    """Writes and reads exports.

    Sets and log are read back. What others wrote (marks, remarks, prescriptions, the trail) is not: anybody
    can put words into a file, and another's name under them.
    """

    people: People
    sets: Sets
    logbook: Logbook
    reviews: Reviews
    remarks: Remarks
    audit: Audit

    def write(self, actor: Actor, path: Path) -> None:
        """Write everything that is the actor's own into a ZIP file; it appears whole or not at all.

        Raises
        ------
        OutputError
            When it cannot be written there.
        """
        try:
            with (
                whole_file(path) as part,
                zipfile.ZipFile(part, "w", zipfile.ZIP_STORED, allowZip64=True) as archive,
            ):
                index = self._index(actor, archive)
                archive.writestr(INDEX, json.dumps(index, indent=2, ensure_ascii=False, default=_plain))
        except OSError as error:
            raise OutputError(f"{path}: the export cannot be written ({error.strerror}).") from error

    def read(self, actor: Actor, path: Path, scratch: Path) -> int:
        """Keep the sets and log entries of an export as the actor's own; returns how many sets.

        Raises
        ------
        UnreadableInputError
            When the file is no export, or a damaged one.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                return self._read(actor, archive, scratch)
        except _DAMAGE as error:
            raise UnreadableInputError(
                f"{path}: this export is damaged, or no export of formcheck ({error})."
            ) from error

    def _read(self, actor: Actor, archive: zipfile.ZipFile, scratch: Path) -> int:
        index = json.loads(archive.read(INDEX))
        if (index["format"], index["version"]) != (FORMAT, VERSION):
            raise ValueError("another format or version")
        if broken := archive.testzip():  # before anything is kept: half of an export would be kept twice
            raise ValueError(f"{broken} is broken")
        kept = sum(self._keep(actor, archive, each, scratch) for each in reversed(index["sets"]))
        for entry in index["log"]:
            self.logbook.add(
                actor,
                actor.account_id,
                entry["kind"],
                entry["body"],
                day=date.fromisoformat(entry["day"]),
                version=entry["version"],
            )
        return kept

    def _index(self, actor: Actor, archive: zipfile.ZipFile) -> Mapping[str, Any]:
        me = self.people.me(actor)
        return {
            "format": FORMAT,
            "version": VERSION,
            "written_at": datetime.now(UTC),
            "person": {"name": me.name, "role": me.role},
            "choices": asdict(self.people.choices(actor)),
            "sets": [self._set(actor, archive, row) for row in self._all_sets(actor)],
            "log": [asdict(entry) for entry in self._own(self.logbook.entries, actor)],
            "prescriptions": [asdict(each) for each in self._own(self.logbook.prescriptions, actor)],
            "marks": [asdict(each) for each in self._own(self.reviews.marks_of_patient, actor)],
            "remarks": [asdict(each) for each in self._remarks(actor)],
            "phrases": [phrase.words for phrase in self.remarks.phrases(actor)],
            "trail": [asdict(trace) for trace in self._trail(actor)],
        }

    def _all_sets(self, actor: Actor) -> list[SetRow]:
        if actor.role == "clinician":
            return []
        return self.sets.of_patient(actor, actor.account_id, limit=ALL)

    def _own(self, of: Any, actor: Actor) -> list[Any]:  # noqa: ANN401 - two methods of like shape
        return [] if actor.role == "clinician" else of(actor, actor.account_id)

    def _remarks(self, actor: Actor) -> list[Any]:
        return (
            [] if actor.role == "clinician" else self.remarks.of_patient(actor, actor.account_id, limit=ALL)
        )

    def _trail(self, actor: Actor) -> list[Any]:
        return [] if actor.role == "clinician" else self.audit.of_patient(actor, actor.account_id, limit=ALL)

    def _set(self, actor: Actor, archive: zipfile.ZipFile, row: SetRow) -> Mapping[str, Any]:
        report: Mapping[str, Any] | None = None
        corrections: Mapping[str, Any] = {}
        with suppress(NotThereError):  # not analysed yet
            report, corrections = self.sets.report(actor, row.id)
        files = [self._file(actor, archive, file) for file in self.sets.files(actor, row.id)]
        return {**asdict(row), "report": report, "corrections": corrections, "files": files}

    def _file(self, actor: Actor, archive: zipfile.ZipFile, file: FileRow) -> Mapping[str, Any]:
        place = f"sets/{file.set_id}/{file.kind}{Path(file.name).suffix}"
        with self.sets.open(actor, file.key) as source, archive.open(place, "w", force_zip64=True) as target:
            shutil.copyfileobj(source, target, _BLOCK_BYTES)
        return {"kind": file.kind, "name": file.name, "place": place, "sha256": file.sha256}

    def _keep(self, actor: Actor, archive: zipfile.ZipFile, each: Mapping[str, Any], scratch: Path) -> bool:
        """Keep one set; returns whether it was one: what was never analysed is left out."""
        if each["report"] is None:
            return False
        new = NewSet(
            source=each["source"],
            name=each["name"],
            performed_at=datetime.fromisoformat(each["performed_at"]),
            note=each["note"],
        )
        files = dict(_unpacked(archive, each["files"], scratch))
        self.sets.save(actor, new, Outcome(each["report"], each["corrections"], files))
        for content in files.values():
            Path(str(content.data)).unlink(missing_ok=True)
        return True


def _unpacked(archive: zipfile.ZipFile, files: list[Mapping[str, Any]], scratch: Path) -> Iterator[Any]:
    for i, file in enumerate(files):
        target = scratch / f"import-{i}"  # never a path out of the archive
        with archive.open(file["place"]) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, _BLOCK_BYTES)
        yield file["kind"], Content(file["name"], target)


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, IntEnum):
        return int(value)
    raise TypeError(f"{type(value).__name__} cannot be exported")
