"""Learn from exact outlines how the back's edge and the lumbar angle move together.

The bodies are dev's and the further ones of bodies.toml; the test bodies are never read. Writes
``formcheck/body/spine_shape.json``; prints what one body's angle errs when it is left out.
"""

import json
import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "render"), str(HERE.parents[1])]

from scenes import LEARNT  # noqa: E402

from formcheck.body.pose import EDGE_STATIONS, N_EDGE, Pose, PoseTrack  # noqa: E402
from formcheck.body.spine_contour import (  # noqa: E402
    EDGE_SD,
    HIP_CLIMB_PER_DEG,
    STATIONS,
    back_contour,
    thighs_forward_deg,
)
from formcheck.body.spine_shape import PRESSING_DEG  # noqa: E402

TARGET = HERE.parents[1] / "formcheck" / "body" / "spine_shape.json"
OUTLINES = [HERE / ".cache" / "outlines" / split for split in ("dev", "learn")]
# Where MediaPipe puts mid-hip and mid-shoulder against the joint centres, in trunk lengths: mean, spread
# between people, spread over time; measured on shaded dev bodies (mask and landmarks of the full model).
BIAS = {
    "hip": ((-0.045, 0.02, 0.02), (-0.06, 0.02, 0.012)),
    "shoulder": ((0.085, 0.015, 0.02), (0.056, 0.015, 0.015)),
}
# How differently the hips of people climb with their thighs, the mean being `HIP_CLIMB_PER_DEG`; see there.
CLIMB_SPREAD_PER_DEG = 0.0004
ROUNDS = 2
LINE = np.stack([np.ones_like(STATIONS), STATIONS], axis=1)
FREE = np.eye(len(STATIONS)) - LINE @ np.linalg.pinv(LINE)  # takes offset and tilt away
# How much more a person's own gains are held back than everybody's. Outlines of learnt bodies, each left out
# in turn: 500 gives 2.02 degrees, 150 gives 1.77; rendered clips of the dev bodies, none learnt: 1.35 and
# 1.39 [M].
PERSONAL_RIDGE = 150.0
MAX_SCORE = 2.0  # beyond, a neutral is no more than unlike the learnt ones
NEUTRAL_S = 1.0
MAX_KINK = 0.03
TOP = 0.72
# Most frames are near neutral; without weights the angle would be drawn towards it where it matters.
WEIGHT_DEG = 15.0
UNIT_DEG = 30.0  # of the curve from linear estimate to angle


def as_seen(data: dict, rng: np.random.Generator) -> PoseTrack:
    """Return a scene's track with hips and shoulders where the network would put them, arms taken off."""
    forward_x = 1 if data["facing"] == "right" else -1
    marks = data["marks"].astype(float).copy()
    hip, shoulder = marks[:, [23, 24]].mean(axis=1), marks[:, [11, 12]].mean(axis=1)
    axis = shoulder - hip
    back = np.stack([axis[:, 1], -axis[:, 0]], axis=1) * forward_x
    per_deg = HIP_CLIMB_PER_DEG + CLIMB_SPREAD_PER_DEG * rng.standard_normal()
    climbed = axis * (per_deg * thighs_forward_deg(marks, forward_x))[:, None]
    for ids, name in (([23, 24], "hip"), ([11, 12], "shoulder")):
        for direction, (mean, person, time) in zip((axis, back), BIAS[name], strict=True):
            wander = np.convolve(rng.standard_normal(len(marks) + 8), np.ones(9) / 3, "valid")
            shift = mean + person * rng.standard_normal() + time * wander
            marks[:, ids] += (direction * shift[:, None])[:, None]
    marks[:, [23, 24]] += climbed[:, None]
    marks[:, 13:23] = np.nan  # the arms are not there
    poses = [Pose.from_landmarks(t, m) for t, m in zip(data["t_s"], marks, strict=True)]
    track = PoseTrack.from_poses(poses)
    track.edges_px[:] = data["bare"]
    track.edges_px[:, :, EDGE_STATIONS > TOP] = np.nan  # where the arms were taken off the mesh gapes
    track.edge_confidence[:] = np.ones((2, N_EDGE))
    return track


@dataclass(frozen=True)
class Samples:
    """Frames: changes of depth (n, K), angles (n,), neutral depths (n, K), bodies and kinds (n,).

    ``thighs`` and ``start_thighs`` (n,) are degrees forward of the trunk, now and in the start posture,
    ``pressing`` (n,) the change of what of them presses it.
    """

    x: np.ndarray
    y: np.ndarray
    start: np.ndarray
    body: np.ndarray
    kind: np.ndarray
    thighs: np.ndarray
    start_thighs: np.ndarray
    pressing: np.ndarray

    def __getitem__(self, which: np.ndarray) -> "Samples":
        return Samples(*(getattr(self, each.name)[which] for each in fields(self)))

    @property
    def weight(self) -> np.ndarray:
        """More for frames far from neutral, of which there are few."""
        weight = 1 + (self.y / WEIGHT_DEG) ** 2
        return np.asarray(weight / weight.mean())


