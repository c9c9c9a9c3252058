"""When somebody should look: no change for the better in two to three weeks, or pain that moves outwards."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from formcheck.plan.entries import Clearance, Entry, SymptomReport, in_order
from formcheck.plan.rules import Reason, because
from formcheck.plan.screen import Lock, Mode, cleared
from formcheck.plan.sessions import at_rest
from formcheck.plan.symptoms import BUTTOCK, FUNCTION_CHANGE, NPRS_CHANGE, worst_nprs, zone

WEEK = timedelta(days=7)
SOON, LATE = timedelta(days=14), timedelta(days=21)
MIN_REPORTS = 2
MIN_TREND_REPORTS = 3
LOW_FUNCTION = 7
"""Our choice: an activity at this or below is a complaint by itself."""

DISTAL_FLAG = "distal-trend"
NEURO_FLAG = "new-neuro"
REVIEW_FLAG = "no-change"
"""A clearance under this flag says that somebody has looked; the weeks begin anew."""


def no_change(log: Sequence[Entry], now: datetime) -> Reason | None:
    """Return that two or three weeks brought no change for the better: the last week against their first.

    Better is a zone less, two points of pain, or three of function, by medians: less is not told from
    chance. Without a complaint there is nothing to refer.
    """
    reviews = [e.at for e in log if isinstance(e, Clearance) and REVIEW_FLAG in e.flags and e.at <= now]
    reports = [r for r in at_rest(log) if r.at <= now and (not reviews or r.at > max(reviews))]
    lately = [r for r in reports if now - WEEK < r.at]
    for length, rule_id in ((LATE, "refer-no-change"), (SOON, "refer-soon")):
        first_day = now - length
        then = [r for r in reports if first_day < r.at <= first_day + WEEK]
        long_enough = bool(reports) and reports[0].at <= first_day
        if long_enough and min(len(then), len(lately)) >= MIN_REPORTS:
            return because(rule_id) if _complains(lately) and not _better(then, lately) else None
    return None


def worsening_distally(log: Sequence[Entry], mode: Mode, now: datetime) -> Lock | None:
    """Return a lock where the pain at rest reached further out over a week; it stays until it is cleared."""
    raised: Lock | None = None
    counted: list[SymptomReport] = []
    for report in at_rest(log):
        if raised is not None and cleared(log, DISTAL_FLAG, raised.since, mode, report.at):
            raised, counted = None, []
        counted.append(report)
        if raised is None and _moves_outwards(counted):
            raised = Lock(DISTAL_FLAG, report.at, because("refer-distal"))
    if raised is not None and cleared(log, DISTAL_FLAG, raised.since, mode, now):
        return None
    return raised


def new_neuro(log: Sequence[Entry], now: datetime) -> Lock | None:
    """Return the home mode's lock where tingling or weakness came that the report before did not have."""
    raised: Lock | None = None
    before: SymptomReport | None = None
    for entry in in_order(log):
        if not isinstance(entry, SymptomReport):
            continue
        if before is not None and entry.tingling_or_weakness and not before.tingling_or_weakness:
            raised = Lock(NEURO_FLAG, entry.at, because("home-new-neuro"))
        before = entry
    if raised is not None and cleared(log, NEURO_FLAG, raised.since, "home", now):
        return None
    return raised


def _moves_outwards(reports: Sequence[SymptomReport]) -> bool:
    now = reports[-1].at
    lately = [zone(r) for r in reports if now - WEEK < r.at]
    earlier = [zone(r) for r in reports if now - 2 * WEEK < r.at <= now - WEEK]
    if min(len(lately), len(earlier)) < MIN_TREND_REPORTS:
        return False
    return median(lately) >= max(BUTTOCK, median(earlier) + 1)


def _complains(reports: Sequence[SymptomReport]) -> bool:
    functions = [r.function for r in reports if r.function is not None]
    hurts = median(worst_nprs(r) for r in reports) >= NPRS_CHANGE
    return hurts or bool(functions and median(functions) <= LOW_FUNCTION)


def _better(then: Sequence[SymptomReport], lately: Sequence[SymptomReport]) -> bool:
    functions = [[r.function for r in part if r.function is not None] for part in (then, lately)]
    does_more = all(functions) and median(functions[1]) - median(functions[0]) >= FUNCTION_CHANGE
    less = median(worst_nprs(r) for r in then) - median(worst_nprs(r) for r in lately) >= NPRS_CHANGE
    nearer = median(zone(r) for r in then) - median(zone(r) for r in lately) >= 1
    return does_more or less or nearer
