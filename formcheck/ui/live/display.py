"""A second device that shows the same set: the board alone, without camera, voice or keys."""

import secrets
from io import BytesIO
from weakref import WeakValueDictionary

import segno
import streamlit as st

from formcheck.ui.live.board import board, board_data
from formcheck.ui.live.coach import Coach
from formcheck.ui.text import plain

CODE = "display"
POLL_S = 0.3
GONE = (
    "There is no running session under this address any more. "
    "Open the address that the exercising device shows."
)


@st.cache_resource(show_spinner=False)
def _displays() -> "WeakValueDictionary[str, Coach]":
    """Return the sessions that a display may show, by a code that nobody guesses."""
    return WeakValueDictionary()


def offer(live: Coach) -> None:
    """Offer the address of the display."""
    with st.expander("Show it on a second screen"):
        known = _displays()
        code = next((code for code, each in known.items() if each is live), None) or secrets.token_urlsafe(12)
        known[code] = live
        address = f"{(st.context.url or '').partition('?')[0]}?{CODE}={code}"
        st.markdown("Open this address on the other device. It only shows; it has no camera and no voice.")
        st.code(address, language=None, wrap_lines=True)
        drawn = BytesIO()
        segno.make(address).save(drawn, kind="svg", scale=4, border=4, dark="#000", light="#fff")
        st.image(drawn.getvalue().decode(), width=200)


def show(code: str) -> None:
    """Show the session of a code."""
    live = _displays().get(code)
    if live is None or live.worker is None:
        st.info(plain(GONE), icon=":material/info:")
        return
    _shown(code)


@st.fragment(run_every=POLL_S)
def _shown(code: str) -> None:
    live = _displays().get(code)
    if live is None or live.worker is None:
        st.info(plain(GONE), icon=":material/info:")
        return
    data = board_data(live.worker.state, live.id, "voice", display=True)
    board(data, key="live-display", on_act=_nothing)


def _nothing() -> None:
    """Hear nothing: a display only shows."""
