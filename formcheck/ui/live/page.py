"""The page: which of its faces to show."""

from functools import cache
from pathlib import Path

import streamlit as st

from formcheck.ui.live import after, choosing, display, running
from formcheck.ui.live.coach import coach

SESSION = "live"
"""Names the session in the page's address, so that a restarted server finds what was done."""


def page() -> None:
    """Show *Exercise live*."""
    st.html(f"<style>{_style()}</style>")
    shown = st.query_params.get(display.CODE)
    if shown:
        display.show(shown)
        return
    live = coach()
    wanted = st.query_params.get(SESSION)
    if wanted and live.face == "choosing":
        live.look_back(wanted)
        if live.face == "choosing":
            del st.query_params[SESSION]
    if live.face == "running":
        st.query_params[SESSION] = live.id
    faces = {
        "choosing": choosing.show,
        "running": running.show,
        "after": after.show,
        "earlier": after.show,
    }
    faces[live.face](live)


@cache
def _style() -> str:
    return Path(__file__).with_name("live.css").read_text(encoding="utf-8")
