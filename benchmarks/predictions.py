"""What a system says of one recording, in the terms of the truth files: formcheck's own, or read from files.

``docs/benchmark.md`` describes the files, so that any other system can be scored by the same code.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from formcheck.body.pose import PoseTrack
from formcheck.coach.judge import Judged
from formcheck.coach.set_report import Repetition
from formcheck.errors import UsageError
from formcheck.exercises.load import load

Floats = npt.NDArray[np.float64]
ANGLES = ("lumbar_flexion", "trunk_thigh", "hip_flexion", "knee_flexion", "thigh_elevation", "trunk_lean")
# Faults that go by several names; the truth knows leaning, in some exercises, by its direction.
ALIASES = {"rounding": "round", "arching": "arch", "lean-back": "lean", "lean-forward": "lean"}


@dataclass(frozen=True, slots=True)
class PredictedFault:
    """A fault that was said; ``start_s`` is None where no time was."""

    id: str
    start_s: float | None = None


@dataclass(frozen=True, slots=True)
class PredictedRep:
    """A repetition that was counted. ``out_s``, ``hold_s`` and ``back_s`` are its phases, seconds."""

    peak_s: float
    start_s: float | None = None
    end_s: float | None = None
    out_s: float | None = None
    hold_s: float | None = None
    back_s: float | None = None
    verdict: str = ""
    faults: tuple[PredictedFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """One recording as a system saw it.

    Parameters
    ----------
    t_s : ndarray, shape (T,)
        Times of its frames.
    deg, sd_deg : dict of str to ndarray, shape (T,)
        Angles of the side near the camera by the truth's names, NaN where withheld, and deviations.
    reps : tuple of PredictedRep, or None
        None when the system does not count.
    found_share : float, optional
        Share of the frames in which somebody was found.
    why_withheld : dict of str to int
        Frames without a lumbar angle, by the reason given.
    """

    t_s: Floats
    deg: dict[str, Floats]
    sd_deg: dict[str, Floats] = field(default_factory=dict)
    reps: tuple[PredictedRep, ...] | None = None
    found_share: float | None = None
    why_withheld: dict[str, int] = field(default_factory=dict)


def of_product(judged: Judged, track: PoseTrack, near: str | None, counted: bool = True) -> Prediction:
    """Return what formcheck says; ``counted`` is False where its library does not hold the exercise."""
    signals = judged.signals
    columns = {name: f"{name}_{near}" if f"{name}_{near}" in signals.deg else name for name in ANGLES}
    columns = {name: column for name, column in columns.items() if column in signals.deg}
    reasons = signals.reason["lumbar_flexion"]
    said, counts = np.unique(np.array([str(each) for each in reasons if each], dtype=str), return_counts=True)
    outward = load(judged.report.exercise.id).exercise.repetition.first_phase
    return Prediction(
        t_s=signals.t_s,
        deg={name: signals.deg[column] for name, column in columns.items()},
        sd_deg={name: signals.sd_deg[column] for name, column in columns.items()},
        reps=tuple(_rep(rep, outward) for rep in judged.report.reps) if counted else None,
        found_share=float(track.found.mean()),
        why_withheld=dict(zip(said.tolist(), counts.tolist(), strict=True)),
    )


def _rep(rep: Repetition, outward: str) -> PredictedRep:
    out_s, back_s = rep.concentric_s, rep.eccentric_s
    if outward == "eccentric":
        out_s, back_s = back_s, out_s
    faults = tuple(PredictedFault(each.id, each.start_s) for each in rep.faults)
    return PredictedRep(rep.peak_s, rep.start_s, rep.end_s, out_s, rep.hold_s, back_s, rep.verdict, faults)


def of_files(folder: Path, name: str, near: str) -> Prediction | None:
    """Return what a folder holds of a recording, or None.

    ``NAME.csv`` and ``NAME.reps.csv``, or ``NAME/signals.csv`` and ``NAME/report.json`` as
    ``formcheck analyze --out`` writes them.

    Raises
    ------
    UsageError
        When a file is not as ``docs/benchmark.md`` describes.
    """
    own = folder / name
    angles = own / "signals.csv" if own.is_dir() else folder / f"{name}.csv"
    if not angles.exists():
        return None
    rows = list(_rows(angles))
    if "t_s" not in rows[0]:
        raise UsageError(f"{angles}: needs a column t_s and a row for each frame (docs/benchmark.md).")
    deg = _columns(angles, rows, near, "")
    if not deg:
        raise UsageError(f"{angles}: needs at least one column of {', '.join(ANGLES)}.")
    seen = np.isfinite(np.stack(list(deg.values()))).any(axis=0)
    reps = _report_reps(own) if own.is_dir() else _listed_reps(folder / f"{name}.reps.csv")
    times = _numbers(angles, rows, "t_s")
    return Prediction(times, deg, _columns(angles, rows, near, "_sd"), reps, float(seen.mean()))


def _columns(path: Path, rows: list[dict[str, str]], near: str, ending: str) -> dict[str, Floats]:
    chosen = {}
    for name in ANGLES:
        for column in (f"{name}_{near}{ending}", f"{name}{ending}"):
            if column in rows[0]:
                chosen[name] = _numbers(path, rows, column)
                break
    return chosen


def _numbers(path: Path, rows: list[dict[str, str]], column: str) -> Floats:
    try:
        return np.array([float(row[column] or "nan") for row in rows])
    except (TypeError, ValueError) as error:
        raise UsageError(f"{path}: column {column} must hold numbers or nothing ({error}).") from None


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise UsageError(f"{path}: holds no row.")
    yield from rows


def _listed_reps(path: Path) -> tuple[PredictedRep, ...] | None:
    if not path.exists():
        return None
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return tuple(_listed_rep(path, row) for row in rows)


def _listed_rep(path: Path, row: dict[str, str]) -> PredictedRep:
    try:
        numbers = {
            name: float(row[name]) if row.get(name) else None
            for name in ("start_s", "end_s", "out_s", "hold_s", "back_s")
        }
        faults = (each.partition("@") for each in (row.get("faults") or "").split())
        said = tuple(PredictedFault(n, float(at) if at else None) for n, _, at in faults)
        return PredictedRep(float(row["peak_s"]), **numbers, verdict=row.get("verdict") or "", faults=said)
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{path}: each row needs peak_s, and numbers where a time is due ({error})."
        ) from None


def _report_reps(folder: Path) -> tuple[PredictedRep, ...]:
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    outward = load(report["exercise"]["id"]).exercise.repetition.first_phase
    names = ("eccentric_s", "concentric_s") if outward == "eccentric" else ("concentric_s", "eccentric_s")
    return tuple(_reported(rep, *names) for rep in report["reps"])


def _reported(rep: dict[str, Any], out: str, back: str) -> PredictedRep:
    return PredictedRep(
        rep["peak_s"],
        rep["start_s"],
        rep["end_s"],
        rep[out],
        rep["hold_s"],
        rep[back],
        rep["verdict"],
        tuple(_faults(rep["faults"])),
    )


def _faults(faults: Iterable[dict[str, Any]]) -> Iterator[PredictedFault]:
    for each in faults:
        yield PredictedFault(each["id"], each["start_s"])
