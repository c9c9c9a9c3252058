"""Logging in at the clinic's own service (OpenID Connect, by Streamlit's ``st.login``): optional.

Streamlit says who somebody is; whether they have an account here is our table's business. The first time
they bring an invitation's code, which ties the two together.
"""

import os
from urllib.parse import quote

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.store.access import NOBODY
from formcheck.store.invitations import Newcomer
from formcheck.ui.accounts.asking import openid_actor, openid_subject
from formcheck.ui.accounts.gate import OPENID
from formcheck.ui.kept import kept
from formcheck.ui.text import plain


def configured() -> bool:
    """Return whether the operator has set a login service up."""
    return os.environ.get(OPENID) == "1"


def offer() -> None:
    """Offer the clinic's own login, and the way on for who has used it."""
    if not configured():
        return
    if not openid_subject():
        st.button("Log in with your organisation", on_click=st.login)
        return
    actor = openid_actor(kept())
    if actor != NOBODY:
        ticket = kept().sessions.ticket(actor)
        address = f"/formcheck/enter?ticket={quote(ticket)}"
        st.html(f'<p><a class="fc-button" href="{address}" target="_self">Continue</a></p>')
        return
    _join()


def _join() -> None:
    st.markdown("Your organisation knows you, but there is no account here yet. Do you have a code?")
    with st.form("openid-join"):
        code = st.text_input("Code")
        name = st.text_input("Your name, as the other side shall see it")
        if st.form_submit_button("Join"):
            try:
                kept().invitations.join(code, Newcomer(name, openid_subject=openid_subject()))
                st.rerun()
            except FormcheckError as error:
                st.error(plain(str(error)), icon=":material/info:")
