"""*Exercises*: what each is for, how to set up, what is judged, and when not to do it."""

from html import escape

import streamlit as st

from formcheck.exercises.load import library
from formcheck.exercises.schema import Exercise
from formcheck.ui.samples import samples
from formcheck.ui.text import plain


def page() -> None:
    """Show the exercises of the library."""
    st.title("Exercises", anchor=False)
    st.markdown(
        "Choose one, set up the camera as it says, and hold the start posture still before you begin."
    )
    for loaded in library().values():
        with st.container(border=True, key=f"exercise-{loaded.exercise.id}"):
            _show(loaded.exercise)


def _show(exercise: Exercise) -> None:
    st.header(exercise.name, anchor=False)
    st.markdown(plain(exercise.summary))
    clip = next((each for each in samples() if each.exercise == exercise.id and each.clean), None)
    if clip is None:
        _tell(exercise)
        return
    film, words = st.columns([4, 8], gap="medium")
    with film:
        st.video(str(clip.path), alt=f"{exercise.name}, done cleanly")
    with words:
        _tell(exercise)


def _tell(exercise: Exercise) -> None:
    start = exercise.start_posture
    facts = [
        ("What it is for", exercise.purpose),
        ("Camera", exercise.camera.text),
        ("Start posture", start.text),
        ("Within reach", start.support),
        ("Asked for", _targets(exercise)),
        ("When not to do it", exercise.when_not),
    ]
    st.html(_listed([(name, text) for name, text in facts if text], "fc-sheet"))
    with st.expander("What is looked at, and what you may be told"):
        cues = [(f"“{fault.cue}”", fault.explanation) for fault in exercise.faults]
        st.html(_listed(cues, "fc-withheld"))


def _targets(exercise: Exercise) -> str:
    """Return sets, repetitions and tempo, in the order in which the phases are done."""
    targets = exercise.targets
    moves = exercise.repetition
    phases = [
        (moves.concentric_word, targets.concentric_s),
        ("holding", targets.hold_s),
        (moves.eccentric_word, targets.eccentric_s),
    ]
    if moves.first_phase == "eccentric":
        phases.reverse()
    tempo = ", ".join(f"{word} for about {length_s:g} s" for word, length_s in phases if length_s)
    return f"{targets.sets} sets of {targets.repetitions}: {tempo}."


def _listed(rows: list[tuple[str, str]], look: str) -> str:
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in rows)
    return f'<dl class="{look}">{items}</dl>'
