"""Drawing the body over a picture: the near side clear, the far side faint, the back's contour."""

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from formcheck.body.landmarks import Landmark, of_side
from formcheck.body.pose import EDGE_STATIONS, Bools, Floats, Pose
from formcheck.report.frame_state import Back
from formcheck.report.tiles import AMBER, GREY, OK, RED, SKY, WHITE, Mark, Rgb, blend, mark
from formcheck.sources.frames import Image

LeftRight = Literal["left", "right"]

MIN_VISIBILITY = 0.3
MIN_EDGE_CONFIDENCE = 0.3
FAR_OPACITY = 0.42
CASING: Rgb = (13, 23, 31)
BACK_STATIONS = (EDGE_STATIONS >= 0.0) & (EDGE_STATIONS <= 0.9)  # sacrum to the upper back
BACK_COLOUR: dict[Back, Rgb] = {
    "ok": OK,
    "beyond": GREY,
    "amber": AMBER,
    "red": RED,
    "not_judged": GREY,
}
# What is beyond a limit without a fault gets no sign, neither praise nor blame. What is not judged gets none
# either: the strip below says it in words, and a sign at every moment would nag.
_BACK_MARK: dict[Back, Mark] = {"ok": "ok", "amber": "amber", "red": "red"}

SIDE_BONES = (
    ("ear", "shoulder"),
    ("shoulder", "elbow"),
    ("elbow", "wrist"),
    ("shoulder", "hip"),
    ("hip", "knee"),
    ("knee", "ankle"),
    ("ankle", "heel"),
    ("heel", "foot_index"),
    ("ankle", "foot_index"),
)
JOINTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
ACROSS = ((Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER), (Landmark.LEFT_HIP, Landmark.RIGHT_HIP))
_BONES = {
    side: np.array([[of_side(a, side), of_side(b, side)] for a, b in SIDE_BONES])
    for side in ("left", "right")
}
_JOINTS = {side: np.array([of_side(part, side) for part in JOINTS]) for side in ("left", "right")}
_TRUNKS = np.array([[of_side("shoulder", side), of_side("hip", side)] for side in ("left", "right")])
_SHIFT = 4  # OpenCV takes coordinates in sixteenths of a pixel
_ONE = 1 << _SHIFT

Lines = list[npt.NDArray[np.int32]]
"""Curves of n points each, shape (n, 2), as OpenCV takes them."""


def draw_body(image: Image, pose: Pose, back: Back, near: LeftRight | None, facing: LeftRight | None) -> None:
    """Draw a body in place.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w, 3)
        RGB, contiguous.
    pose : Pose
        In pixels of this very picture.
    back : Back
        How the lower back is judged now.
    near, facing : {"left", "right"} or None
        The side next to the camera and the facing in the picture; None where unknown.
    """
    points = np.where(pose.visibility[:, None] >= MIN_VISIBILITY, pose.landmarks_px, np.nan)
    body = _fixed(image, points)
    width = _line_width(points, image)
    if near is None:
        bones = np.concatenate([ACROSS, _BONES["left"], _BONES["right"]])
        joints = np.concatenate([_JOINTS["left"], _JOINTS["right"]])
    else:
        far: LeftRight = "left" if near == "right" else "right"
        _faintly(image, body.lines(_BONES[far]), max(1, round(width * 0.7)))
        bones, joints = _BONES[near], _JOINTS[near]
    _polylines(image, body.lines(bones), width, WHITE)
    _circles(image, body.at[joints][body.drawable[joints]], width)
    if facing is not None:
        _draw_back(image, pose, back, 0 if facing == "right" else 1, width)


@dataclass(frozen=True, slots=True, eq=False)
class _Fixed:
    """Points (n, 2) as OpenCV takes them, and which of them can be drawn at all."""

    at: npt.NDArray[np.int32]
    drawable: Bools

    def lines(self, ends: npt.NDArray[np.intp]) -> Lines:
        """Return the lines between points, ends (m, k), that can be drawn."""
        return list(self.at[ends[self.drawable[ends].all(axis=1)]])


def _fixed(image: Image, points: Floats) -> _Fixed:
    limit = 4 * max(image.shape[:2])  # far outside is a wild guess, and overflows OpenCV's integers
    drawable: Bools = (np.abs(points) < limit).all(axis=-1)  # NaN compares false
    # half a pixel: OpenCV's coordinate 0 is the middle of the first pixel, ours its left edge
    shifted = np.rint((np.where(drawable[:, None], points, 0.0) - 0.5) * _ONE)
    return _Fixed(shifted.astype(np.int32), drawable)


