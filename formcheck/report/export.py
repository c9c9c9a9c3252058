"""Many sets in one file: CSV, JSON or a FHIR bundle, written set by set.

Whatever gives the sets may give them one after the other: nothing here holds more than one of them.
"""

import csv
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from formcheck import __version__
from formcheck.coach.set_report import Repetition, SetReport
from formcheck.errors import FormcheckError, UnreadableInputError
from formcheck.plan.entries import SymptomReport
from formcheck.report import fhir, json_report
from formcheck.report.folder import REPORT
from formcheck.report.tables import harmless

SCHEMA_VERSION = 1
PEAKS = ("trunk_thigh", "hip_flexion", "knee_flexion", "trunk_lean", "thigh_elevation", "leg_elevation")
COLUMNS = (
    "set",
    "at",
    "exercise",
    "exercise_version",
    "recording",
    "facing",
    "rep",
    "side",
    "start_s",
    "peak_s",
    "end_s",
    "concentric_s",
    "hold_s",
    "eccentric_s",
    "verdict",
    "reasons",
    *(f"{name}_peak_deg" for name in PEAKS),
    "lumbar_min_deg",
    "lumbar_max_deg",
    "lumbar_sd_deg",
    "lumbar_reason",
    "usable_range_deg",
    "faults",
)

Cell = str | int | float | None
Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class KeptSet:
    """One set on its way out: what it is called, when it was made, its report."""

    name: str
    at: datetime
    report: SetReport
    identity: str = ""


def in_folders(folders: Iterable[Path], warn: Warn) -> Iterator[KeptSet]:
    """Yield the sets of report folders, and of folders of report folders, by path.

    Parameters
    ----------
    folders : iterable of Path
        Folders that ``formcheck analyze`` has written, or that hold such folders.
    warn : callable
        Told of each report that cannot be read; the others go on.

    Raises
    ------
    UnreadableInputError
        When a folder is not there, or there is no report in it.
    """
    for folder in folders:
        for path in report_files(folder):
            try:
                yield read_set(path)
            except FormcheckError as error:
                warn(f"{path}: {error}")


def report_files(folder: Path) -> list[Path]:
    """Return the reports in a folder and below it."""
    if not folder.is_dir():
        raise UnreadableInputError(f"{folder}: no such folder. Name what formcheck analyze has written.")
    found = sorted(folder.rglob(REPORT))
    if not found:
        raise UnreadableInputError(f"{folder}: there is no {REPORT} in it. Run formcheck analyze first.")
    return found


def read_set(path: Path) -> KeptSet:
    """Return the set of one ``report.json``; its instant is when that file was written.

    Raises
    ------
    UnreadableInputError
        When it is no report.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, ValueError) as error:
        raise UnreadableInputError(f"it cannot be read ({error}).") from error
    report = json_report.report_from_json(data)
    return KeptSet(path.parent.name, at, report, report.origin.sha256 or str(path.parent))


def write_csv(sets: Iterable[KeptSet], file: TextIO) -> int:
    """Write a row for every repetition; a set without any still has one. Returns how many sets.

    Names, reasons and faults come from files that anybody may write: what a spreadsheet would take for a
    formula gets an apostrophe before it.
    """
    writer = csv.writer(file)  # line ends as RFC 4180 has them, so that a lone one in a text is quoted
    writer.writerow(COLUMNS)
    count = 0
    for each in sets:
        count += 1
        for rep in each.report.reps or (None,):
            row = {**_of_set(each), **(_of_repetition(rep) if rep else {})}
            writer.writerow([_cell(row.get(name)) for name in COLUMNS])
    return count


def write_json(sets: Iterable[KeptSet], file: TextIO, log: Iterable[Mapping[str, Any]] = ()) -> int:
    """Write the reports as they are, in the names of the output contract, and the log's entries.

    Returns how many sets.
    """
    file.write(f'{{"schema_version": {SCHEMA_VERSION}, "formcheck_version": "{__version__}", "sets": [')
    count = 0
    for count, each in enumerate(sets, start=1):
        data = {"name": each.name, "at": each.at.isoformat(), "report": json_report.report_json(each.report)}
        file.write(_item(data, first=count == 1))
    file.write('\n], "log": [')
    for number, entry in enumerate(log):
        file.write(_item(entry, first=number == 0))
    file.write("\n]}\n")
    return count


def write_fhir(
    sets: Iterable[KeptSet],
    file: TextIO,
    log: Iterable[SymptomReport] = (),
    *,
    subject: str | None = None,
) -> int:
    """Write a FHIR bundle (R4B, type collection) of validated Observations; returns how many sets."""
    file.write('{"resourceType": "Bundle", "type": "collection", "entry": [')
    count, first = 0, True
    for each in sets:
        count += 1
        for entry in fhir.entries(each.report, issued=each.at, identity=each.identity, subject=subject):
            file.write(_item(entry, first=first))
            first = False
    for entry in fhir.symptom_entries(log, version=__version__, subject=subject):
        file.write(_item(entry, first=first))
        first = False
    file.write("\n]}\n")
    return count


def _item(data: Mapping[str, Any], *, first: bool) -> str:
    return ("\n" if first else ",\n") + json.dumps(data, ensure_ascii=False, allow_nan=False)


def _of_set(each: KeptSet) -> dict[str, Cell]:
    report = each.report
    return {
        "set": each.name,
        "at": each.at.isoformat(timespec="seconds"),
        "exercise": report.exercise.id,
        "exercise_version": report.exercise.version,
        "recording": report.origin.name,
        "facing": report.view.facing,
    }


def _of_repetition(rep: Repetition) -> dict[str, Cell]:
    back, usable = rep.lumbar_flexion_deg, rep.usable_range
    return {
        "rep": rep.index,
        "side": rep.side,
        "start_s": rep.start_s,
        "peak_s": rep.peak_s,
        "end_s": rep.end_s,
        "concentric_s": rep.concentric_s,
        "hold_s": rep.hold_s,
        "eccentric_s": rep.eccentric_s,
        "verdict": rep.verdict,
        "reasons": "; ".join(rep.reasons),
        **{f"{name}_peak_deg": rep.range[name].peak_deg for name in PEAKS if name in rep.range},
        "lumbar_min_deg": back.min,
        "lumbar_max_deg": back.max,
        "lumbar_sd_deg": back.sd,
        "lumbar_reason": back.reason,
        "usable_range_deg": usable.neutral_lost_at_deg if usable else None,
        "faults": "; ".join(f"{fault.id} ({fault.severity})" for fault in rep.faults),
    }


def _cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, float):
        return round(value, 3) + 0.0 if math.isfinite(value) else ""
    return value
