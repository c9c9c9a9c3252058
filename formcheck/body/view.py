"""How the person stands to the camera: facing, near side, and the angle off a strict side view."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.body.landmarks import LEG, Landmark
from formcheck.body.pose import Floats, PoseTrack
from formcheck.body.scale import SHOULDER_RATIO_AT_90_DEG, BodyScale

LeftRight = Literal["left", "right"]

# Above this ratio the person stands frontally, and neither side is the near one (measurement.md, 4).
FRONTAL_RATIO = 0.6
# Sagittal angles: mean error 6.9 degrees at 30 degrees off (ratio .35), 18 at 45 (ratio .56).
SAGITTAL_RATIO = 0.40
# In long sitting the network turns the shoulders towards the camera: made-up sets of dev bodies seen straight
# from the side read .15 there and .02 in the mean of the other exercises, the three dev clips .18 to .19 [M].
SITTING_TURN = 0.13
# Feet and knees tell the direction; the head only supports them, since people turn it to the screen.
_BOTH_LEGS = np.stack(list(LEG.values()))  # (2, 5)
_WEIGHT = {"feet": 2.0, "knees": 2.0, "head": 1.0}


@dataclass(frozen=True, slots=True)
class BodyView:
    """Facing in the picture, the person's side nearest to the camera, degrees off a strict side view."""

    facing: LeftRight | None
    near_side: LeftRight | None
    yaw_deg: float | None

    @property
    def forward_x(self) -> int:
        """The person's forward direction along x: 1 to the picture's right, -1 to its left."""
        return -1 if self.facing == "left" else 1

    @property
    def side_on(self) -> bool:
        """Whether the view is near enough to the side for sagittal angles."""
        return self.yaw_deg is not None and self.yaw_deg <= yaw_deg_of(SAGITTAL_RATIO)


def yaw_deg_of(shoulder_ratio: float) -> float:
    """Return degrees off a side view from shoulder width over trunk length."""
    return float(np.degrees(np.arcsin(min(1.0, shoulder_ratio / SHOULDER_RATIO_AT_90_DEG))))


def shoulder_ratio(landmarks_px: Floats, scale: BodyScale) -> Floats:
    """Return shoulder width over the trunk's full length, shape (...): 0 from the side."""
    return np.asarray(np.linalg.norm(shoulders_apart(landmarks_px, scale, sitting=False), axis=-1))


def shoulders_apart(landmarks_px: Floats, scale: BodyScale, *, sitting: bool) -> Floats:
    """Return the way from the right to the left shoulder in trunk lengths, shape (..., 2).

    Its x is positive where the chest is turned towards the camera, whatever the near side; what the network
    adds to that in long sitting is taken away.
    """
    apart = landmarks_px[..., Landmark.LEFT_SHOULDER, :] - landmarks_px[..., Landmark.RIGHT_SHOULDER, :]
    return np.asarray(apart / scale.trunk_px - (SITTING_TURN if sitting else 0.0, 0.0))


def facing_evidence(landmarks_px: Floats, scale: BodyScale) -> Floats:
    """Return the evidence for facing the picture's right (positive) or left, shape (...).

    Toes lie ahead of heels, a flexed knee lies ahead of the line from hip to ankle, the nose lies ahead
    of the ears. Each cue saturates, so that no single frame or wild landmark outvotes the rest.
    """
    legs = landmarks_px[..., _BOTH_LEGS, :]
    hip, knee, ankle, heel, toe = (legs[..., joint, :] for joint in range(legs.shape[-2]))
    feet = _known(toe[..., 0] - heel[..., 0]).sum(axis=-1)
    thigh, shank = knee - hip, ankle - knee
    bend = thigh[..., 0] * shank[..., 1] - thigh[..., 1] * shank[..., 0]
    knees = _known(bend / (0.5 * scale.trunk_px**2)).sum(axis=-1)
    ears = (landmarks_px[..., Landmark.LEFT_EAR, 0] + landmarks_px[..., Landmark.RIGHT_EAR, 0]) / 2
    head = _known(landmarks_px[..., Landmark.NOSE, 0] - ears)
    return np.asarray(
        _WEIGHT["feet"] * np.tanh(feet / (0.2 * scale.trunk_px))
        + _WEIGHT["knees"] * np.tanh(knees)
        + _WEIGHT["head"] * np.tanh(head / (0.1 * scale.trunk_px))
    )


def _known(values: Floats) -> Floats:
    """Return the values with 0 for what is not known."""
    return np.where(np.isnan(values), 0.0, values)


def estimate_view(track: PoseTrack, scale: BodyScale, *, facing: LeftRight | None = None) -> BodyView:
    """Judge the view over a track, or over the set-up of a live set.

    Parameters
    ----------
    track : PoseTrack
        Poses of one person.
    scale : BodyScale
        Lengths of the same person.
    facing : {"left", "right"}, optional
        Overrides the estimate.
    """
    ratios = shoulder_ratio(track.landmarks_px, scale)
    ratios = ratios[np.isfinite(ratios)]
    if not ratios.size:
        return BodyView(facing=facing, near_side=facing, yaw_deg=None)
    ratio = float(np.median(ratios))
    if facing is None and ratio < FRONTAL_RATIO:
        evidence = facing_evidence(track.landmarks_px, scale)[track.found]
        facing = "right" if float(np.mean(evidence)) >= 0 else "left"
    # Who faces the picture's right shows the camera the right side, and the other way round.
    return BodyView(facing=facing, near_side=facing, yaw_deg=yaw_deg_of(ratio))
