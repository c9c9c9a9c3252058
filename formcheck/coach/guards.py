"""What a movement must be to count, beyond its size: done in place, from the start posture, by one body.

Walking in, landing from a jump or reaching for the camera move the same joints; none of them is a
repetition.
"""

from collections.abc import Sequence

import numpy as np

from formcheck.body.pose import Bools, Floats
from formcheck.coach.instant import Instant, column, times
from formcheck.coach.rep_phases import RepPhases
from formcheck.coach.reps import JOINED_SHARE
from formcheck.exercises.schema import Exercise

# All in trunk lengths (about half a metre); our choice, on the shared clips.
MAX_SHIFT = 0.6  # between start and end
MAX_BENT_SHIFT = 1.0  # the same where the start is unseen and a bent posture is compared with an upright one
MAX_DROP = 0.35  # height of the hips, between start and end
MAX_SIZE_CHANGE = 0.35  # of the trunk, between start and end: another person, or towards the camera
MAX_TURN_DEG = 30.0  # of the chest, between start and end
END_MARGIN_S = 0.3  # a quick repetition's ends are looked at a little beyond it
LEAST_NEAR = 2  # pictures about each end: of one alone nobody knows whether it was a wild one
JUMP = 0.8  # between neighbouring frames
JUMP_WITHIN_S = 0.2
BOTH_SIDES_SHARE = 0.5
ALONG_SHARE = (
    0.25  # of the counting leg's way, out and back each: a step moves one leg out while the other returns
)
SEEN_SHARE = 0.5  # of a movement; a leg that was seen for less says nothing of it
POSTURE_BEFORE_S = 1.0
POSTURE_AFTER_SHARE = 0.2


def jumped(before: Instant, after: Instant) -> bool:
    """Return whether the body was somewhere else one frame later: another one, or a wild detection."""
    if after.t_s - before.t_s > JUMP_WITHIN_S:
        return False
    shift = np.hypot(after.anchor[0] - before.anchor[0], after.anchor[1] - before.anchor[1])
    return bool(shift > JUMP)


def begun_before(
    exercise: Exercise, phases: RepPhases, rows: Sequence[Instant], first_s: float, rest_deg: float
) -> bool:
    """Return whether a movement was on its way when the recording began, at ``first_s``.

    As of a lifter who has bowed to the bar already, bows further and lifts it. ``rest_deg`` is the counting
    signal in the start posture, as ``phases`` has it; the rest as for `why_dismissed`.
    """
    way = (phases.peak_deg - rest_deg) / exercise.repetition.target_deg
    at_first = phases.start_s - first_s <= POSTURE_BEFORE_S
    return at_first and way > JOINED_SHARE and not _from_start_posture(exercise, phases, rows)


def why_dismissed(
    exercise: Exercise, phases: RepPhases, rows: Sequence[Instant], signal: str, *, follows_on: bool
) -> str:
    """Return why a movement is no repetition, as a sentence; empty where it is one.

    Parameters
    ----------
    exercise : Exercise
        What was asked for.
    phases : RepPhases
        The movement.
    rows : sequence of Instant
        From a second before its start to the moment at which it was complete.
    signal : str
        The signal that it was counted by.
    follows_on : bool
        Whether it began where the previous repetition ended, out of rest.
    """
    inside = [row for row in rows if phases.start_s <= row.t_s <= phases.end_s]
    anywhere = follows_on or phases.begun_before
    if not anywhere and not _from_start_posture(exercise, phases, rows):
        return "It did not begin in the start posture."
    if _inside_start_posture(exercise, phases, signal) or _never_left(exercise, phases, inside):
        return "It never left the start posture."
    if exercise.repetition.in_place and (why := _why_not_in_place(rows, phases)):
        return why
    if exercise.repetition.one_leg and _turned(rows, phases):
        return "You turned round in the middle of it."
    if exercise.repetition.both_sides and not _both_sides(inside, signal, phases):
        return "Only one leg moved."
    return ""


def _inside_start_posture(exercise: Exercise, phases: RepPhases, signal: str) -> bool:
    """Return whether even the peak lies within the start posture: sway, or noise about a wrong neutral."""
    bounds = exercise.start_posture.bounds_deg.get(signal)
    if bounds is None:
        return False
    peak_deg = phases.peak_deg if exercise.repetition.direction == "increase" else -phases.peak_deg
    return bounds[0] <= peak_deg <= bounds[1]


def _never_left(exercise: Exercise, phases: RepPhases, rows: Sequence[Instant]) -> bool:
    """Return whether the peak was still the start posture, where an exercise is large enough to leave it."""
    if not exercise.repetition.leaves_start:
        return False
    top = [row for row in rows if abs(row.t_s - phases.peak_s) <= END_MARGIN_S / 2]
    return any(holds_posture(row, exercise.start_posture.bounds_deg) for row in top)


def _from_start_posture(exercise: Exercise, phases: RepPhases, rows: Sequence[Instant]) -> bool:
    until_s = phases.start_s + POSTURE_AFTER_SHARE * (phases.peak_s - phases.start_s)
    bounds = exercise.start_posture.bounds_deg
    return any(
        holds_posture(row, bounds) for row in rows if phases.start_s - POSTURE_BEFORE_S <= row.t_s <= until_s
    )


