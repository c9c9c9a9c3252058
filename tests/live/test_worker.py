"""The worker: one thread, one landmarker, the newest picture; what does not depend on a camera or a page."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from formcheck.body.pose import Pose, PoseTrack
from formcheck.exercises.load import load
from formcheck.live.keeping_up import SLOW_OVER, SLOW_S
from formcheck.live.session import Plan
from formcheck.live.sink import FolderSink, kept_sets
from formcheck.live.worker import LiveWorker, Work
from formcheck.sources.frames import Frame
from formcheck.sources.mediapipe_pose import PoseEstimator
from formcheck.sources.model_files import ModelFile
from tests.synthetic import Camera, film, one_after_the_other, squats, standing

SCENE = Camera(width_px=640, height_px=480, distance_m=3.4, focal=1.2)
FULL, LITE = (ModelFile(name, Path(name), name, "made up") for name in ("full", "lite"))
PICTURE = np.full((480, 640, 3), 120, dtype=np.uint8)
PATIENCE_S = 60.0


@dataclass
class Known:
    """Stands for the pose model: the pose of a frame is that of its time; remembers who used it."""

    track: PoseTrack
    model: ModelFile
    takes_s: float = 0.0
    threads: set[int] = field(default_factory=set)
    closed: int = 0

    def look(self, frame: Frame) -> Callable[[], Pose]:
        self.threads.add(threading.get_ident())
        time.sleep(self.takes_s)
        i = int(np.searchsorted(self.track.t_s, frame.t_s))
        pose = self.track.pose(min(i, len(self.track) - 1))
        return lambda: Pose(frame.t_s, *(getattr(pose, name) for name in list(Pose.__slots__)[1:]))

    def close(self) -> None:
        self.threads.add(threading.get_ident())
        self.closed += 1


Made = tuple[LiveWorker, list[Known]]


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Made]:
    track = film(one_after_the_other(standing(6.0), squats(2)), SCENE, fps=30.0)

    def made(takes_s: float = 0.0, models: tuple[ModelFile, ...] = (FULL,), **plan: float) -> Made:
        used: list[Known] = []

        def estimator(model: ModelFile) -> Known:
            used.append(Known(track, model, takes_s if model is FULL else 0.0))
            return used[-1]

        numbers = {"repetitions": 2, "sets": 1, **plan}
        work = Work(load("squat"), Plan(**numbers), FolderSink(tmp_path), models, estimator)  # type: ignore[arg-type]
        return LiveWorker(work), used

    return made


def give(worker: LiveWorker, times_s: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    """Give pictures one after the other, each once the one before was looked at."""
    for t_s in times_s.tolist():
        assert worker.submit(Frame.from_image(t_s, PICTURE)).done.wait(PATIENCE_S)


def until(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, "this takes too long"
        time.sleep(0.01)


def test_a_set_goes_through_the_worker_to_its_summary(make: Callable[..., Made], tmp_path: Path) -> None:
    worker, used = make()
    give(worker, np.arange(0.0, 19.5, 1 / 15))
    until(lambda: bool(worker.finished))
    worker.close()
    assert worker.trouble == ""
    assert worker.finished[0].report.set.reps == 2
    assert worker.state is not None
    assert worker.state.stage == "ended"
    assert [ended for _, _, ended in kept_sets(tmp_path)] == [True]
    assert len(used) == 1


def test_one_thread_makes_uses_and_closes_the_landmarker(make: Callable[..., Made]) -> None:
    worker, used = make()
    give(worker, np.arange(0.0, 2.0, 0.1))
    worker.close()
    assert len(used[0].threads) == 1
    assert threading.get_ident() not in used[0].threads
    assert used[0].closed == 1


def test_a_picture_is_judged_while_the_model_looks_at_the_next(
    make: Callable[..., Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, both_are_there = threading.Event(), threading.Event()
    judged_beside: list[bool] = []
    plain = Known.look

    def look(known: Known, frame: Frame) -> Callable[[], Pose]:
        if looking.is_set():
            judged_beside.append(first.done.wait(PATIENCE_S))
        looking.set()
        both_are_there.wait(PATIENCE_S)
        return plain(known, frame)

    monkeypatch.setattr(Known, "look", look)
    worker, _ = make()
    first = worker.submit(Frame.from_image(0.0, PICTURE))
    looking.wait(PATIENCE_S)
    second = worker.submit(Frame.from_image(0.1, PICTURE))
    both_are_there.set()
    assert second.done.wait(PATIENCE_S)
    worker.close()
    assert judged_beside == [True]
    assert first.overlay is not None
    assert second.overlay is not None


def test_a_slow_machine_drops_pictures_and_never_falls_behind(make: Callable[..., Made]) -> None:
    worker, _ = make(takes_s=0.05)
    answers = [worker.submit(Frame.from_image(0.001 + i / 100, PICTURE)) for i in range(40)]
    assert answers[-1].done.wait(PATIENCE_S)
    until(lambda: worker.state is not None and worker.state.t_s >= 0.39)
    looked_at = [answer for answer in answers if answer.overlay is not None]
    worker.close()
    assert len(looked_at) < 10, "those that waited were thrown away, not queued"
    assert answers[-1].overlay is not None, "the newest is the one that counts"
    assert worker.state is not None
    assert worker.state.speed.dropped >= 30


def test_a_slow_machine_changes_to_the_lighter_model_and_says_so(make: Callable[..., Made]) -> None:
    worker, used = make(takes_s=1.1 * SLOW_S, models=(FULL, LITE))
    give(worker, np.arange(SLOW_OVER + 4) / 100)
    state = worker.state
    worker.close()
    assert [known.model for known in used] == [FULL, LITE]
    assert used[0].closed == 1
    assert state is not None
    assert state.speed.model == "lite"
    assert "slow" in state.speed.note


def test_a_key_stops_within_a_moment_though_no_picture_comes(make: Callable[..., Made]) -> None:
    worker, _ = make()
    give(worker, np.arange(0.0, 8.0, 1 / 15))
    began_s = time.monotonic()
    worker.command("stop")
    until(lambda: worker.state is not None and worker.state.stage == "ended")
    assert time.monotonic() - began_s < 1.0, "this is the promise to somebody in pain, no speed test"
    worker.close()


def test_who_closes_the_page_keeps_what_was_done(make: Callable[..., Made], tmp_path: Path) -> None:
    worker, _ = make(repetitions=8)
    give(worker, np.arange(0.0, 9.0, 1 / 15))
    worker.close()
    assert [ended for _, _, ended in kept_sets(tmp_path)] == [True]


def test_sets_that_are_judged_again_at_once_are_all_there_and_in_order(tmp_path: Path) -> None:
    second_is_done = threading.Event()

    class LateFirst(FolderSink):
        """Gives the first set's poses only once the second set has been judged."""

        def end(self) -> Callable[[], PoseTrack]:
            collect, first = super().end(), not second_is_done.is_set() and not (tmp_path / "set-2").exists()
            return lambda: (second_is_done.wait(PATIENCE_S) if first else None, collect())[1]

    track = film(one_after_the_other(standing(6.0), squats(2)), SCENE, fps=30.0)
    plan = Plan(repetitions=1, sets=2, rest_s=1.0)
    worker = LiveWorker(Work(load("squat"), plan, LateFirst(tmp_path), (FULL,), lambda m: Known(track, m)))
    give(worker, np.arange(0.0, 27.0, 1 / 10))
    assert worker.state is not None
    assert (worker.state.stage, worker.state.set_number) == ("moving", 2)
    worker.command("stop")
    until(lambda: bool(worker.finished))
    assert [each.number for each in worker.finished] == [2]
    second_is_done.set()
    until(lambda: len(worker.finished) == 2)
    worker.close()
    assert [(each.number, each.analysis is None) for each in worker.finished] == [(1, True), (2, False)]


