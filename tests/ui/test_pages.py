"""The other pages, and what all pages share."""

import re
import tomllib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from formcheck import __version__
from formcheck.exercises.load import library
from formcheck.report.palette import DARK, LIGHT
from formcheck.ui import pages
from tests.ui.conftest import PATIENCE_S, said

ROOT = Path(__file__).parents[2]


def exercises_script() -> None:
    from formcheck.ui import exercises

    exercises.page()


def about_script() -> None:
    from formcheck.ui import about

    about.page()


def failing_script() -> None:
    from formcheck.ui.guarded import guarded

    def broken() -> None:
        raise RuntimeError("secret detail")

    guarded(broken)()


def test_exercises_say_all_that_their_files_say() -> None:
    app = AppTest.from_function(exercises_script, default_timeout=PATIENCE_S).run()
    assert not app.exception
    words = said(app) + "\n".join(each.value for each in app.header)
    for loaded in library().values():
        exercise = loaded.exercise
        assert exercise.name in words
        for text in (exercise.purpose, exercise.camera.text, exercise.start_posture.text, exercise.when_not):
            assert text.replace("'", "&#x27;") in words
        for fault in exercise.faults:
            assert fault.cue.replace("'", "&#x27;") in words


def test_tempo_is_told_in_the_order_in_which_it_is_done() -> None:
    app = AppTest.from_function(exercises_script, default_timeout=PATIENCE_S).run()
    words = said(app)
    assert "lowering for about 2 s, lifting for about 1.5 s" in words, "a squat goes down first"
    assert "moving in for about 2 s, holding for about 1 s, moving out for about 2 s" in words


def test_about_claims_nothing_that_it_must_not() -> None:
    """measurement.md, section 8."""
    app = AppTest.from_function(about_script, default_timeout=PATIENCE_S).run()
    assert not app.exception
    words = said(app)
    assert __version__ in words
    assert "not a medical device" in words
    assert "no telemetry" in words
    assert not re.search(r"\b(prevent|cure|safe|disc|nerve)s?\b", words, re.IGNORECASE)


def test_a_defect_is_said_kindly_and_without_details() -> None:
    app = AppTest.from_function(failing_script, default_timeout=PATIENCE_S).run()
    assert not app.exception
    assert "Something went wrong in formcheck itself" in app.error[0].value
    assert "secret" not in app.error[0].value


def test_the_theme_has_the_colours_of_the_reports() -> None:
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    for look, palette in (("light", LIGHT), ("dark", DARK)):
        theme = config["theme"][look]
        assert theme["backgroundColor"] == palette.paper
        assert theme["secondaryBackgroundColor"] == palette.panel
        assert theme["textColor"] == palette.ink
        assert theme["primaryColor"] == palette.signal


def test_no_telemetry_is_configured() -> None:
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"


@pytest.mark.parametrize(
    "name",
    [
        "static/style.css",
        "static/sets.css",
        "uploads/upload.js",
        "uploads/upload.html",
        "static/icon.svg",
        "player/player.js",
    ],
)
def test_nothing_is_loaded_from_elsewhere(name: str) -> None:
    text = (pages.STATIC.parent / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)


def failing_callback_script() -> None:
    import streamlit as st

    from formcheck.ui.guarded import guarded, kindly

    def broken() -> None:
        raise RuntimeError("secret detail")

    guarded(lambda: st.button("Press", on_click=kindly(broken)))()


def test_a_defect_of_a_callback_is_said_kindly_too() -> None:
    """Callbacks run before the page does, outside of what guards it."""
    app = AppTest.from_function(failing_callback_script, default_timeout=PATIENCE_S).run()
    app.button[0].click().run()
    assert not app.exception
    assert "Something went wrong in formcheck itself" in app.error[0].value
    app.run()
    assert not app.error
