"""One row of the decision table, and the two ways to write one about a day."""

from collections.abc import Callable
from dataclasses import dataclass

from formcheck.plan.context import Today
from formcheck.plan.entries import Entry
from formcheck.plan.screen import Mode
from tests.plan.builders import asked, felt, today

Log = tuple[Entry, ...]
OK = (asked(),)
BASE = felt("before", 1, 2)
NEXT = felt("before", 1, 2, day=3)


@dataclass(frozen=True)
class Row:
    """``rule`` must be among the rules of the outcome, and ``check`` must hold of it."""

    rule: str
    what: str
    rules_of: Callable[[], tuple[str, ...]]
    check: Callable[[], bool]


def day(
    rule: str,
    what: str,
    log: Log,
    on_day: int,
    check: Callable[[Today], bool],
    mode: Mode = "clinic",
    hour: float = 12.0,
) -> Row:
    return Row(
        rule,
        what,
        lambda: today(log, on_day, mode, hour).rule_ids,
        lambda: check(today(log, on_day, mode, hour)),
    )


def ids(plan: Today) -> list[str]:
    return [offer.exercise_id for offer in plan.offers]


def waits(exercise_id: str) -> Callable[[Today], bool]:
    return lambda plan: exercise_id in [each.exercise_id for each in plan.not_today]


def is_in(state: str) -> Callable[[Today], bool]:
    return lambda plan: plan.state == state and (state in ("go", "done") or not plan.offers)
