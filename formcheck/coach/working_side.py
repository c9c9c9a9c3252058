"""The body seen from the leg that works: the same names mean the working side, whichever that is.

In a one-legged exercise signals without a suffix are the working leg's, and ``other_`` ones the other leg's.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from formcheck.body.signals import Signals
from formcheck.body.view import LeftRight
from formcheck.coach.instant import Instant
from formcheck.exercises.rules import OTHER

Value = TypeVar("Value")


def opposite(side: LeftRight) -> LeftRight:
    """Return the other side."""
    return "right" if side == "left" else "left"


def from_side(columns: Mapping[str, Value], side: LeftRight) -> dict[str, Value]:
    """Return columns with those of one leg under plain names and those of the other under ``other_``."""
    renamed = _renamed(tuple(columns), side)
    return {**columns, **{new: columns[old] for new, old in renamed}}


@lru_cache(maxsize=64)
def _renamed(names: tuple[str, ...], side: LeftRight) -> tuple[tuple[str, str], ...]:
    mine, others = f"_{side}", f"_{opposite(side)}"
    plain = [(name.removesuffix(mine), name) for name in names if name.endswith(mine)]
    return (*plain, *((OTHER + name.removesuffix(others), name) for name in names if name.endswith(others)))


def instant_from(instant: Instant, side: LeftRight) -> Instant:
    """Return an instant as the working leg's."""
    return Instant(
        instant.t_s,
        from_side(instant.deg, side),
        from_side(instant.sd_deg, side),
        from_side(instant.reason, side),
        instant.anchor,
    )


def instants_from(rows: Sequence[Instant], side: LeftRight | None) -> list[Instant]:
    """Return instants as the working leg's; unchanged where both legs work."""
    return list(rows) if side is None else [instant_from(row, side) for row in rows]


def signals_from(signals: Signals, side: LeftRight) -> Signals:
    """Return signals as the working leg's."""
    return Signals(
        t_s=signals.t_s,
        deg=from_side(signals.deg, side),
        sd_deg=from_side(signals.sd_deg, side),
        reason=from_side(signals.reason, side),
    )


def column_of(name: str, side: LeftRight) -> str:
    """Return the column of ``signals.csv`` that an ``other_`` name means; other names stay."""
    return f"{name.removeprefix(OTHER)}_{opposite(side)}" if name.startswith(OTHER) else name
