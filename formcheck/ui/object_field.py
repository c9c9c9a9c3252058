"""The field for the height of what a foot is lifted over."""

from collections.abc import Callable

import streamlit as st

from formcheck.exercises.rules import MAX_OBJECT_CM


def object_field(key: str, on_change: Callable[[], None] | None = None) -> float | None:
    """Show the field; return the height in centimetres, None while nobody gave it."""
    return st.number_input(
        "Height of the object, cm",
        min_value=1.0,
        max_value=MAX_OBJECT_CM,
        value=None,
        step=1.0,
        format="%.0f",
        placeholder="Not given",
        help="From what the heel rests on. With it formcheck says whether the foot cleared the object.",
        key=key,
        on_change=on_change,
    )
