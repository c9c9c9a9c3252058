"""A pinhole camera that looks at the person from a stated angle off their sagittal plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Camera:
    """Position and lens.

    `yaw_deg` is measured from the pure side view of `near_side`: positive towards the person's front, 90 is
    straight in front, negative towards their back.
    """

    near_side: str = "right"
    yaw_deg: float = 0.0
    distance_m: float = 3.1
    height_m: float = 0.95
    focal_px: float = 800.0
    width_px: int = 480
    height_px: int = 640
    aim: tuple[float, float, float] = (0.0, 0.0, 0.95)  # the point that the optical axis passes, m

    @property
    def right(self) -> np.ndarray:
        """World direction of the picture's right."""
        return np.cross(self.forward, [0, 0, 1.0])

    @property
    def forward(self) -> np.ndarray:
        """World direction of the optical axis (level)."""
        yaw = np.radians(self.yaw_deg)
        side = -1.0 if self.near_side == "right" else 1.0
        return -np.array([np.sin(yaw), side * np.cos(yaw), 0.0])

    @property
    def position(self) -> np.ndarray:
        """World position of the pinhole, m."""
        return np.array([self.aim[0], self.aim[1], self.height_m]) - self.distance_m * self.forward

    @property
    def facing(self) -> str:
        """Where the person faces in the picture: left, right or camera."""
        across = self.right[0]
        return "right" if across > 0.3 else "left" if across < -0.3 else "camera"

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixel positions (..., 2) of world points (..., 3); x to the right, y down, origin at the corner."""
        relative = np.asarray(points) - self.position
        depth = relative @ self.forward
        centre_y = self.height_px / 2 + self.focal_px * (self.aim[2] - self.height_m) / self.distance_m
        x = self.width_px / 2 + self.focal_px * (relative @ self.right) / depth
        y = centre_y - self.focal_px * relative[..., 2] / depth
        return np.stack([x, y], axis=-1)
