"""The 33 BlazePose landmarks by name, and each one's partner on the other side of the body."""

from enum import IntEnum
from functools import cache

import numpy as np

N_LANDMARKS = 33


class Landmark(IntEnum):
    """Index of each landmark in MediaPipe's pose output. Left and right are the person's own."""

    NOSE = 0
    LEFT_EYE_INNER = 1
    LEFT_EYE = 2
    LEFT_EYE_OUTER = 3
    RIGHT_EYE_INNER = 4
    RIGHT_EYE = 5
    RIGHT_EYE_OUTER = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    MOUTH_LEFT = 9
    MOUTH_RIGHT = 10
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_PINKY = 17
    RIGHT_PINKY = 18
    LEFT_INDEX = 19
    RIGHT_INDEX = 20
    LEFT_THUMB = 21
    RIGHT_THUMB = 22
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_FOOT_INDEX = 31
    RIGHT_FOOT_INDEX = 32


def _partner(landmark: Landmark) -> Landmark:
    name = landmark.name
    if "LEFT" in name:
        return Landmark[name.replace("LEFT", "RIGHT")]
    if "RIGHT" in name:
        return Landmark[name.replace("RIGHT", "LEFT")]
    return landmark


MIRROR = np.array([_partner(landmark) for landmark in Landmark])
"""``MIRROR[i]`` is the index of landmark ``i`` on the other side; ``points[:, MIRROR]`` swaps the sides."""

LEG = {
    side: np.array(
        [Landmark[f"{side.upper()}_{part}"] for part in ("HIP", "KNEE", "ANKLE", "HEEL", "FOOT_INDEX")]
    )
    for side in ("left", "right")
}
"""The landmarks of each leg from the hip down, in the same order for both sides."""


@cache
def of_side(part: str, side: str) -> Landmark:
    """Return the landmark of a body part on one side.

    Parameters
    ----------
    part : str
        Such as ``"hip"`` or ``"foot_index"``.
    side : {"left", "right"}
        The person's own side.
    """
    return Landmark[f"{side}_{part}".upper()]
