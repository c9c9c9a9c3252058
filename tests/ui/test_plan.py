"""The plan's pages, day by day: what is asked, what is proposed, and that nothing leads past a lock."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from formcheck.plan.screen import QUESTIONS
from formcheck.ui.kept import kept
from formcheck.ui.plan import clock, page, progress_page
from tests.plan.builders import E1, at
from tests.ui.conftest import PATIENCE_S, said


def plan_script() -> None:
    from formcheck.ui.plan.page import page

    page()


def progress_script() -> None:
    from formcheck.ui.plan.progress_page import page

    page()


class Clock:
    """The day that the pages take it to be."""

    def __init__(self) -> None:
        self.day, self.hour = 1, 9.0

    def now(self) -> datetime:
        self.hour += 0.01
        return at(self.day, self.hour)

    def on(self, day: int, hour: float = 9.0) -> None:
        self.day, self.hour = day, hour


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ours = Clock()
    monkeypatch.setattr(clock, "now", ours.now)
    for each in (page, progress_page):  # AppTest has no address, so is nobody
        monkeypatch.setattr(each, "page_actor", lambda: kept().people.at_home())
    return ours


@pytest.fixture
def plan(day: Clock) -> Iterator[AppTest]:
    yield AppTest.from_function(plan_script, default_timeout=PATIENCE_S).run()
    st.cache_resource.clear()


def title(app: AppTest) -> str:
    assert not app.exception
    return str(app.title[0].value)


def answer(app: AppTest, *yes: str) -> None:
    for question in QUESTIONS:
        app.radio(key=f"plan-screen-{question.id}").set_value("Yes" if question.id in yes else "No")
    app.run()
    app.button(key="plan-screen-keep").click().run()


def feel(app: AppTest, moment: str, pains: dict[str, int] | None = None, worst: int = 0) -> None:
    pains = pains or {}
    app.pills(key="plan-where").set_value(list(pains)).run()
    for where, nprs in pains.items():
        app.radio(key=f"plan-nprs-{where}").set_value(nprs)
    if moment == "after":
        app.radio(key="plan-worst").set_value(worst)
    app.run()
    app.button(key=f"plan-keep-{moment}").click().run()


def set_done(app: AppTest, exercise: str) -> None:
    app.button(key=f"plan-did-{exercise}").click().run()


def test_first_day_at_home_from_the_questions_to_the_second_exercise_closed(plan: AppTest) -> None:
    assert title(plan) == "A few questions first"
    assert plan.button(key="plan-screen-keep").disabled
    answer(plan)
    assert title(plan) == "How is it today?"
    feel(plan, "before", {"Back, left": 2})
    assert title(plan) == "Today"
    words = said(plan)
    assert "Step 2 opens after two good sessions" in words
    assert "Stop if it hurts" in words
    link = plan.get("page_link")[0].proto
    assert (link.page, link.query_string) == ("live", f"exercise={E1}&repetitions=8&sets=2")
    set_done(plan, E1)
    set_done(plan, E1)
    feel(plan, "after", {"Back, left": 2}, worst=2)
    assert title(plan) == "Done for today"


def test_emergency_is_told_before_it_is_kept_and_stays(plan: AppTest, day: Clock) -> None:
    plan.radio(key="plan-screen-leg-weakness").set_value("Yes").run()
    assert "Get medical help now" in plan.error[0].value
    answer(plan, "leg-weakness")
    assert title(plan) == "Get medical help now"
    day.on(20)
    plan.run()
    assert title(plan) == "Get medical help now"
    assert not plan.button
    assert not plan.radio


def test_see_someone_opens_at_home_only_with_a_day_a_note_and_consent(plan: AppTest, day: Clock) -> None:
    answer(plan, "night-pain")
    assert title(plan) == "See someone first"
    day.on(3)
    plan.run()
    keep = next(button for button in plan.button if button.label == "Keep this")
    keep.click().run()
    assert title(plan) == "See someone first"
    assert "Needed are the day" in plan.warning[0].value
    plan.date_input(key="plan-consulted").set_value(at(3).date())
    plan.text_area(key="plan-note").set_value("May exercise")
    plan.checkbox(key="plan-allowed").set_value(True)
    next(button for button in plan.button if button.label == "Keep this").click().run()
    assert title(plan) == "How is it today?"


def test_stopping_because_it_hurts_ends_the_day(plan: AppTest) -> None:
    answer(plan)
    feel(plan, "before")
    plan.button(key=f"plan-hurt-{E1}").click().run()
    assert title(plan) == "That is all for today"
    assert not [button for button in plan.button if str(button.key).startswith("plan-did")]


def test_an_answer_that_is_missing_is_asked_for_and_nothing_is_lost(plan: AppTest) -> None:
    answer(plan)
    plan.pills(key="plan-where").set_value(["Thigh, left"]).run()
    plan.button(key="plan-keep-before").click().run()
    assert "Thigh, left" in plan.warning[0].value
    assert plan.pills(key="plan-where").value == ["Thigh, left"]


def test_new_tingling_locks_at_home(plan: AppTest, day: Clock) -> None:
    answer(plan)
    feel(plan, "before")
    day.on(3)
    plan.run()
    plan.checkbox(key="plan-neuro").set_value(True).run()
    feel(plan, "before")
    assert title(plan) == "See someone first"


@pytest.mark.parametrize("rise", ["red", "amber"])
def test_a_rise_is_asked_about_again_after_five_minutes(plan: AppTest, rise: str) -> None:
    answer(plan)
    feel(plan, "before", {"Back, left": 2})
    set_done(plan, E1)
    set_done(plan, E1)
    feel(plan, "after", {"Back, left": 5}, worst=5)
    assert title(plan) == "Today"
    feel(plan, "after_5_min", {"Back, left": 5 if rise == "red" else 2})
    assert title(plan) == ("That is all for today" if rise == "red" else "Done for today")


def test_progress_shows_trends_with_their_sources_and_files(plan: AppTest, day: Clock) -> None:
    answer(plan)
    feel(plan, "before", {"Back, left": 4})
    app = AppTest.from_function(progress_script, default_timeout=PATIENCE_S).run()
    assert not app.exception
    words = said(app)
    assert "Worst pain at rest" in words
    assert "Suzuki 2020" in words
    assert "Not enough yet" in words
    assert "It is too early to tell whether anything has changed." in words
