"""The queue: order by need, reasons in words, filters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.clinic.agreement import ENOUGH
from formcheck.clinic.queue import NEEDS, Facts, Filter, Need, filtered, item_of, queue

WHEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
QUIET = Facts("s", "p", "Somebody", "squat", "Squat", WHEN, 8, 0, 0, 0, seen_before=3, compared=ENOUGH)


@pytest.mark.parametrize(
    ("changed", "need", "words"),
    [
        ({"red": 2}, "red", "2 repetitions with a red fault."),
        ({"red": 1}, "red", "1 repetition with a red fault."),
        ({"pain": "red"}, "pain", "clearly worse"),
        ({"pain": "amber"}, "pain", "Pain rose"),
        ({"asked": True}, "asked", "waits for an answer"),
        ({"cannot_judge": 2}, "cannot_judge", "2 of 8 repetitions could not be judged."),
        ({"failed": True, "reps": 0}, "cannot_judge", "could not be analysed"),
        ({"reps": 0}, "cannot_judge", "No repetition was counted"),
        ({"seen_before": 0}, "new_patient", "No set of this patient"),
        ({"compared": ENOUGH - 1}, "agreement", f"{ENOUGH - 1} of {ENOUGH}"),
        ({}, "routine", "Nothing that stands out"),
        ({"cannot_judge": 1}, "routine", "Nothing"),
        ({"pain": "green"}, "routine", "Nothing"),
        ({"fault": 3}, "routine", "Nothing"),
    ],
)
def test_each_need_and_its_words(changed: dict[str, object], need: Need, words: str) -> None:
    item = item_of(replace(QUIET, **changed))
    assert item.needs == (need,)
    assert words in item.reasons[0]


def test_the_order_of_needs() -> None:
    """One set for each need, given in the reverse order, the graver the younger."""
    changes: list[dict[str, object]] = [
        {"red": 1},
        {"pain": "amber"},
        {"asked": True},
        {"cannot_judge": 8},
        {"seen_before": 0},
        {"compared": 0},
        {},
    ]
    every = [
        replace(QUIET, set_id=str(i), performed_at=WHEN - timedelta(days=i), **change)
        for i, change in enumerate(changes)
    ]
    assert [item.needs[0] for item in queue(reversed(every))] == list(NEEDS)


def test_among_equals_more_reds_then_more_needs_then_who_waits_longest() -> None:
    older = WHEN - timedelta(days=3)
    every = [
        replace(QUIET, set_id="young", red=1),
        replace(QUIET, set_id="old", red=1, performed_at=older),
        replace(QUIET, set_id="and pain", red=1, pain="red"),
        replace(QUIET, set_id="three", red=3),
    ]
    assert [item.facts.set_id for item in queue(every)] == ["three", "and pain", "old", "young"]


FACTS = st.builds(
    Facts,
    set_id=st.uuids().map(str),
    patient_id=st.sampled_from(["a", "b"]),
    patient=st.just("Somebody"),
    exercise_id=st.sampled_from(["squat", "march"]),
    exercise=st.just("Exercise"),
    performed_at=st.datetimes(timezones=st.just(UTC)),
    reps=st.integers(0, 12),
    red=st.integers(0, 3),
    fault=st.integers(0, 3),
    cannot_judge=st.integers(0, 12),
    failed=st.booleans(),
    pain=st.sampled_from([None, "green", "amber", "red"]),
    asked=st.booleans(),
    seen_before=st.integers(0, 2),
    compared=st.integers(0, 2 * ENOUGH),
)


@settings(max_examples=40)
@given(st.lists(FACTS, max_size=20))
def test_nothing_is_lost_and_a_graver_need_is_never_behind(every: list[Facts]) -> None:
    items = queue(every)
    assert sorted(item.facts.set_id for item in items) == sorted(facts.set_id for facts in every)
    ranks = [NEEDS.index(item.needs[0]) for item in items]
    assert ranks == sorted(ranks)
    for item in items:
        assert len(item.needs) == len(item.reasons) >= 1
        assert all(reason.endswith(".") for reason in item.reasons)


@settings(max_examples=40)
@given(st.lists(FACTS, max_size=20), st.sampled_from(NEEDS))
def test_filters_keep_the_order_and_nothing_else(every: list[Facts], need: Need) -> None:
    items = queue(every)
    wanted = Filter(frozenset({need}), patient_id="a", exercise_id="squat")
    shown = filtered(items, wanted)
    assert shown == [
        item
        for item in items
        if need in item.needs and (item.facts.patient_id, item.facts.exercise_id) == ("a", "squat")
    ]
    assert filtered(items, Filter()) == items
