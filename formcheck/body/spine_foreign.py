"""Which stations show a thing behind the back instead of the back: no learnt back has such a shape.

A picture's frame, a box or a curtain of the shirt's own brightness that touches the back is taken for it, and
nothing in the picture tells where it ends. The shape does: an edge that follows such a thing stands out over
a run of stations, in a way in which no learnt back bends in any posture.
"""

from functools import lru_cache

import numpy as np

from formcheck.body.pose import Bools, Floats
from formcheck.body.spine_shape import learnt_shape, patterns_of

# Standard deviation of the edge itself beside learnt shapes, trunk lengths: with .003 more of the things of
# dev films stay, with .002 more of a hinge that arches is taken for one [M].
OWN_SD = 0.0025
# Mahalanobis distance, squared, from which an edge is looked into. At rest 2 to 20 in dev clips (a loose
# shirt 18), 22 to 270 in films in which a thing had been taken for the back [M].
LIKE_A_BACK = 20.0
# Runs of stations that a thing may take: 5 cm of a back or more; never most of it [D].
SHORTEST, LONGEST = 2, 18
# By so much the distance must fall for each station that is left out, and in all; our choice.
PER_STATION = 1.0
IN_ALL = 8.0
_FEWEST = 8  # stations that say anything about a shape
_REMEMBERED = 64  # patterns of usable stations


def foreign(depth: Floats, usable: Bools) -> Bools:
    """Return which stations stand out from every learnt back, shape (T, K).

    Parameters
    ----------
    depth : ndarray, shape (T, K)
        Edges, at ease; NaN where unknown.
    usable : ndarray of bool, shape (T, K)
        Which stations count; known in ``depth``.
    """
    result = np.zeros(depth.shape, dtype=np.bool_)
    beside = depth - learnt_shape().mean
    for pattern, rows in patterns_of(usable):
        if pattern.sum() < _FEWEST:
            continue
        precision = _precision(pattern.tobytes())
        off = beside[rows][:, pattern]
        pull = off @ precision
        for i in np.flatnonzero((pull * off).sum(axis=1) > LIKE_A_BACK):
            result[rows[i], np.flatnonzero(pattern)[_run_that_stands_out(pull[i], precision)]] = True
    return result


@lru_cache(maxsize=_REMEMBERED)
def _precision(pattern: bytes) -> Floats:
    """Return the inverse covariance of edges at a pattern of stations, shape (n, n)."""
    usable = np.frombuffer(pattern, dtype=np.bool_)
    any_back = learnt_shape().any_back()[np.ix_(usable, usable)]
    return np.asarray(np.linalg.inv(any_back + OWN_SD**2 * np.eye(len(any_back))))


def _run_that_stands_out(pull: Floats, precision: Floats) -> slice:
    """Return the run of stations without which an edge is most like a back; an empty one if none stands out.

    Parameters
    ----------
    pull : ndarray, shape (n,)
        The inverse covariance times what the edge is beside the mean.
    precision : ndarray, shape (n, n)
        The inverse covariance.
    """
    n, best, found = len(pull), IN_ALL, slice(0, 0)
    for length in range(SHORTEST, min(LONGEST, n - 1) + 1):
        firsts = np.arange(n - length + 1)
        runs = firsts[:, None] + np.arange(length)
        blocks = precision[runs[:, :, None], runs[:, None, :]]
        # how far the run lies outside of where the other stations put it
        outwards = np.linalg.solve(blocks, pull[runs][..., None])[..., 0]
        gain = (outwards * pull[runs]).sum(axis=1) - PER_STATION * length
        # A thing behind the back never lies inside of it. Leaving everything as it is where the best run lies
        # inside, instead of asking the others, let two films read 8 and 3 degrees wrong again [M].
        gain[outwards.mean(axis=1) < 0] = 0.0
        most = int(gain.argmax())
        if gain[most] > best:
            best, found = float(gain[most]), slice(most, most + length)
    return found
