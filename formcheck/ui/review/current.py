"""The one review of a browser session."""

import streamlit as st

from formcheck.ui.clinic.asked import asked_of_me
from formcheck.ui.review.review import Review
from formcheck.ui.workspace import workspace

KEY = "review"


def current() -> Review:
    """Return the review of this session, a fresh one at first."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Review(workspace(), asked_of_me)
    review: Review = st.session_state[KEY]
    return review


def start_again() -> None:
    """Forget the recording and what was made of it."""
    if KEY in st.session_state:
        st.session_state[KEY].forget()
        del st.session_state[KEY]
