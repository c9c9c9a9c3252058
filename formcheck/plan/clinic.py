"""Clinic mode: which movement comes next follows from how each was answered to (measurement.md, section 7).

Owned by a clinician; home mode knows nothing of this file.
"""

from collections.abc import Sequence
from statistics import fmean

from formcheck.plan.context import Context, NotToday, Offer
from formcheck.plan.directions import (
    DIRECTION,
    MARCH,
    STRETCH,
    held_by_direction,
    order_by_direction,
    red_directions,
)
from formcheck.plan.level import EASIER
from formcheck.plan.rules import Reason, because
from formcheck.plan.sessions import Session
from formcheck.plan.symptoms import felt, zone

MIN_RANKED_SESSIONS = 2
EASY_FIRST = frozenset({MARCH, STRETCH})
"""The default order asks for a low march and a small stretch."""


def offers(here: Context) -> tuple[tuple[Offer, ...], tuple[NotToday, ...]]:
    """Return today's movements in their order, and those that wait."""
    stands = {name: stand for name, stand in here.stands.items() if name in DIRECTION}
    order, why_order = order_by_direction(stands)
    waiting: list[NotToday] = []
    allowed: list[str] = []
    for name in (name for name in order if name in stands):
        reason = here.withheld(name) or held_by_direction(name, stands)
        if reason is None:
            allowed.append(name)
        else:
            waiting.append(NotToday(name, here.name(name), (reason,)))
    placed = _ranked(here, allowed, by_direction=bool(red_directions(stands)))
    offered = [
        here.offer(
            name,
            EASIER if here.noted or name in EASY_FIRST else 0,
            test=stands[name].state == "new",
            first=[*why_order, place],
        )
        for name, place in placed
    ]
    return tuple(offered), tuple(waiting)


def benefit(session: Session) -> float | None:
    """Return B = 3 (z0 - z1) + (n0 - n1) + gain of function; None where nothing was noted afterwards."""
    response = session.response
    if response is None or response.outcome is None:
        return None
    before, then = response.before, response.outcome
    function = 0
    if before.function is not None and then.function is not None:
        function = then.function - before.function
    return 3.0 * (zone(before) - zone(then)) + (felt(before) - felt(then)) + function


def mean_benefit(done: Sequence[Session]) -> tuple[float, int] | None:
    """Return the mean of B and over how many sessions; None below two."""
    known = [b for b in map(benefit, done) if b is not None]
    return (fmean(known), len(known)) if len(known) >= MIN_RANKED_SESSIONS else None


def _ranked(here: Context, names: Sequence[str], *, by_direction: bool) -> list[tuple[str, Reason]]:
    """Return movements with why each stands where it stands; the most helpful green ones first.

    What is not green, or not yet known over two sessions, follows in the order it came in. While a
    direction is red that order stands as it is.
    """
    means = {
        name: mean
        for name in names
        if here.stands[name].state == "open" and (mean := mean_benefit(here.past(name))) is not None
    }
    if by_direction:
        means = {}
    best = sorted(means, key=lambda name: -means[name][0])
    ranked = [
        (name, because("rank-benefit", exercise=here.name(name), sessions=means[name][1])) for name in best
    ]
    rest = [(name, because("order-default", exercise=here.name(name))) for name in names if name not in means]
    return ranked + rest