def samples() -> Samples:
    """Return every usable frame of the outlines."""
    rng = np.random.default_rng(1)
    rows = []
    for path in sorted(path for folder in OUTLINES for path in folder.glob("*.npz")):
        data = dict(np.load(path))
        kind, _, body = path.stem.replace("-learn-", "-learn_").rpartition("-")
        if kind not in LEARNT:
            continue
        for _ in range(ROUNDS):
            seen = back_contour(as_seen(data, rng), 1 if data["facing"] == "right" else -1)
            resting = data["t_s"] <= NEUTRAL_S
            start = np.nanmedian(seen.depth[resting], axis=0)
            change = seen.depth - start
            start_deg = float(np.median(seen.thighs_deg[resting]))
            pressing = beyond(seen.thighs_deg) - beyond(start_deg)
            # where the arms were taken off the mesh may gape
            ok = np.abs(np.diff(change, 2, axis=1)).max(axis=1) < MAX_KINK
            n = int(ok.sum())
            names = np.full(n, body), np.full(n, kind)
            starts = np.repeat(start[None], n, axis=0)
            thighs = seen.thighs_deg[ok], np.full(n, start_deg), pressing[ok]
            rows.append((change[ok], data["lumbar"][ok], starts, *names, *thighs))
    return Samples(*(np.concatenate(column) for column in zip(*rows, strict=True)))


@dataclass(frozen=True)
class Model:
    """What is learnt; see ``formcheck/body/spine.py``."""

    within: np.ndarray  # (K, K)
    across: np.ndarray  # (K,), of everybody
    own: float
    mean: np.ndarray  # (K,), neutral depth without offset and tilt
    axes: np.ndarray  # (2, K), its two commonest deviations, of unit length
    scale: np.ndarray  # (2,), their standard deviations
    personal: np.ndarray  # (3, K), covariance for the mean neutral and its change with either deviation
    curve: np.ndarray  # (2, 3), of flexion and of extension
    pressed: np.ndarray  # (K,), depth for each degree of pressing thighs
    arched: float  # growth of extension's slope for each degree of the thighs
    rounded: float  # growth of flexion's slope for each degree of the thighs in the start posture

    def linear(self, data: Samples) -> np.ndarray:
        """Return the linear estimates, all stations seen."""
        x = data.x - data.pressing[:, None] * self.pressed
        score = scores(data.start, self.mean, self.axes, self.scale)
        across = self.personal[0] + score @ self.personal[1:]
        return (x * np.linalg.solve(prior_of(self.within), across.T).T).sum(axis=1)

    def angle(self, data: Samples) -> np.ndarray:
        """Return the angles."""
        linear = self.linear(data)
        steeper = np.where(linear >= 0, self.rounded * data.start_thighs, self.arched * data.thighs)
        curved = np.where(linear >= 0, bend(linear) @ self.curve[0], bend(linear) @ self.curve[1])
        return curved + steeper * linear / UNIT_DEG


def beyond(thighs_deg: np.ndarray | float) -> np.ndarray:
    """Return how far thighs press the trunk, degrees."""
    return np.maximum(thighs_deg - PRESSING_DEG, 0.0)


def pressed_by(data: Samples) -> np.ndarray:
    """Return what each degree of pressing thighs does to the edge where the back bends alike, shape (K,)."""
    causes = np.stack([data.y, data.y * np.abs(data.y), data.pressing], axis=1)
    root = np.sqrt(data.weight)[:, None]
    return np.asarray(np.linalg.lstsq(causes * root, data.x * root, rcond=None)[0][2])


def prior_of(within: np.ndarray) -> np.ndarray:
    """Return the covariance of depth changes with offset and tilt free and the edge's own noise.

    Without what neighbours share when a picture is read: with it the curve makes up for what it takes, and
    noise is read as well (docs/lumbar-sensor.md, "Errors that neighbours share").
    """
    return within + EDGE_SD**2 * np.eye(len(STATIONS)) + LINE @ LINE.T


