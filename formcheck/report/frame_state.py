"""What is shown over one picture, decided apart from how it is drawn, so that live use shares it."""

import math
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np

from formcheck.body.pose import Floats
from formcheck.body.signal_table import base_name
from formcheck.body.signals import Signals
from formcheck.coach.set_report import Fault, Repetition, SetReport, Severity, Withheld
from formcheck.report.back_limits import within_limits
from formcheck.report.words import (
    BACK,
    Focus,
    Phase,
    Shown,
    focus_of,
    phases,
    reason_text,
    shown_verdict,
    signal_label,
)

Back = Literal["ok", "beyond", "amber", "red", "not_judged"]
"""How the lower back is now; "beyond" a limit without a fault, as between repetitions or for information."""

CUE_STAYS_S = 2.0
"""A cue stays at least this long, or nobody could read it."""
VERDICT_STAYS_S = 2.5
MAX_SIGNAL_AGE_S = 0.25
"""An older value is not shown as if it were the present one."""

_RANK: dict[Severity, int] = {"info": 0, "amber": 1, "red": 2}


@dataclass(frozen=True, slots=True)
class Gauge:
    """A small scale: where the signal is between rest (0) and the set's furthest peak (1).

    ``share`` is None where the signal is withheld; ``target`` is the asked-for band on the same scale.
    """

    label: str
    value_deg: float | None
    share: float | None
    target: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class ShownCue:
    """A cue that is on screen."""

    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class OverlayState:
    """Everything that is drawn over one picture except the body itself.

    ``count`` is of finished repetitions; ``total`` that of the whole set, None while it is unknown.
    ``last_verdict`` is shown for a moment after a repetition. ``withheld`` names what cannot be judged
    now and ``withheld_why`` says why; both are empty where everything can.
    """

    t_s: float
    count: int
    total: int | None
    phase: Phase
    phase_word: str
    gauge: Gauge | None
    back: Back
    cue: ShownCue | None
    last_verdict: Shown | None
    withheld: str
    withheld_why: str
    facing: Literal["left", "right"] | None
    near_side: Literal["left", "right"] | None


def frame_state(
    report: SetReport, signals: Signals, t_s: float, *, focus: Focus | None = None, live: bool = False
) -> OverlayState:
    """Return what is to be shown at one instant.

    Parameters
    ----------
    report : SetReport
        The judged set; live, what is known of it so far.
    signals : Signals
        The angles over time.
    t_s : float
        The instant, in seconds of the recording.
    focus : Focus, optional
        What the exercise is about; where None, `focus_of` the report.
    live : bool
        While a set runs its total is unknown and therefore not shown.
    """
    focus = focus or focus_of(report)
    phase = _phase(_moving(report, t_s), focus, t_s)
    withheld, withheld_why = _withheld(report, focus, t_s)
    return OverlayState(
        t_s=t_s,
        count=sum(rep.move_end_s <= t_s for rep in report.reps),
        total=None if live else len(report.reps),
        phase=phase,
        phase_word=focus.phase_word(phase),
        gauge=_gauge(report, signals, focus, t_s),
        back=_back(report, signals, focus, t_s),
        cue=_cue(report, t_s),
        last_verdict=_last_verdict(report, t_s),
        withheld=withheld,
        withheld_why=withheld_why,
        facing=report.view.facing,
        near_side=report.view.near_side,
    )


def about_the_back(fault: Fault) -> bool:
    """Whether a fault is one of the lower back."""
    return base_name(fault.signal) == BACK


def _moving(report: SetReport, t_s: float) -> Repetition | None:
    """Return the repetition that is under way at an instant."""
    return next((rep for rep in report.reps if rep.move_start_s <= t_s < rep.move_end_s), None)


def _phase(rep: Repetition | None, focus: Focus, t_s: float) -> Phase:
    if rep is None:
        return "resting"
    return next((name for name, start_s, end_s in phases(rep, focus) if start_s <= t_s < end_s), "resting")


def value_at(signals: Signals, name: str, t_s: float) -> float | None:
    """Return a signal's value at the nearest instant, None where withheld or too long ago."""
    values = signals.deg.get(name)
    if values is None or not len(signals):
        return None
    i = nearest(signals.t_s, t_s)
    if abs(float(signals.t_s[i]) - t_s) > MAX_SIGNAL_AGE_S:
        return None
    value = float(values[i])
    return value if math.isfinite(value) else None


