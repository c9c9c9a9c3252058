"""Poses from several stretches at once must be the poses of one pass: same frames, same angles."""

import os
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest

from formcheck.body.landmarks import N_LANDMARKS
from formcheck.body.pose import Pose, PoseTrack
from formcheck.coach.judge import judge
from formcheck.exercises.load import load
from formcheck.sources.crew import Told
from formcheck.sources.decoding import Reading
from formcheck.sources.extract import ARRAYS, Part, Settings, extract
from formcheck.sources.parallel import cuts_of, extract_parallel
from formcheck.sources.seam import over_seam
from formcheck.sources.stretches import MIN_STRETCH_S, in_stretches, stretches
from tests.clips import SQUAT, recode, shared
from tests.conftest import MadeOnce


def test_stretches_cover_everything_once() -> None:
    cuts = stretches(60.0, 4)
    assert cuts[0][0] == 0.0
    assert [end for _, end in cuts[:-1]] == [start for start, _ in cuts[1:]]
    assert cuts[-1][1] == float("inf")
    assert len(cuts) == 4


@pytest.mark.parametrize("n", [2, 3, 5])
def test_all_workers_have_as_much_to_look_at(n: int) -> None:
    """Beyond its own stretch each but the first begins earlier, and each but the last goes on longer."""
    cuts = stretches(60.0, n, before_s=0.2, after_s=1.0)
    looked_at_s = [min(end + 1.0, 60.0) - max(start - 0.2, 0.0) for start, end in cuts]
    np.testing.assert_allclose(looked_at_s, (60.0 + (n - 1) * 1.2) / n)
    assert [end for _, end in cuts[:-1]] == [start for start, _ in cuts[1:]]


@pytest.mark.parametrize("duration_s", [0.0, MIN_STRETCH_S * 1.5], ids=["unknown length", "short"])
def test_what_is_not_worth_cutting_is_not_cut(duration_s: float) -> None:
    assert stretches(duration_s, 8) == [(0.0, float("inf"))]


@pytest.mark.parametrize(("duration_s", "n"), [(9.9, 1), (10.0, 2), (20.0, 4), (60.0, 4), (600.0, 8)])
def test_where_a_recording_is_cut_depends_on_its_length_alone(duration_s: float, n: int) -> None:
    cuts = cuts_of(duration_s, Settings(Path("model.task")))
    assert len(cuts) == n
    lengths_s = [min(end, duration_s) - start for start, end in cuts]
    assert min(lengths_s) > MIN_STRETCH_S - 2.0
    assert sum(lengths_s) == pytest.approx(duration_s)


def looks(number: int, until_s: float, told: Told) -> tuple[int, int]:
    """Look on beyond the stretch's end, as who looks at poses does."""
    told(until_s - 1.0, 40.0)
    told(until_s + 1.0, 40.0)
    return number, os.getpid()


@pytest.mark.parametrize(
    ("workers", "each"), [(1, [4]), (2, [2, 2]), (3, [2, 1, 1]), (4, [1] * 4), (9, [1] * 4)]
)
def test_workers_share_neighbouring_stretches(workers: int, each: list[int]) -> None:
    cuts = stretches(40.0, 4)
    tasks = [partial(looks, i, min(end, 40.0)) for i, (_, end) in enumerate(cuts)]
    seen: list[float] = []
    results = in_stretches(tasks, cuts, workers=workers, progress=lambda done_s, _: seen.append(done_s))
    assert [number for number, _ in results] == [0, 1, 2, 3]
    processes = [process for _, process in results]
    assert [processes.count(one) for one in dict.fromkeys(processes)] == each
    assert (os.getpid() in processes) == (workers == 1)
    assert seen == sorted(seen)


Look = Callable[[int], tuple[PoseTrack, list[float]]]


@pytest.fixture(scope="session")
def clip(made_once: MadeOnce) -> Path:
    """Eleven seconds, long enough for two stretches."""
    return made_once("stretches.mp4", lambda path: recode(shared(SQUAT), path, start_s=5.0, end_s=16.0))


