"""*About and privacy*: what formcheck measures and cannot, what it keeps, and what it is not."""

import streamlit as st

from formcheck import __version__
from formcheck.report import sentences

MEASURES = """
- **Counts repetitions** of a known exercise, from most sides.
- **Measures angles** of trunk, hip, thigh and knee seen from the side, and how fast each phase was.
- **Says what stood out**: range, tempo, which joint led, always against the exercise's own limits.
"""
CANNOT = """
- **What the camera cannot see.** Hidden joints, a wrong view or a dark room are answered with
  *not judged*, why, and what to change.
- **Your lower back from body points alone.** Where it was not measured, formcheck says so;
  no remark about the back never means that it was fine.
- **Pain, strength, or what is right for you.** Stop when something hurts, and ask somebody who knows you.
"""
KEPT = """
- Recordings, poses and reports live in a temporary folder of the computer that runs formcheck,
  and are **deleted when your session ends** (close the page or choose *Another recording*).
- **Nothing is sent anywhere**: no telemetry, no fonts or scripts from elsewhere. The only thing that is ever
  fetched is the pose model, once, when formcheck is set up.
- There is no account and no cookie that follows you.
"""


def page() -> None:
    """Show what formcheck is and is not."""
    st.title("About and privacy", anchor=False)
    st.markdown(
        "formcheck looks at a recording of a rehabilitation exercise, counts the repetitions and tells how "
        "they were done, with an honest *not judged* where the picture does not allow more."
    )
    measures, cannot = st.columns(2, gap="large")
    with measures:
        st.subheader("What it measures", anchor=False)
        st.markdown(MEASURES)
    with cannot:
        st.subheader("What it cannot tell", anchor=False)
        st.markdown(CANNOT)
    st.subheader("How sure it is", anchor=False)
    st.markdown(sentences.UNCERTAINTY)
    st.subheader("What is kept", anchor=False)
    st.markdown(KEPT)
    st.subheader("What it is not", anchor=False)
    st.markdown(sentences.NOT_A_DEVICE)
    st.caption(f"formcheck {__version__}")
