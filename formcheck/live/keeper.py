"""Keeps to the person who was calibrated: another body is nobody, and says so."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from formcheck.body.pose import Floats, Pose
from formcheck.body.scale import mid_hip_px, mid_shoulder_px

Seen = Literal["them", "nobody", "another"]

# In trunk lengths (about half a metre). Nobody moves their hips by more between two pictures; coach/guards.py
# breaks repetitions off at .8 for the same reason. Our choice.
MAX_STEP = 0.8
STEP_WITHIN_S = 0.4
# Who comes back stands within this of where they stood. Our choice: two steps.
MAX_RETURN = 2.5
# Trunk and thigh together, against the calibrated ones: the model's jitter is .1, a bow .35, a person half as
# far away 2. Our choice.
SIZE_BOUNDS = (0.5, 1.6)


@dataclass(slots=True)
class Keeper:
    """Tells the calibrated person from anybody else, by place and size.

    Parameters
    ----------
    place_px : ndarray, shape (2,)
        Mid-hip in the start posture.
    trunk_px : float
        The trunk's full length.
    """

    place_px: Floats
    trunk_px: float
    _t_s: float = field(default=float("-inf"), init=False)
    _last_px: Floats | None = field(default=None, init=False)

    def look(self, pose: Pose) -> Seen:
        """Return who is seen; poses must come in the order of their times."""
        if not pose.found:
            return "nobody"
        hips = mid_hip_px(pose.landmarks_px)
        if not np.isfinite(hips).all():
            return "nobody"
        if not self._right_size(pose) or not self._right_place(pose.t_s, hips):
            return "another"
        self._t_s, self._last_px = pose.t_s, hips
        return "them"

    def _right_size(self, pose: Pose) -> bool:
        trunk = float(np.linalg.norm(mid_shoulder_px(pose.landmarks_px) - mid_hip_px(pose.landmarks_px)))
        low, high = SIZE_BOUNDS
        return not trunk > high * self.trunk_px and not trunk < low * self.trunk_px

    def _right_place(self, t_s: float, hips: Floats) -> bool:
        origin, limit = self.place_px, MAX_RETURN
        if self._last_px is not None and t_s - self._t_s <= STEP_WITHIN_S:
            origin, limit = self._last_px, MAX_STEP
        return bool(np.linalg.norm(hips - origin) <= limit * self.trunk_px)
