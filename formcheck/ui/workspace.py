"""What one browser session owns beside its page: a temporary folder and the jobs that run for it."""

import itertools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

import streamlit as st

from formcheck.errors import OutputError
from formcheck.store.file_names import file_name
from formcheck.ui.job import Job, Tell

T = TypeVar("T")

PREFIX = "formcheck-session-"
CLOSING_S = 10.0


class Workspace:
    """A folder that lives as long as the session, and the session's jobs."""

    def __init__(self) -> None:
        # also removed when the server ends before the session does
        self._temporary = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
        self._numbers = itertools.count(1)
        self._jobs: list[Job[object]] = []

    @property
    def folder(self) -> Path:
        """Where the session's files are."""
        return Path(self._temporary.name)

    def new_folder(self, purpose: str) -> Path:
        """Make a folder that nobody else uses."""
        folder = self.folder / f"{purpose}-{next(self._numbers)}"
        folder.mkdir()
        return folder

    def keep(self, file: BinaryIO, name: str) -> Path:
        """Copy an uploaded file into the session's folder, under its own name.

        Raises
        ------
        OutputError
            When the disk refuses it; nothing of it stays.
        """
        path = self.new_folder("upload") / file_name(name)
        try:
            with path.open("wb") as copy:
                shutil.copyfileobj(file, copy)
        except OSError as error:
            shutil.rmtree(path.parent, ignore_errors=True)
            raise OutputError(
                f"{path.name}: this recording cannot be taken in: {error.strerror}. "
                "Make room on the computer that runs formcheck, then choose it again."
            ) from error
        return path

    def start(self, work: Callable[[Tell], T], name: str) -> Job[T]:
        """Run a piece of work beside the page."""
        self._jobs = [job for job in self._jobs if not job.done]
        job = Job(work, name)
        self._jobs.append(job)  # type: ignore[arg-type]  # only stopped through this list
        return job

    def close(self) -> None:
        """Stop the jobs and delete the files."""
        for job in self._jobs:
            job.cancel()
        for job in self._jobs:
            job.join(CLOSING_S)
        self._temporary.cleanup()


@st.cache_resource(scope="session", on_release=Workspace.close, show_spinner=False)
def workspace() -> Workspace:
    """Return the workspace of this browser session; it is closed with the session."""
    return Workspace()
