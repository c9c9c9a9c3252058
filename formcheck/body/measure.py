"""Poses become signals: every row of the signal table, with its deviation and its reason.

The same function measures a whole recording and a single live pose (a track of length 1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

import numpy as np
import numpy.typing as npt

from formcheck.body.landmarks import Landmark, of_side
from formcheck.body.pose import Bools, Floats, PoseTrack
from formcheck.body.scale import BodyScale
from formcheck.body.signal_table import SIGNALS, SignalKind, base_name
from formcheck.body.signals import Reasons, Signals
from formcheck.body.view import FRONTAL_RATIO, BodyView, LeftRight, shoulder_ratio

Codes = npt.NDArray[np.intp]
# What may stand against judging, the gravest last; instants hold its place here until all is known.
_KEYS = np.array(
    ["", "hidden", "cropped", "view_not_side", "view_not_front", "too_small", "nobody", "no_lumbar_sensor"],
    dtype=np.object_,
)
_CODE = {key: code for code, key in enumerate(_KEYS)}

# MediaPipe calls unseen joints visible, seldom the reverse (ecosystem.md): only a low value is believed.
MIN_VISIBILITY = 0.5
# Below this the 256-pixel mask and the landmarks' noise make angles meaningless; our choice.
MIN_TRUNK_PX = 40.0
# A point this far outside the picture is an extrapolation; share of the picture's size, our choice.
MARGIN = 0.01


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is known of the person and the camera before a set is judged.

    Parameters
    ----------
    view : BodyView
        Facing, near side, yaw.
    scale : BodyScale
        Segment lengths in pixels.
    working_side : {"left", "right"}
        The side that signals without a suffix mean.
    """

    view: BodyView
    scale: BodyScale
    working_side: LeftRight


def measure(track: PoseTrack, calibration: Calibration) -> Signals:
    """Measure every signal of the table over a track.

    Parameters
    ----------
    track : PoseTrack
        Poses of length T, repaired and smoothed as the caller sees fit.
    calibration : Calibration
        View, scale and side.

    Returns
    -------
    Signals
        All columns of `formcheck.body.signal_table.column_names`; NaN with a reason where withheld.
        Signals that are measured from the start posture are still absolute: see `refer_to_neutral`.
    """
    gates = _Gates.of(track, calibration)
    deg: dict[str, Floats] = {}
    reason: dict[str, Reasons] = {}
    sd_deg: dict[str, Floats] = {}
    for kind in SIGNALS.values():
        sides = ("left", "right") if kind.sided else (calibration.working_side,)
        for side in sides:
            name = f"{kind.name}_{side}" if kind.sided else kind.name
            deg[name], against = _measure_one(track, kind, side, calibration, gates)
            reason[name] = cast(Reasons, _KEYS[against])
            sd_deg[name] = np.where(against == 0, kind.sd_deg, np.nan)
        if kind.sided:
            working = f"{kind.name}_{calibration.working_side}"
            deg[kind.name], reason[kind.name], sd_deg[kind.name] = (
                deg[working],
                reason[working],
                sd_deg[working],
            )
    return Signals(t_s=track.t_s, deg=deg, sd_deg=sd_deg, reason=reason)


def _measure_one(
    track: PoseTrack,
    kind: SignalKind,
    side: str,
    calibration: Calibration,
    gates: "_Gates",
) -> tuple[Floats, Codes]:
    if kind.measure is None:
        unknown = np.where(gates.nobody, _CODE["nobody"], _CODE["no_lumbar_sensor"])
        return np.full(len(track), np.nan), unknown
    against = gates.against(kind, side)
    if against.all():
        return np.full(len(track), np.nan), against
    values = kind.measure(track.landmarks_px, side, calibration.view.forward_x, calibration.scale)
    against[(against == 0) & ~np.isfinite(values)] = _CODE["hidden"]
    return np.where(against == 0, values, np.nan), against


