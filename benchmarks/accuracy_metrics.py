"""Numbers of the accuracy benchmark: one recording against its truth, and many together."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from accuracy_cases import Case

from formcheck.coach.judge import Corrections, Judged, judge
from formcheck.errors import UsageError
from formcheck.exercises.load import load

Floats = npt.NDArray[np.float64]
ANGLES = ("lumbar_flexion", "trunk_thigh", "hip_flexion", "knee_flexion", "thigh_elevation", "trunk_lean")
# The faults that a truth file may name, and the product's other names for them.
BACK = frozenset({"round", "arch", "slump", "lumbar-dominated"})
FAULTS = BACK | {"lean", "knee-bend", "stance-leg-bend", "dropping", "too-fast"}
ALIASES = {"rounding": "round", "arching": "arch", "lean-back": "lean", "lean-forward": "lean"}
INTERVAL_80 = 1.2816
RIGHT_DEG = 5.0
MIN_RANGE_DEG = 15.0


@dataclass(slots=True)
class Result:
    """What one recording showed; angles by name, degrees."""

    case: Case
    judged: Judged
    counted: bool  # whether the exercise is in the library, so that repetitions may be compared
    error: dict[str, Floats] = field(default_factory=dict)
    truth: dict[str, Floats] = field(default_factory=dict)
    z: Floats = field(default_factory=lambda: np.zeros(0))
    blocked: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))


def run(case: Case) -> Result:
    """Run the product over a recording as a user does; unknown exercises are measured, not counted."""
    # filmed tracks are too short to hold the start posture for three seconds: it is named, as a user may
    start = case.truth["neutral"] if case.truth and case.source == "filmed track" else None
    corrections = Corrections(neutral_s=(start["start_s"], start["end_s"])) if start else Corrections()
    try:
        judged, counted = judge(case.track, load(_exercise(case)), corrections), True
    except UsageError:
        judged, counted = judge(case.track, load("squat"), corrections), False
    result = Result(case, judged, counted)
    if case.truth is not None:
        _compare(result, case.truth)
    return result


def _exercise(case: Case) -> str:
    return str(case.truth["exercise"]) if case.truth else "squat"


def _compare(result: Result, truth: dict[str, Any]) -> None:
    signals, frames = result.judged.signals, truth["frames"]
    near, t_s = truth["camera"]["near_side"], np.array(frames["t_s"])
    neutral = (signals.t_s >= truth["neutral"]["start_s"]) & (signals.t_s <= truth["neutral"]["end_s"])
    for name in ANGLES:
        true = frames.get(f"{name}_deg")
        true = true[near] if isinstance(true, dict) else true
        if true is None:
            continue
        column = f"{name}_{near}" if f"{name}_{near}" in signals.deg else name
        at = np.interp(signals.t_s, t_s, np.array(true))
        result.truth[name], error = at, signals.deg[column] - at
        if name != "lumbar_flexion" and np.isfinite(error[neutral]).any():
            error = error - np.nanmedian(error[neutral])  # measured from the start posture, as faults are
        result.error[name] = error
    lumbar = result.error["lumbar_flexion"]
    result.z = (lumbar / signals.sd_deg["lumbar_flexion"])[np.isfinite(lumbar)]
    result.blocked = np.zeros(len(signals), dtype=np.bool_)
    for stretch in truth["cannot_judge"]:
        result.blocked |= signals.between(stretch.get("start_s", 0.0), stretch.get("end_s", math.inf))


def angle_row(error: Floats, truth: Floats) -> dict[str, float]:
    """Return bias, MAE, RMSE, p95, correlation and gain of one angle where it was judged."""
    seen = np.isfinite(error)
    if seen.sum() < 5:
        return {"share": float(seen.mean()) if seen.size else 0.0}
    e, t = error[seen], truth[seen]
    row = {
        "share": float(seen.mean()),
        "bias": float(e.mean()),
        "mae": float(np.abs(e).mean()),
        "rmse": float(np.sqrt((e**2).mean())),
        "p95": float(np.percentile(np.abs(e), 95)),
        "max": float(np.abs(e).max()),
    }
    if np.ptp(t) >= MIN_RANGE_DEG:
        row["gain"] = float(np.polyfit(t, t + e, 1)[0])
        row["r"] = float(np.corrcoef(t, t + e)[0, 1])
    return row


def timing(result: Result) -> dict[str, Any]:
    """Return repetition error and, where the count is right, the errors of times and durations in seconds."""
    truth = result.case.truth
    if truth is None or not result.counted:
        return {}
    reps, true = result.judged.report.reps, truth["reps"]
    row: dict[str, Any] = {"counted": len(reps), "true": len(true), "error": len(reps) - len(true)}
    if len(reps) != len(true) or not reps:
        return row
    for name in ("start_s", "peak_s", "end_s", "concentric_s", "hold_s", "eccentric_s"):
        pairs = [(getattr(a, name), b[name]) for a, b in zip(reps, true, strict=True)]
        known = [a - b for a, b in pairs if a is not None and b is not None]
        row[name] = float(np.mean(np.abs(known))) if known else None
    return row


def faults(result: Result) -> tuple[int, int, int]:
    """Return how many back and tempo faults were found, missed and invented, repetition by repetition."""
    truth = result.case.truth
    reps = result.judged.report.reps
    if truth is None or not result.counted or len(reps) != len(truth["reps"]):
        return 0, 0, 0
    found = missed = invented = 0
    for rep, true in zip(reps, truth["reps"], strict=True):
        said = {ALIASES.get(fault.id, fault.id) for fault in rep.faults} & FAULTS
        real = {ALIASES.get(fault["id"], fault["id"]) for fault in true["faults"]} & FAULTS
        found += len(said & real)
        missed += len(real - said)
        invented += len(said - real)
    return found, missed, invented


def dangerous(result: Result) -> int:
    """Return how many repetitions were called ok although the truth passed a red bound of the back."""
    truth = result.case.truth
    reps = result.judged.report.reps
    if truth is None or not result.counted or len(reps) != len(truth["reps"]):
        return 0
    return sum(
        rep.verdict == "ok" and any(f["id"] in BACK and f["level"] == "red" for f in true["faults"])
        for rep, true in zip(reps, truth["reps"], strict=True)
        if "lumbar_flexion" in load(_exercise(result.case)).exercise.requires
    )


def wilson(k: int, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of k out of n."""
    if not n:
        return 0.0, 1.0
    z, p = 1.96, k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half
