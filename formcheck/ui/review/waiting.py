"""Waiting: how far the search for poses is, and a way out."""

import streamlit as st

from formcheck.ui.guarded import kindly
from formcheck.ui.job import Progress
from formcheck.ui.review.current import start_again
from formcheck.ui.review.review import Review
from formcheck.ui.text import plain, time_left

POLL_S = 0.5


def wait(review: Review) -> None:
    """Show the progress until the search has ended."""
    st.title("Looking at your recording", anchor=False)
    st.markdown(plain(review.name))
    _progress(review)
    st.button("Cancel", on_click=kindly(start_again))


@st.fragment(run_every=POLL_S)
def _progress(review: Review) -> None:
    job = review.finding
    if job is None or job.done:
        st.rerun()
        return
    show(job.progress)


def show(progress: Progress) -> None:
    """Draw a progress bar with what is going on and the time that is left."""
    words = [progress.step or "Starting", time_left(progress.left_s)]
    text = " · ".join(word for word in words if word)
    st.progress(progress.share or 0.0, text=plain(text))
