"""``BodyScale``: the person's segment lengths in this picture, against which movement is compared."""

from dataclasses import dataclass

import numpy as np

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import Floats, PoseTrack

# Foreshortening only ever shortens a segment in the picture, noise lengthens it now and then: a high
# percentile that is not the maximum is the length itself. Our choice.
LENGTH_PERCENTILE = 90.0


def mid_hip_px(landmarks_px: Floats) -> Floats:
    """Return the midpoint of both hips, shape (..., 2)."""
    both = landmarks_px[..., [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], :]
    return np.asarray(both.mean(axis=-2))


def mid_shoulder_px(landmarks_px: Floats) -> Floats:
    """Return the midpoint of both shoulders, shape (..., 2)."""
    both = landmarks_px[..., [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER], :]
    return np.asarray(both.mean(axis=-2))


@dataclass(frozen=True, slots=True)
class BodyScale:
    """Full lengths in pixels; NaN where never seen."""

    trunk_px: float
    thigh_px: float

    @classmethod
    def of(cls, track: PoseTrack) -> "BodyScale":
        """Measure the lengths over a track, or over the set-up of a live set."""
        points = track.landmarks_px
        trunk = np.linalg.norm(mid_shoulder_px(points) - mid_hip_px(points), axis=-1)
        thighs = np.stack(
            [
                np.linalg.norm(points[:, knee] - points[:, hip], axis=-1)
                for hip, knee in (
                    (Landmark.LEFT_HIP, Landmark.LEFT_KNEE),
                    (Landmark.RIGHT_HIP, Landmark.RIGHT_KNEE),
                )
            ]
        )
        return cls(trunk_px=_full_length(trunk), thigh_px=_full_length(thighs))


def _full_length(lengths_px: Floats) -> float:
    seen = lengths_px[np.isfinite(lengths_px)]
    return float(np.percentile(seen, LENGTH_PERCENTILE)) if seen.size else float("nan")
