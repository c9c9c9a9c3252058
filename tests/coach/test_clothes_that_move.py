"""Clothes that ride up after a repetition, or hang differently each time, are no back that bends."""

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from formcheck.body.pose import PoseTrack
from formcheck.body.reasons import why
from formcheck.coach.judge import Judged, judge
from formcheck.exercises.load import load
from tests.sample_tracks import track_of, truth_of

Floats = npt.NDArray[np.float64]
UPRIGHT_DEG, HANGING_DEG = 8.0, 14.0  # as long as the trunk leans less, the shirt is another one
RIDDEN_UP_PX, BAGGY_PX = 30.0, -30.0
SWELLS_PX, SWELLS_S = 9.0, 1.7
Z_80 = 1.2816


def true_deg(name: str, signal: str, track: PoseTrack) -> Floats:
    frames = truth_of(name)["frames"]
    return np.interp(track.t_s, frames["t_s"], np.array(frames[signal], dtype=np.float64))


def wave(track: PoseTrack, px: Floats) -> PoseTrack:
    """A track whose back's outline is moved by a wave along it, of the given size in each picture."""
    edges_px = track.edges_px.copy()
    edges_px[..., 0] += px[:, None, None] * np.sin(np.linspace(0.0, 2 * np.pi, edges_px.shape[2]))
    return replace(track, edges_px=edges_px)


@cache
def ridden_up(name: str) -> Judged:
    """A drawn person whose shirt rides up in the first repetition; as they bow it is drawn tight."""
    track = track_of(name)
    where = true_deg(name, "trunk_lean_deg", track) < UPRIGHT_DEG
    where &= track.t_s > truth_of(name)["reps"][0]["peak_s"]
    return judge(wave(track, np.where(where, RIDDEN_UP_PX, 0.0)), load("hip-hinge"))


def test_an_arch_in_the_start_posture_alone_is_no_fault_and_no_back_is_called_fine_beside_it() -> None:
    """It reads 20 degrees and more of arching in each rest; the true back is never bent by more than 4."""
    report = ridden_up("hinge-clean").report
    assert [rep.verdict for rep in report.reps] == ["cannot_judge"] * 3
    assert not any(rep.faults for rep in report.reps)
    assert {rep.lumbar_flexion_deg.reason for rep in report.reps} == {why("other_at_rest")}


def test_a_back_that_rounds_as_it_bows_is_told_all_the_same() -> None:
    reps = ridden_up("hinge-round").report.reps
    assert [rep.verdict for rep in reps] == ["cannot_judge", "fault", "fault"]
    assert all([fault.id for fault in rep.faults] == ["rounding"] for rep in reps[1:])


def test_such_a_back_is_told_roughly_from_where_it_had_bowed_and_not_from_upright() -> None:
    result = ridden_up("hinge-clean")
    rough = result.report.back_rough
    assert rough is not None
    assert rough.from_bow
    lean_deg, lumbar_deg = (
        true_deg("hinge-clean", name, result.track) for name in ("trunk_lean_deg", "lumbar_flexion_deg")
    )
    more_deg = lumbar_deg[lean_deg > 50.0].mean() - lumbar_deg[(lean_deg > 10.0) & (lean_deg < 40.0)].mean()
    assert rough.deg == pytest.approx(more_deg, abs=Z_80 * rough.sd_deg)


def test_cloth_that_looks_bent_in_the_start_posture_itself_leaves_nothing_beyond_doubt() -> None:
    """A restless shirt, which hangs from the back as soon as the trunk tips: it read 36 degrees there."""
    track = track_of("hinge-clean")
    lean_deg = true_deg("hinge-clean", "trunk_lean_deg", track)
    first_s = truth_of("hinge-clean")["reps"][0]["start_s"]
    swells = np.where(track.t_s < first_s, SWELLS_PX * np.sin(2 * np.pi * track.t_s / SWELLS_S), BAGGY_PX)
    result = judge(wave(track, np.where(lean_deg < HANGING_DEG, swells, 0.0)), load("hip-hinge"))
    assert not np.isfinite(result.signals.deg["lumbar_flexion"]).any()
    assert {rep.verdict for rep in result.report.reps} == {"cannot_judge"}
