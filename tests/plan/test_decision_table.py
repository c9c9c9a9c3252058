"""The decision table: each row names its rule, tells what was noted, and says what must follow.

The rows are the rules of measurement.md, sections 6 and 7, written down by hand, not computed. They stand
in the files named ``rows_*``.
"""

from itertools import pairwise

import pytest

from formcheck.plan.level import ladder
from formcheck.plan.rules import rules
from tests.plan.builders import E1, E2, E3, E4, exercises
from tests.plan.rows import Row
from tests.plan.rows_clinic import CLINIC
from tests.plan.rows_home import HOME
from tests.plan.rows_levels import LEVELS
from tests.plan.rows_responses import CLASSES, LIGHTS, ZONES
from tests.plan.rows_screen import SCREENS

TABLE = [*LIGHTS, *CLASSES, *ZONES, *SCREENS, *CLINIC, *HOME, *LEVELS]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.rule}: {row.what}")
def test_row(row: Row) -> None:
    assert row.check()
    assert row.rule in row.rules_of()


def test_every_rule_has_a_row_and_every_row_a_rule() -> None:
    assert {row.rule for row in TABLE} == set(rules())
    assert len(TABLE) >= 80


def test_every_rule_says_where_it_comes_from_and_speaks_in_sentences() -> None:
    for rule_id, rule in rules().items():
        assert rule.source, rule_id
        assert rule.words.endswith((".", "}")), rule_id


@pytest.mark.parametrize("exercise_id", [E1, E2, E3, E4])
def test_steps_change_one_variable_each_in_the_order_of_the_specification(exercise_id: str) -> None:
    rank = {"range": 0, "height": 1, "hold": 2, "eccentric": 2, "load": 3}
    steps = ladder(exercises()[exercise_id])
    order = [rank[step.change.variable] for step in steps]
    assert order == sorted(order)
    assert len(steps) >= 3
    for step in steps:
        assert step.value <= step.change.until


def test_seated_lift_rises_from_twenty_centimetres_by_two_to_five() -> None:
    heights = [step.value for step in ladder(exercises()[E3]) if step.change.variable == "height"]
    assert heights[0] - 20.0 == 3.0
    assert all(2 <= b - a <= 5 for a, b in pairwise(heights[:-1]))
