"""After the last set: what was done, at once; how it felt; and what to do with what was kept."""

from html import escape
from io import BytesIO

import streamlit as st

from formcheck.exercises.load import of_library
from formcheck.live.finish import FinishedSet
from formcheck.live.sink import TRACK
from formcheck.report import sentences
from formcheck.report.words import fault_label, focus_of, seconds
from formcheck.ui.guarded import kindly
from formcheck.ui.live.coach import Coach, Feeling, coach
from formcheck.ui.player.rows import repetition_rows
from formcheck.ui.review.current import current, start_again
from formcheck.ui.review.page import page as review_page
from formcheck.ui.review.result import hero
from formcheck.ui.text import plain

# measurement.md, section 7: the ladder of zones, and apart from it the front of the hip.
PLACES = (
    "Middle of the back",
    "Side of the back",
    "Buttock",
    "Thigh",
    "Calf",
    "Foot",
    "Groin or front of the hip",
)
ENDED = {
    "done": "Well done.",
    "stopped": "You stopped. That was right, if it hurt.",
    "left": "The session ended before its last set.",
    "": "",
}
EARLIER = "The session before was cut off. This is what was done until then; nothing of it is lost."
ASK_SOMEBODY = "Pain of this strength is a reason to leave it for today, and to ask a clinician if it stays."
MUCH = 8  # measurement.md, section 7: red at any time


def show(live: Coach) -> None:
    """Show what was done."""
    state = live.worker.state if live.worker is not None else None
    st.title("Your live session", anchor=False)
    st.markdown(plain(EARLIER if live.worker is None else ENDED[state.ending if state else ""]))
    if live.worker is not None and live.worker.trouble:
        st.error(plain(live.worker.trouble), icon=":material/info:")
    if not live.finished:
        st.info("No repetition was done, so there is nothing to judge.", icon=":material/info:")
    for done in live.finished:
        _set(live, done)
    _evidence(live)
    if live.finished:
        _feeling(live)
    with st.container(horizontal=True):
        st.button("Exercise again", on_click=kindly(_again), type="primary")
        st.button("Delete what was kept", on_click=kindly(_delete))
    st.html(f'<p class="fc-fine">{escape(sentences.UNCERTAINTY)} {escape(sentences.NOT_A_DEVICE)}</p>')


def _set(live: Coach, done: FinishedSet) -> None:
    report = done.report
    signal = done.analysis.judged.signal if done.analysis is not None else None
    focus = focus_of(report, signal=signal)
    hero(report, focus, number=done.number)
    for difference in done.differences:
        st.caption(plain(difference))
    with st.expander("Each repetition", expanded=len(live.finished) == 1):
        st.html(f'<div class="fc-linked">{repetition_rows(report, focus, playable=False)}</div>')
    track = live.folder / f"set-{done.number}" / TRACK
    if track.exists():
        columns = st.container(horizontal=True)
        if columns.button("Look closer in Review", key=f"live-review-{done.number}"):
            start_again()
            current().begin(track, of_library(report.exercise.id))
            st.switch_page(st.Page(review_page, url_path="review"))
        columns.download_button(
            "Download the track",
            BytesIO(track.read_bytes()),
            file_name=f"live-set-{done.number}.parquet",
            key=f"live-track-{done.number}",
        )


def _evidence(live: Coach) -> None:
    if live.worker is None or not live.worker.evidence:
        return
    st.subheader("The moments", anchor=False)
    st.caption("They are shown here only, and are gone when you leave this page.")
    columns = st.columns(3)
    for i, each in enumerate(live.worker.evidence):
        with columns[i % 3]:
            st.image(each.jpeg, caption=f"{fault_label(each.fault_id).capitalize()}, at {seconds(each.t_s)}")


def _feeling(live: Coach) -> None:
    st.subheader("How did it feel?", anchor=False)
    if live.felt is not None:
        st.success(f"Noted: {live.felt.pain} of 10.", icon=":material/check:")
        if live.felt.pain >= MUCH:
            st.warning(ASK_SOMEBODY, icon=":material/info:")
        return
    with st.form("live-feeling"):
        st.slider("Pain at its worst, 0 (none) to 10", 0, 10, 0, key="live-pain")
        st.multiselect("Where", PLACES, key="live-places", placeholder="Nowhere")
        st.text_input("Anything else, such as tingling", key="live-note", max_chars=200)
        st.form_submit_button("Keep this", on_click=kindly(_felt))


def _felt() -> None:
    state = st.session_state
    coach().feel(Feeling(int(state["live-pain"]), tuple(state["live-places"]), str(state["live-note"])))


def _again() -> None:
    coach().forget()
    st.query_params.clear()


def _delete() -> None:
    coach().delete()
    st.query_params.clear()
