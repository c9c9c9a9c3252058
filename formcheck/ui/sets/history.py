"""The history: add a recording, look back, and what belongs to the person as a whole."""

import streamlit as st

from formcheck.store.access import Actor
from formcheck.ui.accounts import account
from formcheck.ui.clinic import patient_side
from formcheck.ui.kept import kept
from formcheck.ui.sets import listing
from formcheck.ui.uploads.field import upload_field

HOME = (
    "Sets that you kept, on this computer only. A recording that you add here is kept with its report "
    "until you delete it; what you only look at on *Review* is not."
)
CLINIC = "Your sets. Your clinician sees of each what you share of it, and nothing else."
WATCH_S = 3.0


def show(actor: Actor) -> None:
    """Show the history."""
    st.title("My sets", anchor=False)
    if actor.role == "clinician":
        st.markdown("Sets belong to patients: you find theirs under *Patients*.")
    else:
        st.markdown(CLINIC if actor.role == "patient" else HOME)
        if actor.role == "patient":
            patient_side.news(actor, actor.account_id)
        with st.expander("Add a recording", icon=":material/add:", expanded=_empty(actor)):
            done = upload_field(key="keep-upload")
        if done:
            st.session_state["sets-told"] = "Your recording has come. It is looked at beside this page."
            st.rerun()
        told = st.session_state.pop("sets-told", "")
        if told:
            st.success(told, icon=":material/check:")
        _watched(actor)
    account.show(actor)


def open_set(set_id: str) -> None:
    """Show one set from now on."""
    st.query_params["set"] = set_id


def _empty(actor: Actor) -> bool:
    return not kept().sets.of_patient(actor, actor.account_id, limit=1)


def _watched(actor: Actor) -> None:
    """Show the list; while something is being looked at, look again now and then."""
    rows = kept().sets.of_patient(actor, actor.account_id, limit=20)
    if not rows:
        st.info("Nothing is kept yet.", icon=":material/info:")
        return
    if any(row.state in ("waiting", "recording") for row in rows):
        _watch(actor, frozenset(row.id for row in rows if row.state in ("waiting", "recording")))
    listing.show(actor, actor.account_id, open_set, sharing=actor.role == "patient")


@st.fragment(run_every=WATCH_S)
def _watch(actor: Actor, going_on: frozenset[str]) -> None:
    """Show the list anew once something has been finished."""
    rows = kept().sets.of_patient(actor, actor.account_id, limit=20)
    if going_on != {row.id for row in rows if row.state in ("waiting", "recording")}:
        st.rerun()
