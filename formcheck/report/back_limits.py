"""The limits of the lower back as curves: some move with the thigh, whose lift takes the pelvis along.

A flat line would show a normal repetition beyond its limit, and none at all would hide what it was judged by.
"""

import numpy as np

from formcheck.body.pose import Floats
from formcheck.body.signals import Signals
from formcheck.coach.set_report import SetReport, Severity
from formcheck.report.words import Focus
from formcheck.report.working_leg import column_of_rep

Limit = tuple[Severity, Floats]


def back_limits(report: SetReport, signals: Signals, focus: Focus) -> list[Limit]:
    """Return each limit of lumbar flexion in degrees over time, shape (T,).

    Parameters
    ----------
    report : SetReport
        The judged set, whose repetitions say which leg worked.
    signals : Signals
        The angles over time.
    focus : Focus
        Holds the exercise's bounds.
    """
    flat = np.ones(len(signals))
    limits = [(severity, bound * flat) for severity, bound in focus.back_bounds_deg]
    for severity, bound, signal, share in focus.back_rhythms_deg:
        limits.append((severity, bound + share * _risen(report, signals, signal)))
    return limits


def _risen(report: SetReport, signals: Signals, signal: str) -> Floats:
    """Return how far a signal has risen from each repetition's start; 0 between repetitions."""
    risen = np.zeros(len(signals))
    for rep in report.reps:
        values = signals.deg.get(column_of_rep(signal, rep, signals))
        start = rep.range.get(signal)
        if values is None or start is None:
            continue
        inside = signals.between(rep.move_start_s, rep.move_end_s)
        rise = np.nan_to_num(values[inside] - start.start_deg)
        risen[inside] = np.maximum(0.0, rise)
    return risen
