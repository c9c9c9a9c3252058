"""What happens to a finished picture: sensor noise, dim light, a hand that shakes."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import affine_transform, gaussian_filter


def shake_path(n_frames: int, fps: float, size_px: float, roll_deg: float, seed: int = 7) -> np.ndarray:
    """Smooth hand movement (n, 3): right px, down px, roll deg."""
    rng = np.random.default_rng(seed)
    t = np.arange(n_frames) / fps
    path = np.zeros((n_frames, 3))
    for column, size in enumerate((size_px, size_px, roll_deg)):
        for frequency, share in ((0.35, 1.0), (1.1, 0.5), (3.3, 0.18)):
            path[:, column] += (
                size * share * np.sin(2 * np.pi * frequency * rng.uniform(0.8, 1.2) * t + rng.uniform(0, 6.3))
            )
    return path


class Post:
    """Effects of one clip; `warp` carries truth positions along."""

    def __init__(self, spec: dict, n_frames: int, fps: float, width_px: int, height_px: int) -> None:
        self.spec, self.size = spec, np.array([width_px, height_px], float)
        shake = spec.get("shake_px", 0.0)
        self.path = (
            shake_path(n_frames, fps, shake, spec.get("roll_deg", 0.0)) if shake else np.zeros((n_frames, 3))
        )
        self.zoom = spec.get("zoom", 1.0)

    def warp(self, k: int, points: np.ndarray) -> np.ndarray:
        """Where rendered pixel positions (..., 2) come to lie in frame k."""
        turn = np.radians(self.path[k, 2])
        rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        return (points - self.size / 2) @ rotate.T * self.zoom + self.size / 2 + self.path[k, :2]

    def apply(self, k: int, picture: np.ndarray) -> np.ndarray:
        """Make the frame as the viewer sees it."""
        image = picture.astype(np.float32)
        if self.zoom != 1.0 or self.path.any():
            image = self._moved(k, image)
        gain = self.spec.get("gain", 1.0)
        if gain != 1.0:
            image = 255 * (image / 255 * gain) ** self.spec.get("gamma", 1.0)
        rng = np.random.default_rng(1000 + k)
        noise = rng.normal(0, self.spec.get("noise", 1.5), (*image.shape[:2], 1)).astype(np.float32)
        colour = gaussian_filter(rng.normal(0, self.spec.get("noise", 1.5), image.shape), (1, 1, 0)).astype(
            np.float32
        )
        return np.clip(image + noise + colour + 0.5, 0, 255).astype(np.uint8)

    def _moved(self, k: int, image: np.ndarray) -> np.ndarray:
        turn = np.radians(self.path[k, 2])
        back = (
            np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) / self.zoom
        )  # (x, y) -> source
        matrix = back[::-1, ::-1]  # in (row, column) order
        centre, shift = self.size[::-1] / 2, self.path[k, :2][::-1]
        offset = centre - matrix @ (centre + shift)
        return np.stack(
            [affine_transform(image[..., c], matrix, offset, order=1, mode="nearest") for c in range(3)], -1
        )
