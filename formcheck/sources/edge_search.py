"""Where along its rays the trunk's edge lies, as the picture's colours show it; any number of sides at once.

A place is the likelier the edge, the more the colour changes across it, the more what lies between it and the
mask's edge looks like the wall beyond, and the nearer it is to the mask's edge; of all smooth paths through
the stations the likeliest is taken (dynamic programming). No shirt ends within a person's back: a place with
a clear change a little inside of it (or anywhere inside, where it is straight and upright, as built things
are) is the edge of something behind the person, such as the frame of a picture, that the mask took in. Where
the picture hardly changes across the path there is no knowing, and the change that is returned says so.
"""

import numpy as np
import numpy.typing as npt

from formcheck.body.pose import Bools, Floats
from formcheck.sources.edge_rays import INWARDS, OFFSETS, OUTWARDS, STEP, Singles, runs, steady
from formcheck.sources.edge_slivers import beside_slivers

# Lengths are fractions of the trunk; all settled on dev recordings and low-contrast versions of them [M].
_WINDOW = 4  # samples that are averaged on either side of a place: 1 cm
_NARROW = 2  # the same for things as thin as the frame of a picture
_WALL = (0.02, 0.05)  # where the wall is looked at, beyond the mask's edge
_PERSON = (-0.10, -0.045)  # and the person, inside of it
# Differences of colour in levels of 255, all channels together.
_FAINT = 6.0  # a change that is believed by half
_CLEAR = 40.0  # a change that no wall or shirt has in itself
_WALL_LEVELS = 4.0  # beyond three times this and the wall's own spread something is not the wall
_PERSON_LEVELS = 12.0  # the same of the person, who is round and shaded
# Changes over half a centimetre that shirts have in themselves: a share of the colour's own level, because in
# less light all changes are fainter, and a multiple of the noise.
_OWN_SHARE = 0.08
_OWN_NOISE = 3.0
# A change away from the wall's colour, as at a thin frame that touches the back, counts if it is this share
# of the change back that follows. Sharpening cameras and encoders add a third of a change beside it at most:
# of drawn backs .25 takes such a halo for the edge, .4 and .55 do not, and frames are left alike [M].
_HALO = np.float32(0.5)
# How far inside of the mask's edge such a change counts: shirts have panels of two colours, and without a
# limit that of the shared squat clip drew the edge inwards by up to .08 of the trunk; at .04 it does not [M].
_TAKEN_IN = 0.04
# Where the mask ends at something built, such as a frame or a box, it may have taken in more: a change counts
# as far inwards as the search goes. Built is what ends upright or level over so many stations (8 cm), within
# so much, while what lies inside does not. It moved the edge in 1 of 77 pictures of the squat clip [M].
_STRAIGHT = 7
_STRAIGHT_WITHIN = 0.006
_AT_EDGE = 0.03  # how far from the mask's edge what is built may end
_THIN = 0.25  # how clear the two sides of a thin thing must be
# Weights of what speaks against a place.
_PLAIN = 0.2  # of a faint change, however sure
_BETWEEN = 0.15
_WITHIN = 0.3
_FAR = 0.2  # of a place as far inwards as the search goes
_PAST = 3.0  # of a place outside of a change that is twice as large as shirts have in themselves
_BEND = 0.35  # of a path that leaves its course by three steps from one station to the next
_MOST = 3  # steps from one station to the next

# The edge itself lies where the colour is half way between what is just inside and just outside.
_HALF_BLUR = 2  # samples to either side of it that lens and encoder may have mixed
_BESIDE = 3  # samples that say what is inside, and as many for outside
_ASTRAY = 0.004  # a station's edge this far from those beside it took something else for the back
# Where what lies next to the edge differs from what lies inside in another way than what lies further out (by
# the cosine between the two), a strip of wall shows before a thing begins: measured against the thing, the
# edge moved outwards across the strip, by .013. In 29 dev clips beside frames .03 degrees, in 13 others
# none [M].
_SAME_WAY = 0.3

