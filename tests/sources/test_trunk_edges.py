"""Trunk edges on drawn masks, whose outline is known exactly."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import EDGE_STATIONS, Floats
from formcheck.sources.trunk_edges import TrunkEdges, trunk_axis, trunk_edges

SIZE = (640, 800)  # width, height of the picture
TRUNK = 200.0  # pixels from mid-hip to mid-shoulder
Region = Callable[[Floats, Floats], npt.NDArray[np.bool_]]


def mask_of(region: Region, size: tuple[int, int] = SIZE, cell_px: float = 1.0) -> npt.NDArray[np.float32]:
    """Draw a region of the picture as the share of each cell that it covers; cells may be coarser."""
    fine = 4
    width, height = round(size[0] / cell_px), round(size[1] / cell_px)
    x = (np.arange(width * fine) + 0.5) * cell_px / fine
    y = (np.arange(height * fine) + 0.5) * cell_px / fine
    covered = region(*np.meshgrid(x, y)).astype(np.float32)
    return np.asarray(cv2.resize(covered, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def landmarks(hip: tuple[float, float], shoulder: tuple[float, float]) -> Floats:
    """Return landmarks with both sides in one place, as side-on, and the arms far away."""
    points = np.full((33, 2), -5000.0)
    points[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]] = hip
    points[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = shoulder
    return points


HIP, SHOULDER = (320.0, 500.0), (320.0, 500.0 - TRUNK)
UPRIGHT = landmarks(HIP, SHOULDER)
SEEN = np.ones(33)


def edges_of(region: Region, points: Floats = UPRIGHT, **kwargs: float) -> TrunkEdges:
    return trunk_edges(mask_of(region, **kwargs), points, SEEN, SIZE)


def slab(x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
    """Reach 50 px to the left of the upright axis and 80 px to the right."""
    return (x > 270) & (x < 400) & (y > 100) & (y < 780)


@pytest.mark.parametrize("cell_px", [1.0, 1.7, 4.0])
def test_a_slab_has_its_edges_where_they_were_drawn(cell_px: float) -> None:
    edges = edges_of(slab, cell_px=cell_px)
    stations_y = HIP[1] - EDGE_STATIONS * TRUNK
    np.testing.assert_allclose(edges.points_px[:, :, 1], np.stack([stations_y] * 2), atol=1e-6)
    # index 0: on the left hand of somebody who walks up the picture
    np.testing.assert_allclose(edges.points_px[0, :, 0], 270, atol=0.4 * cell_px)
    np.testing.assert_allclose(edges.points_px[1, :, 0], 400, atol=0.4 * cell_px)
    assert (edges.confidence > 0.9).all() or cell_px == 4.0
    assert not edges.occluded.any()


@pytest.mark.parametrize("degrees", [30, 90, 137, 180, 260])
def test_turning_the_picture_turns_the_edges(degrees: float) -> None:
    """A lying or bent person's edges follow; left-hand stays left-hand."""
    angle = np.radians(degrees)
    along = np.array([np.sin(angle), -np.cos(angle)])  # upright at 0, clockwise
    left = np.array([along[1], -along[0]])
    hip = np.array([320.0, 400.0]) - along * TRUNK / 2
    shoulder = hip + along * TRUNK

    def turned(x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
        s = (x - hip[0]) * along[0] + (y - hip[1]) * along[1]
        n = (x - hip[0]) * left[0] + (y - hip[1]) * left[1]
        return (n < 50) & (n > -80) & (s > -90) & (s < 300)

    edges = edges_of(turned, landmarks(tuple(hip), tuple(shoulder)))
    offset = (edges.points_px - hip) @ left
    np.testing.assert_allclose(offset[0], 50, atol=0.5)
    np.testing.assert_allclose(offset[1], -80, atol=0.5)


def test_a_curved_back_is_followed() -> None:
    """A lumbar curve of 3 cm over half a metre, as the lumbar angle needs it: 12 px here."""

    def back(y: Floats) -> Floats:
        return 265 + 12 * np.sin((HIP[1] - y) / TRUNK * 2 * np.pi)

    edges = edges_of(lambda x, y: (x > back(y)) & (x < 390) & (y > 50))
    np.testing.assert_allclose(edges.points_px[0, :, 0], back(edges.points_px[0, :, 1]), atol=0.5)


def test_a_detached_blob_is_not_the_body() -> None:
    """An arm held away, another person or a mirror image beyond a gap."""

    def with_blob(x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
        return slab(x, y) | ((x > 415) & (x < 480))

    np.testing.assert_allclose(edges_of(with_blob).points_px[1, :, 0], 400, atol=0.5)


def test_what_touches_the_body_belongs_to_it() -> None:
    def with_belly(x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
        return slab(x, y) | ((x >= 390) & (x < 460) & (abs(y - 400) < 20))

    edges = edges_of(with_belly)
    at_belly = np.abs(edges.points_px[1, :, 1] - 400) < 15
    np.testing.assert_allclose(edges.points_px[1, at_belly, 0], 460, atol=0.5)


def test_a_ray_that_leaves_the_picture_first_has_no_edge() -> None:
    """Half of the body is out of view: that side is missing, the other is not."""
    points = landmarks((40.0, 500.0), (40.0, 300.0))
    edges = edges_of(lambda x, y: (x < 120) & (y > 50), points)
    assert np.isnan(edges.points_px[0]).all()
    assert (edges.confidence[0] == 0).all()
    np.testing.assert_allclose(edges.points_px[1, :, 0], 120, atol=0.5)


def test_stations_above_the_picture_have_no_edge() -> None:
    points = landmarks((320.0, 220.0), (320.0, 20.0))  # the shoulder is near the upper border
    edges = edges_of(lambda x, y: (x > 270) & (x < 400), points)
    above = EDGE_STATIONS > 1.1
    assert np.isnan(edges.points_px[:, above]).all()
    assert np.isfinite(edges.points_px[:, ~above]).all()


def test_an_axis_a_little_outside_the_body_still_means_it() -> None:
    nearly = landmarks((262.0, 500.0), (262.0, 300.0))  # 8 px off the slab, 4 % of the trunk
    np.testing.assert_allclose(edges_of(slab, nearly).points_px[:, :, 0].mean(axis=1), [270, 400], atol=0.5)


def test_an_axis_far_outside_the_body_finds_nothing() -> None:
    far = landmarks((230.0, 500.0), (230.0, 300.0))  # 40 px off, 20 %
    assert np.isnan(edges_of(slab, far).points_px).all()


def test_a_blurred_edge_is_less_certain_than_a_sharp_one() -> None:
    mask = mask_of(slab)
    soft = cv2.GaussianBlur(mask, (0, 0), 20)
    sharp_confidence = trunk_edges(mask, UPRIGHT, SEEN, SIZE).confidence
    soft_confidence = trunk_edges(np.asarray(soft, np.float32), UPRIGHT, SEEN, SIZE).confidence
    assert sharp_confidence.min() > 0.9
    assert soft_confidence.max() < 0.6


def test_faint_contrast_is_uncertain() -> None:
    """A mask of .7 against .3 crosses one half as sharply as any, and means little."""
    mask = mask_of(slab) * np.float32(0.4) + np.float32(0.3)
    confidence = trunk_edges(mask, UPRIGHT, SEEN, SIZE).confidence
    np.testing.assert_allclose(confidence, 0.4, atol=0.05)


@pytest.mark.parametrize("side", ["LEFT", "RIGHT"])
def test_an_elbow_behind_the_back_covers_its_edge(side: str) -> None:
    """The commonest posture there is: the arm hangs, and the elbow drifts behind the back."""
    points = UPRIGHT.copy()
    points[Landmark[f"{side}_ELBOW"]] = (265.0, 400.0)
    points[Landmark[f"{side}_WRIST"]] = (300.0, 480.0)
    points[Landmark[f"{side}_INDEX"]] = (310.0, 500.0)
    edges = edges_of(slab, points)
    y = edges.points_px[0, :, 1]
    assert edges.occluded[0, np.abs(y - 400) < 20].all()
    assert not edges.occluded[0, y < 315].any(), "the upper back is free"
    assert not edges.occluded[0, y > 500].any(), "the buttock is free"
    assert not edges.occluded[1].any(), "the front is free"


def test_arms_across_the_chest_cover_no_edge_of_the_back() -> None:
    points = UPRIGHT.copy()
    for side in ("LEFT", "RIGHT"):
        points[Landmark[f"{side}_ELBOW"]] = (350.0, 380.0)
        points[Landmark[f"{side}_WRIST"]] = (385.0, 340.0)
        points[Landmark[f"{side}_INDEX"]] = (390.0, 330.0)
    edges = edges_of(slab, points)
    assert not edges.occluded[0].any()
    assert edges.occluded[1].any()


def test_an_unknown_arm_covers_nothing() -> None:
    points = UPRIGHT.copy()
    points[[Landmark.LEFT_ELBOW, Landmark.LEFT_WRIST, Landmark.LEFT_INDEX]] = np.nan
    edges = edges_of(slab, points)
    assert not edges.occluded.any()
    assert np.isfinite(edges.points_px).all()


def test_the_axis_leans_to_the_side_that_is_seen() -> None:
    points = UPRIGHT.copy()
    points[Landmark.LEFT_HIP], points[Landmark.RIGHT_HIP] = (300.0, 500.0), (340.0, 500.0)
    visibility = np.ones(33)
    assert trunk_axis(points, visibility)[0] == pytest.approx([320.0, 500.0])
    visibility[Landmark.RIGHT_HIP] = 0.1
    assert trunk_axis(points, visibility)[0] == pytest.approx([300.0, 500.0], abs=0.5)
    points[Landmark.RIGHT_HIP] = np.nan
    assert trunk_axis(points, np.ones(33))[0] == pytest.approx([300.0, 500.0])


def test_the_axis_moves_gradually_with_visibility() -> None:
    points = UPRIGHT.copy()
    points[Landmark.LEFT_HIP], points[Landmark.RIGHT_HIP] = (300.0, 500.0), (340.0, 500.0)
    x = []
    for v in np.linspace(0, 1, 101):
        visibility = np.ones(33)
        visibility[Landmark.RIGHT_HIP] = v
        x.append(trunk_axis(points, visibility)[0][0])
    assert np.abs(np.diff(x)).max() < 1.0


@pytest.mark.parametrize(
    "points",
    [np.full((33, 2), np.nan), landmarks(HIP, HIP), landmarks(HIP, (321.0, 496.0))],
    ids=["nobody", "no length", "end-on"],
)
def test_no_trunk_no_edges(points: Floats) -> None:
    edges = edges_of(slab, points)
    assert np.isnan(edges.points_px).all()
    assert (edges.confidence == 0).all()
    assert not edges.occluded.any()


def test_a_person_outside_the_picture_is_no_error() -> None:
    edges = edges_of(slab, landmarks((-900.0, 500.0), (-900.0, 300.0)))
    assert np.isnan(edges.points_px).all()
