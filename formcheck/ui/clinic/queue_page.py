"""*Queue*: which shared set needs an eye first, and one after the other."""

from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from formcheck.clinic.queue import NEED_WORD, NEEDS, Filter, Item, filtered
from formcheck.clinic.waits import items
from formcheck.store.access import Actor
from formcheck.ui.accounts.asking import page_actor
from formcheck.ui.accounts.notice import not_logged_in
from formcheck.ui.clinic import beside, set_review
from formcheck.ui.kept import kept
from formcheck.ui.plan.clock import zone
from formcheck.ui.plan.plan_log import KIND
from formcheck.ui.sets.words import when
from formcheck.ui.watch import page as watching

SET, ORDER = "set", "queue-order"
SHOWN = 50
LOOK = {
    "red": "fault",
    "pain": "fault",
    "asked": "borderline",
    "cannot_judge": "cannot_judge",
    "new_patient": "borderline",
    "agreement": "cannot_judge",
    "routine": "ok",
}


def page() -> None:
    """Show the queue, one set of it, or two sets side by side."""
    actor = page_actor()
    if actor.role != "clinician":
        not_logged_in()
        return
    wanted = st.query_params.get(SET, "")
    if wanted and st.query_params.get(set_review.BESIDE):
        beside.show(actor, wanted, st.query_params[set_review.BESIDE])
    elif wanted:
        set_review.show(actor, wanted, _steps(wanted))
    else:
        show(actor)


def show(actor: Actor) -> None:
    """Show what waits for a clinician."""
    st.title("Queue", anchor=False)
    watching.notice(actor)
    again = st.session_state.get("queue-again", False)
    waiting = kept().waiting.of_clinician(actor, kinds=[KIND], reviewed=bool(again))
    every = items(waiting, zone())
    wanted = _filter(every)
    shown = filtered(every, wanted)
    if not shown:
        st.info("Nothing waits here.", icon=":material/check:")
        return
    st.markdown(_headline(shown, waiting.in_all, every))
    _start(shown)
    many = st.session_state.setdefault("queue-shown", SHOWN)
    _list(shown, many)
    if len(shown) > many:
        st.button("Show more", on_click=_more)


def _filter(every: list[Item]) -> Filter:
    """Ask which of them to show."""
    counted = {need: sum(need in item.needs for item in every) for need in NEEDS}
    patients = {item.facts.patient_id: item.facts.patient for item in every}
    exercises = {item.facts.exercise_id: item.facts.exercise for item in every if item.facts.exercise_id}
    there = [need for need in NEEDS if counted[need]]
    needs = there and st.pills(
        "Why they wait",
        there,
        selection_mode="multi",
        format_func=lambda need: f"{NEED_WORD[need]} · {counted[need]}",
        key="queue-needs",
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="queue-filter"):
        patient = _choice("Patient", "All patients", patients, "queue-patient")
        exercise = _choice("Exercise", "All exercises", exercises, "queue-exercise")
        st.toggle("Also those looked through", key="queue-again")
    return Filter(frozenset(needs or ()), patient, exercise)


def _choice(label: str, everything: str, known: dict[str, str], key: str) -> str:
    ordered = sorted(known, key=lambda each: known[each].casefold())
    if st.session_state.get(key) not in ("", None, *ordered):
        del st.session_state[key]  # nothing of it waits any more
    chosen = st.selectbox(
        label, ["", *ordered], format_func=lambda each: known.get(each, everything), key=key
    )
    return chosen or ""


def _headline(shown: list[Item], in_all: int, every: list[Item]) -> str:
    people = len({item.facts.patient_id for item in shown})
    said = f"**{len(shown)} set{'' if len(shown) == 1 else 's'}** of {people} "
    said += f"patient{'' if people == 1 else 's'}, those that need an eye first."
    if in_all > len(every):
        said += f" {in_all - len(every)} more wait behind them."
    return said


def _start(shown: list[Item]) -> None:
    st.button(
        "Begin with the first",
        on_click=open_set,
        args=(shown[0].facts.set_id, shown),
        type="primary",
        key="queue-begin",
        shortcut="N",
    )


def open_set(set_id: str, order: list[Item]) -> None:
    """Show one set from now on, and know which come after it."""
    st.session_state[ORDER] = order
    st.query_params[SET] = set_id


def _more() -> None:
    st.session_state["queue-shown"] += SHOWN


def _steps(set_id: str) -> set_review.Steps:
    """Return what leads on from a set: through the queue as it was when it was opened."""
    order: list[Item] = st.session_state.get(ORDER, [])
    places = [item.facts.set_id for item in order]
    if set_id not in places:
        return set_review.Steps("Queue", _back, _back)
    place = places.index(set_id)

    def onward() -> None:
        if place + 1 < len(places):
            st.query_params[SET] = places[place + 1]
        else:
            _back()

    return set_review.Steps(
        "Queue", _back, onward, onward, f"{place + 1} of {len(places)}", order[place].reasons
    )


def _back() -> None:
    st.query_params.clear()


def _list(shown: list[Item], many: int) -> None:
    key = "queue-list"

    def opened() -> None:
        wanted = (st.session_state.get(key) or {}).get("opened")
        if any(item.facts.set_id == wanted for item in shown):
            open_set(str(wanted), shown)

    _component()(key=key, data={"html": list_html(shown[:many])}, on_opened_change=opened)


def list_html(shown: list[Item], zone_name: str | None = None) -> str:
    """Return the queue as a list of keys."""
    name = zone_name or st.context.timezone
    return f'<ol class="fc-queue">{"".join(_line(item, name) for item in shown)}</ol>'


def _line(item: Item, zone_name: str | None) -> str:
    facts = item.facts
    chips = "".join(
        f'<span class="fc-chip fc-{LOOK[need]}">{escape(NEED_WORD[need])}</span>' for need in item.needs
    )
    counted = f"{facts.reps} repetition{'' if facts.reps == 1 else 's'}"
    about = (
        f"{when(facts.performed_at, zone_name)} · {counted}{' · looked through' if facts.reviewed else ''}"
    )
    return (
        f'<li><button type="button" data-set="{escape(facts.set_id)}">'
        f"<b>{escape(facts.patient)}</b><span>{escape(facts.exercise or 'Unknown exercise')}</span>"
        f'<small>{escape(about)}</small><span class="fc-chips">{chips}</span>'
        f"<em>{escape(item.reasons[0])}</em></button></li>"
    )


@cache
def _component() -> Any:  # noqa: ANN401 - Streamlit's type of a mounted component is not public
    return st.components.v2.component(
        "formcheck_queue",
        html='<div class="fc-queue-part"></div>',
        js=(Path(__file__).parent / "queue.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
