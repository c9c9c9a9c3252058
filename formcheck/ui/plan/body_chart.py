"""The body as a chart to tap: from behind, and the front of the hips. The list beside it does the same."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from formcheck.ui.plan.words import BY_WORDS, SPOTS

SHAPES: dict[tuple[str, str], str] = {
    ("central_back", "middle"): "M92 92H108V176H92Z",
    ("lateral_back", "left"): "M66 96H90V176H70Z",
    ("lateral_back", "right"): "M134 96H110V176H130Z",
    ("buttock", "left"): "M68 180H98V222H62Z",
    ("buttock", "right"): "M132 180H102V222H138Z",
    ("thigh", "left"): "M62 226H97L93 300H68Z",
    ("thigh", "right"): "M138 226H103L107 300H132Z",
    ("calf", "left"): "M69 304H92L89 376H73Z",
    ("calf", "right"): "M131 304H108L111 376H127Z",
    ("foot", "left"): "M72 380H90V398H60Z",
    ("foot", "right"): "M128 380H110V398H140Z",
    ("groin", "right"): "M196 186H226L230 232H204Z",
    ("groin", "left"): "M264 186H234L230 232H256Z",
}
"""Polygons in a drawing of 290 by 405; seen from behind, so that left is left, the front mirrored."""


def body_chart(key: str) -> None:
    """Show the chart; tapping a place adds it to or takes it from the choice under ``key``."""
    chosen = [words for words in st.session_state.get(key) or [] if words in BY_WORDS]
    _component()(
        key=f"{key}-chart",
        data={"html": picture(chosen)},
        on_tapped_change=lambda: _take_over(key),
    )


def picture(chosen: list[str]) -> str:
    """Return the chart as SVG with buttons; places are checkboxes to a screen reader."""
    parts = [
        f'<path class="fc-spot" role="checkbox" tabindex="0" aria-checked="{str(words in chosen).lower()}" '
        f'aria-label="{words}" data-spot="{words}" d="{SHAPES[spot]}"><title>{words}</title></path>'
        for spot, words in SPOTS.items()
    ]
    return (
        '<svg class="fc-body" viewBox="0 0 290 405" role="group" aria-label="Body chart">'
        '<g class="fc-outline" aria-hidden="true"><circle cx="100" cy="36" r="22"/>'
        '<path d="M92 58V70L52 84L36 190L48 194L64 116M108 58V70L148 84L164 190L152 194L136 116"/>'
        '<path d="M64 92H136V180L142 224L130 378L142 400H108L104 232H96L92 400H58L70 378L58 224L64 180Z"/>'
        '<path d="M190 176H270L276 226L262 262H234L230 240L226 262H198L184 226Z"/></g>'
        '<text x="100" y="10" text-anchor="middle">from behind</text>'
        '<text x="230" y="168" text-anchor="middle">from the front</text>'
        f"{''.join(parts)}</svg>"
    )


def _take_over(key: str) -> None:
    """Toggle what was tapped."""
    tapped = (st.session_state.get(f"{key}-chart") or {}).get("tapped")
    if tapped in BY_WORDS:
        chosen = list(st.session_state.get(key) or [])
        st.session_state[key] = [w for w in chosen if w != tapped] if tapped in chosen else [*chosen, tapped]


@cache
def _component() -> Any:  # noqa: ANN401 - Streamlit's type of a mounted component is not public
    return st.components.v2.component(
        "formcheck_body_chart",
        html='<div class="fc-chart"></div>',
        js=(Path(__file__).parent / "body_chart.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
