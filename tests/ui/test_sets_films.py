"""Films for sharing: a covered face cannot be told, and where nobody was found nothing can."""

from dataclasses import replace

import numpy as np
import pytest

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import PoseTrack
from formcheck.sources.frames import Frame
from formcheck.ui.uploads.films import BLOCKS, FACE_REACH, HEAD, without_face
from tests import synthetic

WIDTH, HEIGHT = 320, 240


@pytest.fixture(scope="module")
def seen() -> PoseTrack:
    """Somebody whose head is round the middle of a small picture."""
    track = synthetic.film(synthetic.standing(2.0), synthetic.Camera())
    points = np.full_like(track.landmarks_px, np.nan)
    angles = np.linspace(0, 2 * np.pi, len(HEAD), endpoint=False)
    points[:, HEAD] = np.stack([160 + 12 * np.cos(angles), 100 + 12 * np.sin(angles)], axis=1)
    return replace(track, landmarks_px=points)


def noise(t_s: float, scale: int = 1) -> Frame:
    """A picture in which every pixel differs from its neighbours."""
    image = np.random.default_rng(1).integers(0, 255, (HEIGHT // scale, WIDTH // scale, 3), dtype=np.uint8)
    return Frame(t_s, image, WIDTH, HEIGHT)


def detail(image: np.ndarray) -> float:
    """The share of neighbouring pixels that differ."""
    return float((np.diff(image.astype(int), axis=1) != 0).any(axis=2).mean())


def test_the_head_is_a_few_blocks_and_the_rest_is_as_it_was(seen: PoseTrack) -> None:
    (covered,) = without_face([noise(0.5)], seen)
    reach = int(12 * FACE_REACH)
    head = covered.image_rgb[100 - reach + 1 : 100 + reach - 1, 160 - reach + 1 : 160 + reach - 1]
    assert detail(head) < 2.0 * BLOCKS / (2 * reach)
    assert len(np.unique(head.reshape(-1, 3), axis=0)) <= BLOCKS**2
    np.testing.assert_array_equal(covered.image_rgb[150:], noise(0.5).image_rgb[150:])
    assert covered.full_size is None, "no way back to the picture as it was"


def test_a_smaller_picture_is_covered_at_the_same_place(seen: PoseTrack) -> None:
    (covered,) = without_face([noise(0.5, scale=2)], seen)
    head = covered.image_rgb[45:55, 75:85]
    assert len(np.unique(head.reshape(-1, 3), axis=0)) <= 16


def test_a_picture_that_the_model_missed_is_covered_by_its_neighbours(seen: PoseTrack) -> None:
    points = seen.landmarks_px.copy()
    points[seen.t_s > 1.0] = np.nan
    (covered,) = without_face([noise(1.15)], replace(seen, landmarks_px=points))
    assert detail(covered.image_rgb[90:110, 150:170]) < 0.5
    assert detail(covered.image_rgb[150:]) > 0.9


@pytest.mark.parametrize("why", ["nobody found", "no pose near"])
def test_where_nobody_was_found_the_whole_picture_is_coarse(seen: PoseTrack, why: str) -> None:
    missing = replace(seen, landmarks_px=np.full_like(seen.landmarks_px, np.nan))
    track, t_s = (missing, 0.5) if why == "nobody found" else (seen, 99.0)
    (covered,) = without_face([noise(t_s)], track)
    assert len(np.unique(covered.image_rgb.reshape(-1, 3), axis=0)) <= BLOCKS**2


def test_the_face_is_made_of_the_eleven_head_landmarks() -> None:
    assert {Landmark(i).name for i in HEAD} >= {"NOSE", "LEFT_EAR", "RIGHT_EAR", "MOUTH_LEFT"}
    assert len(HEAD) == 11
