"""Edges in the picture itself: drawn backs whose mask is wrong in a known way."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import EDGE_STATIONS, Floats
from formcheck.body.spine_contour import MIN_CONFIDENCE
from formcheck.sources.edge_refine import refined_edges
from formcheck.sources.trunk_edges import TrunkEdges, trunk_edges

WIDTH, HEIGHT, TRUNK = 640, 800, 200.0
HIP_Y = 500.0
USED = (EDGE_STATIONS >= 0.0) & (EDGE_STATIONS <= 0.65)
Masks = npt.NDArray[np.float32]


def landmarks() -> Floats:
    points = np.full((33, 2), -5000.0)
    points[[Landmark.LEFT_HIP, Landmark.RIGHT_HIP]] = (320.0, HIP_Y)
    points[[Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]] = (320.0, HIP_Y - TRUNK)
    return points


def back_x(y: Floats, hollow_px: float = 12.0) -> Floats:
    """Where the back's edge lies: a hollow in the middle of the lower back."""
    s = (HIP_Y - y) / TRUNK
    return 270.0 + hollow_px * np.exp(-(((s - 0.35) / 0.15) ** 2))


def mask_of(hollow_px: float) -> Masks:
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    inside = np.clip(x - back_x(y, hollow_px) + 0.5, 0, 1) * np.clip(400.5 - x, 0, 1)
    return np.asarray(inside * (y > 100), np.float32)


def picture_of(shirt: float, wall: float, noise: float = 2.0) -> npt.NDArray[np.uint8]:
    share = mask_of(12.0)
    levels = wall + (shirt - wall) * share
    grain = np.random.default_rng(1).normal(0, noise, (HEIGHT, WIDTH, 3))
    return np.asarray(np.clip(levels[..., None] + grain, 0, 255), np.uint8)


def refined(picture: npt.NDArray[np.uint8], mask: Masks) -> TrunkEdges:
    points, seen, size = landmarks(), np.ones(33), (WIDTH, HEIGHT)
    return refined_edges(trunk_edges(mask, points, seen, size), picture, points, seen, size)


def error_px(edges: TrunkEdges) -> Floats:
    found = edges.points_px[0, USED]
    return np.asarray(found[:, 0] - back_x(found[:, 1]))


@pytest.mark.parametrize(("shirt", "wall"), [(60.0, 180.0), (120.0, 140.0)])
def test_a_hollow_that_the_mask_fills_is_found_in_the_picture(shirt: float, wall: float) -> None:
    """A centimetre and a half of wall taken for the person, clear contrast and faint."""
    filled = mask_of(0.0)
    assert np.abs(error_px(trunk_edges(filled, landmarks(), np.ones(33), (WIDTH, HEIGHT)))).max() > 10
    edges = refined(picture_of(shirt, wall), filled)
    assert np.sqrt(np.mean(error_px(edges) ** 2)) < 1.5
    assert np.median(edges.confidence[0, USED]) > 0.85


def test_a_right_mask_stays_right() -> None:
    assert np.abs(error_px(refined(picture_of(60.0, 180.0), mask_of(12.0)))).max() < 1.0


@pytest.mark.parametrize("dark_px", [6.0, 15.0])
def test_the_shade_of_a_round_back_does_not_move_its_edge(dark_px: float) -> None:
    """A shirt that darkens by a third towards its edge, as a body turns away from the light."""
    picture = picture_of(150.0, 200.0, noise=0.0).astype(float)
    inside = np.maximum(np.arange(WIDTH) + 0.5 - back_x(np.arange(HEIGHT) + 0.5)[:, None], 0.0)
    shade = (50.0 * np.exp(-inside / dark_px) * mask_of(12.0))[..., None]
    shaded = np.asarray(np.clip(picture - shade, 0, 255), np.uint8)
    assert np.abs(error_px(refined(shaded, mask_of(12.0)))).max() < 1.0


def test_where_shirt_and_wall_are_alike_nothing_is_claimed() -> None:
    edges = refined(picture_of(120.0, 120.0), mask_of(0.0))
    assert edges.confidence[0, USED].max() < MIN_CONFIDENCE


def test_of_a_thing_behind_the_back_that_the_mask_takes_in_little_is_left() -> None:
    """The corner of a picture on the wall: the mask takes it in over a few stations, 30 px wide."""
    picture, mask = picture_of(60.0, 180.0), mask_of(12.0)
    corner = mask[410:425, 250:300] < 0.5
    picture[410:425, 250:300][corner] = 140
    mask[410:425, 250:300] = 1.0
    before = np.abs(error_px(trunk_edges(mask, landmarks(), np.ones(33), (WIDTH, HEIGHT)))).max()
    assert before > 28
    assert np.abs(error_px(refined(picture, mask))).max() < 0.4 * before


