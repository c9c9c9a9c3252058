"""One patient as their clinician sees them: what is prescribed, and the sets that are shared."""

from collections.abc import Callable

import streamlit as st

from formcheck.clinic.asked import content, newest
from formcheck.store.access import Actor
from formcheck.ui.clinic import prescribing
from formcheck.ui.kept import kept
from formcheck.ui.plan.page import page as plan_page
from formcheck.ui.plan.progress_page import page as progress_page
from formcheck.ui.sets import listing
from formcheck.ui.sets.words import when
from formcheck.ui.text import plain

PATIENT, PART = "patient", "part"
PARTS = {"sets": "Sets", "prescription": "Prescription"}


def show(actor: Actor, patient_id: str, open_set: Callable[[str], None]) -> None:
    """Show a patient whom a clinician follows.

    Parameters
    ----------
    actor : Actor
        Who looks.
    patient_id : str
        The patient.
    open_set : callable
        Called with a set's id when it shall be shown.

    Raises
    ------
    NotThereError
        When the actor does not follow the patient.
    """
    patient = kept().people.patient(actor, patient_id)
    st.title(plain(patient.name), anchor=False)
    part = _parts(patient_id)
    if part == "prescription":
        prescribing.show(actor, patient_id)
        return
    version = newest(kept(), actor, patient_id)
    if version is not None:
        with st.expander(plain(f"Prescribed {when(version.at, st.context.timezone)}: {version.why}")):
            st.html(prescribing.summary(content(version)))
    st.markdown("The sets that are shared with you.")
    listing.show(actor, patient_id, open_set, sharing=True)


def _parts(patient_id: str) -> str:
    """Show what there is of a patient; return which part is wanted."""
    asked = st.query_params.get(PART, "sets")
    here = asked if asked in PARTS else "sets"
    with st.container(key="patient-parts", horizontal=True, vertical_alignment="center"):
        for part, name in PARTS.items():
            st.button(
                name,
                on_click=_go,
                args=(part,),
                key=f"part-{part}",
                type="primary" if part == here else "secondary",
            )
        query = {PATIENT: patient_id}
        st.page_link(st.Page(plan_page, url_path="plan"), label="Plan and log", query_params=query)
        st.page_link(st.Page(progress_page, url_path="progress"), label="Progress", query_params=query)
    return here


def _go(part: str) -> None:
    st.query_params[PART] = part
