"""Pictures put into one form, and the small frames in which landmark errors are alike from pose to pose.

Canonical: the person faces the picture's right, so that their right side is the near one and index 0 of the
trunk's edges is the back. A landmark's error is stated along and across the body segment that it moves with,
in trunk lengths; across is to the left hand of somebody who walks the segment, the back's side of the trunk.
"""

import numpy as np
import numpy.typing as npt

from formcheck.body.landmarks import MIRROR, Landmark
from formcheck.body.pose import EDGE_STATIONS, N_EDGE

Floats = npt.NDArray[np.float64]

HIPS = (Landmark.LEFT_HIP, Landmark.RIGHT_HIP)
SHOULDERS = (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER)
_TRUNK = (HIPS, SHOULDERS)


def _segment(landmark: Landmark) -> tuple[tuple[Landmark, ...], tuple[Landmark, ...]]:
    """Return which landmarks' means a landmark's segment runs from and to."""
    side, _, part = landmark.name.partition("_")
    if side in ("LEFT", "RIGHT") and part == "KNEE":
        return (Landmark[f"{side}_HIP"],), (landmark,)
    if part in ("ANKLE", "HEEL", "FOOT_INDEX"):
        return (Landmark[f"{side}_KNEE"],), (Landmark[f"{side}_ANKLE"],)
    return _TRUNK


def mirrored(points: Floats, width_px: float) -> Floats:
    """Return landmarks (..., 33, 2) as the mirrored picture would show them."""
    result = points[..., MIRROR, :].copy()
    result[..., 0] = width_px - result[..., 0]
    return result


def axes(points: Floats) -> Floats:
    """Return each landmark's frame, shape (T, 33, 2, 2): rows are the unit vectors along and across."""
    result = np.empty((*points.shape, 2))
    for landmark in Landmark:
        begin, end = _segment(landmark)
        along = points[:, list(end)].mean(axis=1) - points[:, list(begin)].mean(axis=1)
        along = along / np.linalg.norm(along, axis=1, keepdims=True)
        result[:, landmark, 0] = along
        result[:, landmark, 1] = np.stack([along[:, 1], -along[:, 0]], axis=1)
    return result


def trunk_px(points: Floats) -> Floats:
    """Return the trunk's length in the picture, shape (T,)."""
    span = points[:, list(SHOULDERS)].mean(axis=1) - points[:, list(HIPS)].mean(axis=1)
    return np.asarray(np.linalg.norm(span, axis=1))


def outline_px(hip: Floats, shoulder: Floats, stations: Floats, span: Floats) -> Floats:
    """Return the outline's points, shape (T, 2, K, 2): index 0 to the left hand of the trunk's line.

    Parameters
    ----------
    hip, shoulder : ndarray, shape (T, 2)
        The true axis, pixels.
    stations : ndarray, shape (K,)
    span : ndarray, shape (T, 2, K)
        Least and greatest depth, trunk lengths.
    """
    axis = (shoulder - hip)[:, None, None]
    left = np.stack([axis[..., 1], -axis[..., 0]], axis=-1)
    return np.asarray(hip[:, None, None] + stations[:, None] * axis + span[:, ::-1, :, None] * left)


def depth_at(outline: Floats, hip: Floats, shoulder: Floats) -> Floats:
    """Return how far an outline lies off an axis at ``EDGE_STATIONS``, shape (T, 2, N_EDGE), trunk lengths.

    Depths are signed: to the left hand positive.

    Parameters
    ----------
    outline : ndarray, shape (T, 2, K, 2)
        Points in pixels, going up; NaN: none there.
    hip, shoulder : ndarray, shape (T, 2)
        The axis, as it was measured.
    """
    axis = shoulder - hip
    squared = (axis**2).sum(axis=1)[:, None, None]
    left = np.stack([axis[:, 1], -axis[:, 0]], axis=1)
    offset = outline - hip[:, None, None]
    s = np.einsum("tekc,tc->tek", offset, axis) / squared
    n = np.einsum("tekc,tc->tek", offset, left) / squared
    result = np.full((*s.shape[:2], N_EDGE), np.nan)
    for i, j in np.ndindex(s.shape[:2]):
        seen = np.isfinite(s[i, j])
        if seen.sum() > 1:
            order = np.argsort(s[i, j, seen])
            at, depth = s[i, j, seen][order], n[i, j, seen][order]
            result[i, j] = np.interp(EDGE_STATIONS, at, depth, left=np.nan, right=np.nan)
    return result
