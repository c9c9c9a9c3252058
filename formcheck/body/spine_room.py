"""Finds lines of the room that were taken for the back's edge: they stand still, and no back has their shape.

A picture's frame that touches the back, and has the shirt's brightness, is taken for the back: the edge then
runs along the frame's outer side, which is straight, and upright or level. Two things tell it from a back. It
is met at one place of many pictures, though the person moves. And it sticks out of the rest of the edge: a
back that is as straight for a moment fits to what lies above and below, and a thing behind it never lies
inside. Where the lower end of a frame alone sticks out, the hollow above it looks pressed in, and may be as
straight as a line.

The camera is taken to stand still. Where it moves, no place is met often enough, and no line is found.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from formcheck.body.pose import EDGE_STATIONS, Bools, Floats, PoseTrack
from formcheck.body.room_line import RoomLine, along
from formcheck.body.scale import mid_hip_px, mid_shoulder_px
from formcheck.body.spine_contour import back_contour, back_side, stations_on_lines
from formcheck.body.spine_foreign import unlike_the_rest
from formcheck.body.spine_stations import at_ease, seen_stations

# How far from a line its points lie, trunk lengths: .4 px in dev films [M].
REACH = 0.003
# A line is looked into where so many points in a row lie on it, .15 of the trunk or 8 cm, in so many pictures
# and in this share of them: frames were met in .18 and more of the pictures of dev films [M].
LONG, OFTEN, OFTEN_SHARE = 6, 8, 0.06
# How unlike a back, outwards, the edge along a line must be: squared deviations for each station, the median
# over the line's pictures. 3.9 to 6.5 along frames in four dev films, .5 to 1.3 in four that are not found;
# along backs .8 at most in 42 dev recordings but for a loose shirt (1.3) and a sacrum (1.1) [M].
UNLIKE = 1.5
# A line must be met in this share of the start posture, too. What is met in other postures alone may be a
# back that has bent to be straight, which is as unlike its rest. A frame that matters is met at rest [D].
AT_START_SHARE = 0.1
# Lines that are looked into, and pictures of each, at most; our choice.
_MOST_LINES, _MOST_PICTURES = 6, 48
_LOOKED_AT: Bools = (EDGE_STATIONS >= -0.1) & (EDGE_STATIONS <= 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A place where the edge is often straight, and the pictures in which it is."""

    line: RoomLine
    pictures: npt.NDArray[np.intp]


def room_lines(track: PoseTrack, forward_x: int, at_start: Bools) -> tuple[RoomLine, ...]:
    """Return the lines of the room that the back's edge was found on.

    Parameters
    ----------
    track : PoseTrack
        A recording, or the set-up of a live set, repaired and smoothed.
    forward_x : {1, -1}
        The person's forward direction along the picture's x axis.
    at_start : ndarray of bool, shape (T,)
        When the start posture was held.

    Returns
    -------
    tuple of RoomLine
        What is met most often first; empty where there is none.
    """
    trunk_px = np.hypot(*(mid_shoulder_px(track.landmarks_px) - mid_hip_px(track.landmarks_px)).T)
    if not np.isfinite(trunk_px).any():
        return ()
    reach_px = REACH * float(np.nanmedian(trunk_px))
    least = max(OFTEN, OFTEN_SHARE * len(track))
    candidates = [
        each
        for each in _candidates(track.edges_px[:, back_side(forward_x)], reach_px, least)
        if at_start[each.pictures].sum() > AT_START_SHARE * at_start.sum()
    ]
    if not candidates:
        return ()
    looked_at = np.unique(np.concatenate([_some(each.pictures) for each in candidates]))
    part = track[looked_at]
    contour = at_ease(back_contour(part, forward_x))
    on_line = stations_on_lines(part, forward_x, [each.line for each in candidates])
    known = seen_stations(contour)
    found: list[RoomLine] = []
    for each, on in zip(candidates, on_line, strict=True):
        rows = np.searchsorted(looked_at, _some(each.pictures))
        unlike = unlike_the_rest(contour.depth[rows], known[rows], on[rows] & known[rows])
        told = unlike[np.isfinite(unlike)]
        often = len(told) * len(each.pictures) >= least * len(rows)
        if often and float(np.median(told)) > UNLIKE:
            found.append(each.line)
            known &= ~on  # a second line is compared with what is left
    return tuple(found)


def _some(pictures: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return `_MOST_PICTURES` of the pictures at most, evenly spread."""
    return pictures[:: -(-len(pictures) // _MOST_PICTURES)]


def _candidates(points_px: Floats, reach_px: float, least: float) -> list[_Candidate]:
    """Return where outlines (T, n, 2) are straight in ``least`` pictures, what is met most often first."""
    found: list[_Candidate] = []
    for axis in (0, 1):
        windows = np.lib.stride_tricks.sliding_window_view(points_px[:, _LOOKED_AT, axis], LONG, axis=1)
        low, high = windows.min(axis=2), windows.max(axis=2)
        picture, window = np.nonzero(high - low <= 2 * reach_px)
        at_px = 0.5 * (low + high)[picture, window]
        cell = np.floor(at_px / reach_px).astype(np.intp)
        cells, counts = np.unique(np.unique(np.stack([cell, picture]), axis=1)[0], return_counts=True)
        for _ in range(2 * _MOST_LINES):
            if counts.max(initial=0) < least:
                break
            best = int(cells[counts.argmax()])
            counts[np.abs(cells - best) <= 2] = 0
            line = RoomLine(axis, float(np.median(at_px[np.abs(cell - best) <= 1])), reach_px)
            pictures = np.flatnonzero(along(points_px, line, LONG).any(axis=1))
            if len(pictures) >= least:  # straight pieces that lean alike, side by side, lie on no line
                found.append(_Candidate(line, pictures))
    return sorted(found, key=lambda each: -len(each.pictures))[:_MOST_LINES]
