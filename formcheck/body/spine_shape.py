"""What was learnt of backs: from a change of the back's edge to the angle that goes with it.

Changes of the edge and the angle are taken as jointly normal; their second moments were learnt on exact
outlines of rendered people (``tools/silhouettes/learn.py`` writes ``spine_shape.json``). What says nothing
about the back is left free, so that only shape speaks: the edge may be shifted and tilted against the line
from hip to shoulder, and the stations may slide along the back, because the network moves hip and shoulder by
up to some centimetres, differently in different postures. Two things depend on the thighs: deeply bent ones
press the back's edge, which is taken away, and bending shows less in a bow or a seat than in standing.
"""

import json
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from formcheck.body.pose import Bools, Floats
from formcheck.body.spine_contour import EDGE_SD, STATIONS, beyond_ends

# What the search for the edge errs by is alike in neighbours: a thing that touches the back, a fold of cloth,
# and colours averaged along the back move several at once. Against exact outlines of dev clips it is .001 to
# .003 of the trunk in most and .005 in some, alike by .6 from one station to the next and .15 two on [M];
# about twice that, as for `EDGE_SD`. With .003 dev clips read 1.25 degrees wrong instead of 1.23 [M].
ALIKE_SD = 0.004
ALIKE_ALONG = 0.03
# Cloth that hangs or folds moves the edge too, neighbouring stations alike: in the shared squat clip by .007
# in the median station from moment to moment, about .05 along the trunk [M]. What of the back's shape can be
# told beside it is coarse, and reads drawn people as well: dev films .96 of what bends, .91 with .01 [M].
CLOTH_SD = 0.01
CLOTH_ALONG = 0.06

# How far the network moves mid-hip and mid-shoulder along the trunk between postures, trunk lengths: on dev
# clips .05 and .02 where a thigh is lifted or the trunk bows. With .05 for the hip the mean error of dev
# clips is 1.43 degrees, with .03 it is 1.57 [M].
HIP_SLIDE_SD = 0.05
SHOULDER_SLIDE_SD = 0.03
# A neutral further from the mean one than this many standard deviations counts as that far.
MAX_SCORE = 2.0
# Up to here the learnt curve holds; it is continued straight.
MAX_LEARNT_DEG = 45.0
# Added to the second term of extension's curve, degrees, where the thighs are forward by so many degrees,
# less where they are less. Edges that neighbours err in alike, or that are unsure, tell less of a large arch
# than the sure ones that it was learnt with: in 13 dev marches .88 of what bends, .93 with this (2.26 and
# 2.07 degrees wrong, in 12 other dev clips 1.23 and 1.30; with 4 2.07 and 1.35). Arches in standing are told
# as they are [M].
LARGE_ARCH_DEG, LIFTED_DEG = 3.0, 30.0
# From here on thighs press the trunk. Outlines of bodies, each left out in turn: 40 to 80 degrees differ
# by .03; without it deep squats read 3.7 degrees wrong, with it 2.7 [M].
PRESSING_DEG = 70.0
# How unsure that is, as if the thighs were elsewhere: they are known to 2 degrees, but bodies are pressed
# differently, and what the search errs by moves with a lifted leg. With this drawn seated lifts and squats
# read 1.80 and 1.77 degrees wrong (1.86, 1.82), dev clips of them 1.42 and 1.42 (1.47, 1.54), hinges 1.47
# (1.44) and 1.69 (1.68) [M].
PRESSING_SD_DEG, PRESSING_SHARE = 10.0, 0.3
# Angles between trunk and thighs that were learnt from; beyond, they count as these.
_LEARNT_THIGHS_DEG = (-20.0, 120.0)
# Offset and tilt of the start posture's edge against the line from hip to shoulder, and how people differ:
# .21 to .35 and -.23 to 0 in 60 dev films and clips [M].
_MEAN_LINE, _LINE_SD = np.array([0.255, -0.12]), np.array([0.05, 0.09])
# What neither two deviations nor offset and tilt explain of a start posture, trunk lengths: see
# `formcheck.body.spine.UNLIKE_START`; and how surely the median of one is known.
_START_SD, _MEDIAN_SD = 0.003, 0.0015
_SMOOTH = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0
_REMEMBERED = 64  # neutrals
_AT_ONCE = 2048  # instants whose covariances are inverted together
_LINE = np.stack([np.ones_like(STATIONS), STATIONS], axis=1)


