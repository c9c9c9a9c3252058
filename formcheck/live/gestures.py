"""The raised hand that stops a set: a gesture that no exercise contains."""

from dataclasses import dataclass, field

import numpy as np

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import Pose

# Long enough that a hand that wipes the brow does not stop a set, and with what a picture takes to be judged
# well below the second within which pain must stop it. Our choice.
HELD_S = 0.6
# A moment in which the wrist is not seen does not lower the hand. Our choice.
LOST_S = 0.25
MIN_VISIBILITY = 0.5
_WRISTS = (Landmark.LEFT_WRIST, Landmark.RIGHT_WRIST)
_HEAD = (Landmark.NOSE, Landmark.LEFT_EAR, Landmark.RIGHT_EAR)


@dataclass(slots=True)
class RaisedHand:
    """Watches for a wrist above the head.

    Parameters
    ----------
    trunk_px : float
        The trunk's length: a wrist counts a fifth of it above nose and ears. NaN: nobody is watched.
    """

    trunk_px: float = float("nan")
    _since_s: float | None = field(default=None, init=False)
    _seen_s: float = field(default=float("-inf"), init=False)

    def feed(self, pose: Pose) -> bool:
        """Take one pose; return whether a hand has been up for long enough."""
        if self._up(pose):
            self._seen_s = pose.t_s
            self._since_s = pose.t_s if self._since_s is None else self._since_s
        elif pose.t_s - self._seen_s > LOST_S:
            self._since_s = None
        return self._since_s is not None and pose.t_s - self._since_s >= HELD_S

    def _up(self, pose: Pose) -> bool:
        head = pose.landmarks_px[[*_HEAD], 1]
        if not np.isfinite(head).any():
            return False
        above = float(np.nanmin(head)) - 0.2 * self.trunk_px
        return any(
            pose.visibility[wrist] >= MIN_VISIBILITY and pose.landmarks_px[wrist, 1] < above
            for wrist in _WRISTS
        )
