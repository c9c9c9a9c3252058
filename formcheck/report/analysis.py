"""One recording or stored track from file to report folder; the command line and the app both use it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from formcheck.body.filters import get_ready
from formcheck.body.pose import PoseTrack
from formcheck.coach.guess import guess_exercise
from formcheck.coach.judge import Corrections, Judged, judge
from formcheck.errors import NobodySeenError, UsageError
from formcheck.exercises.load import LoadedExercise, shipped
from formcheck.report import html, json_report, opensim, overlay, pdf, tables
from formcheck.report.folder import atomic_folder
from formcheck.report.freed_memory import give_back
from formcheck.report.words import Focus, focus_of
from formcheck.sources.extract import Settings
from formcheck.sources.model_files import ModelFile
from formcheck.sources.parallel import extract_parallel
from formcheck.sources.track_file import read_track, write_track
from formcheck.sources.video import VideoSource

TRACK_SUFFIX = ".parquet"
MIN_SEEN_SHARE = 0.1
"""Of the pictures that show somebody; in fewer the model took a thing for a person [D]."""
Progress = Callable[[str, float, float], None]
"""Called with what is going on, seconds of the recording that are done, and seconds in all (0: unknown)."""


def is_track(path: Path) -> bool:
    """Return whether a file is named like a stored track rather than a video."""
    return path.suffix.lower() == TRACK_SUFFIX


def load_track(
    path: Path,
    model: Callable[[], ModelFile],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> PoseTrack:
    """Return the poses of a video, or of a stored track without any model.

    Parameters
    ----------
    path : Path
        Video or ``track.parquet``.
    model : callable
        Gives the pose model; called only when one is needed.
    workers : int, optional
        How many stretches of it may be looked at at once; by default one for each core.
    progress : callable, optional
        Told how far it is.

    Raises
    ------
    UnreadableInputError, NoModelError
        As the sources and the models do.
    """
    if is_track(path):
        return read_track(path)
    VideoSource(path).close()  # says what is wrong with the file before a model is fetched for it
    file = model()
    told = progress or _silent
    threading.Thread(target=get_ready, name="formcheck-get-ready").start()  # while others look at pictures
    return extract_parallel(
        path,
        # MediaPipe's own filter lags: without it angles are nearer to the truth on the rendered samples
        # (standard error of trunk_thigh in a squat 1.3 degrees, with it 2.0); ours has no lag.
        Settings(file.path, model_name=file.name, model_sha256=file.sha256),
        workers=workers,
        progress=lambda done_s, all_s: told("Finding you in the pictures", done_s, all_s),
    )


@dataclass(frozen=True, slots=True)
class Analysis:
    """A judged track, the raw track it came from, and the exercise it was judged as.

    ``guessed`` tells that nobody named the exercise.
    """

    judged: Judged
    track: PoseTrack
    loaded: LoadedExercise
    guessed: bool

    @property
    def focus(self) -> Focus:
        """What sentences and figures of this set are about."""
        return focus_of(self.judged.report, exercise=self.loaded.exercise, signal=self.judged.signal)


def analyse(
    track: PoseTrack, loaded: LoadedExercise | None, corrections: Corrections | None = None
) -> Analysis:
    """Judge a track as the named exercise, or as the most likely one.

    Raises
    ------
    UsageError
        When no exercise was named and none is likely enough; names the candidates.
    NobodySeenError
        When it is so because hardly anybody is to be seen.
    """
    if loaded is not None:
        return Analysis(judge(track, loaded, corrections), track, loaded, guessed=False)
    guess = guess_exercise(track, shipped().values())
    if guess.chosen is None:
        _require_somebody(track)
        names = ", ".join(candidate.loaded.exercise.id for candidate in guess.candidates)
        raise UsageError(
            f"{track.origin.name}: not sure which exercise this is. Name it with --exercise: {names}."
        )
    return Analysis(judge(track, guess.chosen, corrections), track, guess.chosen, guessed=True)


def _require_somebody(track: PoseTrack) -> None:
    """Say that nobody was seen: to ask such a recording's owner for the exercise would be no help."""
    if np.count_nonzero(track.found) < MIN_SEEN_SHARE * len(track):
        raise NobodySeenError(
            f"{track.origin.name}: nobody was found in the pictures. Film yourself from the side, from "
            "head to feet, two to three metres away and in good light."
        )


def write_report(
    analysis: Analysis,
    out_dir: Path,
    *,
    video: Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Write everything that the output contract promises into a folder, all of it or nothing.

    Parameters
    ----------
    analysis : Analysis
        What to write.
    out_dir : Path
        The folder.
    video : Path, optional
        The recording, for the overlay video; without it there is none.
    workers : int, optional
        How many stretches of it may be drawn at once; by default one for each core.
    progress : callable, optional
        Told how far the overlay is.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    judged, report = analysis.judged, analysis.judged.report
    told = progress or _silent
    give_back()
    # The film is drawn by other processes; this thread only waits for them, and can be interrupted.
    with atomic_folder(out_dir) as folder, ThreadPoolExecutor(1, "formcheck-numbers") as beside:
        numbers = beside.submit(_write_numbers, analysis, folder)
        if video is not None:
            overlay.write_overlay_of(
                video,
                judged.track,
                judged.signals,
                report,
                folder / "overlay.mp4",
                focus=analysis.focus,
                workers=workers,
                progress=lambda done_s: told("Drawing the video", done_s, report.origin.duration_s),
            )
        numbers.result()
        # not beside the film: the pages of a long set take as much memory as one of its workers
        html.write_html(report, judged.signals, folder / "report.html", focus=analysis.focus)
        pdf.write_pdf(report, judged.signals, folder / "report.pdf", focus=analysis.focus)


def _write_numbers(analysis: Analysis, folder: Path) -> None:
    """Write what programs read."""
    judged, report = analysis.judged, analysis.judged.report
    json_report.write(report, folder / "report.json")
    tables.write_signals_csv(judged.signals, folder / "signals.csv")
    tables.write_signals_parquet(judged.signals, folder / "signals.parquet")
    write_track(analysis.track, folder / "track.parquet")
    opensim.write_mot(judged.signals, folder / "motion.mot")
    opensim.write_trc(judged.track, folder / "motion.trc", facing=report.view.facing)
    give_back()


def _silent(_what: str, _done_s: float, _all_s: float) -> None:
    """Tell nobody."""
