"""The edge beside a thin thing, such as a picture's frame, of which hardly more shows than is blurred.

Where the frame goes behind the back it tapers to nothing, and what is left of it is a dip between shirt and
wall, not as deep as the frame is dark. The middle of the dip's inner side then lies too far inside, that of
its outer side too far outside: by one or two hundredths of the trunk. But blur leaves the area under a
profile and its centre as they are. With the shirt's, the thing's and the wall's own colours, looked at where
they can be seen, the two say where the thing begins and ends.
"""

import numpy as np
import numpy.typing as npt

from formcheck.body.pose import Bools, Floats
from formcheck.sources.edge_rays import OFFSETS, STEP, Singles, runs, steady

# Lengths are fractions of the trunk. Settled on nine dev clips of marches beside a frame, five of them dim:
# 2.3 degrees without, 2.1 with these; .01 less or more of reach 2.2 to 2.3, widths of .014 and .03 2.2 and
# 2.3, and everywhere, instead of near what surely is a thing, 2.2, with one of them withheld [M].
_SHIRT, _WALL = (-0.045, -0.015), (0.03, 0.055)  # where their colours are looked at, from the edge outwards
_THING = (-0.005, 0.03)  # and where that of the thing
_PROFILE = (-0.02, 0.04)  # what the area is taken of
_FEWEST = 3  # stations at which a thing is surely seen
_WIDEST_PART = 0.8  # of these the clearest fifth says what colour it has
_NEAR = 14  # stations from such a one within which it may taper
# What is wider is no sliver, and a narrower one is the rim of the shirt, which is darker than the rest: a
# dark frame on a bright wall drew backs inwards by .01 all the way below it, 3.4 degrees for 1.1 in a dev
# march. For the same reason a sliver goes on from what surely is the thing, or from another. In 18 dev clips
# beside frames 2.44 degrees (without these two 3.09, without slivers 2.48) [M].
_WIDEST, _NARROWEST = 0.02, 0.005
_MISSED = 2  # stations within which it goes on
_ALIKE = 5  # stations that are moved alike
_ASTRAY = 0.008  # what is moved by so much more or less than those beside it is moved as they are
_LEAST_CONTRAST = 15.0  # between shirt and thing, levels of 255, all channels together
_LIKE_THE_THING = (
    0.5  # a wall that differs from the shirt so much in the thing's direction is no third colour
)


def beside_slivers(colour: Singles, edge: Floats, thin: Bools) -> Floats:
    """Return edges (n, stations), corrected where a sliver of a thing lies outside of them.

    Parameters
    ----------
    colour : ndarray of float32, shape (n, stations, 3, len(OFFSETS))
        Along the rays, levels of 255.
    edge : ndarray, shape (n, stations)
        Where the edge was found, trunk lengths.
    thin : ndarray of bool, shape (n, stations)
        Where a thin thing is surely seen beside it.
    """
    result = edge.copy()
    for side in np.flatnonzero(thin.sum(axis=1) >= _FEWEST):
        near = np.convolve(thin[side], np.ones(2 * _NEAR + 1), mode="same") > 0
        shift = np.where(near, _corrected(colour[side], edge[side], thin[side]) - edge[side], 0.0)
        usual = steady(shift[None], _ALIKE)[0]
        result[side] += np.where(np.abs(shift - usual) < _ASTRAY, shift, usual)
    return result


def _corrected(colour: Singles, edge: Floats, thin: Bools) -> Floats:
    """Return the edges of one side: ``colour`` (stations, 3, offsets), ``edge`` and ``thin`` (stations,)."""
    shirt, wall = (np.median(_part(colour, edge, *where)[0], axis=2) for where in (_SHIRT, _WALL))
    to_thing = _thing(colour, edge, thin, shirt, wall) - shirt
    depth = np.sqrt((to_thing**2).sum(axis=1))
    direction = to_thing / np.maximum(depth, 1e-9)[:, None]
    to_wall = ((wall - shirt) * direction).sum(axis=1)
    profile, at = _part(colour, edge, *_PROFILE)
    change = np.einsum("sci,sc->si", profile - shirt[:, :, None], direction)
    begins, ends = _from_moments(change, at, depth, to_wall)
    width = ends - begins
    sliver = (begins >= at[:, 0]) & (width >= _NARROWEST) & (width <= _WIDEST)
    sliver &= (depth >= _LEAST_CONTRAST) & (to_wall <= _LIKE_THE_THING * depth)
    return np.where(_going_on(sliver, thin), begins, edge)


