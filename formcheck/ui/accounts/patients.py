"""*Patients*: whom a clinician follows, their sets, and invitations."""

from html import escape
from urllib.parse import urljoin

import streamlit as st

from formcheck.store.access import Actor
from formcheck.ui.accounts.asking import page_actor
from formcheck.ui.accounts.notice import not_logged_in
from formcheck.ui.accounts.routes import join_address
from formcheck.ui.clinic import beside, patient_page, set_review
from formcheck.ui.guarded import kindly
from formcheck.ui.kept import kept
from formcheck.ui.sets.words import when
from formcheck.ui.text import plain

PATIENT, SET = "patient", "set"


def page() -> None:
    """Show the patients, one of them, or one set."""
    actor = page_actor()
    if actor.role != "clinician":
        not_logged_in()
        return
    wanted, other = st.query_params.get(SET, ""), st.query_params.get(set_review.BESIDE, "")
    if wanted and other:
        beside.show(actor, wanted, other)
    elif wanted:
        set_review.show(actor, wanted, set_review.Steps("All sets", _close_set, _close_set))
    elif st.query_params.get(PATIENT):
        _patient(actor, st.query_params[PATIENT])
    else:
        _patients(actor)


def _patient(actor: Actor, patient_id: str) -> None:
    st.button(
        "All patients",
        on_click=lambda: st.query_params.clear(),
        icon=":material/arrow_back:",
        type="tertiary",
    )
    patient_page.show(actor, patient_id, _open_set)


def _open_set(set_id: str) -> None:
    st.query_params[SET] = set_id


def _close_set() -> None:
    st.query_params.pop(SET, None)


def _patients(actor: Actor) -> None:
    st.title("Patients", anchor=False)
    patients = kept().people.patients(actor)
    if not patients:
        st.info("Nobody has accepted you yet. Invite somebody below.", icon=":material/info:")
    for patient in patients:
        with st.container(
            key=f"patient-{patient.id}", horizontal=True, vertical_alignment="center", border=True
        ):
            last = f"last on {when(patient.last_set_at, st.context.timezone)}" if patient.last_set_at else ""
            facts = [f"{patient.shared_sets} shared set{'' if patient.shared_sets == 1 else 's'}", last]
            line = escape(" · ".join(fact for fact in facts if fact))
            st.html(f'<div class="fc-set"><p><strong>{escape(patient.name)}</strong></p><p>{line}</p></div>')
            st.button("Open", key=f"to-{patient.id}", on_click=_open_patient, args=(patient.id,))
    _invite(actor)


def _open_patient(patient_id: str) -> None:
    st.query_params[PATIENT] = patient_id


def _invite(actor: Actor) -> None:
    st.subheader("Invite a patient", anchor=False)
    st.markdown("The code works once and for a week. Give it in person or by a way that you trust.")
    with st.form("invite", clear_on_submit=True):
        label = st.text_input("For whom (only you see this)", max_chars=100)
        if st.form_submit_button("Make a code"):
            st.session_state["new-code"] = kept().invitations.invite_patient(actor, label)
    code = st.session_state.pop("new-code", "")
    if code:
        st.html(
            f'<div class="fc-code" role="status"><p><strong>{escape(code)}</strong></p>'
            f"<p>Write it down now: it is shown this once. Or send the whole address: "
            f"<code>{escape(urljoin(st.context.url or '', join_address(code)))}</code></p></div>"
        )
    for invitation in kept().invitations.open(actor):
        with st.container(horizontal=True, vertical_alignment="center"):
            label = plain(invitation.label or "somebody")
            st.markdown(f"Waiting for {label}, until {when(invitation.expires_at, st.context.timezone)}")
            st.button(
                "Take back",
                key=f"back-{invitation.id}",
                on_click=kindly(lambda known=invitation.id: kept().invitations.take_back(actor, known)),
                type="tertiary",
            )
