"""``formcheck analyze``: recordings or stored tracks in, a report folder for each out."""

import json
import re
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from formcheck.body.pose import PoseTrack
from formcheck.cli.names import free_name
from formcheck.coach.judge import Corrections
from formcheck.errors import FormcheckError, OutputError, UnreadableInputError, UsageError
from formcheck.exercises.load import LoadedExercise, load
from formcheck.exercises.rules import MAX_OBJECT_CM
from formcheck.report import json_report, sentences
from formcheck.report.analysis import Analysis, analyse, is_track, load_track, write_report
from formcheck.sources.file_kind import list_videos
from formcheck.sources.model_files import ModelFile, resolve

Side = Literal["left", "right"]
DEFAULT_OUT = "formcheck-{stem}"


def analyze(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="VIDEO_OR_TRACK...", help="Videos, track.parquet files, or folders of videos."
        ),
    ],
    exercise: Annotated[
        str | None, typer.Option(help="Exercise id, or a TOML file of your own. Guessed when left out.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the report; one folder inside it for each of several inputs."),
    ] = None,
    neutral: Annotated[
        str | None, typer.Option(metavar="START-END", help="Seconds in which the start posture is held.")
    ] = None,
    facing: Annotated[Side | None, typer.Option(help="Direction in the picture that you face.")] = None,
    side: Annotated[Side | None, typer.Option(help="Your side that works.")] = None,
    object_height: Annotated[
        float | None,
        typer.Option(
            "--object-height-cm",
            min=1.0,
            max=MAX_OBJECT_CM,
            help="Height of the object that you lift a foot over.",
        ),
    ] = None,
    model: Annotated[
        Literal["lite", "full", "heavy"], typer.Option(help="Pose model: quicker or more exact.")
    ] = "full",
    model_file: Annotated[Path | None, typer.Option(help="A pose model file of your own (.task).")] = None,
    video: Annotated[bool, typer.Option("--video/--no-video", help="Draw the overlay video.")] = True,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Stretches that are looked at at once; default: the cores.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print report.json and nothing else; files only with --out.")
    ] = False,
) -> None:
    """Count and judge the repetitions in recordings."""
    loaded = load(exercise) if exercise is not None else None
    corrections = Corrections(
        facing=facing, side=side, neutral_s=_interval(neutral), object_height_cm=object_height
    )
    files, failures = _expanded(inputs)
    several = len(files) + len(failures) > 1
    folders = _folders_for(files, out, several=several, as_json=as_json)
    work = _Work(
        loaded=loaded,
        corrections=corrections,
        video=video,
        workers=workers,
        model_name=model,
        model_path=model_file,
        quiet=as_json,
    )
    reports: list[dict[str, object]] = []
    for error in failures:
        typer.echo(str(error), err=True)
    for file, folder in zip(files, folders, strict=True):
        try:
            analysis = work.run(file, folder)
        except FormcheckError as error:  # one bad file does not stop the others
            failures.append(error)
            typer.echo(str(error), err=True)
            continue
        reports.append(json_report.report_json(analysis.judged.report))
    if as_json and reports:
        typer.echo(json.dumps(reports if several else reports[0], indent=2, allow_nan=False))
    if failures:
        raise typer.Exit(max(error.exit_status for error in failures))


def _interval(text: str | None) -> tuple[float, float] | None:
    """Return the seconds of ``START-END``."""
    if text is None:
        return None
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*-\s*(\d+(?:\.\d+)?)\s*", text)
    if not match or not float(match[1]) < float(match[2]):
        raise UsageError(f"--neutral {text}: give two times in seconds, such as 2.5-5.5.")
    return float(match[1]), float(match[2])


def _expanded(inputs: list[Path]) -> tuple[list[Path], list[FormcheckError]]:
    """Return the inputs with folders replaced by the videos in them, and what is wrong with some folders."""
    files: list[Path] = []
    failures: list[FormcheckError] = []
    for path in inputs:
        try:
            files += list_videos(path) if path.is_dir() else [path]
        except FormcheckError as error:  # one bad folder does not stop the others
            failures.append(error)
    return files, failures


