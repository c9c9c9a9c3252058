"""Measure the pose network's noise: ``measure.py``; writes ``noise.json``, prints dev and test apart.

Of every recording that ``observed.py`` yields. The model is made of dev bodies alone; of the test bodies only
the table is printed. Each quantity (landmark errors, the back's edge, log odds of visibility, the edge's
sharpness) is taken apart alike:

    value = exercise's mean (1, q, q^2) + recording's own (1, q) + slow part + white part

q is the repetition's progress. Recording's own: principal components of what is left of the recordings'
means and slopes, widened for the few recordings of an exercise. Slow and white: principal components over
channels of the rest, each a first-order autoregressive process (deviation, time constant) plus white noise,
read off its autocorrelation from 0.05 to 1 s; how much quieter it is at rest, how much larger in one exercise
than in another, and how much it differs between recordings of the same.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import setup_path  # noqa: F401
from observed import Observed, recordings

Floats = npt.NDArray[np.float64]
TARGET = Path(__file__).parent / "noise.json"
LAGS_S = 1.0
# The recordings' own deviation needs this many components, and the noise over time this many.
KINDS = {"marks": (12, 66), "edges": (8, 30), "logits": (6, 20), "sharpness": (3, 8)}
MOVING_PER_S = 0.1  # slower progress than this is rest
EPSILON = 1e-9


@dataclass(frozen=True)
class Fit:
    """One quantity's parts; C channels, E exercises."""

    mean: dict[str, Floats]  # (3, C) each
    own: Floats  # (components, 2 * C): offsets, then slopes; one standard deviation each
    channels: Floats  # (components, C)
    slow_sd: Floats  # (components,)
    slow_s: Floats  # time constants
    white_sd: Floats
    rest_share: dict[str, float]  # of the deviation, at rest before the first movement; by exercise
    size: dict[str, float]  # each exercise's noise against all of them
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
        left = values - _basis(each.q, 3) @ mean[each.exercise]
        share = _solve(_basis(each.q, 2), left)
        others = sum(other.exercise == each.exercise for other in data) - 1
        own.append(share.reshape(-1) * np.sqrt((others + 1) / max(others, 1)))
        rest.append(left - _basis(each.q, 2) @ share)
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


def _basis(q: Floats, order: int) -> Floats:
    return np.stack([q**power for power in range(order)], axis=1)


def _solve(basis: Floats, values: Floats) -> Floats:
    """Least squares with a whiff of a ridge: some recordings hardly leave q = 0."""
    moments = basis.T @ basis + 0.01 * len(basis) * np.diag([0.0] + [1.0] * (basis.shape[1] - 1))
    return np.asarray(np.linalg.solve(moments, basis.T @ values))


def _mean(members: Sequence[tuple[Observed, Floats]]) -> Floats:
    """Return an exercise's mean course, every recording weighing the same."""
    return np.asarray(np.mean([_solve(_basis(e.q, 3), v) for e, v in members], axis=0))


def _noise(
    data: Sequence[Observed], rest: Sequence[Floats], count: int
) -> tuple[Floats, Floats, Floats, Floats, dict[str, float], dict[str, float], float]:
    moving = [np.abs(each.speed) > MOVING_PER_S for each in data]
    lively = [_rms([r[m]]) for r, m in zip(rest, moving, strict=True)]
    quiet = [_rms([r[n] - r[n].mean(axis=0)]) for r, n in zip(rest, map(_neutral, data), strict=True)]
    calm = np.array(quiet) / np.array(lively)
    share = {
        name: float(np.median([c for e, c in zip(data, calm, strict=True) if e.exercise == name]))
        for name in _names(data)
    }
    typical = float(np.sqrt(np.mean(np.square(lively))))
    members = {
        name: [s for e, s in zip(data, lively, strict=True) if e.exercise == name] for name in _names(data)
    }
    size = {name: float(np.sqrt(np.mean(np.square(each)))) / typical for name, each in members.items()}
    spread = [
        np.log(one) - np.mean(np.log(each)) for each in members.values() if len(each) > 1 for one in each
    ]
    even = [
        np.where(m[:, None], r, r / share[e.exercise]) / size[e.exercise]
        for r, m, e in zip(rest, moving, data, strict=True)
    ]
    _, _, channels = np.linalg.svd(np.concatenate(even), full_matrices=False)
    channels = channels[:count]
    parts = [process([r @ channel for r in even], data) for channel in channels]
    slow, time, white = (np.array(column) for column in zip(*parts, strict=True))
    return channels, slow, time, white, share, size, float(np.sqrt(np.mean(np.square(spread))))


def _neutral(each: Observed) -> slice:
    """Return the frames before the first movement: later rests differ from it, but do not waver more."""
    return slice(0, int(np.argmax(each.q > 0)))


def _names(data: Sequence[Observed]) -> list[str]:
    return sorted({each.exercise for each in data})


def _rms(parts: Sequence[Floats]) -> float:
    whole = np.concatenate([part.reshape(-1) for part in parts if part.size])
    return float(np.sqrt((whole**2).mean()))


def process(series: Sequence[Floats], data: Sequence[Observed]) -> tuple[float, float, float]:
    """Return a slow part's deviation and time constant (s), and the white part's deviation."""
    step_s = float(data[0].t_s[1])
    lags = np.arange(round(LAGS_S / step_s) + 1)
    covariance = np.array(
        [np.mean(np.concatenate([v[: len(v) - lag] * v[lag:] for v in series])) for lag in lags]
    )
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
        "rest_share": {name: round(value, 3) for name, value in part.rest_share.items()},
        "size": {name: round(value, 3) for name, value in part.size.items()},
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
    slow = [process([_filled(w)[:, [c]][:, 0] for w in within], data) for c in range(within[0].shape[1])]
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
