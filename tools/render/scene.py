"""The Blender side: builds a room once, then draws posed people into a crop of it, frame after frame."""

from __future__ import annotations

from pathlib import Path

import av
import bpy
import numpy as np
from camera import Camera
from garments import Layer
from mathutils import Matrix, Vector
from rooms import ROOMS, Room, material
from scipy.spatial import ConvexHull

LIGHTS = {  # energy of ceiling and window (W), ambient strength, ambient colour
    "living": (70, 110, 0.55, (1.0, 0.95, 0.88)),
    "clinic": (85, 60, 0.55, (0.95, 0.98, 1.0)),
    "bedroom": (60, 120, 0.55, (0.97, 0.97, 1.0)),
}
FLOOR_BOUNCE = {"living": (0.36, 0.24, 0.15), "clinic": (0.38, 0.42, 0.44), "bedroom": (0.32, 0.29, 0.26)}


class Stage:
    """One room, one camera, any number of layered people, and props."""

    def __init__(self, room: str, camera: Camera, samples: int) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.scene, self.camera, self.room_name = bpy.context.scene, camera, room
        self.objects: dict[tuple[int, int], bpy.types.Object] = {}
        self.props: set[bpy.types.Object] = set()
        self.room = Room(camera.right, camera.forward, 5)
        ROOMS[room](self.room)
        self._light(room)
        self._look_through(camera)
        self._engine(samples)

    def _light(self, room: str) -> None:
        ceiling, window, ambient, colour = LIGHTS[room]
        for name, energy, at, size in (
            ("ceiling", ceiling, (0.2, -0.9, 2.65), 1.8),
            ("window", window, (-3.0, -1.4, 1.7), 1.6),
        ):
            lamp = bpy.data.lights.new(name, "AREA")
            lamp.energy, lamp.size = energy, size
            holder = bpy.data.objects.new(name, lamp)
            spot = np.array(self.room.matrix.to_3x3()) @ np.array(at)
            holder.location = spot
            direction = np.array([0, 0, 0.9]) - spot
            holder.rotation_euler = Vector(direction).to_track_quat("-Z", "Y").to_euler()
            self.scene.collection.objects.link(holder)
        world = bpy.data.worlds.new("world")
        world.use_nodes = True
        nodes, links = world.node_tree.nodes, world.node_tree.links
        where, split, ramp = (nodes.new(f"ShaderNode{n}") for n in ("TexCoord", "SeparateXYZ", "ValToRGB"))
        for element, at, shade in zip(
            ramp.color_ramp.elements, (0.30, 0.62), (FLOOR_BOUNCE[room], colour), strict=True
        ):
            element.position, element.color = at, (*shade, 1)
        half = nodes.new("ShaderNodeMath")
        half.operation, half.inputs[1].default_value, half.inputs[2].default_value = "MULTIPLY_ADD", 0.5, 0.5
        links.new(where.outputs["Generated"], split.inputs[0])
        links.new(split.outputs["Z"], half.inputs[0])
        links.new(half.outputs[0], ramp.inputs["Fac"])
        links.new(ramp.outputs["Color"], nodes["Background"].inputs[0])
        nodes["Background"].inputs[1].default_value = ambient
        self.scene.world = world

    def _look_through(self, camera: Camera) -> None:
        lens = bpy.data.cameras.new("camera")
        lens.sensor_fit, lens.sensor_width = "HORIZONTAL", 36.0
        lens.lens = 36.0 * camera.focal_px / camera.width_px
        shift_px = camera.focal_px * (camera.aim[2] - camera.height_m) / camera.distance_m
        lens.shift_y = shift_px / camera.width_px
        holder = bpy.data.objects.new("camera", lens)
        holder.location = camera.position
        axes = np.column_stack([camera.right, [0, 0, 1], -camera.forward])
        holder.rotation_euler = Matrix(axes.tolist()).to_euler()
        self.scene.collection.objects.link(holder)
        self.scene.camera = holder

    def _engine(self, samples: int) -> None:
        render = self.scene.render
        render.resolution_x, render.resolution_y = self.camera.width_px, self.camera.height_px
        render.resolution_percentage = 100
        render.image_settings.file_format = "PNG"
        render.image_settings.compression = 30
        render.use_persistent_data = True
        self.scene.view_settings.view_transform = "AgX"
        self.scene.view_settings.look = "AgX - Medium High Contrast"
        self.scene.view_settings.exposure = 0.05
        self.samples = samples
        render.engine = "CYCLES"
        cycles = self.scene.cycles
        cycles.use_adaptive_sampling = False
        cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = 1, 1, 1
        cycles.use_light_tree = False
        cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
        cycles.denoising_quality, cycles.denoising_prefilter = "FAST", "FAST"
        cycles.seed = 3

    def add_person(self, number: int, layers: list[Layer], look: dict) -> None:
        """Create the meshes of one person; `look` gives the colours of shirt, legwear and hair."""
        for i, layer in enumerate(layers):
            mesh = bpy.data.meshes.new(f"{number}-{layer.material}")
            mesh.from_pydata(layer.surface.vertices.tolist(), [], layer.surface.faces.tolist())
            mesh.shade_smooth()
            if layer.colour is not None:
                attribute = mesh.color_attributes.new("colour", "FLOAT_COLOR", "POINT")
                rgba = np.column_stack([layer.colour, np.ones(len(layer.colour))])
                attribute.data.foreach_set("color", rgba.astype(np.float32).ravel())
            rest = mesh.attributes.new("rest", "FLOAT_VECTOR", "POINT")
            rest.data.foreach_set(
                "vector",
                (layer.pattern_at if layer.pattern_at is not None else layer.surface.vertices)
                .astype(np.float32)
                .ravel(),
            )
            mesh.materials.append(self._cloth(layer, look))
            obj = bpy.data.objects.new(mesh.name, mesh)
            if layer.subdivide:
                modifier = obj.modifiers.new("smooth", "SUBSURF")
                modifier.levels = modifier.render_levels = layer.subdivide
            self.scene.collection.objects.link(obj)
            self.objects[number, i] = obj

    def _cloth(self, layer: Layer, look: dict) -> bpy.types.Material:
        kind = layer.material
        if layer.colour is not None:
            return material(
                kind,
                look.get("skin", (0.5, 0.3, 0.2)) if kind == "skin" else (0.4, 0.4, 0.4),
                {"skin": 0.5, "eye": 0.15}.get(kind, 0.6),
                "vertex",
            )
        if kind == "hair":
            return material(kind, look["hair_colour"], 0.85, "hair", 60.0, True)
        if kind == "sock":
            return material(kind, (0.6, 0.6, 0.6), 0.95)
        return material(kind, look[kind], 0.85, "cloth", 70.0, True)

    def pose(self, number: int, vertices: list[np.ndarray]) -> None:
        """Move one person's meshes to posed vertices, in the order of their layers."""
        for i, points in enumerate(vertices):
            mesh = self.objects[number, i].data
            mesh.vertices.foreach_set("co", points.astype(np.float32).ravel())
            mesh.update()

    def show(self, people: bool) -> None:
        """Show the people alone (props cut holes into them) or the room without them."""
        mine = set(self.objects.values())
        for obj in bpy.data.objects:
            if obj.type == "MESH":
                prop = obj in self.props
                obj.hide_render = (obj not in mine and not prop) if people else obj in mine
                obj.is_holdout = people and prop
        self.scene.render.film_transparent = people
        self.scene.render.image_settings.color_mode = "RGBA" if people else "RGB"

    def solid_props(self) -> np.ndarray:
        """Pixels (h, w) that upright props cover: no floor shadow falls there."""
        h, w = self.camera.height_px, self.camera.width_px
        y, x = np.mgrid[0:h, 0:w] + 0.5
        covered = np.zeros((h, w), bool)
        for prop in self.props:
            corners = np.array([prop.matrix_world @ Vector(c) for c in prop.bound_box])
            if np.ptp(corners[:, 2]) < 0.03:
                continue
            ring = self.camera.project(corners)
            ring = ring[ConvexHull(ring).vertices]
            edge = np.roll(ring, -1, axis=0) - ring
            side = [e[0] * (y - p[1]) - e[1] * (x - p[0]) for p, e in zip(ring, edge, strict=True)]
            covered |= np.all(np.array(side) >= 0, axis=0)
        return covered

    def draw(self, path: Path, crop: tuple[int, int, int, int] | None, samples: int | None = None) -> None:
        """Render to a PNG; `crop` is (left, top, right, bottom) in pixels."""
        render, (w, h) = self.scene.render, (self.camera.width_px, self.camera.height_px)
        render.use_border = render.use_crop_to_border = crop is not None
        if crop is not None:
            left, top, right, bottom = crop
            render.border_min_x, render.border_max_x = left / w, right / w
            render.border_min_y, render.border_max_y = 1 - bottom / h, 1 - top / h
        self.scene.cycles.samples = samples or self.samples
        render.filepath = str(path)
        bpy.ops.render.render(write_still=True)


def read_png(path: Path, alpha: bool = False) -> np.ndarray:
    """Read a picture (h, w, 3 or 4) as uint8."""
    with av.open(str(path)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgba" if alpha else "rgb24")
