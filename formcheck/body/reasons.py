"""Why something cannot be judged, and what the person can do about it.

Signals carry the keys of this table; reports and pages turn them into sentences.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: ``why`` and ``how_to_fix`` are whole sentences for a patient."""

    why: str
    how_to_fix: str


REASONS: dict[str, Reason] = {
    "nobody": Reason("Nobody was in view.", "Step into the picture so that your whole body can be seen."),
    "too_small": Reason(
        "You are too far away to be measured.",
        "Move the camera closer until you fill about two thirds of the picture's height.",
    ),
    "cropped": Reason(
        "A part of your body that this needs was outside the picture.",
        "Step back, or move the camera back, until you can be seen from head to feet.",
    ),
    "hidden": Reason(
        "A joint that this needs was hidden or could not be located.",
        "Turn the working side to the camera, keep the arms away from it, and add light from the front.",
    ),
    "jump": Reason(
        "Body points jumped, as they do when a limb or somebody else is mistaken for yours.",
        "Keep other people out of the picture and choose a plain background.",
    ),
    "view_not_side": Reason(
        "The camera did not see you from the side.",
        "Turn until your shoulder points straight at the camera.",
    ),
    "view_not_front": Reason(
        "The camera did not see you from the front.",
        "Turn until your chest faces the camera.",
    ),
    "no_neutral": Reason(
        "There was no still moment in the start posture to measure from.",
        "Hold the start posture still for three seconds before the first repetition.",
    ),
    "no_lumbar_sensor": Reason(
        "This version has no lumbar sensor yet, so the lower back was not measured.",
        "Nothing you can change; treat the back as not checked.",
    ),
}


def why(key: str) -> str:
    """Return the sentence that says why; the key itself where it is no key of the table."""
    return REASONS[key].why if key in REASONS else key


def how_to_fix(key: str) -> str:
    """Return the sentence that says what to change; empty where it is no key of the table."""
    return REASONS[key].how_to_fix if key in REASONS else ""
