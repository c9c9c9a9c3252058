"""The pages, and the frame that all of them share: look, name and navigation."""

import base64
from functools import cache
from pathlib import Path

import streamlit as st

from formcheck.report.palette import DARK, LIGHT, css_variables
from formcheck.ui.about import page as about_page
from formcheck.ui.accounts.asking import page_role
from formcheck.ui.accounts.patients import page as patients_page
from formcheck.ui.exercises import page as exercises_page
from formcheck.ui.guarded import guarded
from formcheck.ui.live.page import page as live_page
from formcheck.ui.plan.page import page as plan_page
from formcheck.ui.plan.progress_page import page as progress_page
from formcheck.ui.review.page import page as review_page
from formcheck.ui.sets.page import page as sets_page

STATIC = Path(__file__).with_name("static")
ICON = STATIC / "icon.svg"


def all_pages() -> list[st.Page]:
    """Return the pages in the order of the navigation, the first being the start page."""
    patients = st.Page(guarded(patients_page), title="Patients · formcheck", url_path="patients")
    return [
        st.Page(guarded(review_page), title="Review · formcheck", url_path="review", default=True),
        st.Page(guarded(sets_page), title="My sets · formcheck", url_path="sets"),
        *([patients] if page_role() == "clinician" else []),
        st.Page(guarded(live_page), title="Live · formcheck", url_path="live"),
        st.Page(guarded(plan_page), title="Plan · formcheck", url_path="plan"),
        st.Page(guarded(progress_page), title="Progress · formcheck", url_path="progress"),
        st.Page(guarded(exercises_page), title="Exercises · formcheck", url_path="exercises"),
        st.Page(guarded(about_page), title="About · formcheck", url_path="about"),
    ]


def show(page: st.Page, pages: list[st.Page]) -> None:
    """Show a page in the frame that all share."""
    st.html(f"<style>{_style()}</style>")
    with st.container(key="nav", horizontal=True, vertical_alignment="center", gap="small"):
        st.html('<p class="fc-brand">formcheck</p>', width="content")
        for each in pages:
            label = each.title.partition(" · ")[0]
            if each.url_path == page.url_path:
                st.html(f'<p class="fc-here" aria-current="page">{label}</p>', width="content")
            else:
                st.page_link(each, label=label)
    page.run()


@cache
def _style() -> str:
    """Return the colours of the reports, dark where the reader's system is, and the rules that use them."""
    rules = "".join(sheet.read_text(encoding="utf-8") for sheet in sorted(STATIC.glob("*.css"), reverse=True))
    light = f":root{{{css_variables(LIGHT)}}}"
    dark = f"@media (prefers-color-scheme: dark){{:root{{{css_variables(DARK)}}}}}"
    return f"{light}{dark}{rules}.fc-brand::before{{background-image:url({_icon()})}}"


@cache
def _icon() -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(ICON.read_bytes()).decode('ascii')}"
