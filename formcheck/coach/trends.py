"""Left against right, first against last, and how alike repetitions are: plain medians, no tests.

Each answer is a sentence, and says so where too few repetitions were judged for one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.body.signal_table import base_name
from formcheck.coach.set_report import Repetition, Side
from formcheck.coach.usable_range import usable_range_of_set

NOT_ENOUGH = "not enough judged repetitions"
# Per side, and per third of a set; our choice: a median of two is a mean of two.
MIN_PER_SIDE = 3
MIN_PER_THIRD = 2
# measurement.md, section 2: sessions are called changed from ten degrees on; the same is asked of sides.
MIN_DIFFERENCE_DEG = 10.0
# A phase that became this much shorter was hurried; our choice, beyond its error of a tenth of a second.
MIN_DIFFERENCE_S = 0.5
# Small movements change by less than ten degrees even where they are halved.
MIN_DIFFERENCE_SHARE = 0.2
# Scatter of the range, as a share of its median, that people see; our choice.
UNEVEN_SHARE = 0.15

Kind = Literal["asymmetry", "fatigue", "consistency", "usable_range"]
_COMPARED: dict[Kind, str] = {
    "asymmetry": "left with right",
    "fatigue": "first with last",
    "consistency": "one with another",
}


@dataclass(frozen=True, slots=True)
class Trend:
    """One sentence about a set; ``changed`` is None where there were not enough repetitions."""

    kind: Kind
    changed: bool | None
    text: str


def trends(repetitions: Sequence[Repetition], signal: str) -> list[Trend]:
    """Return asymmetry, fatigue, consistency and usable range of a set.

    Parameters
    ----------
    repetitions : sequence of Repetition
        In their order.
    signal : str
        The one that counted.
    """
    found = [asymmetry(repetitions, signal), fatigue(repetitions, signal), consistency(repetitions, signal)]
    lost = usable_range_of_set(repetitions)
    if lost is not None:
        n = sum(rep.usable_range is not None for rep in repetitions)
        text = (
            f"Your lower back left its start posture at about {lost.neutral_lost_at_deg:.0f} degrees of "
            f"{_word(lost.signal)} (between {lost.low_deg:.0f} and {lost.high_deg:.0f}), "
            f"in {n} of {len(repetitions)} repetitions."
        )
        found.append(Trend("usable_range", True, text))
    return found


def trend_notes(repetitions: Sequence[Repetition], signal: str) -> list[str]:
    """Return what changed within a set, and in one sentence what too few repetitions were judged for."""
    if not repetitions:
        return []
    found = trends(repetitions, signal)
    if len({rep.side for rep in repetitions}) == 1:  # one leg, or both at once: nothing to compare
        found = [trend for trend in found if trend.kind != "asymmetry"]
    said = [trend.text for trend in found if trend.changed]
    unknown = [_COMPARED[trend.kind] for trend in found if trend.changed is None]
    if not unknown:
        return said
    needed = [f"{3 * MIN_PER_THIRD}"] if _COMPARED["fatigue"] in unknown else []
    needed += [f"{MIN_PER_SIDE} of each side"] if _COMPARED["asymmetry"] in unknown else []
    named = " or ".join(filter(None, [", ".join(unknown[:-1]), unknown[-1]]))
    return [*said, f"Too few repetitions were judged to compare {named}: it takes {', '.join(needed)}."]


def moved_deg(repetition: Repetition, signal: str) -> float | None:
    """Return how far a signal moved in a repetition; None where it was withheld."""
    angles = repetition.range.get(signal)
    return None if angles is None else abs(angles.peak_deg - angles.start_deg)


def asymmetry(repetitions: Sequence[Repetition], signal: str) -> Trend:
    """Compare the range of left and right."""
    ranges: dict[Side, list[float]] = {"left": [], "right": []}
    for rep in repetitions:
        moved = moved_deg(rep, signal)
        if moved is not None and rep.side in ranges:
            ranges[rep.side].append(moved)
    if min(len(values) for values in ranges.values()) < MIN_PER_SIDE:
        return Trend("asymmetry", None, f"Left against right: {NOT_ENOUGH}.")
    left, right = (float(np.median(ranges[side])) for side in ("left", "right"))
    if not _differ(left, right):
        return Trend("asymmetry", False, "Left and right moved about equally far.")
    further = "left" if left > right else "right"
    text = f"Your {further} leg moved further: {left:.0f} degrees left, {right:.0f} right."
    return Trend("asymmetry", True, text)


def fatigue(repetitions: Sequence[Repetition], signal: str) -> Trend:
    """Compare the last third of a set with the first: range, time of lowering, faults."""
    judged = [
        rep for rep in repetitions if rep.verdict != "cannot_judge" and moved_deg(rep, signal) is not None
    ]
    third = len(judged) // 3
    if third < MIN_PER_THIRD:
        return Trend("fatigue", None, f"First against last repetitions: {NOT_ENOUGH}.")
    first, last = judged[:third], judged[-third:]
    said = []
    before, after = _median_range(first, signal), _median_range(last, signal)
    if after < before and _differ(before, after):
        said.append(f"the range fell from {before:.0f} to {after:.0f} degrees")
    slow, quick = (float(np.median([rep.eccentric_s for rep in part])) for part in (first, last))
    if slow - quick >= MIN_DIFFERENCE_S:
        said.append(f"lowering became quicker, {slow:.1f} to {quick:.1f} s")
    bad, worse = (sum(rep.verdict == "fault" for rep in part) for part in (first, last))
    if worse > bad:
        said.append(f"faults rose from {bad} to {worse} of {third}")
    if not said:
        return Trend("fatigue", False, "The last repetitions were like the first.")
    return Trend("fatigue", True, f"Towards the end {', '.join(said)}.")


def consistency(repetitions: Sequence[Repetition], signal: str) -> Trend:
    """Say how alike the ranges of a set were."""
    moved = [each for rep in repetitions if (each := moved_deg(rep, signal)) is not None]
    if len(moved) < MIN_PER_SIDE:
        return Trend("consistency", None, f"Consistency: {NOT_ENOUGH}.")
    middle = float(np.median(moved))
    # The median distance from the median, scaled to a normal distribution's standard deviation.
    scatter = 1.4826 * float(np.median(np.abs(np.array(moved) - middle)))
    if scatter <= UNEVEN_SHARE * middle:
        return Trend("consistency", False, "The repetitions were alike in range.")
    text = f"The range varied: {min(moved):.0f} to {max(moved):.0f} degrees."
    return Trend("consistency", True, text)


def _median_range(repetitions: Sequence[Repetition], signal: str) -> float:
    return float(np.median([each for rep in repetitions if (each := moved_deg(rep, signal)) is not None]))


def _differ(one: float, other: float) -> bool:
    """Return whether two ranges differ by more than chance and by more than a detail."""
    least = min(MIN_DIFFERENCE_DEG, max(5.0, MIN_DIFFERENCE_SHARE * max(one, other)))
    return abs(one - other) >= least


def _word(signal: str) -> str:
    return {"thigh_elevation": "thigh lift", "trunk_lean": "leaning forward"}.get(
        base_name(signal), base_name(signal).replace("_", " ")
    )