@pytest.fixture(scope="session")
def looked(clip: Path, model_path: Path) -> Look:
    """Poses of the clip as so many workers find them, and what they told meanwhile; found once."""

    @cache
    def look(workers: int) -> tuple[PoseTrack, list[float]]:
        seen: list[float] = []
        track = extract_parallel(
            clip, Settings(model_path), workers=workers, progress=lambda done_s, _: seen.append(done_s)
        )
        return track, seen

    return look


@pytest.mark.model
def test_one_worker_finds_the_poses_that_two_find(looked: Look) -> None:
    """To the last digit: what a recording reads must not depend on the machine's cores."""
    (one, _), (two, _) = looked(1), looked(2)
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)


@pytest.mark.model
def test_joined_stretches_equal_one_pass(clip: Path, model_path: Path, looked: Look) -> None:
    """The cut falls into the middle of a repetition, the worst place for tracking and smoothing."""
    whole = extract(clip, model_path)
    joined, seen = looked(2)
    np.testing.assert_array_equal(joined.t_s, whole.t_s)
    first, second = judge(whole, load("squat")), judge(joined, load("squat"))
    assert [rep.verdict for rep in first.report.reps] == [rep.verdict for rep in second.report.reps]
    assert len(first.report.reps) == 1
    join_s = cuts_of(11.0, Settings(model_path))[1][0]
    near_join = np.abs(first.signals.t_s - join_s) < 0.25
    for name in ("thigh_elevation", "knee_flexion", "trunk_lean"):
        difference = np.abs(first.signals.deg[name] - second.signals.deg[name])
        assert np.nanmax(difference[near_join]) < 1.0, name
        # the second stretch's model looks at a slightly different crop: single instants may differ more
        assert np.sqrt(np.nanmean(difference**2)) < 0.5, name
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(whole.t_s[-1], abs=0.3)


def looked_at(times_s: list[float], x_px: float, hidden_s: float = -1.0) -> Part:
    """Return poses of somebody 300 pixels tall at a place."""
    body = np.stack([np.full(N_LANDMARKS, x_px), np.linspace(0.0, 300.0, N_LANDMARKS)], axis=1)
    poses = [Pose.missing(t_s) if t_s == hidden_s else Pose.from_landmarks(t_s, body) for t_s in times_s]
    return Part(PoseTrack.from_poses(poses), Reading(pictures=len(poses)))


def test_a_seam_has_no_step_and_no_picture_twice() -> None:
    first, second = over_seam(looked_at([0.0, 1.0, 2.0, 3.0], 100.0), looked_at([1.0, 2.0, 3.0, 4.0], 108.0))
    assert first.track.t_s.tolist() == [0.0]
    assert second.track.t_s.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert first.reading.pictures + second.reading.pictures == 5
    assert second.track.landmarks_px[:, 0, 0].tolist() == [102.0, 104.0, 106.0, 108.0]


def test_two_people_are_not_mixed_at_a_seam() -> None:
    _, second = over_seam(looked_at([1.0, 2.0, 3.0], 100.0), looked_at([1.0, 2.0, 3.0, 4.0], 400.0))
    assert second.track.landmarks_px[:, 0, 0].tolist() == [100.0, 400.0, 400.0, 400.0]


def test_who_was_not_found_is_not_mixed_at_a_seam() -> None:
    _, second = over_seam(looked_at([1.0, 2.0, 3.0], 100.0, 1.0), looked_at([1.0, 2.0, 3.0], 108.0, 3.0))
    assert second.track.found.tolist() == [False, True, False]
    assert second.track.landmarks_px[1, 0, 0] == 104.0


def test_stretches_without_a_picture_in_common_stay_as_they_are() -> None:
    parts = looked_at([0.0, 1.0], 100.0), looked_at([2.0], 100.0)
    assert over_seam(*parts) == parts


@pytest.mark.model
def test_whoever_wants_no_more_stops_all_workers(clip: Path, model_path: Path) -> None:
    """A cancelled job must not go on in the background."""

    class EnoughError(Exception):
        pass

    def stop(done_s: float, _all_s: float) -> None:
        if done_s > 0.5:
            raise EnoughError

    with pytest.raises(EnoughError):
        extract_parallel(clip, Settings(model_path), workers=2, progress=stop)
