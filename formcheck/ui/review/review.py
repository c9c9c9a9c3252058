"""``Review``: what one person does with one recording. Holds no rule of the domain and draws nothing."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from formcheck.body.pose import PoseTrack
from formcheck.coach.guess import guess_exercise
from formcheck.coach.judge import Corrections
from formcheck.coach.set_report import Repetition
from formcheck.errors import NobodySeenError, UsageError
from formcheck.exercises.load import LoadedExercise, of_library, shipped
from formcheck.report.analysis import Analysis, analyse, load_track
from formcheck.sources.model_files import ModelFile, resolve
from formcheck.ui.guarded import kind_words
from formcheck.ui.job import Cancelled, Job, Tell
from formcheck.ui.review.drawing import Drawing
from formcheck.ui.workspace import Workspace

Stage = Literal["choosing", "finding", "unsure", "shown"]


def _as_it_is(loaded: LoadedExercise) -> LoadedExercise:
    return loaded


class Review:
    """One recording from its choice to its corrected report.

    Parameters
    ----------
    workspace : Workspace
        Where its files and jobs live.
    asked : callable
        Gives an exercise as it is asked of the person, such as with a clinician's limits.
    """

    def __init__(
        self, workspace: Workspace, asked: Callable[[LoadedExercise], LoadedExercise] = _as_it_is
    ) -> None:
        self.workspace = workspace
        self._asked = asked
        self._path: Path | None = None
        self._track: PoseTrack | None = None
        self._exercise: LoadedExercise | None = None
        self._guessed = False
        self._earlier: Drawing | None = None  # the newest with a whole video, while another is drawn
        self.finding: Job[PoseTrack] | None = None
        self.candidates: tuple[LoadedExercise, ...] = ()
        self.corrections = Corrections()
        self.dismissed: dict[float, float] = {}  # the peak of what was no repetition, and when it began
        self.analysis: Analysis | None = None
        self.drawing: Drawing | None = None
        self.error = ""
        self.attempts = 0

    @property
    def stage(self) -> Stage:
        """What the page shall show."""
        if self.analysis is not None:
            return "shown"
        if self._track is not None:
            return "unsure"
        return "choosing" if self.finding is None else "finding"

    @property
    def name(self) -> str:
        """What the person calls the recording."""
        return self._path.name if self._path is not None else ""

    @property
    def recording(self) -> Path | None:
        """The recording or stored track itself."""
        return self._path

    @property
    def film(self) -> Path | None:
        """The newest whole overlay video; `film_is_current` tells whether it knows the corrections."""
        for drawing in (self.drawing, self._earlier):
            if drawing is not None and drawing.film_path is not None:
                return drawing.film_path
        return None

    @property
    def film_is_current(self) -> bool:
        """Whether `film` shows the present corrections."""
        return self.drawing is not None and self.drawing.film_path is not None

    def begin(self, path: Path, exercise: LoadedExercise | None) -> None:
        """Start with a recording or a stored track; without an exercise it is guessed."""
        self._path, self._exercise, self.error = path, exercise, ""
        self.attempts += 1

        def find(tell: Tell) -> PoseTrack:
            tell("Reading the file", 0.0, 0.0)
            return load_track(path, lambda: _model(tell), progress=tell)

        self.finding = self.workspace.start(find, "find-poses")

    def advance(self) -> None:
        """Take over what the search has found, once it has ended."""
        if self.finding is None or not self.finding.done:
            return
        finding, self.finding = self.finding, None
        try:
            self._track = finding.result()
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001 - logged by the job; said kindly here
            self._refuse(error)
            return
        self._judge_first(self._track)

    def choose(self, exercise_id: str) -> None:
        """Judge as another exercise."""
        self._exercise, self._guessed = of_library(exercise_id), False
        self._judge()

    def correct(self, corrections: Corrections) -> None:
        """Judge again with what the person knows better."""
        self.corrections = corrections
        self._judge()

    def dismiss(self, rep: Repetition) -> None:
        """Take a repetition for none."""
        self.dismissed = {**self.dismissed, rep.peak_s: rep.move_start_s}
        self.correct(replace(self.corrections, not_repetitions=tuple(self.dismissed)))

    def restore(self, peak_s: float) -> None:
        """Undo `dismiss`."""
        self.dismissed = {time: start for time, start in self.dismissed.items() if time != peak_s}
        self.correct(replace(self.corrections, not_repetitions=tuple(self.dismissed)))

    def forget(self) -> None:
        """Give the recording up, and delete it and what was made of it."""
        if self.finding is not None:
            self.finding.cancel()
        for drawing in (self.drawing, self._earlier):
            if drawing is not None:
                drawing.delete()
        self._delete_upload()

    def _delete_upload(self) -> None:
        """Delete the recording if it is a copy of ours, not a sample."""
        if self._path is not None and self._path.is_relative_to(self.workspace.folder):
            shutil.rmtree(self._path.parent, ignore_errors=True)

    def _refuse(self, error: Exception) -> None:
        """Say why a recording is of no use, and ask for another one."""
        self.error = kind_words(error, self._path.parent if self._path else None)
        self._track = None
        self._delete_upload()

    def _judge_first(self, track: PoseTrack) -> None:
        if self._exercise is not None:
            self._judge()
            return
        try:
            analysis = analyse(track, None)
        except NobodySeenError as error:
            self._refuse(error)
            return
        except UsageError:
            candidates = guess_exercise(track, shipped().values()).candidates
            self.candidates = tuple(candidate.loaded for candidate in candidates)
            return
        self._exercise, self._guessed = analysis.loaded, True
        self._judge()

    def _judge(self) -> None:
        if self._track is None or self._exercise is None:
            return
        analysis = analyse(self._track, self._asked(self._exercise), self.corrections)
        self._show(replace(analysis, guessed=self._guessed))

    def _show(self, analysis: Analysis) -> None:
        """Show an analysis at once, and have its files made; an earlier video stays until then."""
        if self._path is None:
            return
        if self.drawing is not None:
            older = self._earlier if self.film_is_current else self.drawing
            if self.film_is_current:
                self._earlier = self.drawing
            if older is not None:
                older.delete()
        self.analysis = analysis
        self.drawing = Drawing.begin(analysis, self._path, self.workspace)


def _model(tell: Tell) -> ModelFile:
    return resolve(progress=lambda what, done, total: tell(f"Fetching {what}", done, total))
