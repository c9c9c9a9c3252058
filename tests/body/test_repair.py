"""Legs that the model exchanged are put right, and legs that really cross are left alone."""

from dataclasses import replace

import numpy as np
import pytest

from formcheck.body.filters import smooth_track
from formcheck.body.landmarks import LEG
from formcheck.body.pose import Bools, PoseTrack
from formcheck.body.repair import (
    MIN_THIGH_SHARE,
    LiveLegRepair,
    LiveWithoutGuessedLegs,
    exchange_legs,
    repair_legs,
    without_guessed_legs,
)
from formcheck.body.scale import BodyScale
from formcheck.body.view import estimate_view
from tests.synthetic import REAL, Camera, Flaws, Motion, film, marches, posed, squats, walking


def wrong_frames(track: PoseTrack, truth: PoseTrack) -> Bools:
    """Frames in which a knee or ankle is further than a fifth of a thigh from where it is."""
    joints = np.concatenate([LEG["left"][1:3], LEG["right"][1:3]])
    off = np.linalg.norm(track.landmarks_px[:, joints] - truth.landmarks_px[:, joints], axis=-1).max(axis=1)
    return off > 0.2 * 0.245 * 770


@pytest.mark.parametrize("yaw_deg", [0, 180])
def test_single_exchanged_frames_of_a_march_are_repaired(yaw_deg: float) -> None:
    truth = film(marches(4), Camera(yaw_deg=yaw_deg))
    broken = film(marches(4), Camera(yaw_deg=yaw_deg), Flaws(exchanged_frames=0.05, seed=4))
    assert wrong_frames(broken, truth).sum() > 8
    repaired = repair_legs(broken, BodyScale.of(broken))
    assert wrong_frames(repaired, truth).sum() == 0


def test_a_run_of_exchanged_frames_in_a_lift_is_repaired() -> None:
    truth = film(marches(4), Camera())
    broken = film(marches(4), Camera(), Flaws(exchanged_s=[(4.0, 4.5), (8.4, 8.6)]))
    repaired = repair_legs(broken, BodyScale.of(broken))
    assert wrong_frames(broken, truth).sum() >= 18
    assert wrong_frames(repaired, truth).sum() == 0


def test_repair_exchanges_everything_that_belongs_to_a_leg_and_nothing_else() -> None:
    truth = film(marches(2), Camera())
    broken = film(marches(2), Camera(), Flaws(exchanged_s=[(4.0, 4.4)]))
    repaired = repair_legs(broken, BodyScale.of(broken))
    np.testing.assert_allclose(repaired.landmarks_px, truth.landmarks_px)
    np.testing.assert_allclose(repaired.landmarks_m, truth.landmarks_m)
    np.testing.assert_allclose(repaired.visibility, truth.visibility)


@pytest.mark.parametrize("motion", [walking(8.0), marches(4), squats(2)], ids=lambda m: m.name)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_right_labels_stay_right_also_where_legs_cross(motion: Motion, seed: int) -> None:
    clean = film(motion, Camera(), replace(REAL, seed=seed))
    repaired = repair_legs(clean, BodyScale.of(clean))
    assert (repaired.landmarks_px != clean.landmarks_px).any(axis=(1, 2)).mean() <= 0.02


def test_live_repair_mends_most_of_what_the_recorded_one_does() -> None:
    truth = film(marches(4), Camera())
    broken = film(marches(4), Camera(), Flaws(exchanged_frames=0.05, seed=4))
    live = LiveLegRepair(BodyScale.of(broken))
    mended = np.array([live.feed(pose).landmarks_px for pose in broken])
    repaired = replace(broken, landmarks_px=mended)
    assert wrong_frames(repaired, truth).sum() <= 0.2 * wrong_frames(broken, truth).sum()


def test_an_exchange_undoes_itself() -> None:
    points = film(posed(1.0), Camera(), fps=5).landmarks_px
    np.testing.assert_array_equal(exchange_legs(exchange_legs(points)), points)


def test_a_track_without_anybody_is_returned_unharmed() -> None:
    track = film(posed(1.0), Camera(), fps=10)
    track.landmarks_px[:] = np.nan
    assert np.isnan(repair_legs(track, BodyScale.of(track)).landmarks_px).all()