def _folders_for(files: list[Path], out: Path | None, *, several: bool, as_json: bool) -> list[Path | None]:
    """Return where each file's report goes; None where none is written. No two share a folder."""
    if out is None and as_json:
        return [None] * len(files)
    if out is not None and not several:
        return [out] * len(files)
    taken: set[str] = set()
    names = [free_name(file.stem, taken) for file in files]  # front/set.mp4 and side/set.mp4 are two sets
    return [Path(DEFAULT_OUT.format(stem=name)) if out is None else out / name for name in names]


class _Work:
    """What is the same for every input of one command."""

    def __init__(
        self,
        *,
        loaded: LoadedExercise | None,
        corrections: Corrections,
        video: bool,
        workers: int | None,
        model_name: str,
        model_path: Path | None,
        quiet: bool,
    ) -> None:
        self._loaded = loaded
        self._corrections = corrections
        self._video = video
        self._workers = workers
        self._model_name = model_name
        self._model_path = model_path
        self._quiet = quiet
        self._model: ModelFile | None = None

    def run(self, file: Path, folder: Path | None) -> Analysis:
        """Analyse one input and write its report, if there is a folder for it."""
        _require_text(file)
        if folder is not None:
            _require_writable(folder)
        with _progress() as bar:
            reporter = _Bar(bar)
            track = load_track(file, self._resolve_model, workers=self._workers, progress=reporter.tell)
            _require_within(self._corrections.neutral_s, track)
            analysis = analyse(track, self._loaded, self._corrections)
            if folder is not None:
                video = file if self._video and not is_track(file) else None
                write_report(analysis, folder, video=video, workers=self._workers, progress=reporter.tell)
        if not self._quiet:
            _print_summary(analysis, file, folder)
        return analysis

    def _resolve_model(self) -> ModelFile:
        if self._model is None:
            self._model = resolve(self._model_name, path=self._model_path)
        return self._model


def _require_text(file: Path) -> None:
    """Say that a name is no text: neither report nor terminal could name the recording."""
    try:
        str(file).encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableInputError(
            f"{str(file)!a}: this name is not written in UTF-8. Give the file another name first."
        ) from None


def _require_writable(folder: Path) -> None:
    """Say that a folder cannot be written before minutes are spent on its contents."""
    place = folder.absolute()
    try:
        while not place.exists():  # asking alone fails where a name is too long
            place = place.parent
        probe = (place if place.is_dir() else place.parent) / f".formcheck-probe-{id(folder)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror}). Choose another --out.") from None


def _require_within(neutral_s: tuple[float, float] | None, track: PoseTrack) -> None:
    """Say that the start posture was named where the recording has ended: nobody can be seen there."""
    end_s = float(track.t_s[-1]) if len(track) else 0.0
    if neutral_s is not None and neutral_s[0] >= end_s:
        named = f"--neutral {neutral_s[0]:g}-{neutral_s[1]:g}"
        raise UsageError(f"{track.origin.name}: {named} lies beyond its end at {end_s:.1f} s.")


def _print_summary(analysis: Analysis, file: Path, folder: Path | None) -> None:
    report = analysis.judged.report
    typer.echo(f"{file.name}: {sentences.headline(report, focus=analysis.focus)}")
    if analysis.guessed:
        typer.echo(f"  (taken for: {analysis.loaded.exercise.name}; say otherwise with --exercise)")
    lines = sentences.repetition_lines(report, focus=analysis.focus)
    for line in [*lines, *sentences.notes(report)]:
        typer.echo(f"  {line}")
    if folder is not None:
        typer.echo(f"  Report: {folder / 'report.html'}")


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,  # in a file it would be an empty line before each message
    )


class _Bar:
    """Shows one step after the other on a Rich progress bar."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._step = ""
        self._task = progress.add_task("", visible=False)

    def tell(self, step: str, done_s: float, all_s: float) -> None:
        """Show how far a step is; an unknown length shows no percentage."""
        total = all_s if all_s > 0 else None
        if step != self._step:
            self._step = step
            self._progress.reset(self._task, description=step, visible=True, total=total)
        self._progress.update(self._task, completed=done_s, total=total)
