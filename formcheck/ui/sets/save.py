"""*Save* on the review page: only what the person saves is kept."""

from pathlib import Path

import streamlit as st

from formcheck.report.analysis import is_track
from formcheck.report.json_report import report_json
from formcheck.store.access import NOBODY
from formcheck.store.columns import now
from formcheck.store.kinds import Kind
from formcheck.store.records import Content, NewSet, Outcome
from formcheck.ui.accounts.asking import page_actor
from formcheck.ui.guarded import kindly
from formcheck.ui.kept import kept
from formcheck.ui.review.drawing import OVERLAY
from formcheck.ui.review.review import Review
from formcheck.ui.uploads.analyse import KEPT_FILES, corrections_json

SAVED, WITH_VIDEO = "saved-as", "save-video"


def offer(review: Review) -> None:
    """Offer to keep what is shown; without that it is gone with the session."""
    actor = page_actor()
    if actor == NOBODY or actor.role == "clinician" or review.analysis is None or review.drawing is None:
        return
    saved = st.session_state.get(SAVED)
    with st.container(key="save", horizontal=True, vertical_alignment="center"):
        if saved == id(review.analysis):
            st.markdown("Kept under *My sets*.")
            return
        ready = review.drawing.files.done and review.drawing.file("report.pdf") is not None
        recorded = review.recording is not None and not is_track(review.recording)
        st.button(
            "Save to My sets" if ready else "Save to My sets (in a moment)",
            on_click=kindly(
                lambda: _save(review, with_video=recorded and bool(st.session_state.get(WITH_VIDEO)))
            ),
            disabled=not ready,
            icon=":material/bookmark:",
        )
        if recorded:
            st.checkbox("Keep the video too", key=WITH_VIDEO)


def _save(review: Review, *, with_video: bool) -> None:
    analysis, drawing, recording = review.analysis, review.drawing, review.recording
    if analysis is None or drawing is None or recording is None:
        return
    paths: dict[Kind, Path | None] = {kind: drawing.file(name) for kind, name in KEPT_FILES.items()}
    if with_video:
        paths["video"], paths["overlay"] = recording, drawing.film_path
    names = {**KEPT_FILES, "video": recording.name, "overlay": OVERLAY}
    files = {kind: Content(names[kind], path) for kind, path in paths.items() if path is not None}
    outcome = Outcome(report_json(analysis.judged.report), corrections_json(review.corrections), files)
    kept().sets.save(page_actor(), NewSet("upload", review.name, now()), outcome)
    st.session_state[SAVED] = id(analysis)
