"""Runs a command and says what it took: wall time, CPU time, and the most memory with its workers."""

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recordings import ROOT

_EVERY_S = 0.5  # how often memory is looked at; asking takes some milliseconds of one core


@dataclass(frozen=True)
class Run:
    """What one run took; ``load`` is the machine's 1-minute load average when it began.

    ``peak_mb`` is the proportional share (PSS) of the whole tree of processes, 0 where it was not asked for.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    load: float
    output: str


def run(command: Sequence[str | Path], *, memory: bool = False) -> Run:
    """Run a command in the repository's root and wait for it.

    Raises
    ------
    RuntimeError
        When it fails; with what it said.
    """
    load, began = os.getloadavg()[0], time.monotonic()
    words = [str(word) for word in command]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    watch = _Watch(process.pid) if memory else None
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)  # its own time and that of the workers that it waited for
    process.returncode = os.waitstatus_to_exitcode(status)
    peak_mb = watch.end() if watch else 0.0
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}:\n{output[-2000:]}")
    return Run(time.monotonic() - began, usage.ru_utime + usage.ru_stime, peak_mb, load, output)


class _Watch:
    """Looks at the memory of a tree of processes now and then; Linux only."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak_kb = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> float:
        """Return the most that was seen, in MB."""
        self._over.set()
        self._thread.join()
        return self._peak_kb * 1024 / 1e6

    def _look(self) -> None:
        while not self._over.wait(_EVERY_S):
            self._peak_kb = max(self._peak_kb, sum(_pss_kb(pid) for pid in _tree(self._pid)))


def _tree(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(word) for task in tasks for word in (task / "children").read_text().split()]
    except OSError:  # it has ended
        return []
    return [pid, *(each for child in children for each in _tree(child))]


def _pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