# What else makes an edge unsure, in e-folds of its error; as many times _UNSURE of change would. Fitted
# together to what edges err by in 27 dev clips, five of them dim and eight beside frames (Student's t, four
# degrees of freedom); whether the outside is built, and colours of neither side at the edge, add nothing [M].
_UNSURE = 0.18
_NEXT_TO, _NEAR = 0.0075, 0.04  # what lies so far from the edge, on either side, is looked at
# Samples that are as unlike the wall, or the person, as can be: from so many on to so many more; for each.
_STRANGE_OUTSIDE, _MORE_OUTSIDE, _FOR_OUTSIDE = 2.0, 4.0, 0.15
_STRANGE_INSIDE, _MORE_INSIDE, _FOR_INSIDE = 1.5, 3.0, 0.32
_FROM_MASK, _FAR_FROM_MASK = 0.003, 0.033  # how far the mask's edge is away, from the first on to the second
_FOR_MASK = 30.0  # and for each trunk length


def _between_ends(low: float, high: float) -> slice:
    """Return which samples of a ray lie between two offsets; a slice, which costs no copy."""
    at = np.flatnonzero((low - 1e-9 <= OFFSETS) & (high + 1e-9 >= OFFSETS))
    return slice(int(at[0]), int(at[-1]) + 1)


_AT_WALL = _between_ends(*_WALL)
_AT_PERSON = _between_ends(*_PERSON)
_INSIDE_OUT = max(_PERSON) < OFFSETS
_PENALTY = (_BEND * (np.arange(-_MOST, _MOST + 1) / _MOST) ** 2).astype(np.float32)
# Places where the edge may lie, among the samples and among the differences of two windows of them.
_AT_PLACES = _between_ends(-INWARDS, OUTWARDS)
_PLACES = OFFSETS[_AT_PLACES]
_OUTER = slice(_AT_PLACES.start + 2, _AT_PLACES.stop + 2)  # from here outwards a place says that it is wall
_INNER = slice(_AT_PLACES.start - 2, _AT_PLACES.stop - 2)  # up to here that it is person
_PLACED = slice(_AT_PLACES.start - _WINDOW - 1, _AT_PLACES.stop - _WINDOW - 1)


def found_edges(colour: Singles, noise: Floats, mask: Floats, places: Floats) -> tuple[Floats, Floats]:
    """Find the edge along the rays of n sides of trunks, of one picture or of many.

    Parameters
    ----------
    colour : ndarray of float32, shape (n, N_SEARCHED, 3, len(OFFSETS))
        Along the rays, levels of 255.
    noise : ndarray, shape (n,)
        Standard deviation of the colours.
    mask : ndarray, shape (n, N_SEARCHED)
        How far outside of the rays' zero the mask's edge lies, in trunk lengths.
    places : ndarray, shape (2, n, N_SEARCHED, len(OFFSETS))
        Where each ray is sampled, x and y, in trunk lengths.

    Returns
    -------
    found : ndarray, shape (n, N_SEARCHED)
        How far outside of the rays' zero the edge lies, in trunk lengths.
    confidence : ndarray, shape (n, N_SEARCHED)
        How surely it is the person's: how much the colour changes across it, 0 to 1, less where something
        strange lies beside it or the mask ends elsewhere.
    """
    total = np.cumsum(colour, axis=3)
    sums = total[..., _WINDOW:] - total[..., :-_WINDOW]  # of samples i + 1 to i + _WINDOW
    jump_sq = ((sums[..., _WINDOW + 1 :] - sums[..., : -_WINDOW - 1])[..., _PLACED] ** 2).sum(axis=2)
    jump_sq /= _WINDOW**2
    change = jump_sq / (jump_sq + _levels(_FAINT**2 + noise**2)[:, None, None])
    against = 1.0 - (1.0 - _PLAIN) * change - _PLAIN * jump_sq / (jump_sq + _CLEAR**2)
    no_wall = _unlike(colour, _AT_WALL, _WALL_LEVELS, noise)
    no_person = _unlike(colour, _AT_PERSON, _PERSON_LEVELS, noise)
    against += _BETWEEN * _between(no_wall) + _WITHIN * _within(no_person)
    clear = _clear_changes(total, noise)
    taken_in = np.where(_built(clear, mask, places), INWARDS, _TAKEN_IN)
    clear = np.where((mask - taken_in)[:, :, None] <= OFFSETS, clear, np.float32(0))
    against += _PAST * np.maximum.accumulate(clear, axis=2)[:, :, _INNER]
    away = _PLACES - mask[:, :, None]
    against += _FAR * np.minimum(np.where(away < 0, -away, 4 * away) / INWARDS, 1.0)
    path = _smoothest(against)
    sides, stations = (np.arange(n) for n in path.shape)
    steep = np.asarray(change[sides[:, None], stations, path], dtype=np.float64)
    found = _sub_pixel(colour, _PLACES[path], clear)
    return found, np.maximum(steep - _UNSURE * _doubt(found, mask, no_wall, no_person), 0.0)


