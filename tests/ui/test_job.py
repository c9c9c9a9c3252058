"""Work beside the page: progress, stopping, failing; and the folder that goes with the session."""

import io
import threading
from pathlib import Path

import pytest

from formcheck.errors import UnreadableInputError
from formcheck.ui.guarded import OUR_FAULT, kind_words
from formcheck.ui.job import Cancelled, Job, Tell
from formcheck.ui.text import plain, time_left
from formcheck.ui.workspace import Workspace


def test_progress_is_told_as_a_share() -> None:
    told, go_on = threading.Event(), threading.Event()

    def work(tell: Tell) -> int:
        tell("Looking", 3.0, 12.0)
        told.set()
        go_on.wait(5)
        return 7

    job = Job(work, "test")
    told.wait(5)
    assert (job.progress.step, job.progress.share) == ("Looking", 0.25)
    go_on.set()
    job.join(5)
    assert job.result() == 7


def test_a_cancelled_job_ends_at_its_next_step() -> None:
    def work(tell: Tell) -> int:
        while True:
            tell("Looking", 0.0, 0.0)

    job = Job(work, "test")
    job.cancel()
    job.join(5)
    assert job.done
    with pytest.raises(Cancelled):
        job.result()


def test_an_error_is_kept_for_the_page() -> None:
    def work(tell: Tell) -> int:
        raise UnreadableInputError("clip.mp4: this is a photo.")

    job = Job(work, "test")
    job.join(5)
    with pytest.raises(UnreadableInputError, match="photo"):
        job.result()


def test_closing_a_workspace_stops_its_jobs_and_deletes_its_files() -> None:
    workspace = Workspace()
    path = workspace.keep(io.BytesIO(b"pixels"), "../../sneaky.mp4")
    assert path.read_bytes() == b"pixels"
    assert path.is_relative_to(workspace.folder)

    def work(tell: Tell) -> int:
        while True:
            tell("Looking", 0.0, 0.0)

    job = workspace.start(work, "test")
    workspace.close()
    assert job.done
    assert not workspace.folder.exists()


def test_messages_leave_the_server_folders_out() -> None:
    error = UnreadableInputError("/tmp/session/clip.mp4: this is a photo.")  # noqa: S108 - only a text
    assert kind_words(error, Path("/tmp/session")) == "clip.mp4: this is a photo."  # noqa: S108
    assert kind_words(RuntimeError("details")) == OUR_FAULT


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (3.0, "a few seconds left"), (33.0, "about 35 seconds left"), (60.0, "about 1 minute left")],
)
def test_forecasts_are_coarse(seconds: float | None, words: str) -> None:
    assert time_left(seconds) == words


def test_file_names_are_no_markdown() -> None:
    assert plain("my_clip*.mp4") == r"my\_clip\*.mp4"
