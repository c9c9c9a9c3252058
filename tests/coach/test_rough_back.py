"""A back that could be judged nowhere is told roughly, with an interval that its scatter makes wide."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from formcheck.body.pose import PoseTrack
from formcheck.body.spine_rough import MAX_SD_DEG
from formcheck.coach.judge import judge
from formcheck.coach.repetition import LUMBAR
from formcheck.coach.rough_back import back_told
from formcheck.coach.set_report import Fault, SetReport
from formcheck.exercises.load import load
from formcheck.sources.track_file import read_track
from tests.sample_tracks import track_of

BACKS = Path(__file__).parents[1] / "data" / "backs"
Z_80 = 1.2816


@cache
def folding(fold_px: float) -> tuple[PoseTrack, float]:
    """A hinge with hanging arms in a shirt that folds more and more; and the mean of the true bends."""
    truth = json.loads((BACKS / "hinge-hang-greta.json").read_text())
    track = read_track(BACKS / "hinge-hang-greta.parquet")
    along = np.linspace(-np.pi / 2, np.pi / 2, track.edges_px.shape[2])
    growing = np.linspace(-1.0, 1.0, len(track))
    edges_px = track.edges_px.copy()
    edges_px[..., 0] += fold_px * growing[:, None, None] * np.cos(2 * along)
    deg = np.interp(track.t_s, truth["frames"]["t_s"], truth["frames"]["lumbar_flexion_deg"])
    bends_deg = [deg[np.abs(track.t_s - rep["peak_s"]) < 0.4].mean() for rep in truth["reps"]]
    return replace(track, edges_px=edges_px), float(np.mean(bends_deg))


def report_of(track: PoseTrack, exercise: str = "hip-hinge") -> SetReport:
    return judge(track, load(exercise)).report


def test_a_shirt_that_folds_makes_the_interval_wide_in_place_of_refusing_everything() -> None:
    track, true_deg = folding(6.0)
    report = report_of(track)
    assert not any(rep.lumbar_flexion_deg.judged for rep in report.reps)
    rough = report.back_rough
    assert rough is not None
    assert rough.reps == 2
    assert rough.deg == pytest.approx(true_deg, abs=Z_80 * rough.sd_deg)
    assert 8.0 < rough.sd_deg <= MAX_SD_DEG


def test_what_scatters_too_much_is_not_told_even_roughly() -> None:
    report = report_of(folding(40.0)[0])
    assert len(report.reps) == 2
    assert report.back_rough is None


def test_no_verdict_comes_of_it() -> None:
    report = report_of(folding(6.0)[0])
    assert {rep.verdict for rep in report.reps} == {"cannot_judge"}


@pytest.mark.parametrize(
    ("track", "exercise"),
    [
        (track_of("hinge-round"), "hip-hinge"),
        (read_track(BACKS / "march-hang-greta.parquet"), "march-neutral"),
    ],
    ids=["judged", "a trunk that stays upright"],
)
def test_nothing_is_said_roughly_where(track: PoseTrack, exercise: str) -> None:
    assert report_of(track, exercise).back_rough is None


def test_a_back_that_rounded_beyond_doubt_in_one_repetition_is_not_told_roughly_as_well() -> None:
    reps = report_of(folding(6.0)[0]).reps
    assert not back_told(reps)
    rounding = Fault("rounding", "red", 5.0, 6.0, 35.0, "deg", 20.0, "Keep your back long", "D", LUMBAR)
    assert back_told([replace(reps[0], faults=(rounding,)), *reps[1:]])
