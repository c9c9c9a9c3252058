"""*Try a sample*: one exercise's clips at a time, each with the picture that tells what it is about."""

import streamlit as st

from formcheck.exercises.load import LoadedExercise, library
from formcheck.ui.review.review import Review
from formcheck.ui.samples import Sample, samples, still
from formcheck.ui.text import plain

NO_EXERCISE = ""
CARD_WIDTH_PX = 150
"""Two beside each other on a phone of 360 px; our choice."""


def offer_samples(review: Review, exercise: LoadedExercise | None) -> None:
    """Show the example clips; a press on one begins its review."""
    there = samples()
    if not there:
        return
    st.subheader("No recording at hand? Try a sample", anchor=False)
    known = [key for key in library() if any(sample.exercise == key for sample in there)]
    others = [NO_EXERCISE] if any(not sample.exercise for sample in there) else []
    start = exercise.exercise.id if exercise is not None else ""
    shown = st.pills(
        "Samples of",
        [*known, *others],
        default=start if start in known else known[0] if known else NO_EXERCISE,
        format_func=_name,
        required=True,
        key=f"samples-of-{start}",  # the exercise chosen above opens its own samples
        label_visibility="collapsed",
    )
    with st.container(horizontal=True, key="samples"):
        for sample in sorted((each for each in there if each.exercise == shown), key=_clean_first):
            _card(sample, review, exercise)


def _name(key: str) -> str:
    return library()[key].exercise.name if key else "No exercise at all"


def _clean_first(sample: Sample) -> tuple[bool, str]:
    return not sample.clean, sample.name


def _card(sample: Sample, review: Review, exercise: LoadedExercise | None) -> None:
    with st.container(width=CARD_WIDTH_PX, gap="xsmall", key=f"card-{sample.path.stem}"):
        picture = still(sample)
        if picture:
            st.image(picture, width="stretch", alt=sample.name)
        if st.button(_short(sample), key=f"sample-{sample.path.stem}", width="stretch", wrap=True):
            review.begin(sample.path, exercise or library().get(sample.exercise))
            st.rerun()


def _short(sample: Sample) -> str:
    """Return what the title says after exercise and view, which the row is headed by."""
    _, _, after = sample.name.partition(", side view, ")
    text = after or sample.name
    return plain(text[:1].upper() + text[1:])
