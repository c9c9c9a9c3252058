"""Which verdicts are laid beside which."""

from dataclasses import replace
from datetime import UTC, datetime

from formcheck.clinic.compared import beside_formcheck, between, judges
from formcheck.store.reviews import Mark

MARK = Mark(
    set_id="s",
    patient_id="p",
    exercise_id="squat",
    author_id="kim",
    author="Kim",
    rep=1,
    peak_s=2.0,
    verdict="fault",
    faults=("knees-in",),
    own_verdict="ok",
    own_faults=(),
    at=datetime(2026, 11, 24, tzinfo=UTC),
)
ROBIN = replace(MARK, author_id="robin", author="Robin", verdict="ok", faults=())


def test_formcheck_is_the_first_of_each_pair() -> None:
    (pair,) = beside_formcheck([MARK])
    assert (pair.first, pair.second) == ("ok", "fault")
    assert (pair.first_faults, pair.second_faults) == (frozenset(), frozenset({"knees-in"}))


def test_one_clinician_or_everybody() -> None:
    assert len(beside_formcheck([MARK, ROBIN])) == 2
    assert [pair.second for pair in beside_formcheck([MARK, ROBIN], "robin")] == ["ok"]


def test_two_clinicians_are_compared_where_both_judged_the_same_repetition() -> None:
    elsewhere = replace(ROBIN, set_id="other")
    later = replace(ROBIN, rep=2)
    (pair,) = between([elsewhere, MARK, later, ROBIN], "kim", "robin")
    assert (pair.first, pair.second) == ("fault", "ok")
    (turned,) = between([MARK, ROBIN], "robin", "kim")
    assert (turned.first, turned.second) == ("ok", "fault")
    assert between([MARK, elsewhere, later], "kim", "robin") == []


def test_who_is_gone_is_no_judge_but_still_counts() -> None:
    gone = replace(MARK, author_id=None, author="")
    assert judges([gone, ROBIN]) == {"robin": "Robin"}
    assert len(beside_formcheck([gone, ROBIN])) == 2
