"""What somebody sees who is not logged in but got this far."""

import streamlit as st

from formcheck.ui.accounts import openid
from formcheck.ui.kept import kept

AT_HOME = (
    "What is kept is shown on the computer that runs formcheck only: there is no login at home. "
    "Set up clinic mode to use it from elsewhere."
)


def not_logged_in() -> None:
    """Say how to get in."""
    if kept().settings.mode == "home":
        st.title("On the computer only", anchor=False)
        st.markdown(AT_HOME)
        return
    if openid.known_there():
        st.title("One more step", anchor=False)
        openid.go_on()
        return
    st.title("Please log in", anchor=False)
    st.markdown("Your session has ended, or you have not logged in yet.")
    st.html('<p><a class="fc-button" href="/formcheck/login" target="_self">Log in</a></p>')
    openid.offer()
