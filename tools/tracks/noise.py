"""Draws the pose network's noise as ``measure.py`` found it: one seed, one recording's worth of error."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

Floats = npt.NDArray[np.float64]
MODEL = Path(__file__).parent / "noise.json"
_GRID_HZ = 60.0  # processes are drawn at an even rate and read off between
KNOTS = np.array([0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0])  # of progress; courses are free there
MOVING_PER_S = 0.1  # slower progress than this is rest
_SETTLING_S = 0.15  # between rest and movement the noise grows over this time


@cache
def model() -> dict[str, Any]:
    """Return the stored model."""
    content: dict[str, Any] = json.loads(MODEL.read_text())
    return content


@dataclass(frozen=True)
class Errors:
    """What is to be added to a perfect observation of T frames; canonical form.

    Parameters
    ----------
    marks : ndarray, shape (T, 33, 2)
        Along and across each landmark's segment, trunk lengths.
    edges : ndarray, shape (T, N_EDGE)
        Of the back's edge, outwards, trunk lengths.
    visibility : ndarray, shape (T, 33)
    sharpness : ndarray, shape (T, N_EDGE)
    """

    marks: Floats
    edges: Floats
    visibility: Floats
    sharpness: Floats


def draw(exercise: str, t_s: Floats, q: Floats, rng: np.random.Generator) -> Errors:
    """Draw the errors of one recording.

    Parameters
    ----------
    exercise : str
        As the renderer names it.
    t_s, q : ndarray, shape (T,)
        Times and the repetition's progress.
    """
    drawn = {
        kind: _quantity(model()[kind], exercise, t_s, q, rng)
        for kind in ("marks", "edges", "logits", "sharpness")
    }
    return Errors(
        drawn["marks"].reshape(len(t_s), 33, 2),
        drawn["edges"],
        _share(drawn["logits"]),
        _share(drawn["sharpness"]),
    )


def _share(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _quantity(
    part: dict[str, Any], exercise: str, t_s: Floats, q: Floats, rng: np.random.Generator
) -> Floats:
    courses = basis(q)
    own = np.array(part["own"])
    # recordings differ in size: the same variance, drawn with its measured tails
    size = float(np.exp(part["scatter"] * rng.normal() - part["scatter"] ** 2))
    score = rng.normal(size=len(own)) @ own
    course = np.array(part["mean"][exercise]) + score.reshape(len(KNOTS), -1)
    lively = _liveliness(t_s, q)[:, None]
    moving, resting = (_over_time(part[name][exercise], t_s, rng) for name in ("moving", "resting"))
    wavering = np.sqrt(lively) * moving + np.sqrt(1 - lively) * resting
    return np.asarray(courses @ course + size * wavering)


def basis(q: Floats) -> Floats:
    """Return what courses are made of: one tent for each of `KNOTS`, shape (T, knots)."""
    return np.stack([np.interp(q, KNOTS, tent) for tent in np.eye(len(KNOTS))], axis=1)


def _over_time(part: dict[str, Any], t_s: Floats, rng: np.random.Generator) -> Floats:
    grid = np.arange(t_s[0], t_s[-1] + 2 / _GRID_HZ, 1 / _GRID_HZ)
    courses = [
        np.interp(t_s, grid, _slow(sd, time_s, len(grid), rng)) + white * rng.normal(size=len(t_s))
        for sd, time_s, white in zip(part["slow_sd"], part["slow_s"], part["white_sd"], strict=True)
    ]
    return np.asarray(np.stack(courses, axis=1) @ np.array(part["channels"])) * np.array(part["sd"])


def _slow(sd: float, time_s: float, count: int, rng: np.random.Generator) -> Floats:
    """Return a first-order autoregressive process at the grid's rate."""
    keep = float(np.exp(-1 / (_GRID_HZ * time_s)))
    steps = rng.normal(size=count) * sd * np.sqrt(1 - keep**2)
    steps[0] = rng.normal() * sd
    return np.asarray(lfilter([1.0], [1.0, -keep], steps))


def _liveliness(t_s: Floats, q: Floats) -> Floats:
    """Return how much the person moves over time: 0 at rest, 1 in movement."""
    grid = np.arange(t_s[0], t_s[-1] + 2 / _GRID_HZ, 1 / _GRID_HZ)
    moving = np.abs(np.gradient(np.interp(grid, t_s, q), grid)) > MOVING_PER_S
    width = round(2 * _SETTLING_S * _GRID_HZ)
    smooth = np.convolve(moving, np.ones(width) / width, mode="same")
    return np.interp(t_s, grid, smooth)
