"""How an exercise stands after its answers: open, halved, resting, to be tried again, or taken out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from formcheck.plan.entries import Entry
from formcheck.plan.screen import Mode, cleared
from formcheck.plan.sessions import Session

RED_REST = timedelta(hours=48)
GREENS_FORGET_RED = 2
"""Our choice: after so many green answers in a row an old red no longer counts as the first of two."""

State = Literal["new", "open", "halved", "resting", "retry", "removed"]


@dataclass(frozen=True, slots=True)
class Standing:
    """``red_at`` is the last red answer, ``until`` when its rest ends."""

    state: State
    red_at: datetime | None = None
    until: datetime | None = None


def removal_flag(exercise_id: str) -> str:
    """Return the flag under which a taken out exercise is given back."""
    return f"removed:{exercise_id}"


def standing(
    exercise_id: str,
    done: Sequence[Session],
    log: Sequence[Entry],
    mode: Mode,
    now: datetime,
    began: datetime | None = None,
) -> Standing:
    """Return how an exercise stands.

    A rest that was not over when the day ``began`` lasts for that day, so that nothing turns up in the
    middle of a session. A session whose answer was not noted changes nothing.
    """
    state: State = "new"
    reds, greens = 0, 0
    red_at: datetime | None = None
    for session in done:
        lit = session.judgement.light
        if lit is None:
            state = "open" if state == "new" else state
            continue
        if state == "removed" and red_at is not None and _given_back(log, exercise_id, red_at, mode, session):
            reds, state = 0, "open"
        if lit == "red":
            reds, greens, red_at = reds + 1, 0, session.last_at
            state = "removed" if reds > 1 else "retry"
        elif state != "removed":
            greens = greens + 1 if lit == "green" else 0
            reds = 0 if greens >= GREENS_FORGET_RED else reds
            state = "open" if lit == "green" else "halved"
    if (
        state == "removed"
        and red_at is not None
        and cleared(log, removal_flag(exercise_id), red_at, mode, now)
    ):
        state = "open"
    if state == "retry" and red_at is not None and (began or now) < red_at + RED_REST:
        state = "resting"
    return Standing(state, red_at, red_at + RED_REST if red_at else None)


def _given_back(
    log: Sequence[Entry], exercise_id: str, red_at: datetime, mode: Mode, session: Session
) -> bool:
    return cleared(log, removal_flag(exercise_id), red_at, mode, session.last_at)