def _edge_noise(sd: float, along: float) -> Floats:
    """Return the covariance of what moves an edge and is no back, (K, K): partly alike in neighbours."""
    near = np.exp(-0.5 * (np.subtract.outer(STATIONS, STATIONS) / along) ** 2)
    return np.asarray(EDGE_SD**2 * np.eye(len(STATIONS)) + sd**2 * near)


_NOISE, _CLOTH_NOISE = _edge_noise(ALIKE_SD, ALIKE_ALONG), _edge_noise(CLOTH_SD, CLOTH_ALONG)


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """What changes of the edge say, each shape (T,).

    Parameters
    ----------
    deg : ndarray
        The angle.
    missing_deg : ndarray
        Standard deviation that comes from stations that are missing, and from sliding ones.
    unexplained : ndarray
        Root mean square of what no learnt back does, trunk lengths.
    """

    deg: Floats
    missing_deg: Floats
    unexplained: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What was learnt: depths in trunk lengths, angles in degrees.

    ``within`` (K, K) and ``across`` (K,) are second moments of depth changes, and between them and the
    angle. ``mean`` (K,), ``axes`` (2, K) and ``scale`` (2,) describe neutrals, ``personal`` (3, K) how
    ``across`` depends on them. ``curve`` (2, 3): see `_bent`. ``pressed`` (K,) is what thighs do to the edge
    for each degree beyond `PRESSING_DEG`, ``arched`` how much more an arch is for each degree of the thighs,
    and ``rounded`` how much more a round back is for each degree of the start posture's.
    """

    within: Floats
    across: Floats
    mean: Floats
    axes: Floats
    scale: Floats
    personal: Floats
    curve: Floats
    pressed: Floats
    arched: Floats
    rounded: Floats

    def at_ease(self, depth: Floats, thighs_deg: Floats) -> Floats:
        """Return edges (T, K) without what deeply bent thighs (T,) do to them."""
        beyond_deg = np.minimum(thighs_deg, _LEARNT_THIGHS_DEG[1]) - PRESSING_DEG
        return np.asarray(depth - np.maximum(beyond_deg, 0.0)[:, None] * self.pressed)

    def _pressing(self, thighs_deg: Floats, start_thighs_deg: float) -> Floats:
        """Return what one standard deviation of how thighs press does to each edge, shape (T, K, 1)."""
        now, start = (np.maximum(each - PRESSING_DEG, 0.0) for each in (thighs_deg, start_thighs_deg))
        most = np.minimum(np.maximum(now, start), PRESSING_SD_DEG)
        unsure_deg = np.hypot(most, PRESSING_SHARE * (now - start))
        return np.asarray((unsure_deg[:, None] * self.pressed)[..., None])

    def estimate(
        self,
        depth: Floats,
        neutral: Floats,
        usable: Bools,
        thighs_deg: Floats,
        start_thighs_deg: float,
        *,
        doubt: Floats | None = None,
        cloth: bool = False,
    ) -> Estimate:
        """Return the angles; each instant's depends on no other, so that a live pose reads as in a recording.

        Parameters
        ----------
        depth : ndarray, shape (T, K)
            Edges, at ease; NaN where unknown.
        neutral : ndarray, shape (K,)
            The edge of the start posture; NaN where unknown.
        usable : ndarray of bool, shape (T, K)
            Which stations count; known in both.
        thighs_deg : ndarray, shape (T,)
            How far the thighs are forward of the trunk.
        start_thighs_deg : float
            The same in the start posture.
        doubt : ndarray, shape (T, K), optional
            How many times as much as a sure edge each may err; 1 where it is not said.
        cloth : bool, optional
            Whether cloth moves the edge: what is left for the back is less, and surer.
        """
        least_deg, most_deg = _LEARNT_THIGHS_DEG
        arched = self.arched * np.minimum(np.maximum(thighs_deg, least_deg), most_deg)
        rounded = float(self.rounded * min(max(start_thighs_deg, least_deg), most_deg))
        change = np.where(usable, depth - neutral, 0.0)
        free = _slides(np.where(usable, depth, np.nan), neutral)
        if not cloth:  # what is read under cloth is too low as it is
            free = np.concatenate([free, self._pressing(thighs_deg, start_thighs_deg)], axis=2)
        own = self._across_for(neutral.tobytes())
        larger = LARGE_ARCH_DEG * np.minimum(np.maximum(thighs_deg / LIFTED_DEG, 0.0), 1.0)
        everything = self._explained_by_all()
        noise, doubt = _CLOTH_NOISE if cloth else _NOISE, np.ones(depth.shape) if doubt is None else doubt
        deg, missing, unexplained = np.full((3, len(depth)), np.nan)
        for pattern, some in patterns_of(usable):
            back = (self.within + _LINE @ _LINE.T)[np.ix_(pattern, pattern)]
            sure, common = noise[np.ix_(pattern, pattern)], self.across[pattern]
            for rows in np.split(some, range(_AT_ONCE, len(some), _AT_ONCE)):
                unsure = doubt[rows][:, pattern]
                errors = unsure[:, :, None] * sure * unsure[:, None, :]
                solver = _Solver(back + errors, free[rows][:, pattern])
                solved = solver.solve(change[rows][:, pattern])
                linear = solved @ own[pattern]
                arch = linear < 0
                steeper, more = np.where(arch, arched[rows], rounded), np.where(arch, larger[rows], 0.0)
                deg[rows] = _bent(linear, self.curve, steeper, more)
                no_back = np.einsum("ti,tij->tj", solved, errors) / unsure
                unexplained[rows] = np.sqrt((no_back**2).mean(axis=1))
                told = solver.solve(np.broadcast_to(common, unsure.shape)) @ common
                missing[rows] = np.sqrt(np.maximum(0.0, everything - told))
        return Estimate(deg, missing, unexplained)

    # A live set asks the same for every picture: hence bytes, which can be looked up.

    @lru_cache(maxsize=_REMEMBERED)  # noqa: B019 - there is one shape in a process
    def _across_for(self, neutral_depth: bytes) -> Floats:
        """Return the covariance of depth changes and angle for a person with this neutral, shape (K,)."""
        neutral = np.frombuffer(neutral_depth)
        if not np.isfinite(neutral).any():
            return np.asarray(self.personal[0])
        score = np.clip(self._fitted(neutral)[0], -MAX_SCORE, MAX_SCORE)
        return np.asarray(self.personal[0] + score @ self.personal[1:])

    def any_back(self) -> Floats:
        """Return the covariance of edges about the mean neutral, of any person in any posture, (K, K)."""
        people = self.axes * self.scale[:, None]
        return np.asarray(self.within + people.T @ people + _LINE @ _LINE.T)

    def likely_start(self, known_depth: Floats, thighs_deg: float) -> Floats:
        """Return how a start posture that is known in part is likely to be as a whole, shape (K,).

        Parameters
        ----------
        known_depth : ndarray, shape (K,)
            Its edge, NaN where unknown.
        thighs_deg : float
            How far its thighs are forward of the trunk: postures other than standing differ more.
        """
        known = np.isfinite(known_depth)
        people, line = self.axes * self.scale[:, None], _LINE * _LINE_SD
        seated = min(abs(thighs_deg), 90.0) / 90.0
        prior = people.T @ people + line @ line.T + seated**2 * self.within
        prior = prior + _START_SD**2 * np.eye(len(STATIONS))
        of_known = prior[np.ix_(known, known)] + _MEDIAN_SD**2 * np.eye(int(known.sum()))
        mean = self.mean + _LINE @ _MEAN_LINE
        return np.asarray(mean + prior[:, known] @ np.linalg.solve(of_known, (known_depth - mean)[known]))

    def unlike(self, neutral: Floats) -> float:
        """Return how far a start posture's edge (K,) is from learnt ones: root mean square, trunk lengths."""
        return float(np.sqrt((self._fitted(neutral)[1] ** 2).mean()))

    def _fitted(self, neutral: Floats) -> tuple[Floats, Floats]:
        """Return a start posture's two scores, and what neither they nor offset and tilt explain, (n,)."""
        known = np.isfinite(neutral)
        basis = np.concatenate([self.axes * self.scale[:, None], _LINE.T])[:, known].T
        change = neutral[known] - self.mean[known]
        fit = np.linalg.lstsq(basis, change, rcond=None)[0]
        return fit[:2], change - basis @ fit

    @lru_cache(maxsize=_REMEMBERED)  # noqa: B019 - as above
    def _explained_by_all(self) -> float:
        """Return how much of the angle's variance the whole back explains where nothing slides."""
        prior = self.within + _LINE @ _LINE.T + _NOISE
        return float(self.across @ np.linalg.solve(prior, self.across))


