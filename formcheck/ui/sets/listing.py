"""A list of sets, for its patient and for a clinician alike."""

from collections.abc import Callable
from html import escape

import streamlit as st

from formcheck.report.words import clock
from formcheck.store.access import Actor, Level
from formcheck.store.records import SetRow
from formcheck.store.sets import PAGE
from formcheck.ui.kept import kept
from formcheck.ui.sets import words

ALL = "All exercises"


def show(actor: Actor, patient_id: str, open_set: Callable[[str], None], *, sharing: bool) -> None:
    """Show a patient's sets, newest first, with a filter and more on demand.

    Parameters
    ----------
    actor : Actor
        Who looks.
    patient_id : str
        Whose sets.
    open_set : callable
        Called with a set's id when it shall be shown.
    sharing : bool
        Whether to say how much of each is shared.
    """
    sets = kept().sets
    exercises = sets.exercises(actor, patient_id)
    wanted = ""
    if len(exercises) > 1:
        wanted = st.selectbox(
            "Exercise", ["", *exercises], format_func=lambda key: exercises.get(key, ALL), key="set-filter"
        )
    shown = st.session_state.setdefault("sets-shown", PAGE)
    rows = sets.of_patient(actor, patient_id, exercise_id=wanted, limit=shown + 1)
    for row in rows[:shown]:
        _line(row, open_set, sharing=sharing)
    if len(rows) > shown:
        st.button("Show older ones", on_click=_more)


def _more() -> None:
    st.session_state["sets-shown"] += PAGE


def _line(row: SetRow, open_set: Callable[[str], None], *, sharing: bool) -> None:
    with st.container(key=f"set-{row.id}", horizontal=True, vertical_alignment="center", border=True):
        st.html(_summary(row, sharing=sharing))
        st.button(
            "Open",
            key=f"open-{row.id}",
            on_click=open_set,
            args=(row.id,),
        )


def _summary(row: SetRow, *, sharing: bool) -> str:
    facts = [words.when(row.performed_at, st.context.timezone), words.count(row)]
    if row.state == "done" and row.duration_s:
        facts.append(clock(row.duration_s))
    if sharing and row.shared > Level.NOTHING:
        facts.append(f"shared: {words.LEVELS[row.shared].lower()}")
    marks = "".join(
        f'<span class="fc-chip fc-{mark}">{escape(text)}</span>' for mark, text in words.outcome(row)
    )
    line = " · ".join(escape(fact) for fact in facts if fact)
    name = "" if words.title(row) == row.name else f' <span class="fc-name">{escape(row.name)}</span>'
    what = f"<p><strong>{escape(words.title(row))}</strong>{name}</p>"
    return f'<div class="fc-set">{what}<p>{line}</p><p>{marks}</p></div>'
