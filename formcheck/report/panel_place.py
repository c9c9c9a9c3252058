"""Where the panel with the count stands in a film: once for all of it, where the person is not."""

import numpy as np

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import Floats, PoseTrack
from formcheck.report.count_panel import PLACES, Box, Place, panel_box
from formcheck.report.layout import Layout

LOOKED_AT = 300
"""Poses that are looked at, of the whole film; our choice: a person is not faster than that."""
HEAD_SHARE = 0.4
"""Half of the head's width and height with its hair, of the trunk's length; our choice [D]."""
NOTHING = 0.01
"""So little of head or body below the panel is none; our choice [D]."""
_HEAD = (Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR)
_SHOULDERS = (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER)
_HIPS = (Landmark.LEFT_HIP, Landmark.RIGHT_HIP)


def place_for(track: PoseTrack, count: int) -> Place:
    """Return the first place whose panel covers nobody, or the one that covers least.

    Parameters
    ----------
    track : PoseTrack
        The poses of the film, in pixels of the original.
    count : int
        Of repetitions: its digits make the panel wide.
    """
    origin = track.origin
    points = track.landmarks_px[track.found][:: max(1, len(track) // LOOKED_AT)]
    if not (len(points) and origin.width_px and origin.height_px):
        return PLACES[0]
    layout = Layout(origin.width_px, origin.height_px)
    costs = [_covered(points, panel_box(layout, place, count, gauge=True)) for place in PLACES]
    free = (place for place, cost in zip(PLACES, costs, strict=True) if cost < NOTHING)
    return next(free, PLACES[int(np.argmin(costs))])


def _covered(points: Floats, box: Box) -> float:
    """Return how much of the person a box covers in the mean: the head's share and the body's.

    ``points`` (T, 33, 2) are landmarks in pixels; what is not known is nowhere.
    """
    low, high = np.array([box.x, box.y]), np.array([box.x + box.width, box.y + box.height])
    with np.errstate(invalid="ignore"):
        body = ((points >= low) & (points <= high)).all(axis=2).mean()
    middle = points[:, _HEAD].mean(axis=1)
    trunk = points[:, _SHOULDERS].mean(axis=1) - points[:, _HIPS].mean(axis=1)
    half = HEAD_SHARE * np.linalg.norm(trunk, axis=1, keepdims=True)
    shared = np.minimum(middle + half, high) - np.maximum(middle - half, low)
    head = np.prod(np.clip(shared, 0.0, None) / (2 * half), axis=1)
    return float(np.nan_to_num(head).mean() + body)
