"""Where the trunk's outline lies, exactly: skinned triangles' edges against stations of the true trunk axis.

No picture is drawn: each mesh edge that crosses a station gives a depth there, and the outermost ones are the
outline. Trunk and arms are kept apart, so that a gap between them ends the trunk as it does in a mask.
Coordinates are trunk lengths: ``s`` along the line from mid-hip (0) to mid-shoulder (1) of the true joints in
the picture, ``n`` to the left hand of somebody who walks it (as in `formcheck.body.pose.Pose`).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from camera import Camera
from clip import Take
from garments import triangles
from skeleton import INDEX, SIDES, Body, Placement, Surface, skin

Floats = npt.NDArray[np.float64]
STATIONS: Floats = np.linspace(-0.45, 1.40, 75)
_ARM_PARTS = ("upper_arm_root", "upper_arm", "forearm_root", "forearm", "hand")
_NOT_TRUNK = ("shank", "foot", "toes", *_ARM_PARTS)
ARM = {side: [INDEX[f"{part}_{side}"] for part in _ARM_PARTS] for side in SIDES}
NOT_TRUNK = [INDEX[f"{part}_{side}"] for part in _NOT_TRUNK for side in SIDES] + [INDEX["head"]]


@dataclass(frozen=True)
class Part:
    """A piece of the surface with its mesh edges: the trunk, or one arm."""

    surface: Surface
    edges: npt.NDArray[np.intp]  # (m, 2)


def parts_of(take: Take) -> dict[str, Part]:
    """Return ``trunk``, ``left`` and ``right`` (arm) of a take's clothed body, as small as they can be."""
    chosen: dict[str, list[Surface]] = {"trunk": [], "left": [], "right": []}
    for layer in take.layers:
        if layer.material not in ("shirt", "legwear", "skin"):
            continue
        faces = triangles(layer.surface.faces)
        share = layer.surface.weights[faces].mean(axis=1)
        arms = {side: share[:, ARM[side]].sum(axis=1) > 0.6 for side in SIDES}
        trunk = (share[:, NOT_TRUNK].sum(axis=1) < 0.5) & ~arms["left"] & ~arms["right"]
        for name, wanted in {"trunk": trunk, **arms}.items():
            if wanted.any():
                chosen[name].append(Surface(layer.surface.vertices, faces[wanted], layer.surface.weights))
    return {name: _part(surfaces) for name, surfaces in chosen.items()}


def _part(surfaces: list[Surface]) -> Part:
    vertices, weights, edges, offset = [], [], [], 0
    for surface in surfaces:
        used, faces = np.unique(surface.faces, return_inverse=True)
        faces = faces.reshape(-1, 3)
        pairs = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
        edges.append(np.unique(pairs, axis=0) + offset)
        vertices.append(surface.vertices[used])
        weights.append(surface.weights[used])
        offset += len(used)
    whole = Surface(np.concatenate(vertices), np.zeros((0, 3), int), np.concatenate(weights))
    return Part(whole, np.concatenate(edges))


def true_axis(camera: Camera, place: Placement) -> tuple[Floats, Floats]:
    """Return mid-hip and mid-shoulder in the picture, pixels."""
    middles = [
        camera.project(np.mean([place.position[INDEX[f"{joint}_{side}"]] for side in SIDES], axis=0))
        for joint in ("thigh", "upper_arm")
    ]
    return middles[0], middles[1]


def spans(part: Part, body: Body, camera: Camera, place: Placement) -> Floats:
    """Return the least and the greatest depth of a part at every station, shape (2, K); NaN: not there."""
    hip, shoulder = true_axis(camera, place)
    axis = shoulder - hip
    squared = float(axis @ axis)
    pixels = camera.project(skin(part.surface, body, place)) - hip
    s = pixels @ axis / squared
    n = pixels @ np.array([axis[1], -axis[0]]) / squared
    a, b = part.edges.T
    a, b = np.where(s[a] <= s[b], a, b), np.where(s[a] <= s[b], b, a)
    step = STATIONS[1] - STATIONS[0]
    first = np.maximum(np.ceil((s[a] - STATIONS[0]) / step).astype(int), 0)
    last = np.minimum(np.floor((s[b] - STATIONS[0]) / step).astype(int), len(STATIONS) - 1)
    low, high = np.full(len(STATIONS), np.inf), np.full(len(STATIONS), -np.inf)
    crossing = first <= last
    a, b, first, last = a[crossing], b[crossing], first[crossing], last[crossing]
    while len(a):
        share = (STATIONS[first] - s[a]) / np.maximum(s[b] - s[a], 1e-12)
        depth = n[a] + share * (n[b] - n[a])
        np.minimum.at(low, first, depth)
        np.maximum.at(high, first, depth)
        first = first + 1
        more = first <= last
        a, b, first, last = a[more], b[more], first[more], last[more]
    return np.where(low <= high, np.stack([low, high]), np.nan)


def joined(trunk: Floats, arms: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the silhouette's span around the trunk, and where an arm is its edge.

    Parameters
    ----------
    trunk : ndarray, shape (..., 2, K)
        Least and greatest depth of the trunk.
    arms : ndarray, shape (A, ..., 2, K)
        Of each arm; an arm that touches the span so far extends it.

    Returns
    -------
    span : ndarray, shape (..., 2, K)
    by_arm : ndarray of bool, shape (..., 2, K)
    """
    low, high = trunk[..., 0, :].copy(), trunk[..., 1, :].copy()
    for arm in (*arms, *arms):  # twice: an arm may touch only the other one
        begin, end = arm[..., 0, :], arm[..., 1, :]
        with np.errstate(invalid="ignore"):
            touches = (begin <= high) & (end >= low)
        low = np.where(touches, np.fmin(low, begin), low)
        high = np.where(touches, np.fmax(high, end), high)
    span = np.stack([low, high], axis=-2)
    with np.errstate(invalid="ignore"):
        return span, np.abs(span - trunk) > 1e-9
