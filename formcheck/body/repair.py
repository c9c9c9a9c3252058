"""Repairs what the landmark model is known to get wrong: exchanged legs, and legs that are only guessed.

A lifted near leg is sometimes labelled as the far one for a few frames. Both legs are followed together:
of the two ways to name them, the one that moves the joints least from frame to frame is kept, and the
model's own labels win wherever continuity does not speak clearly.

Behind a barbell's plate the model guesses knees and ankles, visible or not by its own account. Seen from the
side a thigh keeps its length, and the near shin does, so that a short one tells the guess; nothing is better
than a leg that is not there.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from formcheck.body.landmarks import LEG
from formcheck.body.pose import Bools, Floats, Pose, PoseTrack
from formcheck.body.scale import LENGTH_PERCENTILE, BodyScale
from formcheck.body.view import BodyView

# Cost, in trunk lengths per joint, of contradicting the model's label in one frame; our choice: small
# enough that a jump of both knees across each other outweighs a second of it.
CONTRADICTION_COST = 0.01
# Beyond this the past says nothing about the present.
MEMORY_S = 0.5
# A thigh shorter than this share of its own length is a guess: of 40 dev clips and dev scenes from the side,
# none was ever below .78; behind a plate it was .2 to .7 [M].
MIN_THIGH_SHARE = 0.7
# The same of the near shin: not below .80 in dev clips from the side, nor .63 in real lifts whose near leg is
# in view; behind a plate on the floor .1 to .5, and knees read 120 to 180 degrees bent [M]. The far shin is
# as short where one leg covers the other, as in long sitting (.4).
MIN_SHIN_SHARE = 0.6
# Further off the side than this a thigh that points forwards is foreshortened as much: one lifter, some 40
# degrees off (read as 21), had thighs of .5 to .7 in each of eight squats, none of which was counted [M].
GUESS_YAW_DEG = 15.0
# On the way to such a guess the leg is wrong, too, at full length [M: a filmed deadlift].
BESIDE_GUESS_S = 0.25
_JOINTS = slice(1, 5)  # knee, ankle, heel, toe; the hips hardly differ from the side
_FOOT = slice(2, 5)


@dataclass(slots=True)
class LegFollower:
    """Follows both legs through a stream and says which frames have them exchanged.

    Parameters
    ----------
    trunk_px : float
        The trunk's length, the unit of costs.
    """

    trunk_px: float
    _t_s: float = field(default=float("-inf"), init=False)
    _legs: Floats | None = field(default=None, init=False)
    _cost: Floats = field(default_factory=lambda: np.zeros(2), init=False)

    def feed(self, t_s: float, landmarks_px: Floats) -> tuple[Floats, Floats]:
        """Take one frame; return costs of (kept, exchanged) so far and where each came from, shape (2,)."""
        legs = np.stack([landmarks_px[LEG[side][_JOINTS]] for side in ("left", "right")]) / self.trunk_px
        origin = np.array([0, 1])
        seen = bool(np.isfinite(legs).any())
        if self._legs is None or t_s - self._t_s > MEMORY_S or not seen:
            cost = np.array([0.0, CONTRADICTION_COST])
        else:
            straight = _distance(legs, self._legs)
            crossed = _distance(legs, self._legs[::-1])
            options = self._cost[None, :] + np.array([[straight, crossed], [crossed, straight]])
            origin = options.argmin(axis=1)
            cost = options.min(axis=1) + np.array([0.0, CONTRADICTION_COST])
        if seen:
            self._t_s, self._legs, self._cost = t_s, legs, cost - cost.min()
        return self._cost, origin


def _distance(a: Floats, b: Floats) -> float:
    apart = a - b
    gaps = np.hypot(apart[..., 0], apart[..., 1])
    seen = gaps[np.isfinite(gaps)]
    return float(seen.sum()) / seen.size if seen.size else 0.0


def exchange_legs(landmarks: Floats) -> Floats:
    """Return landmarks (..., 33, n) with left and right leg exchanged."""
    swapped = landmarks.copy()
    swapped[..., LEG["left"], :] = landmarks[..., LEG["right"], :]
    swapped[..., LEG["right"], :] = landmarks[..., LEG["left"], :]
    return swapped


def repair_legs(track: PoseTrack, scale: BodyScale) -> PoseTrack:
    """Return a recording's track with exchanged legs put right, judged over the whole of it."""
    follower = LegFollower(scale.trunk_px)
    steps = [follower.feed(t, points) for t, points in zip(track.t_s, track.landmarks_px, strict=True)]
    if not steps:
        return track
    exchanged = np.zeros(len(track), dtype=np.bool_)
    state = int(np.argmin(steps[-1][0]))
    for i in range(len(steps) - 1, -1, -1):
        exchanged[i] = bool(state)
        state = int(steps[i][1][state])
    if not exchanged.any():
        return track
    return _exchanged_at(track, exchanged)


