"""Poses of a scripted set at a few moments, quickly, for everything else to be interpolated from.

The renderer's own exercises are used as they are. Two things make them quick enough: contacts are solved by
false position rather than by twenty bisections, and shoes are reduced to the corners of their hull.
"""

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import exercises
import numpy as np
import numpy.typing as npt
from clip import TAIL_S, Clip, Take, look_of, near_far
from contact import bisect
from exercises import EXERCISES, Performer
from garments import Layer, dress
from motion import Rep, moment_at, starts_s
from posture import place
from scipy.spatial import ConvexHull
from skeleton import Body, Surface

Floats = npt.NDArray[np.float64]
# Phases sampled this often are kept by a cubic spline to .001 of their way [M]; between them there is sway
# alone, whose quickest part takes a second.
POSES_PER_PHASE = 7
REST_HZ = 4.0
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
    """Return a take posed at some moments, and their times (s)."""
    spec = clip.spec
    body, layers = dressed(spec["body"], spec["outfit"])
    who = Performer(body, list(layers), clip.options)
    starts = starts_s(clip.reps, spec["neutral_s"])
    t_s = pose_times(clip.reps, starts)
    moments = [near_far(moment_at(clip.reps, starts, float(t), spec["seed"]), who) for t in t_s]
    pose = EXERCISES[clip.exercise]
    placements = [place(body, pose(who, m)) for m in moments]
    return Take(clip, body, list(layers), {}, who, moments, placements), t_s


def pose_times(reps: list[Rep], starts_s: Floats) -> Floats:
    """Return when to pose: evenly up to the first repetition and in rests, closer where something moves.

    Parameters
    ----------
    starts_s : ndarray, shape (len(reps) + 1,)
        When each repetition's movement begins, and the end of the last one's rest.
    """
    marks = [0.0]
    counts = []
    for rep, start_s in zip(reps, starts_s[:-1].tolist(), strict=True):
        marks += [start_s, start_s + rep.up_s, start_s + rep.up_s + rep.hold_s]
        marks.append(marks[-1] + rep.down_s)
        counts += [2, POSES_PER_PHASE, 2, POSES_PER_PHASE]
    marks.append(float(starts_s[-1]) + TAIL_S + 0.5)
    counts.append(2)
    spans = zip(pairwise(marks), counts, strict=True)
    even = [
        np.linspace(a, b, max(n, round((b - a) * REST_HZ)), endpoint=False) for (a, b), n in spans if b > a
    ]
    return np.concatenate([*even, [marks[-1]]])