def test_a_failure_ends_kindly_and_keeps_what_was_done(make: Callable[..., Made], tmp_path: Path) -> None:
    worker, used = make()
    give(worker, np.arange(0.0, 8.0, 1 / 15))
    used[0].track = used[0].track[:0]  # every further look fails
    worker.submit(Frame.from_image(8.1, PICTURE)).done.wait(PATIENCE_S)
    until(lambda: not worker.alive)
    worker.close()
    assert "kept" in worker.trouble
    assert [ended for _, _, ended in kept_sets(tmp_path)] == [True]


def test_fifty_sessions_leave_no_thread_and_no_file_open(make: Callable[..., Made]) -> None:
    before = threading.active_count()
    descriptors = Path("/proc/self/fd")
    opened = len(list(descriptors.iterdir())) if descriptors.exists() else 0
    used: list[Known] = []
    for _ in range(50):
        worker, known = make()
        give(worker, np.arange(0.0, 0.3, 0.1))
        worker.close()
        used += known
    assert threading.active_count() == before
    assert all(known.closed == 1 for known in used)
    if descriptors.exists():
        assert len(list(descriptors.iterdir())) <= opened


@pytest.mark.model
def test_the_real_landmarker_is_closed_in_its_thread(tmp_path: Path) -> None:
    from formcheck.sources.model_files import resolve

    work = Work(
        load("squat"),
        Plan(2, 1),
        FolderSink(tmp_path),
        (resolve(fetch=False),),
        lambda model: PoseEstimator(model.path, smoothed=False),
    )
    worker = LiveWorker(work)
    give(worker, np.array([0.0, 0.04, 0.08]))
    state = worker.state
    worker.close()
    assert worker.trouble == ""
    assert state is not None
    assert "cannot see you" in state.say
    assert not worker.alive


def test_who_may_watch_gets_body_points_and_speaks_with_the_session_s_voice(
    make: Callable[..., Made],
) -> None:
    worker, _ = make()
    worker.say("clinician", "Kim: Slower.")  # before the first picture: it waits
    give(worker, np.arange(0.0, 1.0, 1 / 15))
    until(lambda: worker.state is not None and bool(worker.state.lines))
    sight, state = worker.sight, worker.state
    worker.close()
    assert state is not None
    assert [line.text for line in state.lines if line.kind == "clinician"] == ["Kim: Slower."]
    assert sight is not None
    assert sight.pose is not None
    assert (sight.width_px, sight.height_px) == (640, 480)
    assert {type(getattr(sight.pose, name)) for name in Pose.__slots__} == {float, np.ndarray}
    shapes = [getattr(sight.pose, name).shape for name in Pose.__slots__ if name != "t_s"]
    assert all(np.prod(shape) < 1000 for shape in shapes), "nothing of the size of a picture"
