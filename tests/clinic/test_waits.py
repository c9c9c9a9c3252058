"""From the store to the queue: each set gets the traffic light of its own exercise and day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from formcheck.clinic.waits import items
from formcheck.plan.entries import Pain, SymptomReport
from formcheck.plan.record import entry_json
from formcheck.store.logbook import Entry
from formcheck.store.waiting import Waiting, WaitingSet

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def waiting_set(name: str, *, at: datetime = NINE, exercise: str = "squat", red: int = 0) -> WaitingSet:
    return WaitingSet(
        set_id=name,
        patient_id="p",
        patient="P",
        exercise_id=exercise,
        exercise=exercise,
        performed_at=at,
        state="done",
        reps=8,
        red_faults=red,
        fault=red,
        cannot_judge=0,
        reviewed=False,
        asked=False,
    )


def felt(at: datetime, moment: str, nprs: int) -> Entry:
    report = SymptomReport(at, moment, (Pain("central_back", "middle", nprs),))  # type: ignore[arg-type]
    return Entry("e", "p", "p", at.date(), at, "plan", 1, entry_json(report))


def queue_of(sets: list[WaitingSet], log: list[Entry]) -> dict[str, str | None]:
    found = items(Waiting(sets, len(sets), {"p": 3}, {"squat": 40, "hip-hinge": 40}, {"p": log}), UTC)
    return {item.facts.set_id: item.facts.pain for item in found}


@pytest.mark.parametrize(("after", "light"), [(2, "green"), (3, "amber"), (8, "red")])
def test_pain_after_a_set_is_told_against_the_same_morning(after: int, light: str) -> None:
    hour = timedelta(hours=1)
    log = [felt(NINE - hour, "before", 2), felt(NINE + hour, "after", after)]
    log.append(felt(NINE + 2 * hour, "after_5_min", after))
    assert queue_of([waiting_set("a")], log) == {"a": light}


def test_a_day_is_the_reader_s_and_another_day_has_another_light() -> None:
    """A set done at 23:30 belongs to that day where the reader is, whatever the day in UTC."""
    late = NINE.replace(hour=23, minute=30)
    log = [felt(NINE, "before", 2), felt(late + timedelta(minutes=5), "after", 8)]
    found = queue_of([waiting_set("late", at=late), waiting_set("before", at=NINE - timedelta(days=1))], log)
    assert found == {"late": "red", "before": None}


def test_who_noted_nothing_has_no_light() -> None:
    assert queue_of([waiting_set("a")], []) == {"a": None}


def test_the_order_is_that_of_need() -> None:
    hour = timedelta(hours=1)
    log = [felt(NINE - hour, "before", 2), felt(NINE + hour, "after", 8)]
    sets = [
        waiting_set("quiet", at=NINE - timedelta(days=3)),
        waiting_set("pain"),
        waiting_set("red", at=NINE - timedelta(days=4), exercise="hip-hinge", red=2),
    ]
    assert list(queue_of(sets, log)) == ["red", "pain", "quiet"]


def test_unknown_counts_say_so() -> None:
    (item,) = items(Waiting([waiting_set("a")], 1, {}, {}, {}), UTC)
    assert item.needs == ("new_patient", "agreement")
    assert date(2026, 11, 24) == item.facts.performed_at.date()
