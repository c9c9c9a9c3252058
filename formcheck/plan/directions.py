"""Which way each step moves the spine, what a red answer holds back, and the seated lift's own rule.

The ordering by direction belongs to clinic mode (measurement.md, sections 7 and 8).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from formcheck.plan.entries import Clearance, Entry, SymptomReport, in_order
from formcheck.plan.rules import Reason, because
from formcheck.plan.screen import Mode, may_clear
from formcheck.plan.standing import Standing
from formcheck.plan.symptoms import BUTTOCK, zone

STRETCH, MARCH, SEATED, LOWERING = (
    "couch-stretch-active",
    "march-neutral",
    "seated-lift-over",
    "lengthened-lowering",
)
Direction = Literal["extension", "flexion", "mid-range"]
DIRECTION: dict[str, Direction] = {
    STRETCH: "extension",
    LOWERING: "extension",
    SEATED: "flexion",
    MARCH: "mid-range",
}
DEFAULT_ORDER = (MARCH, STRETCH, SEATED, LOWERING)
_AFTER_RED: dict[Direction, tuple[str, ...]] = {
    "flexion": (STRETCH, MARCH, LOWERING, SEATED),
    "extension": (MARCH, SEATED, STRETCH, LOWERING),
}
_RED = ("resting", "retry", "removed")
SEATED_FLAG = SEATED


def red_directions(stands: Mapping[str, Standing]) -> tuple[Direction, ...]:
    """Return the directions of which a movement answered red and has not answered better since."""
    found = {DIRECTION[name] for name, stand in stands.items() if stand.state in _RED}
    return tuple(direction for direction in ("flexion", "extension") if direction in found)


def order_by_direction(stands: Mapping[str, Standing]) -> tuple[tuple[str, ...], tuple[Reason, ...]]:
    """Return the order to start from, and why it is not the usual one."""
    red = red_directions(stands)
    reasons = tuple(because(f"order-{direction}-red") for direction in red)
    return (_AFTER_RED[red[0]] if len(red) == 1 else DEFAULT_ORDER), reasons


def held_by_direction(exercise_id: str, stands: Mapping[str, Standing]) -> Reason | None:
    """Return why a movement waits for another one of its direction; None where it does not."""
    direction = DIRECTION[exercise_id]
    others = [name for name in stands if name != exercise_id and DIRECTION[name] == direction != "mid-range"]
    if any(stands[name].state in _RED for name in others) and stands[exercise_id].state not in _RED:
        return because(f"order-{direction}-red")
    return None


def seated_lift_withheld(log: Sequence[Entry], mode: Mode, now: datetime) -> Reason | None:
    """Return why the seated lift waits; None where it may be done.

    Pain beyond the buttock or any tingling withholds it until it is allowed; what was known when it was
    allowed does not withhold it again, more than that does.
    """
    since: datetime | None = None
    known_zone, known_neuro = BUTTOCK, False
    worst_zone, any_neuro = 0, False
    for entry in in_order(log):
        if isinstance(entry, SymptomReport):
            worst_zone = max(worst_zone, zone(entry))
            any_neuro = any_neuro or entry.tingling_or_weakness
            beyond = zone(entry) > known_zone or (entry.tingling_or_weakness and not known_neuro)
            since = entry.at if beyond else since
        elif isinstance(entry, Clearance) and since is not None and _allows(entry, since, mode, now):
            since = None
            known_zone, known_neuro = max(BUTTOCK, worst_zone), any_neuro
    return because("withhold-seated-lift") if since is not None else None


def _allows(entry: Clearance, since: datetime, mode: Mode, now: datetime) -> bool:
    return SEATED_FLAG in entry.flags and since < entry.at <= now and may_clear(entry, since, mode)
