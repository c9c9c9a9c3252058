"""Facing, near side, yaw, and the lengths that movement is compared with."""

import numpy as np
import pytest

from formcheck.body.pose import Floats
from formcheck.body.scale import BodyScale
from formcheck.body.view import BodyView, LeftRight, estimate_view, yaw_deg_of
from tests.synthetic import (
    REAL,
    Camera,
    Flaws,
    Motion,
    film,
    hinges,
    marches,
    posed,
    squats,
    standing,
    walking,
)


def view_of(motion: Motion, camera: Camera, flaws: Flaws = REAL) -> BodyView:
    track = film(motion, camera, flaws)
    return estimate_view(track, BodyScale.of(track))


@pytest.mark.parametrize("motion", [standing(2.0), squats(1), hinges(1), marches(2), walking(3.0)])
@pytest.mark.parametrize(
    ("yaw_deg", "facing"),
    [(0, "right"), (25, "right"), (-25, "right"), (180, "left"), (155, "left"), (205, "left")],
)
def test_facing_and_near_side_in_every_exercise(motion: Motion, yaw_deg: float, facing: LeftRight) -> None:
    view = view_of(motion, Camera(yaw_deg=yaw_deg))
    assert view.facing == facing
    assert view.near_side == facing  # who faces the picture's right shows the right side


@pytest.mark.parametrize("head_yaw", [-100.0, -80.0, 80.0, 100.0])
@pytest.mark.parametrize(("yaw_deg", "facing"), [(0, "right"), (180, "left")])
def test_a_head_that_turns_to_the_screen_does_not_turn_the_person(
    head_yaw: float, yaw_deg: float, facing: LeftRight
) -> None:
    assert view_of(posed(2.0, head_yaw=head_yaw), Camera(yaw_deg=yaw_deg)).facing == facing


def test_frontal_views_have_no_facing_and_no_near_side() -> None:
    for yaw_deg in (90, -90):
        view = view_of(standing(2.0), Camera(yaw_deg=yaw_deg))
        assert view.facing is None
        assert view.near_side is None
        assert not view.side_on


@pytest.mark.parametrize("yaw_deg", [0, 15, 30, 45, 60, -30, -45])
def test_yaw_is_right_within_ten_degrees(yaw_deg: float) -> None:
    view = view_of(standing(3.0), Camera(yaw_deg=yaw_deg))
    assert view.yaw_deg == pytest.approx(abs(yaw_deg), abs=10)


def test_side_on_is_granted_to_20_degrees_and_refused_at_45() -> None:
    assert view_of(standing(2.0), Camera(yaw_deg=20)).side_on
    assert not view_of(standing(2.0), Camera(yaw_deg=45)).side_on


def test_yaw_saturates_at_a_front_view() -> None:
    assert yaw_deg_of(0.0) == 0.0
    assert yaw_deg_of(5.0) == pytest.approx(90.0)


def test_the_user_overrides_the_facing() -> None:
    track = film(standing(1.0), Camera(yaw_deg=0))
    view = estimate_view(track, BodyScale.of(track), facing="left")
    assert view.facing == "left"
    assert view.forward_x == -1


def test_nobody_in_view_is_no_view() -> None:
    track = film(standing(1.0), Camera())
    track.landmarks_px[:] = np.nan
    view = estimate_view(track, BodyScale.of(track))
    assert view.yaw_deg is None
    assert not view.side_on


def test_lengths_are_those_of_the_place_and_not_of_the_way_in_from_the_camera() -> None:
    """Somebody who has just switched the camera on is twice as large for a moment."""

    def angles(t: Floats) -> dict[str, Floats]:
        return {"right_m": np.interp(t, [0.0, 2.5], [1.6, 0.0])}

    coming = film(Motion("coming", 12.0, angles), Camera())
    there = film(standing(5.0), Camera())
    assert BodyScale.of(coming).trunk_px == pytest.approx(BodyScale.of(there).trunk_px, rel=0.08)


def test_bows_do_not_shorten_the_trunk_they_are_measured_by() -> None:
    for yaw_deg in (0, 45, 90):
        bowing, upright = (
            film(hinges(3), Camera(yaw_deg=yaw_deg)),
            film(standing(3.0), Camera(yaw_deg=yaw_deg)),
        )
        assert BodyScale.of(bowing).upright_trunk_px == pytest.approx(
            BodyScale.of(upright).upright_trunk_px, rel=0.06
        )
