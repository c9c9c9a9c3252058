"""The overlay video, or how far its drawing is."""

import streamlit as st

from formcheck.ui.player.player import VIDEO_KEY
from formcheck.ui.review.review import Review
from formcheck.ui.review.waiting import show as show_progress

POLL_S = 1.0
ALT = "Your recording with the skeleton, the count, the phase and the verdicts drawn over it."
STALE = "This video is from before your correction. The new one is being drawn."


def show(review: Review) -> None:
    """Show the newest overlay video and, while a newer one is drawn, say so."""
    drawing = review.drawing
    if drawing is None:
        return
    if not drawing.done:
        _watch(review)
    if drawing.film is None:
        st.info("A stored track has no pictures, so there is no video to show.", icon=":material/info:")
    elif drawing.film.done and not review.film_is_current:
        st.warning("The video could not be drawn. The results are not affected.", icon=":material/info:")
    if review.film is not None:
        if not review.film_is_current:
            st.html(f'<p class="fc-stale" role="status">{STALE}</p>')
        with st.container(key=VIDEO_KEY):
            st.video(str(review.film), alt=ALT)


@st.fragment(run_every=POLL_S)
def _watch(review: Review) -> None:
    """Show how far the files are; when they are finished, show the page with them."""
    drawing = review.drawing
    if drawing is None:
        return
    if drawing.done:
        st.rerun()
    if drawing.film is not None and not drawing.film.done:
        show_progress(drawing.film.progress)
    else:
        st.caption("Writing the report …")
