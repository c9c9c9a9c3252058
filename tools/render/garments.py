"""Clothes, shoes and hair cut from the rest mesh along smooth level lines, so that hems are never jagged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from skeleton import INDEX, SIDES, Body, Surface, unit


@dataclass(frozen=True)
class Layer:
    """One drawable surface: rest geometry, its material's name, and how often to subdivide it when drawn."""

    surface: Surface
    material: str
    subdivide: int = 0
    colour: np.ndarray | None = None  # (n, 3) linear RGB per vertex
    pattern_at: np.ndarray | None = None  # (n, 3) texture coordinates other than the rest position


def triangles(faces: np.ndarray) -> np.ndarray:
    """Quads split into triangles; degenerate ones dropped."""
    if faces.shape[1] == 4:
        faces = np.vstack([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])
    keep = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    return faces[keep]


def clip(surface: Surface, level: np.ndarray, quads: bool = False) -> Surface:
    """Keep the part of a surface where a scalar field is positive, cut exactly along its zero line."""
    faces = triangles(surface.faces)
    vertices, weights, cuts = list(surface.vertices), list(surface.weights), {}

    def crossing(a: int, b: int) -> int:
        key = (min(a, b), max(a, b))
        if key not in cuts:
            t = level[a] / (level[a] - level[b])
            cuts[key] = len(vertices)
            vertices.append((1 - t) * surface.vertices[a] + t * surface.vertices[b])
            weights.append((1 - t) * surface.weights[a] + t * surface.weights[b])
        return cuts[key]

    kept = []
    for face in faces:
        inside = level[face] > 0
        if inside.all():
            kept.append(face)
        elif inside.any():
            ring = []
            for a, b in zip(face, np.roll(face, -1), strict=True):
                if level[a] > 0:
                    ring.append(a)
                if (level[a] > 0) != (level[b] > 0):
                    ring.append(crossing(a, b))
            kept.extend([ring[0], ring[i], ring[i + 1]] for i in range(1, len(ring) - 1))
    used, index = np.unique(np.array(kept), return_inverse=True)
    return Surface(np.array(vertices)[used], index.reshape(-1, 3), np.array(weights)[used])


def normals(surface: Surface) -> np.ndarray:
    """Compute unit vertex normals (n, 3)."""
    faces = triangles(surface.faces)
    a, b, c = (surface.vertices[faces[:, i]] for i in range(3))
    cross = np.cross(b - a, c - a)
    total = np.zeros_like(surface.vertices)
    for i in range(3):
        np.add.at(total, faces[:, i], cross)
    return total / (np.linalg.norm(total, axis=1, keepdims=True) + 1e-12)


def inflate(surface: Surface, by_m: np.ndarray | float) -> Surface:
    """Move the surface outwards along its normals."""
    by = np.broadcast_to(by_m, len(surface.vertices))
    return Surface(surface.vertices + normals(surface) * by[:, None], surface.faces, surface.weights)


