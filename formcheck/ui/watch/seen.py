"""What a watcher's page shows: the figure, the numbers, and how old they are."""

import math
from typing import Any

from formcheck.exercises.schema import Exercise
from formcheck.live.figure import figure_svg
from formcheck.live.state import LiveState
from formcheck.live.watch import Watch
from formcheck.report.words import degrees
from formcheck.ui.live.board import gauges, texts

GENERAL = ("Slower.", "A smaller movement.", "Well done, go on.", "Stop, and rest.")
"""What fits every exercise."""
MOST_CUES = 18
NOTHING_YET = "No reading yet."
TOO_OLD = "No new reading. What was seen last is too old to be shown."

OVER: dict[str, Any] = {"over": True, "texts": {}, "htmls": {}, "wait_ms": 0, "hears": False}


def cues(exercise: Exercise, phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Return the cues to choose from: the exercise's own, what fits all, and the clinician's short phrases.

    Parameters
    ----------
    exercise : Exercise
        In the form that is done.
    phrases : tuple of str
        Short enough to be said during a movement.
    """
    own = (rule.spoken or rule.cue for rule in exercise.faults)
    return tuple(dict.fromkeys((*GENERAL, *own, *phrases)))[:MOST_CUES]


def watch_state(watch: Watch) -> dict[str, Any]:
    """Return the watcher's page of the moment: texts and drawings by the name of their place.

    No picture of a person, nothing from before this moment, and nothing at all once it is over.
    """
    if not watch.open:
        return OVER
    state, sight, age_s = watch.state, watch.sight, watch.age_s
    return {
        "over": False,
        "texts": _texts(watch, state),
        "htmls": _htmls(watch, state),
        "seen_s": None if sight is None else round(sight.t_s, 3),
        "age_ms": None if age_s is None else round(age_s * 1000),
        "wait_ms": math.ceil(watch.wait_s) * 1000,
        "hears": watch.hears,
    }


def _texts(watch: Watch, state: LiveState | None) -> dict[str, str]:
    names = ("say", "hint", "count", "of", "set", "wait", "cue", "withheld", "verdict", "sent")
    if state is None:
        return {**dict.fromkeys(names, ""), "say": NOTHING_YET if watch.age_s is None else TOO_OLD}
    shown = texts(state)
    return {**{name: shown.get(name, "") for name in names}, "sent": shown["advice"]}


def _htmls(watch: Watch, state: LiveState | None) -> dict[str, str]:
    sight = watch.sight
    if state is None or sight is None:
        return dict.fromkeys(("figure", "checks", "pace", "range", "back"), "")
    back = state.back.back if state.back is not None else "not_judged"
    figure = figure_svg(sight, back, state.near_side, state.facing)
    return {**gauges(state), "back": _back(state), "figure": figure}


def _back(state: LiveState) -> str:
    """Return the gauge of the back with its numbers, which a clinician wants to read."""
    drawn, gauge = gauges(state)["back"], state.back
    if not drawn or gauge is None:
        return ""
    if gauge.value_deg is None:
        return drawn
    bounds = " to ".join(degrees(each) for each in (gauge.low_deg, gauge.high_deg) if each is not None)
    return f'{drawn}<p class="fc-exact">{degrees(gauge.value_deg)} from the start posture, free {bounds}</p>'
