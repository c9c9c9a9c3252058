"""Several sets in one recording: who went away and came back is measured anew, from a start posture there.

They may stand nearer or further than before, elsewhere, or face the other way.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

import numpy as np

from formcheck.body.pose import PoseTrack

# Nobody is seen for longer than this: who is lost for less was hidden. Our choice.
AWAY_S = 2.0

Measured = TypeVar("Measured")


def stays_of(track: PoseTrack) -> list[slice]:
    """Return when somebody was there without going away; together they are the whole track."""
    there = np.flatnonzero(track.found)
    back = there[1:][np.diff(track.t_s[there]) > AWAY_S]
    bounds = [0, *back.tolist(), len(track)]
    return [slice(first, last) for first, last in pairwise(bounds)]


def each_from_its_start(
    track: PoseTrack, measure: Callable[[PoseTrack], Measured], has_start: Callable[[Measured], bool]
) -> list[Measured]:
    """Measure each stay from its own start posture; one without goes with the stay before.

    The recording's beginning stays by itself even where it has none: who set up the camera then stood
    anywhere, and would spoil what comes after.

    Parameters
    ----------
    track : PoseTrack
        Of the whole recording.
    measure : callable
        Measures a part of it.
    has_start : callable
        Whether what was measured has a start posture.

    Returns
    -------
    list
        What was measured of each part, in the order of time; together the parts are the whole track.
    """
    stays = stays_of(track)
    alone = [measure(track[stay]) for stay in stays]
    firsts = [0, *(i for i in range(1, len(stays)) if has_start(alone[i]))]
    return [
        alone[first] if after - first == 1 else measure(track[stays[first].start : stays[after - 1].stop])
        for first, after in pairwise([*firsts, len(stays)])
    ]
