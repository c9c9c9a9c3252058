"""Mounts what is said about a set: verdicts and words. Both change without a run of the page."""

from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from formcheck.report.analysis import Analysis
from formcheck.report.words import Focus
from formcheck.store.access import Actor
from formcheck.ui.clinic.judging import judged_rows, key_help
from formcheck.ui.clinic.routes import address
from formcheck.ui.clinic.talk import state_of
from formcheck.ui.kept import kept
from formcheck.ui.player.player import PLAYER, VIDEO_KEY

HERE = Path(__file__).parent


def judging(actor: Actor, set_id: str, analysis: Analysis, focus: Focus) -> None:
    """Show the repetitions with everybody's verdicts; a clinician gives theirs with one key each."""
    may = actor.role == "clinician"
    exercise = analysis.loaded.exercise
    rows = judged_rows(analysis.judged.report, focus, exercise, PLAYER, judging=may)
    data = {
        "html": rows + (key_help() if may and rows else ""),
        "keys": may,
        "address": address(set_id),
        "video_key": VIDEO_KEY,
        "state": _state(actor, set_id),
    }
    _component("judging")(key=f"judging-{set_id}", data=data)


def talk(actor: Actor, set_id: str) -> None:
    """Show the words about a set, and let whoever sees it add theirs."""
    data = {
        "html": _talk_frame(actor),
        "address": address(set_id),
        "player": PLAYER,
        "video_key": VIDEO_KEY,
        "state": _state(actor, set_id),
    }
    _component("comments")(key=f"comments-{set_id}", data=data)


def _state(actor: Actor, set_id: str) -> dict[str, Any]:
    return state_of(kept(), actor, set_id, player=PLAYER, zone_name=st.context.timezone)


def _talk_frame(actor: Actor) -> str:
    label = "Say something to the patient" if actor.role == "clinician" else "Say something to your clinician"
    phrases = ""
    if actor.role == "clinician":
        phrases = (
            '<div class="fc-phrases" role="group" aria-label="Your phrases" data-part="phrases"></div>'
            '<button type="button" class="fc-quiet" data-keep-phrase>Keep these words as a phrase</button>'
        )
    return (
        '<h3>Comments</h3><div class="fc-talk" data-part="talk"></div>'
        '<form class="fc-say"><p class="fc-answering" data-part="answering" hidden><span></span>'
        '<button type="button" class="fc-quiet" data-no-answer>not as an answer</button></p>'
        f"<label><span>{escape(label)}</span>"
        '<textarea rows="2" maxlength="4000" data-part="words"></textarea></label>'
        '<div class="fc-send"><label class="fc-pin"><input type="checkbox" data-part="pin"> about the moment '
        '<b data-part="moment"></b></label><button type="submit" class="fc-main">Send</button></div>'
        f'{phrases}<p class="fc-status" role="status" data-part="status"></p></form>'
    )


@cache
def _component(name: str) -> Any:  # noqa: ANN401 - Streamlit's type of a mounted component is not public
    return st.components.v2.component(
        f"formcheck_{name}",
        html=f'<div class="fc-{name}"></div>',
        js=(HERE / f"{name}.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
