"""Where a set is measured from: which form of the exercise this is, and each leg's start posture.

Nobody is asked whether they stand or lie, or which leg works: the posture that they held still tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from formcheck.body.neutral import NeutralWindow, find_neutral, posture_held
from formcheck.body.pose import Bools
from formcheck.body.signals import Signals
from formcheck.body.view import BodyView, LeftRight
from formcheck.coach.working_side import opposite, signals_from
from formcheck.exercises.schema import Exercise

# A start posture held for less is no better than the end of a movement; our choice.
MIN_REST_S = 0.9
# Windows of one length differ by a picture or two.
LONGER_S = 0.2
# Nearer to the movement's end than what was held later, a start was held for longer than the top of a
# movement is, which a recording may begin with; our choice.
MIN_BEYOND_S = 2.5
# A movement of this share of the target is a repetition's, not a step or a look at the camera; our choice.
MOVED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Start:
    """The form of the exercise, its neutral, and that of each leg where they differ.

    ``legs`` are those whose start posture was held at all: in half-kneeling, the kneeling one.
    """

    exercise: Exercise
    window: NeutralWindow
    of_leg: Mapping[LeftRight, NeutralWindow] = field(default_factory=dict)
    legs: tuple[LeftRight, ...] = ("left", "right")


def find_start(raw: Signals, exercise: Exercise, view: BodyView, near: LeftRight) -> Start:
    """Return the form whose start posture was held, as the camera's view allows it.

    Parameters
    ----------
    raw : Signals
        Over the whole set, or the set-up of a live one.
    exercise : Exercise
        What was asked for, in any of its forms.
    view : BodyView
        How the person stands to the camera.
    near : {"left", "right"}
        The side next to the camera, preferred where either leg could work.
    """
    forms = exercise.forms()
    if not len(raw):
        return Start(forms[0], NeutralWindow(None, None, accepted=False, reason="Nobody was seen."))
    starts = [_start_of(raw, form, near) for form in forms]
    held = [start for start in starts if start.window.accepted]
    seen = [start for start in held if (start.exercise.camera.view == "side") == view.side_on]
    return (seen or held or starts)[0]


def _start_of(raw: Signals, form: Exercise, near: LeftRight) -> Start:
    bounds = form.start_posture.bounds_deg
    if not form.repetition.one_leg:
        return Start(form, find_neutral(raw, bounds, _moved(raw, form)))
    windows = {leg: _rest(signals_from(raw, leg), form) for leg in (near, opposite(near))}
    # A leg that the other one hides says nothing about the posture: one leg at least must be seen in it.
    first = next((leg for leg in windows if _leg_seen(raw, form, leg, windows[leg])), None)
    if first is None:
        why = windows[near].reason or "The working leg could not be seen in the start posture."
        return Start(form, NeutralWindow(None, None, accepted=False, reason=why))
    window = windows[first]
    other = opposite(first)
    shared = _held_throughout(raw, form, other, window)
    of_leg = {other: windows[other]} if windows[other].accepted and not shared else {}
    legs = tuple(leg for leg in windows if windows[leg].accepted)
    return Start(form, window, of_leg, legs or ("left", "right"))


def _leg_seen(raw: Signals, form: Exercise, leg: LeftRight, window: NeutralWindow) -> bool:
    if not window.accepted or window.start_s is None or window.end_s is None:
        return False
    inside = raw.between(window.start_s, window.end_s)
    columns = [raw.deg[f"{name}_{leg}"] for name in form.repetition.signals]
    return any(bool(np.isfinite(values[inside]).any()) for values in columns)


def _rest(seen: Signals, form: Exercise) -> NeutralWindow:
    """Return the steadiest start posture that is not the end of a movement.

    Where a movement is small its end lies within the start posture's bounds too, and may be held more
    steadily; so does the end of one that comes back too far. What comes first is the start.
    """
    window = find_neutral(seen, form.start_posture.bounds_deg, _moved(seen, form))
    name = next((each for each in form.repetition.signals if np.isfinite(seen.deg[each]).any()), None)
    while name is not None and (earlier := _earlier(seen, form, name, window)) is not None:
        window = earlier
    return window


def _moved(seen: Signals, form: Exercise) -> Bools:
    """Return when a repetition was well on its way, shape (T,)."""
    resting = posture_held(seen, form.start_posture.bounds_deg)
    name = next((each for each in form.repetition.signals if np.isfinite(seen.deg[each]).any()), None)
    if name is None or not np.isfinite(seen.deg[name][resting]).any():
        return np.zeros(len(seen), dtype=np.bool_)
    sign = 1.0 if form.repetition.direction == "increase" else -1.0
    way_deg = sign * (seen.deg[name] - np.nanmedian(seen.deg[name][resting]))
    with np.errstate(invalid="ignore"):
        moved: Bools = way_deg > MOVED_SHARE * form.repetition.target_deg
    return moved


def _earlier(seen: Signals, form: Exercise, name: str, window: NeutralWindow) -> NeutralWindow | None:
    """Return an earlier start posture at another level of the counting signal, if one was held.

    One that is further from the movement's end need not be held for as long, one that is nearer for longer.
    """
    level_deg = _level_deg(seen, name, window)
    if level_deg is None or window.start_s is None or window.end_s is None:
        return None
    before = seen[seen.t_s < window.start_s]
    if len(before) < 2:
        return None
    rule, bounds = form.repetition, dict(form.start_posture.bounds_deg)
    low, high = bounds.get(name, (-np.inf, np.inf))
    under, over = (low, min(high, level_deg - rule.min_deg)), (max(low, level_deg + rule.min_deg), high)
    towards_rest, beyond = (under, over) if rule.direction == "increase" else (over, under)
    longest_s = max(window.end_s - window.start_s, MIN_BEYOND_S)
    for span, least_s in ((towards_rest, MIN_REST_S), (beyond, longest_s - LONGER_S)):
        found = find_neutral(before, {**bounds, name: span}) if span[0] < span[1] else None
        held = found is not None and _level_deg(before, name, found) is not None
        if held and found and (found.end_s or 0.0) - (found.start_s or 0.0) >= least_s:
            return found
    return None


def _level_deg(seen: Signals, name: str, window: NeutralWindow) -> float | None:
    """Return the counting signal's level in a window; None where it was not seen."""
    if window.start_s is None or window.end_s is None:
        return None
    values = seen.deg[name][seen.between(window.start_s, window.end_s)]
    return float(np.nanmedian(values)) if np.isfinite(values).any() else None


def _held_throughout(raw: Signals, form: Exercise, leg: LeftRight, window: NeutralWindow) -> bool:
    """Return whether a window is a leg's start posture too, as in quiet standing."""
    if window.start_s is None or window.end_s is None:
        return False
    inside = raw.between(window.start_s, window.end_s)
    held = posture_held(signals_from(raw, leg), form.start_posture.bounds_deg)
    return bool(inside.any() and held[inside].all())
