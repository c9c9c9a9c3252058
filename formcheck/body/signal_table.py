"""The one table of signals: name, meaning of the sign, the view that it needs, the function.

Exercise files refer to these names and to nothing else. Names and signs follow OpenSim where OpenSim has
the angle (measurement.md, section 1). All values are degrees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.body.geometry import flexion_deg, foreshortened_deg, forward_of_down_deg, wrap_deg
from formcheck.body.landmarks import Landmark, of_side
from formcheck.body.pose import Floats
from formcheck.body.scale import SHOULDER_RATIO_AT_90_DEG, BodyScale, mid_hip_px, mid_shoulder_px
from formcheck.body.view import shoulder_ratio

ViewNeeded = Literal["side", "front", "any"]
Measure = Callable[[Floats, int, BodyScale], Floats]
"""``(landmarks_px (..., 33, 2), forward_x, scale) -> degrees (..., 2)``, left and right; or (..., 1)."""


@dataclass(frozen=True, slots=True)
class SignalKind:
    """One row of the table.

    Parameters
    ----------
    name : str
        As in exercise files, ``signals.csv`` and ``report.json``.
    positive : str
        What a positive value means.
    view : {"side", "front", "any"}
        From where it can be judged.
    sided : bool
        Whether each side has one; then ``_left``, ``_right`` and, without a suffix, the working side.
    parts : tuple of str
        Body parts whose landmarks it needs, on its side.
    from_neutral : bool
        Whether it is measured from the start posture.
    measure : callable, optional
        None where no sensor exists yet.
    sd_deg : float
        Systematic standard deviation of the landmarks' answer; 5 degrees from the hip-angle errors in
        docs/validity.md unless said otherwise.
    """

    name: str
    positive: str
    view: ViewNeeded
    sided: bool
    parts: tuple[str, ...]
    measure: Measure | None
    from_neutral: bool = False
    sd_deg: float = 5.0


# Where legs overlap, as in long sitting, the ankle of a lifted leg reads anything from 3 to 17 of 20 degrees
# and falls back in the middle of a lift; the thigh keeps at 8 to 10. With this share of the ankle all of 20
# lifts of four dev bodies are counted, with the ankle alone 15; starts and ends are as sharp as with it [M].
WHOLE_LEG_SHARE = 1 / 3

# Where legs overlap the network guesses the far hip, which from the side lies where the near one is, and
# tells the heel better than the ankle. Straight far knees scatter by 4.6 degrees so and by 6.6 from hip to
# ankle in 190 made-up repetitions of marches, lifted ones by 5.1 and 5.4 in 191 of seated lifts, 1.7 and
# 3.3 in clips [M].
HIP_OF_OTHER_SHARE = 0.25

# Of the change from the start posture: straight standing ones scatter by 3.9 degrees in those marches, and by
# 1.7 in 24 repetitions of clips and filmed scenes [M].
LEG_BEND_SD_DEG = 3.0

# The long line from hip to shoulder errs less than a joint's angle: its change from the start posture by
# 1.5 to 2.3 degrees, root mean square, in dev clips of five exercises; by 5.4, nearly all of it bias, in
# lowerings, where nothing is judged by it [M].
TRUNK_LEAN_SD_DEG = 3.0


def _part(points: Floats, part: str) -> Floats:
    """Return a part's landmarks, left and right, shape (..., 2, 2)."""
    left = of_side(part, "left")  # which the right one follows in MediaPipe's list
    result: Floats = points[..., left : left + 2, :]
    return result


def _trunk_down(points: Floats) -> Floats:
    return _part(points, "hip") - _part(points, "shoulder")


def _thigh(points: Floats) -> Floats:
    return _part(points, "knee") - _part(points, "hip")


def _shank(points: Floats) -> Floats:
    return _part(points, "ankle") - _part(points, "knee")


