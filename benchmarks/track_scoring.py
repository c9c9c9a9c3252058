"""One track without pixels against its truth: repetitions, times, faults, withheld parts, calibration.

Truth measures every bound for every repetition (``tools/tracks/measures.py``), so that a repetition is known
to be far within a bound, near it, or far beyond it.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from formcheck.body.pose import PoseTrack
from formcheck.coach.judge import Judged, judge
from formcheck.coach.set_report import Fault, Repetition
from formcheck.exercises.load import LoadedExercise, load

Floats = npt.NDArray[np.float64]
ALIASES = {"rounding": "round", "arching": "arch"}
LUMBAR = frozenset({"round", "arch", "slump", "lumbar-dominated"})
GROUP = {
    **dict.fromkeys(LUMBAR, "lumbar"),
    **dict.fromkeys(("dropping", "too-fast", "momentum", "static"), "tempo"),
    **dict.fromkeys(("lean-back", "lean-forward"), "lean"),
    **dict.fromkeys(("stance-leg-bend", "knee-bend"), "knee"),
    "short": "range",
}
OPPOSITE = {"round": "arch", "arch": "round", "lean-back": "lean-forward", "lean-forward": "lean-back"}
# Nearer to a bound than this a repetition is a near miss, whichever side it lies on: the deviation that
# verdicts assume for an angle, twice the one of a phase's length, a tenth of a target.
NEAR = {"deg": 4.0, "s": 0.2, "share": 0.1}
INTERVAL_80 = 1.2816
TIMES = ("start_s", "peak_s", "end_s", "concentric_s", "hold_s", "eccentric_s")


@dataclass(slots=True)
class RepScore:
    """One true repetition and what was said of it; ``verdict`` is empty where it was not counted.

    ``over`` is, for each fault, how far the truth lies beyond the bound in units of `NEAR`.
    """

    clean: bool
    verdict: str
    withheld: bool
    over: dict[str, float]
    red: frozenset[str]
    said: frozenset[str]
    warned: frozenset[str]  # said, and graver than information
    onset_s: dict[str, float] = field(default_factory=dict)
    times_s: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class TrackScore:
    """One track; lumbar columns hold the judged frames' error and deviation, degrees."""

    name: str
    split: str
    exercise: str
    variant: str
    facts: dict[str, Any]
    true: int
    counted: int
    reps: list[RepScore]
    error_deg: Floats
    sd_deg: Floats
    judged_share: float


def score(track: PoseTrack, truth: dict[str, Any]) -> TrackScore:
    """Judge a track as a recording and compare."""
    loaded = load(truth["exercise"])
    judged = judge(track, loaded)
    pairs = matched(judged.report.reps, truth["reps"])
    error, sd = _lumbar(judged, truth)
    found = track.found
    return TrackScore(
        name=truth["name"],
        split=truth["split"],
        exercise=truth["exercise"],
        variant=truth["variant"],
        facts=_facts(truth),
        true=len(truth["reps"]),
        counted=len(judged.report.reps),
        reps=[_rep(true, rep, loaded) for true, rep in pairs],
        error_deg=error[np.isfinite(error)],
        sd_deg=sd[np.isfinite(error)],
        judged_share=float(np.isfinite(error[found]).mean()),
    )


def _facts(truth: dict[str, Any]) -> dict[str, Any]:
    return {
        "body": truth["body"]["name"],
        "arms": truth["arms"],
        "yaw_deg": truth["camera"]["yaw_from_sagittal_deg"],
        "facing": truth["camera"]["facing"],
        **truth["recording"],
    }


def matched(
    reps: tuple[Repetition, ...], true: list[dict[str, Any]]
) -> list[tuple[dict[str, Any], Repetition | None]]:
    """Return each true repetition with the counted one whose peak lies nearest within it."""
    free = list(reps)
    pairs: list[tuple[dict[str, Any], Repetition | None]] = []
    for each in true:
        inside = [rep for rep in free if each["move_start_s"] - 0.3 <= rep.peak_s <= each["move_end_s"] + 0.3]
        best = min(inside, key=lambda rep: abs(rep.peak_s - each["peak_s"]), default=None)
        if best is not None:
            free.remove(best)
        pairs.append((each, best))
    return pairs


def _rep(true: dict[str, Any], rep: Repetition | None, loaded: LoadedExercise) -> RepScore:
    measures = true["measures"]
    over = {name: m["over"] / NEAR[m["unit"]] for name, m in measures.items()}
    red = frozenset(
        name
        for name, m in measures.items()
        if m["red"] is not None and m["over"] > abs(m["red"] - m["bound"])
    )
    faults = {ALIASES.get(fault.id, fault.id): fault for fault in rep.faults} if rep else {}
    result = RepScore(
        clean=not true["scripted"],
        verdict=rep.verdict if rep else "",
        withheld=rep is not None and any(reason.startswith("lumbar_flexion:") for reason in rep.reasons),
        over=over,
        red=red,
        said=frozenset(faults),
        warned=frozenset(name for name, fault in faults.items() if fault.severity != "info"),
    )
    if rep is not None:
        result.onset_s = _onsets(faults, measures)
        result.times_s = _times(rep, true, loaded)
    return result


def _onsets(faults: dict[str, Fault], measures: dict[str, Any]) -> dict[str, float]:
    known = {name: m["start_s"] for name, m in measures.items() if m["start_s"] is not None}
    return {name: fault.start_s - known[name] for name, fault in faults.items() if name in known}


def _times(rep: Repetition, true: dict[str, Any], loaded: LoadedExercise) -> dict[str, float]:
    """Return errors in seconds; the truth file calls the way out concentric, whatever the exercise."""
    names = dict(zip(TIMES, TIMES, strict=True))
    if loaded.exercise.repetition.first_phase == "eccentric":
        names |= {"concentric_s": "eccentric_s", "eccentric_s": "concentric_s"}
    return {name: getattr(rep, name) - true[names[name]] for name in TIMES if true[names[name]] is not None}


def _lumbar(judged: Judged, truth: dict[str, Any]) -> tuple[Floats, Floats]:
    signals, frames = judged.signals, truth["frames"]
    at = np.interp(signals.t_s, frames["t_s"], frames["lumbar_flexion_deg"])
    return signals.deg["lumbar_flexion"] - at, signals.sd_deg["lumbar_flexion"]
