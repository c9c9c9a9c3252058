"""Measure the pose network's noise: ``measure.py``; writes ``noise.json``, prints dev and test apart.

Of every recording that ``observed.py`` yields. The model is made of dev bodies alone; of the test bodies only
the table is printed. Each quantity (landmark errors, the back's edge, log odds of visibility, the edge's
sharpness) is taken apart alike:

    value = exercise's mean course (of q) + recording's own course (of q) + slow part + white part

q is the repetition's progress. The network errs by posture first of all: by the same amount in every
repetition of a recording and on both ways, up to 15 degrees of a joint, and by little from one picture to
the next. Courses are therefore free at ``KNOTS`` and straight between. Recording's own: principal components
of what is left of the recordings' courses, widened for the few recordings of an exercise. Slow and white:
principal components over channels of the rest, each channel divided by its size in the exercise, in movement
or at rest; each a first-order autoregressive process (deviation, time constant) plus white noise, read off
its autocorrelation from 0.05 to 1 s; and how much recordings of the same exercise differ in size.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import setup_path  # noqa: F401
from noise import MOVING_PER_S, basis
from observed import Observed, recordings

Floats = npt.NDArray[np.float64]
TARGET = Path(__file__).parent / "noise.json"
LAGS_S = 1.0
# The recordings' own deviation needs this many components, and the noise over time this many.
KINDS = {"marks": (12, 66), "edges": (8, 30), "logits": (6, 20), "sharpness": (3, 8)}
EPSILON = 1e-9
STIFFNESS = 1e-3  # of courses, against passing a knot in too few frames to tell


@dataclass(frozen=True)
class Fit:
    """One quantity's parts; C channels, E exercises."""

    mean: dict[str, Floats]  # (knots, C) each
    own: Floats  # (components, knots * C), one standard deviation each
    channels: Floats  # (components, C)
    slow_sd: Floats  # (components,)
    slow_s: Floats  # time constants
    white_sd: Floats
    moving_sd: dict[str, Floats]  # (C,): each channel's deviation in movement, by exercise
    rest_sd: dict[str, Floats]  # (C,): and at rest before the first movement
    scatter: float  # standard deviation of the logarithm of recordings' sizes within an exercise


def values_of(each: Observed, kind: str) -> Floats:
    """Return one recording's channels of a quantity, shape (T, C)."""
    if kind == "sharpness":
        clipped = np.clip(each.confidence, 0.02, 0.995)
        return np.asarray(np.log(clipped / (1 - clipped)))
    return np.asarray(getattr(each, kind))


def fit(data: Sequence[Observed], kind: str) -> Fit:
    """Take one quantity apart."""
    own_count, noise_count = KINDS[kind]
    series = [_filled(values_of(each, kind)) for each in data]
    mean = {
        name: _mean([(e, v) for e, v in zip(data, series, strict=True) if e.exercise == name])
        for name in _names(data)
    }
    own, rest = [], []
    for each, values in zip(data, series, strict=True):
        left = values - basis(each.q) @ mean[each.exercise]
        share = _solve(each.q, left)
        others = sum(other.exercise == each.exercise for other in data) - 1
        own.append(share.reshape(-1) * np.sqrt((others + 1) / max(others, 1)))
        rest.append(left - basis(each.q) @ share)
    alike = np.array([sum(o.exercise == e.exercise for o in data) for e in data])
    weight = np.where(alike > 1, 1.0 / alike, 0.0)
    deviation = np.array(own) * np.sqrt(weight / weight.sum())[:, None]
    components = np.linalg.svd(deviation, full_matrices=False)
    spread = components[1][:own_count, None] * components[2][:own_count]
    return Fit(mean, spread, *_noise(data, rest, noise_count))


def _filled(values: Floats) -> Floats:
    """Return values with what is missing set to its channel's median (0 where it never was there)."""
    known = np.isfinite(values)
    middle = [
        np.median(column[seen]) if seen.any() else 0.0 for column, seen in zip(values.T, known.T, strict=True)
    ]
    return np.where(known, values, np.array(middle))


def _solve(q: Floats, values: Floats) -> Floats:
    """Least squares, held together a little where a recording passes quickly: (knots, C)."""
    rows = basis(q)
    bends = np.diff(np.eye(rows.shape[1]), 2, axis=0)
    moments = rows.T @ rows + STIFFNESS * len(rows) * bends.T @ bends
    return np.asarray(np.linalg.solve(moments, rows.T @ values))


