"""Poses become signals: every row of the signal table, with its deviation and its reason.

The same function measures a whole recording and a single live pose (a track of length 1).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

import numpy as np
import numpy.typing as npt

from formcheck.body.landmarks import N_LANDMARKS, of_side
from formcheck.body.pose import Bools, Floats, PoseTrack
from formcheck.body.scale import BodyScale, mid_hip_px, mid_shoulder_px
from formcheck.body.signal_table import SIGNALS, SignalKind, base_name, column_names
from formcheck.body.signals import Reasons, Signals
from formcheck.body.view import FRONTAL_RATIO, BodyView, LeftRight, shoulder_ratio

Codes = npt.NDArray[np.intp]
# What may stand against judging, the gravest last; instants hold its place here until all is known.
_KEYS = np.array(
    ["", "hidden", "cropped", "view_not_side", "view_not_front", "too_small", "nobody", "no_lumbar_sensor"],
    dtype=np.object_,
)
_CODE = {key: code for code, key in enumerate(_KEYS)}

_FROM_NEUTRAL = frozenset(name for name in column_names() if SIGNALS[base_name(name)].from_neutral)

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
    columns = _Columns.of(calibration.working_side)
    against = _against(track, calibration, columns)
    deg = np.full(against.shape, np.nan)
    silent: list[bool] = np.asarray(against.all(axis=1)).tolist()
    for kind, rows in columns.kinds:
        if kind.measure is None or all(silent[rows]):
            continue
        both = kind.measure(track.landmarks_px, calibration.view.forward_x, calibration.scale)
        deg[rows] = both.T if kind.sided else both[:, 0 if calibration.working_side == "left" else -1]
    against[(against == 0) & ~np.isfinite(deg)] = _CODE["hidden"]
    withheld = against != 0
    deg[withheld] = np.nan
    sd_deg = np.where(withheld, np.nan, columns.sd_deg)
    reason = _KEYS[against]
    return Signals(
        t_s=track.t_s,
        deg={name: deg[row] for name, row in columns.rows.items()},
        sd_deg={name: sd_deg[row] for name, row in columns.rows.items()},
        reason={name: cast(Reasons, reason[row]) for name, row in columns.rows.items()},
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """The columns that are measured, C of them, so that what all of them need is asked once.

    Parameters
    ----------
    kinds : tuple
        Each signal with its columns.
    rows : mapping of str to int
        Which of them a name means; two names mean one where a side is the working side.
    needs : ndarray of bool, shape (C, 33)
        The landmarks of each.
    side_on, front_on, unmeasured : ndarray of bool, shape (C, 1)
        From where each can be judged, and whether no sensor of this module measures it.
    sd_deg : ndarray, shape (C, 1)
        The table's standard deviations.
    """

    kinds: tuple[tuple[SignalKind, slice], ...]
    rows: Mapping[str, int]
    needs: Bools
    side_on: Bools
    front_on: Bools
    unmeasured: Bools
    sd_deg: Floats

    @classmethod
    @cache
    def of(cls, working_side: LeftRight) -> "_Columns":
        """Return the columns of the table for somebody whose signals without a suffix are this side's."""
        kinds: list[tuple[SignalKind, slice]] = []
        table: list[SignalKind] = []
        rows: dict[str, int] = {}
        needed: list[list[int]] = []
        for kind in SIGNALS.values():
            sides: tuple[LeftRight, ...] = ("left", "right") if kind.sided else (working_side,)
            kinds.append((kind, slice(len(table), len(table) + len(sides))))
            for side in sides:
                rows[f"{kind.name}_{side}" if kind.sided else kind.name] = len(table)
                table.append(kind)
                needed.append(_needed(kind, side))
            rows[kind.name] = rows[f"{kind.name}_{working_side}" if kind.sided else kind.name]
        needs = np.zeros((len(table), N_LANDMARKS), dtype=np.bool_)
        for row, landmarks in enumerate(needed):
            needs[row, landmarks] = True
        return cls(
            kinds=tuple(kinds),
            rows=rows,
            needs=needs,
            side_on=np.array([[kind.view == "side"] for kind in table]),
            front_on=np.array([[kind.view == "front"] for kind in table]),
            unmeasured=np.array([[kind.measure is None] for kind in table]),
            sd_deg=np.array([[kind.sd_deg] for kind in table]),
        )


def _needed(kind: SignalKind, side: LeftRight) -> list[int]:
    """Return the landmarks that a signal needs."""
    both = (kind.view == "any" and not kind.sided) or kind.view == "front"
    sides: tuple[LeftRight, ...] = ("left", "right") if both else (side,)
    return [int(of_side(part, each)) for part in kind.parts for each in sides]


def _against(track: PoseTrack, calibration: Calibration, columns: _Columns) -> Codes:
    """Return what stands against each column, shape (C, T): the code of the gravest."""
    view, scale, points = calibration.view, calibration.scale, track.landmarks_px
    cropped = _outside(points, track.origin.width_px, track.origin.height_px)
    seen = np.isfinite(points).all(axis=-1) & (track.visibility >= MIN_VISIBILITY)
    ratio = shoulder_ratio(points, scale)
    # Per frame only who clearly faces the camera has turned away: bows move the shoulders too.
    side_on = np.full(len(track), view.side_on) & ~(ratio > FRONTAL_RATIO)
    front_on = (ratio >= FRONTAL_RATIO) & (view.yaw_deg is not None)
    against = np.where(columns.needs @ ~(seen & ~cropped).T, _CODE["hidden"], 0)
    against[columns.needs @ cropped.T] = _CODE["cropped"]
    against[columns.side_on & ~side_on] = _CODE["view_not_side"]
    against[columns.front_on & ~front_on] = _CODE["view_not_front"]
    if not scale.trunk_px >= MIN_TRUNK_PX:
        against[:] = _CODE["too_small"]
    against[np.broadcast_to(columns.unmeasured, against.shape)] = _CODE["no_lumbar_sensor"]
    against[:, ~track.found] = _CODE["nobody"]
    return against


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
    for name in _FROM_NEUTRAL & signals.deg.keys():
        origin = neutral_deg.get(name, math.nan)
        if math.isfinite(origin):
            deg[name] = signals.deg[name] - origin
            continue
        deg[name] = sd_deg[name] = np.full(len(signals), np.nan)
        reason[name] = np.where(signals.reason[name] == "", "no_neutral", signals.reason[name])
    return Signals(t_s=signals.t_s, deg=deg, sd_deg=sd_deg, reason=reason)


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
    hips = mid_hip_px(track.landmarks_px)
    trunk = np.linalg.norm(mid_shoulder_px(track.landmarks_px) - hips, axis=-1)
    return np.concatenate([hips, trunk[:, None]], axis=1) / scale.trunk_px
