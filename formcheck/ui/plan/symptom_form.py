"""How it feels: where on the body, 0 to 10 for each place, tingling, one activity of one's own."""

from collections.abc import Callable

import streamlit as st

from formcheck.plan.context import Ask
from formcheck.plan.entries import NPRS_MAX, Moment, Pain, SymptomReport
from formcheck.plan.symptoms import ZONE
from formcheck.ui.guarded import kindly
from formcheck.ui.plan import clock
from formcheck.ui.plan.body_chart import body_chart
from formcheck.ui.plan.plan_log import PlanLog
from formcheck.ui.plan.words import ASKED, BY_WORDS, SPOTS
from formcheck.ui.text import plain

WHERE, NOTE_NOW = "plan-where", "plan-note-now"
SCALE = tuple(range(NPRS_MAX + 1))
WORST_PLACES = list(SPOTS.values())
WITH_FUNCTION: tuple[Moment, ...] = ("before", "after", "after_5_min", "next_morning")


def show(log: PlanLog, ask: Ask, name: str) -> None:
    """Ask for one report, and keep it.

    Parameters
    ----------
    log : PlanLog
        Where it goes.
    ask : Ask
        Which report.
    name : str
        What the exercise is called; empty where the report is about the day.
    """
    st.subheader(ASKED[ask.moment] + (f" ({name})" if name else ""), anchor=False)
    with st.container(key="plan-feel"):
        chart, numbers = st.columns([4, 7], gap="medium")
        with chart:
            body_chart(WHERE)
        with numbers:
            _entry(ask)
    st.button(
        "Keep this",
        key=f"plan-keep-{ask.moment}",
        type="primary",
        on_click=kindly(lambda: _keep(log, ask)),
        width="stretch",
    )


def _entry(ask: Ask) -> None:
    chosen = st.pills(
        "Where does it hurt? Nothing chosen means nowhere.",
        WORST_PLACES,
        selection_mode="multi",
        key=WHERE,
    )
    for words in chosen or []:
        _rating(f"{words}: 0 (none) to 10 (worst there is)", f"plan-nprs-{words}")
    if ask.moment == "after":
        _rating("At its worst while you moved: 0 to 10", "plan-worst")
        if st.session_state.get("plan-worst"):
            st.selectbox(
                "Where was that?", WORST_PLACES, key="plan-worst-where", index=_furthest(chosen or [])
            )
    st.checkbox("Tingling, numbness or weakness in a leg", key="plan-neuro")
    if ask.moment in WITH_FUNCTION:
        _rating(
            "One thing that you want to do again: how well does it go? 0 (not at all) to 10", "plan-function"
        )


def _rating(label: str, key: str) -> None:
    st.radio(label, SCALE, index=None, horizontal=True, key=key)


def _furthest(chosen: list[str]) -> int:
    """Return the place furthest out among those chosen, as the likeliest answer."""
    found = [words for words in WORST_PLACES if words in chosen]
    return WORST_PLACES.index(max(found, key=_zone)) if found else 0


def _zone(words: str) -> int:
    return ZONE.get(BY_WORDS[words][0], 0)


def _keep(log: PlanLog, ask: Ask) -> None:
    """Keep the report, and for the moment after a movement also the worst of it."""
    state, at = st.session_state, clock.now()
    missing = [words for words in state.get(WHERE) or [] if state.get(f"plan-nprs-{words}") is None]
    if missing:
        state["plan-missing"] = f"Please say how much it hurts: {', '.join(missing)}."
        return
    neuro, function = bool(state.get("plan-neuro")), state.get("plan-function")
    if ask.moment == "after":
        if state.get("plan-worst") is None:
            state["plan-missing"] = "Please say how it was at its worst while you moved; 0 is an answer."
            return
        log.add(SymptomReport(at, "during", _worst(), neuro, None, ask.exercise_id))
    pains = tuple(_pain(words, state[f"plan-nprs-{words}"]) for words in state.get(WHERE) or [])
    log.add(SymptomReport(at, ask.moment, pains, neuro, function, ask.exercise_id))
    _clear()


def _worst() -> tuple[Pain, ...]:
    nprs = int(st.session_state["plan-worst"])
    return (_pain(st.session_state.get("plan-worst-where") or WORST_PLACES[0], nprs),) if nprs else ()


def _pain(words: str, nprs: int) -> Pain:
    place, side = BY_WORDS[words]
    return Pain(place, side, nprs)


def _clear() -> None:
    for key in list(st.session_state):
        if isinstance(key, str) and key.startswith(
            ("plan-nprs-", "plan-worst", "plan-neuro", "plan-function")
        ):
            del st.session_state[key]
    st.session_state[WHERE] = []
    st.session_state.pop(NOTE_NOW, None)


def complaint(say: Callable[[str], object] = st.warning) -> None:
    """Say what is still missing, if something is."""
    missing = st.session_state.pop("plan-missing", "")
    if missing:
        say(plain(missing))
