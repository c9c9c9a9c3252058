"""Tells whether a back that an arm may cover has stayed as it was in the start posture.

Many people set up, and rest, with hanging arms, of which the near one lies over the back's edge. Of who then
stands as in the start posture the whole outline, arm or back, or what is free of the arm, says that the back
has stayed. A start posture of which an arm hides too much is none, and who sits bends without being seen to.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from formcheck.body.pose import Bools, Floats
from formcheck.body.spine_contour import STATIONS, BackContour
from formcheck.body.spine_hidden import FEWEST_SAME, FEWEST_SLID, OUTSIDE, as_it_was, things_at
from formcheck.body.spine_stations import enough_seen, seen_stations

# Where an arm may cover the back, the whole outline, arm or back, differs by no more than this from the start
# posture's, the thighs likewise. An arm adds to the outline: it hardly hides a back that rounds, but may lie
# by chance where the back of one who arches was. Of arms drawn within .02 of the start posture's edge on dev
# sets, thighs within 20 degrees, .5 % pass where the back arches by 8 degrees and more, 1.1 % where it rounds
# by as much, 7.9 % by 5 and more, which then read 5 to 8 degrees too little [M].
SAME_WITH_ARM, SAME_WITH_ARM_THIGHS_DEG = 0.0025, 10.0
# And what it has tilted by: an arm that comes down from the hips draws the network's shoulder with it, by .03
# to .08 in two of five dev clips, and not the other way, as a back does that arches. With .02 instead of .06
# .3 %, none and 1.0 % of those arms pass, but a third of who sets up so is withheld [M].
SAME_WITH_ARM_TILT = -0.02, 0.06
# Where an arm is the edge higher up, so many of the 15 stations up to there, free of it, say that the back
# has stayed as it was, by no more tilt than this. With all above hidden, of 955 pictures of dev sets that
# arch by 8 degrees and more none passes, of those that stand still .88, and .94 where hip and shoulder may
# have slid, which takes all 15: with 12 and slides .7 % of arches pass [M].
FREE_UP_TO, FEWEST_FREE, FREE_TILT = 0.36, 12, 0.025
FEWEST_FREE_SLID = 15
# Whose thighs are further forward sits or kneels, where a back bends without being seen to [D].
UPRIGHT_THIGHS_DEG = 45.0


@dataclass(frozen=True, slots=True, eq=False)
class WithArm:
    """Edges of a back that an arm may cover.

    Parameters
    ----------
    depth : ndarray, shape (T, K)
        At ease; where an arm is the edge, and the back has stayed as it was, the start posture's.
    counts : ndarray of bool, shape (T, K)
        Stations that count although an arm may cover them, since nothing has changed.
    stands : ndarray of bool, shape (T,)
        An arm may cover the back of who stands as in the start posture.
    """

    depth: Floats
    counts: Bools
    stands: Bools


def with_arm(contour: BackContour, known: Bools, start: Floats, start_thighs_deg: float) -> WithArm:
    """Return what can be told of a back that an arm may cover.

    Parameters
    ----------
    contour : BackContour
        At ease.
    known : ndarray of bool, shape (T, K)
        Stations that show something, where no arm may cover them.
    start : ndarray, shape (K,)
        The start posture's edge.
    start_thighs_deg : float
        How far its thighs are forward of the trunk.
    """
    missing = ~known & np.isfinite(start)
    by_arm = (missing & contour.covered).sum(axis=1) > 0.5 * missing.sum(axis=1)
    stands = by_arm & ~enough_seen(known) & (abs(start_thighs_deg) <= UPRIGHT_THIGHS_DEG)
    stands &= np.abs(contour.thighs_deg - start_thighs_deg) < SAME_WITH_ARM_THIGHS_DEG
    if not stands.any():
        return WithArm(contour.depth, np.zeros_like(known), stands)
    bare = replace(contour, covered=np.zeros_like(contour.covered))
    seen = seen_stations(bare) & np.isfinite(start)
    outline = seen & ~things_at(bare, seen)
    counts = seen & _outline_stays(contour, known & outline, outline, start, stands)[:, None]
    rest = stands & ~counts.any(axis=1)
    rows, moved = _free_part_stays(contour.depth, known, outline, start, rest)
    depth = contour.depth.copy()
    depth[rows] = np.where(known[rows] & outline[rows], depth[rows], moved)
    counts[rows] = np.isfinite(start)
    return WithArm(depth, counts, stands)


def _outline_stays(contour: BackContour, free: Bools, outline: Bools, start: Floats, asked: Bools) -> Bools:
    """Return where, of what is asked, a whole outline (T, K), arm or back, is the start posture's, (T,)."""
    result = np.zeros_like(asked)
    asked = asked & ~contour.by_arm & enough_seen(outline) & (free.sum(axis=1) >= FEWEST_SAME)
    rows = np.flatnonzero(asked & (outline.sum(axis=1) >= FEWEST_SLID))
    _, result[rows] = as_it_was(contour.depth[rows], outline[rows], start, SAME_WITH_ARM, SAME_WITH_ARM_TILT)
    return result


def _free_part_stays(
    depth: Floats, known: Bools, outline: Bools, start: Floats, asked: Bools
) -> tuple[npt.NDArray[np.intp], Floats]:
    """Return instants (n,) whose part below an arm is as it was, and the start posture's edge there, (n, K).

    Nothing that is free of the arm may speak against it. What the search finds where the arm is says nothing:
    between arm and shirt it finds an edge inside of the back.
    """
    low = known & outline & (STATIONS < FREE_UP_TO)
    rows = np.flatnonzero(asked & (low.sum(axis=1) >= FEWEST_FREE))
    tilts = -FREE_TILT, FREE_TILT
    moved, same = as_it_was(depth[rows], low[rows], start, SAME_WITH_ARM, tilts, FEWEST_FREE_SLID)
    with np.errstate(invalid="ignore"):
        same &= ~(known[rows] & (np.abs(depth[rows] - moved) > OUTSIDE)).any(axis=1)
    return rows[same], moved[same]
