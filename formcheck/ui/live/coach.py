"""``Coach``: what one browser session does live. Owns the worker and closes it with the session."""

import json
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.exercises.load import LoadedExercise, of_library
from formcheck.live.finish import FinishedSet, final_pass
from formcheck.live.picture import Showing
from formcheck.live.session import Plan
from formcheck.live.sink import SetSink, kept_sets, kept_track
from formcheck.live.watch import Watch
from formcheck.live.worker import LiveWorker, Work
from formcheck.sources.mediapipe_pose import PoseEstimator
from formcheck.sources.model_files import ModelFile, list_models, resolve
from formcheck.store.watching import Moment
from formcheck.ui.clinic.asked import asked_of_me
from formcheck.ui.sets.live_sink import KeptSink, live_folder, live_sink

Sound = Literal["voice", "tones"]
Face = Literal["choosing", "running", "after", "earlier"]

LIGHTER = "lite"
FEELING = "feeling.json"
MAX_ID = 64


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chose before they began."""

    loaded: LoadedExercise
    plan: Plan
    showing: Showing | None = "skeleton"
    sound: Sound = "voice"


@dataclass(frozen=True, slots=True)
class Feeling:
    """How it felt: 0 (no pain) to 10, and where."""

    pain: int
    places: tuple[str, ...]
    note: str = ""


class Coach:
    """One live session of one browser, from the choice to what is asked afterwards.

    Parameters
    ----------
    folder : Path
        Where live sets are kept, each session's in a folder of its own.
    """

    def __init__(self, folder: Path) -> None:
        self._home = folder
        self.id, self.display_code = "", ""
        self.choice: Choice | None = None
        self.worker: LiveWorker | None = None
        self.watch: Watch | None = None
        self._sink: SetSink | None = None
        self.earlier: tuple[FinishedSet, ...] = ()
        self.camera_error = ""
        self.felt: Feeling | None = None

    @property
    def face(self) -> Face:
        """What the page shall show."""
        if self.worker is None:
            return "earlier" if self.earlier else "choosing"
        state = self.worker.state
        return "after" if state is not None and state.stage == "ended" else "running"

    @property
    def folder(self) -> Path:
        """Where this session's sets are kept."""
        return self._home / self.id

    def begin(self, choice: Choice) -> None:
        """Start with a choice; the camera comes by itself."""
        self.forget()
        self.id, self.display_code = secrets.token_hex(16), secrets.token_urlsafe(12)
        self.choice, self.felt, self._sink = choice, None, live_sink(self.folder)
        self.worker = LiveWorker(
            Work(
                choice.loaded,
                choice.plan,
                self._sink,
                models(),
                _estimator,
                choice.showing,
            )
        )

    def look_back(self, session_id: str) -> None:
        """Bring back what an interrupted session had done; its id is the only key to it."""
        if self.worker is not None or not session_id.isalnum() or len(session_id) > MAX_ID:
            return
        found = []
        for about, place, _ended in kept_sets(self._home / session_id):
            try:
                found.append(final_pass(about, kept_track(place), asked_of_me(of_library(about.exercise_id))))
            except (FormcheckError, ValueError):
                continue  # nothing that could be judged had been kept
        if found:
            self.id, self.earlier = session_id, tuple(found)

    def feel(self, feeling: Feeling) -> None:
        """Keep how it felt, beside the sets."""
        self.felt = feeling
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / FEELING).write_text(json.dumps(asdict(feeling)), encoding="utf-8")

    def forget(self) -> None:
        """Leave this session; its sets stay where they are kept."""
        self.close()
        self.worker, self.earlier, self.choice, self.camera_error = None, (), None, ""
        self.watch = self._sink = None

    def delete(self) -> None:
        """Leave this session and delete everything that was kept of it."""
        place = self.folder if self.id else None
        self.forget()
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)

    def close(self) -> None:
        """Give the worker's thread and landmarker back; nobody watches any more."""
        if self.watch is not None:
            self.watch.end()
        if self.worker is not None:
            self.worker.close()

    @property
    def moment(self) -> Moment | None:
        """Where the set is that goes on; None where none is kept."""
        return self._sink.moment if isinstance(self._sink, KeptSink) else None

    @property
    def finished(self) -> Sequence[FinishedSet]:
        """The sets that are over, judged again."""
        return self.worker.finished if self.worker is not None else self.earlier


def models() -> tuple[ModelFile, ...]:
    """Return the usual model, and the lighter one for slow machines where it is on this machine."""
    usual = resolve()
    lighter = (each.file for each in list_models() if each.name == LIGHTER and each.file is not None)
    return (usual, *lighter)


def _estimator(model: ModelFile) -> PoseEstimator:
    # without MediaPipe's filter: it lags, and ours knows the trunk's length
    return PoseEstimator(model.path, smoothed=False)


@st.cache_resource(scope="session", on_release=Coach.close, show_spinner=False)
def coach() -> Coach:
    """Return the coach of this browser session; its worker is closed with the session."""
    return Coach(live_folder())
