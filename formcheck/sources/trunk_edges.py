"""Where the silhouette ends on either side of the trunk, from a person mask and the landmarks.

Rays run from the hip-shoulder axis along its normals, both ways; together they make one profile of the mask
per station. The edge is where the run of person that contains the axis ends: a gap between trunk and arm
ends it, a detached blob beyond is never reached. Coordinates are continuous pixels of the upright original.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import EDGE_STATIONS, N_EDGE, Bools, Floats

Mask = npt.NDArray[np.float32]
Singles = npt.NDArray[np.float32]

# Lengths are fractions of the trunk (mid-hip to mid-shoulder, about half a metre).
_REACH = 0.9  # how far a ray is followed; more than any trunk is deep
_STEPS = 72  # samples per ray: 6 mm; a cell of the network's own mask is about 8
_BLUR = 0.012  # removes the staircase of the network's cells, keeps curves of a few centimetres
_NEAR_AXIS = 0.1  # landmarks may lie this far outside the body and still mean it
_RISE = 0.04  # half of the distance over which the mask must fall from person to background
_MIN_TRUNK_CELLS = 8.0  # a shorter trunk on the mask has no shape to measure
_UPPER_ARM_FROM = 0.3  # nearer to the shoulder the arm is part of the trunk's outline

_OFFSETS = np.linspace(-_REACH, _REACH, 2 * _STEPS + 1)
_SAMPLES = np.arange(len(_OFFSETS))
_CORNERS = np.array(
    [
        [Landmark.LEFT_HIP, Landmark.RIGHT_HIP],
        [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER],
    ]
)
_ARM_PARTS = (
    # from, to, half width in trunk lengths (with skin, sleeve and landmark error), where the part begins
    ("SHOULDER", "ELBOW", 0.16, _UPPER_ARM_FROM),
    ("ELBOW", "WRIST", 0.14, 0.0),
    ("WRIST", "INDEX", 0.12, 0.0),
)
_BOTH = [(side, part) for side in ("LEFT", "RIGHT") for part in _ARM_PARTS]
_ARM_STARTS = np.array([Landmark[f"{side}_{part[0]}"] for side, part in _BOTH])
_ARM_ENDS = np.array([Landmark[f"{side}_{part[1]}"] for side, part in _BOTH])
_ARM_HALF_WIDTHS = np.array([part[2] for _, part in _BOTH])
_ARM_BEGINS = np.array([part[3] for _, part in _BOTH])


@dataclass(frozen=True, slots=True, eq=False)
class TrunkEdges:
    """The trunk's two edges at ``EDGE_STATIONS``; see `Pose` for which is which.

    Parameters
    ----------
    points_px : ndarray, shape (2, N_EDGE, 2)
        NaN where the ray left the picture before it left the body, or never met the body.
    confidence : ndarray, shape (2, N_EDGE)
        0 to 1: how much the mask falls within 4 % of the trunk's length on either side of the edge.
    occluded : ndarray of bool, shape (2, N_EDGE)
        An arm reaches the edge there.
    beside_arm : ndarray of bool, shape (2, N_EDGE)
        The picture shows the trunk itself between an arm and the edge there; the mask never does.
    """

    points_px: Floats
    confidence: Floats
    occluded: Bools
    beside_arm: Bools = field(default_factory=lambda: np.zeros((2, N_EDGE), dtype=np.bool_))


def trunk_edges(mask: Mask, landmarks_px: Floats, visibility: Floats, size_px: tuple[int, int]) -> TrunkEdges:
    """Find the trunk's edges.

    Parameters
    ----------
    mask : ndarray of float32, shape (h, w)
        How much each cell is person, 0 to 1, of the whole picture at any resolution.
    landmarks_px : ndarray, shape (33, 2)
        In pixels of the upright original.
    visibility : ndarray, shape (33,)
        0 to 1.
    size_px : tuple of int
        Width and height of the upright original.
    """
    height, width = mask.shape
    to_mask = np.array([width / size_px[0], height / size_px[1]])
    hip, shoulder = trunk_axis(landmarks_px, visibility)
    axis = shoulder - hip
    length = float(np.hypot(*axis))
    if not np.isfinite(length) or length * to_mask.min() < _MIN_TRUNK_CELLS:
        return _none()
    # x right, y down: whoever walks along the axis has (y, -x) on the left hand
    left = np.array([axis[1], -axis[0]]) / length
    offsets = _OFFSETS * length
    origins = hip + EDGE_STATIONS[:, None] * axis
    profile = _profile(mask, origins * to_mask, offsets, left * to_mask, length * float(to_mask.mean()))
    at = _ends_of_run(profile)
    points = origins + np.interp(at, _SAMPLES, offsets)[..., None] * left
    points[np.isnan(at)] = np.nan
    return TrunkEdges(points, _confidence(profile, at), _occluded(points, landmarks_px, length))


def trunk_axis(landmarks_px: Floats, visibility: Floats) -> tuple[Floats, Floats]:
    """Return mid-hip and mid-shoulder, each shape (2,), leaning to the side that is seen.

    Both sides count equally while both are visible. Below a visibility of 0.7 a side loses weight, gradually,
    so that the stations do not jump from frame to frame.
    """
    points = landmarks_px[_CORNERS]
    weight = np.minimum(np.maximum((visibility[_CORNERS] - 0.3) / 0.4, 0.01), 1.0)
    known = np.isfinite(points).all(axis=-1)
    if not known.all():
        points, weight = np.where(known[..., None], points, 0.0), np.where(known, weight, 0.0)
    total = weight.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):  # neither side: NaN
        middle = (weight[..., None] * points).sum(axis=1) / total
    return middle[0], middle[1]


def _none() -> TrunkEdges:
    return TrunkEdges(
        np.full((2, N_EDGE, 2), np.nan), np.zeros((2, N_EDGE)), np.zeros((2, N_EDGE), dtype=np.bool_)
    )


def _profile(mask: Mask, origins: Floats, offsets: Floats, direction: Floats, length: float) -> Singles:
    """Return the lightly blurred mask along each normal; NaN outside of the picture.

    Parameters
    ----------
    mask : ndarray of float32, shape (h, w)
        The person mask.
    origins : ndarray, shape (N_EDGE, 2)
        Where the normals meet the axis, in continuous mask coordinates (cell i covers i to i + 1).
    offsets : ndarray, shape (n,)
        Signed steps along the normals.
    direction : ndarray, shape (2,)
        One step.
    length : float
        The trunk's length in cells.

    Returns
    -------
    ndarray, shape (N_EDGE, n)
    """
    height, width = mask.shape
    x, y = (
        origins[:, i, None].astype(np.float32) + (offsets * direction[i]).astype(np.float32) for i in (0, 1)
    )
    (left, right), (top, bottom) = _span(x, width), _span(y, height)
    part = cv2.blur(mask[top:bottom, left:right], (3, 3), borderType=cv2.BORDER_REPLICATE)
    at_x, at_y = x - np.float32(left + 0.5), y - np.float32(top + 0.5)
    values = cv2.remap(part, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    blur = max(_BLUR, 0.4 / length)
    across, along = blur * _STEPS / _REACH, blur / (EDGE_STATIONS[1] - EDGE_STATIONS[0])
    values = cv2.GaussianBlur(values, (0, 0), across, sigmaY=along, borderType=cv2.BORDER_REPLICATE)
    outside = (x < 0) | (x > width) | (y < 0) | (y > height)
    return np.where(outside, np.float32(np.nan), values)


def _span(places: Singles, size: int) -> tuple[int, int]:
    """Return where the cells begin and end that places along one axis need, within 0 and ``size``."""
    first = int(min(max(places.min() - 2, 0), size - 1))
    return first, int(min(max(places.max() + 2, first + 1), size))


def _ends_of_run(profile: Singles) -> Floats:
    """Return where the run of person around the axis ends.

    Parameters
    ----------
    profile : ndarray, shape (N_EDGE, 2 * _STEPS + 1)
        The mask along each normal from the right-hand end to the left-hand end; NaN outside the picture.

    Returns
    -------
    ndarray, shape (2, N_EDGE)
        Fractional sample positions on the left-hand and on the right-hand side; NaN where there is none.
    """
    inside = profile >= 0.5  # NaN compares false
    seed = _nearest_inside(inside)
    last = profile.shape[1] - 1
    # to the right is to the left in a mirror
    both = np.concatenate([profile, profile[:, ::-1]])
    at = _first_outside(
        np.concatenate([inside, inside[:, ::-1]]),
        both,
        np.concatenate([seed, np.where(seed < 0, seed, last - seed)]),
    )
    return np.stack([at[: len(profile)], last - at[len(profile) :]])


def _nearest_inside(inside: Bools) -> npt.NDArray[np.intp]:
    """Return the sample of each row that is person and nearest to the axis; -1 when none is near."""
    distance = np.abs(_SAMPLES - _STEPS)
    cost = np.where(inside, distance, inside.shape[1])
    seed = cost.argmin(axis=1)
    near = cost[np.arange(len(seed)), seed] <= _NEAR_AXIS * _STEPS
    return np.where(near, seed, -1)


def _first_outside(inside: Bools, profile: Singles, seed: npt.NDArray[np.intp]) -> Floats:
    """Walk from the seeds onwards to the 0.5 crossing; NaN at the picture's or the ray's end."""
    rows = np.arange(len(seed))
    out = (seed[:, None] <= _SAMPLES) & ~inside
    position = out.argmax(axis=1)
    before = np.maximum(position - 1, 0)
    v_in, v_out = (profile[rows, which].astype(np.float64) for which in (before, position))
    with np.errstate(invalid="ignore", divide="ignore"):
        crossing = before + (v_in - 0.5) / (v_in - v_out)
    missing = (seed < 0) | ~out[rows, position] | ~np.isfinite(v_out)
    return np.where(missing, np.nan, crossing)


def _confidence(profile: Singles, at: Floats) -> Floats:
    """Return how much the mask falls across each edge, shape (2, N_EDGE), 0 where there is no edge."""
    n = profile.shape[1]
    reach = _RISE * _STEPS
    rows = np.arange(profile.shape[0])
    centre = np.where(np.isnan(at), 0.0, at)

    def value(position: Floats) -> Floats:
        there = profile[rows, np.minimum(np.maximum(np.rint(position), 0), n - 1).astype(np.intp)]
        return np.where(np.isnan(there), 0.0, there.astype(np.float64))

    outwards = np.array([[1.0], [-1.0]]) * reach
    fall = value(centre - outwards) - value(centre + outwards)
    return np.where(np.isnan(at), 0.0, np.minimum(np.maximum(fall, 0.0), 1.0))


def _occluded(points: Floats, landmarks_px: Floats, length: float) -> Bools:
    """Return which edge points lie on an arm: within a capsule around one of its parts."""
    starts, ends = arm_parts(landmarks_px)
    with np.errstate(invalid="ignore"):  # NaN: no such part, no such edge
        near = distance_to_segments(points, starts, ends) < _ARM_HALF_WIDTHS * length
    return np.asarray(near.any(axis=-1))


def arm_parts(landmarks_px: Floats) -> tuple[Floats, Floats]:
    """Return where both arms' parts begin and end, each shape (6, 2): upper arm, forearm, hand."""
    ends = landmarks_px[_ARM_ENDS]
    starts = landmarks_px[_ARM_STARTS]
    return starts + _ARM_BEGINS[:, None] * (ends - starts), ends


def distance_to_segments(points: Floats, starts: Floats, ends: Floats) -> Floats:
    """Return the distance of points (..., 2) to each of n segments, shape (..., n)."""
    along_x, along_y = (ends - starts).T
    squared = np.maximum(along_x**2 + along_y**2, 1e-12)
    x, y = (points[..., i, None] - starts[:, i] for i in (0, 1))
    share = np.minimum(np.maximum((x * along_x + y * along_y) / squared, 0.0), 1.0)
    return np.asarray(np.sqrt((x - share * along_x) ** 2 + (y - share * along_y) ** 2))
