"""*Plan*: what today brings and why, how it feels, and the questions that come first."""

from collections.abc import Callable, Mapping
from functools import partial
from html import escape

import streamlit as st

from formcheck.exercises.load import LoadedExercise, library
from formcheck.exercises.schema import Exercise
from formcheck.plan.context import Ask, NotToday, Offer, State, Today
from formcheck.plan.entries import SetDone, Stopped
from formcheck.plan.rules import Reason
from formcheck.plan.today import plan_today
from formcheck.report.sentences import NOT_A_DEVICE
from formcheck.store.access import NOBODY
from formcheck.ui.accounts.asking import page_actor
from formcheck.ui.accounts.notice import not_logged_in
from formcheck.ui.clinic import patient_side
from formcheck.ui.guarded import kindly
from formcheck.ui.kept import kept
from formcheck.ui.live.choosing import live_query
from formcheck.ui.live.page import page as live_page
from formcheck.ui.plan import clock, screening, symptom_form
from formcheck.ui.plan.plan_log import PlanLog, StoredLog
from formcheck.ui.plan.words import CLINIC_NOTE, HOME_NOTE, STATE_TITLE, STOP_IF_IT_HURTS
from formcheck.ui.text import plain

PATIENT = "patient"


def page() -> None:
    """Show *Plan*; a clinician sees that of the patient whom the address names."""
    actor = page_actor()
    if actor == NOBODY:
        not_logged_in()
        return
    by_clinician = actor.role == "clinician"
    patient_id = st.query_params.get(PATIENT, "") if by_clinician else actor.account_id
    if not patient_id:
        st.title("Plan", anchor=False)
        st.info("Choose a patient first.", icon=":material/info:")
        return
    log = StoredLog(kept(), actor, patient_id, clock.zone())
    if log.mode == "home":
        show(log)
        return
    show(
        log,
        by_clinician=by_clinician,
        known=patient_side.library_of(actor, patient_id),
        prescribed=partial(patient_side.show, actor, patient_id),
    )


def show(
    log: PlanLog,
    *,
    by_clinician: bool = False,
    known: Mapping[str, LoadedExercise] | None = None,
    prescribed: Callable[..., None] | None = None,
) -> None:
    """Show the plan of a log.

    Parameters
    ----------
    log : PlanLog
        Where its entries are.
    by_clinician : bool
        Whether a clinician looks.
    known : mapping of str to LoadedExercise, optional
        The exercises that it is made of; None: those of the library.
    prescribed : callable, optional
        Shows what a clinician prescribes, given the entries and ``open_today``.
    """
    exercises = {name: loaded.exercise for name, loaded in (known or library()).items()}
    plan = plan_today(log.entries(), log.mode, clock.now(), exercises)
    asking_again = bool(st.session_state.get(screening.OPEN)) and plan.state != "emergency"
    state: State = "go" if _nothing_of_its_own(plan) else plan.state
    st.title("A few questions" if asking_again else STATE_TITLE[state], anchor=False)
    symptom_form.complaint()
    if plan.state in ("emergency", "see_someone"):
        _locked(log, plan, by_clinician=by_clinician)
        return
    if asking_again or plan.state == "screen":
        screening.questions(log)
        return
    if prescribed is not None:
        prescribed(
            log.entries(), open_today=plan.state in ("go", "done", "before") or _nothing_of_its_own(plan)
        )
    for reason in plan.reasons:
        say = st.warning if plan.state == "stop" else st.info
        say(plain(reason.text), icon=":material/info:")
    _today(log, plan, exercises)


def _nothing_of_its_own(plan: Today) -> bool:
    """Whether the day rests only because nothing that is prescribed is one of the plan's own steps."""
    return plan.state == "rest" and not plan.reasons and not plan.not_today


def _locked(log: PlanLog, plan: Today, *, by_clinician: bool) -> None:
    for reason in plan.reasons:
        if plan.state == "emergency":
            st.error(plain(reason.text), icon=":material/emergency:")
        else:
            st.warning(plain(reason.text), icon=":material/info:")
    if plan.state == "see_someone":
        screening.clearance(log, plan, by_clinician=by_clinician)
        st.button("Something else has changed", on_click=_ask_again, key="plan-screen-again")
        if st.session_state.get(screening.OPEN):
            screening.questions(log)


