"""Everything that was made, to take along."""

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from formcheck.ui.review.drawing import OVERLAY
from formcheck.ui.review.review import Review


class _File(NamedTuple):
    name: str
    label: str
    about: str
    mime: str


FILES = (
    _File("report.pdf", "Report (PDF)", "To print or to send to a clinician.", "application/pdf"),
    _File("report.html", "Report (web page)", "One file that opens in any browser.", "text/html"),
    _File(OVERLAY, "Video", "Your recording with everything drawn over it.", "video/mp4"),
    _File("report.json", "report.json", "All results, for other programs.", "application/json"),
    _File("signals.csv", "signals.csv", "Every angle over time, for a spreadsheet.", "text/csv"),
    _File("motion.mot", "motion.mot", "Angles for OpenSim.", "text/plain"),
    _File("motion.trc", "motion.trc", "Body points for OpenSim.", "text/plain"),
    _File(
        "track.parquet",
        "track.parquet",
        "Poses without pictures: open it here later to review again.",
        "application/vnd.apache.parquet",
    ),
)


def show(review: Review) -> None:
    """Offer the files that are ready."""
    drawing = review.drawing
    if drawing is None:
        return
    st.subheader("Take it with you", anchor=False)
    if drawing.files.done and drawing.file(FILES[0].name) is None:
        st.warning("The report could not be written; the video may be there.", icon=":material/info:")
    with st.container(key="downloads"):
        for file in FILES:
            path = drawing.film_path if file.name == OVERLAY else drawing.file(file.name)
            job = drawing.film if file.name == OVERLAY else drawing.files
            if path is not None:
                _offer(file, path)
            elif job is not None and not job.done:
                st.button(f"{file.label} is being made", disabled=True, key=f"wait-{file.name}")


def _offer(file: _File, path: Path) -> None:
    with st.container(key=f"file-{file.name.replace('.', '-')}", gap="xsmall"):
        st.download_button(
            file.label,
            data=path.read_bytes,
            file_name=file.name,
            mime=file.mime,
            key=f"get-{file.name}",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )
        st.caption(file.about)