@cache
def learnt_shape() -> Shape:
    """Return what formcheck ships."""
    content = json.loads(files("formcheck.body").joinpath("spine_shape.json").read_text(encoding="utf-8"))
    return Shape(**{each.name: np.array(content[each.name]) for each in fields(Shape)})


class _Solver:
    """Solves with covariances (T, n, n), plus free directions (T, n, m), of T rows."""

    def __init__(self, covariance: Floats, free: Floats) -> None:
        self._inverse = np.linalg.inv(covariance)
        self._spread = self._inverse @ free  # (T, n, m)
        inner = np.eye(free.shape[2]) + np.swapaxes(free, 1, 2) @ self._spread
        self._inner = np.linalg.inv(inner)

    def solve(self, right: Floats) -> Floats:
        """Return the solutions for right-hand sides, shapes (T, n)."""
        row = right[:, None]  # (T, 1, n)
        taken = row @ self._spread @ self._inner @ np.swapaxes(self._spread, 1, 2)
        return np.asarray((row @ self._inverse - taken)[:, 0])


def _slides(depth: Floats, neutral: Floats) -> Floats:
    """Return what one standard deviation of sliding hip and shoulder does to each edge, shape (T, K, 2).

    At the mean of both edges, of which it is a linear function.
    """
    half = 0.5 * (_bridged(depth) + _bridged(neutral[None]))
    return np.asarray(half @ _SLIDES).reshape(*depth.shape, 2)


