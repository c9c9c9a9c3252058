"""What the worker does with a set: find the poses, judge them, draw films. Nothing of it knows a page."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from formcheck.body.pose import PoseTrack
from formcheck.clinic.asked import as_asked
from formcheck.coach.judge import Corrections
from formcheck.errors import NobodySeenError, UsageError
from formcheck.exercises.load import LoadedExercise, of_library
from formcheck.report.analysis import Analysis, analyse, is_track, load_track, write_report
from formcheck.report.json_report import report_json
from formcheck.sources.model_files import resolve
from formcheck.sources.track_file import read_track, write_track
from formcheck.store.access import WORKER, Level
from formcheck.store.kinds import Kind
from formcheck.store.records import Content, FileRow, Outcome, SetRow
from formcheck.store.store import Store
from formcheck.store.work import Task
from formcheck.ui.job import Tell
from formcheck.ui.uploads import films

UNSURE = "The movement alone does not tell which exercise this was. Choose it below."
NOTHING_LEFT = "Nothing of this set was kept before the server stopped."
# what a report folder holds, and under which kind it is kept; the rest can be made of these
KEPT_FILES: Mapping[Kind, str] = {
    "track": "track.parquet",
    "signals": "signals.parquet",
    "pdf": "report.pdf",
    "page": "report.html",
}


class Analyst:
    """Does one task after the other.

    Parameters
    ----------
    store : Store
        Where sets come from and results go.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def do(self, set_id: str, task: Task, tell: Tell) -> str:
        """Do a task; returns the set's id. What is not there any more is raised as it is."""
        row = self._store.sets.get(WORKER, set_id)
        with TemporaryDirectory(prefix="formcheck-work-") as folder:
            if task in ("analyse", "finish"):
                self._judge(row, task, Path(folder), tell)
            else:
                self._draw(row, task, Path(folder), tell)
        return set_id

    def _judge(self, row: SetRow, task: Task, folder: Path, tell: Tell) -> None:
        track = self._running_track(row) if task == "finish" else self._track(row, folder, tell)
        if track is None:
            return
        tell("Judging", 0.0, 0.0)
        corrections = corrections_of(row.about)
        try:
            analysis = self._analysed(row, track, corrections)
        except NobodySeenError:
            raise
        except UsageError as error:
            if row.exercise_id:
                raise
            self._keep_track(row, track, folder)
            raise UsageError(UNSURE) from error
        tell("Writing the report", 0.0, 0.0)
        outcome = outcome_of(analysis, corrections, folder)
        self._store.sets.judged(WORKER, row.id, outcome)
        self._ask_for_films(row)

    def _analysed(self, row: SetRow, track: PoseTrack, corrections: Corrections) -> Analysis:
        """Judge by what was prescribed when the set was done; a guessed exercise is judged again by that."""
        if row.exercise_id:
            return analyse(track, self._asked(row.id, of_library(row.exercise_id)), corrections)
        guessed = analyse(track, None, corrections)
        asked = self._asked(row.id, guessed.loaded)
        return guessed if asked == guessed.loaded else analyse(track, asked, corrections)

    def _asked(self, set_id: str, loaded: LoadedExercise) -> LoadedExercise:
        return as_asked(self._store, WORKER, set_id, loaded)

    def _track(self, row: SetRow, folder: Path, tell: Tell) -> PoseTrack:
        files = {file.kind: file for file in self._store.sets.files(WORKER, row.id)}
        found = files.get("track") or files.get("video")
        if found is None:
            raise UsageError("The recording of this set is gone.")
        with self._path(found, folder) as path:
            if is_track(path):
                return read_track(path)
            return load_track(path, lambda: resolve(), progress=tell)

    def _running_track(self, row: SetRow) -> PoseTrack | None:
        """Return what was kept of a set whose server died; None where somebody has finished it meanwhile."""
        track = self._store.live.track(WORKER, row.id)
        if len(track):
            return track
        if row.state == "done":
            return None
        raise UsageError(NOTHING_LEFT)

    def _keep_track(self, row: SetRow, track: PoseTrack, folder: Path) -> None:
        """Keep the poses, so that they need not be found again once the exercise is known."""
        write_track(track, folder / "track.parquet")
        self._store.sets.add_file(WORKER, row.id, "track", Content("track.parquet", folder / "track.parquet"))

    def _ask_for_films(self, row: SetRow) -> None:
        recorded = any(file.kind == "video" for file in self._store.sets.files(WORKER, row.id))
        tasks: list[Task] = ["overlay" if recorded else "replay"]
        if recorded and row.shared >= Level.REPLAY:
            tasks.append("replay")
        if recorded and row.shared >= Level.BLURRED:
            tasks.append("blurred")
        for task in tasks:
            self._store.work.ask(WORKER, row.id, task)

    def _draw(self, row: SetRow, task: Task, folder: Path, tell: Tell) -> None:
        files = {file.kind: file for file in self._store.sets.files(WORKER, row.id)}
        analysis = self._judged_before(row, files, folder)
        target = folder / "film.mp4"
        kind: Kind = "replay"
        if task == "replay":
            films.write_replay(analysis, target, tell)
        else:
            if "video" not in files:
                raise UsageError("This set has no recording to draw on.")
            kind = "blurred" if task == "blurred" else "overlay"
            write = films.write_blurred if kind == "blurred" else films.write_film
            with self._path(files["video"], folder) as recording:
                write(analysis, recording, target, tell)
        self._store.sets.add_file(WORKER, row.id, kind, Content(f"{kind}.mp4", target))

    def _judged_before(self, row: SetRow, files: Mapping[Kind, FileRow], folder: Path) -> Analysis:
        if "track" not in files:
            raise UsageError("This set has not been analysed yet.")
        with self._path(files["track"], folder) as path:
            track = read_track(path)
        _, corrections = self._store.sets.report(WORKER, row.id)
        return analyse(track, self._asked(row.id, of_library(row.exercise_id)), corrections_of(corrections))

    @contextmanager
    def _path(self, file: FileRow, folder: Path) -> Iterator[Path]:
        """Give a file as one of this machine, under a name that tells its kind."""
        (folder / file.kind).mkdir(exist_ok=True)
        path = folder / file.kind / Path(file.name).name  # the report says the name
        local = self._store.media.local_path(file.key)
        if local is not None:
            path.symlink_to(local)
        else:
            with self._store.media.open(file.key) as source, path.open("wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
        yield path
        path.unlink(missing_ok=True)


def outcome_of(analysis: Analysis, corrections: Corrections, folder: Path) -> Outcome:
    """Return what is kept of an analysis; its files lie in a folder until they are kept."""
    write_report(analysis, folder / "report")
    files = {kind: Content(name, folder / "report" / name) for kind, name in KEPT_FILES.items()}
    return Outcome(report_json(analysis.judged.report), corrections_json(corrections), files)


def corrections_json(corrections: Corrections) -> dict[str, Any]:
    """Return corrections as JSON knows them."""
    return json.loads(json.dumps(asdict(corrections)))  # type: ignore[no-any-return]


def corrections_of(known: Mapping[str, Any]) -> Corrections:
    """Return corrections that were kept as JSON; what is not among them is left out."""
    neutral_s = known.get("neutral_s")
    return Corrections(
        facing=known.get("facing"),
        side=known.get("side"),
        neutral_s=(float(neutral_s[0]), float(neutral_s[1])) if neutral_s else None,
        not_repetitions=tuple(known.get("not_repetitions") or ()),
        object_height_cm=known.get("object_height_cm"),
    )
