"""The limits of the lower back as curves: some move with the thigh, whose lift takes the pelvis along.

A flat line would show a normal repetition beyond its limit, and none at all would hide what it was judged by.
"""

import numpy as np

from formcheck.body.pose import Bools, Floats
from formcheck.body.signals import Signals
from formcheck.coach.set_report import Repetition, SetReport, Severity
from formcheck.report.words import BACK, Focus
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


def within_limits(report: SetReport, signals: Signals, focus: Focus, i: int) -> bool:
    """Whether the lower back lies within the nearest limits at instant ``i``, told or not, fault or not."""
    value_deg, at = float(signals.deg[BACK][i]), slice(i, i + 1)
    t_s = float(signals.t_s[i])
    rep = next((each for each in report.reps if each.move_start_s <= t_s < each.move_end_s), None)
    limits_deg = [bound for _, bound in focus.back_bounds_deg]
    limits_deg += [
        bound + (share * float(_rise(rep, signals, signal, at)[0]) if rep is not None else 0.0)
        for _, bound, signal, share in focus.back_rhythms_deg
    ]
    return all(value_deg <= limit if limit > 0 else value_deg >= limit for limit in limits_deg)


def _risen(report: SetReport, signals: Signals, signal: str) -> Floats:
    """Return how far a signal has risen from each repetition's start; 0 between repetitions."""
    risen = np.zeros(len(signals))
    for rep in report.reps:
        inside = signals.between(rep.move_start_s, rep.move_end_s)
        risen[inside] = _rise(rep, signals, signal, inside)
    return risen


def _rise(rep: Repetition, signals: Signals, signal: str, where: Bools | slice) -> Floats:
    """Return how far a signal has risen from a repetition's start, at some of all instants."""
    values, start = signals.deg.get(column_of_rep(signal, rep, signals)), rep.range.get(signal)
    if values is None or start is None:
        return np.zeros_like(signals.t_s[where])
    return np.maximum(0.0, np.nan_to_num(values[where] - start.start_deg))
