"""Learn how the back's edge and the lumbar angle move together, from the dev bodies' exact outlines.

Writes ``formcheck/body/spine_shape.json``; prints what one body's angle errs when it is left out. The test
bodies are never read.
"""

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]

from formcheck.body.pose import N_EDGE, Pose, PoseTrack  # noqa: E402
from formcheck.body.spine_contour import EDGE_SD, STATIONS, back_contour  # noqa: E402

TARGET = HERE.parents[1] / "formcheck" / "body" / "spine_shape.json"
OUTLINES = HERE / ".cache" / "outlines" / "dev"
LEFT_OUT = ("loose", "supine", "behind", "45", "30")
# Where MediaPipe puts mid-hip and mid-shoulder against the joint centres, in trunk lengths: mean, spread
# between people, spread over time; measured on shaded dev bodies (mask and landmarks of the full model).
BIAS = {
    "hip": ((0.0, 0.02, 0.02), (-0.06, 0.02, 0.012)),
    "shoulder": ((0.085, 0.015, 0.02), (0.056, 0.015, 0.015)),
}
ROUNDS = 3
NEUTRAL_S = 1.0
MAX_KINK = 0.03
# Most frames are near neutral; without weights the angle would be drawn towards it where it matters.
WEIGHT_DEG = 15.0


def as_seen(data: dict, rng: np.random.Generator) -> PoseTrack:
    """Return a scene's track with hips and shoulders where the network would put them, arms taken off."""
    forward_x = 1 if data["facing"] == "right" else -1
    marks = data["marks"].astype(float).copy()
    hip, shoulder = marks[:, [23, 24]].mean(axis=1), marks[:, [11, 12]].mean(axis=1)
    axis = shoulder - hip
    back = np.stack([axis[:, 1], -axis[:, 0]], axis=1) * forward_x
    for ids, name in (([23, 24], "hip"), ([11, 12], "shoulder")):
        for direction, (mean, person, time) in zip((axis, back), BIAS[name], strict=True):
            wander = np.convolve(rng.standard_normal(len(marks) + 8), np.ones(9) / 3, "valid")
            shift = mean + person * rng.standard_normal() + time * wander
            marks[:, ids] += (direction * shift[:, None])[:, None]
    marks[:, 13:23] = np.nan  # the arms are not there
    poses = [Pose.from_landmarks(t, m) for t, m in zip(data["t_s"], marks, strict=True)]
    track = PoseTrack.from_poses(poses)
    track.edges_px[:] = data["bare"]
    track.edge_confidence[:] = np.ones((2, N_EDGE))
    return track


def samples() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return changes of depth (n, K), angles (n,), bodies (n,) and kinds (n,)."""
    rng = np.random.default_rng(1)
    rows = []
    for path in sorted(OUTLINES.glob("*.npz")):
        data = dict(np.load(path))
        if any(word in path.stem for word in LEFT_OUT):
            continue
        for _ in range(ROUNDS):
            depth = back_contour(as_seen(data, rng), 1 if data["facing"] == "right" else -1).depth
            change = depth - np.nanmedian(depth[data["t_s"] <= NEUTRAL_S], axis=0)
            # where the arms were taken off the mesh may gape
            ok = np.abs(np.diff(change, 2, axis=1)).max(axis=1) < MAX_KINK
            kind, _, body = path.stem.rpartition("-")
            rows.append((change[ok], data["lumbar"][ok], np.full(ok.sum(), body), np.full(ok.sum(), kind)))
    x, y, body, kind = (np.concatenate(column) for column in zip(*rows, strict=True))
    return x, y, body, kind


def model(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return second moments: of depth changes, between them and the angle, and of the angle."""
    weight = 1 + (y / WEIGHT_DEG) ** 2
    weight /= weight.mean()
    weighted = x * weight[:, None]
    return weighted.T @ x / len(x), weighted.T @ y / len(x), float((weight * y**2).mean())


def predict(x: np.ndarray, shape: tuple[np.ndarray, np.ndarray, float]) -> np.ndarray:
    """Return the angles that depth changes stand for."""
    within, across, _ = shape
    line = np.stack([np.ones_like(STATIONS), STATIONS], axis=1)
    prior = within + EDGE_SD**2 * np.eye(len(STATIONS)) + line @ line.T
    return x @ np.linalg.solve(prior, across)


def bend(p: np.ndarray) -> np.ndarray:
    """Return the terms of the curve from linear estimate to angle, in units of 30 degrees, shape (n, 3)."""
    p = p / 30.0
    return np.stack([p, p * np.abs(p), p**3], axis=1)


def fit_bend(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the curve's three coefficients in degrees."""
    root = np.sqrt(1 + (y / WEIGHT_DEG) ** 2)
    return np.linalg.lstsq(bend(p) * root[:, None], y * root, rcond=None)[0]


def main() -> None:
    """Learn, cross-check between bodies, write."""
    x, y, body, kind = samples()
    error = np.full(len(y), np.nan)
    for one in np.unique(body):
        shape = model(x[body != one], y[body != one])
        curve = fit_bend(predict(x[body != one], shape), y[body != one])
        error[body == one] = bend(predict(x[body == one], shape)) @ curve - y[body == one]
    print(f"{len(y)} frames; left-one-body-out RMSE {np.sqrt((error**2).mean()):.2f} deg")
    for one in np.unique(kind):
        e, t = error[kind == one], y[kind == one]
        gain = np.polyfit(t, t + e, 1)[0] if np.ptp(t) > 15 else np.nan
        print(f"  {one:16s} RMSE {np.sqrt((e**2).mean()):5.2f}  gain {gain:5.2f}")
    for low in range(-30, 60, 10):
        at = (y >= low) & (y < low + 10)
        if at.sum() > 30:
            print(f"  truth {low:4d}..{low + 10:3d}: bias {error[at].mean():6.2f} sd {error[at].std():5.2f}")
    within, across, own = model(x, y)
    linear = predict(x, (within, across, own))
    curve = fit_bend(linear, y)
    print(
        "curve",
        curve.round(2),
        "at",
        [(d, float((bend(np.array([d])) @ curve)[0].round(1))) for d in (-30, -10, 10, 25, 40, 55, 70)],
    )
    content = {
        "what": "How the back's edge and lumbar flexion change together; docs/validity.md",
        "unit": "trunk lengths at the stations of spine_contour.py; degrees",
        "bodies": sorted(np.unique(body).tolist()),
        "frames": len(y),
        "within": [[float(f"{v:.5g}") for v in row] for row in within],
        "across": [float(f"{v:.5g}") for v in across],
        "own": float(f"{own:.5g}"),
        "curve": [float(f"{v:.5g}") for v in curve],
    }
    rows = ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in content.items())
    TARGET.write_text("{\n" + rows.replace("], [", "],\n  [") + "\n}\n")


if __name__ == "__main__":
    main()
