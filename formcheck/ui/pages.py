"""The pages and what frames them."""

from pathlib import Path

import streamlit as st

from formcheck.ui.guarded import guarded
from formcheck.ui.review.page import page as review_page

STATIC = Path(__file__).with_name("static")
ICON = STATIC / "icon.svg"


def all_pages() -> list[st.Page]:
    """Return the pages in the order of the navigation, the first being the start page."""
    return [st.Page(guarded(review_page), title="Review", url_path="review", default=True)]


def show(page: st.Page) -> None:
    """Show a page in the frame that all share."""
    page.run()
