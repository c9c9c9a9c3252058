"""Choosing what to do live: what the plan asked for is chosen already, and stays the person's to change."""

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from formcheck.ui.live.choosing import live_query
from tests.ui.conftest import PATIENCE_S


def choosing_script() -> None:
    from formcheck.ui.live.page import page

    page()


@pytest.fixture
def choosing() -> Iterator[AppTest]:
    yield AppTest.from_function(choosing_script, default_timeout=PATIENCE_S)
    st.cache_resource.clear()


def chosen(app: AppTest) -> tuple[str, int, int]:
    exercise = str(app.selectbox(key="live-exercise").value)
    numbers = (app.number_input(key=f"live-{name}-{exercise}").value for name in ("reps", "sets"))
    return exercise, *numbers  # type: ignore[return-value]


def test_the_plan_s_exercise_is_chosen_with_its_numbers(choosing: AppTest) -> None:
    choosing.query_params.update(live_query("hip-hinge", 7, 2))
    choosing.run()
    assert not choosing.exception
    assert chosen(choosing) == ("hip-hinge", 7, 2)
    choosing.number_input(key="live-reps-hip-hinge").set_value(3).run()
    choosing.selectbox(key="live-exercise").set_value("squat").run()
    choosing.selectbox(key="live-exercise").set_value("hip-hinge").run()
    assert chosen(choosing)[0] == "hip-hinge"  # and not the address's, again and again
    assert not choosing.query_params


@pytest.mark.parametrize(("exercise", "reps"), [("nothing-known", "5"), ("squat", "900"), ("squat", "many")])
def test_what_no_plan_would_ask_for_is_left_out(choosing: AppTest, exercise: str, reps: str) -> None:
    usual = chosen(choosing.run())
    choosing.query_params.update({"exercise": exercise, "repetitions": reps})
    choosing.run()
    assert not choosing.exception
    assert 1 <= chosen(choosing)[1] <= 50
    assert chosen(choosing)[0] == ("squat" if exercise == "squat" else usual[0])


def test_the_height_of_the_object_is_asked_for_where_there_is_one(choosing: AppTest) -> None:
    choosing.query_params.update(live_query("squat", 5, 1))
    choosing.run()
    assert "live-object" not in {each.key for each in choosing.number_input}
    choosing.selectbox(key="live-exercise").set_value("seated-lift-over").run()
    assert choosing.number_input(key="live-object").value is None
    choosing.number_input(key="live-object").set_value(20.0).run()
    assert not choosing.exception
    assert choosing.number_input(key="live-object").value == 20.0