def _doubt(found: Floats, mask: Floats, no_wall: Singles, no_person: Singles) -> Floats:
    """Return how much less sure edges (n, stations) are for what lies beside them, e-folds of their error.

    Parameters
    ----------
    found, mask : ndarray, shape (n, stations)
        Where the edge was found, and where that of the mask lies, in trunk lengths.
    no_wall, no_person : ndarray, shape (n, stations, offsets)
        How unlike the wall, and the person, each sample is, 0 to 1.
    """
    away = OFFSETS - found[:, :, None]
    outside = (no_wall * ((away >= _NEXT_TO) & (away <= _NEAR))).sum(axis=2, dtype=np.float64)
    inside = (no_person * ((away <= -_NEXT_TO) & (away >= -_NEAR))).sum(axis=2, dtype=np.float64)
    from_mask = np.minimum(np.abs(mask - found), _FAR_FROM_MASK) - _FROM_MASK
    return np.asarray(
        _FOR_OUTSIDE * np.minimum(np.maximum(outside - _STRANGE_OUTSIDE, 0.0), _MORE_OUTSIDE)
        + _FOR_INSIDE * np.minimum(np.maximum(inside - _STRANGE_INSIDE, 0.0), _MORE_INSIDE)
        + _FOR_MASK * np.maximum(from_mask, 0.0)
    )


def _built(clear: Singles, mask: Floats, places: Floats) -> Bools:
    """Return at which stations the mask ends at something built, and not at the back, shape (n, stations).

    Its outline is straight and upright or level. That of the back inside of it is not: a panel's seam, which
    runs along the back's own outline, is as straight as that.

    Parameters
    ----------
    clear : ndarray, shape (n, stations, offsets)
        As `_clear_changes` gives it.
    mask : ndarray, shape (n, stations)
        How far from the line the mask's edge lies.
    places : ndarray, shape (2, n, stations, offsets)
        Where each ray is sampled, x and y, in trunk lengths.
    """
    away = OFFSETS - mask[:, :, None]
    changes = (clear > _THIN) & (away >= -INWARDS) & (away <= _AT_EDGE)
    inner, outer = changes.argmax(axis=2), len(OFFSETS) - 1 - changes[:, :, ::-1].argmax(axis=2)
    known = changes.any(axis=2) & (OFFSETS[outer] >= mask - _AT_EDGE)
    sides, stations = (np.arange(n) for n in known.shape)
    ends = places[:, sides[:, None], stations, np.stack([inner, outer])]  # x and y, of either end
    along = runs(np.where(known, ends, np.nan), _STRAIGHT)
    straight = along.max(axis=4) - along.min(axis=4) < _STRAIGHT_WITHIN
    built = (straight[:, 1] & ~straight[:, 0]).any(axis=0)
    result = np.zeros(known.shape, dtype=np.bool_)
    for k in range(_STRAIGHT):
        result[:, k : k + built.shape[1]] |= built
    return result