def behind_a_plate(track: PoseTrack, where: Bools) -> PoseTrack:
    """Return a track whose knees are guessed somewhere in front of the hips for a while."""
    points = track.landmarks_px.copy()
    for leg in LEG.values():
        points[where, leg[1]] = points[where, leg[0]] + [30.0, 10.0]
    return replace(track, landmarks_px=points)


def test_legs_that_are_guessed_behind_a_plate_are_left_out() -> None:
    truth = film(posed(4.0), Camera())
    where = (truth.t_s > 1.0) & (truth.t_s < 3.0)
    guessed = behind_a_plate(truth, where)
    repaired = without_guessed_legs(guessed, estimate_view(guessed, BodyScale.of(guessed)))
    missing = np.isnan(repaired.landmarks_px).any(axis=-1)
    for leg in LEG.values():
        assert missing[where][:, leg[1:]].all()
        assert not missing[:, leg[0]].any()
    away = (truth.t_s < 0.7) | (truth.t_s > 3.3)
    assert not missing[away].any()


def test_live_too_guessed_legs_are_left_out_until_they_are_seen_again() -> None:
    truth = film(posed(4.0), Camera())
    where = (truth.t_s > 1.0) & (truth.t_s < 3.0)
    set_up = truth[truth.t_s <= 1.0]
    legs = LiveWithoutGuessedLegs(set_up, estimate_view(set_up, BodyScale.of(set_up)))
    fed = [legs.feed(pose) for pose in behind_a_plate(truth, where)]
    missing = np.isnan([pose.landmarks_px for pose in fed]).any(axis=-1)
    for leg in LEG.values():
        assert missing[where][:, leg[1:]].all()
        assert not missing[:, leg[0]].any()
    assert not missing[(truth.t_s <= 1.0) | (truth.t_s > 3.3)].any()


def test_ankles_that_are_guessed_behind_a_plate_on_the_floor_are_left_out() -> None:
    """Those of the near leg, recorded and live; its thigh is seen, and so is the far leg."""
    truth = film(posed(4.0), Camera())
    view = estimate_view(truth, BodyScale.of(truth))
    near = LEG[view.near_side or "right"]
    where = (truth.t_s > 1.0) & (truth.t_s < 3.0)
    points = truth.landmarks_px.copy()
    points[np.ix_(where, near[2:])] = points[where][:, near[1:2]] + [20.0, 10.0]
    guessed = replace(truth, landmarks_px=points)
    live = LiveWithoutGuessedLegs(truth[truth.t_s <= 1.0], view)
    fed = np.array([live.feed(pose).landmarks_px for pose in guessed])
    for kept in (without_guessed_legs(guessed, view).landmarks_px, fed):
        missing = np.isnan(kept).any(axis=-1)
        assert missing[where][:, near[2:]].all()
        assert not np.delete(missing, near[2:], axis=1).any()
        assert not missing[(truth.t_s <= 0.7) | (truth.t_s > 3.3)].any()


@pytest.mark.parametrize("motion", [marches(2), squats(2)], ids=["marches", "squats"])
def test_legs_that_are_seen_stay(motion: Motion) -> None:
    seen = film(motion, Camera(), REAL)
    scale = BodyScale.of(seen)
    track = smooth_track(repair_legs(seen, scale))
    kept = without_guessed_legs(track, estimate_view(track, scale))
    assert np.array_equal(kept.landmarks_px, track.landmarks_px, equal_nan=True)


def test_thighs_that_point_towards_the_camera_a_little_are_no_guess() -> None:
    """Half-way round they are foreshortened in every squat."""
    track = film(squats(2), Camera(yaw_deg=35))
    view = replace(estimate_view(track, BodyScale.of(track)), yaw_deg=21.0)
    thighs = [
        np.linalg.norm(track.landmarks_px[:, leg[1]] - track.landmarks_px[:, leg[0]], axis=-1)
        for leg in LEG.values()
    ]
    assert min(thigh.min() / thigh.max() for thigh in thighs) < MIN_THIGH_SHARE + 0.12
    guessed = behind_a_plate(track, track.t_s < 1.0)
    for each in (track, guessed):
        assert np.array_equal(
            without_guessed_legs(each, view).landmarks_px, each.landmarks_px, equal_nan=True
        )


def test_from_the_front_a_short_thigh_is_no_guess() -> None:
    track = film(marches(2), Camera(yaw_deg=90))
    kept = without_guessed_legs(track, estimate_view(track, BodyScale.of(track)))
    assert np.array_equal(kept.landmarks_px, track.landmarks_px, equal_nan=True)
