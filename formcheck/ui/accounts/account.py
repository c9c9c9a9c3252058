"""What belongs to a person as a whole: choices, clinicians, the trail, the export, and the end."""

from html import escape

import streamlit as st

from formcheck.store.access import Actor
from formcheck.store.people import Choices
from formcheck.ui.accounts import openid
from formcheck.ui.accounts.asking import COOKIE
from formcheck.ui.guarded import kindly
from formcheck.ui.kept import kept
from formcheck.ui.sets.words import LEVELS, when
from formcheck.ui.text import plain
from formcheck.ui.uploads.media import EXPORT

NAMELESS = "somebody"


def show(actor: Actor) -> None:
    """Show what the actor may change of their own account."""
    st.subheader("Your data", anchor=False)
    if actor.role != "clinician":
        _choices(actor)
    if actor.role == "patient":
        _clinicians(actor)
        _trail(actor)
    with st.container(horizontal=True, vertical_alignment="center", key="own-data"):
        if actor.role != "clinician":
            st.html(
                f'<a class="fc-button" href="{EXPORT}" download>Take everything along (ZIP)</a>',
                width="content",
            )
        _erase(actor)
        if actor.role != "home":
            st.button("Log out", on_click=kindly(_log_out), icon=":material/logout:")


def _choices(actor: Actor) -> None:
    known = kept().people.choices(actor)

    def changed() -> None:
        level = st.session_state.get("choose-share", known.share_by_default)
        kept().people.choose(actor, Choices(level, keep_live=st.session_state["choose-live"]))

    st.session_state.setdefault("choose-live", known.keep_live)
    st.toggle(
        "Keep live sets (body points and report, never pictures)",
        key="choose-live",
        on_change=kindly(changed),
    )
    if actor.role == "patient":
        st.session_state.setdefault("choose-share", known.share_by_default)
        st.selectbox(
            "What your clinician sees of new sets, unless you change it",
            list(LEVELS),
            format_func=LEVELS.__getitem__,
            key="choose-share",
            on_change=kindly(changed),
        )


def _clinicians(actor: Actor) -> None:
    people = kept().people
    for clinician in people.clinicians(actor):
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f"**{plain(clinician.name)}** is your clinician.")
            link = {"patient_id": actor.account_id, "clinician_id": clinician.id}
            with st.popover("End this"):
                st.markdown(plain(f"{clinician.name} will see nothing of yours any more."))
                st.button(
                    "End it",
                    key=f"end-{clinician.id}",
                    on_click=kindly(lambda link=link: people.end_care(actor, **link)),
                )
    with st.expander("Accept another clinician"), st.form("accept", clear_on_submit=True):
        code = st.text_input("Code that you were given")
        if st.form_submit_button("Accept"):
            kept().invitations.accept(actor, code)
            st.rerun()


def _trail(actor: Actor) -> None:
    with st.expander("Who looked at or changed what"):
        rows = kept().audit.of_patient(actor, actor.account_id, limit=50)
        items = "".join(
            f"<tr><td>{escape(when(trace.at, st.context.timezone))}</td>"
            f"<td>{escape(trace.who or NAMELESS)}</td>"
            f"<td>{escape(trace.action)}</td></tr>"
            for trace in rows
        )
        st.html(f'<table class="fc-trail"><tr><th>When</th><th>Who</th><th>What</th></tr>{items}</table>')


def _erase(actor: Actor) -> None:
    label = "Delete all that is kept" if actor.role == "home" else "Delete my account"
    with st.popover(label, icon=":material/delete_forever:"):
        st.markdown(
            "Everything of yours is deleted at once: sets, files, log, account. It cannot be brought back. "
            "Take it along first if you may want it."
        )
        sure = st.checkbox("Yes, delete everything", key="sure-to-erase")
        st.button("Delete everything", on_click=kindly(lambda: kept().erase(actor)), disabled=not sure)


def _log_out() -> None:
    token = st.context.cookies.get(COOKIE)
    if token:
        kept().sessions.log_out(token)
    openid.leave()
