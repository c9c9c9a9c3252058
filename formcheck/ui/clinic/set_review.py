"""One shared set as a clinician looks through it: moments, verdicts, words, and on to the next one."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import streamlit as st

from formcheck.report import sentences
from formcheck.store.access import Actor
from formcheck.store.records import SetRow
from formcheck.ui.clinic import said
from formcheck.ui.guarded import kindly
from formcheck.ui.kept import kept
from formcheck.ui.player import linked_player
from formcheck.ui.review.result import not_judged
from formcheck.ui.sets import words
from formcheck.ui.sets.one_set import files, film, problems
from formcheck.ui.sets.stored import StoredSet, read_set
from formcheck.ui.text import plain

BESIDE = "beside"
COMPARABLE = 20


@dataclass(frozen=True, slots=True)
class Steps:
    """Where this page leads: back, to the next set with this one done, or without that.

    ``onward`` and ``later`` are None where there is no next one; ``reasons`` say why the set waits.
    """

    back: str
    go_back: Callable[[], None]
    onward: Callable[[], None]
    later: Callable[[], None] | None = None
    place: str = ""
    reasons: tuple[str, ...] = ()


def show(actor: Actor, set_id: str, steps: Steps) -> None:
    """Show a set that a clinician sees."""
    stored = read_set(kept(), actor, set_id)
    _steps(actor, set_id, steps)
    _headline(actor, stored, steps)
    problems(actor, stored, own=False)
    left, right = st.columns([5, 7], gap="large")
    with left:
        film(actor, stored, own=False)
        said.talk(actor, set_id)
    with right:
        if stored.analysis is not None and stored.focus is not None:
            linked_player(stored.analysis, stored.focus, rows=False)
            said.judging(actor, set_id, stored.analysis, stored.focus)
    _beside(actor, stored.row)
    if stored.analysis is not None:
        not_judged(stored.analysis.judged.report)
    files(stored)
    st.html(f'<p class="fc-fine">{escape(sentences.UNCERTAINTY)} {escape(sentences.NOT_A_DEVICE)}</p>')


def _steps(actor: Actor, set_id: str, steps: Steps) -> None:
    reviews = kept().reviews

    def done() -> None:
        reviews.finish(actor, set_id)
        steps.onward()

    with st.container(key="review-steps", horizontal=True, vertical_alignment="center"):
        st.button(
            steps.back,
            on_click=steps.go_back,
            icon=":material/arrow_back:",
            type="tertiary",
            key="review-back",
        )
        if steps.place:
            st.html(f'<p class="fc-place">{escape(steps.place)}</p>', width="content")
        if reviews.finished(actor, set_id):
            st.html('<p class="fc-place">✓ looked through</p>', width="content")
        if steps.later is not None:
            st.button("Later", on_click=steps.later, key="review-later", shortcut="X")
        label = "Done, next set" if steps.later is not None else "Done"
        st.button(label, on_click=kindly(done), type="primary", key="review-done", shortcut="N")


def _headline(actor: Actor, stored: StoredSet, steps: Steps) -> None:
    row = stored.row
    patient = kept().people.patient(actor, row.patient_id)
    st.title(plain(f"{patient.name}: {words.title(row)}"), anchor=False)
    facts = [words.when(row.performed_at, st.context.timezone), row.name]
    if stored.analysis is not None and stored.focus is not None:
        first, rest = sentences.headline_parts(stored.analysis.judged.report, focus=stored.focus)
        st.markdown(plain(f"{first} {rest}"))
    st.html(f'<p class="fc-facts">{escape(" · ".join(fact for fact in facts if fact))}</p>')
    if steps.reasons:
        items = "".join(f"<li>{escape(reason)}</li>" for reason in steps.reasons)
        st.html(f'<ul class="fc-needs" aria-label="Why it waits">{items}</ul>')
    if row.note:
        st.html(f'<blockquote class="fc-note">{escape(row.note)}</blockquote>')


def _beside(actor: Actor, row: SetRow) -> None:
    """Offer the patient's other sets of the exercise to look at beside this one."""
    rows = kept().sets.of_patient(actor, row.patient_id, exercise_id=row.exercise_id, limit=COMPARABLE + 1)
    others = {other.id: other for other in rows if other.id != row.id and other.state == "done"}
    if not others or not row.exercise_id:
        return
    zone = st.context.timezone

    def named(set_id: str) -> str:
        other = others[set_id]
        counted = ", ".join(text for _, text in words.outcome(other))
        return f"{words.when(other.performed_at, zone)}: {counted}"

    with st.container(key="beside-choice", horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Beside another set", list(others), format_func=named, key=f"beside-{row.id}")
        st.button("Show side by side", on_click=_open_beside, args=(chosen,), key="beside-open")


def _open_beside(set_id: str) -> None:
    st.query_params[BESIDE] = set_id
