"""``formcheck export``: report folders in, one file for other programs out."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal, TextIO

import typer

from formcheck.cli.names import free_name
from formcheck.errors import OutputError, UnreadableInputError
from formcheck.plan.entries import Entry, SymptomReport
from formcheck.plan.record import entry_json, log_from_text
from formcheck.report import export as out_of
from formcheck.report.progress_pdf import write_pdf_of_sets
from formcheck.store.whole_file import whole_file

Format = Literal["csv", "json", "fhir", "pdf", "mot", "trc"]
_SUFFIX = {"csv": "csv", "json": "json", "fhir": "fhir.json", "pdf": "pdf"}


def export(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="DIR...", help="Report folders, or folders that hold some."),
    ],
    to: Annotated[
        Format,
        typer.Option("--format", help="csv, json, fhir (a bundle), pdf (progress), mot or trc (OpenSim)."),
    ] = "csv",
    out: Annotated[
        Path | None,
        typer.Option(help="File to write, or for mot and trc a folder; formcheck-export by default."),
    ] = None,
    log: Annotated[
        Path | None,
        typer.Option(help="A log of symptoms, as the plan keeps it: goes into json, fhir and pdf."),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(help="Reference to the patient in FHIR, such as Patient/123. None by default."),
    ] = None,
) -> None:
    """Write analysed sets for a spreadsheet, another program, OpenSim, or print."""
    for folder in folders:
        out_of.report_files(folder)  # says what is wrong before anything is written
    sets = out_of.in_folders(folders, _warn)
    noted = _read_log(log)
    if to in ("mot", "trc"):
        place = out or Path("formcheck-export")
        typer.echo(f"{_copy_motions(folders, place, to)} files in {place}")
        return
    path = out or Path(f"formcheck-export.{_SUFFIX[to]}")
    if to == "pdf":
        with _written(path) as part:
            count = write_pdf_of_sets(sets, noted, part)
    else:
        with _written(path) as part, part.open("w", encoding="utf-8", newline="") as file:
            count = _writer(to, noted, subject)(sets, file)
    typer.echo(f"{count} set{'' if count == 1 else 's'} in {path}")


def _writer(
    to: Format, log: Sequence[Entry], subject: str | None
) -> Callable[[Iterator[out_of.KeptSet], TextIO], int]:
    if to == "json":
        return lambda sets, file: out_of.write_json(sets, file, map(entry_json, log))
    if to == "fhir":
        felt = [entry for entry in log if isinstance(entry, SymptomReport)]
        return lambda sets, file: out_of.write_fhir(sets, file, felt, subject=subject)
    return out_of.write_csv


def _read_log(path: Path | None) -> tuple[Entry, ...]:
    if path is None:
        return ()
    try:
        return log_from_text(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInputError(f"{path}: the log cannot be read ({error}).") from error


@contextmanager
def _written(path: Path) -> Iterator[Path]:
    """Give a file beside the final one, and put it there when it is whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as part:
            yield part
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}). Choose another --out.") from error


def _copy_motions(folders: Sequence[Path], place: Path, to: str) -> int:
    """Copy the OpenSim file of each set under the set's own name; returns how many there were."""
    taken: set[str] = set()
    for folder in folders:
        for report in out_of.report_files(folder):
            motion = report.with_name(f"motion.{to}")
            if not motion.is_file():
                _warn(f"{motion}: not there; analyse the recording again.")
                continue
            name = free_name(report.parent.resolve().name, taken)
            with _written(place / f"{name}.{to}") as part:
                shutil.copyfile(motion, part)
    return len(taken)


def _warn(text: str) -> None:
    typer.echo(text, err=True)
