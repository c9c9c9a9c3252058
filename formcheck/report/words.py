"""The words and marks that every view shares: names of angles, phases and verdicts, times, numbers."""

import math
from dataclasses import dataclass
from statistics import median
from typing import Literal

from formcheck.body.reasons import why
from formcheck.coach.faults import SURE_Z
from formcheck.coach.rep_faults import RANGE_SD_SHARE
from formcheck.coach.set_report import Repetition, SetReport, Severity
from formcheck.exercises.load import library
from formcheck.exercises.schema import BoundFault, Exercise, RangeFault

MINUS, DASH, DEGREE = "\N{MINUS SIGN}", "\N{EN DASH}", "\N{DEGREE SIGN}"

BACK = "lumbar_flexion"

Phase = Literal["resting", "concentric", "hold", "eccentric"]

Shown = Literal["ok", "back_unseen", "borderline", "fault", "cannot_judge"]
"""A verdict as it is shown: "back_unseen" is "ok" but for the lower back, which was not judged.

A tick would be read as "your back was fine". The exercise may not ask for the back, as a squat does not.
"""

VERDICT_WORD: dict[Shown, str] = {
    "ok": "No fault seen",
    "back_unseen": "No fault seen, back not judged",
    "borderline": "Borderline",
    "fault": "Fault",
    "cannot_judge": "Not judged",
}
SHORT_VERDICT_WORD: dict[Shown, str] = {**VERDICT_WORD, "back_unseen": "Back not judged"}
"""Where there is little room, or little time to read."""
VERDICT_MARK: dict[Shown, str] = {
    "ok": "✓",
    "back_unseen": "○",
    "borderline": "≈",
    "fault": "!",
    "cannot_judge": "?",
}

_SIGNAL_LABEL = {
    "trunk_thigh": "hip bend",
    "hip_flexion": "hip flexion",
    "knee_flexion": "knee bend",
    "leg_bend": "knee bend",
    "trunk_lean": "trunk lean",
    "thigh_elevation": "thigh angle",
    "leg_elevation": "leg raise",
    "leg_rise": "leg lift",
    "heel_rise": "heel rise",
    "shoulder_flexion": "arm raise",
    "thigh_inclination": "thigh tilt",
    "trunk_inclination": "trunk tilt",
    "trunk_lateral_tilt": "sideways lean",
    "pelvis_obliquity": "belt line tilt",
    "lumbar_flexion": "lower back",
}


# What the library's faults are called; those of an exercise of one's own are called by their id.
_FAULT_LABEL = {
    "arch": "lower back arches",
    "arching": "lower back arches",
    "arched-start": "arched at the start",
    "round": "lower back rounds",
    "rounding": "lower back rounds",
    "slump": "lower back rounds",
    "slumped-start": "rounded at the start",
    "lumbar-dominated": "mostly the lower back",
    "spine-without-hips": "back without hips",
    "hips-stay": "hip hardly moves",
    "static": "held still",
    "not-together": "one part after the other",
    "twist": "chest turns",
    "rushing": "rushed",
    "hips-first": "trunk before knees",
    "knees-first": "knees before trunk",
    "squatting": "knees bend too far",
    "dropping": "let fall",
    "too-fast": "lowered too fast",
    "held-knee-slips": "held knee slips away",
    "hands-push": "hands push off",
    "heels-rise": "heels lift",
    "lean-back": "leaning back",
    "lean-forward": "leaning forward",
    "stance-leg-bend": "standing knee bends",
    "knee-bend": "lifted knee bends",
    "knee-changes": "knee bends on the way",
    "knee-straightens": "knee straightens on the way",
    "pelvic-drop": "belt line drops",
    "pelvic-hike": "belt line goes up",
    "side-lean-left": "tipping to the left",
    "side-lean-right": "tipping to the right",
    "other-leg": "other leg lifts",
    "momentum": "swung up",
    "swing": "leg swings",
    "dropped-end": "dropped at the end",
    "incomplete": "not fully back",
    "short": "smaller than asked",
    "not-clear": "object not cleared",
    "squatting-in-front": "thighs come too far forward",
}