def _trunk_thigh(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    return flexion_deg(_trunk_down(points), _thigh(points), forward_x)


def _knee_flexion(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    return flexion_deg(_thigh(points), _shank(points), -forward_x)


def _leg_bend(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    hips, knees = _part(points, "hip"), _part(points, "knee")
    hips = hips + HIP_OF_OTHER_SHARE * (hips[..., ::-1, :] - hips)
    return flexion_deg(knees - hips, _part(points, "heel") - knees, -forward_x)


def _trunk_lean(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    return wrap_deg(-forward_of_down_deg(_trunk_down(points), forward_x))


def _thigh_elevation(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    return forward_of_down_deg(_thigh(points), forward_x)


def _leg_elevation(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    leg = _part(points, "ankle") - _part(points, "hip")
    return forward_of_down_deg(leg, forward_x)


def _leg_rise(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    thigh = _thigh_elevation(points, forward_x, scale)
    return thigh + WHOLE_LEG_SHARE * wrap_deg(_leg_elevation(points, forward_x, scale) - thigh)


def _heel_rise(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    foot = _part(points, "foot_index") - _part(points, "heel")
    return np.degrees(np.arctan2(foot[..., 1], forward_x * foot[..., 0]))


def _shoulder_flexion(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    upper_arm = _part(points, "elbow") - _part(points, "shoulder")
    return flexion_deg(_trunk_down(points), upper_arm, forward_x)


def _thigh_inclination(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    upright_px = np.array([scale.upright_thigh_px["left"], scale.upright_thigh_px["right"]])
    return foreshortened_deg(_thigh(points)[..., 1], upright_px)


def _trunk_inclination(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    vertical = (mid_hip_px(points) - mid_shoulder_px(points))[..., 1:]
    return foreshortened_deg(vertical, scale.upright_trunk_px)


def _towards_camera(points: Floats) -> Floats:
    """Return 1 where the chest faces the camera, -1 where the back does."""
    across = points[..., Landmark.LEFT_SHOULDER, 0] - points[..., Landmark.RIGHT_SHOULDER, 0]
    return np.where(across >= 0, 1.0, -1.0)


def _trunk_lateral_tilt(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    up = mid_shoulder_px(points) - mid_hip_px(points)
    to_own_right = -_towards_camera(points) * up[..., 0]
    return np.degrees(np.arctan2(to_own_right, -up[..., 1]))[..., None]


def _chest_turn(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    ratio = shoulder_ratio(points, scale)[..., None]
    return np.asarray(np.degrees(np.arcsin(np.minimum(ratio / SHOULDER_RATIO_AT_90_DEG, 1.0))))


def _pelvis_obliquity(points: Floats, forward_x: int, scale: BodyScale) -> Floats:
    hips = _part(points, "hip")
    across = hips - hips[..., ::-1, :]
    return np.degrees(np.arctan2(-across[..., 1], np.abs(across[..., 0])))


_LEG = ("hip", "knee", "ankle")
_TABLE = (
    SignalKind("trunk_thigh", "flexion", "side", True, ("shoulder", "hip", "knee"), _trunk_thigh),
    SignalKind("knee_flexion", "flexion", "side", True, _LEG, _knee_flexion),
    SignalKind(
        "leg_bend",
        "the knee bent: thigh against the line from knee to heel",
        "side",
        True,
        ("hip", "knee", "heel"),
        _leg_bend,
        sd_deg=LEG_BEND_SD_DEG,
    ),
    SignalKind(
        "trunk_lean", "forward", "side", False, ("shoulder", "hip"), _trunk_lean, sd_deg=TRUNK_LEAN_SD_DEG
    ),
    SignalKind("thigh_elevation", "thigh forward of down", "side", True, ("hip", "knee"), _thigh_elevation),
    SignalKind(
        "leg_elevation", "up from the start posture", "side", True, _LEG, _leg_elevation, from_neutral=True
    ),
    SignalKind(
        "leg_rise",
        "up from the start posture: the thigh, leaning on the whole leg",
        "side",
        True,
        _LEG,
        _leg_rise,
        from_neutral=True,
    ),
    SignalKind(
        "heel_rise", "heel up from the start posture", "side", True, ("heel", "foot_index"), _heel_rise, True
    ),
    SignalKind("shoulder_flexion", "flexion", "side", True, ("shoulder", "elbow"), _shoulder_flexion),
    SignalKind(
        "thigh_inclination",
        "off its rest direction, any way",
        "any",
        True,
        ("hip", "knee"),
        _thigh_inclination,
    ),
    SignalKind(
        "trunk_inclination", "off upright, any way", "any", False, ("shoulder", "hip"), _trunk_inclination
    ),
    SignalKind(
        "trunk_lateral_tilt",
        "towards the own right",
        "front",
        False,
        ("shoulder", "hip"),
        _trunk_lateral_tilt,
    ),
    SignalKind("pelvis_obliquity", "this side's hip higher", "front", True, ("hip",), _pelvis_obliquity),
    SignalKind("chest_turn", "off the side view", "any", False, ("shoulder", "hip"), _chest_turn),
    SignalKind("lumbar_flexion", "flexion", "side", False, ("shoulder", "hip"), None, from_neutral=True),
    SignalKind("hip_flexion", "flexion", "side", True, ("shoulder", "hip", "knee"), None),
)
SIGNALS: Mapping[str, SignalKind] = {kind.name: kind for kind in _TABLE}


def base_name(column: str) -> str:
    """Return the signal that a column such as ``knee_flexion_left`` belongs to."""
    return column.removesuffix("_left").removesuffix("_right")


def column_names() -> tuple[str, ...]:
    """Return every signal's column names in the table's order, sides after the working side."""
    names: list[str] = []
    for kind in _TABLE:
        names.append(kind.name)
        if kind.sided:
            names += [f"{kind.name}_left", f"{kind.name}_right"]
    return tuple(names)
