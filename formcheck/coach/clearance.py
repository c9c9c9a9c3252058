"""Whether the foot cleared an object whose height somebody gave (measurement.md, section 5, E3).

The camera knows angles, not centimetres: a leg of usual length turns the one into the other. What is short of
the object by less than leg and landmarks are known to is let pass.
"""

import math
from collections.abc import Sequence

import numpy as np

from formcheck.coach.faults import SURE_Z
from formcheck.coach.instant import Instant, column
from formcheck.exercises.rules import ClearsFault
from formcheck.exercises.schema import Exercise

# Hip to ankle: .49 of the height of an adult of 1.70 m (Drillis and Contini's proportions).
LEG_CM = 83.0
# Adults of 1.55 to 1.90 m, and the landmarks' noise at the heel (measurement.md, section 5).
LEG_SD_SHARE = 0.06
HEEL_SD_CM = 2.0


def with_object(exercise: Exercise, height_cm: float | None) -> Exercise:
    """Return the exercise with the object's height told to the rules that ask for it."""
    if height_cm is None:
        return exercise
    faults = tuple(
        rule.model_copy(update={"height_cm": height_cm}) if isinstance(rule, ClearsFault) else rule
        for rule in exercise.faults
    )
    return exercise.model_copy(update={"faults": faults})


def over_an_object(exercise: Exercise) -> bool:
    """Return whether a foot is lifted over an object, so that somebody may give its height."""
    return any(isinstance(rule, ClearsFault) for rule in exercise.faults)


def not_asked(exercise: Exercise) -> str:
    """Return what to say where an object's clearance was not judged; empty where nothing is to be said."""
    missing = any(isinstance(rule, ClearsFault) and rule.height_cm is None for rule in exercise.faults)
    return "Whether the foot cleared the object was not judged: its height was not given." if missing else ""


def rise_cm(rule: ClearsFault, rows: Sequence[Instant]) -> float | None:
    """Return how high the foot was seen to rise in a repetition; None where it was not seen.

    Of the whole way the signal shows `shown_share`.
    """
    angle = column(rows, rule.signal) if rows else np.empty(0)
    seen = angle[np.isfinite(angle)]
    return LEG_CM * float(np.sin(np.radians(seen.max()))) if seen.size else None


def shown_share(rule: ClearsFault) -> float:
    """Return how much of the foot's way the rule's signal shows: its mildest bound, where it just clears."""
    return rule.bounds[0][1]


def object_cm(exercise: Exercise) -> float:
    """Return how high the object is that an exercise's target goes over."""
    return LEG_CM * math.sin(math.radians(exercise.repetition.target_deg)) / _shown_by(exercise)


def target_over_deg(exercise: Exercise, height_cm: float) -> float:
    """Return the target that goes over an object: the inverse of `object_cm`."""
    return math.degrees(math.asin(min(1.0, height_cm * _shown_by(exercise) / LEG_CM)))


def _shown_by(exercise: Exercise) -> float:
    return next((shown_share(rule) for rule in exercise.faults if isinstance(rule, ClearsFault)), 1.0)


def margin_cm(height_cm: float) -> float:
    """Return by how much a rise must fall short of a height to be surely too low."""
    return SURE_Z * float(np.hypot(HEEL_SD_CM, LEG_SD_SHARE * height_cm))
