"""Check truth files independently: recompute every angle from stored joints by the stated definitions.

`check_truth.py [CLIP...]` reads only `samples/*.json`: joint centres are projected onto the sagittal plane as
an orthographic side camera would see them, angles are recomputed with complex numbers, and compared with the
stored ones. `--skin` also poses the meshes again and compares lumbar truth with the skin of the mid-back.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

SAMPLES = Path(__file__).parents[2] / "samples"
LIMIT_DEG = 0.1


def turn_deg(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Signed angle from one sagittal direction to another, in (-180, 180]; + turns down to the front."""
    return np.degrees(np.angle(after / before))


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference of two angle series, whole turns ignored."""
    return float(np.abs((np.asarray(a) - np.asarray(b) + 180) % 360 - 180).max())


def check(truth: dict) -> dict[str, float]:
    """Largest disagreement (deg) per angle."""
    frames, body = truth["frames"], truth["body"]
    space = {name: np.array(values) for name, values in frames["joints_m"].items()}
    flat = {name: p[:, 0] + 1j * p[:, 2] for name, p in space.items()}
    down, up = -1j, 1j
    hips = (flat["hip_left"] + flat["hip_right"]) / 2
    shoulders = (flat["shoulder_left"] + flat["shoulder_right"]) / 2
    # tilting forwards is clockwise in (x, z); elevation forwards of down is counter-clockwise
    pelvis = -turn_deg(flat["l5_s1"] - hips, up) - body["rest_pelvis_line_deg"]
    thorax = -turn_deg(flat["t7"] - flat["t12_l1"], up) - body["rest_thorax_line_deg"]
    neutral = slice(*(round(truth["neutral"][k] * truth["fps"]) for k in ("start_s", "end_s")))
    lumbar = (thorax - pelvis + 180) % 360 - 180
    spine = np.mean([space["shoulder_left"], space["shoulder_right"]], axis=0) - np.mean(
        [space["hip_left"], space["hip_right"]], axis=0
    )
    worst = {
        "pelvis_posterior_tilt_deg": difference(-pelvis, frames["pelvis_posterior_tilt_deg"]),
        "lumbar_absolute_deg": difference(lumbar, frames["lumbar_absolute_deg"]),
        "lumbar_flexion_deg": difference(lumbar - np.median(lumbar[neutral]), frames["lumbar_flexion_deg"]),
        "trunk_lean_deg": difference(-turn_deg(shoulders - hips, up), frames["trunk_lean_deg"]),
        "trunk_lateral_tilt_deg": difference(
            np.degrees(np.arctan2(-spine[:, 1], spine[:, 2])), frames["trunk_lateral_tilt_deg"]
        ),
    }
    for side in ("left", "right"):
        s, h, k, a = (flat[f"{n}_{side}"] for n in ("shoulder", "hip", "knee", "ankle"))
        thigh = turn_deg(k - h, down)
        pairs = {
            "thigh_elevation_deg": thigh,
            "hip_flexion_deg": thigh + pelvis,
            "knee_flexion_deg": turn_deg(k - h, a - k),
            "trunk_thigh_deg": turn_deg(k - h, h - s),
        }
        for name, values in pairs.items():
            worst[f"{name} {side}"] = difference(values, frames[name][side])
    return worst


def mid_back_angle(surface_vertices: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    """Angle (deg) between the skin lines over sacrum and thoracolumbar back, in the sagittal plane."""
    lines = []
    for rows in (low, high):
        points = surface_vertices[rows][:, [0, 2]]
        centred = points - points.mean(axis=0)
        axis = np.linalg.svd(centred, full_matrices=False)[2][0]
        lines.append(axis if rows_point_up(points, axis) else -axis)
    angles = [np.degrees(np.arctan2(line[0], line[1])) for line in lines]
    return float(angles[1] - angles[0])


def rows_point_up(points: np.ndarray, axis: np.ndarray) -> bool:
    """Whether the axis runs from the first (lowest at rest) to the last (highest at rest) point."""
    return float((points[-1] - points[0]) @ axis) > 0


def skin_gain(name: str) -> tuple[float, float, float] | None:
    """Gain of the bare mid-back skin against lumbar truth, residual spread (deg) and truth's range."""
    truth = json.loads((SAMPLES / f"{name}.json").read_text())
    lumbar = np.array(truth["frames"]["lumbar_flexion_deg"])
    if np.ptp(lumbar) < 15:
        return None
    from clip import load, perform
    from skeleton import skin

    take = perform(load(name))
    body = take.body
    surface = body.surface("skin")
    v = surface.vertices
    s1, t12 = body.rest("l5")[2], body.rest("thorax")[2]
    back = np.flatnonzero((np.abs(v[:, 1]) < 0.015) & (v[:, 0] < body.rest("l3")[0] - 0.02))
    back = back[np.argsort(v[back, 2])]
    span = t12 - s1
    low = back[(v[back, 2] > s1 - 0.45 * span) & (v[back, 2] < s1 + 0.05 * span)]
    high = back[(v[back, 2] > t12 - 0.05 * span) & (v[back, 2] < t12 + 0.45 * span)]
    picks = range(0, len(lumbar), 4)
    seen = np.unwrap(
        [mid_back_angle(skin(surface, body, take.placements[k]), low, high) for k in picks], period=360
    )
    lumbar = lumbar[::4]
    gain, offset = np.polyfit(lumbar, seen, 1)
    return float(gain), float(np.std(seen - gain * lumbar - offset)), float(np.ptp(lumbar))


def main(arguments: list[str]) -> int:
    """Command line; exit code 1 when any angle is further off than the limit."""
    with_skin = "--skin" in arguments
    names = [a for a in arguments if not a.startswith("--")] or sorted(p.stem for p in SAMPLES.glob("*.json"))
    failed = False
    for name in names:
        worst = check(json.loads((SAMPLES / f"{name}.json").read_text()))
        key = max(worst, key=worst.get)
        failed |= worst[key] > LIMIT_DEG
        line = f"{name:24s} largest disagreement {worst[key]:.3f} deg ({key})"
        if with_skin and (figures := skin_gain(name)):
            line += "; skin of the mid-back: gain {:.2f}, spread {:.1f} deg over {:.0f} deg".format(*figures)
        print(line, flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