@pytest.mark.parametrize(
    ("thick_px", "shirt", "wall", "dark"), [(4.0, 150.0, 205.0, 75.0), (6.0, 60.0, 180.0, 20.0)]
)
def test_a_strip_of_wall_between_back_and_frame_is_wall(
    thick_px: float, shirt: float, wall: float, dark: float
) -> None:
    """An upright frame touches the back above and below its hollow; the mask takes in all between them."""
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    beside = (y > HIP_Y - 0.8 * TRUNK) & (y < HIP_Y - 0.2 * TRUNK)
    inner, outer = np.clip(274.0 - x + 0.5, 0, 1), np.clip(x - 274.0 + thick_px + 0.5, 0, 1)
    behind = wall + (dark - wall) * inner * outer * beside
    levels = cv2.GaussianBlur(behind + (shirt - behind) * mask_of(12.0), (0, 0), 0.8)
    grain = np.random.default_rng(1).normal(0, 2.0, (HEIGHT, WIDTH, 3))
    picture = np.asarray(np.clip(levels[..., None] + grain, 0, 255), np.uint8)
    edges = refined(picture, np.maximum(mask_of(12.0), np.asarray(outer * (x < 300) * beside, np.float32)))
    error = error_px(edges)[edges.confidence[0, USED] >= MIN_CONFIDENCE]
    assert len(error) > 0.9 * USED.sum()
    assert np.sqrt(np.mean(error**2)) < 1.2
    assert np.mean(np.abs(error) > 2.0) < 0.1


@pytest.mark.parametrize(("shirt", "wall"), [(60.0, 180.0), (200.0, 60.0)])
def test_the_halo_of_a_sharpened_picture_does_not_move_the_edge(shirt: float, wall: float) -> None:
    levels = cv2.GaussianBlur(wall + (shirt - wall) * mask_of(12.0), (0, 0), 1.0)
    levels += 2.5 * (levels - cv2.GaussianBlur(levels, (0, 0), 1.2))
    grain = np.random.default_rng(1).normal(0, 2.0, (HEIGHT, WIDTH, 3))
    picture = np.asarray(np.clip(levels[..., None] + grain, 0, 255), np.uint8)
    assert np.abs(error_px(refined(picture, mask_of(12.0)))).max() < 1.0


@pytest.mark.parametrize("light", [1.0, 0.3])
@pytest.mark.parametrize("seen_px", [5.0, 8.0])
def test_the_frame_of_a_picture_along_the_back_is_not_the_back(seen_px: float, light: float) -> None:
    """Dark, upright, seen between wall and shirt; the mask takes it for the person. In dim light as well."""
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    frame = np.clip(back_x(y) - x + 0.5, 0, 1) * np.clip(x - back_x(y) + seen_px + 0.5, 0, 1)
    frame *= (y > HIP_Y - 0.55 * TRUNK) & (y < HIP_Y - 0.2 * TRUNK)
    levels = light * (picture_of(140.0, 205.0, noise=0.0) - 110.0 * frame[..., None])
    grain = np.random.default_rng(1).normal(0, 2.0, levels.shape)
    picture = np.asarray(np.clip(levels + grain, 0, 255), np.uint8)
    edges = refined(picture, np.maximum(mask_of(12.0), frame.astype(np.float32)))
    seen = edges.confidence[0, USED] >= MIN_CONFIDENCE
    error = error_px(edges)[seen]
    assert seen.mean() > 0.75
    assert np.sqrt(np.mean(error**2)) < 1.0


def test_a_hem_that_crosses_the_rays_is_no_edge_of_the_back() -> None:
    """A white shirt over dark trousers: a clear change, but along the back and not across it."""
    picture = picture_of(190.0, 225.0)
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    trousers = (mask_of(12.0) > 0.5) & (y > HIP_Y - 0.15 * TRUNK - 0.5 * (x - 270))
    picture[trousers] = np.clip(picture[trousers].astype(int) - 130, 0, 255)
    assert np.abs(error_px(refined(picture, mask_of(12.0)))).max() < 1.5


def test_the_seam_of_a_shirt_of_two_colours_is_no_edge_of_the_back() -> None:
    """A panel of a grey shirt's back, 7 % of the trunk wide, beside a black one, before a light wall."""
    picture = picture_of(90.0, 200.0)
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    side = (mask_of(12.0) > 0.5) & (x > back_x(y) + 0.07 * TRUNK)
    picture[side] = np.clip(picture[side].astype(int) - 60, 0, 255)
    assert np.abs(error_px(refined(picture, mask_of(12.0)))).max() < 1.5