def slides_of(edge: Floats) -> Floats:
    """Return what one standard deviation of sliding hip and shoulder does to an edge (K,), shape (K, 2)."""
    return np.asarray(_slides(edge[None], edge)[0])


def _slides_of_unit_edges() -> Floats:
    """Return the same for edges that are 1 at one station and 0 elsewhere, shape (K, K * 2).

    A frame whose hip lies ``a`` and whose shoulder lies ``b`` further up reads, at its station s, the back at
    s + a (1 - s) + b s, in a unit longer by b - a. To first order.
    """
    padded = beyond_ends(np.eye(len(STATIONS)), 2)
    level = sum(weight * padded[:, i : i + len(STATIONS)] for i, weight in enumerate(_SMOOTH))
    slope = np.gradient(level, STATIONS, axis=1)
    hip = HIP_SLIDE_SD * (slope * (1 - STATIONS) + level)
    shoulder = SHOULDER_SLIDE_SD * (slope * STATIONS - level)
    return np.stack([hip, shoulder], axis=2).reshape(len(STATIONS), -1)


_SLIDES = _slides_of_unit_edges()


def _bridged(depth: Floats) -> Floats:
    """Return edges with unknown stations interpolated; 0 where too little is known."""
    known = np.isfinite(depth)
    if known.all():
        return depth
    result = np.zeros_like(depth)
    for i, seen in enumerate(known):
        if seen.sum() >= 2:
            result[i] = np.interp(STATIONS, STATIONS[seen], depth[i, seen])
    return result


def patterns_of(usable: Bools) -> list[tuple[Bools, npt.NDArray[np.intp]]]:
    """Return the different sets of usable stations and the instants of each; most instants share one."""
    if not len(usable):
        return []
    if len(usable) == 1:  # a live pose, whose own pattern needs no sorting
        return [(usable[0], np.zeros(1, dtype=np.intp))] if usable.any() else []
    patterns, which = np.unique(usable, axis=0, return_inverse=True)
    which = which.reshape(-1)
    return [(pattern, np.flatnonzero(which == i)) for i, pattern in enumerate(patterns) if pattern.any()]


def _bent(linear_deg: Floats, curve: Floats, steeper: Floats, larger: Floats) -> Floats:
    """Return the angle that a linear estimate stands for: large bends move the stations along the back.

    A third-order curve up to `MAX_LEARNT_DEG` either way, its last slope beyond; flexion and extension have
    their own. ``steeper`` and ``larger`` (T,) are added to the first and the second term.
    """
    unit = 30.0
    inside = np.minimum(np.maximum(linear_deg, -MAX_LEARNT_DEG), MAX_LEARNT_DEG) / unit
    a, b, c = np.where(linear_deg >= 0, curve[0][:, None], curve[1][:, None])
    a, b = a + steeper, b + larger
    value = inside * (a + b * np.abs(inside) + c * inside**2)
    slope = (a + 2 * b * np.abs(inside) + 3 * c * inside**2) / unit
    result: Floats = value + slope * (linear_deg - inside * unit)
    return result
