"""A back that could be judged nowhere is told roughly, with an interval that its scatter makes wide."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from formcheck.body.filters import smooth_track
from formcheck.body.measure import Calibration
from formcheck.body.pose import Floats, PoseTrack
from formcheck.body.repair import repair_legs
from formcheck.body.scale import BodyScale
from formcheck.body.spine_contour import STATIONS, BackContour
from formcheck.body.spine_course import HALF_STEP, rough_course
from formcheck.body.spine_rough import MAX_SD_DEG, RoughLevel, rough_bend
from formcheck.body.spine_signal import recorded_back
from formcheck.body.view import estimate_view
from formcheck.coach.baseline import find_baseline
from formcheck.coach.instant import LUMBAR
from formcheck.coach.judge import judge
from formcheck.coach.rough_back import Moments, back_told, moments_of
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


@cache
def read_roughly(name: str) -> tuple[BackContour, Moments, Floats]:
    """A filmed hinge's back and moments, and the true angle in each picture."""
    truth = json.loads((BACKS / f"{name}.json").read_text())
    track = read_track(BACKS / f"{name}.parquet")
    scale = BodyScale.of(track)
    clean = smooth_track(repair_legs(track, scale))
    view = estimate_view(clean, scale)
    calibration = Calibration(view, scale, view.near_side or "right")
    baseline, raw = find_baseline(clean, calibration, load("hip-hinge").exercise)
    times_s = [(rep["start_s"], rep["peak_s"], rep["end_s"]) for rep in truth["reps"]]
    moments = moments_of(clean, baseline, raw, "trunk_lean", times_s)
    assert moments is not None
    deg = np.interp(clean.t_s, truth["frames"]["t_s"], truth["frames"]["lumbar_flexion_deg"])
    return recorded_back(clean, calibration), moments, np.asarray(deg)


def true_levels(moments: Moments, deg: Floats, curve: tuple[RoughLevel, ...]) -> Floats:
    """The mean of the repetitions at each level of a curve."""
    places = [(1 - level.share) * (-1 if level.way == "out" else 1) for level in curve]
    seen = [[deg[np.abs(course - place) <= HALF_STEP] for course in moments.courses] for place in places]
    return np.array([np.mean([np.median(each) for each in reps if each.size]) for reps in seen])


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


@pytest.mark.parametrize("name", ["hinge-omar", "hinge-hang-greta"])
def test_the_curve_rises_as_the_true_one_does(name: str) -> None:
    contour, moments, deg = read_roughly(name)
    curve = rough_course(contour, moments.rests, moments.courses)
    told = np.array([level.deg for level in curve])
    true = true_levels(moments, deg, curve)
    assert len(told) >= 8
    assert np.sqrt(np.mean((told - true) ** 2)) <= 3.5
    assert np.corrcoef(told, true)[0, 1] >= 0.95
    for level, truth in zip(curve, true, strict=True):
        assert abs(level.deg - truth) <= Z_80 * level.sd_deg or level.share == 0.0


def test_levels_are_told_in_order_and_the_turning_point_is_near_the_bend_of_the_set() -> None:
    bend = report_of(folding(6.0)[0]).back_rough
    assert bend is not None
    (turning,) = [level for level in bend.curve if level.share == 1.0]
    assert (turning.way, turning.reps) == ("out", 2)
    assert turning.deg == pytest.approx(bend.deg, abs=4.0)
    out = [level.share for level in bend.curve if level.way == "out"]
    back = [level.share for level in bend.curve if level.way == "back"]
    assert out == sorted(out)
    assert back == sorted(back, reverse=True)


def test_levels_at_which_the_back_is_hidden_are_left_out_of_the_curve() -> None:
    contour, moments, _ = read_roughly("hinge-omar")
    hidden = np.any([np.abs(np.abs(course) - 0.5) < 0.25 for course in moments.courses], axis=0)
    there = replace(contour, covered=contour.covered | hidden[:, None])
    curve = rough_course(there, moments.rests, moments.courses)
    assert {level.share for level in curve} - {0.0} == {0.2, 0.8, 1.0}


def rests_apart(by: float) -> tuple[BackContour, Moments]:
    """A hinge whose line from hip to shoulder leans otherwise in each rest; an arm hides other parts."""
    contour, moments, _ = read_roughly("hinge-omar")
    depth, covered = contour.depth.copy(), contour.covered.copy()
    for number, rest in enumerate(moments.rests):
        way = 1.0 if number % 2 else -1.0
        depth[rest] += way * by * (1.0 - STATIONS)
        hidden = slice(12, 16) if number % 2 else slice(6, 10)
        covered[rest, hidden] = True
    return replace(contour, depth=depth, covered=covered), moments


def test_rests_between_which_the_line_of_the_trunk_has_moved_make_one_start_posture() -> None:
    (alike, moments), (apart, _) = rests_apart(0.0), rests_apart(0.03)
    curves = [rough_course(each, moments.rests, moments.courses) for each in (alike, apart)]
    deg = [[level.deg for level in curve] for curve in curves]
    assert len(deg[0]) >= 8
    assert deg[1] == pytest.approx(deg[0], abs=1.0)
    bends = [rough_bend(each, moments.upright, moments.turning) for each in (alike, apart)]
    assert bends[0] is not None
    assert bends[1] is not None
    assert bends[1].deg == pytest.approx(bends[0].deg, abs=1.0)


def test_an_edge_that_no_back_has_in_any_rest_is_still_not_told() -> None:
    contour, moments = rests_apart(0.03)
    waves = 0.02 * np.sin(STATIONS * 2 * np.pi / 0.3)
    thing = replace(contour, depth=contour.depth + moments.upright[:, None] * waves)
    assert rough_course(thing, moments.rests, moments.courses) == ()
    assert rough_bend(thing, moments.upright, moments.turning) is None


def test_there_is_no_curve_of_a_back_that_was_never_seen_at_the_turning_point() -> None:
    contour, moments, _ = read_roughly("hinge-omar")
    hidden = np.any([np.abs(course) < 0.2 for course in moments.courses], axis=0)
    there = replace(contour, covered=contour.covered | hidden[:, None])
    assert rough_course(there, moments.rests, moments.courses) == ()


def test_a_recording_seen_in_a_mirror_bends_alike() -> None:
    track = folding(6.0)[0]
    here, there = report_of(track).back_rough, report_of(track.mirrored()).back_rough
    assert here is not None
    assert there is not None
    for level, mirrored in zip(here.curve, there.curve, strict=True):
        assert (level.way, level.share) == (mirrored.way, mirrored.share)
        assert mirrored.deg == pytest.approx(level.deg, abs=0.5)


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
