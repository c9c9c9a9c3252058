"""``Instant``: all signals at one time, the unit that the analyzer is fed with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.body.pose import Floats
from formcheck.body.signals import Signals

LUMBAR = "lumbar_flexion"
"""The signal of the lower back."""
_BLOCK = 256  # rows that exist as Python numbers at once: they take ten times what arrays take


@dataclass(frozen=True, slots=True)
class Instant:
    """One row of `Signals`, and where the person stands.

    ``anchor`` is mid-hip x and y and the trunk's momentary length, all in full trunk lengths.
    """

    t_s: float
    deg: Mapping[str, float]
    sd_deg: Mapping[str, float]
    reason: Mapping[str, str]
    anchor: tuple[float, float, float]


def instants(signals: Signals, anchors: Floats) -> Iterator[Instant]:
    """Yield the rows of signals with their anchors, shape (T, 3), one at a time."""
    if len(signals) <= _BLOCK:
        yield from _block(signals, anchors)
        return
    for first in range(0, len(signals), _BLOCK):
        block = slice(first, first + _BLOCK)
        yield from _block(signals[block], anchors[block])


def _block(signals: Signals, anchors: Floats) -> Iterator[Instant]:
    names = list(signals.deg)
    columns = (
        [part[name].tolist() for name in names] for part in (signals.deg, signals.sd_deg, signals.reason)
    )
    rows = (zip(*each, strict=True) for each in columns)
    for t_s, deg, sd_deg, reason, anchor in zip(signals.t_s.tolist(), *rows, anchors.tolist(), strict=True):
        yield Instant(
            t_s=t_s,
            deg=dict(zip(names, deg, strict=True)),
            sd_deg=dict(zip(names, sd_deg, strict=True)),
            reason=dict(zip(names, reason, strict=True)),
            anchor=tuple(anchor),
        )


def column(rows: Sequence[Instant], name: str) -> Floats:
    """Return one signal over some instants, shape (T,)."""
    return np.array([row.deg[name] for row in rows])


def times(rows: Sequence[Instant]) -> Floats:
    """Return the times of some instants, shape (T,)."""
    return np.array([row.t_s for row in rows])
