"""Clips and models that several tests read; made once a session."""

from pathlib import Path

import pytest

from tests.clips import SQUAT, even_times, numbered, recode, shared, write_clip


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="session")
def clip(clips: Path) -> Path:
    """Two seconds at 30 frames a second with B-frames, numbered pictures."""
    return write_clip(clips / "plain.mp4", numbered(even_times(2.0)))


@pytest.fixture(scope="session")
def squat_stretch(clips: Path) -> Path:
    """A second and a half of a real squat on its way down, 45 frames."""
    return recode(shared(SQUAT), clips / "squat.mp4", start_s=9.5, end_s=11.0)


@pytest.fixture(scope="session")
def model_path() -> Path:
    from formcheck.sources.model_files import resolve

    return resolve("full").path
