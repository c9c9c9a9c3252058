"""The field that takes a recording in as a stream: sent in pieces, continued where it was cut."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from formcheck.sources.file_kind import VIDEO_SUFFIXES
from formcheck.store.uploads import MAX_BYTES, TRACK_SUFFIX
from formcheck.ui.exercise_box import exercise_box
from formcheck.ui.uploads.routes import OFFSET, UPLOADS

HERE = Path(__file__).parent


def upload_field(*, key: str) -> str:
    """Show the field; return a set's id once an upload is whole and kept."""
    exercise = exercise_box("Exercise of the recording", key=f"{key}-exercise")
    result = _component()(
        key=key,
        data={
            "address": UPLOADS,
            "offset_header": OFFSET,
            "exercise": exercise,
            "max_bytes": MAX_BYTES,
            "accept": ",".join(sorted({*VIDEO_SUFFIXES, TRACK_SUFFIX})),
        },
        on_done_change=lambda: None,
    )
    return str(result.done or "")


@cache
def _component() -> Any:  # noqa: ANN401 - Streamlit's type of a mounted component is not public
    return st.components.v2.component(
        "formcheck_upload",
        html=(HERE / "upload.html").read_text(encoding="utf-8"),
        js=(HERE / "upload.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
