"""The lumbar sensor: known answers, properties, and each reason for abstaining."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.body.filters import smooth_track
from formcheck.body.landmarks import Landmark
from formcheck.body.measure import Calibration, measure
from formcheck.body.pose import EDGE_STATIONS, N_EDGE, Pose, PoseTrack
from formcheck.body.reasons import REASONS
from formcheck.body.repair import repair_legs
from formcheck.body.scale import BodyScale
from formcheck.body.signals import Signals
from formcheck.body.spine import BackNeutral, back_neutral, lumbar_flexion
from formcheck.body.spine_contour import EDGE_SD, STATIONS, back_contour
from formcheck.body.spine_shape import (
    ALIKE_ALONG,
    ALIKE_SD,
    HIP_SLIDE_SD,
    LARGE_ARCH_DEG,
    LIFTED_DEG,
    MAX_LEARNT_DEG,
    SHOULDER_SLIDE_SD,
    learnt_shape,
)
from formcheck.body.spine_signal import TRUNK_SHARE, neutral_of, with_spine
from formcheck.body.view import estimate_view
from formcheck.sources.track_file import read_track

BACKS = Path(__file__).parents[1] / "data" / "backs"
Floats = npt.NDArray[np.float64]


@cache
def filmed(name: str) -> tuple[PoseTrack, dict[str, Any]]:
    """A drawn person as MediaPipe saw them, and the truth (tools/silhouettes made both)."""
    return read_track(BACKS / f"{name}.parquet"), json.loads((BACKS / f"{name}.json").read_text())


def measured(track: PoseTrack, truth: dict[str, Any], **options: float | None) -> Signals:
    scale = BodyScale.of(track)
    clean = smooth_track(repair_legs(track, scale))
    view = estimate_view(clean, scale)
    calibration = Calibration(view, scale, view.near_side or "right")
    signals = measure(clean, calibration)
    neutral = neutral_of(clean, calibration, signals, truth["neutral"]["start_s"], truth["neutral"]["end_s"])
    return with_spine(clean, calibration, signals, neutral, **options)


def lumbar(track: PoseTrack, truth: dict[str, Any]) -> Floats:
    return np.asarray(measured(track, truth).deg["lumbar_flexion"])


# -- known answers -------------------------------------------------------------------------------


def arc_back(angle_deg: float) -> PoseTrack:
    """A back of two straight parts joined by an arc, L5/S1 to T12/L1; one pose, facing right.

    The pelvis stays upright; ribs and shoulder turn with the upper part. One trunk length is 200 px.
    """
    size, low, high, behind = 200.0, 0.18, 0.50, 0.25
    length = high - low
    total = np.radians(angle_deg)

    def back(s: Floats) -> tuple[Floats, Floats, Floats]:
        """Forward, up and direction (from vertical) of the arc length s along the back."""
        turn = np.clip((s - low) / length, 0.0, 1.0) * total
        fine = np.linspace(-0.4, 1.6, 4001)
        at = np.clip((fine - low) / length, 0.0, 1.0) * total
        forward = np.cumsum(np.sin(at)) * (fine[1] - fine[0])
        up = np.cumsum(np.cos(at)) * (fine[1] - fine[0])
        start = np.interp(0.0, fine, up)
        return np.interp(s, fine, forward), np.interp(s, fine, up) - start, turn

    x, y, turn = back(np.array([1.0]))
    shoulder = np.array([x[0] + behind * np.cos(turn[0]), y[0] - behind * np.sin(turn[0])])
    shoulder[0] -= behind  # the hip lies `behind` in front of the sacrum, and is the origin
    curve_s = np.linspace(-0.4, 1.5, 800)
    x, y, _ = back(curve_s)
    curve = np.stack([x - behind, y], axis=1)
    axis = shoulder / np.linalg.norm(shoulder)
    along, across = curve @ axis, curve @ np.array([-axis[1], axis[0]])
    reach = float(np.linalg.norm(shoulder))
    edge = np.interp(EDGE_STATIONS * reach, along, across)
    points = EDGE_STATIONS[:, None] * shoulder + edge[:, None] * np.array([-axis[1], axis[0]])
    marks = np.full((33, 2), 0.0)
    marks[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = shoulder
    marks[13:23] = shoulder + np.array([0.5, 0.0])  # arms well in front
    marks[[Landmark.LEFT_KNEE, Landmark.RIGHT_KNEE]] = -0.8 * axis  # thighs in line with the trunk
    to_px = np.array([size, -size])
    pose = Pose.from_landmarks(0.0, marks * to_px + 500.0)
    track = PoseTrack.from_poses([pose])
    track.edges_px[0, 0] = points * to_px + 500.0
    track.edge_confidence[:] = 1.0
    return track


@pytest.mark.parametrize("angle_deg", [-15.0, 10.0, 20.0, 30.0, 40.0])
def test_an_arc_of_known_angle_is_read_within_a_fifth(angle_deg: float) -> None:
    neutral = BackNeutral(back_contour(arc_back(0.0), 1).depth[0], 0.0)
    read = lumbar_flexion(back_contour(arc_back(angle_deg), 1), neutral)
    raw = read.deg[0]
    assert read.reason[0] == ""
    assert raw == pytest.approx(angle_deg, abs=max(3.0, 0.2 * abs(angle_deg)))


@pytest.mark.parametrize(
    ("wrist_above", "wrist_ahead", "gap", "covered"),
    [
        pytest.param(0.2, 0.25, 0.13, False, id="crossed"),
        pytest.param(-0.05, 0.25, 0.13, False, id="crossed in a slump"),
        pytest.param(0.2, 0.25, 0.11, True, id="crossed, the elbow at the edge"),
        pytest.param(-0.5, 0.0, 0.13, True, id="hanging"),
        pytest.param(-0.4, 0.25, 0.13, True, id="hanging, the elbow bent"),
        pytest.param(-0.3, 0.2, 0.13, True, id="hand on the hip"),
        pytest.param(-0.2, -0.1, 0.13, True, id="hand behind the back"),
        pytest.param(0.5, 0.0, 0.13, True, id="hand behind the neck"),
        pytest.param(np.nan, np.nan, 0.13, True, id="hand not seen"),
    ],
)
def test_an_elbow_near_the_edge_covers_it_sooner_if_the_arm_is_not_folded(
    wrist_above: float, wrist_ahead: float, gap: float, covered: bool
) -> None:
    track, trunk_px = arc_back(0.0), 200.0
    elbow = track.landmarks_px[0, Landmark.LEFT_HIP] + np.array([gap - 0.25, -0.4]) * trunk_px
    track.landmarks_px[0, Landmark.LEFT_ELBOW] = elbow
    hand = [Landmark.LEFT_WRIST, Landmark.LEFT_INDEX]
    track.landmarks_px[0, hand] = elbow + np.array([wrist_ahead, -wrist_above]) * trunk_px
    contour = back_contour(track, 1)
    beside = int(np.argmin(np.abs(STATIONS - 0.4)))
    assert contour.depth[0, beside] == pytest.approx(0.25, abs=1e-3)
    assert contour.covered[0, beside] == covered


def test_the_back_that_the_picture_shows_beside_an_arm_is_not_covered_by_it() -> None:
    """Only where both of the nearest points are: between one that is and one that is not nothing is sure."""
    track, trunk_px = arc_back(0.0), 200.0
    elbow = track.landmarks_px[0, Landmark.LEFT_HIP] + np.array([-0.15, -0.4]) * trunk_px
    track.landmarks_px[0, Landmark.LEFT_ELBOW] = elbow
    track.landmarks_px[0, [Landmark.LEFT_WRIST, Landmark.LEFT_INDEX]] = (
        elbow + np.array([0.0, 0.5]) * trunk_px
    )
    covered = back_contour(track, 1).covered[0]
    assert covered[np.abs(STATIONS - 0.4) < 0.1].all()
    lower = EDGE_STATIONS <= 0.3
    shown = replace(track, edge_beside_arm=np.broadcast_to(lower, (1, 2, N_EDGE)).copy())
    left = back_contour(shown, 1).covered[0]
    assert not left[STATIONS < 0.28].any()
    np.testing.assert_array_equal(left[STATIONS > 0.32], covered[STATIONS > 0.32])
    np.testing.assert_array_equal(back_contour(shown.mirrored(), -1).covered[0], left)


@pytest.mark.parametrize(
    ("angle_deg", "thighs_deg", "start_thighs_deg", "tilt", "beside", "judged"),
    [
        (0.0, 0.0, 0.0, 0.0, False, True),
        (0.0, 5.0, 0.0, 0.01, False, True),
        (0.0, 15.0, 0.0, 0.0, False, False),
        (0.0, 0.0, 0.0, 0.05, False, True),
        (0.0, 0.0, 0.0, 0.08, False, False),
        (0.0, 0.0, 0.0, -0.04, False, False),
        (0.0, 0.0, 0.0, 0.0, True, False),
        (0.0, 60.0, 60.0, 0.0, False, False),
        (15.0, 0.0, 0.0, 0.0, False, False),
        (-15.0, 0.0, 0.0, 0.0, False, False),
    ],
)
def test_an_arm_that_leaves_the_outline_as_it_was_hides_nothing(
    angle_deg: float, thighs_deg: float, start_thighs_deg: float, tilt: float, beside: bool, judged: bool
) -> None:
    """Not of who bends, sits or has moved the thighs, nor from moments beside the start posture.

    An arm that comes down draws the shoulder forward: the outline tilts by up to .06, and never backwards.
    """
    start, seen = (back_contour(arc_back(each), 1) for each in (0.0, angle_deg))
    depth = seen.depth + tilt * STATIONS
    covered = np.broadcast_to(STATIONS > 0.2, depth.shape).copy()
    contour = replace(seen, depth=depth, covered=covered, thighs_deg=np.array([thighs_deg]))
    neutral = BackNeutral(start.depth[0], 1.0, beside=beside, thighs_deg=start_thighs_deg)
    reading = lumbar_flexion(contour, neutral)
    assert reading.reason[0] == ("" if judged else "arm_over_back")
    on_edge = replace(contour, by_arm=np.array([True]))
    assert lumbar_flexion(on_edge, neutral).reason[0] == "arm_over_back"
    if judged:
        assert abs(reading.deg[0]) < 1.0
        assert reading.sd_deg[0] >= 3.0


@pytest.mark.parametrize(
    ("angle_deg", "free_to", "tilt", "judged"),
    [
        (0.0, 0.4, 0.0, True),
        (0.0, 0.3, 0.02, True),
        (0.0, 0.25, 0.0, False),
        (0.0, 0.4, 0.04, False),
        (0.0, 0.4, -0.04, False),
        (-15.0, 0.4, 0.0, False),
        (15.0, 0.4, 0.0, False),
    ],
)
def test_where_an_arm_is_the_edge_higher_up_what_is_free_tells_whether_the_back_has_stayed(
    angle_deg: float, free_to: float, tilt: float, judged: bool
) -> None:
    start, seen = (back_contour(arc_back(each), 1) for each in (0.0, angle_deg))
    covered = np.broadcast_to(free_to < STATIONS, seen.depth.shape).copy()
    elbow = 0.03 * np.exp(-((STATIONS - 0.5) ** 2) / 0.005)
    contour = replace(seen, depth=seen.depth + tilt * STATIONS + covered * elbow, covered=covered)
    contour = replace(contour, by_arm=np.array([True]))
    neutral = BackNeutral(start.depth[0], 1.0)
    reading = lumbar_flexion(contour, neutral)
    assert reading.reason[0] == ("" if judged else "arm_over_back")
    if judged:
        assert abs(reading.deg[0]) < 2.0
        assert reading.sd_deg[0] >= 3.0
        # what is free of the arm and elsewhere speaks against it, and so does another shape of what is free
        bulge = np.where((free_to - 0.05 < STATIONS) & (free_to >= STATIONS), 0.012, 0.0)
        wave = 0.006 * np.cos(2 * np.pi * STATIONS / 0.1) * (free_to >= STATIONS)
        for wrong in (bulge, wave):
            moved = replace(contour, depth=contour.depth + wrong)
            assert lumbar_flexion(moved, neutral).reason[0] != ""


def test_a_back_that_is_lost_above_is_not_as_it_was_because_an_arm_passes_its_end() -> None:
    seen = back_contour(arc_back(0.0), 1)
    covered = np.broadcast_to(STATIONS > 0.64, seen.depth.shape).copy()
    lost = replace(seen, depth=np.where(STATIONS > 0.375, np.nan, seen.depth), covered=covered)
    assert lumbar_flexion(lost, BackNeutral(seen.depth[0], 1.0)).reason[0] != ""


@pytest.mark.parametrize(
    ("hidden_s", "bent_deg", "thighs_deg", "judged"),
    [(0.5, 0.0, 0.0, True), (0.8, 0.0, 0.0, False), (0.5, 12.0, 0.0, False), (0.5, 0.0, 15.0, False)],
)
def test_what_an_arm_hides_for_a_moment_of_who_stands_lies_between(
    hidden_s: float, bent_deg: float, thighs_deg: float, judged: bool
) -> None:
    """Not for longer, nor of who was bent before and after, nor of who has lifted a thigh meanwhile."""
    start, one = (back_contour(arc_back(each), 1) for each in (0.0, bent_deg))
    t_s, off = np.arange(41) / 20, np.abs(np.arange(41) - 20)
    middle = off < 10 * hidden_s
    # so little of what lies beside the gap is judged that no other gap would be bridged
    gap = middle | ((off < 18) & ((off - off[~middle].min()) % 3 > 0))
    covered = gap[:, None] & (STATIONS > 0.1)
    depth = np.repeat(one.depth, 41, axis=0) + covered * np.where(STATIONS > 0.3, 0.05, 0.0)
    contour = replace(
        one,
        depth=depth,
        covered=covered,
        thighs_deg=np.where(gap, thighs_deg, 0.0),
        room=np.zeros_like(covered),
        doubt=np.ones_like(depth),
        by_arm=gap,
    )
    reading = lumbar_flexion(contour, BackNeutral(start.depth[0], 1.0), t_s)
    assert (reading.reason[middle] == "").all() == judged
    lone = covered | ((off % 10 > 0)[:, None] & (STATIONS > 0.1))
    few = replace(contour, covered=lone, depth=one.depth + lone * np.where(STATIONS > 0.3, 0.05, 0.0))
    assert not (lumbar_flexion(few, BackNeutral(start.depth[0], 1.0), t_s).reason[middle] == "").any()
    assert (reading.reason[~gap] == "").all()


@pytest.mark.parametrize(("name", "rmse_deg"), [("hinge-omar", 3.0), ("march-ana", 2.0), ("lower-ana", 3.0)])
def test_filmed_people_are_read_within_stated_error(name: str, rmse_deg: float) -> None:
    track, truth = filmed(name)
    error = lumbar(track, truth) - np.array(truth["frames"]["lumbar_flexion_deg"])
    assert np.isfinite(error).mean() >= 0.97
    assert np.sqrt(np.nanmean(error**2)) <= rmse_deg


def test_rounding_and_arching_have_opposite_signs() -> None:
    for name in ("march-ana", "lower-ana"):
        track, truth = filmed(name)
        true = np.array(truth["frames"]["lumbar_flexion_deg"])
        read = lumbar(track, truth)
        for at in (int(np.argmax(true)), int(np.argmin(true))):
            if abs(true[at]) > 8:
                assert np.sign(read[at]) == np.sign(true[at])


def test_the_stated_deviation_covers_the_errors() -> None:
    z = []
    for name in ("hinge-omar", "march-ana", "lower-ana"):
        track, truth = filmed(name)
        signals = measured(track, truth)
        error = signals.deg["lumbar_flexion"] - np.array(truth["frames"]["lumbar_flexion_deg"])
        z.append(np.abs(error) / signals.sd_deg["lumbar_flexion"])
    inside = np.nanmean(np.concatenate(z) <= 1.2816)
    assert inside >= 0.72


def test_a_hanging_arm_is_never_taken_for_a_bent_back() -> None:
    track, truth = filmed("march-hang-greta")
    error = lumbar(track, truth) - np.array(truth["frames"]["lumbar_flexion_deg"])
    assert np.mean(np.isnan(error) | (np.abs(error) <= 5.0)) >= 0.95


# -- properties ----------------------------------------------------------------------------------


def test_the_mirrored_track_reads_the_same() -> None:
    track, truth = filmed("hinge-omar")
    np.testing.assert_allclose(lumbar(track.mirrored(), truth), lumbar(track, truth), atol=1e-6)


def test_half_the_size_reads_the_same() -> None:
    track, truth = filmed("march-ana")
    small = replace(track, landmarks_px=track.landmarks_px / 2, edges_px=track.edges_px / 2)
    np.testing.assert_allclose(lumbar(small, truth), lumbar(track, truth), atol=1e-6)


def test_fewer_pictures_a_second_read_alike() -> None:
    track, truth = filmed("march-ana")
    kept = np.arange(len(track)) % 3 != 2  # 13 a second
    assert np.nanmax(np.abs(lumbar(track[kept], truth) - lumbar(track, truth)[kept])) < 4.0


def test_one_live_pose_is_read_by_the_same_function() -> None:
    track, truth = filmed("march-ana")
    scale = BodyScale.of(track)
    view = estimate_view(track, scale)
    calibration = Calibration(view, scale, view.near_side or "right")
    signals = measure(track, calibration)
    neutral = neutral_of(track, calibration, signals, truth["neutral"]["start_s"], truth["neutral"]["end_s"])
    whole = lumbar_flexion(back_contour(track, view.forward_x), neutral)
    for i in (5, 60, 100):
        one = track[np.array([i])]
        live = with_spine(one, calibration, measure(one, calibration), neutral, cutoff_hz=None)
        assert live.deg["lumbar_flexion"][0] == pytest.approx(whole.deg[i], abs=1e-9)


def test_an_edge_that_is_off_as_the_search_errs_hardly_reads_as_a_bend() -> None:
    shape, chance, n = learnt_shape(), np.random.default_rng(1), len(STATIONS)
    neutral, all_seen = shape.mean + 0.25 - 0.12 * STATIONS, np.ones((2000, n), dtype=np.bool_)
    alike = np.exp(-0.5 * ((STATIONS[:, None] - STATIONS) / 0.03) ** 2) + 1e-9 * np.eye(n)
    error = 0.004 * chance.standard_normal((2000, n)) @ np.linalg.cholesky(alike).T
    read = shape.estimate(neutral + error, neutral, all_seen, np.zeros(2000), 0.0).deg
    assert np.sqrt((read**2).mean()) < 2.0


def test_a_bump_where_the_edge_is_unsure_hardly_reads_as_a_bend_and_the_deviation_says_so() -> None:
    shape, n = learnt_shape(), len(STATIONS)
    neutral, seen = shape.mean + 0.25 - 0.12 * STATIONS, np.ones((1, n), dtype=np.bool_)
    bump = 0.012 * np.exp(-0.5 * ((STATIONS - 0.4) / 0.04) ** 2)
    doubt = np.where(np.abs(STATIONS - 0.4) < 0.1, 3.0, 1.0)[None]
    sure = shape.estimate(neutral + bump[None], neutral, seen, np.zeros(1), 0.0)
    unsure = shape.estimate(neutral + bump[None], neutral, seen, np.zeros(1), 0.0, doubt=doubt)
    assert abs(unsure.deg[0]) < 0.6 * abs(sure.deg[0])
    assert unsure.missing_deg[0] > sure.missing_deg[0]


@given(seed=st.integers(0, 2**32 - 1), seen_share=st.floats(0.5, 1.0))
def test_the_estimate_is_the_conditional_mean_whatever_is_seen(seed: int, seen_share: float) -> None:
    chance, n = np.random.default_rng(seed), len(STATIONS)
    learnt, nothing = learnt_shape(), np.zeros(n)
    straight = np.array([[30.0, 0.0, 0.0], [30.0, 0.0, 0.0]])
    shape = replace(learnt, curve=straight, personal=np.stack([learnt.across, nothing, nothing]))
    shape = replace(shape, arched=np.zeros(()), rounded=np.zeros(()))
    thighs_deg, start_deg = chance.uniform(-10.0, 115.0, 3), float(chance.uniform(-5.0, 100.0))
    neutral = shape.mean + 0.01 * chance.standard_normal(n).cumsum()
    depth = neutral + 0.02 * chance.standard_normal((3, n)).cumsum(axis=1)
    usable = chance.random((3, n)) < seen_share
    usable[:, [0, -1]] = True
    estimate = shape.estimate(depth, neutral, usable, thighs_deg, start_deg)
    for i, seen in enumerate(usable):
        half = 0.5 * (np.interp(STATIONS, STATIONS[seen], depth[i, seen]) + neutral)
        padded = np.pad(half, 2, mode="reflect", reflect_type="odd")
        level = np.convolve(padded, np.array([1, 4, 6, 4, 1]) / 16, mode="valid")
        slope = np.gradient(level, STATIONS)
        hip = HIP_SLIDE_SD * (slope * (1 - STATIONS) + level)
        shoulder = SHOULDER_SLIDE_SD * (slope * STATIONS - level)
        pressing, at_start = max(thighs_deg[i] - 70.0, 0.0), max(start_deg - 70.0, 0.0)
        unsure_deg = np.hypot(min(max(pressing, at_start), 10.0), 0.3 * (pressing - at_start))
        free = np.stack([np.ones(n), STATIONS, hip, shoulder, unsure_deg * shape.pressed], axis=1)
        alike = np.exp(-0.5 * ((STATIONS[:, None] - STATIONS) / ALIKE_ALONG) ** 2)
        noise = EDGE_SD**2 * np.eye(n) + ALIKE_SD**2 * alike
        covariance = (shape.within + free @ free.T + noise)[np.ix_(seen, seen)]
        solved = np.linalg.solve(covariance, (depth[i] - neutral)[seen])
        no_back = noise[np.ix_(seen, seen)] @ solved
        linear = solved @ shape.across[seen]
        larger = LARGE_ARCH_DEG * min(max(thighs_deg[i] / LIFTED_DEG, 0.0), 1.0) * (linear < 0)
        inside = max(linear, -MAX_LEARNT_DEG) / 30.0  # beyond the learnt angles arches go on as steeply
        arch_deg = larger * (inside**2 + 2.0 * abs(inside) * (inside - linear / 30.0))
        assert estimate.deg[i] == pytest.approx(linear - arch_deg, abs=1e-6)
        assert estimate.unexplained[i] == pytest.approx(np.sqrt((no_back**2).mean()), rel=1e-6)
        alone = shape.estimate(depth[[i]], neutral, usable[[i]], thighs_deg[[i]], start_deg)
        assert alone.deg[0] == pytest.approx(estimate.deg[i], abs=1e-9)


def test_the_hip_is_the_thigh_trunk_angle_less_the_backs_share() -> None:
    track, truth = filmed("march-ana")
    signals = measured(track, truth)
    for suffix in ("", "_left", "_right"):
        expected = signals.deg[f"trunk_thigh{suffix}"] - TRUNK_SHARE * signals.deg["lumbar_flexion"]
        np.testing.assert_allclose(signals.deg[f"hip_flexion{suffix}"], expected)


# -- abstaining ----------------------------------------------------------------------------------


def edited(track: PoseTrack) -> PoseTrack:
    return replace(
        track,
        landmarks_px=track.landmarks_px.copy(),
        edges_px=track.edges_px.copy(),
        edge_confidence=track.edge_confidence.copy(),
    )


def _arm_behind(track: PoseTrack) -> None:
    behind = track.edges_px[:, :, int(np.argmin(np.abs(EDGE_STATIONS - 0.3)))]
    side = 0 if estimate_view(track, BodyScale.of(track)).forward_x > 0 else 1
    track.landmarks_px[80:, [Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST]] = behind[80:, side, None]


def _no_edges(track: PoseTrack) -> None:
    track.edges_px[80:] = np.nan


def _no_edges_at_start(track: PoseTrack) -> None:
    track.edge_confidence[:40] = 0.0


def _upper_end_missing(track: PoseTrack) -> None:
    track.edges_px[80:, :, EDGE_STATIONS > 0.51] = np.nan


def _upper_end_missing_at_start(track: PoseTrack) -> None:
    track.edges_px[:40, :, EDGE_STATIONS > 0.51] = np.nan


def _odd_cloth(track: PoseTrack) -> None:
    track.edges_px[80:, :, :, 0] += 2.5 * np.sin(np.arange(N_EDGE) * 2 * np.pi / 5)


def _thing_behind(track: PoseTrack) -> None:
    """Something that stands behind the back in every picture and is taken for it."""
    forward_x = estimate_view(track, BodyScale.of(track)).forward_x
    bulge = 0.12 * BodyScale.of(track).trunk_px * np.exp(-(((EDGE_STATIONS - 0.35) / 0.1) ** 2))
    track.edges_px[:, :, :, 0] -= forward_x * bulge


def _wide_shoulders(track: PoseTrack) -> None:
    width = 0.25 * BodyScale.of(track).trunk_px
    track.landmarks_px[:, Landmark.LEFT_SHOULDER, 0] += width / 2 + 5
    track.landmarks_px[:, Landmark.RIGHT_SHOULDER, 0] -= width / 2 + 5


def _lying(track: PoseTrack) -> None:
    facing = estimate_view(track, BodyScale.of(track)).forward_x
    for points in (track.landmarks_px, track.edges_px):
        x, y = points[..., 0].copy(), points[..., 1].copy()
        points[..., 0], points[..., 1] = 300 + facing * (y - 300), 300 - facing * (x - 300)


def _shaken_start(track: PoseTrack) -> None:
    sway = np.sin(np.arange(40) * 2 * np.pi / 20)[:, None]
    bulge = np.clip(EDGE_STATIONS - 0.3, 0.0, 0.3)
    track.edges_px[:40, :, :, 0] += (120 * sway * bulge)[:, None]


@pytest.mark.parametrize(("hidden", "judged"), [(6, True), (9, False)])
def test_a_back_that_is_hidden_for_a_moment_is_read_from_before_and_after(hidden: int, judged: bool) -> None:
    """20 pictures a second: with six missing .35 s lie between two that are seen, with nine .5 s."""
    track, truth = filmed("march-ana")
    spoilt, rows = edited(track), slice(100, 100 + hidden)
    spoilt.edges_px[rows] = np.nan
    whole, signals = measured(track, truth), measured(spoilt, truth)
    assert np.isfinite(whole.deg["lumbar_flexion"][rows]).all()
    assert np.isfinite(signals.deg["lumbar_flexion"][rows]).all() == judged
    if judged:
        apart = np.abs(signals.deg["lumbar_flexion"] - whole.deg["lumbar_flexion"])[rows]
        assert apart.max() < 3.0
        assert (signals.sd_deg["lumbar_flexion"] > whole.sd_deg["lumbar_flexion"])[rows].all()


def test_a_back_that_shows_for_a_moment_here_and_there_is_not_read_in_between() -> None:
    """20 pictures a second: of .3 s each one picture shows the back, in the middle of the movement."""
    track, truth = filmed("march-ana")
    spoilt, rows = edited(track), [row for row in range(90, 150) if row % 6]
    spoilt.edges_px[rows] = np.nan
    assert np.isnan(measured(spoilt, truth).deg["lumbar_flexion"][95:145]).mean() > 0.8


@pytest.mark.parametrize(
    ("harm", "reason", "least"),
    [
        (_arm_behind, "arm_over_back", 0.5),
        (_no_edges, "back_hidden", 0.5),
        (_no_edges_at_start, "back_hidden_at_start", 0.9),
        (_upper_end_missing, "back_hidden", 0.5),
        (_upper_end_missing_at_start, "back_hidden_at_start", 0.9),
        (_odd_cloth, "back_unlike", 0.4),
        (_thing_behind, "back_unlike", 0.9),
        (_wide_shoulders, "view_not_side", 0.9),
        (_lying, "lying", 0.9),
        (_shaken_start, "unsteady_start", 0.9),
    ],
)
def test_each_thing_that_spoils_the_back_is_named(
    harm: Callable[[PoseTrack], None], reason: str, least: float
) -> None:
    track, truth = filmed("march-ana")
    unharmed = measured(track, truth).reason["lumbar_flexion"]
    assert np.mean(unharmed == "") > 0.97
    spoilt = edited(track)
    harm(spoilt)
    said = measured(spoilt, truth).reason["lumbar_flexion"]
    assert np.mean(said == reason) >= least, dict(zip(*np.unique(said, return_counts=True), strict=True))
    assert set(said) - {""} <= set(REASONS)


def test_an_angle_less_certain_than_eight_degrees_is_withheld() -> None:
    track, _ = filmed("march-ana")
    contour = back_contour(track, estimate_view(track, BodyScale.of(track)).forward_x)
    start = back_neutral(contour[:20])
    sure = lumbar_flexion(contour, start).reason == ""
    assert sure.mean() > 0.9
    assert set(lumbar_flexion(contour, replace(start, sd_deg=8.0)).reason[sure]) == {"back_unsure"}


def test_an_arm_at_rest_over_the_back_is_named() -> None:
    track, truth = filmed("march-hang-greta")
    assert set(measured(track, truth).reason["lumbar_flexion"]) == {"arm_at_start"}


def test_too_few_pictures_a_second_are_named() -> None:
    track, truth = filmed("march-ana")
    slow = measured(track[::3], truth)
    assert set(slow.reason["lumbar_flexion"]) == {"too_few_pictures"}
    scale = BodyScale.of(track)
    view = estimate_view(track, scale)
    calibration = Calibration(view, scale, view.near_side or "right")
    few = track[::3]  # a live set is told from its start posture
    neutral = neutral_of(few, calibration, measure(few, calibration), 0.0, float(few.t_s[-1]))
    assert neutral.reason == "too_few_pictures"


def test_without_a_neutral_or_an_outline_nothing_is_said_of_the_back() -> None:
    track, _ = filmed("march-ana")
    scale = BodyScale.of(track)
    view = estimate_view(track, scale)
    calibration = Calibration(view, scale, "right")
    signals = measure(track, calibration)
    assert set(with_spine(track, calibration, signals, None).reason["lumbar_flexion"]) == {"no_neutral"}
    bare = replace(track, edges_px=np.full_like(track.edges_px, np.nan))
    assert set(with_spine(bare, calibration, signals, None).reason["lumbar_flexion"]) == {"no_lumbar_sensor"}


def test_a_neutral_of_no_frames_is_refused() -> None:
    track, _ = filmed("march-ana")
    assert back_neutral(back_contour(track[:0], 1)).reason == "back_hidden_at_start"


def test_what_is_withheld_has_neither_angle_nor_deviation() -> None:
    track, truth = filmed("march-ana")
    spoilt = edited(track)
    _no_edges(spoilt)
    signals = measured(spoilt, truth)
    withheld = signals.reason["lumbar_flexion"] != ""
    assert withheld.any()
    for name in ("lumbar_flexion", "hip_flexion"):
        assert np.isnan(signals.deg[name][withheld]).all()
        assert np.isnan(signals.sd_deg[name][withheld]).all()