@dataclass(frozen=True, slots=True)
class Focus:
    """What a set's pictures are about; made from the exercise.

    Parameters
    ----------
    signal : str
        The signal that counts the repetitions.
    target_deg : (float, float), optional
        The band of that signal that is asked for at a repetition's peak, in its own degrees; infinity
        where it is open.
    first_phase : {"concentric", "eccentric"}
        Which one the outward movement is: a leg lift begins with the first, a squat with the second.
    back_bounds_deg : tuple of (severity, float)
        The exercise's bounds of lumbar flexion, signed.
    back_rhythms_deg : tuple of (severity, float, str, float)
        Bounds that rise with another signal by a share of it, as a normal accompaniment.
    concentric_word, eccentric_word : str
        What the phases are called to the person.
    slack_deg : float
        How far short of the target a peak may be and still have reached it, as far as measuring can tell.
    """

    signal: str
    target_deg: tuple[float, float] | None = None
    first_phase: Literal["concentric", "eccentric"] = "concentric"
    back_bounds_deg: tuple[tuple[Severity, float], ...] = ()
    back_rhythms_deg: tuple[tuple[Severity, float, str, float], ...] = ()
    concentric_word: str = "lifting"
    eccentric_word: str = "lowering"
    slack_deg: float = 0.0

    def phase_word(self, phase: Phase) -> str:
        """Return the word for a phase."""
        words: dict[Phase, str] = {
            "resting": "ready",
            "concentric": self.concentric_word,
            "hold": "holding",
            "eccentric": self.eccentric_word,
        }
        return words[phase]

    def reached(self, peak_deg: float) -> bool | None:
        """Whether a peak lies in the target band; None without a target or a number."""
        if self.target_deg is None or not math.isfinite(peak_deg):
            return None
        low, high = self.target_deg
        return low - self.slack_deg <= peak_deg <= high + self.slack_deg


def focus_of(
    report: SetReport,
    *,
    exercise: Exercise | None = None,
    signal: str | None = None,
    target_band_deg: tuple[float, float] | None = None,
) -> Focus:
    """Return what a report is about.

    Parameters
    ----------
    report : SetReport
        The judged set.
    exercise : Exercise, optional
        What it was judged as, in any of its forms; looked up in the library by the report's exercise id
        where None.
    signal : str, optional
        The signal that counted; else the exercise's first one that the report has, else the one that
        moved most.
    target_band_deg : (float, float), optional
        Else from the exercise: its target, or the share of it below which a repetition is called short,
        from the level at which repetitions start; open above.
    """
    exercise = exercise or _from_library(report.exercise.id)
    names = exercise.repetition.signals if exercise else ()
    shown = signal or next((name for name in names if _has(report, name)), None) or _moved_most(report)
    if exercise is None:
        return Focus(shown, target_band_deg)
    exercise = exercise.in_form(report.exercise.form)
    slack_deg = 0.0
    if target_band_deg is None and shown == names[0]:
        target_band_deg = _target_band(report, exercise, shown)
        slack_deg = SURE_Z * RANGE_SD_SHARE * exercise.repetition.target_deg  # as "short" is judged
    return Focus(
        shown,
        target_band_deg,
        exercise.repetition.first_phase,
        _back_bounds(exercise),
        _back_rhythms(exercise),
        exercise.repetition.concentric_word,
        exercise.repetition.eccentric_word,
        slack_deg,
    )


def _from_library(exercise_id: str) -> Exercise | None:
    known = library()
    return known[exercise_id].exercise if exercise_id in known else None


def _has(report: SetReport, signal: str) -> bool:
    return any(signal in rep.range for rep in report.reps)


def _moved_most(report: SetReport) -> str:
    movement: dict[str, float] = {}
    for rep in report.reps:
        for name, angle in rep.range.items():
            moved = angle.max_deg - angle.min_deg
            if math.isfinite(moved):
                movement[name] = max(movement.get(name, 0.0), moved)
    return max(movement, key=lambda name: movement[name]) if movement else "trunk_thigh"


