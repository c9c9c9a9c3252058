"""The patient's side: whether a clinician may watch the next set. Asked each time, and off until then."""

import streamlit as st

from formcheck.store.people import Person
from formcheck.ui.accounts.asking import page_actor
from formcheck.ui.kept import kept
from formcheck.ui.text import plain

MEANING = (
    "{name} then sees your stick figure and the numbers while you do the set, no picture and no sound, and "
    "can say one short cue at a time. It ends with the set, or at once by *End it* or the key W. What "
    "stays: that it took place, and the cues, with your set."
)


def ask() -> None:
    """Ask, where there is a clinician."""
    for clinician in _clinicians():
        st.toggle(
            plain(f"Let {clinician.name} watch this set"),
            key=_key(clinician),
            on_change=_one_only,
            args=(clinician.id,),
        )
        if st.session_state[_key(clinician)]:
            st.markdown(plain(MEANING.format(name=clinician.name)))


def chosen() -> Person | None:
    """Return who may watch the set that is about to begin."""
    return next((each for each in _clinicians() if st.session_state.get(_key(each))), None)


def _clinicians() -> list[Person]:
    """Return the clinicians whom a patient has accepted."""
    actor = page_actor()
    return kept().people.clinicians(actor) if actor.role == "patient" else []


def _one_only(clinician_id: str) -> None:
    for each in _clinicians():
        if each.id != clinician_id:
            st.session_state[_key(each)] = False


def _key(clinician: Person) -> str:
    return f"live-watch-{clinician.id}"
