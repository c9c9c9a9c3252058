"""Many sets in one file, from folders: streamed, harmless to spreadsheets, kind to a bad folder."""

import csv
import io
import json
import weakref
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest
from typer.testing import CliRunner

from formcheck.cli import cli
from formcheck.coach.set_report import SetReport
from formcheck.errors import UnreadableInputError
from formcheck.plan.record import log_text
from formcheck.report import json_report
from formcheck.report.export import KeptSet, read_set, report_files, write_csv, write_fhir, write_json
from tests.plan.builders import session
from tests.report import builders

AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def written(report: SetReport) -> list[dict[str, str]]:
    file = io.StringIO()
    write_csv([KeptSet("monday", AT, report)], file)
    return rows_of(file.getvalue())


def test_every_repetition_has_its_row() -> None:
    rows = written(builders.report())
    assert [row["rep"] for row in rows] == ["1", "2", "3"]
    assert rows[2]["verdict"] == "fault"
    assert rows[2]["faults"] == "shallow (amber)"
    assert float(rows[0]["trunk_thigh_peak_deg"]) == builders.PEAKS_DEG[0]
    assert rows[0]["lumbar_max_deg"] == ""


def test_a_set_without_repetitions_still_has_a_row() -> None:
    (row,) = written(builders.report(()))
    assert (row["set"], row["rep"]) == ("monday", "")


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(formula: str) -> None:
    fault = replace(builders.shallow(), id=formula)
    report = builders.report((builders.repetition(1, verdict="fault", reasons=(formula,), faults=(fault,)),))
    report = replace(
        report,
        origin=replace(report.origin, name=formula),
        exercise=replace(report.exercise, id=formula),
    )
    file = io.StringIO()
    write_csv([KeptSet(formula, AT, report)], file)
    (row,) = csv.reader(io.StringIO(file.getvalue().partition("\r\n")[2], newline=""))
    texts = [cell for cell in row if not _is_number(cell)]
    assert [cell for cell in texts if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))] == []
    assert f"'{formula}" in texts


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return not cell.startswith("+")


def test_json_holds_the_reports_as_they_are_and_the_log() -> None:
    file = io.StringIO()
    write_json([KeptSet("monday", AT, builders.report())], file, [{"kind": "screen"}])
    data = json.loads(file.getvalue())
    assert data["sets"][0]["report"] == json_report.report_json(builders.report())
    assert data["log"] == [{"kind": "screen"}]


@pytest.mark.parametrize("write", [write_csv, write_json, write_fhir])
def test_sets_are_written_one_by_one_and_let_go(
    write: Callable[[Iterator[KeptSet], io.TextIOBase], int],
) -> None:
    """Of 100 sets no more than two are alive at any moment, and no piece of the file is large."""

    class Watched(KeptSet):  # without slots, so that it can be watched
        __hash__ = object.__hash__

    class Pieces(io.TextIOBase):
        lengths: ClassVar[list[int]] = []

        def write(self, text: str) -> int:
            Pieces.lengths.append(len(text))
            return len(text)

    alive: weakref.WeakSet[Watched] = weakref.WeakSet()
    most = 0

    def sets() -> Iterator[KeptSet]:
        nonlocal most
        one = builders.report((builders.repetition(1),))
        for number in range(100):
            each = Watched(f"set-{number}", AT, one, str(number))
            alive.add(each)
            most = max(most, len(alive))
            yield each
            del each

    assert write(sets(), Pieces()) == 100
    assert most <= 2
    assert sum(Pieces.lengths) > 10_000
    assert max(Pieces.lengths) < 20_000


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        folder = tmp_path / "in" / name
        folder.mkdir(parents=True)
        json_report.write(builders.report(), folder / "report.json")
        (folder / "motion.mot").write_text("motion")
    return tmp_path / "in"


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["export", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.mark.parametrize("to", ["csv", "json", "fhir", "pdf"])
def test_command_writes_one_file(folders: Path, tmp_path: Path, to: str) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(log_text(session("squat", day=1)))
    out = tmp_path / "deep" / "out.file"
    code, said = run(folders, "--format", to, "--out", out, "--log", log)
    assert (code, "2 sets" in said) == (0, True)
    assert out.stat().st_size > 300
    assert list(out.parent.iterdir()) == [out]


def test_command_copies_motion_files_under_the_names_of_their_sets(folders: Path, tmp_path: Path) -> None:
    run(folders, "--format", "mot", "--out", tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.mot", "b.mot"]


def test_one_bad_report_does_not_stop_the_others(folders: Path, tmp_path: Path) -> None:
    (folders / "a" / "report.json").write_text("{half")
    code, said = run(folders, "--format", "csv", "--out", tmp_path / "out.csv")
    assert code == 0
    assert "1 set in" in said
    assert str(folders / "a" / "report.json") in said
    assert {row["set"] for row in rows_of((tmp_path / "out.csv").read_text())} == {"b"}


@pytest.mark.parametrize("missing", ["nowhere", "empty"])
def test_a_folder_without_reports_is_named_and_nothing_is_written(tmp_path: Path, missing: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableInputError, match=missing):
        run(tmp_path / missing, "--out", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_the_instant_of_a_set_is_that_of_its_report(folders: Path) -> None:
    kept = read_set(report_files(folders)[0])
    assert kept.name == "a"
    assert kept.at.utcoffset() is not None
