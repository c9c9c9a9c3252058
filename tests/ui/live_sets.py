"""A live set of the clinic's patient, really judged, with known poses in place of a camera and a model."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np

from formcheck.body.pose import Pose, PoseTrack
from formcheck.exercises.load import load
from formcheck.live.session import Plan
from formcheck.live.sink import FolderSink
from formcheck.live.worker import LiveWorker, Work
from formcheck.sources.frames import Frame
from formcheck.sources.model_files import ModelFile
from formcheck.store.people import Person
from formcheck.ui.live.coach import Choice, Coach
from formcheck.ui.sets.live_sink import KeptSink
from formcheck.ui.watch.going_on import let_watch
from tests.store.world import World
from tests.synthetic import Camera, film, one_after_the_other, squats, standing

SCENE = Camera(width_px=640, height_px=480, distance_m=3.4, focal=1.2)
PICTURE = np.full((480, 640, 3), 120, dtype=np.uint8)
STEP_S = 1 / 15
PATIENCE_S = 60.0


class Known:
    """Stands for the pose model: the pose of a frame is that of its time."""

    def __init__(self, track: PoseTrack) -> None:
        self._track = track

    def look(self, frame: Frame) -> Callable[[], Pose]:
        i = int(np.searchsorted(self._track.t_s, frame.t_s))
        pose = self._track.pose(min(i, len(self._track) - 1))
        return lambda: Pose(frame.t_s, *(getattr(pose, name) for name in list(Pose.__slots__)[1:]))

    def close(self) -> None:
        """Nothing to give back."""


class Clock:
    """The session's clock: no time passes in it but by a picture, however busy the machine is."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


_clocks: "WeakKeyDictionary[Coach, Clock]" = WeakKeyDictionary()


@cache
def known_poses() -> PoseTrack:
    """Six seconds of standing, then two squats."""
    return film(one_after_the_other(standing(6.0), squats(2)), SCENE, fps=30.0)


@contextmanager
def showing(world: World, folder: Path) -> Iterator[Coach]:
    """Begin a live session of the patient's, at its set-up, that the clinician in care may watch."""
    coach = Coach(folder)
    loaded, plan, model = load("squat"), Plan(2, 1), ModelFile("full", Path("full"), "full", "made up")
    coach.id, coach.choice = "0123abcd", Choice(loaded, plan)
    coach._sink = KeptSink(FolderSink(folder / "live"), world.store, world.patient)
    work = Work(loaded, plan, coach._sink, (model,), lambda _: Known(known_poses()), showing=None)
    clock = Clock()
    coach.worker = LiveWorker(work, clock)
    _clocks[coach] = clock
    name = world.store.people.me(world.clinician).name
    let_watch(coach, world.patient, Person(world.clinician.account_id, "clinician", name))
    give(coach, 0.0, 0.2)
    try:
        yield coach
    finally:
        coach.close()


def give(coach: Coach, from_s: float, to_s: float) -> None:
    """Give the pictures of a stretch, each once the one before was looked at."""
    assert coach.worker is not None
    for t_s in np.arange(from_s, to_s, STEP_S).tolist():
        _clocks[coach].now_s = t_s
        assert coach.worker.submit(Frame.from_image(t_s, PICTURE)).done.wait(PATIENCE_S)


def until_stage(coach: Coach, stage: str) -> None:
    """Wait until the session is at a stage."""
    deadline_s = time.monotonic() + PATIENCE_S
    while coach.worker is None or coach.worker.state is None or coach.worker.state.stage != stage:
        assert time.monotonic() < deadline_s, "this takes too long"
        time.sleep(0.01)
