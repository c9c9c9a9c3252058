"""Where the poses of two stretches of a recording meet: the one passes into the other without a step.

The model looks where it found somebody a picture ago. Started elsewhere it looks slightly elsewhere for good,
and its landmarks differ by its noise, however long it was shown the recording before [M]. So both stretches
are looked at for a while, and the poses pass from the first one's to the second one's.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from formcheck.body.pose import PoseTrack
from formcheck.sources.extract import ARRAYS, Part

SEAM_S = 1.0
"""How long both are looked at; angles then differ by less than half the noise 0.5 s behind the cut [D]."""

# Two looks at one person differ by far less than this share of the body's height [D].
_ANOTHER_PERSON = 0.1


def over_seam(first: Part, second: Part) -> tuple[Part, Part]:
    """Return consecutive stretches, the first of which ran on into the second, without what both hold.

    Parameters
    ----------
    first, second : Part
        The pictures after the second one's first are in both, as far as the first one goes.
    """
    if not (len(first.track) and len(second.track)):
        return first, second
    _, at, behind = np.intersect1d(first.track.t_s, second.track.t_s, return_indices=True)
    n = len(at)
    if not n:
        return first, second
    passed = _passed(first.track[at], second.track[behind])
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(passed, name), getattr(second.track, name)[n:]]) for name in ARRAYS
    }
    shorter = replace(first.reading, pictures=first.reading.pictures - n)
    return (
        Part(first.track[: len(first.track) - n], shorter),
        Part(replace(second.track, **arrays), second.reading),
    )


def _passed(first: PoseTrack, second: PoseTrack) -> PoseTrack:
    """Return the poses of the same pictures, more and more the second one's."""
    share = np.arange(1, len(first) + 1) / (len(first) + 1)
    nearer = share >= 0.5
    mixed = _same_person(first, second)
    arrays: dict[str, Any] = {}
    for name in ARRAYS:
        a, b = getattr(first, name), getattr(second, name)
        column = (slice(None), *(None,) * (a.ndim - 1))
        values = np.where(nearer[column], b, a)
        if values.dtype != np.bool_ and name != "t_s":
            between = (a + share[column] * (b - a)).astype(values.dtype)
            values = np.where(mixed[column] & np.isfinite(between), between, values)
        arrays[name] = values
    return replace(second, **arrays)


def _same_person(first: PoseTrack, second: PoseTrack) -> npt.NDArray[np.bool_]:
    """Return in which pictures both found the same person, not two who are both in view."""
    a, b = first.landmarks_px, second.landmarks_px
    both = first.found & second.found
    same = np.zeros(len(first), dtype=np.bool_)
    height = np.ptp(a[both, :, 1], axis=1)
    apart = np.median(np.linalg.norm(a[both] - b[both], axis=2), axis=1)
    same[both] = apart < _ANOTHER_PERSON * height
    return same
