"""How properties are tested, and what is made once in a run, whichever of its processes asks first.

Properties are tested with the same examples everywhere, or with new ones when asked for:
``pytest --hypothesis-profile=explore`` draws new examples each time and remembers what failed; what it finds
becomes an ``@example`` of its test.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from tests import clips

# No deadline, no health check of speed: a loaded machine must not fail a test.
_CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", _CALM, print_blob=True)
settings.register_profile("same-everywhere", _CALM, derandomize=True)
settings.load_profile("same-everywhere")

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