def _mean(members: Sequence[tuple[Observed, Floats]]) -> Floats:
    """Return an exercise's mean course, every recording weighing the same."""
    return np.asarray(np.mean([_solve(e.q, v) for e, v in members], axis=0))


def _noise(
    data: Sequence[Observed], rest: Sequence[Floats], count: int
) -> tuple[Floats, Floats, Floats, Floats, dict[str, Floats], dict[str, Floats], float]:
    moving = [np.abs(each.speed) > MOVING_PER_S for each in data]
    lively = [_rms(r[m]) for r, m in zip(rest, moving, strict=True)]
    quiet = [_rms(r[n] - r[n].mean(axis=0)) for r, n in zip(rest, map(_neutral, data), strict=True)]
    names = [each.exercise for each in data]
    moving_sd, rest_sd = _by_exercise(names, lively), _by_exercise(names, quiet)
    even = [
        r / np.where(m[:, None], moving_sd[name], rest_sd[name])
        for r, m, name in zip(rest, moving, names, strict=True)
    ]
    # in movement: what is left at rest is mostly how one rest differs from another
    _, _, channels = np.linalg.svd(
        np.concatenate([e[m] for e, m in zip(even, moving, strict=True)]), full_matrices=False
    )
    channels = channels[:count]
    parts = [process([e @ channel for e in even], moving, data) for channel in channels]
    slow, time, white = (np.array(column) for column in zip(*parts, strict=True))
    return channels, slow, time, white, moving_sd, rest_sd, _scatter(names, lively, moving_sd)


def _by_exercise(names: Sequence[str], sizes: Sequence[Floats]) -> dict[str, Floats]:
    """Return every channel's root mean square over an exercise's recordings."""
    return {
        name: np.sqrt(np.mean([s**2 for s, its in zip(sizes, names, strict=True) if its == name], axis=0))
        for name in sorted(set(names))
    }


def _scatter(names: Sequence[str], sizes: Sequence[Floats], typical: dict[str, Floats]) -> float:
    """Return by how much recordings of one exercise differ in size, as a deviation of the logarithm."""
    logs = [float(np.log(s / typical[name]).mean()) for s, name in zip(sizes, names, strict=True)]
    spread = []
    for name in set(names):
        own = [log for log, its in zip(logs, names, strict=True) if its == name]
        if len(own) > 1:
            spread += [(log - np.mean(own)) * np.sqrt(len(own) / (len(own) - 1)) for log in own]
    return float(np.sqrt(np.mean(np.square(spread))))


def _neutral(each: Observed) -> slice:
    """Return the frames before the first movement: later rests differ from it, but do not waver more."""
    return slice(0, int(np.argmax(each.q > 0)))


def _names(data: Sequence[Observed]) -> list[str]:
    return sorted({each.exercise for each in data})


def _rms(values: Floats) -> Floats:
    """Return each channel's root mean square, never 0."""
    return np.asarray(np.sqrt((values**2).mean(axis=0)) + EPSILON)


def process(
    series: Sequence[Floats], inside: Sequence[npt.NDArray[np.bool_]], data: Sequence[Observed]
) -> tuple[float, float, float]:
    """Return a slow part's deviation and time constant (s), and the white part's deviation.

    Of the pairs of frames both of which are ``inside``.
    """
    step_s = float(data[0].t_s[1])
    lags = np.arange(round(LAGS_S / step_s) + 1)
    pairs = [
        [
            (v[: len(v) - lag] * v[lag:])[w[: len(v) - lag] & w[lag:]]
            for v, w in zip(series, inside, strict=True)
        ]
        for lag in lags
    ]
    covariance = np.array([np.mean(np.concatenate(each)) for each in pairs])
    best = (np.inf, 0.0, 0.3)
    for time_s in np.geomspace(0.05, 2.0, 40):
        shape = np.exp(-lags[1:] * step_s / time_s)
        slow = max(float(shape @ covariance[1:] / (shape @ shape)), 0.0)
        error = float(((covariance[1:] - slow * shape) ** 2).sum())
        if error < best[0]:
            best = (error, slow, float(time_s))
    slow = min(best[1], float(covariance[0]))
    return float(np.sqrt(slow)), best[2], float(np.sqrt(max(covariance[0] - slow, 0.0)))


