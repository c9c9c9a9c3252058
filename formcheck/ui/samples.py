"""The example clips that come with a checkout: ``samples/NAME.mp4`` with its exact truth ``NAME.json``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2

from formcheck.errors import FormcheckError
from formcheck.sources.video import VideoSource

FOLDER = Path(__file__).resolve().parents[2] / "samples"
STILL_HEIGHT_PX = 400  # sharp at twice the size that a card has; our choice


@dataclass(frozen=True, slots=True)
class Sample:
    """One example clip.

    Parameters
    ----------
    name, path
        Its title and its video.
    exercise
        The exercise's id; empty where nothing is exercised.
    clean
        Whether it shows the exercise done well, seen well.
    telling_s
        A moment that shows what it is about: the first faulty repetition at its peak, else the first one.
    """

    name: str
    path: Path
    exercise: str
    clean: bool
    telling_s: float = 0.0


def samples(folder: Path = FOLDER) -> tuple[Sample, ...]:
    """Return the clips that are there; none without a checkout."""
    if not folder.is_dir():
        return ()
    clips = (_sample(path, _changed_ns(path.with_suffix(".json"))) for path in sorted(folder.glob("*.mp4")))
    return tuple(clip for clip in clips if clip is not None)


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=256)  # a truth lists every picture: reading all of them takes longer than showing the page
def _sample(path: Path, _changed_ns: int) -> Sample | None:
    """Return a clip with what its description says; None where it has none. Read again once that changed."""
    truth = _truth(path.with_suffix(".json"))
    if truth is None:
        return None
    exercise = truth.get("exercise")
    name = truth.get("title") or path.stem.replace("-", " ").replace("_", " ")
    return Sample(
        name=str(name),
        path=path,
        exercise=exercise if isinstance(exercise, str) else "",
        clean=truth.get("variant") == "clean",
        telling_s=_telling_s(truth.get("reps")),
    )


def _telling_s(reps: object) -> float:
    there = [rep for rep in reps if isinstance(rep, Mapping)] if isinstance(reps, list) else []
    faulty = [rep for rep in there if rep.get("faults")]
    return next((float(rep.get("peak_s", 0.0)) for rep in faulty or there), 0.0)


def still(sample: Sample, height_px: int = STILL_HEIGHT_PX) -> bytes:
    """Return a clip's telling moment as a JPEG; empty where the clip cannot be read."""
    return _still(sample, _changed_ns(sample.path), height_px)


@lru_cache(maxsize=256)
def _still(sample: Sample, _changed_ns: int, height_px: int) -> bytes:
    try:
        with VideoSource(sample.path, max_side_px=height_px) as source:
            frame = next(source.frames(sample.telling_s), None)
    except FormcheckError:
        return b""
    if frame is None:
        return b""
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(frame.image_rgb, cv2.COLOR_RGB2BGR))
    return bytes(jpeg)


def _truth(path: Path) -> dict[str, object] | None:
    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return truth if isinstance(truth, dict) else None
