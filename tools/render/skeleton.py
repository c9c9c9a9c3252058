"""The posed human: named segments, forward kinematics and linear blend skinning in NumPy.

World axes: x forward (the way the person faces), y to the person's left, z up; metres, radians inside,
degrees wherever a name says `_deg`. A positive turn about +y bends an upright body forwards.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
LUMBAR = ("l5", "l4", "l3", "l2", "l1")
TRUNK = ("pelvis", *LUMBAR, "thorax", "chest")
SIDES = ("left", "right")
LIMB_BONES = {
    "clavicle": ("clavicle", "shoulder01"),
    "upper_arm_root": ("upperarm01",),
    "upper_arm": ("upperarm02",),
    "forearm_root": ("lowerarm01",),
    "forearm": ("lowerarm02",),
    "hand": ("wrist", "metacarpal", "finger"),
    "thigh": ("upperleg01", "upperleg02"),
    "shank": ("lowerleg01", "lowerleg02"),
    "foot": ("foot",),
    "toes": ("toe",),
}
SEGMENTS = (*TRUNK, "neck", "head", *(f"{limb}_{side}" for side in SIDES for limb in LIMB_BONES))
INDEX = {name: i for i, name in enumerate(SEGMENTS)}
TRUNK_BONES = ("root", "pelvis", "spine", "breast")


def rot_x(deg: float) -> np.ndarray:
    """Rotation about the forward axis (right-handed)."""
    c, s = np.cos(np.radians(deg)), np.sin(np.radians(deg))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def rot_y(deg: float) -> np.ndarray:
    """Rotation about the leftward axis; positive tips an upright body forwards."""
    c, s = np.cos(np.radians(deg)), np.sin(np.radians(deg))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def rot_z(deg: float) -> np.ndarray:
    """Rotation about the upward axis; positive turns to the person's left."""
    c, s = np.cos(np.radians(deg)), np.sin(np.radians(deg))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def rot_about(axis: np.ndarray, deg: float) -> np.ndarray:
    """Rotation about a unit axis."""
    k = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.eye(3) + np.sin(np.radians(deg)) * k + (1 - np.cos(np.radians(deg))) * k @ k


