"""One set: what was found, its film, what is shared, its files, its end."""

from html import escape

import streamlit as st

from formcheck.exercises.load import library
from formcheck.report import sentences
from formcheck.store.access import Actor
from formcheck.store.work import Stage, Task
from formcheck.ui.clinic import said
from formcheck.ui.guarded import kindly
from formcheck.ui.kept import kept
from formcheck.ui.player import linked_player
from formcheck.ui.player.player import VIDEO_KEY
from formcheck.ui.review.result import hero, not_judged
from formcheck.ui.sets import words
from formcheck.ui.sets.sharing import share_field
from formcheck.ui.sets.stored import StoredSet, read_set
from formcheck.ui.text import plain
from formcheck.ui.uploads.media import address

WATCH_S = 2.0
SHOWN_FILES = (
    ("pdf", "Report (PDF)", "To print or to send to a clinician."),
    ("page", "Report (web page)", "One file that opens in any browser."),
    ("overlay", "Video with drawings", "Your recording with everything drawn over it."),
    ("blurred", "Video, face covered", "The same with the face covered by large blocks."),
    ("replay", "Stick figure", "The movement alone, in an empty room."),
    ("video", "Recording", "As it was uploaded."),
    ("signals", "signals.parquet", "Every angle over time, for other programs."),
    ("track", "track.parquet", "Body points without pictures: open it on Review to judge it anew."),
)


def show(actor: Actor, set_id: str) -> None:
    """Show a set that the actor may see."""
    st.button("All sets", on_click=_back, icon=":material/arrow_back:", type="tertiary")
    stored = read_set(kept(), actor, set_id)
    own = actor.account_id == stored.row.patient_id
    with_clinic = actor.role in ("patient", "clinician")
    _headline(stored)
    problems(actor, stored, own=own)
    left, right = st.columns([5, 7], gap="large")
    with left:
        film(actor, stored, own=own)
        if with_clinic:
            said.talk(actor, set_id)
    with right:
        if stored.analysis is not None and stored.focus is not None:
            linked_player(stored.analysis, stored.focus, rows=not with_clinic)
            if with_clinic:
                said.judging(actor, set_id, stored.analysis, stored.focus)
    if stored.analysis is not None:
        not_judged(stored.analysis.judged.report)
    if own and actor.role == "patient":
        share_field(actor, stored.row)
    files(stored)
    if own:
        _end(actor, stored)
    st.html(f'<p class="fc-fine">{escape(sentences.UNCERTAINTY)} {escape(sentences.NOT_A_DEVICE)}</p>')


def _back() -> None:
    st.query_params.pop("set", None)


def _headline(stored: StoredSet) -> None:
    row = stored.row
    facts = [row.name, words.when(row.performed_at, st.context.timezone)]
    if stored.analysis is None or stored.focus is None:
        st.title(words.title(row), anchor=False)
        st.markdown(plain(" · ".join(facts)))
        return
    hero(stored.analysis.judged.report, stored.focus, " · ".join([row.exercise_name, *facts]))


def problems(actor: Actor, stored: StoredSet, *, own: bool) -> None:
    """Say why a set is not judged (yet)."""
    row = stored.row
    if row.state == "failed":
        st.warning(plain(row.problem), icon=":material/info:")
        if own and {"video", "track"} & set(stored.files):
            _again(actor, stored)
    elif row.state == "waiting":
        st.markdown("This recording is being looked at. You may close this page: it goes on without you.")


def _again(actor: Actor, stored: StoredSet) -> None:
    """Let the exercise be named, and have the recording looked at again."""
    known = library()
    chosen = st.selectbox(
        "Exercise", list(known), format_func=lambda key: known[key].exercise.name, key="again-exercise"
    )

    def again() -> None:
        kept().sets.analyse_as(actor, stored.row.id, chosen)

    st.button("Look at it again", on_click=kindly(again), type="primary")


def film(actor: Actor, stored: StoredSet, *, own: bool, key: str = VIDEO_KEY) -> None:
    """Show the film that tells most in a container of its own, or why there is none."""
    going_on = [stage for stage in stored.stages if not stage.problem]
    if going_on:
        _watch(actor, stored.row.id, len(stored.stages))
    shown = stored.film
    if shown is not None:
        with st.container(key=key):
            st.html(
                f'<video controls playsinline preload="metadata" src="{address(shown)}" '
                f'aria-label="{escape(words.title(stored.row))}"></video>'
            )
    elif not going_on and stored.analysis is not None:
        _no_film(actor, stored, own=own)
    for stage in stored.stages:
        if stage.problem and stored.row.state == "done":
            st.warning(plain(stage.problem), icon=":material/info:")


def _no_film(actor: Actor, stored: StoredSet, *, own: bool) -> None:
    if not own:
        st.info("No film of this set is shared with you.", icon=":material/info:")
        return
    task: Task = "overlay" if "video" in stored.files else "replay"

    def draw() -> None:
        kept().work.ask(actor, stored.row.id, task)

    st.button("Draw the film", on_click=kindly(draw), icon=":material/movie:")


@st.fragment(run_every=WATCH_S)
def _watch(actor: Actor, set_id: str, known: int) -> None:
    """Show how far the work is; show the page anew when some of it is done."""
    stages = kept().work.stages(actor, set_id)
    if len(stages) != known or not any(not stage.problem for stage in stages):
        st.rerun()
    for stage in stages:
        if not stage.problem:
            st.progress(stage.share or 0.0, text=_said(stage))


def _said(stage: Stage) -> str:
    if stage.waiting:
        return "Waiting for its turn"
    return stage.step or "Starting"


def files(stored: StoredSet) -> None:
    """Offer the files that may be seen."""
    there = [(stored.files[kind], label, about) for kind, label, about in SHOWN_FILES if kind in stored.files]
    if not there:
        return
    st.subheader("Take it with you", anchor=False)
    items = "".join(
        f'<div><a class="fc-button" href="{address(file)}" download="{escape(file.name)}">{escape(label)}</a>'
        f"<p>{escape(about)}</p></div>"
        for file, label, about in there
    )
    st.html(f'<div class="fc-files">{items}</div>')


def _end(actor: Actor, stored: StoredSet) -> None:
    with st.popover("Delete this set", icon=":material/delete:"):
        st.markdown("The set, its report and all its files are deleted at once, and cannot be brought back.")

        def delete() -> None:
            kept().sets.delete(actor, stored.row.id)
            _back()

        st.button("Delete for good", on_click=kindly(delete), type="primary")