def _clear_changes(total: Singles, noise: Floats) -> Singles:
    """Return how clearly one thing ends and another begins at each sample, (n, stations, offsets).

    0 for what shirts have in themselves, 1 for twice that; only at the middle of a change, and only where a
    run of four stations has one near by: what crosses the rays, such as a hem, ends nothing along them.

    Parameters
    ----------
    total : ndarray, shape (n, stations, 3, offsets)
        Running sums of the colours.
    noise : ndarray, shape (n,)
        Of the colours.
    """
    sums = total[..., _NARROW:] - total[..., :-_NARROW]
    step = sums[..., _NARROW + 1 :] - sums[..., : -_NARROW - 1]
    jump = np.sqrt((step**2).sum(axis=2)) / _NARROW
    level = np.sqrt((total[..., -1] ** 2).sum(axis=2)) / total.shape[3]
    own = np.maximum(_OWN_SHARE * level, _levels(_OWN_NOISE * noise)[:, None])[..., None]
    clear = np.zeros((*total.shape[:2], total.shape[3]), dtype=np.float32)
    excess = np.minimum(np.maximum(jump / own - 1.0, 0.0), 1.0)
    clear[..., _NARROW + 1 : -_NARROW] = excess * _middle(jump, step, total)
    near = _spread(clear)
    far = _spread(near)
    before, after, beyond = np.zeros((3, *clear.shape), dtype=np.float32)
    before[:, 1:], after[:, :-1], beyond[:, 2:] = near[:, :-1], near[:, 1:], far[:, :-2]
    np.maximum(beyond[:, :-2], far[:, 2:], out=beyond[:, :-2])
    return np.asarray(np.minimum(np.minimum(clear, beyond), np.minimum(before, after)))


def _middle(jump: Singles, step: Singles, total: Singles) -> Bools:
    """Return where a change is the largest of those near it, shape as ``jump``.

    One that leads from the person's colour towards the wall's is compared with such ones alone: between a
    back and a frame that nearly touches it a strip of wall shows, and ends at the frame with a larger change.

    Parameters
    ----------
    jump : ndarray, shape (n, stations, offsets)
        How large each change is.
    step : ndarray, shape (n, stations, 3, offsets)
        The change itself, in each channel.
    total : ndarray, shape (n, stations, 3, offsets)
        Running sums of the colours.
    """
    wall, person = (
        (total[..., each.stop - 1] - total[..., each.start - 1]) / (each.stop - each.start)
        for each in (_AT_WALL, _AT_PERSON)
    )
    to_wall = np.einsum("nsci,nsc->nsi", step, wall - person) > 0
    out, back = np.where(to_wall, jump, np.float32(0)), np.where(to_wall, np.float32(0), jump)
    rivals = np.where(to_wall, _spread(out), np.maximum(_spread(back), _HALO * _spread(out)))
    result: Bools = jump >= rivals
    result[..., 1:] &= jump[..., 1:] != jump[..., :-1]  # of equal ones the first
    return result


def _spread(values: Singles) -> Singles:
    """Return the largest of the five values around each, along the last axis."""
    result = values.copy()
    for k in (1, 2):
        np.maximum(result[..., k:], values[..., :-k], out=result[..., k:])
        np.maximum(result[..., :-k], values[..., k:], out=result[..., :-k])
    return result


def _between(no_wall: Singles) -> Singles:
    """Return how unlike the wall it is between each place and the line, (n, stations, places).

    In multiples of a strip of 1 cm that is clearly no wall.
    """
    unlike = no_wall * (OFFSETS <= 0)
    outside = np.cumsum(unlike[:, :, ::-1], axis=2)[:, :, ::-1]  # from each sample outwards
    return np.asarray(outside[:, :, _OUTER] / _WINDOW, dtype=np.float32)


def _within(no_person: Singles) -> Singles:
    """Return how unlike the person it is up to each place, as `_between`."""
    inside = np.cumsum(no_person * _INSIDE_OUT, axis=2)
    return np.asarray(inside[:, :, _INNER] / _WINDOW, dtype=np.float32)


def _unlike(colour: Singles, where: slice, levels: float, noise: Floats) -> Singles:
    """Return how unlike its ray's colour at some offsets each sample is, 0 to 1, (n, stations, offsets)."""
    there = colour[..., where]
    middle = there.shape[3] // 2
    usual = np.partition(there, middle, axis=3)[..., middle, None]
    spread = 1.5 * np.partition(np.abs(there - usual).sum(axis=2), middle, axis=2)[..., middle]
    allowed = 9.0 * (_levels(levels**2 + noise**2)[:, None, None] + spread[:, :, None] ** 2)
    return np.asarray(np.minimum(((colour - usual) ** 2).sum(axis=2) / allowed, 1.0), np.float32)


def _levels(values: Floats) -> Singles:
    """Return numbers that colours are compared with, as precise as the colours."""
    return values.astype(np.float32)


