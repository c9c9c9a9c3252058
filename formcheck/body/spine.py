"""Lumbar flexion from the back's edge: how its shape changed since the person's own start posture.

The landmarks cannot tell a bent back from bent hips (measurement.md, section 0); the silhouette's edge can.
Between sacrum and lower ribs the edge is read at fixed stations of the trunk's own frame, its change from
neutral is taken, and the angle that goes with such a change is the conditional mean of a joint normal
distribution learnt on rendered people (``spine_shape.json``; docs/validity.md says how). Offset and
tilt of the frame are given an unlimited prior, so that only shape speaks. A station that an arm covers has
no weight, and the deviation grows accordingly.
"""

import json
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from formcheck.body.pose import Bools, Floats
from formcheck.body.spine_contour import EDGE_SD, STATIONS, BackContour

Reasons = npt.NDArray[np.str_]

# Fewer stations than this are never judged; above it the deviation decides, which knows which stations are
# missing. Left-one-body-out errors of dev outlines: all stations 2.8 degrees; without .30 to .55 3.4; without
# everything above .45 4.8; without everything above .30 10 [M]. This replaces the fixed shares of
# measurement.md, section 4.
MIN_SEEN_SHARE = 0.5
# measurement.md, section 4: an angle less certain than this is withheld.
MAX_SD_DEG = 8.0
# measurement.md, section 3: a neutral whose frames scatter more than this is refused.
MAX_NEUTRAL_SD_DEG = 5.0
# A station of the neutral needs this many frames, and this share of them, that show the back itself [D].
MIN_NEUTRAL_FRAMES = 3
MIN_NEUTRAL_SHARE = 0.2
# A station this far from the median of its neighbours is no back but a hand, a hem or a hole in the mask.
# The edge of a back bends by at most .01 over five stations [M].
MAX_KINK = 0.02
# How much of a change of shape the model may leave unexplained, root mean square, trunk lengths: .003 in one
# frame of a hundred of drawn people whose angle was right, .002 to .005 where it was wrong by 10 degrees [M].
# What goes beyond adds to the deviation [D].
UNEXPLAINED = 0.003
UNLIKE_DEG = 3000.0  # degrees of deviation per trunk length beyond
# Error of the whole back on people left out of the learning, near neutral, and its growth with the angle; and
# the share that counts of what the model adds for missing stations, since its own deviation is that of
# frames far from neutral, which the learning weighs more [M].
MODEL_SD_DEG = 2.0
GAIN_SD = 0.07
MISSING_SHARE = 0.75
# A neutral further from the mean one than this many standard deviations counts as that far.
MAX_SCORE = 2.0
# Up to here the learnt curve holds; it is continued straight.
MAX_LEARNT_DEG = 45.0


@dataclass(frozen=True, slots=True, eq=False)
class BackNeutral:
    """The back's edge in the start posture.

    Parameters
    ----------
    depth : ndarray, shape (K,)
        Median edge; NaN where it was never seen.
    sd_deg : float or None
        Scatter of the angle over the neutral's own frames.
    reason : str
        Empty, or a key of `formcheck.body.reasons` that says why the back cannot be measured from it.
    """

    depth: Floats
    sd_deg: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LumbarReading:
    """Lumbar flexion over T instants: degrees from neutral, flexion positive; NaN with a reason."""

    deg: Floats
    sd_deg: Floats
    reason: Reasons


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """What ``tools/silhouettes/learn.py`` learnt: depths in trunk lengths, angles in degrees.

    ``within`` (K, K) and ``across`` (K,) are second moments of depth changes, and between them and the
    angle. ``mean`` (K,), ``axes`` (2, K) and ``scale`` (2,) describe neutrals, ``personal`` (3, K) how
    ``across`` depends on them. ``curve`` (3,): see `_bent`.
    """

    within: Floats
    across: Floats
    mean: Floats
    axes: Floats
    scale: Floats
    personal: Floats
    curve: Floats

    def across_for(self, neutral: Floats) -> Floats:
        """Return the covariance of depth changes and angle for a person with this neutral, shape (K,)."""
        known = np.isfinite(neutral)
        line = np.stack([np.ones(len(STATIONS)), STATIONS])
        basis = np.concatenate([self.axes * self.scale[:, None], line])[:, known].T
        fit = np.linalg.lstsq(basis, neutral[known] - self.mean[known], rcond=None)[0]
        score = np.clip(fit[:2], -MAX_SCORE, MAX_SCORE)
        return np.asarray(self.personal[0] + score @ self.personal[1:])


@cache
def _shape() -> _Shape:
    content = json.loads(files("formcheck.body").joinpath("spine_shape.json").read_text(encoding="utf-8"))
    return _Shape(**{each.name: np.array(content[each.name]) for each in fields(_Shape)})


def back_neutral(contour: BackContour) -> BackNeutral:
    """Return the back's start posture from the instants of a neutral.

    Parameters
    ----------
    contour : BackContour
        Of the neutral's instants only.
    """
    usable = contour.usable & ~_kinked(contour.depth)
    enough = usable.sum(axis=0) >= max(MIN_NEUTRAL_FRAMES, MIN_NEUTRAL_SHARE * len(usable))
    median = np.full(len(STATIONS), np.nan)
    if enough.any():
        median[enough] = np.nanmedian(np.where(usable, contour.depth, np.nan)[:, enough], axis=0)
    if enough.mean() < MIN_SEEN_SHARE:
        arm = len(usable) > 0 and (contour.covered & ~enough).mean() > 0.5 * (~enough).mean()
        return BackNeutral(median, None, "arm_at_start" if arm else "back_hidden_at_start")
    neutral = BackNeutral(median, None)
    deg = lumbar_flexion(contour, neutral).deg
    deg = deg[np.isfinite(deg)]
    if deg.size < MIN_NEUTRAL_FRAMES:
        return BackNeutral(median, None, "back_hidden_at_start")
    sd_deg = float(deg.std())
    return BackNeutral(median, sd_deg, "unsteady_start" if sd_deg > MAX_NEUTRAL_SD_DEG else "")