def _today(log: PlanLog, plan: Today, exercises: dict[str, Exercise]) -> None:
    ask = st.session_state.get(symptom_form.NOTE_NOW) or plan.ask
    if ask is not None:
        name = exercises[ask.exercise_id].name if ask.exercise_id in exercises else ""
        symptom_form.show(log, ask, name)
    for offer in plan.offers:
        _offer(log, plan, offer)
    if plan.not_today:
        st.subheader("Not yet", anchor=False)
        for waiting in plan.not_today:
            _waits(waiting)
    for notice in plan.notices:
        st.info(plain(notice.reason.text), icon=":material/info:")
    if plan.state in ("go", "done", "before"):
        st.html(f'<p class="fc-stop">{escape(STOP_IF_IT_HURTS)}</p>')
    with st.container(horizontal=True):
        st.button("Something has changed", on_click=_ask_again, key="plan-screen-again")
        if plan.state in ("rest", "stop", "done"):
            st.button("Note how it is", on_click=_note_now, args=(plan,), key="plan-note-now-button")
    note = CLINIC_NOTE if plan.mode == "clinic" else HOME_NOTE
    st.html(f'<p class="fc-fine">{escape(note)} {escape(NOT_A_DEVICE)}</p>')


def _offer(log: PlanLog, plan: Today, offer: Offer) -> None:
    """Show an exercise; the one to do now with its buttons, the others folded."""
    is_next = plan.next_offer is not None and plan.next_offer.exercise_id == offer.exercise_id
    with st.container(border=True, key=f"plan-offer-{offer.exercise_id}"):
        mark = "✓ " if offer.done else ""
        st.subheader(f"{mark}{plain(offer.name)}", anchor=False)
        sets = "one set" if offer.sets == 1 else f"{offer.sets} sets"
        done = f", {offer.sets_done} done" if offer.sets_done else ""
        st.markdown(f"{sets} of {offer.repetitions}{done}")
        for change in offer.changes:
            st.markdown(f"- {plain(change)}")
        with st.expander("Why this today", expanded=is_next):
            st.html(_reasons(offer.reasons))
        if is_next:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.page_link(
                    st.Page(live_page, url_path="live"),
                    label="Exercise live",
                    icon=":material/videocam:",
                    query_params=live_query(offer.exercise_id, offer.repetitions, _sets_left(offer)),
                )
                st.button(
                    "Done without the camera",
                    key=f"plan-did-{offer.exercise_id}",
                    on_click=kindly(lambda: _did(log, offer)),
                )
                st.button(
                    "I stopped: it hurts",
                    key=f"plan-hurt-{offer.exercise_id}",
                    on_click=kindly(lambda: log.add(Stopped(clock.now(), "pain", "key", offer.exercise_id))),
                )
            st.caption("With the camera, a set counts here by itself once it is among your sets.")


def _sets_left(offer: Offer) -> int:
    return max(1, offer.sets - offer.sets_done)


def _waits(waiting: NotToday) -> None:
    name, why = escape(waiting.name), _reasons(waiting.reasons)
    st.html(f'<div class="fc-waits"><p><strong>{name}</strong></p>{why}</div>')


def _reasons(reasons: tuple[Reason, ...]) -> str:
    items = "".join(f'<li data-rule="{escape(r.rule_id)}">{escape(r.text)}</li>' for r in reasons)
    return f'<ul class="fc-why">{items}</ul>'


def _did(log: PlanLog, offer: Offer) -> None:
    """Keep a set that no camera saw: it counts as done, and nothing is said of its form."""
    log.add(SetDone(clock.now(), offer.exercise_id, reps=offer.repetitions, judged=0, clean=0, red=0))


def _ask_again() -> None:
    st.session_state[screening.OPEN] = True


def _note_now(plan: Today) -> None:
    morning = plan.state == "rest"
    st.session_state[symptom_form.NOTE_NOW] = Ask("next_morning" if morning else "after_5_min", _last(plan))


def _last(plan: Today) -> str | None:
    done = [offer.exercise_id for offer in plan.offers if offer.sets_done]
    return done[-1] if done and plan.state != "rest" else None
