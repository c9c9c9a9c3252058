"""A second device that shows the same set: the board alone, without camera, voice or keys."""

from io import BytesIO

import segno
import streamlit as st

from formcheck.ui.live.board import board, board_data
from formcheck.ui.live.coach import Coach
from formcheck.ui.live.door import TOKEN, invitations
from formcheck.ui.live.routes import followed, let_follow
from formcheck.ui.text import plain

CODE = "display"
GONE = (
    "There is no running session under this address any more. "
    "Open the address that the exercising device shows."
)


def offer(live: Coach) -> None:
    """Offer the address of the display."""
    with st.expander("Show it on a second screen"):
        let_follow(live, live.display_code)
        address = f"{(st.context.url or '').partition('?')[0]}?{CODE}={live.display_code}"
        if token := invitations().token(live.display_code):
            address += f"&{TOKEN}={token}"
        st.markdown("Open this address on the other device. It only shows; it has no camera and no voice.")
        st.code(address, language=None, wrap_lines=True)
        drawn = BytesIO()
        segno.make(address).save(drawn, kind="svg", scale=4, border=4, dark="#000", light="#fff")
        st.image(drawn.getvalue().decode(), width=200)


def show(code: str) -> None:
    """Show the session of a code."""
    live = followed(code)
    if live is None or live.worker is None:
        st.info(plain(GONE), icon=":material/info:")
        return
    data = board_data(live.id, let_follow(live, code), "voice", display=True)
    board(data, key="live-display", on_act=_nothing)


def _nothing() -> None:
    """Hear nothing: a display only shows."""
