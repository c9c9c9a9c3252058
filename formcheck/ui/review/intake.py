"""Choosing: the recording, and the exercise where formcheck is unsure."""

import streamlit as st

from formcheck.exercises.load import LoadedExercise, library
from formcheck.report.analysis import TRACK_SUFFIX
from formcheck.sources.file_kind import VIDEO_SUFFIXES
from formcheck.ui.exercise_box import exercise_box
from formcheck.ui.guarded import kindly
from formcheck.ui.review.current import start_again
from formcheck.ui.review.gallery import offer_samples
from formcheck.ui.review.review import Review
from formcheck.ui.text import plain
from formcheck.ui.workspace import workspace

MAX_UPLOAD_MB = 500
INTRODUCTION = (
    "Film one set, then let formcheck count it and look at how it was done. "
    "The recording stays on the computer that runs formcheck and is deleted when you close this page."
)
LIMITS = (
    f"A video of up to {MAX_UPLOAD_MB} MB, about ten minutes from a phone: choose it, or drop it on the "
    "field. A track.parquet that formcheck made earlier works too."
)
FILMING = (
    "Put the camera down at hip height, two to three metres away.",
    "Turn your side to it, with all of you in the picture.",
    "Hold the start posture still for three seconds, then begin.",
)


def choose_recording(review: Review) -> None:
    """Ask for a recording; the search starts as soon as there is one."""
    st.title("Review a recording", anchor=False)
    st.markdown(INTRODUCTION)
    if review.error:
        st.error(plain(review.error), icon=":material/info:")
    form, advice = st.columns([7, 5], gap="large")
    with form:
        exercise = library().get(exercise_box("Exercise", key="exercise"))
        file = st.file_uploader(
            "Your recording",
            type=sorted(suffix.lstrip(".") for suffix in {*VIDEO_SUFFIXES, TRACK_SUFFIX}),
            max_upload_size=MAX_UPLOAD_MB,
            key=f"recording-{review.attempts}",  # a new field for each attempt: the old one keeps its file
        )
        st.caption(LIMITS)
    if file is not None:
        review.begin(workspace().keep(file, file.name), exercise)
        st.rerun()
    with advice:
        _how_to_film(exercise)
    offer_samples(review, exercise)


def _how_to_film(exercise: LoadedExercise | None) -> None:
    with st.container(border=True):
        st.subheader("How to film", anchor=False)
        tips: tuple[str, ...] = FILMING
        if exercise is not None:
            tips = (exercise.exercise.camera.text, exercise.exercise.start_posture.text)
        st.markdown("\n".join(f"- {plain(tip)}" for tip in tips))


def choose_exercise(review: Review) -> None:
    """Ask which exercise it was, because the movement alone does not tell."""
    st.title("Which exercise was it?", anchor=False)
    st.markdown(
        f"{plain(review.name)} has been looked through, but the movement alone does not tell "
        "which exercise this was. Please choose, the most likely one comes first."
    )
    for candidate in review.candidates:
        exercise = candidate.exercise
        with st.container(border=True):
            if st.button(exercise.name, key=f"as-{exercise.id}"):
                review.choose(exercise.id)
                st.rerun()
            st.markdown(plain(exercise.summary))
    if st.button("Another recording", on_click=kindly(start_again), type="tertiary"):
        st.rerun()
