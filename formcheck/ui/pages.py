"""The pages, and the frame that all of them share: look, name and navigation."""

import base64
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st

from formcheck.report.palette import DARK, LIGHT, css_variables
from formcheck.ui.about import page as about_page
from formcheck.ui.accounts.asking import must_log_in, page_role
from formcheck.ui.accounts.notice import not_logged_in
from formcheck.ui.accounts.patients import page as patients_page
from formcheck.ui.clinic.agreement_page import page as agreement_page
from formcheck.ui.clinic.queue_page import page as queue_page
from formcheck.ui.exercises import page as exercises_page
from formcheck.ui.guarded import guarded
from formcheck.ui.live.page import page as live_page
from formcheck.ui.plan.page import page as plan_page
from formcheck.ui.plan.progress_page import page as progress_page
from formcheck.ui.review.page import page as review_page
from formcheck.ui.sets.page import page as sets_page
from formcheck.ui.watch.page import page as watch_page

STATIC = Path(__file__).with_name("static")
ICON = STATIC / "icon.svg"


HIDDEN_FROM_CLINICIANS = ("live", "plan", "progress")
"""Reached from a patient's page, or of no use to who has no sets of their own."""


def all_pages() -> list[st.Page]:
    """Return the pages in the order of the navigation; the first one is also the start page."""
    clinician = page_role() == "clinician"
    mine = "Account" if clinician else "My sets"
    for_clinicians = [
        _page(queue_page, "Queue", "queue"),
        _page(patients_page, "Patients", "patients"),
        _page(watch_page, "Watch", "watch"),
        _page(agreement_page, "Agreement", "agreement"),
    ]
    return [
        *(for_clinicians if clinician else []),
        _page(review_page, "Review", "review"),
        _page(sets_page, mine, "sets"),
        _page(live_page, "Live", "live"),
        _page(plan_page, "Plan", "plan"),
        _page(progress_page, "Progress", "progress"),
        _page(exercises_page, "Exercises", "exercises"),
        _page(about_page, "About", "about"),
    ]


def start_page() -> st.Page:
    """Return what is shown at the bare address: the first page once more.

    Streamlit knows its default page under no other address, so that a page which must have one is not it.
    """
    shown, name = (queue_page, "Queue") if page_role() == "clinician" else (review_page, "Review")
    return _page(shown, name, "start", default=True)


def _page(shown: Callable[[], None], name: str, path: str, *, default: bool = False) -> st.Page:
    return st.Page(guarded(shown), title=f"{name} · formcheck", url_path=path, default=default)


def show(page: st.Page, pages: list[st.Page]) -> None:
    """Show a page, the start page or one of the others, in the frame that all share."""
    st.html(f"<style>{_style()}</style>")
    if must_log_in():
        guarded(not_logged_in)()
        return
    here = page.url_path or pages[0].url_path
    with st.container(key="nav", horizontal=True, vertical_alignment="center", gap="small"):
        st.html('<p class="fc-brand">formcheck</p>', width="content")
        for each in _listed(pages, here):
            label = each.title.partition(" · ")[0]
            if each.url_path == here:
                st.html(f'<p class="fc-here" aria-current="page">{label}</p>', width="content")
            else:
                st.page_link(each, label=label)
    page.run()


def _listed(pages: list[st.Page], here: str) -> list[st.Page]:
    """Return the pages that the navigation names."""
    hidden = HIDDEN_FROM_CLINICIANS if page_role() == "clinician" else ()
    return [page for page in pages if page.url_path not in hidden or page.url_path == here]


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
