"""Straight lines of the room, upright or level, and which points of an outline lie on one."""

from dataclasses import dataclass

import numpy as np

from formcheck.body.pose import Bools, Floats


@dataclass(frozen=True, slots=True)
class RoomLine:
    """An upright or level line of the room in the picture.

    Parameters
    ----------
    axis : {0, 1}
        0: upright, at one x; 1: level, at one y.
    at_px : float
        That x or y.
    reach_px : float
        A point lies on the line if it is no further from it than this.
    """

    axis: int
    at_px: float
    reach_px: float


def along(points_px: Floats, line: RoomLine, on_end: int) -> Bools:
    """Return which points of outlines lie on a line together with their neighbours.

    Parameters
    ----------
    points_px : ndarray, shape (T, n, 2)
        Outlines, point after point; NaN where unknown.
    line : RoomLine
        The line.
    on_end : int
        How many points in a row must lie on it. A single one that does not, between two that do, counts with
        them.

    Returns
    -------
    ndarray of bool, shape (T, n)
    """
    with np.errstate(invalid="ignore"):
        on = np.abs(points_px[..., line.axis] - line.at_px) <= line.reach_px
    on[:, 1:-1] |= on[:, :-2] & on[:, 2:]
    long = np.lib.stride_tricks.sliding_window_view(on, on_end, axis=1).all(axis=2)
    result = np.zeros_like(on)
    for i in range(on_end):
        result[:, i : i + long.shape[1]] |= long
    return result
