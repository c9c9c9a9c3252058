"""Mounts the linked player: what it shows is made here, how it moves is in ``player.js``."""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from formcheck.report.analysis import Analysis
from formcheck.report.back_figure import lumbar
from formcheck.report.figure_parts import LEFT_PX, NARROW_PX, RIGHT_PX, WIDE_PX
from formcheck.report.rough_figure import rough_curve
from formcheck.report.timeline_figure import timeline
from formcheck.report.words import Focus, signal_label
from formcheck.ui.player.rows import repetition_rows

HERE = Path(__file__).parent
PLAYER, VIDEO_KEY = "linked-player", "review-video"
SAMPLES_PER_S = 15.0


def linked_player(
    analysis: Analysis,
    focus: Focus,
    *,
    key: str = PLAYER,
    video_key: str = VIDEO_KEY,
    rows: bool = True,
) -> None:
    """Show the plot, linked to the video in a container.

    Parameters
    ----------
    analysis, focus
        What is shown.
    key : str
        The player's name: what stands elsewhere on the page with ``data-start``, ``data-end`` and this as
        ``data-player`` shows that moment, and rows with ``data-rep`` are marked while their moment is shown.
    video_key : str
        The video's container.
    rows : bool
        Whether the list of repetitions is shown as well.
    """
    _component()(key=key, data=player_data(analysis, focus, key=key, video_key=video_key, rows=rows))


def player_data(
    analysis: Analysis, focus: Focus, *, key: str = PLAYER, video_key: str = VIDEO_KEY, rows: bool = True
) -> dict[str, Any]:
    """Return what the browser needs: HTML, time axis, repetitions and the angle over time."""
    report, signals = analysis.judged.report, analysis.judged.signals
    several = len(signals) > 1
    return {
        "html": _html(analysis, focus, key, rows=rows),
        "name": key,
        "video_key": video_key,
        "start_s": float(signals.t_s[0]) if several else 0.0,
        "end_s": float(signals.t_s[-1]) if several else 1.0,
        "left": LEFT_PX,
        "right": RIGHT_PX,
        "label": signal_label(focus.signal),
        "reps": [
            {"index": rep.index, "start_s": rep.move_start_s, "end_s": rep.move_end_s} for rep in report.reps
        ],
        "samples": _samples(analysis, focus),
    }


@cache
def _source(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


@cache
def _component() -> Any:  # noqa: ANN401 - Streamlit's type of a mounted component is not public
    return st.components.v2.component(
        "formcheck_player",
        html='<div class="fc-linked"></div>',
        js=_source("player.js"),
        isolate_styles=False,
    )


def _html(analysis: Analysis, focus: Focus, key: str, *, rows: bool) -> str:
    signals = analysis.judged.signals
    plot = _in_both_widths(lambda width_px, name: _figures(analysis, focus, width_px, name), key)
    bend = analysis.judged.report.back_rough
    rough = _in_both_widths(
        lambda width_px, name: rough_curve(bend, width_px=width_px, name=f"{name}-rough"), key
    )
    end_s = float(signals.t_s[-1]) if len(signals) else 0.0
    listed = repetition_rows(analysis.judged.report, focus) if rows else ""
    return (
        f'<div class="fc-plot" role="slider" tabindex="0" aria-label="Moment of the recording"'
        f' aria-valuemin="0" aria-valuemax="{end_s:.1f}" aria-valuenow="0">'
        f'{plot}</div><p class="fc-now" aria-hidden="true"></p>{rough}{listed}'
    )


def _in_both_widths(draw: Callable[[float, str], str], key: str) -> str:
    """Return a figure for a page and for a phone, of which one is shown; ``draw`` takes width and name."""
    wide, narrow = draw(WIDE_PX, f"{key}-wide"), draw(NARROW_PX, f"{key}-narrow")
    return f'<div class="fc-wide">{wide}</div><div class="fc-narrow">{narrow}</div>'


def _figures(analysis: Analysis, focus: Focus, width_px: float, name: str) -> str:
    """Return the counting angle over time and, where it was judged, the lower back on the same axis."""
    report, signals = analysis.judged.report, analysis.judged.signals
    drawn = timeline(report, signals, focus=focus, width_px=width_px, name=name)
    if any(rep.lumbar_flexion_deg.judged for rep in report.reps):
        drawn += lumbar(report, signals, focus=focus, width_px=width_px, name=f"{name}-back")
    return drawn


def _samples(analysis: Analysis, focus: Focus) -> dict[str, list[float | None]]:
    """Return the counting signal, thinned to what a readout can show; None where it was not seen."""
    signals = analysis.judged.signals
    values = signals.deg.get(focus.signal, np.full(len(signals), math.nan))
    span_s = float(signals.t_s[-1] - signals.t_s[0]) if len(signals) > 1 else 0.0
    step = max(1, math.floor(len(signals) / max(1.0, span_s * SAMPLES_PER_S)))
    return {
        "t": [round(float(t_s), 3) for t_s in signals.t_s[::step]],
        "deg": [round(float(v), 1) if math.isfinite(v) else None for v in values[::step]],
    }
