"""*Watch*: the sets that patients let their clinician watch now, and one of them as it is done."""

from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.live.watch import EXPIRES_S, MAX_CHARACTERS
from formcheck.store.access import Actor
from formcheck.ui.accounts.asking import page_actor
from formcheck.ui.accounts.notice import not_logged_in
from formcheck.ui.kept import kept
from formcheck.ui.live import board
from formcheck.ui.text import plain
from formcheck.ui.watch.going_on import Shown, watchable, watched
from formcheck.ui.watch.routes import address
from formcheck.ui.watch.seen import cues

SET, TOLD = "watch", "watch-told"
KEY = "watching"
LOOK_S = 3.0
OVER = "That set is over, or it is not shown to you any more."
NONE = "Nobody lets you watch a set at the moment."
HOW = (
    "A patient allows it on *Live* before they begin, for one set. You then see a stick figure and numbers, "
    "never a picture, and can say one short cue at a time. Nothing of what you see is kept; that you "
    "watched, and your cues, are."
)


def page() -> None:
    """Show what can be watched, or one set."""
    actor = page_actor()
    if actor.role != "clinician":
        not_logged_in()
        return
    st.html(f"<style>{_style()}</style>")
    wanted = st.query_params.get(SET, "")
    if not wanted:
        _choose(actor)
        return
    try:
        shown = watched(actor, wanted)
    except FormcheckError:
        st.session_state[TOLD] = OVER
        _back()
        st.rerun()
    _one(actor, shown)


def notice(actor: Actor) -> None:
    """Say on another page that somebody lets themselves be watched now, as soon as they do."""
    _notice(actor)


@st.fragment(run_every=LOOK_S)
def _notice(actor: Actor) -> None:
    for shown in watchable(actor):
        with st.container(key=f"notice-{shown.watch.id}", horizontal=True, vertical_alignment="center"):
            st.html(f'<p class="fc-now-live">{_line(shown)}</p>', width="content")
            st.page_link(st.Page(page, url_path=SET), label="Watch", query_params={SET: shown.watch.id})


def _choose(actor: Actor) -> None:
    st.title("Watch", anchor=False)
    told = st.session_state.pop(TOLD, "")
    if told:
        st.info(told, icon=":material/info:")
    st.markdown(HOW)
    _list(actor)


@st.fragment(run_every=LOOK_S)
def _list(actor: Actor) -> None:
    """Show who can be watched, and look again now and then."""
    there = watchable(actor)
    if not there:
        st.info(NONE, icon=":material/visibility_off:")
    for shown in there:
        with st.container(
            key=f"watchable-{shown.watch.id}", horizontal=True, vertical_alignment="center", border=True
        ):
            st.html(f'<p class="fc-now-live">{_line(shown)}</p>')
            st.button(
                "Watch", key=f"to-{shown.watch.id}", on_click=_open, args=(shown.watch.id,), type="primary"
            )


def _line(shown: Shown) -> str:
    name, exercise = escape(shown.watch.patient.name), escape(shown.exercise)
    return f"<strong>{name}</strong> lets you watch a set now: {exercise}."


def _open(watch_id: str) -> None:
    st.query_params[SET] = watch_id


def _back() -> None:
    st.query_params.clear()


def _one(actor: Actor, shown: Shown) -> None:
    """Show one set as it is done."""
    st.button("All who can be watched", on_click=_back, icon=":material/arrow_back:", type="tertiary")
    name = shown.watch.patient.name
    st.title(plain(f"{name}: {shown.exercise}"), anchor=False)

    def over() -> None:
        st.session_state[TOLD] = OVER
        _back()

    data = {
        "id": shown.watch.id,
        "address": address(shown.watch.id),
        "frame": _frame(_cues(actor, shown), name),
        "expires_ms": EXPIRES_S * 1000,
    }
    _component()(key=KEY, data=data, on_over_change=over)


def _cues(actor: Actor, shown: Shown) -> tuple[str, ...]:
    if shown.live.choice is None:
        return ()
    phrases = (phrase.words for phrase in kept().remarks.phrases(actor))
    short = tuple(words for words in phrases if len(words) <= MAX_CHARACTERS and "\n" not in words)
    return cues(shown.live.choice.loaded.exercise, short)


def _frame(known: tuple[str, ...], name: str) -> str:
    """Return the fixed parts; the script fills those with a ``data-part``."""
    buttons = "".join(
        f'<button type="button" data-cue="{escape(words)}">{escape(words)}</button>' for words in known
    )
    return f"""
<div class="fc-side">
<div class="fc-scene"><div data-part="figure"></div>
<p class="fc-number"><strong data-part="count"></strong> <span data-part="of"></span></p>
<p class="fc-age" data-part="age"></p></div>
<form class="fc-cueing"><h3>Say one cue to {escape(name)}</h3>
<div class="fc-cues" role="group" aria-label="Cues">{buttons}</div>
<div class="fc-own"><label><span>In your own words</span>
<input type="text" maxlength="{MAX_CHARACTERS}" data-part="words" autocomplete="off"></label>
<button type="submit" class="fc-main">Say it</button></div>
<p class="fc-status" role="status" data-part="status"></p>
<p class="fc-advice" data-part="sent" hidden></p></form></div>
<div class="fc-board fc-reading">
<div class="fc-say"><p data-part="set"></p><h2 data-part="say"></h2><p data-part="hint"></p></div>
<p class="fc-last" data-part="verdict"></p>
<p class="fc-wait" data-part="wait"></p>
<p class="fc-cue" data-part="cue"></p>
<p class="fc-withheld-now" data-part="withheld"></p>
<div class="fc-gauges"><section aria-label="Lower back" data-part="back" hidden></section>
<section aria-label="Range" data-part="range" hidden></section>
<section aria-label="Phase" data-part="pace" hidden></section></div>
<div data-part="checks" hidden></div></div>"""


@cache
def _component() -> Any:  # noqa: ANN401 - Streamlit's type of a mounted component is not public
    return st.components.v2.component(
        "formcheck_watch",
        html='<div class="fc-watching"></div>',
        js=board.script(Path(__file__).parent / "watch.js"),
        isolate_styles=False,
    )


@cache
def _style() -> str:
    sheets = (board.HERE / "live.css", Path(__file__).parent / "watch.css")
    return "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
