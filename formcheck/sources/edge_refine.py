"""The trunk's edge as the picture shows it: found again, near the mask's edge, in the picture itself.

The network's mask is some 8 mm to a cell, and in front of a wall of the shirt's own brightness it fills the
hollow of the lower back. Here each station's ray is followed through the picture, from the mask's edge far
enough inwards to cover a filled hollow. A place is the likelier the edge, the more the colour changes across
it, the more what lies between it and the mask's edge looks like the wall beyond, and the nearer it is to
the mask's edge; of all smooth paths through the stations the likeliest is taken (dynamic programming). No
shirt ends within a person's back: a place with a clear change a little inside of it (or anywhere inside,
where it is straight and upright, as built things are) is the edge of something behind the person, such as
the frame of a picture, that the mask took in. Where the picture hardly changes across the path there is no
knowing, and the confidence says so.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from formcheck.body.pose import EDGE_STATIONS, N_EDGE, Bools, Floats
from formcheck.body.scale import BodyScale
from formcheck.body.view import facing_evidence
from formcheck.sources.frames import Image
from formcheck.sources.trunk_edges import TrunkEdges, trunk_axis

Singles = npt.NDArray[np.float32]

# Lengths are fractions of the trunk; all settled on dev recordings and low-contrast versions of them [M].
_STEP = 0.005  # between places on a ray
_INWARDS = 0.12  # a filled hollow is up to .08 deep
_OUTWARDS = 0.04
_WINDOW = 4  # samples that are averaged on either side of a place: 1 cm
_NARROW = 2  # the same for things as thin as the frame of a picture
_WALL = (0.02, 0.05)  # where the wall is looked at, beyond the mask's edge
_PERSON = (-0.10, -0.045)  # and the person, inside of it
_FINEST = 170.0  # pixels to a trunk: a finer picture is averaged to this, it only costs more
_SPIKE = 7  # stations; what the mask has more narrowly than half of this is no back
_ALONG = 1.0  # stations; standard deviation of the average along the back
_SUB = 1  # rays to a station
# Differences of colour in levels of 255, all channels together.
_FAINT = 6.0  # a change that is believed by half
_CLEAR = 40.0  # a change that no wall or shirt has in itself
_WALL_LEVELS = 4.0  # beyond three times this and the wall's own spread something is not the wall
_PERSON_LEVELS = 12.0  # the same of the person, who is round and shaded
# Changes over half a centimetre that shirts have in themselves: a share of the colour's own level, because in
# less light all changes are fainter, and a multiple of the noise.
_OWN_SHARE = 0.08
_OWN_NOISE = 3.0
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
_MIN_STATIONS = 12  # with fewer the mask's edge is no line to search along
_FIRST, _LAST = 8, 46  # stations from -.05 to .875: nothing beyond is ever judged

# The edge itself lies where the colour is half way between what is just inside and just outside.
_HALF_BLUR = 2  # samples to either side of it that lens and encoder may have mixed
_BESIDE = 3  # samples that say what is inside, and as many for outside
_ASTRAY = 0.004  # a station's edge this far from those beside it took something else for the back
_TURNED = 1.0  # of 5: a person who faces this clearly to one side shows the back on the other

_SUB_RAYS = np.linspace(_FIRST, _LAST - 1, (_LAST - 1 - _FIRST) * _SUB + 1)
_RAY_S = np.interp(_SUB_RAYS, np.arange(N_EDGE), EDGE_STATIONS)
_MARGIN = (_WINDOW + 2) * _STEP
_OFFSETS = np.arange(-_INWARDS - _MARGIN, max(_OUTWARDS + _MARGIN, _WALL[1]) + 1e-9, _STEP)


def _between_ends(low: float, high: float) -> slice:
    """Return which samples of a ray lie between two offsets; a slice, which costs no copy."""
    at = np.flatnonzero((low - 1e-9 <= _OFFSETS) & (high + 1e-9 >= _OFFSETS))
    return slice(int(at[0]), int(at[-1]) + 1)


def _averaging(sd: float) -> Floats:
    """Return what an edge (N_EDGE,) is multiplied by for a Gaussian mean along it; its ends are repeated."""
    reach = np.arange(-round(4 * sd), round(4 * sd) + 1)
    weights = np.exp(-0.5 * (reach / sd) ** 2)
    result = np.zeros((N_EDGE, N_EDGE))
    for station in range(N_EDGE):
        np.add.at(result[:, station], np.clip(station + reach, 0, N_EDGE - 1), weights / weights.sum())
    return result


_AT_WALL = _between_ends(*_WALL)
_AT_PERSON = _between_ends(*_PERSON)
_INSIDE_OUT = max(_PERSON) < _OFFSETS
_SMOOTHED = _averaging(_ALONG)
_BLEND = np.exp(-0.5 * ((np.arange(_FIRST, _LAST)[:, None] - _SUB_RAYS) / _ALONG) ** 2)
_BLEND = (_BLEND / _BLEND.sum(axis=1, keepdims=True)).astype(np.float32)
_PENALTY = (_BEND * (np.arange(-_MOST, _MOST + 1) / _MOST) ** 2).astype(np.float32)
# Places where the edge may lie, among the samples and among the differences of two windows of them.
_AT_PLACES = _between_ends(-_INWARDS, _OUTWARDS)
_PLACES = _OFFSETS[_AT_PLACES]
_OUTER = slice(_AT_PLACES.start + 2, _AT_PLACES.stop + 2)  # from here outwards a place says that it is wall
_INNER = slice(_AT_PLACES.start - 2, _AT_PLACES.stop - 2)  # up to here that it is person
_PLACED = slice(_AT_PLACES.start - _WINDOW - 1, _AT_PLACES.stop - _WINDOW - 1)


def refined_edges(
    edges: TrunkEdges, picture: Image, landmarks_px: Floats, visibility: Floats, size_px: tuple[int, int]
) -> TrunkEdges:
    """Return a mask's edges where the picture shows them, with the picture's confidence.

    Parameters
    ----------
    edges : TrunkEdges
        Of the mask.
    picture : ndarray of uint8, shape (h, w, 3)
        RGB, at any resolution.
    landmarks_px : ndarray, shape (33, 2)
        In pixels of the upright original, as the edges.
    visibility : ndarray, shape (33,)
        0 to 1.
    size_px : tuple of int
        Width and height of the upright original.
    """
    hip, shoulder = trunk_axis(landmarks_px, visibility)
    axis = shoulder - hip
    length = float(np.hypot(*axis))
    if not np.isfinite(length) or length <= 0:
        return edges
    left = np.array([axis[1], -axis[0]]) / length
    origins = hip + EDGE_STATIONS[:, None] * axis
    outwards = np.array([1.0, -1.0])
    depth = ((edges.points_px - origins) @ left) * outwards[:, None] / length
    known = np.isfinite(depth)
    turned = _maybe_back(landmarks_px, length)
    sides = [side for side in turned if known[side, _FIRST:_LAST].sum() >= _MIN_STATIONS]
    if not sides:
        return edges
    mask = np.stack([_filled(depth[side], known[side]) for side in sides])
    base = _without_spikes(mask)
    to_picture = np.array([picture.shape[1] / size_px[0], picture.shape[0] / size_px[1]])
    rays = _Rays(hip, axis, left * length, outwards[sides])
    places = rays.places_px(base)
    in_picture = places * to_picture[:, None, None, None]
    colour, noise = _colours(picture, in_picture, length * float(to_picture.mean()))
    found, change = _searched(colour, noise, (mask - base)[:, _FIRST:_LAST], places[:, :, ::_SUB] / length)
    points, confidence = edges.points_px.copy(), edges.confidence.copy()
    for i, side in enumerate(sides):
        moved = base[i].copy()
        moved[_FIRST:_LAST] += found[i]
        at = origins + (moved * outwards[side])[:, None] * (left * length)
        points[side] = np.where(known[side, :, None], at, np.nan)
        confidence[side, _FIRST:_LAST] = np.where(known[side, _FIRST:_LAST], change[i], 0.0)
    return replace(edges, points_px=points, confidence=confidence)


def _maybe_back(landmarks_px: Floats, length: float) -> tuple[int, ...]:
    """Return which sides of the trunk may be the back: one where the person clearly faces to the other."""
    facing = float(facing_evidence(landmarks_px, BodyScale(length, length, {})))
    if abs(facing) < _TURNED:
        return 0, 1
    return (0,) if facing > 0 else (1,)


@dataclass(frozen=True, slots=True, eq=False)
class _Rays:
    """Rays along the trunk's normals: where they start, and one trunk length outwards."""

    hip: Floats
    axis: Floats
    left: Floats
    outwards: Floats  # (n,), 1 for the left-hand side, -1 for the right-hand one

    def places_px(self, base: Floats) -> Floats:
        """Return where each ray is sampled, x and y, shape (2, n, rays, offsets)."""
        along = np.stack([np.interp(_RAY_S, EDGE_STATIONS, each) for each in base])
        depth = (along[:, :, None] + _OFFSETS) * self.outwards[:, None, None]
        feet = self.hip + _RAY_S[:, None] * self.axis
        return np.stack([feet[:, i, None] + depth * self.left[i] for i in (0, 1)])


