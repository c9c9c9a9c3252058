"""The questions that come first, and opening again what they locked."""

import streamlit as st

from formcheck.plan.context import Today
from formcheck.plan.entries import Clearance, ScreenAnswers
from formcheck.plan.rules import because
from formcheck.plan.screen import QUESTIONS, Question
from formcheck.ui.guarded import kindly
from formcheck.ui.plan import clock
from formcheck.ui.plan.plan_log import PlanLog
from formcheck.ui.plan.words import NOTHING_EXCLUDED
from formcheck.ui.text import plain

OPEN = "plan-screen-open"


def questions(log: PlanLog) -> None:
    """Ask all questions, none answered beforehand, and keep the answers.

    An emergency is told at once, before anything is kept.
    """
    st.markdown(
        "They find what a clinician should look at before you exercise. Answer each one for how it is now. "
        "Whatever is new or worse since you last answered is a yes."
    )
    with st.container(key="plan-questions"):
        for question in QUESTIONS:
            _ask(question)
    missing = sum(st.session_state.get(_key(question)) is None for question in QUESTIONS)
    st.caption(NOTHING_EXCLUDED)
    emergency = any(q.tier == "emergency" and st.session_state.get(_key(q)) == "Yes" for q in QUESTIONS)
    st.button(
        "Keep my answers" if not missing else f"Keep my answers ({missing} still open)",
        key="plan-screen-keep",
        type="primary",
        disabled=bool(missing) and not emergency,
        on_click=kindly(lambda: _keep(log)),
    )


def _ask(question: Question) -> None:
    answer = st.radio(question.text, ("Yes", "No"), index=None, horizontal=True, key=_key(question))
    if answer == "Yes" and question.tier == "emergency":
        said = because("screen-emergency", question=question.text).text
        st.error(plain(said), icon=":material/emergency:")


def clearance(log: PlanLog, plan: Today, *, by_clinician: bool) -> None:
    """Let those who may open again what is locked, with a dated note; nobody opens an emergency."""
    if plan.mode == "clinic" and not by_clinician:
        return
    st.subheader("After you have seen someone" if not by_clinician else "Open again", anchor=False)
    with st.form("plan-clearance"):
        if not by_clinician:
            since = min(lock.since.date() for lock in plan.locks)
            st.date_input(
                "On which day did you speak with a doctor or physiotherapist about this?",
                value=None,
                min_value=since,
                max_value=clock.now().date(),
                key="plan-consulted",
            )
        st.text_area("What was said, in a sentence", key="plan-note", max_chars=500)
        st.checkbox(
            "Exercising was said to be all right" if not by_clinician else "Exercise may begin",
            key="plan-allowed",
        )
        st.form_submit_button(
            "Keep this", on_click=kindly(lambda: _clear(log, plan, by_clinician=by_clinician))
        )


def _keep(log: PlanLog) -> None:
    answers = {question.id: st.session_state.get(_key(question)) for question in QUESTIONS}
    yes = tuple(name for name, answer in answers.items() if answer == "Yes")
    no = tuple(name for name, answer in answers.items() if answer == "No")
    log.add(ScreenAnswers(clock.now(), yes, no))
    st.session_state.pop(OPEN, None)
    for question in QUESTIONS:
        st.session_state.pop(_key(question), None)


def _clear(log: PlanLog, plan: Today, *, by_clinician: bool) -> None:
    state = st.session_state
    note, day = str(state.get("plan-note") or "").strip(), state.get("plan-consulted")
    if not note or not state.get("plan-allowed") or (day is None and not by_clinician):
        state["plan-missing"] = (
            "Needed are the day, a sentence, and that exercising was said to be all right."
        )
        return
    flags = tuple(lock.flag for lock in plan.locks)
    by = "clinician" if by_clinician else "person"
    log.add(Clearance(clock.now(), by, flags, note, None if by_clinician else day))  # type: ignore[arg-type]


def _key(question: Question) -> str:
    return f"plan-screen-{question.id}"
