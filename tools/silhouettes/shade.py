"""A person shaded flat in front of a plain room, in a few hundredths of a second: enough for a pose network.

No Blender: triangles that face the camera, far ones first, filled by OpenCV with anti-aliased borders.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from camera import Camera
from clip import Take
from garments import Layer, triangles
from skeleton import Surface, skin

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
LIGHT = np.array([0.35, -0.55, 0.75])  # towards the lamp, in the camera's axes: right, away, up
AMBIENT, DIFFUSE = 0.45, 0.62
_SHIFT = 4  # fractional bits of OpenCV's polygon corners


@dataclass(frozen=True)
class Sheet:
    """One layer, ready to be drawn: finer than the mesh, with a colour for each triangle."""

    surface: Surface
    colour: Floats  # (m, 3) linear RGB


def subdivided(surface: Surface) -> Surface:
    """Return the surface with every triangle in four and slightly relaxed, as the renderer draws cloth."""
    faces = triangles(surface.faces)
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    unique, index = np.unique(edges, axis=0, return_inverse=True)
    n, m = len(surface.vertices), len(faces)
    a, b, c = (n + index.reshape(-1)[i * m : (i + 1) * m] for i in range(3))
    fine = np.concatenate(
        [
            np.stack([faces[:, 0], a, c], 1),
            np.stack([a, faces[:, 1], b], 1),
            np.stack([c, b, faces[:, 2]], 1),
            np.stack([a, b, c], 1),
        ]
    )
    middle = surface.vertices[unique].mean(axis=1)
    weights = surface.weights[unique].mean(axis=1)
    return Surface(np.vstack([surface.vertices, middle]), fine, np.vstack([surface.weights, weights]))


def sheets(take: Take) -> list[Sheet]:
    """Return a take's layers ready to be drawn."""
    return [_sheet(layer, take.look) for layer in take.layers if layer.material != "eye"]


def _sheet(layer: Layer, look: dict) -> Sheet:
    colours = {
        "shirt": look["shirt"],
        "legwear": look["legwear"],
        "hair": look["hair_colour"],
        "sock": [0.6, 0.6, 0.6],
        "skin": look["skin"],
        "shoe": [0.1, 0.1, 0.12],
    }
    surface = subdivided(layer.surface) if layer.subdivide else layer.surface
    faces = triangles(surface.faces)
    surface = Surface(surface.vertices, faces, surface.weights)
    if layer.colour is not None and not layer.subdivide:
        return Sheet(surface, layer.colour[faces].mean(axis=1))
    return Sheet(surface, np.tile(np.asarray(colours[layer.material], dtype=float), (len(faces), 1)))


def room(camera: Camera, seed: int) -> Image:
    """Return an empty room: wall, floor and a few blurred things."""
    rng = np.random.default_rng(seed)
    height, width = camera.height_px, camera.width_px
    wall, floor = rng.uniform(0.45, 0.85, 3), rng.uniform(0.25, 0.6, 3)
    edge = float(camera.project(np.array([0.0, 0.0, 0.0]) + camera.forward * 1.2)[1])
    rows = np.arange(height)[:, None, None]
    picture = np.where(rows < edge, wall, floor) * np.linspace(1.05, 0.9, height)[:, None, None]
    picture = np.ascontiguousarray(np.broadcast_to(picture, (height, width, 3)))
    for _ in range(7):
        x, y = rng.uniform(0, width), rng.uniform(0, edge)
        size = rng.uniform(20, 110, 2)
        corners = (int(x), int(y)), (int(x + size[0]), int(y + size[1]))
        cv2.rectangle(picture, *corners, tuple(rng.uniform(0.3, 0.7, 3).tolist()), -1)
    picture = cv2.GaussianBlur(picture, (0, 0), 1.5)
    return np.asarray(np.clip(picture, 0, 1) * 255, dtype=np.uint8)


def draw(
    take: Take, drawn: list[Sheet], k: int, background: Image, noise: np.random.Generator
) -> tuple[Image, Image]:
    """Return frame ``k`` of a take as an RGB picture, and the person's exact silhouette (0 or 255)."""
    camera = take.clip.camera
    axes = np.stack([camera.right, camera.forward, np.array([0.0, 0.0, 1.0])])
    corners, depth, shade = [], [], []
    for sheet in drawn:
        points = skin(sheet.surface, take.body, take.placements[k])
        pixels, away = camera.project(points), (points - camera.position) @ camera.forward
        faces = sheet.surface.faces
        a, b, c = (points[faces[:, i]] @ axes.T for i in range(3))
        normal = np.cross(b - a, c - a)
        normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12
        front = normal[:, 1] < 0.1  # outward normals of what faces the camera point against `away`
        bright = AMBIENT + DIFFUSE * np.clip(normal @ (LIGHT / np.linalg.norm(LIGHT)), 0, 1)
        corners.append(pixels[faces][front])
        depth.append(away[faces].mean(axis=1)[front])
        shade.append((sheet.colour * bright[:, None])[front])
    return _paint(background, np.concatenate(corners), np.concatenate(depth), np.concatenate(shade), noise)


def _paint(
    background: Image,
    corners: Floats,
    depth: Floats,
    shade: Floats,
    noise: np.random.Generator,
) -> tuple[Image, Image]:
    """Fill triangles, far ones first, and add sensor noise."""
    order = np.argsort(-depth)
    points = np.rint((corners[order] - 0.5) * 2**_SHIFT).astype(np.int32)
    colour = (np.clip(shade[order], 0, 1) ** (1 / 2.2) * 255).tolist()
    picture = background.copy()
    for triangle, rgb in zip(points, colour, strict=True):
        cv2.fillConvexPoly(picture, triangle, rgb, cv2.LINE_8, _SHIFT)
    silhouette = np.asarray((picture != background).any(axis=2) * 255, dtype=np.uint8)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.7)
    grain = noise.integers(-5, 6, picture.shape[:2], dtype=np.int16)[..., None]
    return np.asarray(np.clip(picture + grain, 0, 255), dtype=np.uint8), silhouette