def content(data: Sequence[Observed]) -> dict[str, Any]:
    """Return the model as it is stored."""
    told = sum(int(each.apart.sum()) for each in data)
    return {
        "what": "The full pose model's noise on drawn people of dev, unsmoothed; tools/tracks/measure.py",
        "unit": "trunk lengths; log odds of visibility and of sharpness; seconds",
        "recordings": [f"{each.name} ({each.source})" for each in data],
        "frames": sum(len(each.t_s) for each in data),
        "exchanged_legs": {"frames": sum(int(each.exchanged.sum()) for each in data), "of": told},
        "missing_edges": float(np.mean([np.isnan(each.edges[:, 8:40]).mean() for each in data])),
        **{kind: _stored(fit(data, kind)) for kind in KINDS},
    }


def _stored(part: Fit) -> dict[str, Any]:
    return {
        "mean": {name: _rounded(values) for name, values in part.mean.items()},
        "own": _rounded(part.own),
        "channels": _rounded(part.channels),
        "slow_sd": _rounded(part.slow_sd),
        "slow_s": _rounded(part.slow_s),
        "white_sd": _rounded(part.white_sd),
        "moving_sd": {name: _rounded(values) for name, values in part.moving_sd.items()},
        "rest_sd": {name: _rounded(values) for name, values in part.rest_sd.items()},
        "scatter": round(part.scatter, 3),
    }


def _rounded(values: Floats) -> Any:  # noqa: ANN401 - nested lists
    if values.ndim == 1:
        return [float(f"{value:.3g}") for value in values]
    return [_rounded(row) for row in values]


def table(data: Sequence[Observed], title: str) -> str:
    """Return what the noise is, in a few numbers: thousandths of a trunk length."""
    from formcheck.body.landmarks import Landmark

    rows = [f"{title}: {len(data)} recordings, {sum(len(e.t_s) for e in data)} frames"]
    names = (
        "RIGHT_SHOULDER",
        "LEFT_SHOULDER",
        "RIGHT_HIP",
        "LEFT_HIP",
        "RIGHT_KNEE",
        "RIGHT_ANKLE",
        "LEFT_KNEE",
    )
    for name in names:
        i = 2 * Landmark[name]
        rows.append(f"  {name.lower():15s} " + _numbers([e.marks[:, i : i + 2] for e in data], data))
    rows += [
        f"  back's edge {-0.25 + 0.025 * station:.2f} "
        + _numbers([e.edges[:, [station]] for e in data], data)
        for station in (10, 16, 22, 28, 34)
    ]
    told, wrong = sum(int(e.apart.sum()) for e in data), sum(int(e.exchanged.sum()) for e in data)
    return "\n".join([*rows, f"  legs exchanged in {wrong} of {told} frames in which that can be told"])


def _numbers(parts: Sequence[Floats], data: Sequence[Observed]) -> str:
    means = np.array([np.nanmean(part, axis=0) for part in parts])
    within = [part - np.nanmean(part, axis=0) for part in parts]
    words = [f"mean {_thousandths(means.mean(axis=0))}, between {_thousandths(means.std(axis=0))}"]
    words.append(
        f"within {_thousandths(np.sqrt(np.mean([np.nanmean(w**2, axis=0) for w in within], axis=0)))}"
    )
    whole = [np.ones(len(w), dtype=np.bool_) for w in within]
    slow = [process([_filled(w)[:, c] for w in within], whole, data) for c in range(within[0].shape[1])]
    words += [f"slow {1000 * s:.0f} over {t:.2f} s, white {1000 * w:.0f}" for s, t, w in slow]
    return "; ".join(words)


def _thousandths(values: Floats) -> str:
    return "/".join(f"{1000 * value:.0f}" for value in values)


def main() -> None:
    """Measure, print, write."""
    dev = list(recordings("dev"))
    print(table(dev, "dev"), flush=True)
    stored = content(dev)
    rows = ",\n".join(f" {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in stored.items())
    TARGET.write_text("{\n" + rows.replace('},"', '},\n  "').replace('],"', '],\n  "') + "\n}\n")
    print(table(list(recordings("test")), "test"))


if __name__ == "__main__":
    main()
