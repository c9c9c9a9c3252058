"""Three rooms with clutter, made of primitives; a room stands behind the person as the camera sees them."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np
from mathutils import Matrix

Triple = Sequence[float]
WALL_M = 1.75  # distance of the back wall behind the person


def material(
    name: str,
    colour: Triple,
    roughness: float = 0.6,
    pattern: str = "",
    scale: float = 1.0,
    on_rest: bool = False,
) -> bpy.types.Material:
    """Make a principled material.

    `pattern` is "", "planks", "noise", "cloth", "hair" or "vertex" (colour per vertex); `on_rest` ties it to
    the mesh's attribute "rest", so that it does not swim when the mesh is posed.
    """
    mat = bpy.data.materials.new(name)
    mat.use_nodes = True
    nodes, links = mat.node_tree.nodes, mat.node_tree.links
    shader = nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*colour, 1)
    shader.inputs["Roughness"].default_value = roughness
    if pattern == "vertex":
        source = nodes.new("ShaderNodeVertexColor")
        source.layer_name = "colour"
        links.new(source.outputs["Color"], shader.inputs["Base Color"])
    elif pattern:
        add_pattern(mat.node_tree, shader, colour, pattern, scale, on_rest)
    return mat


def add_pattern(
    tree: bpy.types.NodeTree,
    shader: bpy.types.Node,
    colour: Triple,
    pattern: str,
    scale: float,
    on_rest: bool,
) -> None:
    """Mix two shades of one colour by a procedural texture in object coordinates."""
    nodes, links = tree.nodes, tree.links
    where = nodes.new("ShaderNodeAttribute" if on_rest else "ShaderNodeTexCoord")
    if on_rest:
        where.attribute_name = "rest"
    if pattern == "planks":
        texture = nodes.new("ShaderNodeTexBrick")
        texture.inputs["Scale"].default_value = scale
        texture.inputs["Mortar Size"].default_value = 0.004
        texture.inputs["Brick Width"].default_value = 2.2
        texture.inputs["Row Height"].default_value = 0.16
        for key, gain in (("Color1", 1.12), ("Color2", 0.85), ("Mortar", 0.35)):
            texture.inputs[key].default_value = (*[min(1, c * gain) for c in colour], 1)
        links.new(texture.outputs["Color"], shader.inputs["Base Color"])
    else:
        texture = nodes.new("ShaderNodeTexNoise")
        texture.inputs["Scale"].default_value = scale
        texture.inputs["Detail"].default_value = 3
        ramp = nodes.new("ShaderNodeValToRGB")
        spread = {"noise": 0.18, "cloth": 0.10, "hair": 0.55}[pattern]
        for element, gain, at in zip(
            ramp.color_ramp.elements, (1 - spread, 1 + spread), (0.35, 0.65), strict=True
        ):
            element.position, element.color = at, (*[min(1, c * gain) for c in colour], 1)
        links.new(texture.outputs["Fac"], ramp.inputs["Fac"])
        links.new(ramp.outputs["Color"], shader.inputs["Base Color"])
    links.new(where.outputs["Vector" if on_rest else "Object"], texture.inputs["Vector"])


class Room:
    """Places primitives in picture-aligned coordinates: right, away from the camera, up (m)."""

    def __init__(self, right: np.ndarray, away: np.ndarray, seed: int) -> None:
        self.matrix = Matrix([[right[i], away[i], float(i == 2), 0] for i in range(3)] + [[0, 0, 0, 1]])
        self.rng = np.random.default_rng(seed)
        self.materials: dict[tuple, bpy.types.Material] = {}

    def paint(self, colour: Triple, **kwargs: float | str | bool) -> bpy.types.Material:
        """Find or make a material."""
        key = (tuple(colour), tuple(sorted(kwargs.items())))
        if key not in self.materials:
            self.materials[key] = material(f"m{len(self.materials)}", colour, **kwargs)
        return self.materials[key]

    def _finish(
        self,
        at: Triple,
        size: Triple,
        colour: Triple,
        turn: float,
        bevel: float,
        smooth: bool,
        **kwargs: float | str | bool,
    ) -> bpy.types.Object:
        obj = bpy.context.object
        obj.scale = size
        bpy.ops.object.transform_apply(location=False, rotation=False, scale=True)
        obj.matrix_world = self.matrix @ Matrix.Translation(at) @ Matrix.Rotation(np.radians(turn), 4, "Z")
        obj.data.materials.append(self.paint(colour, **kwargs))
        if bevel:
            modifier = obj.modifiers.new("bevel", "BEVEL")
            modifier.width, modifier.segments = bevel, 3
        if smooth or bevel:
            obj.data.shade_smooth()
        return obj

    def box(
        self,
        at: Triple,
        size: Triple,
        colour: Triple,
        turn: float = 0.0,
        bevel: float = 0.008,
        **kwargs: float | str | bool,
    ) -> bpy.types.Object:
        """Put a box by its centre and full size."""
        bpy.ops.mesh.primitive_cube_add(size=1)
        return self._finish(at, size, colour, turn, min(bevel, 0.45 * min(size)), False, **kwargs)

    def rod(
        self,
        at: Triple,
        radius: float,
        height: float,
        colour: Triple,
        lying: bool = False,
        **kwargs: float | str | bool,
    ) -> bpy.types.Object:
        """Put an upright cylinder, or one that lies across the picture."""
        bpy.ops.mesh.primitive_cylinder_add(
            radius=radius, depth=height, vertices=24, rotation=(0, np.pi / 2, 0) if lying else (0, 0, 0)
        )
        bpy.ops.object.transform_apply(location=False, rotation=True, scale=False)
        return self._finish(at, (1, 1, 1), colour, 0, 0, True, **kwargs)

    def ball(
        self, at: Triple, size: Triple, colour: Triple, turn: float = 0.0, **kwargs: float | str | bool
    ) -> bpy.types.Object:
        """Put an ellipsoid by its centre and radii."""
        bpy.ops.mesh.primitive_uv_sphere_add(radius=1, segments=24, ring_count=14)
        return self._finish(at, size, colour, turn, 0, True, **kwargs)

    def shell(
        self, floor: Triple, wall: Triple, skirting: Triple, pattern: str, wall_scale: float = 1.5
    ) -> None:
        """Floor, back wall and skirting board."""
        self.box(
            (0, 0, -0.05),
            (14, 14, 0.1),
            floor,
            bevel=0,
            roughness=0.45,
            pattern=pattern,
            scale=1.0 if pattern == "planks" else 60.0,
        )
        self.box(
            (0, WALL_M + 0.05, 1.5),
            (14, 0.1, 3.4),
            wall,
            bevel=0,
            roughness=0.9,
            pattern="noise",
            scale=wall_scale,
        )
        self.box((0, WALL_M - 0.01, 0.05), (14, 0.02, 0.1), skirting, bevel=0.004)

    def books(self, left: float, right: float, z: float) -> None:
        """Fill a shelf with books."""
        u = left
        palette = [
            (0.3, 0.05, 0.04),
            (0.05, 0.1, 0.25),
            (0.5, 0.42, 0.28),
            (0.04, 0.16, 0.09),
            (0.5, 0.28, 0.05),
            (0.08, 0.08, 0.09),
        ]
        while u < right - 0.05:
            width, height = self.rng.uniform(0.02, 0.05), self.rng.uniform(0.17, 0.26)
            self.box(
                (u + width / 2, WALL_M - 0.17, z + height / 2),
                (width, 0.16, height),
                palette[self.rng.integers(len(palette))],
                bevel=0.002,
            )
            u += width + (0.09 if self.rng.random() < 0.08 else 0.001)

    def plant(self, u: float, d: float, height: float) -> None:
        """Put a pot with leaves."""
        self.rod((u, d, 0.16), 0.15, 0.32, (0.42, 0.18, 0.09))
        for _ in range(16):
            angle, up = self.rng.uniform(0, 2 * np.pi), self.rng.uniform(0.45, height)
            out = 0.10 + 0.22 * self.rng.random()
            leaf = self.ball(
                (u + out * np.cos(angle), d + 0.6 * out * np.sin(angle), up),
                (0.15, 0.045, 0.012),
                (0.03, 0.14 + 0.05 * self.rng.random(), 0.035),
                turn=np.degrees(angle),
                roughness=0.4,
            )
            leaf.rotation_euler.rotate_axis("Y", self.rng.uniform(-0.9, 0.3))

    def picture(self, u: float, z: float, width: float, height: float, colour: Triple) -> None:
        """Hang a framed picture on the wall."""
        self.box((u, WALL_M - 0.015, z), (width, 0.03, height), (0.05, 0.035, 0.025))
        self.box(
            (u, WALL_M - 0.031, z),
            (width - 0.06, 0.004, height - 0.06),
            colour,
            bevel=0,
            pattern="noise",
            scale=5.0,
        )


def living(room: Room) -> None:
    """Living room: wooden floor, sofa, bookshelf, plant, lamp, window."""
    room.shell((0.36, 0.21, 0.11), (0.66, 0.60, 0.51), (0.75, 0.73, 0.69), "planks")
    room.box(
        (1.55, WALL_M - 0.45, 0.22),
        (1.9, 0.85, 0.40),
        (0.13, 0.17, 0.20),
        bevel=0.05,
        roughness=0.95,
        pattern="cloth",
        scale=90.0,
    )
    room.box(
        (1.55, WALL_M - 0.14, 0.58),
        (1.9, 0.24, 0.50),
        (0.13, 0.17, 0.20),
        bevel=0.05,
        roughness=0.95,
        pattern="cloth",
        scale=90.0,
    )
    room.box((0.68, WALL_M - 0.46, 0.30), (0.20, 0.90, 0.56), (0.12, 0.16, 0.19), bevel=0.05, roughness=0.95)
    room.box(
        (1.05, WALL_M - 0.38, 0.60),
        (0.42, 0.16, 0.36),
        (0.50, 0.20, 0.07),
        turn=8,
        bevel=0.07,
        roughness=0.95,
    )
    shelf = (0.45, 0.30, 0.18)
    for z in (0.06, 0.42, 0.78, 1.14, 1.50, 1.86):
        room.box((-1.05, WALL_M - 0.16, z), (0.95, 0.30, 0.03), shelf, bevel=0.003)
        if z < 1.8:
            room.books(-1.48, -0.62 if z != 0.78 else -0.95, z + 0.016)
    for u in (-1.52, -0.58):
        room.box((u, WALL_M - 0.16, 0.95), (0.03, 0.30, 1.86), shelf, bevel=0.003)
    room.ball((-0.76, WALL_M - 0.16, 0.88), (0.09, 0.09, 0.09), (0.55, 0.52, 0.47), roughness=0.3)
    room.plant(-0.30, WALL_M - 0.28, 1.05)
    room.picture(0.62, 1.55, 0.62, 0.46, (0.18, 0.32, 0.36))
    room.picture(1.42, 1.62, 0.42, 0.56, (0.50, 0.30, 0.16))
    room.box(
        (0.2, 0.55, 0.005),
        (2.6, 1.5, 0.010),
        (0.30, 0.10, 0.07),
        bevel=0.003,
        roughness=1.0,
        pattern="noise",
        scale=14.0,
    )


def clinic(room: Room) -> None:
    """Physiotherapy room: vinyl floor, wall bars, treatment table, balls, weights, chart."""
    room.shell((0.42, 0.46, 0.48), (0.62, 0.68, 0.66), (0.30, 0.33, 0.34), "noise", 0.8)
    room.box((0, WALL_M - 0.004, 0.55), (14, 0.006, 1.10), (0.28, 0.45, 0.45), bevel=0, roughness=0.8)
    wood = (0.52, 0.32, 0.15)
    for u in (-1.50, -0.72):
        room.box((u, WALL_M - 0.10, 1.15), (0.05, 0.10, 2.3), wood)
    for z in np.arange(0.15, 2.25, 0.16):
        room.rod((-1.11, WALL_M - 0.12, float(z)), 0.018, 0.76, wood, lying=True)
    room.box((1.30, WALL_M - 0.48, 0.62), (1.7, 0.62, 0.10), (0.03, 0.06, 0.14), bevel=0.035, roughness=0.5)
    room.box((0.62, WALL_M - 0.48, 0.70), (0.34, 0.5, 0.10), (0.70, 0.70, 0.68), bevel=0.045, roughness=0.9)
    for u in (0.60, 2.0):
        for d in (0.25, 0.70):
            room.rod((u, WALL_M - d, 0.29), 0.022, 0.58, (0.5, 0.5, 0.52), roughness=0.3)
    room.ball((-0.32, WALL_M - 0.36, 0.32), (0.32, 0.32, 0.32), (0.45, 0.10, 0.07), roughness=0.35)
    room.ball((0.98, WALL_M - 0.42, 0.22), (0.22, 0.22, 0.22), (0.08, 0.20, 0.42), roughness=0.35)
    for i, u in enumerate((0.20, 0.36)):
        for e in (-0.06, 0.06):
            room.ball(
                (u + e, WALL_M - 0.22 - 0.1 * i, 0.05),
                (0.035, 0.05, 0.05),
                (0.05, 0.05, 0.055),
                roughness=0.4,
            )
    room.picture(0.10, 1.62, 0.50, 0.74, (0.75, 0.72, 0.64))
    room.ball((0.10, WALL_M - 0.03, 1.78), (0.035, 0.004, 0.045), (0.5, 0.2, 0.15))
    room.box((0.10, WALL_M - 0.033, 1.58), (0.045, 0.006, 0.28), (0.5, 0.2, 0.15), bevel=0.001)
    room.box((0.95, WALL_M - 0.03, 1.55), (0.62, 0.04, 0.42), (0.85, 0.86, 0.84), bevel=0.006)
    room.box((1.75, WALL_M - 0.16, 1.40), (0.55, 0.30, 0.90), (0.78, 0.78, 0.75), bevel=0.008)


def bedroom(room: Room) -> None:
    """Bedroom: carpet, bed, wardrobe, curtains, laundry, a cardboard box."""
    room.shell((0.33, 0.29, 0.25), (0.42, 0.47, 0.58), (0.72, 0.72, 0.72), "noise")
    room.box((1.45, WALL_M - 0.55, 0.20), (1.9, 1.0, 0.36), (0.25, 0.17, 0.10))
    room.box((1.50, WALL_M - 0.55, 0.44), (1.8, 1.0, 0.18), (0.66, 0.64, 0.62), bevel=0.07, roughness=1.0)
    room.box(
        (1.75, WALL_M - 0.58, 0.50),
        (1.3, 1.06, 0.14),
        (0.14, 0.20, 0.13),
        bevel=0.06,
        roughness=1.0,
        pattern="cloth",
        scale=12.0,
    )
    room.box(
        (0.86, WALL_M - 0.40, 0.58), (0.36, 0.6, 0.14), (0.72, 0.71, 0.70), bevel=0.06, turn=4, roughness=1.0
    )
    for i, u in enumerate((-1.62, -1.10)):
        room.box((u, WALL_M - 0.22, 1.05), (0.50, 0.44, 2.1), (0.60, 0.56, 0.50), bevel=0.01)
        room.ball(
            (u + (0.20 if i == 0 else -0.20), WALL_M - 0.46, 1.05), (0.015, 0.02, 0.015), (0.1, 0.1, 0.1)
        )
    for i in range(9):
        room.rod(
            (0.28 + 0.065 * i, WALL_M - 0.07 - 0.02 * (i % 2), 1.42),
            0.040,
            2.0,
            (0.40, 0.13, 0.10),
            roughness=1.0,
        )
    room.rod((0.55, WALL_M - 0.08, 2.43), 0.014, 0.95, (0.3, 0.3, 0.3), lying=True)
    room.rod((-0.42, WALL_M - 0.30, 0.24), 0.20, 0.48, (0.50, 0.40, 0.26), pattern="noise", scale=40.0)
    for colour, du, z in (
        ((0.5, 0.1, 0.1), -0.05, 0.50),
        ((0.1, 0.2, 0.4), 0.08, 0.52),
        ((0.7, 0.7, 0.66), 0.0, 0.56),
    ):
        room.ball((-0.42 + du, WALL_M - 0.30, z), (0.14, 0.12, 0.07), colour, roughness=1.0)
    room.box((0.12, WALL_M - 0.30, 0.14), (0.42, 0.34, 0.28), (0.42, 0.28, 0.15), turn=12)
    room.picture(-0.40, 1.55, 0.44, 0.44, (0.45, 0.40, 0.20))
    room.picture(1.35, 1.60, 0.70, 0.46, (0.20, 0.16, 0.24))


ROOMS = {"living": living, "clinic": clinic, "bedroom": bedroom}
