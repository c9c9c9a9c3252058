"""The list of repetitions: verdict as a mark and a word, reasons as sentences, a key to see each."""

from collections.abc import Callable
from html import escape

from formcheck.coach.set_report import Repetition, SetReport
from formcheck.report import sentences
from formcheck.report.words import (
    VERDICT_MARK,
    VERDICT_WORD,
    Focus,
    Shown,
    clock,
    degrees,
    fault_label,
    phases,
    seconds,
    shown_verdict,
    signal_label,
)


def repetition_rows(
    report: SetReport,
    focus: Focus,
    *,
    player: str = "",
    more: Callable[[Repetition], str] | None = None,
    playable: bool = True,
) -> str:
    """Return the repetitions as an HTML list; an empty string where there are none.

    Parameters
    ----------
    report, focus
        What is listed.
    player : str
        The player that shows a moment, where the list stands outside of it; each fault then has a key of
        its own to its moment.
    more : callable, optional
        Gives HTML to put at the end of a row.
    playable : bool
        Whether there is a recording to see a repetition in; without one there is no key.
    """
    if not report.reps:
        return ""
    rows = "".join(
        _row(rep, said, focus, player, more(rep) if more else "", playable=playable)
        for rep, said in zip(report.reps, sentences.reasons_of_all(report), strict=True)
    )
    return f'<ol class="fc-reps" aria-label="Repetitions">{rows}</ol>'


def verdict_badge(shown: Shown) -> str:
    """Return a verdict as mark and word; the colour only repeats them."""
    return (
        f'<span class="fc-badge fc-{shown}"><span class="fc-mark" aria-hidden="true">'
        f"{VERDICT_MARK[shown]}</span>{VERDICT_WORD[shown]}</span>"
    )


def moment(start_s: float, end_s: float, player: str) -> str:
    """Return the attributes by which a key shows a stretch of the recording."""
    named = f' data-player="{escape(player)}"' if player else ""
    return f'data-start="{start_s:.3f}" data-end="{end_s:.3f}"{named}'


def _row(rep: Repetition, said: list[str], focus: Focus, player: str, more: str, *, playable: bool) -> str:
    badge = verdict_badge(shown_verdict(rep))
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in said)
    named = f' data-player="{escape(player)}"' if player else ""
    key = (
        f'<button type="button" class="fc-show" {moment(rep.move_start_s, rep.move_end_s, player)}'
        f' aria-label="Show repetition {rep.index} at {clock(rep.move_start_s)}">'
        f'<span class="fc-index">{rep.index}</span>'
        f'<span class="fc-time">▶ {clock(rep.move_start_s)}</span></button>'
        if playable
        else f'<span class="fc-index">{rep.index}</span>'
    )
    return (
        f'<li data-rep="{rep.index}"{named}>{key}'
        f'<div class="fc-what">{badge}<p class="fc-numbers">{escape(_numbers(rep, focus))}</p>'
        f"{f'<ul>{reasons}</ul>' if reasons else ''}{_moments(rep, player)}{more}</div></li>"
    )


def _moments(rep: Repetition, player: str) -> str:
    """Return a key to the moment of each fault; none where the rows belong to a player of their own."""
    if not player:
        return ""
    keys = "".join(
        f'<button type="button" class="fc-moment" {moment(fault.start_s, fault.end_s, player)}>'
        f"▶ {escape(fault_label(fault.id))} {clock(fault.start_s)}</button>"
        for fault in sorted(rep.faults, key=lambda fault: fault.start_s)
        if fault.severity != "info"
    )
    return f'<div class="fc-moments">{keys}</div>' if keys else ""


def _numbers(rep: Repetition, focus: Focus) -> str:
    parts = []
    if focus.signal in rep.range:
        angle = rep.range[focus.signal]
        parts.append(f"{signal_label(focus.signal)} {degrees(angle.start_deg)} to {degrees(angle.peak_deg)}")
    parts += [
        f"{focus.phase_word(phase)} {seconds(end_s - start_s)}"
        for phase, start_s, end_s in phases(rep, focus)
    ]
    if rep.side != "both":
        parts.append(f"{rep.side} side")
    return " · ".join(parts)
