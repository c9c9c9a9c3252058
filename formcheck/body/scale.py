"""``BodyScale``: the person's segment lengths in this picture, against which movement is compared."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import Bools, Floats, PoseTrack

# Foreshortening only ever shortens a segment in the picture, noise lengthens it now and then: a high
# percentile that is not the maximum is the length itself. Our choice.
LENGTH_PERCENTILE = 90.0
# Shoulder width over trunk length was .05/.15/.35/.56 at 0/15/30/45 degrees off sagittal on rendered
# bodies (docs/validity.md); a sine through those points has this amplitude.
SHOULDER_RATIO_AT_90_DEG = 0.79
# Seen obliquely, a deep bow shortens both trunk and shoulders to about .7: beyond the inverse somebody is
# really closer. Our choice.
MUCH_CLOSER = 1.4


def mid_hip_px(landmarks_px: Floats) -> Floats:
    """Return the midpoint of both hips, shape (..., 2)."""
    return np.asarray(
        (landmarks_px[..., Landmark.LEFT_HIP, :] + landmarks_px[..., Landmark.RIGHT_HIP, :]) / 2
    )


def mid_shoulder_px(landmarks_px: Floats) -> Floats:
    """Return the midpoint of both shoulders, shape (..., 2)."""
    left, right = (landmarks_px[..., i, :] for i in (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER))
    return np.asarray((left + right) / 2)


@dataclass(frozen=True, slots=True)
class BodyScale:
    """Lengths in pixels; NaN where never seen.

    Parameters
    ----------
    trunk_px : float
        The trunk's full length, the unit in which distances in the picture are told.
    upright_trunk_px : float
        The trunk's vertical extent while upright, which foreshortening is compared with.
    upright_thigh_px : mapping of str to float
        The same of each thigh: a stance with the legs apart is thereby no inclination, and the leg that is
        further from the camera not a shorter one.
    """

    trunk_px: float
    upright_trunk_px: float
    upright_thigh_px: Mapping[str, float]

    @classmethod
    def of(cls, track: PoseTrack) -> "BodyScale":
        """Measure the lengths over a track, or over the set-up of a live set."""
        trunk = mid_hip_px(track.landmarks_px) - mid_shoulder_px(track.landmarks_px)
        near_place = ~_much_closer(track.landmarks_px, np.linalg.norm(trunk, axis=-1))
        points, trunk = track.landmarks_px[near_place], trunk[near_place]
        thighs = {
            "left": points[:, Landmark.LEFT_KNEE, 1] - points[:, Landmark.LEFT_HIP, 1],
            "right": points[:, Landmark.RIGHT_KNEE, 1] - points[:, Landmark.RIGHT_HIP, 1],
        }
        return cls(
            trunk_px=_full_length(np.linalg.norm(trunk, axis=-1)),
            upright_trunk_px=_full_length(trunk[:, 1]),
            upright_thigh_px={side: _full_length(extent) for side, extent in thighs.items()},
        )


def _much_closer(landmarks_px: Floats, trunk_px: Floats) -> Bools:
    """Return when the person was much nearer to the camera than mostly, as on the way in or out.

    Told by the longer of trunk and shoulder width (made comparable): one of them is seen in nearly full
    length from every side and in every bow.
    """
    shoulders = landmarks_px[:, [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]]
    width = np.linalg.norm(shoulders[:, 0] - shoulders[:, 1], axis=-1) / SHOULDER_RATIO_AT_90_DEG
    size = np.fmax(trunk_px, width)
    usual = np.median(size[np.isfinite(size)]) if np.isfinite(size).any() else np.inf
    return np.asarray(size > MUCH_CLOSER * usual)


def _full_length(lengths_px: Floats) -> float:
    seen = lengths_px[np.isfinite(lengths_px)]
    return float(np.percentile(seen, LENGTH_PERCENTILE)) if seen.size else float("nan")