def relax(surface: Surface, rounds: int, strength: np.ndarray | float = 1.0) -> Surface:
    """Laplacian smoothing that leaves open borders where they are."""
    faces = triangles(surface.faces)
    edges = np.vstack([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    ordered = np.sort(edges, axis=1)
    unique, count = np.unique(ordered, axis=0, return_counts=True)
    border = np.unique(unique[count == 1])
    pairs = np.vstack([unique, unique[:, ::-1]])
    degree = np.bincount(pairs[:, 0], minlength=len(surface.vertices))[:, None]
    amount = np.broadcast_to(strength, len(surface.vertices)).copy()
    amount[border] = 0
    vertices = surface.vertices.copy()
    for _ in range(rounds):
        total = np.zeros_like(vertices)
        np.add.at(total, pairs[:, 0], vertices[pairs[:, 1]])
        vertices += 0.5 * amount[:, None] * (total / np.maximum(degree, 1) - vertices)
    return Surface(vertices, surface.faces, surface.weights)


def ramp(value: np.ndarray, start: float, stop: float) -> np.ndarray:
    """Smooth step from 0 at `start` to 1 at `stop`."""
    t = np.clip((value - start) / (stop - start), 0, 1)
    return t * t * (3 - 2 * t)


class Fields:
    """Signed distances (m) of rest vertices to hems; positive inside the garment."""

    def __init__(self, body: Body, surface: Surface) -> None:
        self.body, self.v, self.w = body, surface.vertices, surface.weights
        self.unit = body.height_m / 1.75

    def share(self, *limbs: str) -> np.ndarray:
        """How much of each vertex belongs to the named limbs of either side."""
        return sum(self.w[:, INDEX[f"{limb}_{side}"]] for limb in limbs for side in SIDES)

    def along_arm(self) -> np.ndarray:
        """Distance from the shoulder along the upper arm; far below zero on the trunk."""
        arm = self.share("upper_arm_root", "upper_arm", "forearm_root", "forearm", "hand")
        best = np.full(len(self.v), -1.0)
        for side in SIDES:
            shoulder, elbow = self.body.rest(f"upper_arm_root_{side}"), self.body.rest(f"forearm_{side}")
            mine = (arm > 0.35) & (np.sign(self.v[:, 1]) == np.sign(shoulder[1]))
            best[mine] = ((self.v - shoulder) @ unit(elbow - shoulder))[mine]
        return best

    def collar(self, depth: float = 0.0) -> np.ndarray:
        """Below a slanted neck ring, lower in front."""
        neck = self.body.rest("neck")
        slope = 0.45 * (self.v[:, 0] - neck[0])
        return neck[2] - (0.005 + depth) * self.unit - slope - self.v[:, 2]

    def shirt(self, sleeve_m: float, hem_m: float) -> np.ndarray:
        """Shirt: sleeves this long, hem this far above the hip joints."""
        hem = self.v[:, 2] - (self.body.rest("pelvis")[2] + hem_m * self.unit)
        on_arm = self.along_arm() > 0
        return np.minimum.reduce(
            [np.where(on_arm, 1.0, hem), sleeve_m * self.unit - self.along_arm(), self.collar()]
        )

    def legwear(self, length_m: float, waist_m: float = 0.13) -> np.ndarray:
        """Shorts or leggings: from the waist to this far below the hip joints."""
        z = self.v[:, 2] - self.body.rest("pelvis")[2]
        on_arm = self.along_arm() > 0
        return np.where(on_arm, -1.0, np.minimum(waist_m * self.unit - z, z + length_m * self.unit))

    def shoe(self, above_ankle_m: float) -> np.ndarray:
        """Below a ring around the ankle, tilted up at the back."""
        ankle = self.body.rest("foot_left")
        return ankle[2] + above_ankle_m * self.unit - 0.25 * (self.v[:, 0] - ankle[0]) - self.v[:, 2]


def dress(body: Body, outfit: dict) -> list[Layer]:
    """All layers of one person: skin, eyes, shirt, legwear, shoes, socks and hair."""
    tights = relax(body.surface("tights"), 3, 0.5)
    field = Fields(body, tights)
    loose = outfit.get("loose", False)
    shirt_field = field.shirt(outfit["sleeve_m"], -0.10 if loose else outfit.get("hem_m", 0.02))
    leg_field = field.legwear(outfit["leg_m"])
    return [
        Layer(shirt(body, clip(tights, shirt_field), loose), "shirt", 1),
        Layer(legwear(body, clip(tights, leg_field), outfit["leg_m"] < 0.5), "legwear", 1),
        *feet(body, tights, field),
        *hair(body, outfit["hair_style"]),
        *skin_layers(body, outfit),
    ]


def shirt(body: Body, cut: Surface, loose: bool) -> Surface:
    """Make a fitted shirt, or a loose untucked one that hangs away from the waist."""
    snug = ramp(Fields(body, cut).collar(), 0.0, 0.04)
    if not loose:
        return inflate(cut, 0.0015 + 0.0055 * snug)
    z = cut.vertices[:, 2] - body.rest("chest")[2]
    down = ramp(-z, -0.10, 0.25) * (np.abs(cut.vertices[:, 1]) < 0.35)
    slack = inflate(relax(cut, 12, down), 0.009 + 0.026 * down)
    angle = np.arctan2(slack.vertices[:, 1], slack.vertices[:, 0] - body.rest("l3")[0])
    folds = 0.006 * np.sin(7 * angle + 9 * z) + 0.004 * np.sin(13 * angle - 14 * z)
    return inflate(slack, folds * down)


def legwear(body: Body, cut: Surface, is_shorts: bool) -> Surface:
    """Shorts that widen towards their hems, or close-fitting leggings."""
    z = body.rest("pelvis")[2] - cut.vertices[:, 2]
    return inflate(cut, 0.0055 + (0.010 * ramp(z, 0.0, 0.25) if is_shorts else 0.0))


def feet(body: Body, tights: Surface, field: Fields) -> list[Layer]:
    """Trainers with a pale sole, and socks."""
    shoe = inflate(relax(clip(tights, field.shoe(0.015)), 4), 0.009)
    sole_z = body.sole_z - 0.022
    z = shoe.vertices[:, 2]
    flat = np.where(z < body.sole_z + 0.004, sole_z, z)
    shoe = Surface(np.column_stack([shoe.vertices[:, :2], flat]), shoe.faces, shoe.weights)
    pale = ramp(shoe.vertices[:, 2], body.sole_z + 0.022, body.sole_z + 0.016)[:, None]
    colour = pale * np.array([0.75, 0.75, 0.72]) + (1 - pale) * np.array([0.06, 0.065, 0.075])
    sock = inflate(clip(tights, field.shoe(0.075)), 0.0015)
    return [Layer(shoe, "shoe", 1, colour), Layer(sock, "sock", 1)]


def skin_layers(body: Body, outfit: dict) -> list[Layer]:
    """Bare skin (drawn a little way in under every hem) and eyes."""
    surface = body.surface("skin")
    field = Fields(body, surface)
    covered = np.maximum.reduce(
        [
            field.shirt(outfit["sleeve_m"], outfit.get("hem_m", 0.02)) - 0.03,
            field.legwear(outfit["leg_m"]) - 0.03,
            field.shoe(0.075) - 0.03,
        ]
    )
    on_arm = field.along_arm() > 0
    covered = np.where(on_arm, field.along_arm() * -1 + (outfit["sleeve_m"] - 0.04) * field.unit, covered)
    bare = clip(surface, -covered)
    eye = body.surface("eye")
    return [Layer(bare, "skin", 0, face_colours(body, bare, outfit)), Layer(eye, "eye", 0, eye_colours(eye))]


def face_colours(body: Body, bare: Surface, outfit: dict) -> np.ndarray:
    """Skin tone with eyebrows, lips and a little warmth in the cheeks."""
    tone = np.array(outfit["skin"], float)
    colour = np.tile(tone, (len(bare.vertices), 1))
    v = bare.vertices
    for letter in "LR":
        eye = body.heads[f"eye.{letter}"]
        size = body.height_m / 1.75
        front = v[:, 0] > eye[0] - 0.02
        brow = ((v[:, 1] - eye[1]) / 0.024) ** 2 + ((v[:, 2] - eye[2] - 0.021 * size) / 0.006) ** 2
        mask = (1 - ramp(brow, 0.6, 1.4)) * front
        colour = colour * (1 - 0.8 * mask[:, None]) + 0.8 * mask[:, None] * np.array(outfit["hair_colour"])
    mouth_z = eye[2] - 0.072 * size
    lips = (v[:, 1] / 0.026) ** 2 + ((v[:, 2] - mouth_z) / 0.009) ** 2
    mask = ((1 - ramp(lips, 0.5, 1.3)) * (v[:, 0] > eye[0] - 0.01))[:, None]
    return colour * (1 - 0.5 * mask) + 0.5 * mask * tone * np.array([0.95, 0.5, 0.5])


def eye_colours(eye: Surface) -> np.ndarray:
    """White with a dark iris in front."""
    front = eye.vertices[:, 0] - eye.vertices[:, 0].max()
    return np.where(front[:, None] > -0.0035, np.array([[0.02, 0.014, 0.01]]), np.array([[0.7, 0.68, 0.65]]))


HAIRLINES = {  # distance behind the eyes (m, for a person of 1.75 m) and height of the hairline above them
    "short": (
        [0.0, 0.045, 0.060, 0.068, 0.078, 0.086, 0.112, 0.122, 0.16],
        [0.064, 0.052, 0.026, -0.010, -0.010, 0.022, 0.022, -0.030, -0.065],
    ),
    "bun": (
        [0.0, 0.045, 0.062, 0.072, 0.084, 0.110, 0.122, 0.16],
        [0.062, 0.050, 0.022, -0.004, 0.014, 0.014, -0.030, -0.055],
    ),
    "bob": ([0.0, 0.045, 0.062, 0.072, 0.16], [0.056, 0.040, 0.0, -0.085, -0.105]),
}


def hair(body: Body, style: str) -> list[Layer]:
    """Grow a cap from the scalp, thicker away from the hairline; some styles add a bun."""
    scalp = body.surface("skin")
    eye = body.heads["eye.L"]
    size = body.height_m / 1.75
    v = scalp.vertices
    head = scalp.weights[:, INDEX["head"]] + scalp.weights[:, INDEX["neck"]]
    back = eye[0] - v[:, 0]
    line = np.interp(back / size, *HAIRLINES[style]) * size
    inside = np.where(head > 0.6, v[:, 2] - (eye[2] + line), -1.0)
    cap = clip(scalp, inside)
    depth = (
        cap.vertices[:, 2]
        - eye[2]
        - np.interp((eye[0] - cap.vertices[:, 0]) / size, *HAIRLINES[style]) * size
    )
    thick = {"short": 0.013, "bun": 0.009, "bob": 0.024}[style]
    grown = inflate(relax(cap, 6, 0.8), 0.0035 + thick * ramp(depth, 0, 0.035))
    angle = np.arctan2(grown.vertices[:, 1], grown.vertices[:, 0] - eye[0] + 0.09)
    strands = np.sin(31 * angle + 60 * grown.vertices[:, 2]) + np.sin(47 * angle - 90 * grown.vertices[:, 2])
    grown = inflate(grown, 0.0014 * strands * ramp(depth, 0, 0.03))
    along = np.column_stack([angle * 0.35, grown.vertices[:, 2] * 0.12, 0 * angle])
    layers = [Layer(grown, "hair", 1, None, along)]
    if style == "bun":
        centre = np.array([v[head > 0.6, 0].min() - 0.012, 0.0, eye[2] + 0.055 * size])
        layers.append(Layer(ball(centre, 0.036 * size, INDEX["head"], scalp.weights.shape[1]), "hair", 1))
    return layers


def ball(centre: np.ndarray, radius_m: float, segment: int, n_segments: int) -> Surface:
    """Make a sphere that moves rigidly with one segment."""
    rings, around = 10, 16
    theta = np.linspace(0, np.pi, rings)[:, None]
    phi = np.arange(around)[None] * 2 * np.pi / around
    points = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta) + 0 * phi], -1)
    i, j = np.meshgrid(np.arange(rings - 1), np.arange(around), indexing="ij")
    k = (j + 1) % around
    faces = np.stack(
        [i * around + j, (i + 1) * around + j, (i + 1) * around + k, i * around + k], -1
    ).reshape(-1, 4)
    weights = np.zeros((rings * around, n_segments))
    weights[:, segment] = 1
    return Surface(centre + radius_m * points.reshape(-1, 3), triangles(faces), weights)
