"""Worker processes: results in order, errors raised here, and nobody left behind however one side ends."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from formcheck.errors import FormcheckError, UnreadableInputError
from formcheck.sources.crew import Told, run_apart

WAIT_S = 30.0


def nobody(_i: int, _done: float, _total: float) -> None:
    """Wants everything, and is told for nothing."""


def doubled(number: int, told: Told) -> tuple[int, int]:
    print("this must not come between the answers")  # noqa: T201 - what is tested
    told(float(number), 10.0)
    return 2 * number, os.getpid()


def refuses_after(diary: Path, _told: Told) -> None:
    wait_for(diary)
    raise UnreadableInputError("film.mp4: this is no video.")


def is_gone(_told: Told) -> None:
    os._exit(7)


def works_on(diary: Path, told: Told) -> None:
    """Write down who it is, then work without end."""
    diary.with_suffix(".partial").write_text(str(os.getpid()))
    diary.with_suffix(".partial").rename(diary)
    while True:
        told(1.0, 10.0)
        time.sleep(0.05)


def is_silent(diary: Path, _told: Told) -> None:
    works_on(diary, lambda _done, _total: None)


def wait_for(path: Path) -> int:
    end_s = time.monotonic() + WAIT_S
    while not path.exists():
        assert time.monotonic() < end_s, f"{path.name} was never written"
        time.sleep(0.05)
    return int(path.read_text())


def has_ended(pid: int) -> bool:
    """Whether a process is no more, or only waits to be buried by whoever inherited it."""
    end_s = time.monotonic() + WAIT_S
    while time.monotonic() < end_s:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_results_come_in_order_from_processes_of_their_own() -> None:
    heard: list[tuple[int, float, float]] = []
    results = run_apart([partial(doubled, 3), partial(doubled, 5)], lambda *what: heard.append(what))
    assert [number for number, _ in results] == [6, 10]
    assert len({os.getpid(), *(pid for _, pid in results)}) == 3
    assert {(0, 3.0, 10.0), (1, 5.0, 10.0)} <= set(heard)


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: asks /proc who is alive")
def test_the_error_of_one_is_raised_and_ends_the_others(tmp_path: Path) -> None:
    diary = tmp_path / "pid"
    with pytest.raises(UnreadableInputError, match="this is no video"):
        run_apart([partial(works_on, diary), partial(refuses_after, diary)], nobody)
    assert has_ended(int(diary.read_text()))


def test_one_that_died_is_told_kindly() -> None:
    with pytest.raises(FormcheckError, match=r"status 7.*--workers 1"):
        run_apart([is_gone], nobody)


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: asks /proc who is alive")
def test_whoever_wants_no_more_is_heard_even_while_a_worker_says_nothing(tmp_path: Path) -> None:
    class EnoughError(Exception):
        pass

    diary = tmp_path / "pid"

    def told(_i: int, _done: float, _total: float) -> None:
        if diary.exists():
            raise EnoughError

    with pytest.raises(EnoughError):
        run_apart([partial(is_silent, diary)], told)
    assert has_ended(int(diary.read_text()))


STARTER = """
import sys
from functools import partial
from pathlib import Path
from formcheck.sources.crew import run_apart
from tests.sources.test_crew import is_silent, nobody
run_apart([partial(is_silent, Path(sys.argv[1]))], nobody)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: asks /proc who is alive")
def test_no_worker_outlives_a_starter_that_was_killed(tmp_path: Path) -> None:
    diary = tmp_path / "pid"
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(diary)])
    try:
        worker = wait_for(diary)
    finally:
        starter.send_signal(signal.SIGKILL)
        starter.wait()
    assert has_ended(worker)
