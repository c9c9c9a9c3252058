"""Progress over weeks: medians with what measuring cannot tell apart, and "changed" only beyond that.

A change is told between the first and the last week that hold enough; everything within the detectable
change is called no change, whichever way it points.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Literal, TypeVar

from formcheck.plan.entries import Entry, SetDone, SymptomReport, in_order
from formcheck.plan.sessions import at_rest
from formcheck.plan.symptoms import FUNCTION_CHANGE, NPRS_CHANGE, worst_nprs
from formcheck.plan.today import DAYS_A_WEEK

MeasureId = Literal["usable_range", "range", "clean", "eccentric", "pain", "function", "adherence"]
Change = Literal["better", "worse", "changed", "no_change", "not_enough"]

Dated = TypeVar("Dated", SetDone, SymptomReport)

MIN_REPS = 10
MIN_REPORTS = 2
Z95 = 1.96


@dataclass(frozen=True, slots=True)
class Measure:
    """What is followed, its unit, the smallest change that counts, and where that number comes from.

    ``detectable`` is None where the interval of each week decides instead. ``higher_is_better`` is None
    where neither direction is good by itself.
    """

    id: MeasureId
    name: str
    unit: str
    detectable: float | None
    source: str
    higher_is_better: bool | None


MEASURES: tuple[Measure, ...] = (
    Measure(
        "usable_range",
        "Usable range",
        "°",
        10.0,
        "10 degrees: our choice from a standard error of 5 (detectable change 14); docs/validity.md",
        higher_is_better=True,
    ),
    Measure(
        "range",
        "Range of the movement",
        "°",
        10.0,
        "10 degrees: our choice from a standard error of 5 (detectable change 14); docs/validity.md",
        higher_is_better=None,
    ),
    Measure(
        "clean",
        "Clean among the judged repetitions",
        "%",
        None,
        "95 % intervals (Wilson) of both weeks must not touch",
        higher_is_better=True,
    ),
    Measure(
        "eccentric",
        "Lowering time",
        "s",
        1.0,
        "1 s: our choice, the step by which exercises progress",
        higher_is_better=True,
    ),
    Measure("pain", "Worst pain at rest", "of 10", float(NPRS_CHANGE), "2 points: Suzuki 2020", False),
    Measure(
        "function",
        "Your own activity",
        "of 10",
        float(FUNCTION_CHANGE),
        "3 points: our choice for a single 0-10 answer",
        higher_is_better=True,
    ),
    Measure(
        "adherence",
        "Days with exercise",
        f"of {DAYS_A_WEEK}",
        None,
        "counted, not measured; how much of it was planned is no verdict",
        higher_is_better=None,
    ),
)


@dataclass(frozen=True, slots=True)
class Week:
    """One week of one measure: ``value`` between ``low`` and ``high``, from ``count`` repetitions or reports.

    ``enough`` tells whether it may be compared.
    """

    monday: date
    value: float
    low: float
    high: float
    count: int
    enough: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """A measure over weeks, for one exercise where it is about one, and what may be said of it."""

    measure: Measure
    exercise_id: str | None
    weeks: tuple[Week, ...]
    change: Change
    words: str


def trends(log: Sequence[Entry], exercise_ids: Iterable[str]) -> tuple[Trend, ...]:
    """Return every trend for which the log holds anything.

    Parameters
    ----------
    log : sequence of Entry
        The log.
    exercise_ids : iterable of str
        In the order in which they shall stand.
    """
    found = [_pain(log), _function(log), _adherence(log)]
    sets = [entry for entry in log if isinstance(entry, SetDone) and entry.reps]
    for name in exercise_ids:
        own = [each for each in sets if each.exercise_id == name]
        found += [
            _of_sets("usable_range", name, own, lambda each: each.usable_range_deg),
            _of_sets("range", name, own, lambda each: each.range_deg),
            _clean(name, own),
            _of_sets("eccentric", name, own, lambda each: each.eccentric_s),
        ]
    return tuple(trend for trend in found if trend.weeks)


def measure(name: MeasureId) -> Measure:
    """Return a measure by its id."""
    return next(each for each in MEASURES if each.id == name)


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927), from 0 to 1."""
    share, z2 = hits / count, Z95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z95 / (1 + z2 / count) * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def _of_sets(
    name: MeasureId, exercise_id: str, sets: Sequence[SetDone], value: Callable[[SetDone], float | None]
) -> Trend:
    """Return medians over sets, each set as often as it has repetitions."""
    what = measure(name)
    half = (what.detectable or 0.0) / 2
    weeks = []
    for monday, part in _by_week(sets):
        values = [(v, each.reps) for each in part if (v := value(each)) is not None and math.isfinite(v)]
        if values:
            middle = median(v for v, reps in values for _ in range(reps))
            reps = sum(count for _, count in values)
            weeks.append(Week(monday, middle, middle - half, middle + half, reps, reps >= MIN_REPS))
    return _trend(what, exercise_id, weeks)


