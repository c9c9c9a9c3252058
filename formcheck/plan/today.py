"""What today brings: ``plan_today(log)``, a pure function. Every decision says by which rules it was made."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from formcheck.exercises.schema import Exercise
from formcheck.plan import clinic, home
from formcheck.plan.context import Ask, Context, Notice, State, Today, context
from formcheck.plan.entries import Entry, Stopped
from formcheck.plan.light import RED_AT
from formcheck.plan.referral import new_neuro, no_change, worsening_distally
from formcheck.plan.rules import Reason, because
from formcheck.plan.screen import Lock, Mode, Screen, screen
from formcheck.plan.sessions import Session, baseline, next_day
from formcheck.plan.standing import RED_REST
from formcheck.plan.symptoms import NPRS_CHANGE, Response, eased, worst_nprs, zone

DAYS_A_WEEK = 3
WEEK_DAYS = 7
_UNTIL_LOOKED_AGAIN = {"light-red-worse", "light-red-distal"}


def plan_today(log: Sequence[Entry], mode: Mode, now: datetime, exercises: Mapping[str, Exercise]) -> Today:
    """Return what a person may do now, what waits, and why.

    Parameters
    ----------
    log : sequence of Entry
        Everything that was noted so far.
    mode : {"home", "clinic"}
        At home the four steps keep their order; only a clinic orders by symptoms.
    now : datetime
        With time zone.
    exercises : mapping of str to Exercise
        The library; those without a step are no part of the plan.

    Raises
    ------
    ValueError
        When ``now`` has no time zone.
    """
    if now.utcoffset() is None:
        raise ValueError("now needs its time zone")
    answered = screen(log, mode, now)
    locks = _locks(log, answered, mode, now)
    closed = _closed(answered, locks, mode, now)
    if closed is not None:
        return closed
    here = context(log, mode, now, exercises, noted=bool(answered.notes))
    notices = _notices(here, answered)
    offers, waiting = (clinic if mode == "clinic" else home).offers(here)
    ask = _pending(here, {offer.exercise_id: offer.sets for offer in offers})
    ended = _stop_today(here, ask) or _rest(here)
    if ended is not None:
        state, reasons = ended
        return Today(now.date(), mode, state, reasons, notices=notices, ask=ask)
    if baseline(here.log, now.date()) is None:
        reasons = (because("one-at-a-time"),)
        return Today(now.date(), mode, "before", reasons, notices=notices, ask=Ask("before", None))
    if not offers:
        return Today(now.date(), mode, "rest", (), not_today=waiting, notices=notices, ask=ask)
    all_done = all(offer.done for offer in offers) and ask is None
    return Today(
        now.date(), mode, "done" if all_done else "go", (), offers, waiting, notices=notices, ask=ask
    )


def _locks(log: Sequence[Entry], answered: Screen, mode: Mode, now: datetime) -> tuple[Lock, ...]:
    raised = [worsening_distally(log, mode, now)]
    if mode == "home":
        raised.append(new_neuro(log, now))
    return (*answered.locks, *(lock for lock in raised if lock is not None))


def _closed(answered: Screen, locks: tuple[Lock, ...], mode: Mode, now: datetime) -> Today | None:
    """Return the plan of somebody who may not exercise; None where nothing is locked."""
    if answered.emergency:
        reasons = tuple(lock.reason for lock in answered.emergency)
        return Today(now.date(), mode, "emergency", reasons, locks=answered.emergency)
    if locks:
        reasons = (*(lock.reason for lock in locks), because(f"clearance-{mode}"))
        return Today(now.date(), mode, "see_someone", reasons, locks=locks)
    if answered.due:
        return Today(now.date(), mode, "screen", (because("screen-first", why=answered.due),))
    return None


def _stop_today(here: Context, ask: Ask | None) -> tuple[State, tuple[Reason, ...]] | None:
    """Return what ends this day: it hurt, something answered red, or the pain is high to begin with."""
    today = here.now.date()
    reasons: list[Reason] = []
    before = baseline(here.log, today)
    if before is not None and worst_nprs(before) >= RED_AT:
        reasons.append(because("stop-baseline"))
    if any(isinstance(e, Stopped) and e.because == "pain" and e.at.date() == today for e in here.log):
        reasons.append(because("stop-hurts"))
    reasons += [
        because("stop-red", exercise=here.name(session.exercise_id))
        for session in here.sessions
        if session.day == today and session.judgement.light == "red" and not _undecided(session, ask)
    ]
    return ("stop", tuple(reasons)) if reasons else None


def _undecided(session: Session, ask: Ask | None) -> bool:
    """Whether a red light only says that nobody has looked again after five minutes, which is still asked."""
    asked = ask is not None and ask.exercise_id == session.exercise_id
    return asked and {reason.rule_id for reason in session.judgement.reasons} <= _UNTIL_LOOKED_AGAIN


def _rest(here: Context) -> tuple[State, tuple[Reason, ...]] | None:
    """Return why today is a day of rest; None where it is not, or where exercise has begun."""
    today = here.now.date()
    days = sorted({session.day for session in here.sessions if session.sets})
    if today in days:
        return None
    after_bad_morning = _bad_morning(here, days)
    if after_bad_morning is not None:
        return "rest", (after_bad_morning,)
    if today - timedelta(days=1) in days:
        return "rest", (because("rest-day", why="you exercised yesterday"),)
    if sum(day > today - timedelta(days=WEEK_DAYS) for day in days) >= DAYS_A_WEEK:
        return "rest", (because("rest-day", why="there were three days of exercise within a week"),)
    return None


def _bad_morning(here: Context, days: Sequence[date]) -> Reason | None:
    """Return the rest after a morning that began worse than the day of exercise before it."""
    for day in days:
        before, morning = baseline(here.log, day), next_day(here.log, day)
        if before is None or morning is None or here.now >= morning.at + RED_REST:
            continue
        if worst_nprs(morning) - worst_nprs(before) >= NPRS_CHANGE or zone(morning) > zone(before):
            until = morning.at + RED_REST
            return because("morning-red", day=f"{day:%-d %B}", until=f"{until:%-d %B, %H:%M}")
    return None


def _pending(here: Context, sets: Mapping[str, int]) -> Ask | None:
    """Return which report is still wanted today: how the last exercise was answered to."""
    today = here.now.date()
    ended = {e.exercise_id for e in here.log if isinstance(e, Stopped) and e.at.date() == today}
    for session in here.sessions:
        if session.day != today or session.response is None:
            continue
        if len(session.sets) < sets.get(session.exercise_id, 1) and session.exercise_id not in ended:
            continue
        if session.response.outcome is None:
            return Ask("after", session.exercise_id)
        if here.mode == "clinic" and _may_be_unstable(session.response):
            return Ask("upright", session.exercise_id)
        if session.response.after_5_min is None and _changed(session.response):
            return Ask("after_5_min", session.exercise_id)
    return None


def _may_be_unstable(response: Response) -> bool:
    """Whether it eased and nobody has looked yet, after a minute on the feet, if it stays so."""
    looked = response.upright is not None or response.after_5_min is not None
    return not looked and response.after is not None and eased(response.before, response.after)


def _changed(response: Response) -> bool:
    """Whether a movement changed anything, for better or worse, that has to last to count."""
    felt = {(worst_nprs(report), zone(report)) for report in (response.before, *response.later)}
    return len(felt) > 1


def _notices(here: Context, answered: Screen) -> tuple[Notice, ...]:
    """Return what somebody should know although nothing locks."""
    to: Literal["person", "clinician"] = "clinician" if here.mode == "clinic" else "person"
    reasons = list(answered.notes)
    unchanged = no_change(here.log, here.now)
    reasons += [unchanged] if unchanged is not None else []
    reasons += [
        because("red-removed", exercise=here.name(name))
        for name, stand in here.stands.items()
        if stand.state == "removed"
    ]
    week_ago = here.now.date() - timedelta(days=WEEK_DAYS)
    if any(s.day > week_ago and s.response is not None and s.response.new_neuro for s in here.sessions):
        reasons.append(because("light-red-neuro"))
    return tuple(Notice(to, reason) for reason in reasons)
