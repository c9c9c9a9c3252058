"""An arm that hangs before the back: its edge is never taken for the back's, which is seen beside it."""

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import EDGE_STATIONS, Floats
from formcheck.sources.edge_refine import refined_edges
from formcheck.sources.trunk_edges import TrunkEdges, trunk_edges

WIDTH, HEIGHT, TRUNK = 640, 800, 200.0
HIP_Y = 500.0
SIZE = (WIDTH, HEIGHT)
ARM_WIDTH_PX = 26
WALL, SHIRT, SKIN = (206, 199, 190), (200, 100, 95), (212, 190, 178)
# Where the arm hangs; above it the sleeve, below it the hip.
BESIDE = (EDGE_STATIONS >= 0.15) & (EDGE_STATIONS <= 0.5)
Pictures = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]


def back_x(y: Floats) -> Floats:
    """Where the back's edge lies: a hollow in the middle of the lower back."""
    s = (HIP_Y - y) / TRUNK
    return 270.0 + 12.0 * np.exp(-(((s - 0.35) / 0.15) ** 2))


def joints(arm_px: float) -> Floats:
    """The near arm's joints, shape (3, 2); its edge is ``arm_px`` in front of the back at the elbow."""
    x = 282.0 + arm_px + ARM_WIDTH_PX / 2
    return np.array([(300.0, HIP_Y - TRUNK), (x, HIP_Y - 0.35 * TRUNK), (x + 8.0, HIP_Y + 0.15 * TRUNK)])


def landmarks(arm_px: float) -> Floats:
    points = np.full((33, 2), -5000.0)
    points[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]] = (320.0, HIP_Y)
    points[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = (320.0, HIP_Y - TRUNK)
    for part, place in zip(("ELBOW", "WRIST"), joints(arm_px)[1:], strict=True):
        points[[Landmark[f"LEFT_{part}"], Landmark[f"RIGHT_{part}"]]] = place
    points[[Landmark.LEFT_INDEX, Landmark.RIGHT_INDEX]] = joints(arm_px)[2] + (0.0, 20.0)
    return points


def seen(
    arm_px: float,
    *,
    skin: Colour = SKIN,
    wall: Colour = WALL,
    sleeve: float = 0.4,
    guessed_px: float | None = None,
) -> TrunkEdges:
    """The edges of a person of whose arm a share of the upper part is in the shirt's sleeve.

    ``guessed_px`` is where the network puts the far arm, which the trunk hides; None: where the near one is.
    """
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    trunk = np.clip(x - back_x(y) + 0.5, 0, 1) * np.clip(400.5 - x, 0, 1) * (y > 100)
    drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
    shoulder, elbow, wrist = joints(arm_px)
    ends = shoulder + sleeve * (elbow - shoulder), elbow, wrist
    for start, end in pairwise(ends):
        cv2.line(
            drawn, np.rint(start).astype(int).tolist(), np.rint(end).astype(int).tolist(), 255, ARM_WIDTH_PX
        )
    arm = drawn / 255.0
    picture = np.array(wall, float) + (np.array(SHIRT, float) - wall) * trunk[..., None]
    picture += (np.array(skin, float) - picture) * arm[..., None]
    picture = cv2.GaussianBlur(picture, (0, 0), 0.8)
    picture += np.random.default_rng(1).normal(0, 2.0, picture.shape)
    mask = np.maximum(trunk, arm).astype(np.float32)
    points, known = landmarks(arm_px), np.ones(33)
    if guessed_px is not None:
        far = [Landmark.RIGHT_ELBOW, Landmark.RIGHT_WRIST, Landmark.RIGHT_INDEX]
        points[far] = landmarks(guessed_px)[far]
    pixels = np.asarray(np.clip(picture, 0, 255), np.uint8)
    return refined_edges(trunk_edges(mask, points, known, SIZE), pixels, points, known, SIZE)


def error_px(edges: TrunkEdges) -> Floats:
    found = edges.points_px[0, BESIDE]
    return np.asarray(found[:, 0] - back_x(found[:, 1]))


@pytest.mark.parametrize("wall", [WALL, (120, 140, 160)])
@pytest.mark.parametrize("arm_px", [6.0, 14.0])
def test_the_back_beside_a_bare_arm_is_seen(arm_px: float, wall: Colour) -> None:
    """Three and seven hundredths of the trunk of shirt between arm and wall, the wall like skin or not."""
    edges = seen(arm_px, wall=wall)
    assert edges.beside_arm[0, BESIDE].all()
    assert np.abs(error_px(edges)).max() < 1.0
    assert not edges.beside_arm[1].any()


@pytest.mark.parametrize("arm_px", [-20.0, -8.0, -4.0])
def test_an_arm_that_is_the_edge_itself_never_shows_the_back(arm_px: float) -> None:
    edges = seen(arm_px)
    behind = np.abs(error_px(edges)) > 1.5
    assert behind.any()
    assert not edges.beside_arm[0, BESIDE][behind].any()


@pytest.mark.parametrize("arm_px", [-8.0, 6.0])
def test_where_arm_and_shirt_are_alike_nothing_is_said(arm_px: float) -> None:
    """A long sleeve: whether the arm is the edge cannot be seen."""
    assert not seen(arm_px, skin=SHIRT).beside_arm.any()


def test_a_sleeve_to_the_elbow_says_nothing_of_what_it_may_hide() -> None:
    sleeved = (EDGE_STATIONS >= 0.4) & (EDGE_STATIONS <= 0.6)
    assert not seen(-8.0, sleeve=1.0).beside_arm[0, sleeved].any()


def test_a_far_arm_that_is_guessed_on_the_trunk_hides_nothing() -> None:
    """The shirt shows where it is said to be, and the near arm is bare there: sleeves are alike."""
    edges = seen(60.0, guessed_px=6.0)
    assert edges.beside_arm[0, BESIDE].mean() > 0.9
    assert np.abs(error_px(edges)).max() < 1.0
    assert not seen(60.0, guessed_px=6.0, skin=SHIRT).beside_arm[0, BESIDE].any()


def test_a_shirt_like_the_wall_says_nothing() -> None:
    assert not seen(6.0, wall=SHIRT).beside_arm.any()


def test_arms_before_the_chest_change_nothing() -> None:
    """Edges far from any arm are as if there were none."""
    far, none = seen(80.0), seen(400.0)
    assert not far.beside_arm[0, BESIDE].any()
    np.testing.assert_allclose(far.points_px[0, BESIDE], none.points_px[0, BESIDE], atol=0.1)
