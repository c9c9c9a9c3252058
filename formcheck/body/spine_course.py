"""The course of a back that cannot be measured: a rough curve over the movement, with its band.

As in `formcheck.body.spine_rough` cloth counts among what may move the edge, and a whole set is read.
Medians of all moments at the same level of a repetition, on the way out and on the way back, are compared
with that of each rest in which the person stands upright, before, between and after repetitions, and a curve
of few terms is laid through them. How far they lie from it is part of its deviation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.body.pose import Bools, Floats
from formcheck.body.spine import (
    POSTURE_VARIANCE,
    BackNeutral,
    back_seen,
    rough_flexion,
)
from formcheck.body.spine_contour import BackContour
from formcheck.body.spine_rough import MAX_SD_DEG, MAX_UNLIKE_DEG, MIN_UPRIGHT, RoughLevel, rough_start

# So many pictures must show the back at one level of a repetition: fewer agree by chance [D].
MIN_PICTURES = 3
# Where the curve is told: out from the start (-1) to the turning point (0), and back (1).
COURSE = np.linspace(-1.0, 1.0, 11)
HALF_STEP = 0.1
# Moments so near to a level count there, some at two. Half a step alone leaves too few at a turning point:
# dev squats and hinges, made worse, read 3.7 degrees wrong there with .12, 3.5 with this and 3.2 with .2, the
# curves 2.7, 2.5 and 2.4. With .2 the versions of the shared squat clip lie up to 3.6 degrees apart, with
# this 2.6 [M].
_WITHIN = 0.18
_SHARE = 1.0 - np.abs(COURSE)
_TURNING = len(COURSE) // 2
# Proportional, square, and by which the ways differ: half of it either way, half-way.
_TERMS = np.stack([_SHARE, _SHARE**2, 2.0 * _SHARE * (1.0 - _SHARE) * np.sign(COURSE)], axis=1)
# Deviations of what one level of one repetition, and one rest, read under cloth: those of the shared squat
# clip scatter so about its curve [M]. A rest is sure no more than a level is: with 6 instead of 9 dev films
# read 2.8 degrees wrong instead of 2.6 [M].
LEVEL_SD_DEG, REST_SD_DEG = 9.0, 9.0
# How the terms of the curve differ among sets: proportional to the movement, growing with its square, by
# which the way out and the way back differ half-way, and by which single repetitions differ at the turning
# point. The first leaves the curve all but free [D]; double of the second and third read dev films 2.9
# degrees wrong instead of 2.6, half and double of the last alike [M].
_PROPORTIONAL_DEG, _SQUARE_DEG, _WAYS_DEG, _REPETITION_DEG = 30.0, 10.0, 3.0, 8.0
# Dev clips read .8 of what bends, because what cloth may do is not counted as the back's. With this the 80 %
# interval holds .76 at the turning points of films like a gym's, and .79 of all levels [M].
ROUGH_GAIN_SD = 0.15
_ANYTHING_DEG = 200.0  # what the curve's zero may read


@dataclass(frozen=True, slots=True, eq=False)
class _Readings:
    """Medians of ``deg``, ``missing_deg`` and ``thighs_deg``, how far the thighs have moved, shape (n,).

    ``level`` and ``rep`` say which level of which repetition; ``rest_deg`` are the rests.
    """

    level: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    rep: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    deg: Floats
    missing_deg: Floats
    thighs_deg: Floats
    rest_deg: Floats

    def reps_at(self, level: int) -> int:
        """Return in how many repetitions a level was seen."""
        return int((self.level == level).sum())


def rough_course(
    contour: BackContour, rests: Sequence[Bools], courses: Sequence[Floats]
) -> tuple[RoughLevel, ...]:
    """Measure roughly how much more a back is bent at each level of a repetition than upright.

    Parameters
    ----------
    contour : BackContour
        T instants of a recording.
    rests : sequence of ndarray of bool, shape (T,)
        Instants of each rest whose posture is the start posture, or all but that.
    courses : sequence of ndarray, shape (T,)
        Where each repetition is: from -1 at its start through 0 at its turning point to 1 at its end; NaN
        outside of it.

    Returns
    -------
    tuple of RoughLevel
        The levels at which the back was seen, in order. Empty where it was not seen upright and at a turning
        point, or what was seen is too uncertain or looks like no back.
    """
    upright = np.logical_or.reduce(rests) & back_seen(contour)
    if upright.sum() < MIN_UPRIGHT:
        return ()
    start = rough_start(contour[upright])
    if start.sd_deg is None or start.unlike_deg > MAX_UNLIKE_DEG:
        return ()
    readings = _readings(contour, start, [rest & upright for rest in rests], courses)
    if not readings.rest_deg.size or not readings.reps_at(_TURNING):
        return ()
    curve = _curve(readings, start.unlike_deg)
    return curve if max(level.sd_deg for level in curve) <= MAX_SD_DEG else ()


def _readings(
    contour: BackContour, start: BackNeutral, rests: Sequence[Bools], courses: Sequence[Floats]
) -> _Readings:
    """Return the medians of what is read at each level of each repetition, and in each rest."""
    asked = np.logical_or.reduce([*rests, *(np.isfinite(course) for course in courses)])
    deg, missing_deg = np.full((2, len(asked)), np.nan)
    deg[asked], missing_deg[asked] = rough_flexion(contour[asked], start)  # the rest may be most of it
    read = np.isfinite(deg)
    moved_deg = np.abs(contour.thighs_deg - start.thighs_deg)
    places, medians = [], []
    for rep, course in enumerate(courses):
        for level, at in enumerate(COURSE):
            here = read & (np.abs(course - at) <= _WITHIN)
            own = here & (np.abs(course - at) <= HALF_STEP)
            if own.any() and here.sum() >= MIN_PICTURES:
                places.append((level, rep))
                medians.append([float(np.median(each[here])) for each in (deg, missing_deg, moved_deg)])
    rest_deg = [np.median(deg[rest & read]) for rest in rests if (rest & read).sum() >= MIN_PICTURES]
    levels, reps = np.array(places, dtype=np.intp).reshape(-1, 2).T
    of_deg, of_missing, of_moved = np.array(medians).reshape(-1, 3).T
    return _Readings(levels, reps, of_deg, of_missing, of_moved, np.array(rest_deg))


def _curve(readings: _Readings, unlike_deg: float) -> tuple[RoughLevel, ...]:
    """Return the curve at the levels that were seen in any repetition."""
    deg, variance = _fitted(readings)
    rests = readings.rest_deg
    # rests that lie further apart than is reckoned with leave the zero unsure
    beyond = float(np.var(rests, ddof=1)) - REST_SD_DEG**2 if len(rests) > 1 else 0.0
    zero_deg = np.sqrt(max(0.0, beyond) / len(rests))
    result = []
    for level, (at, share) in enumerate(zip(COURSE.tolist(), _SHARE.tolist(), strict=True)):
        here = readings.level == level
        if not here.any():
            continue
        # near the start posture what is missing, and how cloth and network err, is the same as at rest
        common_deg = share * np.hypot(zero_deg, float(np.median(readings.missing_deg[here])))
        sd_deg = np.sqrt(
            variance[level]
            + common_deg**2
            + POSTURE_VARIANCE * float(np.median(readings.thighs_deg[here]))
            + (ROUGH_GAIN_SD * deg[level]) ** 2
            + unlike_deg**2
        )
        way: Literal["out", "back"] = "out" if at <= 0.0 else "back"
        result.append(
            RoughLevel(way, round(share, 6), float(deg[level]), float(sd_deg), readings.reps_at(level))
        )
    return tuple(result)


def _fitted(readings: _Readings) -> tuple[Floats, Floats]:
    """Return the mean of the repetitions at every level, and its variance, both shape (levels,).

    A linear regression with normal priors: what is read is a zero, which the rests read too, and a bend that
    grows with the share of the movement and its square, differently on both ways and in each repetition.
    """
    n, rests, reps = len(readings.deg), len(readings.rest_deg), np.unique(readings.rep)
    own = _SHARE[readings.level, None] * (readings.rep[:, None] == reps)
    design = np.zeros((n + rests, 4 + len(reps)))
    design[:, 0] = 1.0
    design[:n, 1:] = np.concatenate([_TERMS[readings.level], own], axis=1)
    read = np.concatenate([readings.deg, readings.rest_deg])
    sd_deg = np.repeat([LEVEL_SD_DEG, REST_SD_DEG], [n, rests])
    prior_sd = [_ANYTHING_DEG, _PROPORTIONAL_DEG, _SQUARE_DEG, _WAYS_DEG, *[_REPETITION_DEG] * len(reps)]
    weighted = design / sd_deg[:, None] ** 2
    covariance = np.linalg.inv(design.T @ weighted + np.diag(1.0 / np.square(prior_sd)))
    terms = covariance @ (weighted.T @ read)
    # what scatters more than cloth does is less sure
    free = len(read) - float(np.einsum("ni,ij,nj->", weighted, covariance, design))
    misfit = float(np.sum(((read - design @ terms) / sd_deg) ** 2)) / max(free, 1.0)
    mean = np.concatenate(
        [np.zeros_like(_SHARE[:, None]), _TERMS, np.tile(_SHARE[:, None] / len(reps), len(reps))], axis=1
    )
    return mean @ terms, max(1.0, misfit) * np.einsum("li,ij,lj->l", mean, covariance, mean)
