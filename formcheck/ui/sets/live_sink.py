"""Live sets are kept as their owner's: body points as they come, the report made beside the pages."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from formcheck.body.pose import Pose, PoseTrack
from formcheck.errors import FormcheckError
from formcheck.exercises.load import of_library
from formcheck.live.sink import AboutSet, FolderSink, SetSink
from formcheck.store.access import Actor
from formcheck.store.columns import now
from formcheck.store.live import LiveSet
from formcheck.store.records import NewSet
from formcheck.store.store import Store
from formcheck.store.watching import Moment
from formcheck.ui.accounts.asking import page_actor
from formcheck.ui.kept import kept

LIVE = "live"

_LOG = logging.getLogger(__name__)


class KeptSink:
    """Takes the poses of live sets to the session's folder, and to the store as sets of a person.

    The folder comes first: when the store is away, the set goes on and nothing of it is lost.

    Parameters
    ----------
    folder : FolderSink
        Where the session looks at them.
    store, actor
        Where they are kept, and whose they are.
    """

    def __init__(self, folder: FolderSink, store: Store, actor: Actor) -> None:
        self._folder = folder
        self._store = store
        self._actor = actor
        self._live: LiveSet | None = None
        self._moment: Moment | None = None

    @property
    def moment(self) -> Moment | None:
        """Where the set is that goes on; None between sets, and where none is kept."""
        return self._moment

    def begin(self, about: AboutSet) -> None:
        """Begin a set; one that was not ended is finished beside the pages."""
        self._folder.begin(about)
        self._hand_over()
        try:
            self._live = self._store.live.begin(self._actor, _new_set(about))
            self._live.origin = about.origin
        except FormcheckError:
            _LOG.exception("a live set is not kept")

    def add(self, pose: Pose) -> None:
        """Keep a pose."""
        self._folder.add(pose)
        if self._live is None:
            return
        self._moment = Moment(self._live.set_id, float(pose.t_s))
        try:
            self._live.add(pose)
        except FormcheckError:  # the store is away, or the owner deleted the set on another page
            _LOG.exception("a live set is kept no further")
            self._live = self._moment = None

    def end(self) -> Callable[[], PoseTrack]:
        """End the set, and have its report made beside the pages."""
        collect = self._folder.end()
        self._hand_over()
        return collect

    def _hand_over(self) -> None:
        live, self._live, self._moment = self._live, None, None
        if live is not None:  # the camera's thread does not wait for the database
            threading.Thread(target=_finish, args=(live,), name="formcheck-live-end", daemon=True).start()


def _finish(live: LiveSet) -> None:
    try:
        live.analyse_later()
    except FormcheckError:
        _LOG.exception("a live set is finished later")  # it is found as one whose server died


def live_sink(folder: Path) -> SetSink:
    """Return where the live sets of whoever looks at this page go, as they chose."""
    store, actor = kept(), page_actor()
    if actor.role in ("home", "patient") and store.people.choices(actor).keep_live:
        return KeptSink(FolderSink(folder), store, actor)
    return FolderSink(folder)


def live_folder() -> Path:
    """Return where the live sessions of whoever looks at this page lie until the day after."""
    store = kept()
    return store.settings.data_dir / LIVE / (page_actor().account_id or "nobody")


def _new_set(about: AboutSet) -> NewSet:
    exercise = of_library(about.exercise_id).exercise
    return NewSet(
        source="live",
        name=f"{exercise.name}, set {about.number}",
        performed_at=now(),
        exercise_id=exercise.id,
        exercise_name=exercise.name,
        about={
            "neutral_s": list(about.neutral_s),
            "facing": about.facing,
            "object_height_cm": about.object_height_cm,
        },
    )
