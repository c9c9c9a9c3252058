"""Look at clips without drawing them: `check_motion.py CLIP...` prints ranges, jumps, contact and margins."""

from __future__ import annotations

import sys

import numpy as np
from clip import load, perform, truth_of
from post import Post
from render import order


def report(name: str) -> None:
    """Print one clip's figures."""
    clip = load(name)
    take = perform(clip)
    camera, n = clip.camera, len(take.placements)
    truth = truth_of(
        take, Post(clip.spec.get("post", {}), n, clip.fps, camera.width_px, camera.height_px).warp
    )
    frames = truth["frames"]
    print(f"== {name}: {n} frames, {len(truth['reps'])} reps, offset {truth['lumbar_offset_deg']}")
    middle = ("lumbar_flexion_deg", "pelvis_posterior_tilt_deg", "trunk_lean_deg", "trunk_lateral_tilt_deg")
    paired = ("hip_flexion_deg", "knee_flexion_deg", "thigh_elevation_deg", "trunk_thigh_deg")
    series = {key: frames[key] for key in middle}
    series |= {f"{key} {side}": frames[key][side] for key in paired for side in ("left", "right")}
    for key, column in series.items():
        values = np.array(column)
        step = np.abs(np.diff(values)).max()
        print(f"  {key:28s} {values.min():7.1f} {values.max():7.1f}  largest step {step:.1f}")
    seen = [take.vertices(k) for k in range(0, n, 5)]
    low = [min(p[:, 2].min() for p in people) for people in seen]
    pixels = np.vstack([camera.project(np.vstack(people)) for people in seen])
    left, top = pixels.min(axis=0)
    right, bottom = pixels.max(axis=0)
    print(f"  lowest point {min(low):.3f}..{max(low):.3f} m")
    print(f"  picture x {left:.0f}..{right:.0f} of {camera.width_px}")
    print(f"  picture y {top:.0f}..{bottom:.0f} of {camera.height_px}")
    for rep in truth["reps"]:
        print(
            "  rep",
            rep["index"],
            rep["side"],
            rep["start_s"],
            rep["peak_s"],
            rep["end_s"],
            [(f["id"], f["level"], f["peak"], f["start_s"], f["end_s"]) for f in rep["faults"]],
        )


if __name__ == "__main__":
    for clip_name in sys.argv[1:] or order():
        report(clip_name)