def _filled(values: Floats, known: Bools) -> Floats:
    return np.interp(EDGE_STATIONS, EDGE_STATIONS[known], values[known])


def _without_spikes(depth: Floats) -> Floats:
    """Return edges (n, N_EDGE) without what sticks out over a few stations, such as a picture on the wall."""
    return np.asarray(_steady(depth, _SPIKE) @ _SMOOTHED, dtype=np.float64)


def _steady(values: Floats, width: int) -> Floats:
    """Return each row's running median; its ends go on as they are."""
    padded = np.concatenate(
        [values[:, :1].repeat(width // 2, axis=1), values, values[:, -1:].repeat(width // 2, axis=1)], axis=1
    )
    windows = np.lib.stride_tricks.sliding_window_view(padded, width, axis=1)
    return np.asarray(np.partition(windows, width // 2, axis=2)[..., width // 2], dtype=np.float64)


def _colours(picture: Image, places: Floats, length: float) -> tuple[Singles, float]:
    """Return colours along the stations' rays, averaged along the back, and the noise that was in them.

    Returns
    -------
    colours : ndarray, shape (n, stations, 3, offsets)
    noise : float
        Standard deviation between neighbouring rays, levels of 255.
    """
    height, width = picture.shape[:2]
    n, rays, offsets = places.shape[1:]
    flat = places.reshape(2, n * rays, offsets)
    low = np.clip(np.floor(flat.min(axis=(1, 2))) - 2, 0, [width - 1, height - 1]).astype(int)
    high = np.clip(np.ceil(flat.max(axis=(1, 2))) + 2, low + 1, [width, height]).astype(int)
    part = picture[low[1] : high[1], low[0] : high[0]]
    shrink = min(1.0, _FINEST / length)
    if shrink < 1:
        size = np.maximum(np.rint((high - low) * shrink), 1).astype(int)
        how = cv2.INTER_AREA if shrink < 0.5 else cv2.INTER_LINEAR
        part = np.asarray(cv2.resize(part, (int(size[0]), int(size[1])), interpolation=how), np.uint8)
    scale = np.array(part.shape[1::-1]) / (high - low)
    x, y = (((flat[i] - low[i]) * scale[i] - 0.5).astype(np.float32) for i in (0, 1))
    # a picture's border repeats: what lies outside the picture shows no edge
    raw = cv2.remap(part, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    values = np.asarray(raw, np.float32).reshape(n, rays, offsets * 3)
    some = values[:, :, ::5]  # a fifth tells as much of the noise
    bend = some[:, 2:] - 2 * some[:, 1:-1] + some[:, :-2]
    noise = float(np.median(np.abs(bend))) / (0.6745 * 6**0.5)
    blended = (_BLEND @ values).reshape(n, _LAST - _FIRST, offsets, 3)
    return np.ascontiguousarray(np.moveaxis(blended, 3, 2)), noise


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
    away = _OFFSETS - mask[:, :, None]
    changes = (clear > _THIN) & (away >= -_INWARDS) & (away <= _AT_EDGE)
    inner, outer = changes.argmax(axis=2), len(_OFFSETS) - 1 - changes[:, :, ::-1].argmax(axis=2)
    known = changes.any(axis=2) & (_OFFSETS[outer] >= mask - _AT_EDGE)
    result = np.zeros(known.shape, dtype=np.bool_)
    sides, stations = np.ogrid[: known.shape[0], : known.shape[1]]
    for place in places:
        inside, outline = (
            _straight(np.where(known, place[sides, stations, which], np.nan)) for which in (inner, outer)
        )
        for k in range(_STRAIGHT):
            result[:, k : k + outline.shape[1]] |= outline & ~inside
    return result


def _straight(values: Floats) -> Bools:
    """Return which runs of `_STRAIGHT` stations (n, runs) hardly change; values (n, stations)."""
    runs = np.lib.stride_tricks.sliding_window_view(values, _STRAIGHT, axis=1)
    return np.asarray(runs.max(axis=2) - runs.min(axis=2) < _STRAIGHT_WITHIN)


def _searched(colour: Singles, noise: float, mask: Floats, places: Floats) -> tuple[Floats, Floats]:
    """Return how far from the line the picture's edge lies, and how much changes across it, 0 to 1.

    Parameters
    ----------
    colour : ndarray, shape (n, stations, 3, offsets)
    noise : float
        As `_colours` gives them.
    mask : ndarray, shape (n, stations)
        How far from the line the mask's edge lies.
    places : ndarray, shape (2, n, stations, offsets)
        As for `_built`.

    Returns
    -------
    found, change : ndarray, shape (n, stations)
        In trunk lengths, outwards positive.
    """
    total = np.cumsum(colour, axis=3)
    sums = total[..., _WINDOW:] - total[..., :-_WINDOW]  # of samples i + 1 to i + _WINDOW
    jump_sq = ((sums[..., _WINDOW + 1 :] - sums[..., : -_WINDOW - 1])[..., _PLACED] ** 2).sum(axis=2)
    jump_sq /= _WINDOW**2
    change = jump_sq / (jump_sq + (_FAINT**2 + noise**2))
    against = 1.0 - (1.0 - _PLAIN) * change - _PLAIN * jump_sq / (jump_sq + _CLEAR**2)
    against += _BETWEEN * _between(colour, noise) + _WITHIN * _within(colour, noise)
    clear = _clear_changes(total, noise)
    taken_in = np.where(_built(clear, mask, places), _INWARDS, _TAKEN_IN)
    clear = np.where((mask - taken_in)[:, :, None] <= _OFFSETS, clear, np.float32(0))
    against += _PAST * np.maximum.accumulate(clear, axis=2)[:, :, _INNER]
    away = _PLACES - mask[:, :, None]
    against += _FAR * np.minimum(np.where(away < 0, -away, 4 * away) / _INWARDS, 1.0)
    path = _smoothest(against)
    sides, stations = (np.arange(n) for n in path.shape)
    steep = change[sides[:, None], stations, path]
    return _PLACES[path] + _sub_pixel(colour, _PLACES[path], clear), np.asarray(steep, dtype=np.float64)


def _clear_changes(total: Singles, noise: float) -> Singles:
    """Return how clearly one thing ends and another begins at each sample, (n, stations, offsets).

    0 for what shirts have in themselves, 1 for twice that; only at the middle of a change, and only where a
    run of four stations has one near by: what crosses the rays, such as a hem, ends nothing along them.

    Parameters
    ----------
    total : ndarray, shape (n, stations, 3, offsets)
        Running sums of the colours.
    noise : float
        As `_colours` gives it.
    """
    sums = total[..., _NARROW:] - total[..., :-_NARROW]
    jump = np.sqrt(((sums[..., _NARROW + 1 :] - sums[..., : -_NARROW - 1]) ** 2).sum(axis=2)) / _NARROW
    level = np.sqrt((total[..., -1] ** 2).sum(axis=2)) / total.shape[3]
    own = np.maximum(_OWN_SHARE * level, _OWN_NOISE * noise)[..., None]
    clear = np.zeros((*total.shape[:2], total.shape[3]), dtype=np.float32)
    middle = jump >= _spread(jump)
    middle[..., 1:] &= jump[..., 1:] > jump[..., :-1]  # of equal ones the first
    clear[..., _NARROW + 1 : -_NARROW] = np.minimum(np.maximum(jump / own - 1.0, 0.0), 1.0) * middle
    near = _spread(clear)
    far = _spread(near)
    before, after, beyond = (np.zeros_like(clear) for _ in range(3))
    before[:, 1:], after[:, :-1], beyond[:, 2:] = near[:, :-1], near[:, 1:], far[:, :-2]
    np.maximum(beyond[:, :-2], far[:, 2:], out=beyond[:, :-2])
    return np.asarray(np.minimum(np.minimum(clear, beyond), np.minimum(before, after)))


def _spread(values: Singles) -> Singles:
    """Return the largest of the five values around each, along the last axis."""
    result = values.copy()
    for k in (1, 2):
        np.maximum(result[..., k:], values[..., :-k], out=result[..., k:])
        np.maximum(result[..., :-k], values[..., k:], out=result[..., :-k])
    return result


def _between(colour: Singles, noise: float) -> Singles:
    """Return how unlike the wall it is between each place and the line, (n, stations, places).

    In multiples of a strip of 1 cm that is clearly no wall.
    """
    unlike = _unlike(colour, _AT_WALL, _WALL_LEVELS, noise) * (_OFFSETS <= 0)
    outside = np.cumsum(unlike[:, :, ::-1], axis=2)[:, :, ::-1]  # from each sample outwards
    return np.asarray(outside[:, :, _OUTER] / _WINDOW, dtype=np.float32)


def _within(colour: Singles, noise: float) -> Singles:
    """Return how unlike the person it is up to each place, as `_between`."""
    inside = np.cumsum(_unlike(colour, _AT_PERSON, _PERSON_LEVELS, noise) * _INSIDE_OUT, axis=2)
    return np.asarray(inside[:, :, _INNER] / _WINDOW, dtype=np.float32)


def _unlike(colour: Singles, where: slice, levels: float, noise: float) -> Singles:
    """Return how unlike its ray's colour at some offsets each sample is, 0 to 1, (n, stations, offsets)."""
    there = colour[..., where]
    middle = there.shape[3] // 2
    usual = np.partition(there, middle, axis=3)[..., middle, None]
    spread = 1.5 * np.partition(np.abs(there - usual).sum(axis=2), middle, axis=2)[..., middle]
    allowed = 9.0 * (levels**2 + noise**2 + spread[:, :, None] ** 2)
    return np.asarray(np.minimum(((colour - usual) ** 2).sum(axis=2) / allowed, 1.0), np.float32)


def _smoothest(cost: Floats) -> npt.NDArray[np.intp]:
    """Return the cheapest path through the stations, shape (n, stations): a place for each station."""
    n, stations, places = cost.shape
    padded = np.full((n, places + 2 * _MOST), np.inf, dtype=np.float32)
    best = padded[:, _MOST:-_MOST]
    windows = np.lib.stride_tricks.sliding_window_view(padded, places, axis=1)
    reached = np.empty((stations, *windows.shape), dtype=np.float32)
    own = np.ascontiguousarray(np.moveaxis(cost, 1, 0), dtype=np.float32)
    best[:] = own[0]
    for k in range(1, stations):
        np.add(windows, _PENALTY[:, None], out=reached[k])
        np.add(np.minimum.reduce(reached[k], axis=1), own[k], out=best)
    came = reached[1:].argmin(axis=2)
    path = np.empty((n, stations), dtype=np.intp)
    for side in range(n):  # one number at a time: faster than arrays of one
        place = int(best[side].argmin())
        for k in range(stations - 1, 0, -1):
            path[side, k] = place
            place += int(came[k - 1, side, place]) - _MOST
        path[side, 0] = place
    return path


def _sub_pixel(colour: Singles, found: Floats, clear: Singles) -> Floats:
    """Return how far beside the path's places (n, stations) the edge itself lies, in trunk lengths.

    The windows that find the path are wide, and the shade of a round back draws them inwards.
    """
    at, thin = _at_thin_things(clear, found)
    shift = _crossing(colour, _crossing(colour, at, thin), thin) - found
    steady = _steady(shift, 5)
    return np.where(np.abs(shift - steady) < _ASTRAY, shift, steady)


def _at_thin_things(clear: Singles, found: Floats) -> tuple[Floats, Bools]:
    """Return the inner side of what is thin and lies at a place, and where there is such a thing."""
    first = np.minimum(np.maximum(_sample(found) - 3, 0), len(_OFFSETS) - 9)
    sides, stations = (np.arange(n) for n in found.shape)
    changes = (
        np.lib.stride_tricks.sliding_window_view(clear, 9, axis=2)[sides[:, None], stations, first] > _THIN
    )
    thin = changes.sum(axis=2) > 1
    return np.where(thin, _OFFSETS[first + changes.argmax(axis=2)], found), thin


def _sample(place: Floats) -> npt.NDArray[np.intp]:
    """Return which sample lies nearest to a place."""
    return np.asarray(np.rint((place - _OFFSETS[0]) / _STEP), dtype=np.intp)


def _crossing(colour: Singles, found: Floats, thin: Bools) -> Floats:
    """Return where near a place the colour is half way between what lies just inside and just outside.

    By the area under the change, which blur leaves as it is and noise hardly moves. A change that is too
    faint to be measured so stays where it was. Where what lies outside is thin, its middle is what counts.
    """
    reach = _HALF_BLUR + _BESIDE
    first = np.minimum(np.maximum(_sample(found) - reach, 0), len(_OFFSETS) - 1 - 2 * reach)
    sides, stations = (np.arange(n) for n in found.shape)
    windows = np.lib.stride_tricks.sliding_window_view(colour, 2 * reach + 1, axis=3)
    around = windows[sides[:, None], stations, :, first]
    inside = around[..., :_BESIDE].sum(axis=3) / _BESIDE
    outside = around[..., -_BESIDE:].sum(axis=3) / _BESIDE
    turn = np.where(thin[..., None], around[..., reach + _HALF_BLUR], outside) - inside
    contrast_sq = (turn**2).sum(axis=2)
    share = np.einsum("nkci,nkc->nki", around[..., _BESIDE:-_BESIDE] - inside[..., None], turn)
    share = np.minimum(np.maximum(share / np.maximum(contrast_sq, 1.0)[..., None], 0.0), 1.0)
    crossing = _OFFSETS[first + reach] + _STEP * (_HALF_BLUR + 0.5 - share.sum(axis=2))
    return np.where(contrast_sq > (2 * _FAINT) ** 2, crossing, found)