def refer_to_neutral(signals: Signals, neutral_deg: Mapping[str, float]) -> Signals:
    """Return signals with those of the table that start from the neutral measured from it.

    Parameters
    ----------
    signals : Signals
        As `measure` gives them.
    neutral_deg : mapping of str to float
        Each column's value in the start posture; what is not in it is withheld as ``no_neutral``.
    """
    deg, reason, sd_deg = dict(signals.deg), dict(signals.reason), dict(signals.sd_deg)
    for name in signals.deg:
        if not SIGNALS[base_name(name)].from_neutral:
            continue
        origin = neutral_deg.get(name, np.nan)
        deg[name] = signals.deg[name] - origin
        lost = (signals.reason[name] == "") & ~np.isfinite(deg[name])
        reason[name] = np.where(lost, "no_neutral", signals.reason[name])
        sd_deg[name] = np.where(lost, np.nan, signals.sd_deg[name])
    return Signals(t_s=signals.t_s, deg=deg, sd_deg=sd_deg, reason=reason)


@dataclass(frozen=True, slots=True, eq=False)
class _Gates:
    """What stands against judging, per instant; computed once for all signals."""

    nobody: Bools
    too_small: bool
    usable: Bools  # (T, 33): in the picture and seen
    cropped: Bools  # (T, 33): outside the picture
    side_on: Bools
    front_on: Bools

    @classmethod
    def of(cls, track: PoseTrack, calibration: Calibration) -> "_Gates":
        points = track.landmarks_px
        cropped = _outside(points, track.origin.width_px, track.origin.height_px)
        seen = np.isfinite(points).all(axis=-1) & (track.visibility >= MIN_VISIBILITY)
        ratio = shoulder_ratio(points, calibration.scale)
        yaw_known = calibration.view.yaw_deg is not None
        side_on = np.full(len(track), calibration.view.side_on)
        front_on = ratio >= FRONTAL_RATIO if yaw_known else np.zeros(len(track), dtype=np.bool_)
        return cls(
            nobody=~track.found,
            too_small=not calibration.scale.trunk_px >= MIN_TRUNK_PX,
            usable=seen & ~cropped,
            cropped=cropped,
            # Per frame only who clearly faces the camera has turned away: bows move the shoulders too.
            side_on=side_on & ~(ratio > FRONTAL_RATIO),
            front_on=front_on,
        )

    def against(self, kind: SignalKind, side: str) -> Codes:
        """Return the code of what stands against a signal, shape (T,); the gravest is named."""
        needed = _needed(kind.name, side)
        against = np.where(self.usable[:, needed].all(axis=1), 0, _CODE["hidden"])
        against[self.cropped[:, needed].any(axis=1)] = _CODE["cropped"]
        if kind.view == "side":
            against[~self.side_on] = _CODE["view_not_side"]
        if kind.view == "front":
            against[~self.front_on] = _CODE["view_not_front"]
        if self.too_small:
            against[:] = _CODE["too_small"]
        against[self.nobody] = _CODE["nobody"]
        return against


@cache
def _needed(name: str, side: str) -> tuple[int, ...]:
    """Return the landmarks that a signal needs."""
    kind = SIGNALS[name]
    if (kind.view == "any" and not kind.sided) or kind.view == "front":
        return tuple(int(of_side(part, s)) for part in kind.parts for s in ("left", "right"))
    return tuple(int(of_side(part, side)) for part in kind.parts)


def _outside(points: Floats, width_px: int, height_px: int) -> Bools:
    """Return which landmarks lie outside the picture; none where its size is unknown."""
    if not (width_px and height_px):
        return np.zeros(points.shape[:-1], dtype=np.bool_)
    x, y = points[..., 0], points[..., 1]
    slack_x, slack_y = MARGIN * width_px, MARGIN * height_px
    result: Bools = (x < -slack_x) | (x > width_px + slack_x) | (y < -slack_y) | (y > height_px + slack_y)
    return result


def anchor(track: PoseTrack, scale: BodyScale) -> Floats:
    """Return where the person is: mid-hip in trunk lengths and the momentary size, shape (T, 3).

    The size is the distance between shoulders' and hips' midpoints plus both thighs' vertical extent,
    in trunk lengths; it tells apart people of different distance.
    """
    hips = (track.landmarks_px[:, Landmark.LEFT_HIP] + track.landmarks_px[:, Landmark.RIGHT_HIP]) / 2
    shoulders = track.landmarks_px[:, [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]].mean(axis=1)
    trunk = np.linalg.norm(shoulders - hips, axis=-1)
    return np.concatenate([hips, trunk[:, None]], axis=1) / scale.trunk_px
