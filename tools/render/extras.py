"""What else is in the picture: mats, a couch, a block to lift over, other people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from exercises import Performer
from garments import Layer, dress
from posture import SIGN, Arm, FreeLeg, Pose, Trunk, place
from skeleton import INDEX, Body, rot_y, skin

if TYPE_CHECKING:
    from clip import Take
    from scene import Stage

Triple = Sequence[float]
Box = Callable[..., None]


@dataclass(frozen=True)
class Extra:
    """Another person, walking across."""

    body: Body
    layers: list[Layer]
    look: dict
    who: Performer
    path: list[tuple[np.ndarray, float, float]]  # per frame: floor position, heading (deg), gait phase (rad)

    def vertices(self, k: int) -> list[np.ndarray]:
        """Posed vertices of every layer at frame k."""
        position, heading, phase = self.path[k]
        spot = place(self.body, walking(self.who, phase))
        c, s = np.cos(np.radians(heading)), np.sin(np.radians(heading))
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        posed = [skin(layer.surface, self.body, spot) for layer in self.layers]
        ground = min(points[:, 2].min() for points in posed)
        return [(points - [0, 0, ground]) @ turn.T + position for points in posed]


def walking(who: Performer, phase: float) -> Pose:
    """One instant of an easy walk."""
    legs, hands = {}, {}
    for side, shift in (("left", 0.0), ("right", np.pi)):
        p = phase + shift
        knee = 8 + 52 * max(0.0, np.sin(p + 0.6)) ** 2 * (np.cos(p + 0.6) > -0.7) * 0.9
        thigh = 5 + 24 * np.sin(p)
        legs[side] = FreeLeg(thigh, knee, 0.0, 6.0, float(np.clip(knee - thigh, -12, 35)))
        swing = rot_y(22 * np.sin(p)) @ np.array([0, 0, -1.0])
        hands[side] = Arm(
            0.95 * who.arm_m * swing + np.array([0, SIGN[side] * 0.09, 0]),
            np.array([-1.0, 0.3 * SIGN[side], 0]),
            np.array([0, -SIGN[side], 0.0]),
            "hang",
        )
    return Pose(Trunk(np.array([0, 0, 0.9]), -2.0, turn_deg=4 * np.sin(phase)), legs, hands)


def extras_of(take: Take) -> list[Extra]:
    """Other people that the clip file asks for under `[[extras]]`."""
    from clip import look_of

    result = []
    for row in take.clip.spec.get("extras", []):
        body, look = Body(row["body"]), look_of(row["body"], row["outfit"])
        layers = dress(body, look)
        camera, fps = take.clip.camera, take.clip.fps
        path = []
        for k in range(len(take.placements)):
            t = k / fps - row.get("from_s", 0.0)
            speed = row.get("speed_m_s", 0.9)
            across = float(np.clip(np.sign(speed) * -2.4 + speed * t, -2.4, 2.4))
            spot = camera.right * across + camera.forward * row.get("behind_m", 0.65)
            heading = np.degrees(np.arctan2(camera.right[1], camera.right[0])) + (180 if speed < 0 else 0)
            path.append((spot, heading, 2 * np.pi * abs(across) / 1.3))
        result.append(Extra(body, layers, look, Performer(body, layers, {}), path))
    return result


def props(stage: Stage, take: Take) -> None:
    """Mats and furniture in the person's own coordinates."""
    import bpy
    from rooms import material

    def box(name: str, centre: Triple, size: Triple, colour: Triple, bevel: float = 0.01) -> None:
        bpy.ops.mesh.primitive_cube_add(size=1, location=centre)
        obj = bpy.context.object
        obj.scale = size
        bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
        obj.data.materials.append(material(name, colour, 0.8))
        modifier = obj.modifiers.new("bevel", "BEVEL")
        modifier.width, modifier.segments = min(bevel, 0.45 * min(size)), 3
        obj.data.shade_smooth()
        stage.props.add(obj)

    first = take.placements[0].position
    near = SIGN[take.who.near]
    for prop in take.clip.spec.get("props", []):
        if prop == "mat":
            x = first[INDEX["pelvis"], 0] + 0.25 if take.clip.exercise != "march-supine" else 0.0
            box("mat", (x, 0, 0.005), (1.9, 0.66, 0.012), (0.06, 0.20, 0.26), 0.004)
        elif prop == "block":
            ankle = first[INDEX[f"foot_{take.who.near}"]]
            box(
                "block",
                (ankle[0] - 0.02, ankle[1] + near * 0.115, 0.065),
                (0.075, 0.075, 0.13),
                (0.55, 0.22, 0.04),
                0.006,
            )
        elif prop == "couch":
            couch(box, take)
        elif prop == "pad":
            knee = first[INDEX[f"shank_{take.who.near}"]]
            box("pad", (knee[0] - 0.02, knee[1], 0.012), (0.42, 0.32, 0.026), (0.10, 0.10, 0.12), 0.01)
        elif prop == "chair":
            chair(box, first, -near)


def couch(box: Box, take: Take) -> None:
    """Build a low couch whose seat carries the rear foot."""
    foot = next(s for s in take.layers if s.material == "shoe").surface
    posed = skin(foot, take.body, take.placements[0])
    mine = np.sign(foot.vertices[:, 1]) == SIGN[take.who.near]
    low, front = posed[mine, 2].min(), posed[mine, 0].max()
    box(
        "seat",
        (front - 0.02 - 0.40, 0, (low - 0.005) / 2),
        (0.80, 1.5, low - 0.005),
        (0.16, 0.12, 0.09),
        0.05,
    )
    box("back", (front - 0.80, 0, low / 2 + 0.22), (0.20, 1.5, low + 0.40), (0.15, 0.11, 0.085), 0.06)


def chair(box: Box, first: np.ndarray, far: float) -> None:
    """Build a chair within reach on the far side."""
    x, y, wood = first[INDEX["pelvis"], 0] + 0.35, far * 0.62, (0.30, 0.18, 0.09)
    box("seat", (x, y, 0.45), (0.42, 0.42, 0.04), wood)
    box("rest", (x - 0.20, y, 0.74), (0.03, 0.42, 0.30), wood)
    for dx in (-0.19, 0.19):
        for dy in (-0.19, 0.19):
            box("leg", (x + dx, y + dy, 0.22), (0.035, 0.035, 0.44), wood, 0.004)
