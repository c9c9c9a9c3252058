"""Soft shadows of posed people on the floor of the empty room: cheap, so only the people need drawing."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from camera import Camera
from garments import Layer, triangles
from scipy.ndimage import gaussian_filter, map_coordinates

CELL_M, HALF_M = 0.015, 1.6
BANDS_M = (0.0, 0.06, 0.18, 0.45, 0.9, 3.0)


def vertex_areas(layer: Layer) -> np.ndarray:
    """Rest area (m2) that each vertex stands for."""
    v, faces = layer.surface.vertices, triangles(layer.surface.faces)
    area = (
        np.linalg.norm(np.cross(v[faces[:, 1]] - v[faces[:, 0]], v[faces[:, 2]] - v[faces[:, 0]]), axis=1) / 6
    )
    return np.bincount(faces.ravel(), np.repeat(area, 3), len(v))


class FloorShadow:
    """Darkening of every picture pixel that shows the floor, for one camera and one lamp."""

    def __init__(self, camera: Camera, lamp: np.ndarray, ground_m: float = 0.0) -> None:
        self.camera, self.lamp, self.ground_m = camera, lamp - [0, 0, ground_m], ground_m
        y, x = np.mgrid[0 : camera.height_px, 0 : camera.width_px] + 0.5
        centre_y = (
            camera.height_px / 2 + camera.focal_px * (camera.aim[2] - camera.height_m) / camera.distance_m
        )
        slope = np.maximum((y - centre_y) / camera.focal_px, 1e-6)
        depth = (camera.height_m - ground_m) / slope
        across = (x - camera.width_px / 2) / camera.focal_px * depth
        self.spot = camera.position + depth[..., None] * camera.forward + across[..., None] * camera.right
        self.is_floor = (y > centre_y + 2) & (depth < camera.distance_m + 1.6)

    def shade(self, points: np.ndarray, areas: np.ndarray) -> np.ndarray:
        """Factor (h, w) to multiply the picture with."""
        points = points - [0, 0, self.ground_m]
        middle = np.append(np.median(points[:, :2], axis=0), 0)
        z = np.maximum(points[:, 2], 0)
        falls = points[:, :2] + (points[:, :2] - self.lamp[:2]) * (z / (self.lamp[2] - z).clip(0.3))[:, None]
        light = np.zeros(2 * [int(2 * HALF_M / CELL_M)])
        sky = light.copy()
        for low, high in pairwise(BANDS_M):
            band = (z >= low) & (z < high)
            height = 0.5 * (low + min(high, 1.5))
            light += self._cover(
                falls[band] - middle[:2], areas[band], 0.015 + 0.45 * height / (2.65 - height)
            )
            if high < 0.5:
                sky += self._cover(points[band, :2] - middle[:2], areas[band], 0.02 + 0.5 * height)
        dark = (1 - 0.34 * np.clip(light, 0, 1)) * (1 - 0.42 * np.clip(sky, 0, 1))
        where = (self.spot[..., :2] - middle[:2] + HALF_M) / CELL_M - 0.5
        factor = map_coordinates(dark, [where[..., 0], where[..., 1]], order=1, mode="constant", cval=1.0)
        return np.where(self.is_floor, factor, 1.0)

    def _cover(self, falls: np.ndarray, areas: np.ndarray, blur_m: float) -> np.ndarray:
        """Share of each floor cell that a band of the body covers, blurred."""
        edges = np.linspace(-HALF_M, HALF_M, int(2 * HALF_M / CELL_M) + 1)
        amount, _, _ = np.histogram2d(falls[:, 0], falls[:, 1], [edges, edges], weights=areas)
        return np.clip(gaussian_filter(amount / CELL_M**2 * 0.35, blur_m / CELL_M), 0, 1)
