"""Logging in at the clinic's own service (OpenID Connect, by Streamlit's ``st.login``): optional.

Streamlit says who somebody is; whether they have an account here is our table's business. The first time
they bring an invitation's code, which ties the two together. Being known there lets nobody in by itself: it
gives a ticket for the session's cookie, which films and uploads ask for as well as pages.
"""

import os
from typing import Any
from urllib.parse import quote

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.store.access import NOBODY, Actor
from formcheck.store.invitations import Newcomer
from formcheck.ui.accounts.gate import OPENID
from formcheck.ui.kept import kept
from formcheck.ui.text import plain


def configured() -> bool:
    """Return whether the operator has set a login service up."""
    return os.environ.get(OPENID) == "1"


def known_there() -> bool:
    """Return whether who looks has logged in at the clinic's own service."""
    return configured() and bool(_subject())


def offer() -> None:
    """Offer the clinic's own login."""
    if configured():
        st.button("Log in with your organisation", on_click=st.login)


def go_on() -> None:
    """Let who has used it in, or ask for the code that ties it to an account here."""
    actor = _actor()
    if actor == NOBODY:
        _join()
        return
    st.markdown("Your organisation has logged you in.")
    address = f"/formcheck/enter?ticket={quote(kept().sessions.ticket(actor))}"
    st.html(f'<p><a class="fc-button" href="{address}" target="_self">Continue</a></p>')


def leave() -> None:
    """Log out at the clinic's own service too: else the next person at this computer needs one click."""
    if known_there():
        st.logout()


def _actor() -> Actor:
    """Return whose account belongs to who logged in at the clinic's own service."""
    subject = _subject()
    return kept().sessions.openid_actor(subject) if subject else NOBODY


def _subject() -> str:
    """Return who logged in at the clinic's own service; empty without one."""
    known: dict[str, Any] = dict(st.user) if st.user else {}
    if not known.get("is_logged_in") or not known.get("sub"):
        return ""
    return f"{known.get('iss', '')}|{known['sub']}"


def _join() -> None:
    st.markdown("Your organisation knows you, but there is no account here yet. Do you have a code?")
    with st.form("openid-join"):
        code = st.text_input("Code")
        name = st.text_input("Your name, as the other side shall see it")
        if st.form_submit_button("Join"):
            try:
                kept().invitations.join(code, Newcomer(name, openid_subject=_subject()))
                st.rerun()
            except FormcheckError as error:
                st.error(plain(str(error)), icon=":material/info:")