def _clean(exercise_id: str, sets: Sequence[SetDone]) -> Trend:
    weeks = []
    for monday, part in _by_week(sets):
        judged = sum(each.judged for each in part)
        if judged:
            clean = sum(each.clean for each in part)
            low, high = wilson(clean, judged)
            weeks.append(
                Week(monday, 100 * clean / judged, 100 * low, 100 * high, judged, judged >= MIN_REPS)
            )
    return _trend(measure("clean"), exercise_id, weeks)


def _pain(log: Sequence[Entry]) -> Trend:
    return _of_reports(measure("pain"), at_rest(log), worst_nprs)


def _function(log: Sequence[Entry]) -> Trend:
    reports = [report for report in at_rest(log) if report.function is not None]
    return _of_reports(measure("function"), reports, lambda report: report.function or 0)


def _of_reports(
    what: Measure, reports: Sequence[SymptomReport], value: Callable[[SymptomReport], float]
) -> Trend:
    half = (what.detectable or 0.0) / 2
    weeks = []
    for monday, part in _by_week(reports):
        middle = median(map(value, part))
        low, high = max(0.0, middle - half), min(10.0, middle + half)
        weeks.append(Week(monday, middle, low, high, len(part), len(part) >= MIN_REPORTS))
    return _trend(what, None, weeks)


def _adherence(log: Sequence[Entry]) -> Trend:
    """Count days of exercise; a week without any is told as none, between the first and the last."""
    days = sorted({entry.at.date() for entry in log if isinstance(entry, SetDone)})
    weeks = []
    monday = monday_of(days[0]) if days else None
    while monday is not None and monday <= days[-1]:
        count = sum(monday_of(day) == monday for day in days)
        weeks.append(Week(monday, float(count), float(count), float(count), count, enough=True))
        monday += timedelta(days=7)
    words = "How often you exercised. It is counted, and says nothing about how well."
    return Trend(measure("adherence"), None, tuple(weeks), "no_change", words)


def _by_week(entries: Sequence[Dated]) -> list[tuple[date, list[Dated]]]:
    weeks: dict[date, list[Dated]] = {}
    for entry in in_order(entries):
        weeks.setdefault(monday_of(entry.at.date()), []).append(entry)
    return list(weeks.items())


def _trend(what: Measure, exercise_id: str | None, weeks: Sequence[Week]) -> Trend:
    enough = [week for week in weeks if week.enough]
    if len(enough) < 2:
        said = "Two weeks with enough in each can be compared."
        return Trend(what, exercise_id, tuple(weeks), "not_enough", said)
    first, last = enough[0], enough[-1]
    moved = last.value - first.value
    told_apart = last.low > first.high or last.high < first.low
    if what.detectable is not None:
        told_apart = abs(moved) >= what.detectable
    if not told_apart:
        words = "No change that can be told from chance."
        return Trend(what, exercise_id, tuple(weeks), "no_change", words)
    direction = "Up" if moved > 0 else "Down"
    words = (
        f"{direction} by {_amount(abs(moved), what.unit)} since the first week, more than chance explains."
    )
    if what.higher_is_better is None:
        return Trend(what, exercise_id, tuple(weeks), "changed", words)
    change: Change = "better" if (moved > 0) == what.higher_is_better else "worse"
    return Trend(what, exercise_id, tuple(weeks), change, words)


def _amount(value: float, unit: str) -> str:
    if unit == "°":
        return f"{value:.0f}°"
    if unit == "%":
        return f"{value:.0f} percentage points"
    return f"{value:.1f} s" if unit == "s" else f"{value:g} points"
