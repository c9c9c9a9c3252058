import json
from datetime import datetime

import pytest
from hypothesis import given, settings

from formcheck.errors import UnreadableInputError
from formcheck.plan.entries import Entry, Pain, SetDone, SymptomReport, in_order
from formcheck.plan.record import entry_from_json, entry_json, log_from_text, log_text
from tests.plan import strategies
from tests.plan.builders import asked, at, felt


@settings(max_examples=80)
@given(strategies.entries)
def test_every_entry_reads_back_from_json(entry: Entry) -> None:
    data = json.loads(json.dumps(entry_json(entry)))
    assert data["schema_version"] == 1
    assert entry_from_json(data) == entry


@settings(max_examples=25)
@given(strategies.logs)
def test_a_log_reads_back_in_order_of_time(log: list[Entry]) -> None:
    assert log_from_text(log_text(log)) == in_order(log)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema_version": 2}, "schema_version is 2"),
        ({"kind": "poem"}, "damaged"),
        ({"moment": "someday"}, "damaged at symptoms.moment"),
        ({"pains": [{"place": "thigh", "side": "left", "nprs": 11}]}, "not on the scale"),
        ({"at": "2026-06-01T09:00:00"}, "time zone"),
        ({"at": "yesterday"}, "damaged at symptoms.at"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_in_one_line(change: dict[str, object], said: str) -> None:
    with pytest.raises(UnreadableInputError, match=said) as caught:
        entry_from_json({**entry_json(felt("before", 1, 2)), **change})
    assert "\n" not in str(caught.value)


def test_the_line_of_a_damaged_log_is_named() -> None:
    with pytest.raises(UnreadableInputError, match="Line 2"):
        log_from_text(log_text([asked()]) + "{half an entry\n")


def test_numbers_that_cannot_be_are_refused() -> None:
    for wrong in (
        lambda: Pain("thigh", "left", 11),
        lambda: SymptomReport(at(1), "before", function=-1),
        lambda: SetDone(at(1), "x", reps=8, judged=9, clean=0, red=0),
        lambda: SymptomReport(datetime(2026, 6, 1), "before"),
    ):
        with pytest.raises(ValueError, match=r"scale|hold|time zone"):
            wrong()