def _target_band(report: SetReport, exercise: Exercise, signal: str) -> tuple[float, float]:
    shares = [
        bound
        for fault in exercise.faults
        if isinstance(fault, RangeFault) and fault.signal is None
        for _, bound in fault.bounds
    ]
    asked_deg = exercise.repetition.target_deg * max(shares, default=1.0)
    starts = [rep.range[signal].start_deg for rep in report.reps if signal in rep.range]
    known = [start for start in starts if math.isfinite(start)]
    rest_deg = median(known) if known else 0.0
    if exercise.repetition.direction == "decrease":
        return -math.inf, rest_deg - asked_deg
    return rest_deg + asked_deg, math.inf


def _back_bounds(exercise: Exercise) -> tuple[tuple[Severity, float], ...]:
    """Return the plain bounds of lumbar flexion."""
    rules = [fault for fault in exercise.faults if isinstance(fault, BoundFault)]
    return tuple(
        bound for rule in rules if rule.signal == BACK and rule.less_signal is None for bound in rule.bounds
    )


def _back_rhythms(exercise: Exercise) -> tuple[tuple[Severity, float, str, float], ...]:
    """Return the bounds of lumbar flexion from which a normal accompaniment is subtracted."""
    rules = [fault for fault in exercise.faults if isinstance(fault, BoundFault) and fault.signal == BACK]
    return tuple(
        (severity, bound, rule.less_signal, rule.less_share)
        for rule in rules
        if rule.less_signal is not None
        for severity, bound in rule.bounds
    )


def phases(rep: Repetition, focus: Focus) -> list[tuple[Phase, float, float]]:
    """Return a repetition's phases in the order of time, as (phase, start in s, end in s)."""
    outward, back = rep.concentric_s, rep.eccentric_s
    order: list[Phase] = ["concentric", "hold", "eccentric"]
    if focus.first_phase == "eccentric":
        outward, back = back, outward
        order.reverse()
    first_end_s = min(rep.move_start_s + outward, rep.move_end_s)
    hold_end_s = min(first_end_s + rep.hold_s, rep.move_end_s)
    bounds = [rep.move_start_s, first_end_s, hold_end_s, rep.move_end_s]
    return [(phase, bounds[i], bounds[i + 1]) for i, phase in enumerate(order) if bounds[i + 1] > bounds[i]]


def shown_verdict(rep: Repetition) -> Shown:
    """Return a repetition's verdict as it is shown."""
    return "back_unseen" if rep.verdict == "ok" and not rep.lumbar_flexion_deg.judged else rep.verdict


def signal_label(name: str) -> str:
    """Return what a signal is called to a person, such as ``"knee bend (left)"``."""
    for side in ("left", "right"):
        if name.endswith(f"_{side}"):
            return f"{signal_label(name.removesuffix(f'_{side}'))} ({side})"
    return _SIGNAL_LABEL.get(name, name.replace("_", " ").replace("-", " "))


def fault_label(fault_id: str) -> str:
    """Return what a fault is called to a person; short, since tiles of the summary have little room."""
    return _FAULT_LABEL.get(fault_id, fault_id.replace("-", " ").replace("_", " "))


def reason_text(reason: str) -> str:
    """Return why something was withheld as a sentence, whether given as a key or in words."""
    text = why(reason)
    if text == reason and " " not in reason:
        text = reason.replace("_", " ")
    text = text[:1].upper() + text[1:]
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def degrees(value: float | None) -> str:
    """Return a whole number of degrees; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return DASH
    return f"{round(value)}{DEGREE}".replace("-", MINUS)


def seconds(value: float | None) -> str:
    """Return seconds with one decimal and the unit; a dash where there is none."""
    return DASH if value is None or not math.isfinite(value) else f"{value:.1f} s"


def clock(t_s: float) -> str:
    """Return a time of the recording as minutes and seconds, such as ``"1:07.3"``."""
    tenths = round(max(t_s, 0.0) * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


def listed(items: list[str]) -> str:
    """Return ``"a"``, ``"a and b"``, ``"a, b and c"``."""
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))
