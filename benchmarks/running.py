"""Runs a command and says what it took: wall time, CPU time and the most memory it held."""

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recordings import ROOT


@dataclass(frozen=True)
class Run:
    """What one run took; ``load`` is the machine's 1-minute load average when it began."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    load: float
    output: str


def run(command: Sequence[str | Path]) -> Run:
    """Run a command in the repository's root and wait for it.

    Raises
    ------
    RuntimeError
        When it fails; with what it said.
    """
    load, began = os.getloadavg()[0], time.monotonic()
    words = [str(word) for word in command]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}:\n{output[-2000:]}")
    # Linux counts ru_maxrss in kilobytes
    return Run(
        time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000, load, output
    )
