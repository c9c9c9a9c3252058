"""A set may last for hours: the analyzer keeps what a repetition can still need, and no more."""

import gc
from collections.abc import Iterator

import numpy as np

from formcheck.body.signal_table import column_names
from formcheck.coach.analyzer import Analyzer
from formcheck.coach.instant import Instant
from formcheck.exercises.load import load

RATE_HZ = 10.0
SQUAT = load("squat").exercise
REP_S = 4.0


def alive() -> int:
    return sum(isinstance(each, Instant) for each in gc.get_objects())


def instants(seconds: float, absent_s: tuple[float, float]) -> Iterator[Instant]:
    """Squat after squat, with nobody in view for a while."""
    names = column_names()
    for t_s in np.arange(0.0, seconds, 1 / RATE_HZ).tolist():
        away = absent_s[0] <= t_s < absent_s[1]
        value = float("nan") if away else 50.0 - 50.0 * np.cos(2 * np.pi * t_s / REP_S)
        deg = dict.fromkeys(names, value)
        yield Instant(
            t_s,
            deg,
            dict.fromkeys(names, 2.0),
            dict.fromkeys(names, "nobody" if away else ""),
            (0.0, 0.0, 1.0),
        )


def test_instants_are_let_go_also_while_nobody_is_in_view() -> None:
    analyzer = Analyzer(
        SQUAT, SQUAT.repetition.signals[0], dict.fromkeys(SQUAT.repetition.signals, 0.0), "both"
    )
    gc.freeze()  # what was there before is not looked through each time
    before = alive()
    most = 0
    for i, instant in enumerate(instants(600.0, absent_s=(200.0, 400.0))):
        analyzer.feed(instant)
        most = max(most, alive() - before) if i % 50 == 0 else most
    analyzer.finish()
    gc.unfreeze()
    assert most <= (2 * SQUAT.repetition.max_s + 5.0) * RATE_HZ
    assert len(analyzer.repetitions) + len(analyzer.dismissed) >= 400.0 / REP_S - 3
