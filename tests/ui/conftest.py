"""The app under AppTest, recordings for it, and waiting for what runs beside the page."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from formcheck.sources.track_file import write_track
from formcheck.ui.review.review import Review
from tests import synthetic

APP = Path(__file__).parents[2] / "app.py"
PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pages keep goes to a folder of the test, never to the person's own."""
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def app() -> Iterator[AppTest]:
    """The app at its first page; its workspace is closed afterwards."""
    at = AppTest.from_file(str(APP), default_timeout=PATIENCE_S).run()
    yield at
    if "review" in at.session_state:
        at.session_state["review"].workspace.close()
    st.cache_resource.clear()  # every AppTest calls its session the same


@pytest.fixture(scope="session")
def squats(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The stored track of three squats, seen from the side."""
    path = tmp_path_factory.mktemp("tracks") / "track.parquet"
    write_track(synthetic.film(synthetic.squats(3), synthetic.Camera()), path)
    return path.read_bytes()


@pytest.fixture(scope="session")
def still(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The stored track of somebody who only stands."""
    path = tmp_path_factory.mktemp("tracks") / "track.parquet"
    write_track(synthetic.film(synthetic.standing(6.0), synthetic.Camera()), path)
    return path.read_bytes()


@pytest.fixture
def upload(app: AppTest) -> Callable[[str, bytes], AppTest]:
    """Give a recording to the page, and wait until it has been looked through."""

    def given(name: str, content: bytes) -> AppTest:
        app.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
        wait_for(lambda: finished(review_of(app)))
        return app.run()

    return given


def review_of(app: AppTest) -> Review:
    """The review behind the page."""
    review: Review = app.session_state["review"]
    return review


def finished(review: Review) -> bool:
    """Whether the search for poses has ended."""
    return review.finding is None or review.finding.done


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something holds, or fail."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, "this takes too long"
        time.sleep(0.02)


def said(app: AppTest) -> str:
    """Everything that the page says in words, markup included."""
    parts = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.error, *app.warning, *app.info]
    texts = [part.value for part in parts]
    parts = [element.proto.body for element in app.get("html")]
    return "\n".join([*texts, *parts, *(str(element.proto) for element in app.get("bidi_component"))])
