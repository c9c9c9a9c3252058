"""Gathers a log into sessions: one exercise on one day, with its sets and how it was answered to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from formcheck.plan.entries import Entry, Moment, Pain, SetDone, Stopped, SymptomReport, in_order
from formcheck.plan.light import Judgement, light
from formcheck.plan.rules import because
from formcheck.plan.symptoms import Response

NO_BASELINE = Judgement(None, (because("light-unknown"),))


@dataclass(frozen=True, slots=True)
class Session:
    """One exercise on one day; ``response`` is None where the day has no baseline."""

    exercise_id: str
    day: date
    sets: tuple[SetDone, ...]
    hurt: bool
    response: Response | None
    judgement: Judgement
    last_at: datetime

    @property
    def reps(self) -> int:
        """Repetitions of all sets."""
        return sum(each.reps for each in self.sets)

    @property
    def judged(self) -> int:
        """Repetitions with a verdict."""
        return sum(each.judged for each in self.sets)

    @property
    def clean(self) -> int:
        """Repetitions in which no fault was seen."""
        return sum(each.clean for each in self.sets)


def sessions(log: Sequence[Entry]) -> tuple[Session, ...]:
    """Return every session of a log by time."""
    found: dict[tuple[date, str], list[SetDone]] = {}
    for entry in in_order(log):
        if isinstance(entry, SetDone):
            found.setdefault((entry.at.date(), entry.exercise_id), []).append(entry)
        elif isinstance(entry, Stopped) and entry.exercise_id:
            found.setdefault((entry.at.date(), entry.exercise_id), [])
    made = [_session(log, day, exercise_id, tuple(sets)) for (day, exercise_id), sets in found.items()]
    return tuple(sorted(made, key=lambda session: (session.day, session.last_at)))


def baseline(log: Iterable[Entry], day: date) -> SymptomReport | None:
    """Return how a day began: the first report before exercise."""
    reports = [e for e in log if isinstance(e, SymptomReport) and e.moment == "before" and e.at.date() == day]
    return next(iter(in_order(reports)), None)


def next_day(log: Iterable[Entry], day: date) -> SymptomReport | None:
    """Return how the day after began: the morning's report, else the one before exercise."""
    following = day + timedelta(days=1)
    reports = [
        e
        for e in log
        if isinstance(e, SymptomReport)
        and e.moment in ("next_morning", "before")
        and e.at.date() == following
    ]
    return next(iter(in_order(reports)), None)


def at_rest(log: Iterable[Entry]) -> tuple[SymptomReport, ...]:
    """Return the reports that no exercise went before, one a day, by time: what trends are drawn from."""
    by_day: dict[date, SymptomReport] = {}
    reports = [e for e in log if isinstance(e, SymptomReport) and e.moment in ("before", "next_morning")]
    for report in in_order(reports):
        by_day.setdefault(report.at.date(), report)
    return tuple(by_day.values())


def _session(log: Sequence[Entry], day: date, exercise_id: str, sets: tuple[SetDone, ...]) -> Session:
    stops = [e for e in log if isinstance(e, Stopped) and e.at.date() == day and e.exercise_id == exercise_id]
    began = min([*(each.at for each in sets), *(stop.at for stop in stops)])
    response = _response(log, day, exercise_id, began)
    reports = response.later if response else ()
    same_day = [report.at for report in reports if report.at.date() == day]
    return Session(
        exercise_id=exercise_id,
        day=day,
        sets=sets,
        hurt=any(stop.because == "pain" for stop in stops),
        response=response,
        judgement=light(response) if response else NO_BASELINE,
        last_at=max([*(each.at for each in sets), *(stop.at for stop in stops), *same_day]),
    )


def _response(log: Sequence[Entry], day: date, exercise_id: str, began: datetime) -> Response | None:
    before = baseline(log, day)
    if before is None or before.at > began:
        return None
    done = {
        e.exercise_id
        for e in log
        if isinstance(e, SetDone | Stopped) and e.at.date() == day and e.exercise_id
    }
    alone = done == {exercise_id}

    def noted(moment: Moment) -> SymptomReport | None:
        return _merged(
            [
                e
                for e in log
                if isinstance(e, SymptomReport)
                and e.moment == moment
                and e.at.date() == day
                and (e.exercise_id == exercise_id or (alone and e.exercise_id is None))
            ]
        )

    # Which of several movements a bad morning is the answer to cannot be told: then it is the day's alone.
    return Response(
        before=before,
        during=noted("during"),
        after=noted("after"),
        upright=noted("upright"),
        after_5_min=noted("after_5_min"),
        next_morning=next_day(log, day) if alone else None,
    )


def _merged(reports: list[SymptomReport]) -> SymptomReport | None:
    """Return several reports of one moment as one: the worst while moving, the newest afterwards.

    Tingling or weakness that was noted once stays noted.
    """
    if not reports:
        return None
    ordered = in_order(reports)
    newest = ordered[-1]
    pains: tuple[Pain, ...] = newest.pains
    if newest.moment == "during":
        pains = tuple(pain for report in ordered for pain in report.pains)
    return replace(newest, pains=pains, tingling_or_weakness=any(r.tingling_or_weakness for r in reports))
