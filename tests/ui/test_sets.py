"""*My sets* under AppTest: only what is saved is kept; it is found again, shown, and deleted."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.ui.kept import kept
from tests.ui.conftest import PATIENCE_S, review_of, said, wait_for

Upload = Callable[[str, bytes], AppTest]


def sets_script() -> None:
    from formcheck.ui.guarded import guarded
    from formcheck.ui.sets.page import page

    guarded(page)()


def reviewed(upload: Upload, track: bytes) -> AppTest:
    """Look at a recording until its files are written."""
    app = upload("track.parquet", track)
    drawing = review_of(app).drawing
    assert drawing is not None
    wait_for(lambda: drawing.files.done)
    return app.run()


def press(app: AppTest, label: str) -> AppTest:
    """Press a button by the beginning of its label."""
    next(each for each in app.button if each.label.startswith(label)).click()
    return app.run()


def my_sets(**query: str) -> AppTest:
    """Open the page."""
    app = AppTest.from_function(sets_script, default_timeout=PATIENCE_S)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def test_a_review_is_not_kept_unless_it_is_saved(upload: Upload, squats: bytes) -> None:
    app = reviewed(upload, squats)
    me = kept().people.at_home()
    assert kept().sets.of_patient(me, me.account_id) == []
    press(app, "Save to My sets")
    assert not app.exception
    assert "Kept under" in said(app)
    (row,) = kept().sets.of_patient(me, me.account_id)
    assert (row.state, row.reps, row.exercise_id) == ("done", 3, "squat")
    assert {file.kind for file in kept().sets.files(me, row.id)} == {"track", "signals", "pdf", "page"}
    assert "3 repetitions" in said(my_sets())

    one = my_sets(set=row.id)
    assert not one.exception
    assert "3 squats counted." in said(one)
    assert "/formcheck/media/" in said(one)
    press(one, "Delete for good")
    assert not one.exception
    assert "Nothing is kept yet" in said(my_sets())


def test_an_empty_history_says_so_and_takes_recordings() -> None:
    app = my_sets()
    assert not app.exception
    assert "Nothing is kept yet" in said(app)


def test_a_guessed_address_is_answered_kindly() -> None:
    app = my_sets(set="0" * 32)
    assert not app.exception
    assert "There is no such thing here" in app.error[0].value


def test_clinic_pages_show_nothing_without_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_MODE", "clinic")
    app = my_sets(set="0" * 32)
    assert not app.exception
    assert app.title[0].value == "Please log in"
    assert not app.button