def _smoothest(cost: Floats) -> npt.NDArray[np.intp]:
    """Return the cheapest path through the stations, shape (n, stations): a place for each station."""
    n, stations, places = cost.shape
    padded = np.full((n, places + 2 * _MOST), np.inf, dtype=np.float32)
    best = padded[:, _MOST:-_MOST]
    windows, penalty = runs(padded, places), _PENALTY[:, None]
    own = np.ascontiguousarray(cost.swapaxes(0, 1), dtype=np.float32)
    reached = np.empty((stations - 1, *windows.shape), dtype=np.float32)
    least = np.empty((n, places), dtype=np.float32)
    best[:] = own[0]
    for to_each, next_own in zip(reached, own[1:], strict=True):
        np.add(windows, penalty, out=to_each)
        np.minimum.reduce(to_each, axis=1, out=least)
        np.add(least, next_own, out=best)
    came = reached.argmin(axis=2)
    path = np.empty((n, stations), dtype=np.intp)
    for side in range(n):  # one number at a time: faster than arrays of one
        place = int(best[side].argmin())
        back = [place]
        for steps in came[::-1, side].tolist():
            place += steps[place] - _MOST
            back.append(place)
        path[side] = back[::-1]
    return path


def _sub_pixel(colour: Singles, found: Floats, clear: Singles) -> Floats:
    """Return where beside the path's places (n, stations) the edge itself lies, in trunk lengths.

    The windows that find the path are wide, and the shade of a round back draws them inwards.
    """
    at, thin = _at_thin_things(clear, found)
    shift = _crossing(colour, _crossing(colour, at, thin), thin) - found
    usual = steady(shift, 5)
    edge = found + np.where(np.abs(shift - usual) < _ASTRAY, shift, usual)
    return beside_slivers(colour, edge, thin)


def _at_thin_things(clear: Singles, found: Floats) -> tuple[Floats, Bools]:
    """Return the inner side of what is thin and lies at a place, and where there is such a thing."""
    first = np.minimum(np.maximum(_sample(found) - 3, 0), len(OFFSETS) - 9)
    sides, stations = (np.arange(n) for n in found.shape)
    changes = runs(clear, 9)[sides[:, None], stations, first] > _THIN
    thin = changes.sum(axis=2) > 1
    return np.where(thin, OFFSETS[first + changes.argmax(axis=2)], found), thin


def _sample(place: Floats) -> npt.NDArray[np.intp]:
    """Return which sample lies nearest to a place."""
    return np.asarray(np.rint((place - OFFSETS[0]) / STEP), dtype=np.intp)


def _crossing(colour: Singles, found: Floats, thin: Bools) -> Floats:
    """Return where near a place the colour is half way between what lies just inside and just outside.

    By the area under the change, which blur leaves as it is and noise hardly moves. A change that is too
    faint to be measured so stays where it was. Where what lies outside is thin, its middle is what counts.
    """
    reach = _HALF_BLUR + _BESIDE
    first = np.minimum(np.maximum(_sample(found) - reach, 0), len(OFFSETS) - 1 - 2 * reach)
    sides, stations = (np.arange(n) for n in found.shape)
    around = runs(colour, 2 * reach + 1)[sides[:, None], stations, :, first]
    inside = around[..., :_BESIDE].sum(axis=3) / _BESIDE
    near = around[..., reach + _HALF_BLUR] - inside
    far = around[..., -_BESIDE:].sum(axis=3) / _BESIDE - inside
    near_sq, far_sq = (near**2).sum(axis=2), (far**2).sum(axis=2)
    strip = (near * far).sum(axis=2) < _SAME_WAY * np.sqrt(near_sq * far_sq)
    strip &= near_sq > (2 * _FAINT) ** 2
    turn = np.where((thin | strip)[..., None], near, far)
    contrast_sq = np.where(thin | strip, near_sq, far_sq)
    share = np.einsum("nkci,nkc->nki", around[..., _BESIDE:-_BESIDE] - inside[..., None], turn)
    share = np.minimum(np.maximum(share / np.maximum(contrast_sq, 1.0)[..., None], 0.0), 1.0)
    crossing = OFFSETS[first + reach] + STEP * (_HALF_BLUR + 0.5 - share.sum(axis=2))
    return np.where(contrast_sq > (2 * _FAINT) ** 2, crossing, found)
