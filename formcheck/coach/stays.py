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
    """Measure each stay by itself; one without a start posture of its own goes with the one before.

    Parameters
    ----------
    track : PoseTrack
        Of the whole recording.
    measure : callable
        Measures a part of it.
    has_start : callable
        Whether what was measured has a start posture.
    """
    stays = stays_of(track)
    if len(stays) == 1:
        return [measure(track)]
    begun = [stay.start for stay in stays[1:] if has_start(measure(track[stay]))]
    bounds = [0, *begun, len(track)]
    return [measure(track[first:last]) for first, last in pairwise(bounds)]
