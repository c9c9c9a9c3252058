"""Reads a back that a thing of the room hides in part: a picture's frame that touches it, mostly at rest.

The hidden part of the start posture is made up: from the part that is seen, and from what was learnt of
people. How surely that is known is part of the deviation. From there on, while the part that is seen stays as
it was, the hidden one is taken to have stayed, too. Once it has moved, and the thing hides an end of the
lumbar spine, nothing is read, except for a short while between two moments that are.

Short stretches beside an arm are bridged in the same way (`formcheck.body.spine_arm` says which).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from formcheck.body.pose import Bools, Floats
from formcheck.body.spine_contour import EDGE_SD, STATIONS, BackContour
from formcheck.body.spine_foreign import foreign
from formcheck.body.spine_shape import learnt_shape, patterns_of, slides_of
from formcheck.body.spine_stations import enough_seen

# A station is one that things may touch if they do in more than this share of the start posture [D].
TOUCHED_SHARE = 0.1
# At a station that a thing touches now and then, the inner edges are the back's: a thing lies behind it. This
# quantile of all its edges is taken [D].
INNER = 0.25
# A start posture is made up from so many stations that nothing touches: .2 of the trunk, with the sacrum [D].
FEWEST = 9
# By how much what is measured from a made up start errs, standing and sitting, where the upper 5 to 15
# stations are hidden: 3.6 to 4.5 degrees, and up to 8 [M].
MADE_UP_SD_DEG = 4.0, 8.0
# Beside a thing the edge returns to the back by degrees. Over so many stations at most, an edge that lies
# further outside of the start posture than this still is the thing's. The back's own scatters by .002 [M].
OUTSIDE, END_OF_A_THING = 0.006, 6
# The back has stayed as it was where what is seen of it, seven stations or more, differs by so little once it
# is moved as a whole (root mean square); where the thighs have moved by no more than this; and where what
# hides it lies no further inside of where it was. Asked more narrowly, one frame in 100 of dev films is
# lost [M].
SAME, SAME_THIGHS_DEG, INSIDE, FEWEST_SAME = 0.004, 20.0, 0.012, 7
# Nor may what is seen have tilted against the line from hip to shoulder by more than this, 2 degrees: where
# only the sacrum is seen, its tilt is all that a bend of the hidden part shows. Dev films: within .03 in nine
# of ten instants of standing as before, .09 and more in one who stays arched by 12 degrees [M].
SAME_TILT = 0.035
# From so many stations on, three quarters, hip and shoulder may have slid along the back, as they may where
# it is measured. Beside frames drawn into 42 dev recordings 17 instants that are bent by 8 degrees and more
# count as being as they were with this and without, and 23 with 16 or 18 stations [M].
FEWEST_SLID = 20
# Deviation of what is read there, and of what is read between two moments beside a hidden one [D].
SAME_SD_DEG = 3.0
# What is hidden for less than this, a fifth of a repetition, lies between what was before and after [D].
BRIDGED_S = 0.6
# So does what an arm hides of who stands as in the start posture, if both read as that does, within this, and
# more than a fifth of what lies `BESIDE_S` before, and after, is judged: no lone pictures [D].
AS_AT_START_DEG, BESIDE_ARM_SHARE = 5.0, 0.2
# So does what is not seen for a moment, whatever the reason: of 1,234 gaps cut into dev clips and films, .4 s
# from one judged instant to the next, the worst instant errs by 1.5 degrees as before, and lies 1.3 from what
# was read there; .6 s 1.9 for 1.7, and 2.3 [M]. measurement.md, section 4, allows a gap of .3 s.
BLINK_S, BLINK_SD_DEG = 0.4, 1.5
# More than this share of what lies so shortly before, and after, such a moment must be judged. Our choice.
BESIDE_S, BESIDE_SHARE = 0.5, 0.5
_LINE = np.stack([np.ones_like(STATIONS), STATIONS], axis=1)
# What counts against a shift, a tilt and one standard deviation of each slide.
_UNLIKELY = EDGE_SD**2 * np.diag([0.0, 0.0, 1.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Uncovered:
    """Edges without what hides them.

    Parameters
    ----------
    depth : ndarray, shape (T, K)
        At ease; the start posture's where the back has stayed as it was.
    usable : ndarray of bool, shape (T, K)
        Which stations count.
    same : ndarray of bool, shape (T,)
        A thing hides an end of the lumbar spine, and the back has stayed as it was.
    hidden : ndarray of bool, shape (T,)
        A thing hides an end of the lumbar spine, and nothing more is known.
    """

    depth: Floats
    usable: Bools
    same: Bools
    hidden: Bools


def things_at(contour: BackContour, known: Bools) -> Bools:
    """Return where a thing of the room is found instead of the back, shape (T, K).

    Parameters
    ----------
    contour : BackContour
        At ease.
    known : ndarray of bool, shape (T, K)
        Stations that show something; those on a line of the room are things, whether among them or not.
    """
    return contour.room | foreign(contour.depth, known & ~contour.room)


def on_lines(contour: BackContour, seen: Bools) -> bool:
    """Return whether lines of the room touch so much of a start posture that the rest is too little.

    Parameters
    ----------
    contour : BackContour
        Of the start posture.
    seen : ndarray of bool, shape (T, K)
        Stations that show something.
    """
    touched = (contour.room & seen).mean(axis=0) > TOUCHED_SHARE
    return bool(not enough_seen(seen.any(axis=0) & ~touched))


def mostly_free(contour: BackContour, free: Bools) -> Floats:
    """Return a start posture's edge where it is mostly free (T, K) of things, shape (K,); NaN elsewhere."""
    often = free.mean(axis=0) > 0.5
    result = np.full(len(STATIONS), np.nan)
    if often.any():
        result[often] = np.nanmedian(np.where(free, contour.depth, np.nan)[:, often], axis=0)
    return result


