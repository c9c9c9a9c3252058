"""Figures on a page: ``st.html`` leaves out every drawing, a component of our own does not."""

from functools import cache
from typing import Any

import streamlit as st

JS = """
export default function ({ parentElement, data }) {
  parentElement.querySelector(".fc-drawn").innerHTML = data.html;
}
"""


def drawn(html: str, *, key: str) -> None:
    """Show HTML of ours that holds SVG; whatever comes from elsewhere is escaped in it.

    Parameters
    ----------
    html : str
        What is shown.
    key : str
        Its name on the page.
    """
    _component()(key=key, data={"html": html})


@cache
def _component() -> Any:  # noqa: ANN401 - Streamlit's type of a mounted component is not public
    return st.components.v2.component(
        "formcheck_drawn", html='<div class="fc-drawn"></div>', js=JS, isolate_styles=False
    )
