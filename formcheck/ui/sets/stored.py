"""What the page of one set shows, read from the store: nothing is judged again to show it."""

from collections.abc import Callable
from dataclasses import dataclass

from formcheck.body.pose import PoseTrack
from formcheck.body.signals import Signals
from formcheck.clinic.asked import as_asked
from formcheck.coach.judge import Judged
from formcheck.coach.set_report import SetReport
from formcheck.errors import UsageError
from formcheck.exercises.load import LoadedExercise, of_library
from formcheck.report.analysis import Analysis
from formcheck.report.json_report import report_from_json
from formcheck.report.signals_file import read_signals
from formcheck.report.words import Focus, focus_of
from formcheck.store.access import Actor, NotThereError
from formcheck.store.kinds import FILMS
from formcheck.store.records import FileRow, SetRow
from formcheck.store.store import Store
from formcheck.store.work import Stage


@dataclass(frozen=True, slots=True)
class StoredSet:
    """One set with what the actor may see of it; ``analysis`` is None until it has been judged.

    ``analysis`` has no track: the page draws figures and words, no poses.
    """

    row: SetRow
    files: dict[str, FileRow]
    stages: list[Stage]
    analysis: Analysis | None
    focus: Focus | None

    @property
    def film(self) -> FileRow | None:
        """The film that tells most, of those that may be seen."""
        return next((self.files[kind] for kind in FILMS if kind in self.files), None)


def read_set(store: Store, actor: Actor, set_id: str) -> StoredSet:
    """Return a set.

    Raises
    ------
    NotThereError
        When there is none, or it is not shared with the actor.
    """
    row = store.sets.get(actor, set_id)
    files: dict[str, FileRow] = {file.kind: file for file in store.sets.files(actor, set_id)}
    stages = store.work.stages(actor, set_id)
    try:
        data, _ = store.sets.report(actor, set_id)
    except NotThereError:
        return StoredSet(row, files, stages, None, None)
    report = report_from_json(data)
    signals = _signals(store, actor, files.get("signals"))
    analysis = _analysis(report, signals, lambda loaded: as_asked(store, actor, set_id, loaded))
    return StoredSet(row, files, stages, analysis, analysis.focus if analysis else None)


def _signals(store: Store, actor: Actor, file: FileRow | None) -> Signals:
    if file is None:
        return Signals(PoseTrack.from_poses([]).t_s, {}, {}, {})
    with store.sets.open(actor, file.key) as opened:
        return read_signals(opened)


def _analysis(
    report: SetReport, signals: Signals, asked: Callable[[LoadedExercise], LoadedExercise]
) -> Analysis | None:
    try:
        loaded = asked(of_library(report.exercise.id))
    except UsageError:
        return None  # an exercise of one's own that this server does not have
    focus = focus_of(report, exercise=loaded.exercise)
    track = PoseTrack.from_poses([], report.origin)
    return Analysis(Judged(report, signals, track, focus.signal), track, loaded, guessed=False)