def tilted(depth: Floats, start: Floats) -> bool:
    """Return whether an edge (K,) has tilted against what is known of a start posture's (K,), or may have."""
    known = np.isfinite(depth) & np.isfinite(start)
    if known.sum() < FEWEST_SAME:
        return True
    line = np.linalg.lstsq(_LINE[known], (depth - start)[known], rcond=None)[0]
    return bool(abs(line[1]) >= SAME_TILT)


def whole_start(contour: BackContour, seen: Bools, things: Bools) -> Floats | None:
    """Return the edge of a start posture that things hide in part, shape (K,), its hidden part made up.

    NaN where an arm hides it. None where too little is free to make up the rest.

    Parameters
    ----------
    contour : BackContour
        Of the start posture, at ease.
    seen, things : ndarray of bool, shape (T, K)
        Stations that show something, and those at which a thing is found.
    """
    free = seen & ~things
    inner = np.full(len(STATIONS), np.nan)
    touched = things.mean(axis=0) > TOUCHED_SHARE
    for station in np.flatnonzero(free.mean(axis=0) > TOUCHED_SHARE):
        edges = contour.depth[free[:, station], station]
        inner[station] = np.quantile(edges, INNER if touched[station] else 0.5)
    start = np.where(np.convolve(touched, np.ones(3), mode="same") > 0, np.nan, inner)
    if np.isfinite(start).sum() < FEWEST:
        return None
    thighs_deg = float(np.median(contour.thighs_deg))
    likely = learnt_shape().likely_start(start, thighs_deg)
    # from what is sure outwards: what fits to it is the back's, too
    while (fits := np.isnan(start) & (np.abs(inner - likely) < OUTSIDE)).any():
        start[fits] = inner[fits]
        likely = learnt_shape().likely_start(start, thighs_deg)
    start = np.where(np.isnan(start), likely, start)
    start[contour.covered.mean(axis=0) > 0.5] = np.nan
    return start


def made_up_sd_deg(thighs_deg: float) -> float:
    """Return the deviation of what is measured from a start posture that was made up in part."""
    seated = min(abs(thighs_deg), 90.0) / 90.0
    return MADE_UP_SD_DEG[0] + seated * (MADE_UP_SD_DEG[1] - MADE_UP_SD_DEG[0])


def uncovered(
    contour: BackContour, known: Bools, start: Floats, start_thighs_deg: float, *, always: bool
) -> Uncovered:
    """Return edges without the things that hide them, in a room in which lines were found.

    Parameters
    ----------
    contour : BackContour
        At ease.
    known : ndarray of bool, shape (T, K)
        Stations that show something and are known of the start posture.
    start : ndarray, shape (K,)
        The start posture's edge.
    start_thighs_deg : float
        How far its thighs are forward of the trunk.
    always : bool
        Whether a thing that only its shape tells, and no line, is left out even where what remains is too
        little to measure by; otherwise such an instant is read as if there were no thing.
    """
    things = _with_their_ends(contour.depth, known, things_at(contour, known), start) & np.isfinite(start)
    free = known & ~things
    told = contour.room.any(axis=1) | always
    hides = enough_seen(known | things) & ~enough_seen(free)
    stays, same = as_it_was(contour.depth, free, start)
    with np.errstate(invalid="ignore"):
        same &= ~(things & (contour.depth < stays - INSIDE)).any(axis=1)
    same &= hides & told & (np.abs(contour.thighs_deg - start_thighs_deg) < SAME_THIGHS_DEG)
    depth = np.where(same[:, None] & things, stays, contour.depth)
    usable = np.where((hides & ~told)[:, None], known, np.where(same[:, None], known | things, free))
    return Uncovered(depth, usable, same, hides & told & ~same)


