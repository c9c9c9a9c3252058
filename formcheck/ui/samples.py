"""The example clips that come with a checkout: ``samples/NAME.mp4`` with its exact truth ``NAME.json``."""

import json
from dataclasses import dataclass
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
    found = []
    for path in sorted(folder.glob("*.mp4")):
        truth = _truth(path.with_suffix(".json"))
        if truth is not None:
            found.append(_sample(path, truth))
    return tuple(found)


def _sample(path: Path, truth: dict[str, object]) -> Sample:
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