def nearest(times_s: Floats, t_s: float) -> int:
    """Return the index of the time nearest to an instant; ``times_s`` (T,) increase and are not empty."""
    right = min(int(np.searchsorted(times_s, t_s)), len(times_s) - 1)
    return min(max(right - 1, 0), right, key=lambda i: abs(float(times_s[i]) - t_s))


def _gauge(report: SetReport, signals: Signals, focus: Focus, t_s: float) -> Gauge | None:
    """Return the gauge; None where no repetition gives it a scale."""
    ranges = [rep.range[focus.signal] for rep in report.reps if focus.signal in rep.range]
    starts = [angle.start_deg for angle in ranges if math.isfinite(angle.start_deg)]
    peaks = [angle.peak_deg for angle in ranges if math.isfinite(angle.peak_deg)]
    if not starts or not peaks:
        return None
    rest_deg = median(starts)
    far_deg = max(peaks, key=lambda peak: abs(peak - rest_deg))
    bounds = [bound for bound in focus.target_deg or () if math.isfinite(bound)]
    if bounds:  # the scale ends a little beyond what was asked for
        least = min(bounds, key=lambda bound: abs(bound - rest_deg))
        asked = least + 0.1 * (least - rest_deg)
        far_deg = max(far_deg, asked) if asked > rest_deg else min(far_deg, asked)
    if abs(far_deg - rest_deg) < 1.0:
        return None

    def share(value_deg: float) -> float:
        return min(max((value_deg - rest_deg) / (far_deg - rest_deg), 0.0), 1.0)

    value_deg = value_at(signals, focus.signal, t_s)
    target = None
    if focus.target_deg is not None:
        low, high = sorted(share(bound) for bound in focus.target_deg)
        target = (low, high)
    label = signal_label(focus.signal)
    return Gauge(label, value_deg, None if value_deg is None else share(value_deg), target)


def _shown_faults(report: SetReport, t_s: float) -> list[Fault]:
    faults = [fault for rep in report.reps for fault in rep.faults]
    return [
        fault for fault in faults if fault.start_s <= t_s <= max(fault.end_s, fault.start_s + CUE_STAYS_S)
    ]


def _cue(report: SetReport, t_s: float) -> ShownCue | None:
    shown = [fault for fault in _shown_faults(report, t_s) if fault.cue]
    if not shown:
        return None
    worst = max(shown, key=lambda fault: (_RANK[fault.severity], fault.start_s))
    return ShownCue(worst.severity, worst.cue)


def _back(report: SetReport, signals: Signals, focus: Focus, t_s: float) -> Back:
    if value_at(signals, BACK, t_s) is None:
        return "not_judged"
    active = [
        fault.severity
        for rep in report.reps
        for fault in rep.faults
        if about_the_back(fault) and fault.start_s <= t_s <= fault.end_s
    ]
    if "red" in active:
        return "red"
    if "amber" in active:
        return "amber"
    if not within_limits(report, signals, focus, nearest(signals.t_s, t_s)):
        return "beyond"
    # A tick in a repetition whose back is called not judged would be read as "your back was fine".
    rep = _moving(report, t_s)
    return "ok" if rep is None or rep.lumbar_flexion_deg.judged else "not_judged"


def _last_verdict(report: SetReport, t_s: float) -> Shown | None:
    recent = [rep for rep in report.reps if 0 <= t_s - rep.move_end_s < VERDICT_STAYS_S]
    return shown_verdict(recent[-1]) if recent else None


def _withheld(report: SetReport, focus: Focus, t_s: float) -> tuple[str, str]:
    """Return what cannot be judged now and why: the counting signal first, then the back."""
    now = [item for item in report.cannot_judge if item.start_s <= t_s <= item.end_s]
    if not now:
        return "", ""

    def rank(item: Withheld) -> int:
        first = [focus.signal, BACK]
        return first.index(item.signal) if item.signal in first else len(first)

    chief = min(now, key=rank)
    same = sorted((item for item in now if item.reason == chief.reason), key=rank)
    labels = list(dict.fromkeys(signal_label(item.signal) for item in same))
    shown = labels[:2] + ([f"{len(labels) - 2} more"] if len(labels) > 2 else [])
    return ", ".join(shown), reason_text(chief.reason)
