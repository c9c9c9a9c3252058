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
        "The lumbar sensor had no outline of your back, so the lower back was not measured.",
        "Analyse the video itself; until then treat the back as not checked.",
    ),
    "arm_over_back": Reason(
        "An arm was over the edge of your back, so the lower back could not be seen.",
        "Cross your arms on your chest, or keep your elbows well in front of your back.",
    ),
    "arm_at_start": Reason(
        "An arm hung over the edge of your back in the start posture, so there was nothing to measure from.",
        "Cross your arms on your chest before you hold the start posture still.",
    ),
    "back_hidden": Reason(
        "The outline of your lower back could not be seen.",
        "Keep your whole back in the picture, with nothing behind or in front of it, and add light.",
    ),
    "back_hidden_at_start": Reason(
        "The outline of your lower back could not be seen in the start posture.",
        "Stand clear of walls and furniture with your whole back in the picture, and hold still.",
    ),
    "unsteady_start": Reason(
        "The outline of your back was not steady in the start posture, so there was nothing to measure from.",
        "Hold the start posture still for three seconds, with nothing close behind your back.",
    ),
    "back_unlike": Reason(
        "Your back's outline looked like no back: clothes, hair, a hand or a thing behind you changed it.",
        "Tuck the shirt in or wear a closer one, put long hair up, and have nothing close behind your back.",
    ),
    "other_at_rest": Reason(
        "Back in the start posture, your back's outline was not what it was at the start: your clothes have "
        "moved, or you hold your back differently.",
        "Tuck the shirt in or wear a closer one, stand or sit as you did at the start, and start again.",
    ),
    "back_unsure": Reason(
        "Too little of your lower back could be seen to be sure of its angle.",
        "Keep arms and loose clothes off the edge of your back, and turn your side straight at the camera.",
    ),
    "lying": Reason(
        "You were lying, and the floor or the table hides the edge of your back.",
        "Slide a hand or a folded towel under it: the pressure should stay the same. The camera cannot tell.",
    ),
    "too_few_pictures": Reason(
        "There were fewer than 8 pictures a second, too few to follow your back.",
        "Use 25 pictures a second or more; good light helps the camera to keep up.",
    ),
}


def why(key: str) -> str:
    """Return the sentence that says why; the key itself where it is no key of the table."""
    return REASONS[key].why if key in REASONS else key


def how_to_fix(key: str) -> str:
    """Return the sentence that says what to change; empty where it is no key of the table."""
    return REASONS[key].how_to_fix if key in REASONS else ""