def _with_their_ends(depth: Floats, known: Bools, things: Bools, start: Floats) -> Bools:
    """Return things (T, K) with what lies next to them outside of the start posture's edge (K,)."""
    with np.errstate(invalid="ignore"):
        outside = known & (depth - start > OUTSIDE)
    result = things.copy()
    for _ in range(END_OF_A_THING):
        result[:, 1:] |= result[:, :-1] & outside[:, 1:]
        result[:, :-1] |= result[:, 1:] & outside[:, :-1]
    return result


def as_it_was(
    depth: Floats,
    free: Bools,
    start: Floats,
    same: float = SAME,
    tilts: tuple[float, float] = (-SAME_TILT, SAME_TILT),
    fewest_slid: int = FEWEST_SLID,
) -> tuple[Floats, Bools]:
    """Return the start posture's edge, shifted and tilted onto what is free, and whether it fits there.

    Parameters
    ----------
    depth : ndarray, shape (T, K)
        Edges, at ease.
    free : ndarray of bool, shape (T, K)
        Stations that show the back; known in ``depth`` and ``start``.
    start : ndarray, shape (K,)
        The start posture's edge.
    same : float
        By how much what is free may differ, root mean square, trunk lengths.
    tilts : tuple of float
        How far it may have tilted against the line from hip to shoulder, backwards and forwards.
    fewest_slid : int
        From so many free stations on hip and shoulder may have slid along the back, too.

    Returns
    -------
    moved : ndarray, shape (T, K)
        NaN where too little is free.
    fits : ndarray of bool, shape (T,)
    """
    moved, fits = np.full(depth.shape, np.nan), np.zeros(len(depth), dtype=np.bool_)
    ways = np.concatenate([_LINE, slides_of(start)], axis=1)
    for pattern, rows in patterns_of(free):
        if pattern.sum() >= FEWEST_SAME:
            change = (depth[rows] - start)[:, pattern]
            possible = ways if pattern.sum() >= fewest_slid else _LINE
            part, unlikely = possible[pattern], _UNLIKELY[: possible.shape[1], : possible.shape[1]]
            how = np.linalg.solve(part.T @ part + unlikely, part.T @ change.T).T
            fits[rows] = np.sqrt(((change - how @ part.T) ** 2).mean(axis=1)) < same
            fits[rows] &= (how[:, 1] > tilts[0]) & (how[:, 1] < tilts[1])
            moved[rows] = start + how @ possible.T
    return moved, fits


def gaps(
    judged: Bools, hidden: Bools, stands: Bools, t_s: Floats
) -> Iterator[tuple[slice, int, int, float, float]]:
    """Yield short stretches that are not judged, with the judged instants before and after.

    Parameters
    ----------
    judged : ndarray of bool, shape (T,)
        Instants that are.
    hidden : ndarray of bool, shape (T,)
        Instants in which a thing hides the back: these are bridged for longer.
    stands : ndarray of bool, shape (T,)
        Instants in which an arm may hide the back of who stands as in the start posture: these as well.
    t_s : ndarray, shape (T,)
        Their times.

    Yields
    ------
    between : slice
    before, after : int
    more_deg : float
        What is added to the deviation of the less certain of the two.
    most_deg : float
        How far the two may read from the start posture.
    """
    rows = np.flatnonzero(judged)
    for before, after in zip(rows[:-1].tolist(), rows[1:].tolist(), strict=True):
        between, length_s = slice(before + 1, after), t_s[after] - t_s[before]
        if after - before == 1 or length_s > BRIDGED_S:
            continue
        beside = _judged_beside(judged, before, after, t_s)
        if hidden[between].all():
            yield between, before, after, SAME_SD_DEG, np.inf
        elif length_s <= BLINK_S and beside > BESIDE_SHARE:
            yield between, before, after, BLINK_SD_DEG, np.inf
        elif stands[between].all() and beside > BESIDE_ARM_SHARE:
            yield between, before, after, SAME_SD_DEG, AS_AT_START_DEG


def _judged_beside(judged: Bools, before: int, after: int, t_s: Floats) -> float:
    """Return which share of what lies shortly before a gap was judged, or after it, if that is less.

    What is judged for a moment here and there is not surer than what was withheld around it.
    """
    earlier, later = np.searchsorted(t_s, [t_s[before] - BESIDE_S, t_s[after] + BESIDE_S])
    return float(min(judged[earlier : before + 1].mean(), judged[after:later].mean()))
