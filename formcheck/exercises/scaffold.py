"""``formcheck exercises new``: a commented exercise file that is valid as it stands."""

import re
from pathlib import Path

from formcheck.errors import UsageError
from formcheck.exercises.load import LIBRARY, library

_COMMENTS = {
    "schema_version": "The shape of this file; leave it.",
    "version": "Raise it when you change what is counted or judged.",
    "purpose": "In the patient's words: what is it good for?",
    "requires": "Without these signals a repetition is 'cannot judge'.",
    "[camera]": 'Where the camera stands; view is "side" or "front".',
    "[start_posture]": "What is held still before the first repetition; angles are measured from it.",
    "[start_posture.bounds_deg]": "Lowest and highest degrees of each signal in that posture.",
    "[repetition]": "The first signal that the view allows counts; from min_deg on it counts.",
    "[targets]": "How many, and how many seconds each phase takes.",
    "[[faults]]": "One thing that can go wrong: a kind, its bounds (info, amber, red), a cue of 60 letters.",
    "[[variants]]": "Another form; which one a set has is found by its posture.",
    "[[progression]]": "The next step: one variable at a time.",
    "[[regression]]": "The easier step.",
}
_ID = re.compile(r"[a-z][a-z0-9-]*")


def scaffold(exercise_id: str, like: str = "squat") -> str:
    """Return the text of a new exercise file, after one of the library.

    Parameters
    ----------
    exercise_id : str
        Its id: small letters, digits and hyphens.
    like : str
        The exercise of the library that comes nearest.

    Raises
    ------
    UsageError
        When the id is not one, is taken, or there is nothing to start from.
    """
    known = library()
    if not _ID.fullmatch(exercise_id):
        raise UsageError(f"'{exercise_id}' is no id: use small letters, digits and hyphens, a letter first.")
    if exercise_id in known:
        raise UsageError(f"There is an exercise '{exercise_id}' already.")
    if like not in known:
        raise UsageError(f"There is no exercise '{like}' to start from; there are: {', '.join(known)}.")
    text = (LIBRARY / f"{like}.toml").read_text(encoding="utf-8")
    name = exercise_id.replace("-", " ").capitalize()
    text = re.sub(r'^id = ".*"$', f'id = "{exercise_id}"', text, count=1, flags=re.MULTILINE)
    text = re.sub(r'^name = ".*"$', f'name = "{name}"', text, count=1, flags=re.MULTILINE)
    head = (
        f"# {name}: an exercise of your own, begun as a copy of {like}.\n"
        f"# Check it: formcheck exercises check {Path(exercise_id).name}.toml\n"
        f"# Use it:   formcheck analyze video.mp4 --exercise {Path(exercise_id).name}.toml\n\n"
    )
    return head + _commented(text)


def _commented(text: str) -> str:
    """Put each explanation above the first line that it is about."""
    lines: list[str] = []
    open_ = dict(_COMMENTS)
    for line in text.splitlines():
        key = line.split(" = ")[0].strip()
        if key in open_:
            lines.append(f"# {open_.pop(key)}")
        lines.append(line)
    return "\n".join(lines) + "\n"