def holds_posture(row: Instant, bounds_deg: dict[str, tuple[float, float]]) -> bool:
    """Return whether an instant is in a posture, as far as it can be judged at all."""
    judged = [(row.deg[name], low, high) for name, (low, high) in bounds_deg.items()]
    known = [(value, low, high) for value, low, high in judged if value == value]
    return bool(known) and all(low <= value <= high for value, low, high in known)


def _why_not_in_place(rows: Sequence[Instant], phases: RepPhases) -> str:
    """Return why a movement is not known to end where it began, as a sentence; empty where it is."""
    margin_s = max(END_MARGIN_S, phases.duration_s / 10)
    ends = []
    for moment_s in (phases.start_s, phases.end_s):
        near = [row.anchor for row in rows if abs(row.t_s - moment_s) <= margin_s]
        if len(near) < LEAST_NEAR:
            return "There were too few pictures a second to tell whether you stayed in place."
        seen = np.array([anchor for anchor in near if np.isfinite(anchor).all()])
        if len(seen) < LEAST_NEAR:
            return "You were not seen well enough to tell whether you stayed in place."
        ends.append(_median(seen))
    shift, drop, size = np.abs(ends[1] - ends[0])
    if phases.begun_before:
        stayed = shift <= MAX_BENT_SHIFT and size <= MAX_SIZE_CHANGE
    else:
        stayed = shift <= MAX_SHIFT and drop <= MAX_DROP and size <= MAX_SIZE_CHANGE
    return "" if stayed else "You moved to another place."


def _turned(rows: Sequence[Instant], phases: RepPhases) -> bool:
    """Return whether the chest showed the camera another side at the end than at the start."""
    ends = []
    for moment_s in (phases.start_s, phases.end_s):
        near = [row.deg.get("chest_turn", np.nan) for row in rows if abs(row.t_s - moment_s) <= END_MARGIN_S]
        seen = [value for value in near if value == value]
        if not seen:
            return False
        ends.append(float(np.median(seen)))
    return abs(ends[1] - ends[0]) > MAX_TURN_DEG


def _median(anchors: Floats) -> Floats:
    result: Floats = np.median(anchors, axis=0)
    return result


def other_leg_moved(
    rows: Sequence[Instant], column_name: str, phases: RepPhases, exercise: Exercise
) -> float:
    """Return by how many degrees the other leg moved along; 0 where it was hardly seen."""
    inside = [row for row in rows if phases.start_s <= row.t_s <= phases.end_s]
    middle, ends = _middle_and_ends(inside, phases)
    values = np.array([row.deg.get(column_name, np.nan) for row in inside])
    known = np.isfinite(values)
    if known.sum() < SEEN_SHARE * len(inside) or not (known & middle).any() or not (known & ends).any():
        return 0.0
    moved_deg = _moved(values, known, middle, ends)
    return moved_deg if exercise.repetition.direction == "increase" else -moved_deg


def _middle_and_ends(rows: Sequence[Instant], phases: RepPhases) -> tuple[Bools, Bools]:
    """Return which instants are about the peak, and which at the beginning or end."""
    t_s = times(rows)
    quarter = phases.duration_s / 4
    middle = np.abs(t_s - phases.peak_s) <= max(quarter / 2, (phases.hold_end_s - phases.hold_start_s) / 2)
    ends = t_s >= phases.end_s - quarter / 2
    if not phases.begun_before:
        ends |= t_s <= phases.start_s + quarter / 2
    return np.asarray(middle), np.asarray(ends)


def _both_sides(rows: Sequence[Instant], signal: str, phases: RepPhases) -> bool:
    middle, ends = _middle_and_ends(rows, phases)
    for side in ("left", "right"):
        name = f"{signal}_{side}"
        if not rows or name not in rows[0].deg:
            continue
        own, values = column(rows, signal), column(rows, name)
        known = np.isfinite(own) & np.isfinite(values)
        if known.sum() < SEEN_SHARE * len(rows) or not (known & middle).any() or not (known & ends).any():
            continue  # hidden: it cannot speak against the movement
        # Like with like: a leg that is seen only once a quick descent is half done has less left to go.
        own_deg, moved_deg = (_moved(each, known, middle, ends) for each in (own, values))
        if abs(moved_deg) < BOTH_SIDES_SHARE * abs(own_deg):
            return False
        if not _goes_along(rows, own, values, phases):
            return False
    return True


def _moved(values: Floats, known: Bools, middle: Bools, ends: Bools) -> float:
    """Return how far a signal went between its ends and its middle: medians, as the far leg is guessed."""
    return float(np.median(values[known & middle]) - np.median(values[known & ends]))


def _goes_along(rows: Sequence[Instant], own: Floats, other: Floats, phases: RepPhases) -> bool:
    """Return whether another signal moves the way of the counting one, on the way out and on the way back."""
    middle, ends = _middle_and_ends(rows, phases)
    t_s = np.array([row.t_s for row in rows])
    known = np.isfinite(own) & np.isfinite(other)
    for half in (t_s < phases.peak_s, t_s > phases.peak_s):
        end = known & ends & half
        if not end.any() or not (known & middle).any():
            continue
        own_deg = _moved(own, known, middle, ends & half)
        other_deg = _moved(other, known, middle, ends & half)
        if other_deg * np.sign(own_deg) < ALONG_SHARE * abs(own_deg):
            return False
    return True
