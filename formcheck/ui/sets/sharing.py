"""What a patient shares of one set."""

import streamlit as st

from formcheck.store.access import Actor, Level
from formcheck.store.records import SetRow
from formcheck.store.work import Task
from formcheck.ui.guarded import kindly
from formcheck.ui.kept import kept
from formcheck.ui.sets.words import LEVELS, MEANING, WITHDRAWN
from formcheck.ui.text import plain


def share_field(actor: Actor, row: SetRow) -> None:
    """Let the owner choose how much of a set clinicians whom they accepted may see."""
    st.subheader("What your clinician sees of this set", anchor=False)
    key = f"share-{row.id}"
    st.session_state.setdefault(key, row.shared)

    def changed() -> None:
        share(actor, row, st.session_state[key])

    st.radio(
        "Shared",
        list(LEVELS),
        format_func=LEVELS.__getitem__,
        captions=[plain(MEANING[level]) for level in LEVELS],
        key=key,
        on_change=kindly(changed),
        label_visibility="collapsed",
    )
    if st.session_state.pop("withdrawn", False):
        st.info(WITHDRAWN, icon=":material/info:")


def share(actor: Actor, row: SetRow, level: Level) -> None:
    """Change what is shared, and have the films drawn that it needs."""
    store = kept()
    store.sets.share(actor, row.id, level)
    st.session_state["withdrawn"] = level < row.shared
    files = {file.kind for file in store.sets.files(actor, row.id)}
    needed: list[tuple[Level, Task, str]] = [
        (Level.REPLAY, "replay", "track"),
        (Level.BLURRED, "blurred", "video"),
    ]
    for from_level, task, source in needed:
        if level >= from_level and source in files and task not in files:
            store.work.ask(actor, row.id, task)
