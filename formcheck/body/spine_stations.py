"""Which stations of the back's edge may be the back's, and whether they are enough to measure by."""

from dataclasses import replace

import numpy as np

from formcheck.body.pose import Bools, Floats
from formcheck.body.spine_contour import STATIONS, BackContour, beyond_ends, median_of_five
from formcheck.body.spine_shape import learnt_shape

# Fewer stations than this are never judged; above it the deviation decides, which knows which stations are
# missing. Left-one-body-out errors of dev outlines: all stations 2.8 degrees; without .30 to .55 3.4; without
# everything above .45 4.8; without everything above .30 10 [M]. This replaces the fixed shares of
# measurement.md, section 4.
MIN_SEEN_SHARE = 0.5
# Both ends of the lumbar spine must be seen by so many stations: below L5/S1 and above T12/L1. A back whose
# upper part an elbow hides can be read from drawn outlines (4.8 degrees without everything above .45), but
# not in real cloth: standing still, the lifter of the shared squat clip then reads from -55 to +30 degrees,
# with a deviation of 6, although every edge is where it should be [M].
ENDS_SEEN = 2
_SACRAL_END = slice(int((STATIONS <= 0.18).sum()))
_THORACIC_END = slice(int((STATIONS < 0.50).sum()), None)
# A station this far from the median of its neighbours is no back but a hand, a hem or a hole in the mask.
# The edge of a back bends by at most .01 over five stations [M].
MAX_KINK = 0.02


def at_ease(contour: BackContour) -> BackContour:
    """Return a contour without what deeply bent thighs do to it."""
    return replace(contour, depth=learnt_shape().at_ease(contour.depth, contour.thighs_deg))


def seen_stations(contour: BackContour) -> Bools:
    """Return which stations show an edge that may be the back's, shape (T, K)."""
    return contour.usable & ~_kinked(contour.depth)


def enough_seen(usable: Bools) -> Bools:
    """Return whether stations (..., K) are enough to measure by, shape (...)."""
    low, high = (usable[..., end].sum(axis=-1) >= ENDS_SEEN for end in (_SACRAL_END, _THORACIC_END))
    return np.asarray(low & high & (usable.sum(axis=-1) >= MIN_SEEN_SHARE * usable.shape[-1]))


def _kinked(depth: Floats) -> Bools:
    """Return which stations lie far from the median of the five around them, shape (T, K)."""
    with np.errstate(invalid="ignore"):
        result: Bools = np.abs(depth - median_of_five(beyond_ends(depth, 2))) > MAX_KINK
    return result
