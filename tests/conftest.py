"""What is made once in a run of all tests, whichever of its processes asks first."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from tests import clips

MadeOnce = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Give a file or folder of that name, made by the function where no process has made it yet."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "once"
    place.mkdir(exist_ok=True)

    def get(name: str, make: Callable[[Path], object]) -> Path:
        path = place / name
        with FileLock(place / f"{name}.lock"):
            if not path.exists():
                unfinished = place / f"unfinished-{name}"
                make(unfinished)
                unfinished.rename(path)
        return path

    return get


@pytest.fixture(scope="session")
def squat_report(made_once: MadeOnce) -> Path:
    """The whole report of the shared squat clip, made by the command line; nothing else is in its folder."""
    clips.shared(clips.SQUAT)

    def make(folder: Path) -> None:
        command = [sys.executable, "-m", "formcheck", "analyze", clips.SQUAT, "--exercise", "squat"]
        result = subprocess.run(
            [*command, "--out", folder / "report"], capture_output=True, text=True, check=False, timeout=300
        )
        assert result.returncode == 0, result.stderr
        assert "2" in result.stdout

    return made_once("squat", make) / "report"