def _line_width(points: Floats, image: Image) -> int:
    """Return a line width that suits the size of the person, or of the picture where that is unknown."""
    lengths = [math.dist(*ends) for ends in points[_TRUNKS].tolist()]
    shorter_px: int = min(image.shape[:2])
    trunk_px = max(filter(math.isfinite, lengths), default=shorter_px * 0.25)
    return min(max(round(trunk_px * 0.028), 2), max(2, shorter_px // 110))


def _polylines(image: Image, lines: Lines, width: int, colour: Rgb) -> None:
    """Draw lines with a dark casing, so that they stand out from any background."""
    # one call for all: seventy single lines a picture were a third of the whole drawing
    for thickness, shade in ((width + 2 + width // 2, CASING), (width, colour)):
        cv2.polylines(image, lines, False, shade, thickness, cv2.LINE_AA, _SHIFT)


def _faintly(image: Image, lines: Lines, width: int) -> None:
    """Draw lines that let the picture through; only the part that they cover is blended."""
    if not lines:
        return
    ends = np.concatenate(lines)
    size = image.shape[1::-1]
    low = np.maximum(ends.min(axis=0) // _ONE - 3 * width, 0)
    high = np.minimum(ends.max(axis=0) // _ONE + 3 * width + 2, size)
    if (low >= high).any():
        return
    part = image[low[1] : high[1], low[0] : high[0]]
    over = part.copy()
    _polylines(over, [line - low * _ONE for line in lines], width, WHITE)
    cv2.addWeighted(over, FAR_OPACITY, part, 1 - FAR_OPACITY, 0, dst=part)


def _circles(image: Image, middles: npt.NDArray[np.int32], width: int) -> None:
    for x, y in middles.tolist():
        for radius, shade in ((1.75 * width + 1, CASING), (1.45 * width, WHITE), (0.95 * width, SKY)):
            cv2.circle(image, (x, y), round(radius * _ONE), shade, cv2.FILLED, cv2.LINE_AA, _SHIFT)


def _draw_back(image: Image, pose: Pose, back: Back, dorsal: int, width: int) -> None:
    """Draw the contour of the back: whole where judged, dashed grey where not, with the verdict's sign."""
    edge = pose.edges_px[dorsal]
    seen = (
        BACK_STATIONS
        & np.isfinite(edge).all(axis=1)
        & (pose.edge_confidence[dorsal] >= MIN_EDGE_CONFIDENCE)
        & (~pose.edge_occluded[dorsal] | pose.edge_beside_arm[dorsal])
    )
    if seen.sum() < 4:
        return
    judged = back != "not_judged"
    for stretch in _stretches(seen):
        curves = edge[stretch][None] if judged else _dashes(edge[stretch], 3.0 * width)
        points = np.arange(curves.shape[0] * curves.shape[1]).reshape(curves.shape[:2])
        lines = _fixed(image, curves.reshape(-1, 2)).lines(points)
        _polylines(image, lines, round(1.3 * width) if judged else max(1, width - 1), BACK_COLOUR[back])
    if back not in _BACK_MARK:
        return
    outward = _outward(pose, dorsal)
    middle = edge[np.flatnonzero(seen)[seen.sum() // 3]] + outward * width * 5
    if _fixed(image, middle[None]).drawable.all():
        size = min(max(6 * width, 12), 40)
        blend(image, mark(_BACK_MARK[back], size), round(middle[0] - size / 2), round(middle[1] - size / 2))


def _stretches(seen: Bools) -> list[slice]:
    """Return the uninterrupted stretches of at least two stations."""
    padded = np.concatenate([[False], seen, [False]])
    bounds = np.flatnonzero(padded[1:] != padded[:-1])
    return [slice(a, b) for a, b in zip(bounds[::2], bounds[1::2], strict=True) if b - a >= 2]


def _dashes(points: Floats, dash_px: float) -> Floats:
    """Cut a curve into n dashes of equal length with gaps as long, shape (n, 4, 2)."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    starts = np.arange(0.0, along[-1], 2 * dash_px)
    at = np.minimum(starts[:, None] + np.linspace(0.0, dash_px, 4), along[-1])
    return np.stack([np.interp(at, along, points[:, i]) for i in (0, 1)], axis=-1)


def _outward(pose: Pose, dorsal: int) -> Floats:
    """Return the unit direction from the front edge to the back edge."""
    across = pose.edges_px[dorsal] - pose.edges_px[1 - dorsal]
    across = across[np.isfinite(across).all(axis=1)].sum(axis=0)
    length = math.hypot(*across.tolist())
    result: Floats = across / length if length > 0 else np.zeros(2)
    return result
