"""A set's repetitions with what clinicians said of them, and the keys to say it."""

from html import escape
from typing import get_args

from formcheck.coach.set_report import Repetition, SetReport, Verdict
from formcheck.exercises.schema import Exercise
from formcheck.report.words import VERDICT_MARK, VERDICT_WORD, Focus, fault_label, listed
from formcheck.store.reviews import Mark
from formcheck.ui.player.rows import repetition_rows

FAULT_KEYS = "qwetioasdg"
"""The keys of an exercise's faults, in their order; they collide with none of `KEYS`."""
KEYS = (
    ("Y", "agree"),
    ("1 2 3 4", "your own verdict"),
    ("U", "take it back"),
    ("J K", "next, previous repetition"),
    ("F", "next fault's moment"),
    ("P", "play, pause"),
    ("M", "comment on this moment"),
    ("N", "done, next set"),
    ("X", "later"),
)


def judged_rows(report: SetReport, focus: Focus, exercise: Exercise, player: str, *, judging: bool) -> str:
    """Return the repetitions as HTML; ``judging`` adds the keys for one's own verdict."""
    return repetition_rows(
        report, focus, player=player, more=lambda rep: _said(rep) + (_keys(rep, exercise) if judging else "")
    )


def key_help() -> str:
    """Return what the keys do, as HTML."""
    items = "".join(f"<li><kbd>{escape(key)}</kbd> {escape(what)}</li>" for key, what in KEYS)
    return f'<ul class="fc-keys" aria-label="Keys">{items}</ul>'


def said_of(mark: Mark, *, mine: bool) -> str:
    """Return a clinician's verdict as a sentence."""
    who = "You" if mine else mark.author or "A clinician"
    if mark.confirms:
        return f"{who} agree{'' if mine else 's'} with formcheck."
    faults = f" ({listed([fault_label(fault) for fault in mark.faults])})" if mark.faults else ""
    return f"{who}: {VERDICT_WORD[mark.verdict].lower()}{faults}."


def _said(_rep: Repetition) -> str:
    return '<p class="fc-mine" data-part="mine"></p><div class="fc-theirs" data-part="theirs"></div>'


def _keys(rep: Repetition, exercise: Exercise) -> str:
    agree = '<button type="button" data-verdict="agree" aria-pressed="false"><kbd>Y</kbd>Agree</button>'
    own = "".join(
        f'<button type="button" class="fc-{verdict}" data-verdict="{verdict}" aria-pressed="false">'
        f'<kbd>{i}</kbd><span aria-hidden="true">{VERDICT_MARK[verdict]}</span> '
        f"{VERDICT_WORD[verdict]}</button>"
        for i, verdict in enumerate(get_args(Verdict), start=1)
    )
    told = [fault for fault in exercise.faults if any(severity != "info" for severity, _ in fault.bounds)]
    which = "".join(
        f'<button type="button" data-fault="{escape(fault.id)}" aria-pressed="false">'
        f"<kbd>{key.upper()}</kbd>{escape(fault_label(fault.id))}</button>"
        for key, fault in zip(FAULT_KEYS, told, strict=False)
    )
    found = dict.fromkeys(fault.id for fault in rep.faults if fault.severity != "info")
    return (
        f'<div class="fc-verdicts" role="group" aria-label="Your verdict on repetition {rep.index}">'
        f"{agree}{own}</div>"
        f'<div class="fc-which" role="group" aria-label="What was wrong in repetition {rep.index}" '
        f'data-found="{escape(" ".join(found))}" hidden>'
        f"{which}</div>"
    )