def lumbar_flexion(contour: BackContour, neutral: BackNeutral) -> LumbarReading:
    """Measure lumbar flexion from neutral.

    Parameters
    ----------
    contour : BackContour
        T instants.
    neutral : BackNeutral
        Of the same person, filmed from the same place.
    """
    known = np.isfinite(neutral.depth)
    usable = contour.usable & ~_kinked(contour.depth) & known
    change = np.where(usable, contour.depth - neutral.depth, 0.0)
    deg, spread, unexplained = np.full((3, len(change)), np.nan)
    across = _shape().across_for(neutral.depth)
    for pattern, rows in _patterns(usable):
        deg[rows], spread[rows], unexplained[rows] = _estimate(change[rows], pattern, across)
    variance = MODEL_SD_DEG**2 + (MISSING_SHARE * spread) ** 2 + (GAIN_SD * deg) ** 2
    unlike_deg = UNLIKE_DEG * np.maximum(unexplained - UNEXPLAINED, 0.0)
    variance += (neutral.sd_deg or 0.0) ** 2 + unlike_deg**2
    sd_deg = np.sqrt(variance)
    arm = (contour.covered & ~usable).mean(axis=1) > 0.5 * (~usable).mean(axis=1)
    reason = np.full(len(deg), "", dtype="<U24")
    reason = np.where(sd_deg > MAX_SD_DEG, "back_unsure", reason)
    reason = np.where((reason != "") & (unlike_deg**2 > 0.5 * variance), "back_unlike", reason)
    reason = np.where((usable.mean(axis=1) < MIN_SEEN_SHARE) | np.isnan(deg), "back_hidden", reason)
    hidden = (reason == "back_hidden") | (reason == "back_unsure")
    reason = np.where(hidden & arm, "arm_over_back", reason)
    if neutral.reason:
        reason = np.full_like(reason, neutral.reason)
    judged = reason == ""
    return LumbarReading(np.where(judged, deg, np.nan), np.where(judged, sd_deg, np.nan), reason)


def _patterns(usable: Bools) -> list[tuple[Bools, npt.NDArray[np.intp]]]:
    """Return the different sets of usable stations and the instants of each; most instants share one."""
    if not len(usable):
        return []
    patterns, which = np.unique(usable, axis=0, return_inverse=True)
    which = which.reshape(-1)
    return [(pattern, np.flatnonzero(which == i)) for i, pattern in enumerate(patterns) if pattern.any()]


def _estimate(change: Floats, usable: Bools, across: Floats) -> tuple[Floats, float, Floats]:
    """Return angle, deviation for want of stations, and the unexplained change, for one pattern."""
    shape = _shape()
    line = np.stack([np.ones(int(usable.sum())), STATIONS[usable]], axis=1)
    signal = shape.within[np.ix_(usable, usable)] + line @ line.T
    prior = signal + EDGE_SD**2 * np.eye(len(line))
    common = shape.across[usable]
    gain = np.linalg.solve(prior, np.column_stack([across[usable], common, signal]))
    seen = change[:, usable]
    deg = _bent(seen @ gain[:, 0], shape.curve)
    spread = max(0.0, _explained_by_all() - float(common @ gain[:, 1])) ** 0.5
    unexplained = np.sqrt(((seen - seen @ gain[:, 2:]) ** 2).mean(axis=1))
    return deg, spread, unexplained


@cache
def _explained_by_all() -> float:
    """Return how much of the angle's variance the whole back explains."""
    shape = _shape()
    line = np.stack([np.ones(len(STATIONS)), STATIONS], axis=1)
    prior = shape.within + line @ line.T + EDGE_SD**2 * np.eye(len(STATIONS))
    return float(shape.across @ np.linalg.solve(prior, shape.across))


def _bent(linear_deg: Floats, curve: Floats) -> Floats:
    """Return the angle that a linear estimate stands for: large bends move the stations along the back.

    A third-order curve up to `MAX_LEARNT_DEG` either way, its last slope beyond.
    """
    unit = 30.0
    inside = np.clip(linear_deg, -MAX_LEARNT_DEG, MAX_LEARNT_DEG) / unit
    a, b, c = curve
    value = inside * (a + b * np.abs(inside) + c * inside**2)
    slope = (a + 2 * b * np.abs(inside) + 3 * c * inside**2) / unit
    result: Floats = value + slope * (linear_deg - inside * unit)
    return result


def _kinked(depth: Floats) -> Bools:
    """Return which stations lie far from the median of the five around them, shape (T, K)."""
    padded = np.pad(depth, ((0, 0), (2, 2)), mode="reflect", reflect_type="odd")
    around = np.stack([padded[:, i : i + depth.shape[1]] for i in range(5)])
    with np.errstate(invalid="ignore"):
        result: Bools = np.abs(depth - np.median(around, axis=0)) > MAX_KINK
    return result
