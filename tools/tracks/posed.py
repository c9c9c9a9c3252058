"""Poses of a scripted set at a few moments a second, quickly, for everything else to be interpolated from.

The renderer's own exercises are used as they are. Two things make them quick enough: contacts are solved by
false position rather than by twenty bisections, and shoes are reduced to the corners of their hull.
"""

from dataclasses import replace
from functools import lru_cache

import exercises
import numpy as np
import numpy.typing as npt
from clip import TAIL_S, Clip, Take, look_of, near_far
from contact import bisect
from exercises import EXERCISES, Performer
from garments import Layer, dress
from motion import moment_at, starts_s
from posture import place
from scipy.spatial import ConvexHull
from skeleton import Body, Surface

Floats = npt.NDArray[np.float64]
# Phases of a second and more, sampled this often, are kept by a cubic spline to .001 of their way [M].
POSES_PER_PHASE = 7.0
MIN_HZ, MAX_HZ = 6.0, 14.0
CONTACT_M = 2e-5


def _root(function: "exercises.Callable[[float], float]", low: float, high: float, steps: int = 40) -> float:
    """Return the root between two bounds; as ``contact.bisect``, in fewer steps.

    False position in Illinois' form; every function of the renderer's is a distance in metres.
    """
    at_low, at_high = function(low), function(high)
    if at_low * at_high > 0:
        return bisect(function, low, high, steps)
    for _ in range(steps):
        middle = high - at_high * (high - low) / (at_high - at_low)
        value = function(middle)
        if abs(value) < CONTACT_M:
            return middle
        if value * at_high < 0:
            low, at_low = high, at_high
        else:
            at_low /= 2
        high, at_high = middle, value
    return high


exercises.bisect = _root


@lru_cache(maxsize=32)
def dressed(name: str, outfit: str) -> tuple[Body, tuple[Layer, ...]]:
    """Return a body and its clothes."""
    body = Body(name)
    return body, tuple(_lighter(layer) for layer in dress(body, look_of(name, outfit)))


def _lighter(layer: Layer) -> Layer:
    """Return shoes as the corners of their hull, which is all that touches the ground."""
    if layer.material != "shoe":
        return layer
    keep = []
    for side in (layer.surface.vertices[:, 1] > 0, layer.surface.vertices[:, 1] <= 0):
        index = np.flatnonzero(side)
        keep.append(index[ConvexHull(layer.surface.vertices[index]).vertices])
    chosen = np.concatenate(keep)
    surface = Surface(layer.surface.vertices[chosen], np.zeros((0, 3), int), layer.surface.weights[chosen])
    return replace(layer, surface=surface)


def posed(clip: Clip) -> tuple[Take, Floats]:
    """Return a take posed at even moments, and their times (s)."""
    spec = clip.spec
    body, layers = dressed(spec["body"], spec["outfit"])
    who = Performer(body, list(layers), clip.options)
    starts = starts_s(clip.reps, spec["neutral_s"])
    shortest = min([1.0, *(min(rep.up_s, rep.down_s) for rep in clip.reps)])
    hz = float(np.clip(POSES_PER_PHASE / shortest, MIN_HZ, MAX_HZ))
    t_s = np.arange(0.0, starts[-1] + TAIL_S + 1.5 / hz, 1 / hz)
    moments = [near_far(moment_at(clip.reps, starts, float(t), spec["seed"]), who) for t in t_s]
    pose = EXERCISES[clip.exercise]
    placements = [place(body, pose(who, m)) for m in moments]
    return Take(clip, body, list(layers), {}, who, moments, placements), t_s
