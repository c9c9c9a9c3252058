"""Does live use leak or fall behind? ``python benchmarks/live_soak.py [--minutes 20] [--sessions 50]``.

First one session is fed in real time, 30 pictures a second of 1280 x 720, with the real landmarker: sets of
ten marches with short rests, one after the other. Memory is read every ten seconds; the lag of the pictures
(arrival to overlay) of the first minutes is set beside that of the last. Then sessions are opened, fed with a
few pictures and closed, one after the other, and what the process holds is counted before and after: threads
of Python and of the system, open files, landmarkers, temporary files.

Prints what it found, writes ``live_soak.json``. A busy machine drops more pictures; nothing else depends on
it.
"""

import argparse
import gc
import json
import os
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from live_latency import Film, resident_mb, ticks

from formcheck.exercises.load import load
from formcheck.live.session import Plan
from formcheck.live.sink import FolderSink
from formcheck.live.worker import LiveWorker, Work
from formcheck.report.freed_memory import give_back
from formcheck.sources.frames import Frame
from formcheck.sources.mediapipe_pose import PoseEstimator
from formcheck.sources.model_files import resolve

SETTLED_S = 120.0
PLAN = Plan(repetitions=10, sets=1000, rest_s=10.0)
PICTURES_EACH = 10
EVERY_S = 10.0
PATIENCE_S = 60.0


@dataclass
class Course:
    """What was seen while one session went on: per reading the time, memory and lag since the last."""

    t_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    lag_ms: list[float] = field(default_factory=list)
    sets: int = 0
    analysed_per_s: list[float] = field(default_factory=list)
    dropped: int = 0


def main() -> None:
    """Measure, print, write down."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=20.0)
    asked.add_argument("--sessions", type=int, default=50)
    options = asked.parse_args()
    film = Film()
    give_back()  # what reading the film took: giving that back later would hide growth
    with tempfile.TemporaryDirectory() as folder:
        kept, temporary = Path(folder) / "kept", Path(folder) / "temporary"
        temporary.mkdir()
        tempfile.tempdir = str(temporary)
        row = {
            "load_before": round(os.getloadavg()[0], 1),
            "one_session": told(coached(film, 60 * options.minutes, kept)),
            "opened_and_closed": opened_and_closed(film, options.sessions, kept, temporary),
        }
    print(json.dumps(row, indent=1))
    Path(__file__).with_suffix(".json").write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")


def worker_in(folder: Path) -> LiveWorker:
    """Return a worker with the real landmarker that keeps its sets in a folder."""
    make = lambda model: PoseEstimator(model.path, smoothed=False)  # noqa: E731 - one line says it
    return LiveWorker(Work(load("march-neutral"), PLAN, FolderSink(folder), (resolve(fetch=False),), make))


def coached(film: Film, seconds: float, folder: Path) -> Course:
    """Feed one session in real time."""
    course, worker = Course(), worker_in(folder)
    for t_s in ticks(seconds):
        worker.submit(Frame.from_image(worker.now_s, film.picture(t_s)))
        state = worker.state
        if state is None or (course.t_s and t_s - course.t_s[-1] < EVERY_S):
            continue
        course.t_s.append(t_s)
        course.memory_mb.append(resident_mb())
        course.lag_ms.append(1000 * state.speed.overlay_s)
        course.analysed_per_s.append(state.speed.analysed_per_s)
        course.dropped = state.speed.dropped
    worker.close()
    if worker.trouble:
        raise RuntimeError(worker.trouble)
    course.sets = len(worker.finished)
    return course


def told(course: Course) -> dict[str, Any]:
    """Return a course in numbers: what it held once settled, and at its end."""
    t_s, memory = np.array(course.t_s), np.array(course.memory_mb)
    after = t_s >= min(SETTLED_S, t_s[-1] / 2)
    early, late = (np.array(course.lag_ms)[after][part] for part in (slice(0, 12), slice(-12, None)))
    return {
        "minutes": round(float(t_s[-1]) / 60, 1),
        "memory_mb_each_minute": [round(float(each)) for each in memory[:: round(60 / EVERY_S)]],
        "sets_judged": course.sets,
        "analysed_per_s_median": round(float(np.median(course.analysed_per_s)), 1),
        "dropped": course.dropped,
        "memory_mb_settled": round(float(memory[after][0]), 1),
        "memory_mb_end": round(float(memory[-1]), 1),
        "memory_mb_most": round(float(memory[after].max()), 1),
        "growth_mb": round(float(memory[after].max() - memory[after][0]), 1),
        "lag_ms_first_two_minutes": round(float(np.median(early)), 1),
        "lag_ms_last_two_minutes": round(float(np.median(late)), 1),
        "lag_ms_most": round(max(course.lag_ms), 1),
    }


def opened_and_closed(film: Film, sessions: int, folder: Path, temporary: Path) -> dict[str, Any]:
    """Open and close sessions; return what the process held after the first and after the last."""
    _short(film, folder / "first")  # what is imported and allotted once is no leak
    before = _held(temporary)
    for i in range(sessions):
        _short(film, folder / f"session-{i}")
    return {"sessions": sessions, "before": before, "after": _held(temporary)}


def _short(film: Film, folder: Path) -> None:
    worker = worker_in(folder)
    for i in range(PICTURES_EACH):
        if not worker.submit(Frame.from_image(worker.now_s, film.picture(i / 30))).done.wait(PATIENCE_S):
            raise RuntimeError("a picture was never looked at")
    worker.close()


def _held(temporary: Path) -> dict[str, float]:
    gc.collect()
    time.sleep(0.5)  # threads of the system end a moment after they were joined
    estimators = [each for each in gc.get_objects() if isinstance(each, PoseEstimator)]
    return {
        "threads_of_python": threading.active_count(),
        "threads_of_the_system": _entries("/proc/self/task"),
        "open_files": _entries("/proc/self/fd"),
        "open_landmarkers": sum(each._landmarker is not None for each in estimators),
        "temporary_files": sum(path.is_file() for path in temporary.rglob("*")),
        "memory_mb": round(resident_mb(), 1),
    }


def _entries(folder: str) -> int:
    return sum(1 for _ in Path(folder).iterdir())


if __name__ == "__main__":
    main()
