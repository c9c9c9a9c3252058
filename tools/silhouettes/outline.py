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

from clip import Clip, Take, perform  # noqa: E402
from garments import triangles  # noqa: E402
from make import truth  # noqa: E402
from scenes import scenes  # noqa: E402
from shade import subdivided  # noqa: E402
from skeleton import INDEX, SIDES, Surface, skin  # noqa: E402
from truth import landmark_rest_points, landmarks_of  # noqa: E402

from formcheck.body.pose import EDGE_STATIONS, N_EDGE  # noqa: E402
from formcheck.sources.trunk_edges import trunk_axis  # noqa: E402

ARM = [
    INDEX[f"{part}_{side}"]
    for part in ("upper_arm_root", "upper_arm", "forearm_root", "forearm", "hand")
    for side in SIDES
]
IGNORED = [INDEX[f"{part}_{side}"] for part in ("foot", "toes", "hand") for side in SIDES] + [INDEX["head"]]
FPS = 3


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


def outermost(
    take: Take, parts: list[tuple[Surface, np.ndarray]], k: int, marks: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the outline's two edges at the stations with and without arms, pixels, each (2, N_EDGE, 2).

    Where the rays cross the projected mesh's edges, the outermost crossing on either side: what a perfect
    mask gives wherever no gap lies between the trunk and what is outside of it.
    """
    hip, shoulder = trunk_axis(marks, np.ones(33))
    axis = shoulder - hip
    length = float(np.hypot(*axis))
    left = np.array([axis[1], -axis[0]]) / length
    reach = np.full((2, 2, N_EDGE), -np.inf)  # with arms, without; left, right
    for surface, is_arm in parts:
        pixels = take.clip.camera.project(skin(surface, take.body, take.placements[k])) - hip
        along, out = pixels @ axis / length**2, pixels @ left
        for kind, faces in ((0, surface.faces), (1, surface.faces[~is_arm])):
            edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
            _extend(reach[kind], along[edges], out[edges])
    origins = hip + EDGE_STATIONS[:, None] * axis
    offset = np.where(np.isfinite(reach), reach, np.nan) * np.array([1.0, -1.0])[:, None]
    points = origins + offset[..., None] * left
    return points[0], points[1]


def _extend(reach: np.ndarray, along: np.ndarray, out: np.ndarray) -> None:
    """Raise the outermost crossings (2, N_EDGE) by those of mesh edges with ends (m, 2) along and out."""
    step = EDGE_STATIONS[1] - EDGE_STATIONS[0]
    at = (along - EDGE_STATIONS[0]) / step
    first, last = np.ceil(at.min(axis=1)).astype(int), np.floor(at.max(axis=1)).astype(int)
    for more in range(int((last - first).max(initial=-1)) + 1):
        station = first + more
        crossing = (station <= last) & (station >= 0) & (station < N_EDGE)
        a, o, k = at[crossing], out[crossing], station[crossing]
        share = (k - a[:, 0]) / np.where(a[:, 1] == a[:, 0], 1.0, a[:, 1] - a[:, 0])
        place = o[:, 0] + share * (o[:, 1] - o[:, 0])
        np.maximum.at(reach[0], k, place)
        np.maximum.at(reach[1], k, -place)


def outline(clip: Clip) -> dict[str, np.ndarray]:
    """Return the arrays of one scene."""
    take = perform(replace(clip, spec=clip.spec | {"fps": FPS, "neutral_s": 1.0}))
    parts = outline_parts(take)
    shoes = next(layer.surface for layer in take.layers if layer.material == "shoe").vertices
    rest = landmark_rest_points(take.body, shoes)
    camera, rows = take.clip.camera, []
    for k, placement in enumerate(take.placements):
        marks = camera.project(landmarks_of(take.body, rest, placement))
        rows.append([marks, *outermost(take, parts, k, marks)])
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
