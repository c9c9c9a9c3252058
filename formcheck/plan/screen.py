"""The questions that come first, in three tiers, and what stays locked because of them.

Tiers and questions: measurement.md, section 7 (red flags after Verhagen 2016 and G-care [E]; tiers [D]).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from formcheck.plan.entries import Clearance, Entry, ScreenAnswers, in_order
from formcheck.plan.rules import Reason, because

Mode = Literal["home", "clinic"]
Tier = Literal["emergency", "see_someone", "note"]

ASK_AGAIN = timedelta(days=28)
"""Our choice: what may have changed is asked once a month."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question, answered with yes or no."""

    id: str
    tier: Tier
    text: str


QUESTIONS = (
    Question("bladder-bowel", "emergency", "Have your bladder or bowels changed: cannot go, cannot hold it?"),
    Question("saddle-numbness", "emergency", "Is it numb between your legs, where a saddle would touch?"),
    Question("leg-weakness", "emergency", "Is a leg getting weaker by the day, or are both legs weak?"),
    Question("trauma", "see_someone", "Did it begin with a heavy fall, a crash or a blow?"),
    Question("fragile-bones", "see_someone", "Is the pain new, and do you have thin bones or take steroids?"),
    Question("cancer", "see_someone", "Have you had cancer, and are you losing weight without meaning to?"),
    Question(
        "infection",
        "see_someone",
        "Do you have a fever or an infection, a weak immune system, or do you inject drugs?",
    ),
    Question("night-pain", "see_someone", "Is there pain at night that no position eases?"),
    Question("surgery", "see_someone", "Have you had an operation on the hip or spine in the last months?"),
    Question("deformity", "see_someone", "Has the shape of your back changed, or is it badly bent?"),
    Question("age", "note", "Were you under 20 or over 55 when this first began?"),
    Question("pregnancy", "note", "Are you pregnant?"),
    Question("falls", "note", "Have you fallen lately?"),
    Question("balance", "note", "Do you have trouble keeping your balance?"),
)
BY_ID = {question.id: question for question in QUESTIONS}


@dataclass(frozen=True, slots=True)
class Lock:
    """Something that keeps the plan, or a part of it, closed since an instant."""

    flag: str
    since: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Screen:
    """What follows from all answers so far.

    ``emergency`` is never empty again once it was not. ``locks`` are those that nobody has cleared;
    ``due`` says why the questions have to be answered, empty where they have been.
    """

    emergency: tuple[Lock, ...]
    locks: tuple[Lock, ...]
    notes: tuple[Reason, ...]
    due: str


def screen(log: Sequence[Entry], mode: Mode, now: datetime) -> Screen:
    """Return what the answers lock and note.

    A later "no" takes no lock away: only a clearance does, and none does for an emergency. Answers count
    whatever their date says; a clearance dated in the future does not count yet.

    Parameters
    ----------
    log : sequence of Entry
        All of it.
    mode : {"home", "clinic"}
        Decides who may clear.
    now : datetime
        With time zone.
    """
    answers = [entry for entry in log if isinstance(entry, ScreenAnswers)]
    since: dict[str, datetime] = {}
    for entry in answers:
        for flag in entry.yes:
            since[flag] = max(entry.at, since.get(flag, entry.at))
    raised = [*(flag for flag in BY_ID if flag in since), *sorted(set(since) - set(BY_ID))]
    locks = [Lock(flag, since[flag], _reason(flag)) for flag in raised if tier_of(flag) != "note"]
    return Screen(
        emergency=tuple(lock for lock in locks if tier_of(lock.flag) == "emergency"),
        locks=tuple(
            lock
            for lock in locks
            if tier_of(lock.flag) == "see_someone" and not cleared(log, lock.flag, lock.since, mode, now)
        ),
        notes=_notes(answers),
        due=_due(answers, now),
    )


def tier_of(flag: str) -> Tier:
    """Return the tier of an answer; one that this version does not know is taken seriously."""
    return BY_ID[flag].tier if flag in BY_ID else "see_someone"


def cleared(log: Sequence[Entry], flag: str, since: datetime, mode: Mode, now: datetime) -> bool:
    """Whether somebody who may has opened a flag again, after it was raised.

    In a clinic that is a clinician; at home also the person, who confirms a consultation on or after the
    day on which the flag was raised, and not in the future. A note is always needed.
    """
    return any(
        flag in entry.flags and since < entry.at <= now and may_clear(entry, since, mode)
        for entry in log
        if isinstance(entry, Clearance)
    )


def may_clear(entry: Clearance, since: datetime, mode: Mode) -> bool:
    """Whether a clearance is by somebody who may give it, noted, and after a consultation if need be."""
    if not entry.note.strip():
        return False
    if entry.by == "clinician":
        return True
    day = entry.consulted_on
    return mode == "home" and day is not None and since.date() <= day <= entry.at.date()


def _reason(flag: str) -> Reason:
    text = BY_ID[flag].text if flag in BY_ID else flag
    rule_id = "screen-emergency" if tier_of(flag) == "emergency" else "screen-see-someone"
    return because(rule_id, question=text)


def _notes(answers: Sequence[ScreenAnswers]) -> tuple[Reason, ...]:
    """Return what is noted: the newest answer to each question counts, of one instant the "yes"."""
    said_yes = {flag: entry.at for entry in in_order(answers) for flag in entry.yes}
    said_no = {flag: entry.at for entry in in_order(answers) for flag in entry.no}
    return tuple(
        because("screen-note", question=question.text)
        for question in QUESTIONS
        if question.tier == "note" and _outlasts(said_yes.get(question.id), said_no.get(question.id))
    )


def _outlasts(yes: datetime | None, no: datetime | None) -> bool:
    return yes is not None and (no is None or no <= yes)


def _due(answers: Sequence[ScreenAnswers], now: datetime) -> str:
    whole = [entry for entry in answers if set(BY_ID) <= {*entry.yes, *entry.no} and entry.at <= now]
    if not whole:
        return "they have not all been answered"
    last = max(entry.at for entry in whole)
    if now - last >= ASK_AGAIN:
        return f"they were last answered on {last:%-d %B}"
    return ""