def scores(start: np.ndarray, mean: np.ndarray, axes: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return how neutrals deviate from the mean one, in standard deviations, shape (n, 2)."""
    return np.clip((start @ FREE - mean) @ axes.T / scale, -MAX_SCORE, MAX_SCORE)


def learn(data: Samples) -> Model:
    """Fit everything to some frames."""
    pressed = pressed_by(data)
    raw, data = data, replace(data, x=data.x - data.pressing[:, None] * pressed)
    n, weight = len(data.y), data.weight[:, None]
    mean = (data.start @ FREE).mean(axis=0)
    _, size, axes = np.linalg.svd(data.start @ FREE - mean, full_matrices=False)
    scale = size[:2] / np.sqrt(n)
    score = scores(data.start, mean, axes[:2], scale)
    free = data.x @ FREE
    features = np.hstack([free, free * score[:, :1], free * score[:, 1:]])
    ridge = EDGE_SD**2 * np.repeat([1.0, PERSONAL_RIDGE, PERSONAL_RIDGE], len(STATIONS))
    moments = (features * weight).T @ features / n + np.diag(ridge)
    gains = np.linalg.solve(moments, (features * weight).T @ data.y / n).reshape(3, -1) @ FREE
    within = (data.x * weight).T @ data.x / n
    model = Model(
        within,
        (data.x * weight).T @ data.y / n,
        float((data.weight * data.y**2).mean()),
        mean,
        axes[:2],
        scale,
        gains @ prior_of(within),
        np.array([[UNIT_DEG, 0.0, 0.0], [UNIT_DEG, 0.0, 0.0]]),
        pressed,
        0.0,
        0.0,
    )
    curve, arched, rounded = fit_bend(model.linear(raw), raw)
    return replace(model, curve=curve, arched=arched, rounded=rounded)


def bend(p: np.ndarray) -> np.ndarray:
    """Return the terms of the curve from linear estimate to angle, shape (n, 3)."""
    p = p / UNIT_DEG
    return np.stack([p, p * np.abs(p), p**3], axis=1)


def fit_bend(p: np.ndarray, data: Samples) -> tuple[np.ndarray, float, float]:
    """Return the curve (2, 3), degrees, of flexion and of extension; ``arched`` and ``rounded``."""
    root = np.sqrt(1 + (data.y / WEIGHT_DEG) ** 2)
    terms, y = bend(p) * root[:, None], data.y * root
    curve = np.zeros((2, 3))
    flexion = np.column_stack([terms, terms[:, 0] * data.start_thighs])[p >= 0]
    *curve[0], rounded = np.linalg.lstsq(flexion, y[p >= 0], rcond=None)[0]
    # no extension beyond 32 degrees is learnt: with a third term the curve would fold back soon after
    extension = np.column_stack([terms[:, :2], terms[:, 0] * data.thighs])[p < 0]
    *curve[1, :2], arched = np.linalg.lstsq(extension, y[p < 0], rcond=None)[0]
    return curve, float(arched), float(rounded)


def main() -> None:
    """Learn, cross-check between bodies, write."""
    data = samples()
    error = np.full(len(data.y), np.nan)
    for one in np.unique(data.body):
        out = data.body == one
        error[out] = learn(data[~out]).angle(data[out]) - data.y[out]
    report(data, error)
    model = learn(data)
    content = {
        "what": "How the back's edge and lumbar flexion change together; docs/lumbar-sensor.md",
        "unit": "trunk lengths at the stations of spine_contour.py; degrees",
        "bodies": sorted(np.unique(data.body).tolist()),
        "frames": len(data.y),
    }
    for each in fields(model):
        content[each.name] = rounded(getattr(model, each.name))
    rows = ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in content.items())
    TARGET.write_text("{\n" + rows.replace("], [", "],\n  [") + "\n}\n")


def rounded(value: np.ndarray | float) -> object:
    """Return numbers with five digits, as lists."""
    if isinstance(value, float) or value.ndim == 0:
        return float(f"{value:.5g}")
    return [rounded(each) for each in value]


def report(data: Samples, error: np.ndarray) -> None:
    """Print the errors of bodies that were left out."""
    bodies = len(np.unique(data.body))
    print(
        f"{len(error)} frames, {bodies} bodies; left-one-body-out RMSE {np.sqrt((error**2).mean()):.2f} deg"
    )
    for one in np.unique(data.kind):
        e, t = error[data.kind == one], data.y[data.kind == one]
        gain = np.polyfit(t, t + e, 1)[0] if np.ptp(t) > 15 else np.nan
        print(f"  {one:16s} RMSE {np.sqrt((e**2).mean()):5.2f}  gain {gain:5.2f}")
    for low in range(-30, 60, 10):
        at = (data.y >= low) & (data.y < low + 10)
        if at.sum() > 30:
            print(f"  truth {low:4d}..{low + 10:3d}: bias {error[at].mean():6.2f} sd {error[at].std():5.2f}")


if __name__ == "__main__":
    main()
