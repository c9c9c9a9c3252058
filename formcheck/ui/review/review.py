"""``Review``: what one person does with one recording. Holds no rule of the domain and draws nothing."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from formcheck.body.pose import PoseTrack
from formcheck.coach.guess import guess_exercise
from formcheck.coach.judge import Corrections
from formcheck.errors import UsageError
from formcheck.exercises.load import LoadedExercise, library, load
from formcheck.report.analysis import Analysis, analyse, is_track, load_track, write_report
from formcheck.sources.model_files import ModelFile, resolve
from formcheck.ui.guarded import kind_words
from formcheck.ui.job import Cancelled, Job, Tell
from formcheck.ui.workspace import Workspace

Stage = Literal["choosing", "finding", "unsure", "shown"]
OVERLAY = "overlay.mp4"


@dataclass(frozen=True, slots=True)
class Drawing:
    """The files of one analysis while they are made: those without and the one with moving pictures."""

    analysis: Analysis
    folder: Path
    files: Job[Path]
    video: Job[Path] | None

    def cancel(self) -> None:
        """Stop making them."""
        self.files.cancel()
        if self.video is not None:
            self.video.cancel()

    @property
    def done(self) -> bool:
        """Whether nothing is being made any more."""
        return self.files.done and (self.video is None or self.video.done)


class Review:
    """One recording from its choice to its corrected report.

    Parameters
    ----------
    workspace : Workspace
        Where its files and jobs live.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._path: Path | None = None
        self._finding: Job[PoseTrack] | None = None
        self._exercise: LoadedExercise | None = None
        self._guessed = False
        self._uploaded = False
        self._earlier_video: Path | None = None
        self.track: PoseTrack | None = None
        self.candidates: tuple[LoadedExercise, ...] = ()
        self.corrections = Corrections()
        self.analysis: Analysis | None = None
        self.drawing: Drawing | None = None
        self.error = ""

    @property
    def stage(self) -> Stage:
        """What the page shall show."""
        if self.analysis is not None:
            return "shown"
        if self.track is not None:
            return "unsure"
        return "choosing" if self._finding is None else "finding"

    @property
    def name(self) -> str:
        """What the person calls the recording."""
        return self._path.name if self._path is not None else ""

    @property
    def finding(self) -> Job[PoseTrack] | None:
        """The search for poses, while it runs."""
        return self._finding

    def begin(self, path: Path, exercise: LoadedExercise | None) -> None:
        """Start with a recording or a stored track; without an exercise it is guessed."""
        self._path, self._exercise, self.error = path, exercise, ""
        self._uploaded = path.is_relative_to(self._workspace.folder)

        def find(tell: Tell) -> PoseTrack:
            tell("Reading the file", 0.0, 0.0)
            return load_track(path, lambda: _model(tell), progress=tell)

        self._finding = self._workspace.start(find, "find-poses")

    def cancel(self) -> None:
        """Give the recording up."""
        if self._finding is not None:
            self._finding.cancel()
        if self.drawing is not None:
            self.drawing.cancel()

    def forget(self) -> None:
        """Give the recording up, and delete it and what was made of it."""
        self.cancel()
        made = [] if self.drawing is None else [self.drawing.folder]
        for folder in [*made, *([self._path.parent] if self._uploaded and self._path else [])]:
            shutil.rmtree(folder, ignore_errors=True)

    def advance(self) -> None:
        """Take over what the search has found, once it has ended."""
        if self._finding is None or not self._finding.done or self.track is not None:
            return
        try:
            self.track = self._finding.result()
        except Cancelled:
            self._finding = None
            return
        except Exception as error:  # noqa: BLE001 - logged by the job; said kindly here
            self._finding = None
            self.error = kind_words(error, self._path.parent if self._path else None)
            return
        self._judge_first(self.track)

    def choose(self, exercise_id: str) -> None:
        """Judge as another exercise."""
        self._exercise, self._guessed = load(exercise_id), False
        self._judge()

    def correct(self, corrections: Corrections) -> None:
        """Judge again with what the person knows better."""
        self.corrections = corrections
        self._judge()

    def dismiss(self, t_s: float) -> None:
        """Take the repetition round a time for none."""
        times = (*self.corrections.not_repetitions, t_s)
        self.correct(replace(self.corrections, not_repetitions=times))

    def restore(self, t_s: float) -> None:
        """Undo `dismiss`."""
        times = tuple(time for time in self.corrections.not_repetitions if time != t_s)
        self.correct(replace(self.corrections, not_repetitions=times))

    @property
    def video(self) -> Path | None:
        """The newest overlay video there is; see `video_is_current`."""
        if self.drawing is not None and self.drawing.video is not None and self.drawing.video.done:
            made = self.drawing.folder / "video" / OVERLAY
            if made.is_file():
                return made
        return self._earlier_video

    @property
    def video_is_current(self) -> bool:
        """Whether `video` shows the present corrections."""
        return self.video is not None and self.video != self._earlier_video

    def _judge_first(self, track: PoseTrack) -> None:
        if self._exercise is not None:
            self._judge()
            return
        try:
            analysis = analyse(track, None)
        except UsageError:
            candidates = guess_exercise(track, library().values()).candidates
            self.candidates = tuple(candidate.loaded for candidate in candidates)
            return
        self._exercise, self._guessed = analysis.loaded, True
        self._show(analysis)

    def _judge(self) -> None:
        if self.track is None or self._exercise is None:
            return
        analysis = analyse(self.track, self._exercise, self.corrections)
        self._show(replace(analysis, guessed=self._guessed))

    def _show(self, analysis: Analysis) -> None:
        video = self.video
        if self.drawing is not None:
            self.drawing.cancel()
        earlier, self.drawing, self._earlier_video = self.drawing, None, video
        self.analysis = analysis
        self.drawing = self._draw(analysis)
        if earlier is not None and (video is None or earlier.folder not in video.parents):
            shutil.rmtree(earlier.folder, ignore_errors=True)

    def _draw(self, analysis: Analysis) -> Drawing:
        folder = self._workspace.new_folder("report")
        path = self._path

        def write(tell: Tell) -> Path:
            write_report(analysis, folder / "files", progress=tell)
            return folder / "files"

        def draw(tell: Tell) -> Path:
            write_report(analysis, folder / "video", video=path, progress=tell)
            return folder / "video" / OVERLAY

        files = self._workspace.start(write, "write-report")
        if path is None or is_track(path):
            return Drawing(analysis, folder, files, None)
        return Drawing(analysis, folder, files, self._workspace.start(draw, "draw-video"))


def _model(tell: Tell) -> ModelFile:
    return resolve(progress=lambda what, done, total: tell(f"Fetching {what}", done, total or 0))
