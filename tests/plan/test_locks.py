"""No sequence of inputs leads past an emergency, nor past "see someone first" without a proper clearance.

The oracle below is written anew from measurement.md, section 7; it shares no code with the plan.
"""

from datetime import datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from formcheck.plan.entries import Clearance, Entry, ScreenAnswers, SymptomReport
from formcheck.plan.screen import BY_ID, Mode
from formcheck.plan.today import plan_today
from tests.plan import strategies
from tests.plan.builders import E3, asked, at, cleared, exercises, felt

EMERGENCY = {"bladder-bowel", "saddle-numbness", "leg-weakness"}
SEE_SOMEONE = {"trauma", "fragile-bones", "cancer", "infection", "night-pain", "surgery", "deformity"}
BEYOND_BUTTOCK = {"thigh", "calf", "foot"}


def told(log: list[Entry], flags: set[str]) -> list[tuple[str, datetime]]:
    return [(flag, e.at) for e in log if isinstance(e, ScreenAnswers) for flag in e.yes if flag in flags]


def opened(log: list[Entry], flag: str, since: datetime, mode: Mode, now: datetime) -> bool:
    for e in log:
        if not isinstance(e, Clearance) or flag not in e.flags or not e.note.strip():
            continue
        if not since < e.at <= now:
            continue
        if e.by == "clinician":
            return True
        consulted = e.consulted_on is not None and since.date() <= e.consulted_on <= e.at.date()
        if mode == "home" and consulted:
            return True
    return False


@settings(max_examples=150)
@given(strategies.logs, strategies.nows, strategies.modes)
@example([asked("trauma"), cleared("trauma", day=2), felt(day=3)], at(3, 12), "clinic")
def test_nothing_leads_past_a_lock(log: list[Entry], now: datetime, mode: Mode) -> None:
    plan = plan_today(log, mode, now, exercises())
    assert plan.state in ("go", "done") or (not plan.offers and plan.next_offer is None)
    if told(log, EMERGENCY):
        assert plan.state == "emergency"
        assert plan.ask is None
        return
    assert plan.state != "emergency"
    if any(not opened(log, flag, since, mode, now) for flag, since in told(log, SEE_SOMEONE)):
        assert plan.state == "see_someone"
        assert plan.ask is None


@settings(max_examples=40)
@given(strategies.logs, strategies.nows, strategies.modes, strategies.logs)
def test_what_is_noted_after_an_emergency_changes_nothing(
    log: list[Entry], now: datetime, mode: Mode, later: list[Entry]
) -> None:
    emergency = asked("leg-weakness")
    for order in ([emergency, *log, *later], [*later, *log, emergency]):
        plan = plan_today(order, mode, now, exercises())
        assert plan.state == "emergency"
        assert {lock.flag for lock in plan.locks} >= {"leg-weakness"}


@settings(max_examples=80)
@given(strategies.logs, strategies.nows, strategies.modes)
def test_the_seated_lift_is_never_offered_after_distal_pain_or_tingling_that_nobody_allowed(
    log: list[Entry], now: datetime, mode: Mode
) -> None:
    reasons = [
        e
        for e in log
        if isinstance(e, SymptomReport)
        and e.at <= now
        and (e.tingling_or_weakness or any(p.place in BEYOND_BUTTOCK and p.nprs for p in e.pains))
    ]
    allowed = any(isinstance(e, Clearance) and E3 in e.flags for e in log)
    if reasons and not allowed:
        assert E3 not in [offer.exercise_id for offer in plan_today(log, mode, now, exercises()).offers]


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Entry], list[Entry]]:
    """A log, and the same entries as they might arrive instead; short, so that a failure shrinks fast."""
    log = draw(st.lists(strategies.entries, max_size=12))
    return log, draw(st.permutations(log))


def turned_round(*log: Entry) -> tuple[list[Entry], list[Entry]]:
    return list(log), list(reversed(log))


@settings(max_examples=60)
@given(arrivals(), strategies.nows, strategies.modes)
@example(turned_round(asked("trauma"), asked("cancer", day=2)), at(3), "home")
@example(turned_round(asked("age"), asked()), at(1, 12), "clinic")
@example(turned_round(asked("fragile-bones"), asked()), at(1, 12), "clinic")
@example(turned_round(asked(), felt("before", 1, 2), felt("before", 3, 9)), at(1, 12), "clinic")
def test_the_order_in_which_entries_arrive_does_not_matter(
    logs: tuple[list[Entry], list[Entry]], now: datetime, mode: Mode
) -> None:
    """Not even for entries of the same instant: a database need not hand them out as they were written."""
    one, other = (plan_today(log, mode, now, exercises()) for log in logs)
    assert one == other


@pytest.mark.parametrize("mode", ["home", "clinic"])
@pytest.mark.parametrize("flag", ["age", "fragile-bones", "leg-weakness"])
def test_of_two_answers_at_the_same_instant_the_yes_counts(flag: str, mode: Mode) -> None:
    for log in ([asked(flag), asked()], [asked(), asked(flag)]):
        plan = plan_today(log, mode, at(1, 12), exercises())
        said = {lock.flag for lock in plan.locks} | {n.reason.text for n in plan.notices}
        assert any(flag == each or BY_ID[flag].text in each for each in said)
