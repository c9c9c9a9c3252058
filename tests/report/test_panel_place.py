"""The panel with the count covers nobody's head, whichever way a picture lies and a person stands."""

from dataclasses import replace

import numpy as np
import pytest

from formcheck.body.landmarks import Landmark
from formcheck.report.count_panel import PLACES, panel_box
from formcheck.report.layout import Layout
from formcheck.report.panel_place import place_for
from tests.report import builders
from tests.sample_tracks import FOLDER, track_of

HEAD = (Landmark.NOSE, Landmark.LEFT_EYE, Landmark.RIGHT_EYE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.xz")))
def test_no_head_of_the_samples_is_covered(name: str) -> None:
    track = track_of(name)
    layout = Layout(track.origin.width_px, track.origin.height_px)
    box = panel_box(layout, place_for(track, 12), 12, gauge=True)
    head = track.landmarks_px[:, HEAD] - [box.x, box.y]
    inside = ((head >= 0) & (head <= [box.width, box.height])).all(axis=2)
    assert inside.mean() < 0.01


def test_whoever_stands_in_a_corner_has_it_to_themselves() -> None:
    track = builders.track()
    middle = np.nanmean(track.landmarks_px[:, HEAD], axis=(0, 1))
    at_left = replace(track, landmarks_px=track.landmarks_px + np.array([20.0, 20.0]) - middle)
    assert place_for(at_left, 3).right
    away = np.array([track.origin.width_px - 20.0, 20.0])
    at_right = replace(track, landmarks_px=track.landmarks_px + away - middle)
    assert not place_for(at_right, 3).right


def test_without_a_person_it_stands_where_it_usually_does() -> None:
    track = builders.track()
    nobody = replace(track, landmarks_px=np.full_like(track.landmarks_px, np.nan))
    assert place_for(nobody, 3) == PLACES[0]
    assert place_for(track[:0], 3) == PLACES[0]


@pytest.mark.parametrize("size", [(480, 640), (640, 480), (1280, 720), (160, 120)])
@pytest.mark.parametrize("count", [0, 8, 20])
def test_it_stays_within_the_picture(size: tuple[int, int], count: int) -> None:
    for place in PLACES:
        box = panel_box(Layout(*size), place, count, gauge=True)
        assert box.x >= 0
        assert box.x + box.width <= size[0]
        assert box.y + box.height <= size[1]