def without_guessed_legs(track: PoseTrack, view: BodyView) -> PoseTrack:
    """Return a recording's track without legs, below the hip, whose thigh or shin is too short to be one.

    Parameters
    ----------
    track : PoseTrack
        Of one person.
    view : BodyView
        How the person stands: from elsewhere than the side, thighs are foreshortened and say nothing.
    """
    points = track.landmarks_px.copy()
    for bone in _bones(view):
        length_px = bone.length_px(points)
        guessed = _around(track.t_s, length_px < bone.least_share * _full_px(length_px))
        points[np.ix_(guessed, bone.guesses)] = np.nan
    return replace(track, landmarks_px=points)


@dataclass(frozen=True, slots=True, eq=False)
class _Bone:
    """A part of a leg that keeps its length: where it is short, the landmarks ``guesses`` are none."""

    ends: npt.NDArray[np.intp]
    guesses: npt.NDArray[np.intp]
    least_share: float

    def length_px(self, landmarks_px: Floats) -> Floats:
        """Return its length in landmarks (..., 33, 2), shape (...)."""
        first, last = self.ends
        return np.asarray(np.linalg.norm(landmarks_px[..., last, :] - landmarks_px[..., first, :], axis=-1))


def _bones(view: BodyView) -> list[_Bone]:
    """Return the bones whose length tells a guess: none where the person is seen from elsewhere."""
    if view.yaw_deg is None or view.yaw_deg > GUESS_YAW_DEG:
        return []
    bones = [_Bone(leg[:2], leg[_JOINTS], MIN_THIGH_SHARE) for leg in LEG.values()]
    if view.near_side is not None:
        near = LEG[view.near_side]
        bones.append(_Bone(near[1:3], near[_FOOT], MIN_SHIN_SHARE))
    return bones


def _full_px(length_px: Floats) -> float:
    """Return a bone's own length, from lengths over time; NaN where it was never seen."""
    seen = length_px[np.isfinite(length_px)]
    return float(np.percentile(seen, LENGTH_PERCENTILE)) if seen.size else float("nan")


def _around(t_s: Floats, where: Bools) -> Bools:
    """Return the instants at, or within `BESIDE_GUESS_S` of, those of ``where``, shape (T,)."""
    first, last = (np.searchsorted(t_s, t_s[where] + by) for by in (-BESIDE_GUESS_S, BESIDE_GUESS_S))
    edges = np.bincount(first, minlength=len(t_s) + 1) - np.bincount(last, minlength=len(t_s) + 1)
    return np.asarray(np.cumsum(edges)[:-1] > 0)


def _exchanged_at(track: PoseTrack, exchanged: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> PoseTrack:
    where = exchanged[:, None, None]
    visibility = track.visibility[..., None]
    return replace(
        track,
        landmarks_px=np.where(where, exchange_legs(track.landmarks_px), track.landmarks_px),
        landmarks_m=np.where(where, exchange_legs(track.landmarks_m), track.landmarks_m),
        visibility=np.where(where, exchange_legs(visibility), visibility)[..., 0],
    )


class LiveLegRepair:
    """Causal counterpart of `repair_legs`, for a live stream."""

    def __init__(self, scale: BodyScale) -> None:
        self._follower = LegFollower(scale.trunk_px)

    def feed(self, pose: Pose) -> Pose:
        """Return the pose with its legs put right as far as the past tells."""
        cost, _ = self._follower.feed(pose.t_s, pose.landmarks_px)
        if cost[1] >= cost[0]:
            return pose
        return replace(
            pose,
            landmarks_px=exchange_legs(pose.landmarks_px),
            landmarks_m=exchange_legs(pose.landmarks_m),
            visibility=exchange_legs(pose.visibility[:, None])[:, 0],
        )


class LiveWithoutGuessedLegs:
    """Causal counterpart of `without_guessed_legs`: a leg is left out from a guess on, not from before it.

    Parameters
    ----------
    set_up : PoseTrack
        Tells the bones' own lengths.
    view : BodyView
        As for `without_guessed_legs`.
    """

    def __init__(self, set_up: PoseTrack, view: BodyView) -> None:
        bones = _bones(view)
        self._bones = [
            (bone, bone.least_share * _full_px(bone.length_px(set_up.landmarks_px))) for bone in bones
        ]
        self._guessed_s = [float("-inf")] * len(self._bones)

    def feed(self, pose: Pose) -> Pose:
        """Return the pose without what of its legs is only guessed now, or was a moment ago."""
        for i, (bone, least_px) in enumerate(self._bones):
            if bone.length_px(pose.landmarks_px) < least_px:
                self._guessed_s[i] = pose.t_s
        left_out = [
            bone.guesses
            for (bone, _), guessed_s in zip(self._bones, self._guessed_s, strict=True)
            if pose.t_s - guessed_s <= BESIDE_GUESS_S
        ]
        if not left_out:
            return pose
        points = pose.landmarks_px.copy()
        points[np.concatenate(left_out)] = np.nan
        return replace(pose, landmarks_px=points)
