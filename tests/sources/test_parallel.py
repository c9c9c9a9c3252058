"""Poses from several stretches at once must be the poses of one pass: same frames, same angles."""

from pathlib import Path

import numpy as np
import pytest

from formcheck.coach.judge import judge
from formcheck.exercises.load import load
from formcheck.sources.extract import Settings, extract
from formcheck.sources.parallel import extract_parallel
from formcheck.sources.stretches import MIN_STRETCH_S, stretches
from tests.clips import SQUAT, recode, shared
from tests.conftest import MadeOnce


def test_stretches_cover_everything_once() -> None:
    cuts = stretches(60.0, 4)
    assert cuts[0][0] == 0.0
    assert [end for _, end in cuts[:-1]] == [start for start, _ in cuts[1:]]
    assert cuts[-1][1] == float("inf")
    assert len(cuts) == 4


@pytest.mark.parametrize("duration_s", [0.0, MIN_STRETCH_S * 1.5], ids=["unknown length", "short"])
def test_what_is_not_worth_cutting_is_not_cut(duration_s: float) -> None:
    assert stretches(duration_s, 8) == [(0.0, float("inf"))]


@pytest.fixture(scope="session")
def clip(made_once: MadeOnce) -> Path:
    """Eleven seconds, long enough for two stretches."""
    return made_once("stretches.mp4", lambda path: recode(shared(SQUAT), path, start_s=5.0, end_s=16.0))


@pytest.mark.model
def test_joined_stretches_equal_one_pass(clip: Path, model_path: Path) -> None:
    """The cut falls into the middle of a repetition, the worst place for tracking and smoothing."""
    whole = extract(clip, model_path)
    seen: list[float] = []
    joined = extract_parallel(
        clip, Settings(model_path), workers=2, progress=lambda done_s, _: seen.append(done_s)
    )
    np.testing.assert_array_equal(joined.t_s, whole.t_s)
    first, second = judge(whole, load("squat")), judge(joined, load("squat"))
    assert [rep.verdict for rep in first.report.reps] == [rep.verdict for rep in second.report.reps]
    assert len(first.report.reps) == 1
    join_s = stretches(11.0, 2)[1][0]
    near_join = np.abs(first.signals.t_s - join_s) < 0.25
    for name in ("thigh_elevation", "knee_flexion", "trunk_lean"):
        difference = np.abs(first.signals.deg[name] - second.signals.deg[name])
        assert np.nanmax(difference[near_join]) < 1.0, name
        # the second stretch's model looks at a slightly different crop: single instants may differ more
        assert np.sqrt(np.nanmean(difference**2)) < 0.5, name
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(whole.t_s[-1], abs=0.3)


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