def unit(vector: np.ndarray) -> np.ndarray:
    """Scale a vector to length one."""
    return vector / np.sqrt(vector @ vector)


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross product of two 3-vectors (much faster than NumPy's general one)."""
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def frame(along: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Right-handed frame whose first column is `along` and whose second is `normal` made square to it."""
    a = unit(along)
    n = unit(normal - a * (a @ normal))
    return np.array([a, n, cross(a, n)]).T


@dataclass(frozen=True)
class Surface:
    """A rest mesh with skin weights per segment."""

    vertices: np.ndarray  # (n, 3) m
    faces: np.ndarray  # (m, 4) or (m, 3)
    weights: np.ndarray  # (n, n_segments)


@dataclass(frozen=True)
class Placement:
    """Where every segment is: rotation from rest, and the position of its joint."""

    rotation: np.ndarray  # (n_segments, 3, 3)
    position: np.ndarray  # (n_segments, 3) m


class Body:
    """One exported person: rest surfaces, joint centres and segment weights."""

    def __init__(self, name: str) -> None:
        data = np.load(HERE / ".cache" / "bodies" / f"{name}.npz")
        to_world = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1.0]])
        self.name = name
        self.vertices = data["vertices"] @ to_world.T
        self.faces = {key: data[f"{key}_faces"] for key in ("skin", "tights", "eye")}
        self.groups = json.loads(str(data["groups"]))
        names = [str(n) for n in data["bone_names"]]
        self.heads = dict(zip(names, data["bone_heads"] @ to_world.T, strict=True))
        self.tails = dict(zip(names, data["bone_tails"] @ to_world.T, strict=True))
        skin = np.unique(self.faces["skin"])
        self.floor_z = self.vertices[skin, 2].min()
        self.height_m = float(np.ptp(self.vertices[skin, 2]))
        self.joints = self._joint_centres(skin)
        self.weights = self._segment_weights(names, data["weight_bones"], data["weight_values"])

    def _joint_centres(self, skin: np.ndarray) -> np.ndarray:
        """Rest position of every segment's joint, (n_segments, 3)."""
        joints = np.zeros((len(SEGMENTS), 3))
        hips = [self.heads["upperleg01.L"], self.heads["upperleg01.R"]]
        joints[INDEX["pelvis"]] = np.mean(hips, axis=0)
        spine_z = self.heads["spine04"][2] + np.linspace(0, 0.097 * self.height_m, 6)
        midline = self.vertices[skin][np.abs(self.vertices[skin, 1]) < 0.012]
        for name, z in zip((*LUMBAR, "thorax"), spine_z, strict=True):
            back_x = midline[np.abs(midline[:, 2] - z) < 0.02, 0].min()
            joints[INDEX[name]] = (back_x + 0.060, 0.0, z)
        joints[INDEX["chest"]] = self.heads["spine01"] * (1, 0, 1)
        joints[INDEX["neck"]] = self.heads["neck01"] * (1, 0, 1)
        joints[INDEX["head"]] = self.heads["head"] * (1, 0, 1)
        first = {
            "clavicle": "clavicle",
            "upper_arm_root": "upperarm01",
            "upper_arm": "upperarm01",
            "forearm_root": "lowerarm01",
            "forearm": "lowerarm01",
            "hand": "wrist",
            "thigh": "upperleg01",
            "shank": "lowerleg01",
            "foot": "foot",
            "toes": "toe3-1",
        }
        for side, letter in zip(SIDES, "LR", strict=True):
            for limb, bone in first.items():
                joints[INDEX[f"{limb}_{side}"]] = self.heads[f"{bone}.{letter}"]
        return joints

    def _segment_weights(self, names: list[str], bones: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Weights (n, n_segments): limbs as shipped, the trunk's share re-split along the lumbar joints."""
        weights = np.zeros((len(self.vertices), len(SEGMENTS)))
        trunk_share = np.zeros(len(self.vertices))
        rows = np.arange(len(self.vertices))
        for column in range(bones.shape[1]):
            for bone in np.unique(bones[:, column]):
                at = rows[bones[:, column] == bone]
                target = segment_of(names[bone])
                if target == "trunk":
                    trunk_share[at] += values[at, column]
                else:
                    weights[at, INDEX[target]] += values[at, column]
        weights[:, : len(TRUNK)] += trunk_share[:, None] * self._trunk_hats()
        return weights / weights.sum(axis=1, keepdims=True)

    def _trunk_hats(self) -> np.ndarray:
        """Linear hats over height for pelvis, five vertebrae, thorax and chest: (n, 8), rows sum to 1."""
        level = self.joints[[INDEX[n] for n in (*LUMBAR, "thorax")], 2]
        step = level[1] - level[0]
        chest_z = self.joints[INDEX["chest"], 2]
        knots = np.concatenate([[level[0] - step / 2], (level[:-1] + level[1:]) / 2, [level[-1] + step / 2]])
        place = np.interp(self.vertices[:, 2], [*knots, chest_z - 0.05, chest_z + 0.05], [*range(7), 6, 7])
        return np.clip(1 - np.abs(place[:, None] - np.arange(len(TRUNK))), 0, 1)

    def surface(self, part: str) -> Surface:
        """Cut out the rest surface `skin`, `tights` or `eye`, with its own vertex numbering."""
        used, faces = np.unique(self.faces[part], return_inverse=True)
        return Surface(self.vertices[used], faces.reshape(self.faces[part].shape), self.weights[used])

    @cached_property
    def sole_z(self) -> float:
        """Height of the lowest point of the bare feet at rest."""
        return float(self.floor_z)

    def rest(self, segment: str) -> np.ndarray:
        """Rest position of a segment's joint."""
        return self.joints[INDEX[segment]]


def segment_of(bone: str) -> str:
    """Find the segment that an anny bone belongs to."""
    base, _, letter = bone.partition(".")
    if base.startswith(TRUNK_BONES):
        return "trunk"
    if base.startswith("neck"):
        return "neck"
    for limb, prefixes in LIMB_BONES.items():
        if letter and base.startswith(prefixes):
            return f"{limb}_{'left' if letter == 'L' else 'right'}"
    return "head"


def skin(surface: Surface, body: Body, place: Placement) -> np.ndarray:
    """Posed vertices (n, 3) of a rest surface by linear blend skinning."""
    offset = place.position - np.einsum("sij,sj->si", place.rotation, body.joints)
    matrices = np.concatenate([place.rotation, offset[:, :, None]], axis=2).reshape(len(SEGMENTS), 12)
    blended = (surface.weights @ matrices).reshape(-1, 3, 4)
    return np.einsum("nij,nj->ni", blended[:, :, :3], surface.vertices) + blended[:, :, 3]
