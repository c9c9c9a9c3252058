"""The set-up coach's live checks: each says what is wrong and what to do about it, in one short sentence."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.body.landmarks import Landmark, of_side
from formcheck.body.measure import MARGIN
from formcheck.body.pose import Floats, PoseTrack
from formcheck.body.scale import BodyScale, mid_hip_px, mid_shoulder_px
from formcheck.body.spine_contour import back_contour
from formcheck.body.spine_signal import (
    MAX_SHOULDER_RATIO,
    MIN_RATE_HZ,
    SITTING_THIGHS_DEG,
    usual_thighs_deg,
)
from formcheck.body.view import FRONTAL_RATIO, BodyView, estimate_view, shoulders_apart
from formcheck.exercises.schema import Exercise
from formcheck.report.words import BACK

# Trunk length over the picture's height. A standing body is 3.5 trunks high: .13 is a body of not quite half
# the picture, .27 one that just fits. Our choice; below it the mask's 256 pixels blur the back.
NEAREST, FARTHEST = 0.27, 0.13
GOOD = 0.19
# A step, and what the trunk of an adult measures, for "two steps back"; the usual webcam sees 50 degrees.
STEP_M, TRUNK_M, HALF_VIEW = 0.6, 0.5, math.tan(math.radians(25.0))
# Mean brightness of the picture, 0 to 255. The dim sample, in which the model still finds everybody, has 39;
# our choice.
DARKEST = 30.0
# Body upright in the room but slanted in the picture by more than this: the camera is tilted. Our choice,
# about twice the sway and landmark error of a standing person.
MAX_SLANT_DEG = 10.0
# measurement.md, section 4: 20 % of the back under an arm, 70 % of it seen.
MAX_COVERED, MIN_SEEN = 0.2, 0.6
MIN_FOUND = 0.7
BACK_FREE, WHOLE = "Back free", "Whole body"
_ENDS = ("ear", "shoulder", "hip", "knee", "ankle")


Posture = Literal["upright", "sitting", "lying"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``fix`` says what to do, and is empty where all is well.

    Without what is not ``needed`` the set may begin all the same; it only judges less.
    """

    name: str
    fix: str
    needed: bool = True

    @property
    def ok(self) -> bool:
        """Whether nothing needs to be done."""
        return not self.fix


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """The last moments before the camera, and what was derived from them."""

    track: PoseTrack
    scale: BodyScale
    view: BodyView
    brightness: float
    exercise: Exercise

    @property
    def from_side(self) -> bool:
        return self.exercise.camera.view == "side"


def look(track: PoseTrack, brightness: float, exercise: Exercise) -> tuple[Check, ...]:
    """Check the last moments before a set.

    Parameters
    ----------
    track : PoseTrack
        About the last second, raw, with the picture's size in its origin.
    brightness : float
        Mean of the picture, 0 to 255.
    exercise : Exercise
        Says from where it is filmed.

    Returns
    -------
    tuple of Check
        In the order in which they are to be mended; what depends on an earlier one is left out until it is.
    """
    light = Check("Light", "" if brightness >= DARKEST else "It is too dark. Add light in front of you.")
    if not len(track) or track.found.mean() < MIN_FOUND:
        return (Check("You in view", "I cannot see you. Step into the picture."), light)
    seen = track[track.found]
    scale = BodyScale.of(seen)
    scene = _Scene(seen, scale, estimate_view(seen, scale), brightness, exercise)
    checks = [Check("You in view", ""), light]
    for name, check in _CHECKS:
        needed = name not in _ADVICE and (name != BACK_FREE or BACK in exercise.requires)
        checks.append(Check(name, check(scene), needed))
        if needed and not checks[-1].ok:
            break
    return tuple(checks)


def _whole(scene: _Scene) -> str:
    """Return what to do where a part of the body is outside the picture."""
    size = (scene.track.origin.width_px, scene.track.origin.height_px)
    side = scene.view.near_side or "right"
    needed = [Landmark.NOSE, *(of_side(part, side) for part in (*_ENDS, "heel", "foot_index"))]
    points = np.nanmedian(scene.track.landmarks_px[:, [int(each) for each in needed]], axis=0)
    beyond = {
        "left": (points[:, 0] < -MARGIN * size[0]).any(),
        "right": (points[:, 0] > (1 + MARGIN) * size[0]).any(),
        "top": (points[:, 1] < 0).any(),
        "bottom": (points[:, 1] > size[1]).any(),
    }
    if beyond["top"] and beyond["bottom"]:
        return _steps("back", scene)
    if beyond["bottom"]:
        return "I cannot see your feet. Tilt the camera down, or step back."
    if beyond["top"]:
        return "I cannot see your head. Tilt the camera up, or step back."
    if beyond["left"] or beyond["right"]:
        return "Move to the middle of the picture."
    return ""