def test_a_box_behind_the_back_is_not_the_back_however_far_the_mask_takes_it_in() -> None:
    """Up to 9 % of the trunk of it, between a hollow back and its own upright side."""
    picture, mask = picture_of(90.0, 200.0), mask_of(12.0)
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    box = (mask < 0.5) & (x > 264) & (y > HIP_Y - 0.7 * TRUNK) & (y < HIP_Y - 0.1 * TRUNK)
    picture[box] = np.clip(picture[box].astype(int) - 150, 0, 255)
    mask[box] = 1.0
    assert np.abs(error_px(trunk_edges(mask, landmarks(), np.ones(33), (WIDTH, HEIGHT)))).max() > 16
    edges = refined(picture, mask)
    error = error_px(edges)[edges.confidence[0, USED] >= MIN_CONFIDENCE]
    assert np.sqrt(np.mean(error**2)) < 1.5


def test_a_smaller_picture_gives_the_same_edge() -> None:
    picture = picture_of(60.0, 180.0)
    half = np.ascontiguousarray(
        picture.reshape(HEIGHT // 2, 2, WIDTH // 2, 2, 3).mean(axis=(1, 3)).astype(np.uint8)
    )
    assert np.abs(error_px(refined(half, mask_of(12.0)))).max() < 1.5


def test_without_edges_there_is_nothing_to_refine() -> None:
    nothing = trunk_edges(np.zeros((HEIGHT, WIDTH), np.float32), landmarks(), np.ones(33), (WIDTH, HEIGHT))
    edges = refined_edges(nothing, picture_of(60, 180), landmarks(), np.ones(33), (WIDTH, HEIGHT))
    assert np.isnan(edges.points_px).all()


def beside_a_tapering_frame() -> tuple[npt.NDArray[np.uint8], Masks]:
    """A dark frame goes behind the back: 6 px of it show at .2 of the trunk, nothing at .62. And its mask."""
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    s = (HIP_Y - y) / TRUNK
    shows_px = 6.0 * np.clip((0.62 - s) / 0.42, 0, 1)
    frame = np.clip(back_x(y) - x + 0.5, 0, 1) * np.clip(x - back_x(y) + shows_px + 0.5, 0, 1)
    frame *= (s > 0.2) & (s < 0.62)
    behind = 200.0 - 130.0 * frame
    levels = cv2.GaussianBlur(behind + (150.0 - behind) * mask_of(12.0), (0, 0), 1.5)
    grain = np.random.default_rng(1).normal(0, 1.0, (HEIGHT, WIDTH, 3))
    picture = np.asarray(np.clip(levels[..., None] + grain, 0, 255), np.uint8)
    return picture, np.maximum(mask_of(12.0), np.asarray(frame > 0.5, np.float32))


@pytest.mark.parametrize("taken_in", [True, False])
def test_where_a_frame_tapers_to_nothing_the_edge_lies_beside_it(taken_in: bool) -> None:
    """By its dip's two sides, which are blurred together, the edge would be 1.1 px off, root mean square."""
    picture, mask = beside_a_tapering_frame()
    edges = refined(picture, mask if taken_in else mask_of(12.0))
    assert np.sqrt(np.mean(error_px(edges) ** 2)) < 0.95


def test_an_edge_beside_something_strange_is_less_sure() -> None:
    beside = (EDGE_STATIONS >= 0.25) & (EDGE_STATIONS <= 0.5)
    alone = refined(picture_of(150.0, 200.0, noise=1.0), mask_of(12.0)).confidence[0, beside]
    framed = refined(*beside_a_tapering_frame()).confidence[0, beside]
    assert np.median(framed) < np.median(alone) - 0.1
    assert framed.min() >= MIN_CONFIDENCE


def test_a_strip_of_wall_between_back_and_frame_does_not_draw_the_edge_to_the_frame() -> None:
    """Two pixels of bright wall show before the frame begins, and the shirt is as bright as both together."""
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    s, inside = (HIP_Y - y) / TRUNK, x - back_x(y)
    frame = (inside < -2.0) & (inside > -27.0) & (s > 0.3) & (s < 0.8)
    behind = np.where(frame, 60.0, 230.0)
    levels = cv2.GaussianBlur(behind + (150.0 - behind) * mask_of(12.0), (0, 0), 1.0)
    grain = np.random.default_rng(1).normal(0, 1.0, (HEIGHT, WIDTH, 3))
    picture = np.asarray(np.clip(levels[..., None] + grain, 0, 255), np.uint8)
    beside = (EDGE_STATIONS[USED] > 0.35) & (EDGE_STATIONS[USED] < 0.6)
    assert np.abs(error_px(refined(picture, mask_of(12.0)))[beside]).max() < 1.0
