"""The example clips that come with a checkout: ``samples/NAME.mp4`` with its exact truth ``NAME.json``."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "samples"


@dataclass(frozen=True, slots=True)
class Sample:
    """One example clip; ``exercise`` is empty where its description names none."""

    name: str
    path: Path
    exercise: str
    clean: bool


def samples(folder: Path = FOLDER) -> tuple[Sample, ...]:
    """Return the clips that are there; none without a checkout."""
    if not folder.is_dir():
        return ()
    clips = (_sample(path, _changed_ns(path)) for path in sorted(folder.glob("*.mp4")))
    return tuple(clip for clip in clips if clip is not None)


def _changed_ns(path: Path) -> int:
    try:
        return path.with_suffix(".json").stat().st_mtime_ns
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
    )


def _truth(path: Path) -> dict[str, object] | None:
    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return truth if isinstance(truth, dict) else None