def _going_on(sliver: Bools, thin: Bools) -> Bools:
    """Return which slivers (stations,) go on from where a thing is surely seen, or from one that does."""
    reached = thin
    while True:
        near = np.convolve(reached, np.ones(2 * _MISSED + 1), mode="same") > 0
        further = thin | (sliver & near)
        if (further == reached).all():
            return sliver & reached
        reached = further


def _part(colour: Singles, edge: Floats, low: float, high: float) -> tuple[Singles, Floats]:
    """Return what lies between two offsets from the edges, and where: (stations, 3, m) and (stations, m)."""
    m = int((high - low) / STEP + 1e-6)
    first = np.ceil((edge + low - OFFSETS[0]) / STEP - 1e-9).astype(np.intp)
    first = np.minimum(np.maximum(first, 0), len(OFFSETS) - m)
    part = runs(colour, m)[np.arange(len(edge)), :, first]
    return part, OFFSETS[first[:, None] + np.arange(m)]


def _thing(colour: Singles, edge: Floats, thin: Bools, shirt: Singles, wall: Singles) -> Floats:
    """Return the thing's colour, shape (3,): what is least like shirt, wall or both, where it shows most."""
    beside = _part(colour[thin], edge[thin], *_THING)[0] - shirt[thin, :, None]
    to_wall = wall[thin] - shirt[thin]
    share = np.einsum("sci,sc->si", beside, to_wall) / np.maximum((to_wall**2).sum(axis=1), 1.0)[:, None]
    mixed = np.minimum(np.maximum(share, 0.0), 1.0)[:, None] * to_wall[:, :, None]
    strange = np.sqrt(((beside - mixed) ** 2).sum(axis=1))
    most = strange.argmax(axis=1)
    rows = np.arange(len(most))
    clearest = strange[rows, most] >= np.quantile(strange[rows, most], _WIDEST_PART)
    own = beside[rows, :, most] + shirt[thin]
    return np.asarray(np.median(own[clearest], axis=0))


def _from_moments(change: Floats, at: Floats, depth: Floats, to_wall: Floats) -> tuple[Floats, Floats]:
    """Return where a thing begins and ends whose blurred profile is ``change`` (stations, m), at ``at``.

    The profile is 0 up to the beginning a, ``depth`` p from there to the end b, and ``to_wall`` q beyond, up
    to the last sample's end x. Its area is p (b - a) + q (x - b), its first moment half of
    p (b**2 - a**2) + q (x**2 - b**2): with a = alpha + beta b of the first, the second is quadratic in b. NaN
    where there is no such profile.
    """
    last = at[:, -1] + STEP / 2
    area, moment = change.sum(axis=1) * STEP, (change * at).sum(axis=1) * STEP
    with np.errstate(divide="ignore", invalid="ignore"):
        beta, alpha = 1.0 - to_wall / depth, (to_wall * last - area) / depth
        square = 0.5 * (depth * (1.0 - beta**2) - to_wall)
        linear = -depth * alpha * beta
        rest = 0.5 * (to_wall * last**2 - depth * alpha**2) - moment
        root = np.sqrt(linear**2 - 4.0 * square * rest)
        ends: npt.NDArray[np.float64] = np.stack([(-linear + root), (-linear - root)]) / (2.0 * square)
        begins = alpha + beta * ends
        # of the two the one that begins before it ends, and within what was looked at
        fits = (begins >= at[:, 0]) & (begins <= ends + STEP / 2) & (ends <= last)
    return np.where(fits[0], begins[0], np.where(fits[1], begins[1], np.nan)), np.where(
        fits[0], ends[0], np.where(fits[1], ends[1], np.nan)
    )
