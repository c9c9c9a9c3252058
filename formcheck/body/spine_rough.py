"""How much a back bends that cannot be measured: roughly, over a whole set, with a wide interval.

Where the start posture is hidden or restless, single frames are withheld: a shirt that rides up and folds
can read tens of degrees wrong. A whole set says more. First, cloth counts among what may move the edge, so
that only the rest counts as the back's shape. Second, medians are compared: that of all moments in which the
person stands upright, before, between and after repetitions, with those of all turning points. How far these
moments scatter is part of the interval: cloth that looks different each time makes it wide, and does not
refuse everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from formcheck.body.pose import Bools, Floats
from formcheck.body.spine import (
    GAIN_SD,
    NORMAL_10_TO_90,
    POSTURE_VARIANCE,
    BackNeutral,
    back_neutral,
    back_seen,
    rough_flexion,
)
from formcheck.body.spine_contour import STATIONS, BackContour
from formcheck.body.spine_stations import at_ease, seen_stations

# So many pictures must show the back upright, and at a turning point: fewer agree by chance [D].
MIN_UPRIGHT, MIN_TURNING = 5, 4
# An upright edge that is less like a back than this (`BackNeutral.unlike_deg`) is a thing's, or that of a
# loose shirt which hides the hollow. Dev films that read up to 30 degrees low have 4 and more; the shared
# squat clip and films that read right have 0 to 2 [M].
MAX_UNLIKE_DEG = 3.0
# A wider interval than that of 80 % at this deviation, 19 degrees either way, tells a patient nothing [D].
MAX_SD_DEG = 15.0
_LINE = np.stack([np.ones_like(STATIONS), STATIONS], axis=1)
_ROUNDS = 4  # after which edges lie on each other within .001 of a trunk


@dataclass(frozen=True, slots=True)
class RoughLevel:
    """How much more the back was bent at one level of the movement than upright, flexion positive.

    ``share`` is 0 in the start posture and 1 at the turning point, which counts as the way out. Seen in
    ``reps`` repetitions; ``sd_deg`` is the deviation of ``deg``.
    """

    way: Literal["out", "back"]
    share: float
    deg: float
    sd_deg: float
    reps: int


@dataclass(frozen=True, slots=True)
class RoughBend:
    """How much more the back was bent at the turning points than upright, flexion positive.

    The mean of ``reps`` repetitions; ``sd_deg`` is the deviation of ``deg``. ``from_bow`` says that it is
    how much more it was bent than where the person had begun to bow, as it was hidden upright. ``curve``
    holds the levels of the movement at which the back was seen, in order (`formcheck.body.spine_course`):
    smoothed, so that the turning point may read a little otherwise. Empty where it is unknown.
    """

    deg: float
    sd_deg: float
    reps: int
    from_bow: bool = False
    curve: tuple[RoughLevel, ...] = ()


def rough_bend(contour: BackContour, upright: Bools, turning: Sequence[Bools]) -> RoughBend | None:
    """Measure roughly how much more a back is bent at turning points than upright.

    Parameters
    ----------
    contour : BackContour
        T instants of a recording.
    upright : ndarray of bool, shape (T,)
        Instants whose posture is the start posture, or all but that; or others to compare with.
    turning : sequence of such arrays
        Instants about each repetition's turning point.

    Returns
    -------
    RoughBend or None
        None where too little was seen, or what was seen is too uncertain or looks like no back.
    """
    upright = upright & back_seen(contour)
    if upright.sum() < MIN_UPRIGHT:
        return None
    start = rough_start(contour[upright])
    if start.sd_deg is None or start.unlike_deg > MAX_UNLIKE_DEG:
        return None
    asked = np.logical_or.reduce([upright, *turning])  # the rest of a recording is most of it
    deg, missing_deg = np.full((2, len(upright)), np.nan)
    deg[asked], missing_deg[asked] = rough_flexion(contour[asked], start)
    seen = np.isfinite(deg)
    bottoms = [each & seen for each in turning if (each & seen).sum() >= MIN_TURNING]
    if (upright & seen).sum() < MIN_UPRIGHT or not bottoms:
        return None
    bend_deg = float(np.mean([np.median(deg[each]) for each in bottoms]) - np.median(deg[upright & seen]))
    anywhere = np.logical_or.reduce(bottoms)
    moved_deg = abs(float(np.median(contour.thighs_deg[anywhere])) - start.thighs_deg)
    variance = np.median(missing_deg[anywhere]) ** 2 + POSTURE_VARIANCE * moved_deg
    variance += (GAIN_SD * bend_deg) ** 2 + start.unlike_deg**2
    # upright is compared with all turning points, of which there are several
    variance += _variance(deg[upright & seen])
    variance += np.mean([_variance(deg[each]) for each in bottoms]) / len(bottoms)
    sd_deg = float(np.sqrt(variance))
    return RoughBend(bend_deg, sd_deg, len(bottoms)) if sd_deg <= MAX_SD_DEG else None


def rough_start(contour: BackContour) -> BackNeutral:
    """Return the back's edge upright, of moments that may lie before and after a whole set.

    Parameters
    ----------
    contour : BackContour
        Of upright moments that show the back.

    Returns
    -------
    BackNeutral
        Of their edges laid upon each other. Between rests the network and the person shift and tilt the line
        from hip to shoulder, which says nothing about the back. A median of edges that lie apart, of which
        other parts are hidden, goes from one to the other where the back does not bend.
    """
    seen = seen_stations(at_ease(contour))
    weight = seen.astype(np.float64)
    lines = np.einsum("tk,ki,kj->tij", weight, _LINE, _LINE)
    depth = contour.depth
    for _ in range(_ROUNDS):
        known = seen.any(axis=0)
        median = np.full(len(STATIONS), np.nan)
        median[known] = np.nanmedian(np.where(seen, depth, np.nan)[:, known], axis=0)
        off = np.where(seen, depth - median, 0.0)
        depth = depth - np.linalg.solve(lines, (off @ _LINE)[..., None])[..., 0] @ _LINE.T
    return back_neutral(replace(contour, depth=depth))


def _variance(deg: Floats) -> float:
    """Return the variance that goes with the 10th and 90th percentile."""
    low, high = np.percentile(deg, (10.0, 90.0))
    return float((high - low) / NORMAL_10_TO_90) ** 2
