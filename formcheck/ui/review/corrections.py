"""What the person knows better than the camera; the set is judged again from the poses at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import streamlit as st

from formcheck.coach.clearance import over_an_object
from formcheck.exercises.load import library
from formcheck.report.analysis import Analysis
from formcheck.report.words import clock
from formcheck.ui.guarded import kindly
from formcheck.ui.object_field import object_field
from formcheck.ui.review.review import Review

SEEN = "As seen"
Way = Literal["left", "right"]
LEFT_RIGHT: dict[str, Way | None] = {SEEN: None, "Left": "left", "Right": "right"}
NEUTRAL_STEP_S = 0.1


def show(review: Review, analysis: Analysis) -> None:
    """Show the corrections."""
    st.subheader("Something wrong? Correct it", anchor=False)
    st.markdown("The set is judged again at once; every correction can be taken back.")
    with st.container(border=True, key="corrections"):
        one, two = st.columns(2, gap="large")
        with one:
            _exercise(review, analysis)
            _direction(review, "Facing in the picture", "facing")
            _direction(review, "Working side", "side")
            _object(review, analysis)
        with two:
            _neutral(review, analysis)
            _repetitions(review, analysis)


def _exercise(review: Review, analysis: Analysis) -> None:
    known = library()
    key = "correct-exercise"
    st.session_state.setdefault(key, analysis.loaded.exercise.id)
    st.selectbox(
        "Exercise",
        list(known),
        format_func=lambda exercise_id: known[exercise_id].exercise.name,
        key=key,
        on_change=kindly(lambda: review.choose(st.session_state[key])),
    )


def _direction(review: Review, label: str, field: Literal["facing", "side"]) -> None:
    key = f"correct-{field}"
    st.session_state.setdefault(key, _option(getattr(review.corrections, field)))

    def changed() -> None:
        way = LEFT_RIGHT[st.session_state[key]]
        known = review.corrections
        review.correct(replace(known, facing=way) if field == "facing" else replace(known, side=way))

    st.segmented_control(label, list(LEFT_RIGHT), key=key, required=True, on_change=kindly(changed))


def _object(review: Review, analysis: Analysis) -> None:
    """Ask for the height of what the foot is lifted over, where there is such a thing."""
    if not over_an_object(analysis.loaded.exercise):
        return
    key = "correct-object"
    st.session_state.setdefault(key, review.corrections.object_height_cm)

    def changed() -> None:
        review.correct(replace(review.corrections, object_height_cm=st.session_state[key]))

    object_field(key, kindly(changed))


def _option(corrected: Way | None) -> str:
    return next(option for option, value in LEFT_RIGHT.items() if value == corrected)


def _neutral(review: Review, analysis: Analysis) -> None:
    """Let the stretch be chosen in which the start posture was held."""
    neutral = analysis.judged.report.neutral
    end_s = float(analysis.track.t_s[-1]) if len(analysis.track) else 0.0
    st.session_state.setdefault("own-neutral", review.corrections.neutral_s is not None)
    own = st.toggle(
        "Choose the start posture myself", key="own-neutral", on_change=kindly(_neutral_off(review))
    )
    if not own:
        if neutral.start_s is not None and neutral.end_s is not None:
            st.caption(f"Found between {clock(neutral.start_s)} and {clock(neutral.end_s)}.")
        else:
            st.caption("No still start posture was found.")
        return
    key = "correct-neutral"
    held_s = review.corrections.neutral_s or (neutral.start_s or 0.0, neutral.end_s or min(3.0, end_s))
    st.session_state.setdefault(key, (round(held_s[0], 1), round(held_s[1], 1)))
    st.slider(
        "Standing still in the start posture (seconds)",
        min_value=0.0,
        max_value=max(end_s, NEUTRAL_STEP_S),
        step=NEUTRAL_STEP_S,
        key=key,
        on_change=lambda: review.correct(replace(review.corrections, neutral_s=tuple(st.session_state[key]))),
    )
    if not neutral.accepted:
        st.warning(neutral.reason or "This stretch cannot be used.", icon=":material/info:")


def _neutral_off(review: Review) -> Callable[[], None]:
    def changed() -> None:
        if not st.session_state["own-neutral"] and review.corrections.neutral_s is not None:
            review.correct(replace(review.corrections, neutral_s=None))

    return changed


def _repetitions(review: Review, analysis: Analysis) -> None:
    reps = analysis.judged.report.reps
    if not reps and not review.dismissed:
        return
    st.markdown("**Was one of these not a repetition?**")
    with st.container(horizontal=True, gap="small"):
        for rep in reps:
            st.button(
                f"{rep.index} at {clock(rep.move_start_s)}: not a repetition",
                key=f"dismiss-{rep.peak_s:.3f}",
                on_click=kindly(review.dismiss),
                args=(rep,),
            )
        for peak_s, start_s in sorted(review.dismissed.items()):
            st.button(
                f"Count the one at {clock(start_s)} again",
                key=f"restore-{peak_s:.3f}",
                on_click=kindly(review.restore),
                args=(peak_s,),
                icon=":material/undo:",
            )
