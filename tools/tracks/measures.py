"""What each repetition truly did against every bound that the truth can tell, near misses included.

The renderer's own definitions where it has them (``truth.fault_measures``); tempo from the script; range from
the truth's angle. Bounds are the exercise file's.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from sets import exercise_file
from truth import K_TRUNK, SIDES, fault_measures, onset

Floats = npt.NDArray[np.float64]
MIN_S = 0.3
COUNTED = {
    "march-neutral": "trunk_thigh",
    "lengthened-lowering": "trunk_thigh",
    "couch-stretch-active": "trunk_thigh",
    "hip-hinge": "trunk_lean",
    "squat": "thigh_elevation",
    "seated-lift-over": "leg_elevation",
}
TARGET_DEG = {"seated-lift-over": 15.0}  # of the leg itself: the exercise file's is of what is seen of it
OUTWARD = {"hip-hinge": "eccentric", "squat": "eccentric"}  # which phase the way out is; else concentric
TEMPO = {"dropping": "eccentric", "too-fast": "eccentric", "momentum": "concentric", "static": "hold"}


def measured(
    exercise: str,
    rep: dict[str, Any],
    until_s: float,
    table: dict[str, Floats],
    fps: float,
    near: str,
    neutral: slice,
) -> dict[str, dict[str, Any]]:
    """Return, for each fault, its true size, the bound, whether it is one, and since when.

    ``value`` of an angle is the level that it kept beyond for 0.3 s; ``over`` is how far beyond the mildest
    bound it lies, negative within.
    """
    window = slice(int(np.ceil(rep["move_start_s"] * fps)), int(until_s * fps))
    swing = rep["side"] if rep["side"] in SIDES else near
    result: dict[str, dict[str, Any]] = {}
    for name, (measure, amber, red) in _angles(exercise, table, near, swing, neutral).items():
        part = measure[window]
        held = float(np.sort(part)[-int(np.ceil(MIN_S * fps))])
        beyond = np.flatnonzero(part > amber)
        start_s = (window.start + onset(beyond, MIN_S * fps)) / fps if held > amber else None
        result[name] = _entry(held, amber, red, held - amber, start_s, "share" if amber < 1 else "deg")
    for rule in exercise_file(exercise)["faults"]:
        if rule["kind"] in ("quick", "long") and rule["id"] in TEMPO:
            value = rep[f"{_phase(exercise, TEMPO[rule['id']])}_s"]
            bound = rule.get("info", rule.get("amber"))
            over = value - bound if rule["kind"] == "long" else bound - value
            result[rule["id"]] = _entry(value, bound, rule.get("red"), over, None, "s")
        if rule["id"] == "short":
            target_deg = TARGET_DEG.get(exercise, exercise_file(exercise)["repetition"]["target_deg"])
            share = _reached(exercise, rep, table, fps, near, neutral) / target_deg
            result["short"] = _entry(share, rule["info"], None, rule["info"] - share, None, "share")
    return result


def _entry(
    value: float, bound: float, red: float | None, over: float, start_s: float | None, unit: str
) -> dict[str, Any]:
    return {
        "value": round(value, 3),
        "bound": bound,
        "red": red,
        "over": round(over, 3),
        "start_s": start_s,
        "unit": unit,
    }


def _phase(exercise: str, phase: str) -> str:
    """Return the truth file's name of a phase: it calls the way out concentric in every exercise."""
    if OUTWARD.get(exercise) != "eccentric" or phase == "hold":
        return phase
    return {"eccentric": "concentric", "concentric": "eccentric"}[phase]


def _angles(
    exercise: str, table: dict[str, Floats], near: str, swing: str, neutral: slice
) -> dict[str, tuple[Floats, float, float]]:
    """Return the renderer's measures, the lean of a march split by its direction."""
    measures = dict(fault_measures(exercise, table, near, swing, neutral))
    if "lean" in measures:
        _, amber, red = measures.pop("lean")
        lean = table["trunk_lean_deg"] - np.median(table["trunk_lean_deg"][neutral])
        excess = lean + (1 - K_TRUNK) * 0.18 * table[f"thigh_elevation_deg_{swing}"]
        measures |= {"lean-back": (-excess, amber, red), "lean-forward": (excess, amber, red)}
    return measures


def _reached(
    exercise: str, rep: dict[str, Any], table: dict[str, Floats], fps: float, near: str, neutral: slice
) -> float:
    """Return how far the counting angle went from neutral, degrees."""
    name = f"{COUNTED[exercise]}_deg"
    angle = table[name] if name in table else table[f"{name}_{near}"]
    middle = round(rep["peak_s"] * fps)
    return abs(float(np.median(angle[middle - 2 : middle + 3]) - np.median(angle[neutral])))
