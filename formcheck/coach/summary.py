"""A set in a few numbers, and what could not be judged of it."""

from collections.abc import Iterator, Sequence

import numpy as np

from formcheck.body import reasons
from formcheck.body.pose import Floats
from formcheck.body.signals import Signals
from formcheck.coach.events import RepDismissed
from formcheck.coach.set_report import Repetition, SetSummary, Tempo, Withheld
from formcheck.exercises.schema import BoundFault, Exercise, LeadFault

# Shorter flickers are not worth a patient's attention; our choice.
MIN_WITHHELD_S = 0.5
ALWAYS_TOLD = ("lumbar_flexion",)


def summarise(
    repetitions: Sequence[Repetition], dismissed: Sequence[RepDismissed], notes: Sequence[str]
) -> SetSummary:
    """Count verdicts, take median phase lengths, and gather what else should be said."""
    verdicts = [repetition.verdict for repetition in repetitions]
    judged = len(verdicts) - verdicts.count("cannot_judge")
    said = [*notes, *_dismissals(dismissed, repetitions)]
    # A recording may begin in the middle of a repetition, whose first phase has then no length.
    whole = [each for each in repetitions if min(each.concentric_s, each.eccentric_s) > 0]
    return SetSummary(
        reps=len(verdicts),
        ok=verdicts.count("ok"),
        borderline=verdicts.count("borderline"),
        fault=verdicts.count("fault"),
        cannot_judge=verdicts.count("cannot_judge"),
        judged_share=judged / len(verdicts) if verdicts else None,
        tempo_s=Tempo(
            concentric=_median([each.concentric_s for each in whole]),
            hold=_median([each.hold_s for each in whole]),
            eccentric=_median([each.eccentric_s for each in whole]),
        ),
        notes=tuple(said),
    )


def _median(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if values else None


def _dismissals(dismissed: Sequence[RepDismissed], repetitions: Sequence[Repetition]) -> list[str]:
    """Return what was not counted and why; what the other leg did in a counted repetition is part of that."""
    return [
        f"A movement at {item.start_s:.1f} s was not counted: {item.why}"
        for item in dismissed
        if not any(rep.move_start_s <= item.start_s <= rep.move_end_s for rep in repetitions)
    ]


def withheld_stretches(signals: Signals, exercise: Exercise) -> tuple[Withheld, ...]:
    """Return when each signal that this exercise uses could not be judged, why, and what to change."""
    names = dict.fromkeys([*exercise.requires, *_fault_signals(exercise), *ALWAYS_TOLD])
    return tuple(
        Withheld(name, start_s, end_s, reasons.why(key), reasons.how_to_fix(key))
        for name in names
        if name in signals.reason  # the leg that does not work changes from one repetition to the next
        for key, start_s, end_s in _stretches(signals.t_s, signals.reason[name].tolist())
    )


def _fault_signals(exercise: Exercise) -> list[str]:
    names: list[str] = []
    for rule in exercise.faults:
        if isinstance(rule, BoundFault | LeadFault):
            names.append(rule.signal)
        if isinstance(rule, LeadFault):
            names.append(rule.ahead_of)
    return names


def _stretches(t_s: Floats, keys: list[str]) -> Iterator[tuple[str, float, float]]:
    """Yield (reason, start, end) of stretches without a judgement, short interruptions bridged."""
    current: tuple[str, float, float] | None = None
    for t, key in zip(t_s.tolist(), keys, strict=True):
        if not key:
            continue
        if current is not None and key == current[0] and t - current[2] <= MIN_WITHHELD_S:
            current = (key, current[1], t)
            continue
        if current is not None and current[2] - current[1] >= MIN_WITHHELD_S:
            yield current
        current = (key, t, t)
    if current is not None and current[2] - current[1] >= MIN_WITHHELD_S:
        yield current