def _distance(scene: _Scene) -> str:
    share = scene.scale.trunk_px / max(1, scene.track.origin.height_px)
    if share > NEAREST:
        return _steps("back", scene)
    if share < FARTHEST:
        return _steps("closer", scene)
    return ""


def posture(track: PoseTrack, forward_x: int) -> Posture:
    """Return how somebody holds their trunk and thighs, in a track of moments, as far as the picture tells.

    Whoever kneels on one knee has one thigh down and is upright. ``forward_x`` is the person's forward
    direction along the picture's x axis.
    """
    points = track.landmarks_px
    trunk = np.nanmedian(mid_shoulder_px(points), axis=0) - np.nanmedian(mid_hip_px(points), axis=0)
    if abs(trunk[0]) > abs(trunk[1]):
        return "lying"
    return "sitting" if usual_thighs_deg(track, forward_x) > SITTING_THIGHS_DEG else "upright"


def _steps(way: str, scene: _Scene) -> str:
    share = scene.scale.trunk_px / max(1, scene.track.origin.height_px)
    metres = [TRUNK_M / (2 * HALF_VIEW * max(each, 0.02)) for each in (share, GOOD)]
    n = int(np.clip(round(abs(metres[0] - metres[1]) / STEP_M), 1, 4))
    where = "back" if way == "back" else "closer to the camera"
    return f"Step {where}: {_NUMBER[n]} step{'s' if n > 1 else ''}."


_NUMBER = {1: "one", 2: "two", 3: "three", 4: "four"}


def _turned(scene: _Scene) -> str:
    """Return which way to turn; seen from the person, who cannot see the screen."""
    sitting = posture(scene.track, scene.view.forward_x) == "sitting"
    apart = shoulders_apart(scene.track.landmarks_px, scene.scale, sitting=sitting)
    ratio = float(np.nanmedian(np.linalg.norm(apart, axis=-1)))
    if not scene.from_side:
        return "" if ratio >= FRONTAL_RATIO else "Turn until your chest faces the camera."
    if ratio <= MAX_SHOULDER_RATIO:
        return ""
    if scene.view.facing is None:
        return "Turn your side to the camera."
    chest_to_camera = float(np.nanmedian(apart[:, 0])) > 0
    # Somebody who faces the camera has the picture's right on the left hand.
    to_left = chest_to_camera == (scene.view.facing == "right")
    return f"Turn a little to your {'left' if to_left else 'right'}."


def _level(scene: _Scene) -> str:
    """Return what to do where a body that stands straight is slanted in the picture."""
    side = scene.view.near_side or "right"
    ankle, knee, hip = (
        np.nanmedian(scene.track.landmarks_px[:, of_side(part, side)], axis=0)
        for part in ("ankle", "knee", "hip")
    )
    shoulder = np.nanmedian(mid_shoulder_px(scene.track.landmarks_px), axis=0)
    slants = [_slant_deg(*pair) for pair in ((ankle, knee), (knee, hip), (hip, shoulder))]
    if not all(math.isfinite(each) for each in slants) or max(map(abs, slants)) > 45.0:
        return ""  # sitting or kneeling: nothing is known to be upright
    alike = max(slants) - min(slants) < MAX_SLANT_DEG
    if alike and abs(sum(slants) / 3) > MAX_SLANT_DEG:
        return "The camera is tilted. Set it level, at the height of your hips."
    return ""


def _slant_deg(low: Floats, high: Floats) -> float:
    along = high - low
    return math.degrees(math.atan2(float(along[0]), -float(along[1])))


def _back(scene: _Scene) -> str:
    """Return what covers the back's outline."""
    if not scene.from_side or not np.isfinite(scene.track.edges_px).any():
        return ""
    contour = back_contour(scene.track, scene.view.forward_x)
    if float(contour.covered.mean()) > MAX_COVERED:
        return "Your arm is over your back. Cross your arms on your chest."
    if float(contour.usable.mean()) < MIN_SEEN:
        return "I cannot see the edge of your back. Stand clear of walls and furniture, shirt tucked in."
    return ""


def _pictures(scene: _Scene) -> str:
    t_s = scene.track.t_s
    if len(t_s) < 3 or (len(t_s) - 1) / float(t_s[-1] - t_s[0]) >= MIN_RATE_HZ:
        return ""
    return "The pictures come too slowly to judge your back. Add light, and close other programs."


_CHECKS: Sequence[tuple[str, Callable[[_Scene], str]]] = (
    (WHOLE, _whole),
    ("Distance", _distance),
    ("Side to the camera", _turned),
    ("Camera level", _level),
    ("Pictures", _pictures),
    (BACK_FREE, _back),
)
# Counting needs fewer pictures than judging.
_ADVICE = ("Pictures",)
