"""The choice of an exercise of a recording, or of finding it out."""

import streamlit as st

from formcheck.exercises.load import library

FIND_OUT = "Find out for me"


def exercise_box(label: str, *, key: str) -> str:
    """Show the choice; return the exercise's id, empty where formcheck shall find it out."""
    known = library()
    return st.selectbox(
        label,
        ["", *known],
        format_func=lambda name: known[name].exercise.name if name in known else FIND_OUT,
        key=key,
    )
