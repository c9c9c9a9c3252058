"""The curve of the leg that worked: in alternating sets another one in each repetition."""

from formcheck.body.pose import Floats
from formcheck.body.signals import Signals
from formcheck.coach.set_report import Repetition, SetReport


def column_of_rep(signal: str, rep: Repetition, signals: Signals) -> str:
    """Return the column of a signal that belongs to a repetition's working side."""
    own = f"{signal}_{rep.side}"
    return own if own in signals.deg else signal


def working_values(report: SetReport, signals: Signals, signal: str) -> Floats | None:
    """Return a signal over time, shape (T,), within each repetition that of the leg that worked.

    None where the signal is unknown.
    """
    if signal not in signals.deg:
        return None
    values = signals.deg[signal].copy()
    for rep in report.reps:
        inside = signals.between(rep.move_start_s, rep.move_end_s)
        values[inside] = signals.deg[column_of_rep(signal, rep, signals)][inside]
    return values
