"""Exact outlines without a network: ``outline.py dev|test [NAME...]``; many poses a second.

For every scene, a few frames a second: true landmarks, the trunk's true edges as a perfect mask would give
them, and the same with the arms taken off, which tells where an arm hides the back. Writes
``tools/silhouettes/.cache/outlines/SPLIT/NAME.npz``.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "render"), str(HERE.parents[1])]

import cv2  # noqa: E402
from clip import Clip, Take, perform  # noqa: E402
from garments import triangles  # noqa: E402
from make import truth  # noqa: E402
from scenes import scenes  # noqa: E402
from shade import subdivided  # noqa: E402
from skeleton import INDEX, SIDES, Surface, skin  # noqa: E402
from truth import landmark_rest_points, landmarks_of  # noqa: E402

from formcheck.sources.trunk_edges import trunk_edges  # noqa: E402

ARM = [
    INDEX[f"{part}_{side}"]
    for part in ("upper_arm_root", "upper_arm", "forearm_root", "forearm", "hand")
    for side in SIDES
]
IGNORED = [INDEX[f"{part}_{side}"] for part in ("foot", "toes", "hand") for side in SIDES] + [INDEX["head"]]
FPS = 6
_SHIFT = 4


def outline_parts(take: Take) -> list[tuple[Surface, np.ndarray]]:
    """Return the surfaces that shape the trunk's outline, and which of their triangles are arm."""
    parts = []
    for layer in take.layers:
        if layer.material not in ("shirt", "legwear", "skin"):
            continue
        surface = subdivided(layer.surface) if layer.subdivide else layer.surface
        faces = triangles(surface.faces)
        share = surface.weights[faces].mean(axis=1)
        keep = share[:, IGNORED].sum(axis=1) < 0.5
        parts.append(
            (Surface(surface.vertices, faces[keep], surface.weights), share[keep][:, ARM].sum(axis=1) > 0.6)
        )
    return parts


def masks(take: Take, parts: list[tuple[Surface, np.ndarray]], k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the silhouette with and without arms, shape (h, w), 0 or 1."""
    camera = take.clip.camera
    whole = np.zeros((camera.height_px, camera.width_px), dtype=np.uint8)
    arms = np.zeros_like(whole)
    for surface, is_arm in parts:
        pixels = camera.project(skin(surface, take.body, take.placements[k]))
        corners = np.rint((pixels[surface.faces] - 0.5) * 2**_SHIFT).astype(np.int32)
        u, v = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        turned = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] > 0
        for picture, wanted in ((whole, ~is_arm), (arms, is_arm)):
            for triangle in corners[wanted & turned]:
                cv2.fillConvexPoly(picture, triangle, 1, cv2.LINE_8, _SHIFT)
    return np.maximum(whole, arms).astype(np.float32), whole.astype(np.float32)


def outline(clip: Clip) -> dict[str, np.ndarray]:
    """Return the arrays of one scene."""
    take = perform(replace(clip, spec=clip.spec | {"fps": FPS, "neutral_s": 1.0}))
    parts = outline_parts(take)
    shoes = next(layer.surface for layer in take.layers if layer.material == "shoe").vertices
    rest = landmark_rest_points(take.body, shoes)
    camera, rows = take.clip.camera, []
    for k, placement in enumerate(take.placements):
        marks = camera.project(landmarks_of(take.body, rest, placement))
        size = (camera.width_px, camera.height_px)
        rows.append(
            [marks] + [trunk_edges(m, marks, np.ones(33), size).points_px for m in masks(take, parts, k)]
        )
    marks, edges, bare = (np.array(column, dtype=np.float32) for column in zip(*rows, strict=True))
    frames = truth(take)["frames"]
    return {
        "marks": marks,
        "edges": edges,
        "bare": bare,
        "t_s": np.array(frames["t_s"]),
        "lumbar": np.array(frames["lumbar_flexion_deg"]),
        "thoracic": np.array(frames["thoracic_flexion_deg"]),
        "yaw": np.array(camera.yaw_deg),
        "facing": np.array(camera.facing),
    }


def main() -> None:
    """Outline what is not there yet."""
    split, names = sys.argv[1], set(sys.argv[2:])
    folder = HERE / ".cache" / "outlines" / split
    folder.mkdir(parents=True, exist_ok=True)
    for clip, _ in scenes(split):
        if (names and clip.name not in names) or (folder / f"{clip.name}.npz").exists():
            continue
        np.savez_compressed(folder / f"{clip.name}.npz", **outline(clip))
        print(clip.name, flush=True)


if __name__ == "__main__":
    main()
