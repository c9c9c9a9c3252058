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
        unlike = (pull * off).sum(axis=1) > LIKE_A_BACK
        if unlike.any():
            runs = _runs_that_stand_out(pull[unlike], _factors(pattern.tobytes()))
            result[np.ix_(rows[unlike], np.flatnonzero(pattern))] = runs
    return result


def unlike_the_rest(depth: Floats, usable: Bools, part: Bools) -> Floats:
    """Return how unlike a back a part of each edge is beside the rest of it, shape (T,).

    The squared Mahalanobis distance of the part from where the rest puts it, for each of its stations:
    negative where the part lies inside of that, as no thing behind a back does. NaN where either is too short
    to say. Parameters as for `foreign`; ``part`` of what is usable.
    """
    result = np.full(len(depth), np.nan)
    beside = depth - learnt_shape().mean
    told = (part.sum(axis=1) >= SHORTEST) & ((usable & ~part).sum(axis=1) >= _FEWEST)
    for i in np.flatnonzero(told):
        precision = _precision(usable[i].tobytes())
        inside = part[i, usable[i]]
        pull = (precision @ beside[i, usable[i]])[inside]
        outside = np.linalg.solve(precision[np.ix_(inside, inside)], pull)
        # the likeliest shift of the part as a whole is `pull.sum()` times what is positive
        sticks_out = max(outside.sum(), pull.sum()) > 0
        result[i] = (pull @ outside) / inside.sum() * (1.0 if sticks_out else -1.0)
    return result


@lru_cache(maxsize=_REMEMBERED)
def _precision(pattern: bytes) -> Floats:
    """Return the inverse covariance of edges at a pattern of stations, shape (n, n)."""
    usable = np.frombuffer(pattern, dtype=np.bool_)
    any_back = learnt_shape().any_back()[np.ix_(usable, usable)]
    return np.asarray(np.linalg.inv(any_back + OWN_SD**2 * np.eye(len(any_back))))


@lru_cache(maxsize=_REMEMBERED)
def _factors(pattern: bytes) -> Floats:
    """Return the inverses of the Cholesky factors of the longest runs' blocks of the precision.

    Runs of the same first station share one: the factor of a shorter run is the beginning of that of a longer
    one. Shape (n, longest, longest); beyond the last station a run goes on with what says nothing.
    """
    precision = _precision(pattern)
    n, longest = len(precision), min(LONGEST, len(precision) - 1)
    wider = np.eye(n + longest)
    wider[:n, :n] = precision
    runs = np.arange(n)[:, None] + np.arange(longest)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(wider[runs[:, :, None], runs[:, None, :]])))


def _runs_that_stand_out(pull: Floats, factors: Floats) -> Bools:
    """Return for each edge the run of stations without which it is most like a back, shape (T, n).

    Parameters
    ----------
    pull : ndarray, shape (T, n)
        The inverse covariance times what each edge is beside the mean.
    factors : ndarray, shape (n, longest, longest)
        As `_factors` gives them.

    Returns
    -------
    ndarray of bool, shape (T, n)
        All False for an edge in which no run stands out.
    """
    n, longest = factors.shape[:2]
    firsts, lengths = np.arange(n), np.arange(1, longest + 1)
    padded = np.pad(pull, ((0, 0), (0, longest)))[:, firsts[:, None] + lengths - 1]
    share = np.einsum("nij,tnj->tni", factors, padded)
    # by how much the distance falls without the first 1, 2, ... stations of each run
    gain = np.cumsum(share**2, axis=2) - PER_STATION * lengths
    # and how far, in all, they lie outside of where the other stations put them
    outwards = np.cumsum(share * factors.sum(axis=2), axis=2)
    # A thing behind the back never lies inside of it. Leaving everything as it is where the best run lies
    # inside, instead of asking the others, let two films read 8 and 3 degrees wrong again [M].
    possible = (lengths >= SHORTEST) & (firsts[:, None] + lengths <= n)
    gain = np.where(possible & (outwards >= 0), gain, 0.0)
    best = gain.reshape(len(pull), -1).argmax(axis=1)
    first, extra = np.divmod(best, longest)
    station = firsts[None]
    inside = (station >= first[:, None]) & (station <= (first + extra)[:, None])
    return np.asarray(inside & (gain.max(axis=(1, 2)) > IN_ALL)[:, None])
