"""*About and privacy*: what formcheck measures and cannot, what it keeps, and what it is not."""

import streamlit as st

from formcheck import __version__
from formcheck.report import sentences
from formcheck.store.settings import Settings

MEASURES = """
- **Counts repetitions** of a known exercise, from most sides.
- **Measures angles** of trunk, hip, thigh and knee seen from the side, and how fast each phase was.
- **Measures your lower back** from the outline of your back, seen from the side: how far it bends or arches
  away from your own start posture.
- **Says what stood out**: range, tempo, which joint led, always against the exercise's own limits.
"""
CANNOT = """
- **What the camera cannot see.** Hidden joints, a wrong view or a dark room are answered with
  *not judged*, why, and what to change.
- **Your lower back where its outline is hidden.** Where it was not measured, formcheck says so;
  no remark about the back never means that it was fine.
- **Pain, strength, or what is right for you.** Stop when something hurts, and ask somebody who knows you.
"""
REVIEWED = """
- A recording that you **review** lies in a temporary folder of the computer that runs formcheck and is
  **deleted when your session ends** (close the page or choose *Another recording*), unless you save it.
"""
AT_HOME = """
- **Live sets** and what you **save** are kept in a folder of this computer: body points, the outline of the
  trunk, numbers and reports; the video only where you say so. Pictures of a live set are never kept.
- What you answer on the **plan** page is kept there too: how it felt, and what stands against exercising.
- *My sets* shows all of it, takes it along in one file, and **deletes it for good**.
- There is no account. The only cookie is that of a phone which you let in by the code on this screen.
"""
IN_A_CLINIC = """
- **Live sets**, uploads and what you **save** are kept on the clinic's server, and so is what you answer
  on the **plan** page.
- Your clinicians see of each set **what you share**: nothing, the numbers, a figure that moves as you did,
  the video with your face blurred, or the video. You can take it back.
- *My sets* shows all that is kept of you, takes it along in one file, and **deletes it for good**.
- Your account has one cookie, which keeps you logged in and which no script can read.
"""
NOT_SENT = """
- **Nothing is sent anywhere else**: no telemetry, no fonts or scripts from other servers. The only thing that
  is ever fetched is the pose model, once, when formcheck is set up.
"""


def page() -> None:
    """Show what formcheck is and is not."""
    st.title("About and privacy", anchor=False)
    st.markdown(
        "formcheck watches a rehabilitation exercise, live or in a recording, counts the repetitions and "
        "tells how they were done, with an honest *not judged* where the picture does not allow more."
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
    clinic = Settings.from_environment().mode == "clinic"
    parts = (REVIEWED, IN_A_CLINIC if clinic else AT_HOME, NOT_SENT)
    st.markdown("\n".join(part.strip() for part in parts))
    st.subheader("What it is not", anchor=False)
    st.markdown(sentences.NOT_A_DEVICE)
    st.caption(f"formcheck {__version__}")
