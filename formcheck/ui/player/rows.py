"""The list of repetitions: verdict as a mark and a word, reasons as sentences, a key to see each."""

from html import escape

from formcheck.coach.set_report import Repetition, SetReport
from formcheck.report import sentences
from formcheck.report.words import (
    VERDICT_MARK,
    VERDICT_WORD,
    Focus,
    clock,
    degrees,
    phases,
    seconds,
    signal_label,
)


def repetition_rows(report: SetReport, focus: Focus) -> str:
    """Return the repetitions as an HTML list; an empty string where there are none."""
    if not report.reps:
        return ""
    rows = "".join(_row(rep, focus) for rep in report.reps)
    return f'<ol class="fc-reps" aria-label="Repetitions">{rows}</ol>'


def verdict_badge(verdict: str, mark: str, word: str) -> str:
    """Return a verdict as mark and word; the colour only repeats them."""
    return (
        f'<span class="fc-badge fc-{escape(verdict)}"><span class="fc-mark" aria-hidden="true">'
        f"{escape(mark)}</span>{escape(word)}</span>"
    )


def _row(rep: Repetition, focus: Focus) -> str:
    badge = verdict_badge(rep.verdict, VERDICT_MARK[rep.verdict], VERDICT_WORD[rep.verdict])
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in sentences.reasons_of(rep))
    stretch = f'data-start="{rep.move_start_s:.3f}" data-end="{rep.move_end_s:.3f}"'
    return (
        f'<li data-rep="{rep.index}">'
        f'<button type="button" class="fc-show" {stretch}'
        f' aria-label="Show repetition {rep.index} at {clock(rep.move_start_s)}">'
        f'<span class="fc-index">{rep.index}</span>'
        f'<span class="fc-time">▶ {clock(rep.move_start_s)}</span></button>'
        f'<div class="fc-what">{badge}<p class="fc-numbers">{escape(_numbers(rep, focus))}</p>'
        f"{f'<ul>{reasons}</ul>' if reasons else ''}</div></li>"
    )


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
