"""When a movement from one level to another began and arrived: a smooth step is fitted to all of it.

A movement begins and arrives so slowly that the moments themselves drown in noise: a lowering of four seconds
has covered a twentieth of its way after .7 s. What can be seen well is the flank between. So the whole course
is compared with steps of one shape, at rest, quicker, even, slower, at rest, and the likeliest is taken.
"""

from dataclasses import dataclass

import numpy as np

from formcheck.body.pose import Floats

# Of its time a movement gathers and loses speed for this share each. Least errors on made-up sets of dev
# bodies [M], whose script has .35: the network's error, which belongs to postures, bends what is seen.
EASED_SHARE = 0.40
# What is known before looking: people take about this long for one way, within a factor of two. It decides
# only where noise would let a movement of a few degrees look like a jump. Our choice, all tempi that the
# exercises ask for.
USUAL_S, USUAL_LOG_SD = 1.3, 0.6
SHORTEST_S = 0.15
# The landmarks' noise keeps its sign for about this long (tools/tracks/noise.json) [M]: values closer
# together than twice of it tell the same thing twice.
NOISE_MEMORY_S = 0.2
_COARSE, _FINE, _ROUNDS = 24, 11, 2  # steps of the search and of its refinements
_MOST_SAMPLES = 160  # more tell nothing new


@dataclass(frozen=True, slots=True)
class Flank:
    """A step in time: at ``start_s`` it began to leave one level, at ``end_s`` it arrived at the other."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """How long it took, whichever way it is seen."""
        return abs(self.end_s - self.start_s)


def fit_flank(t_s: Floats, values: Floats) -> Flank:
    """Return the likeliest rise in a course that rests, rises and rests again.

    Parameters
    ----------
    t_s : ndarray, shape (T,)
        Increasing.
    values : ndarray, shape (T,)
        Any unit; both levels and the height are free, but it must rise.
    """
    if len(t_s) < 3:
        return Flank(float(t_s[0]), float(t_s[-1]))
    thin = slice(None, None, -(-len(t_s) // _MOST_SAMPLES))
    t_s, values = t_s[thin], values[thin] - values.mean()
    starts = ends = np.linspace(t_s[0], t_s[-1], _COARSE)
    noise, best = 0.0, (float(t_s[0]), float(t_s[-1]))
    for _ in range(1 + _ROUNDS):
        start, end = (each.ravel() for each in np.meshgrid(starts, ends, indexing="ij"))
        usable = end - start >= SHORTEST_S
        if not usable.any():
            break
        start, end = start[usable], end[usable]
        misfit = _misfit(t_s, values, start, end)
        noise = noise or max(float(misfit.min()) / len(t_s), 1e-9)
        told_twice = max(1.0, 2 * NOISE_MEMORY_S / float(np.median(np.diff(t_s))))
        unusual = np.log((end - start) / USUAL_S) / USUAL_LOG_SD
        k = int(np.argmin(misfit / (noise * told_twice) + unusual**2))
        best = float(start[k]), float(end[k])
        starts, ends = (
            np.linspace(max(t_s[0], at - step), min(t_s[-1], at + step), _FINE)
            for at, step in zip(best, (starts[1] - starts[0], ends[1] - ends[0]), strict=True)
        )
    return Flank(*best)


def _misfit(t_s: Floats, values: Floats, start: Floats, end: Floats) -> Floats:
    """Return the sum of squares that each of N steps leaves, its levels chosen best, shape (N,)."""
    steps = eased((t_s - start[:, None]) / (end - start)[:, None])
    steps = steps - steps.mean(axis=1, keepdims=True)
    along = np.maximum(steps @ values, 0.0)
    return np.asarray((values**2).sum() - along**2 / ((steps**2).sum(axis=1) + 1e-9))


def eased(part: Floats) -> Floats:
    """Return how much of the way is covered after a part of the time: even speed with smooth ends."""
    part = np.clip(part, 0.0, 1.0)
    nearer = np.minimum(part, 1 - part)
    gathering = nearer / 2 - EASED_SHARE / (2 * np.pi) * np.sin(np.pi * nearer / EASED_SHARE)
    covered = np.where(nearer < EASED_SHARE, gathering, nearer - EASED_SHARE / 2) / (1 - EASED_SHARE)
    return np.where(part <= 0.5, covered, 1 - covered)
