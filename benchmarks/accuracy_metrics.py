"""Numbers of the accuracy benchmark: one recording's prediction against its truth, and many together.

Nothing here knows which system made a prediction. ``docs/benchmark.md`` says in words what is computed.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from predictions import ALIASES, ANGLES, PredictedRep, Prediction

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Truth = dict[str, Any]

BACK = frozenset({"round", "arch", "slump", "lumbar-dominated"})
# What truth files evaluated before they said so themselves.
FIRST_EVALUATED = BACK | {"lean", "knee-bend", "stance-leg-bend", "dropping", "too-fast"}
# What a truth file says cannot be judged, and the angles that go with it: hip flexion is made of the
# thigh-trunk angle and the lumbar one; a view that spoils the former spoils every angle of the side view.
SPOILT = {
    "lumbar_flexion": ("lumbar_flexion", "hip_flexion"),
    "trunk_thigh": ("trunk_thigh", "hip_flexion", "knee_flexion", "thigh_elevation", "trunk_lean"),
    "knee_flexion": ("knee_flexion",),
}
INTERVALS = {"50": 0.6745, "80": 1.2816, "95": 1.96}  # normal quantiles of central intervals, per cent
RIGHT_DEG = 5.0
REST_DEG = 1.0
MIN_RANGE_DEG = 15.0
MATCH_S = 0.3  # a counted peak may lie so far outside a true repetition's movement and still be of it
TIMES = ("start_s", "peak_s", "end_s", "out_s", "hold_s", "back_s")
_TRUE_NAME = {"out_s": "concentric_s", "back_s": "eccentric_s"}  # the truth calls the way out concentric
VERDICTS = ("ok", "borderline", "fault", "cannot_judge", "not counted")


@dataclass(slots=True)
class Angle:
    """One angle of one recording: error and truth in degrees, deviation, and where it can be judged."""

    error: Floats
    truth: Floats
    sd: Floats
    possible: Bools


@dataclass(slots=True)
class RepScore:
    """One true repetition: what was true and what was said.

    ``kind`` is "clean", "fault", "red" (beyond a red bound of the back) or "cannot judge".
    """

    kind: str
    verdict: str
    found: frozenset[str] = frozenset()
    missed: frozenset[str] = frozenset()
    invented: frozenset[str] = frozenset()
    back_said_blindly: bool = False
    onset_s: dict[str, float] = field(default_factory=dict)
    times_s: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Scored:
    """One recording against its truth. ``counted`` is None where the system or the library does not count."""

    angles: dict[str, Angle]
    counted: int | None
    true: int
    reps: list[RepScore]
    invented_elsewhere: Counter[str] = field(default_factory=Counter)


def score(prediction: Prediction, truth: Truth) -> Scored:
    """Compare one recording with its truth."""
    angles = {name: _angle(prediction, truth, name) for name in ANGLES if f"{name}_deg" in truth["frames"]}
    true = truth["reps"]
    if prediction.reps is None:
        return Scored(angles, None, len(true), [])
    pairs, spare = matched(prediction.reps, true)
    scored = Scored(angles, len(prediction.reps), len(true), [_rep(each, rep, truth) for each, rep in pairs])
    allowed = evaluated(truth)
    for rep in spare:
        scored.invented_elsewhere.update({canonical(fault.id) for fault in rep.faults} & allowed)
    return scored


def evaluated(truth: Truth) -> frozenset[str]:
    """Return the faults that a truth file would name if they were there; others are not scored."""
    return frozenset(canonical(name) for name in truth.get("evaluated_faults", FIRST_EVALUATED))


def canonical(fault: str) -> str:
    """Return the one name of a fault that goes by several."""
    return ALIASES.get(fault, fault)


def _angle(prediction: Prediction, truth: Truth, name: str) -> Angle:
    t_s, frames, near = prediction.t_s, truth["frames"], truth["camera"]["near_side"]
    true = frames[f"{name}_deg"]
    at = np.interp(t_s, np.array(frames["t_s"]), np.array(true[near] if isinstance(true, dict) else true))
    missing = np.full(len(t_s), np.nan)
    error = prediction.deg.get(name, missing) - at
    neutral = (t_s >= truth["neutral"]["start_s"]) & (t_s <= truth["neutral"]["end_s"])
    if name != "lumbar_flexion" and np.isfinite(error[neutral]).any():
        error = error - np.nanmedian(error[neutral])  # measured from the start posture, as faults are
    return Angle(error, at, prediction.sd_deg.get(name, missing), ~blocked(t_s, truth, name))


def blocked(t_s: Floats, truth: Truth, name: str) -> Bools:
    """Return at which instants the right answer is to withhold an angle; shape (T,)."""
    result = np.zeros(len(t_s), dtype=np.bool_)
    for stretch in truth["cannot_judge"]:
        if name in SPOILT[stretch["what"]]:
            result |= (t_s >= stretch.get("start_s", 0.0)) & (t_s <= stretch.get("end_s", math.inf))
    return result


def matched(
    reps: Sequence[PredictedRep], true: Sequence[Truth]
) -> tuple[list[tuple[Truth, PredictedRep | None]], list[PredictedRep]]:
    """Return each true repetition with the counted one whose peak lies nearest within it, and the rest."""
    free, pairs = list(reps), []
    for each in true:
        first, last = each["move_start_s"] - MATCH_S, each["move_end_s"] + MATCH_S
        inside = [rep for rep in free if first <= rep.peak_s <= last]
        best = min(inside, key=lambda rep: abs(rep.peak_s - each["peak_s"]), default=None)
        if best is not None:
            free.remove(best)
        pairs.append((each, best))
    return pairs, free


def _rep(true: Truth, rep: PredictedRep | None, truth: Truth) -> RepScore:
    middle = np.array([true["peak_s"]])
    blind = bool(blocked(middle, truth, "lumbar_flexion")[0])
    allowed = evaluated(truth) - (BACK if blind else frozenset())
    real = {canonical(each["id"]): each for each in true["faults"] if canonical(each["id"]) in allowed}
    said = {canonical(fault.id): fault.start_s for fault in rep.faults} if rep else {}
    found = frozenset(real) & frozenset(said)
    result = RepScore(
        kind="cannot judge" if blind else _kind(true),
        verdict=rep.verdict if rep else "not counted",
        found=found,
        missed=frozenset(real) - found,
        invented=frozenset(said) & allowed - found,
        back_said_blindly=blind and bool(BACK & frozenset(said)),
    )
    if rep is not None:
        result.onset_s = {
            name: at - real[name]["start_s"]
            for name, at in said.items()
            if name in found and at is not None and real[name]["unit"] == "deg"
        }
        result.times_s = _times(rep, true)
    return result


def _kind(true: Truth) -> str:
    grave = [fault for fault in true["faults"] if fault["level"] != "info"]
    if any(fault["id"] in BACK and fault["level"] == "red" for fault in grave):
        return "red"
    return "fault" if grave else "clean"


def _times(rep: PredictedRep, true: Truth) -> dict[str, float]:
    pairs = {name: (getattr(rep, name), true[_TRUE_NAME.get(name, name)]) for name in TIMES}
    return {name: a - b for name, (a, b) in pairs.items() if a is not None and b is not None}


# -- many frames and repetitions in a few numbers ------------------------------------------------


def angle_row(angles: Iterable[Angle]) -> dict[str, float]:
    """Return the numbers of an angle over one recording or many.

    ``judged``: share of the frames in which it can be judged; ``withheld``: share of those in which it
    cannot, with ``rmse_blind`` of the rest. Errors are of the frames that can be judged and were.
    """
    each = list(angles)
    if not each:
        return {}
    error, truth = np.concatenate([a.error for a in each]), np.concatenate([a.truth for a in each])
    sd, possible = np.concatenate([a.sd for a in each]), np.concatenate([a.possible for a in each])
    given = np.isfinite(error)
    row = _blind(error, given, possible) | _judged(error[possible], truth[possible])
    z = np.abs(error / sd)[possible & given & (sd > 0)]
    if z.size:
        row |= {f"in_{name}_interval": float((z <= limit).mean()) for name, limit in INTERVALS.items()}
    return row


def _blind(error: Floats, given: Bools, possible: Bools) -> dict[str, float]:
    if possible.all():
        return {}
    row = {"withheld": float((~given[~possible]).mean())}
    wrong = error[given & ~possible]
    return row | ({"rmse_blind": float(np.sqrt((wrong**2).mean()))} if wrong.size else {})


def _judged(error: Floats, truth: Floats) -> dict[str, float]:
    if not error.size:
        return {}
    seen = np.isfinite(error)
    row = {"judged": float(seen.mean()), "withheld_or_right": float((~(np.abs(error) > RIGHT_DEG)).mean())}
    if not seen.any():
        return row
    e, t = error[seen], truth[seen]
    row |= {
        "bias": float(e.mean()),
        "mae": float(np.abs(e).mean()),
        "rmse": float(np.sqrt((e**2).mean())),
        "p95": float(np.percentile(np.abs(e), 95)),
        "max": float(np.abs(e).max()),
    }
    rest = np.abs(e[np.abs(t) < REST_DEG])
    if rest.size:
        row["at_rest_p99"] = float(np.percentile(rest, 99))
    if np.ptp(t) >= MIN_RANGE_DEG:
        row["gain"] = float(np.polyfit(t, t + e, 1)[0])
        row["r"] = float(np.corrcoef(t, t + e)[0, 1])
    return row


def count_row(scored: Iterable[Scored]) -> dict[str, Any]:
    """Return how repetitions were counted: exact, off by one at most, mean absolute error."""
    errors = [each.counted - each.true for each in scored if each.counted is not None]
    if not errors:
        return {}
    exact, near = sum(e == 0 for e in errors), sum(abs(e) <= 1 for e in errors)
    return {
        "sets": len(errors),
        "exact": exact,
        "exact_share": wilson(exact, len(errors)),
        "off_by_one_or_less": near,
        "mean_absolute_error": float(np.mean(np.abs(errors))),
        "errors": errors,
    }


def time_row(reps: Iterable[RepScore]) -> dict[str, dict[str, float]]:
    """Return bias, mean absolute error and 95th percentile of every time and duration, seconds."""
    known: dict[str, list[float]] = {name: [] for name in TIMES}
    for rep in reps:
        for name, value in rep.times_s.items():
            known[name].append(value)
    return {name: _seconds(values) for name, values in known.items() if values}


def _seconds(values: Sequence[float]) -> dict[str, float]:
    size = np.abs(values)
    return {
        "n": len(values),
        "bias": float(np.mean(values)),
        "mae": float(size.mean()),
        "p95": float(np.percentile(size, 95)),
    }


def fault_rows(scored: Sequence[Scored]) -> dict[str, dict[str, Any]]:
    """Return precision, recall and F1 of every fault that was true or said, of the back's, and of all."""
    found, missed, invented = Counter[str](), Counter[str](), Counter[str]()
    onsets: dict[str, list[float]] = {}
    for each in scored:
        invented.update(each.invented_elsewhere)
        for rep in each.reps:
            found.update(rep.found)
            missed.update(rep.missed)
            invented.update(rep.invented)
            for name, value in rep.onset_s.items():
                onsets.setdefault(name, []).append(value)
    names = sorted(found | missed | invented)
    groups = {"all": names, "of the back": [n for n in names if n in BACK]} | {n: [n] for n in names}
    return {
        title: _fault_row(
            *(sum(counter[n] for n in chosen) for counter in (found, missed, invented)),
            [value for n in chosen for value in onsets.get(n, [])],
        )
        for title, chosen in groups.items()
    }


def _fault_row(found: int, missed: int, invented: int, onsets: Sequence[float]) -> dict[str, Any]:
    whole = 2 * found + missed + invented
    return {
        "found": found,
        "missed": missed,
        "invented": invented,
        "f1": 2 * found / whole if whole else None,
        "precision": wilson(found, found + invented),
        "recall": wilson(found, found + missed),
        "onset_s": _seconds(onsets) if onsets else None,
    }


def verdict_rows(reps: Iterable[RepScore]) -> dict[str, dict[str, int]]:
    """Return how often each verdict was given to each kind of repetition."""
    rows: dict[str, dict[str, int]] = {}
    for rep in reps:
        row = rows.setdefault(rep.kind, dict.fromkeys(VERDICTS, 0))
        row[rep.verdict] = row.get(rep.verdict, 0) + 1
    return rows


def wilson(k: int, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of k out of n."""
    if not n:
        return 0.0, 1.0
    z, p = 1.96, k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half
