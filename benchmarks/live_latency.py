"""How fast is the live coach? ``python benchmarks/live_latency.py [--sessions 2] [--loops 4]``.

The session object is fed in real time, 30 pictures a second of 1280 x 720: a rendered march that rounds the
back once and arches it once, played again and again. In the same run, before and after it, MediaPipe alone is
fed with the same pictures in the same way. Prints what it found, writes ``live_latency.json``.

Formcheck's own work is everything but MediaPipe's call: edges, judging, drawing. It is told on the wall,
of which MediaPipe takes a part as it looks at the next picture meanwhile, and as processor time of its
threads, which a busy machine hardly changes. Times on the wall mean something on a quiet machine only.
"""

import argparse
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from formcheck.body.pose import Pose
from formcheck.coach.events import FaultStarted
from formcheck.coach.set_report import Severity
from formcheck.exercises.load import load
from formcheck.live.looker import Estimator
from formcheck.live.session import Plan
from formcheck.live.sink import FolderSink
from formcheck.live.worker import Answer, LiveWorker, Work
from formcheck.sources.frames import Frame, Image
from formcheck.sources.mediapipe_pose import PoseEstimator
from formcheck.sources.model_files import resolve

CLIP = Path(__file__).parents[1] / "samples" / "live-march-faulty.mp4"
WIDTH, HEIGHT, RATE_HZ = 1280, 720, 30.0
RAW_S = 15.0
MIN_DURATION_S = 0.3  # of the march's faults of the back, see its file
THIGH_SHARE = 0.18
SAME_FAULT_S = 2.0  # an onset that is noticed later than this was missed
SETTLED_S = 120.0


@dataclass
class Times:
    """Seconds of each picture: formcheck's own on the wall and of the processor, arrival to overlay."""

    own_s: list[float] = field(default_factory=list)
    own_cpu_s: list[float] = field(default_factory=list)
    beside_s: list[tuple[float, float]] = field(default_factory=list)
    overlay_s: list[float] = field(default_factory=list)
    onsets: list[tuple[float, str, Severity]] = field(default_factory=list)
    fed_s: float = 0.0


class Stopwatch:
    """Reads wall and processor time of this thread, from its making on."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.thread_time()

    def read(self) -> tuple[float, float]:
        """Return seconds on the wall and of the processor."""
        return time.perf_counter() - self._began[0], time.thread_time() - self._began[1]


class TimedEstimator(PoseEstimator):
    """Tells what it does beside MediaPipe's call, in the landmarker's thread."""

    def __init__(self, times: Times) -> None:
        super().__init__(resolve(fetch=False).path, smoothed=False)
        self._times = times
        self._detected = 0.0, 0.0

    def look(self, frame: Frame) -> Callable[[], Pose]:
        """Look, and remember what it took."""
        watch = Stopwatch()
        pose_of = super().look(frame)
        wall_s, cpu_s = watch.read()
        self._times.beside_s.append((wall_s - self._detected[0], cpu_s - self._detected[1]))
        return pose_of

    def _detect(self, image: Image, timestamp_ms: int) -> Any:  # noqa: ANN401 - MediaPipe is untyped
        watch = Stopwatch()
        result = super()._detect(image, timestamp_ms)
        self._detected = watch.read()
        return result


class TimedWorker(LiveWorker):
    """Tells the time of every picture, and when faults were noticed."""

    def __init__(self, work: Work, times: Times) -> None:
        self._tally = times
        super().__init__(work)

    def _judge(self, answer: Answer, looked: Future[Callable[[], Pose]]) -> None:
        watch = Stopwatch()
        super()._judge(answer, looked)
        tally, (wall_s, cpu_s) = self._tally, watch.read()
        beside_s = tally.beside_s[len(tally.own_s)]
        tally.own_s.append(wall_s + beside_s[0])
        tally.own_cpu_s.append(cpu_s + beside_s[1])
        tally.overlay_s.append(self._clock() - answer.came_s)
        live = self._session._set if self._session is not None else None
        for event in live.reading.events if live is not None and live.reading is not None else ():
            if isinstance(event, FaultStarted):
                tally.onsets.append((self.now_s, event.fault_id, event.severity))


def main() -> None:
    """Measure, print, write down."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sessions", type=int, default=1)
    asked.add_argument("--loops", type=int, default=4)
    options = asked.parse_args()
    film = Film()
    raw = [raw_rate(film)]
    sessions, memory_mb = coached(film, options.sessions, options.loops)
    raw.append(raw_rate(film))
    row = summary(film, raw, sessions, memory_mb)
    print(json.dumps(row, indent=1))
    path = Path(__file__).with_suffix(".json")
    known = json.loads(path.read_text()) if path.exists() else {}
    known[f"{options.sessions} x {options.loops * film.lasts_s:.0f} s"] = row
    path.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")


class Film:
    """The clip's pictures, brought to the height of the camera's; the rest of a picture is grey."""

    def __init__(self) -> None:
        with av.open(str(CLIP)) as container:
            frames = [(f.time or 0.0, f.to_ndarray(format="rgb24")) for f in container.decode(video=0)]
        scale = HEIGHT / frames[0][1].shape[0]
        self._pictures = [cv2.resize(image, None, fx=scale, fy=scale) for _, image in frames]
        self._times_s = np.array([t_s for t_s, _ in frames])
        self.lasts_s = float(self._times_s[-1] + self._times_s[1] - self._times_s[0])
        truth = json.loads(CLIP.with_suffix(".json").read_text(encoding="utf-8"))
        self._truth = truth
        self.onsets_s = {
            (fault["id"], level): self._crossed_s(fault["start_s"], float(fault[level]), fault["id"])
            for rep in truth["reps"]
            for fault in rep["faults"]
            if fault["id"] in ("round", "arch")
            for level in ("amber", "red")
        }

    def _crossed_s(self, start_s: float, bound_deg: float, fault_id: str) -> float:
        """Return when the truth goes beyond a bound, in the repetition whose mildest one it crosses then."""
        frames = self._truth["frames"]
        beyond = np.array(frames["lumbar_absolute_deg"]) - self._truth["lumbar_offset_deg"]
        if fault_id == "round":  # less what the thigh takes along, see the exercise's file
            beyond = beyond - THIGH_SHARE * np.array(frames["thigh_elevation_deg"]["left"])
        else:
            beyond = -beyond
        after = (np.array(frames["t_s"]) >= start_s) & (beyond >= bound_deg)
        return float(np.array(frames["t_s"])[after.argmax()])

    def picture(self, t_s: float) -> Image:
        """Return the picture of a time; the clip begins again and again."""
        i = int(np.searchsorted(self._times_s, t_s % self.lasts_s, side="right")) - 1
        shown = np.full((HEIGHT, WIDTH, 3), 120, dtype=np.uint8)
        body = self._pictures[max(0, i)]
        left = (WIDTH - body.shape[1]) // 2
        shown[:, left : left + body.shape[1]] = body
        return shown


def ticks(seconds: float) -> Iterator[float]:
    """Yield the times at which a camera gives a picture, each when it has come."""
    began_s = time.perf_counter()
    for i in range(int(seconds * RATE_HZ)):
        due_s = i / RATE_HZ
        time.sleep(max(0.0, due_s - (time.perf_counter() - began_s)))
        yield due_s


def raw_rate(film: Film) -> dict[str, float]:
    """Feed MediaPipe alone in real time; the newest picture counts, as it does live."""
    newest: list[Image | None] = [None]
    ready, over = threading.Event(), threading.Event()
    took: list[float] = []

    def look() -> None:
        with PoseEstimator(resolve(fetch=False).path, smoothed=False) as estimator:
            estimator._detect(film.picture(0.0), 0)
            started.set()
            while not over.is_set():
                if not ready.wait(0.1):
                    continue
                ready.clear()
                image, began_s = newest[0], time.perf_counter()
                estimator._detect(image, 1_000_000 * (len(took) + 1))  # type: ignore[arg-type]
                took.append(time.perf_counter() - began_s)

    started = threading.Event()
    thread = threading.Thread(target=look)
    thread.start()
    started.wait()
    for t_s in ticks(RAW_S):
        newest[0] = film.picture(10.0 + t_s)
        ready.set()
    over.set()
    thread.join()
    return {"per_s": len(took) / RAW_S, "median_ms": 1000 * float(np.median(took))}


def coached(film: Film, sessions: int, loops: int) -> tuple[list[Times], list[tuple[float, float]]]:
    """Feed sessions in real time; return their times, and seconds with megabytes held."""
    tallies = [Times() for _ in range(sessions)]
    memory_mb: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        workers = [_worker(Path(folder) / str(i), tally) for i, tally in enumerate(tallies)]
        began_s = workers[0].now_s
        for t_s in ticks(loops * film.lasts_s):
            image = film.picture(t_s)
            for worker in workers:
                worker.submit(Frame.from_image(worker.now_s, image))
            if not memory_mb or t_s - memory_mb[-1][0] >= 10.0:
                memory_mb.append((t_s, resident_mb()))
        for worker, tally in zip(workers, tallies, strict=True):
            tally.fed_s = worker.now_s - began_s
            worker.close()
            if worker.trouble:
                raise RuntimeError(worker.trouble)
    for tally in tallies:
        tally.onsets = [(t_s - began_s, fault, level) for t_s, fault, level in tally.onsets]
    return tallies, memory_mb


def _worker(folder: Path, tally: Times) -> TimedWorker:
    make: Callable[[object], Estimator] = lambda _: TimedEstimator(tally)  # noqa: E731 - one line says it
    plan = Plan(repetitions=1000, sets=1)
    return TimedWorker(
        Work(load("march-neutral"), plan, FolderSink(folder), (resolve(fetch=False),), make), tally
    )


def resident_mb() -> float:
    """Return the memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def summary(
    film: Film, raw: list[dict[str, float]], sessions: list[Times], memory_mb: list[tuple[float, float]]
) -> dict[str, Any]:
    """Return what is told: milliseconds, pictures a second, megabytes."""
    raw_per_s = float(np.mean([each["per_s"] for each in raw]))
    settled = [mb for t_s, mb in memory_mb if t_s >= min(SETTLED_S, memory_mb[-1][0] / 2)]
    rates = [len(each.own_s) / each.fed_s for each in sessions]
    pairs = [delays(film, each) for each in sessions]
    first_s, grown_s = ([delay for pair in pairs for delay in pair[i]] for i in (0, 1))
    return {
        "load_before": os.getloadavg()[0],
        "raw_mediapipe_per_s": round(raw_per_s, 1),
        "raw_mediapipe_ms": [round(each["median_ms"], 1) for each in raw],
        "analysed_per_s": [round(each, 1) for each in rates],
        "share_of_raw": round(sum(rates) / raw_per_s, 2),
        "picture_to_overlay_ms": spread([1000 * s for each in sessions for s in each.overlay_s]),
        "own_work_ms": spread([1000 * s for each in sessions for s in each.own_s]),
        "own_processor_ms": spread([1000 * s for each in sessions for s in each.own_cpu_s]),
        "onset_to_noticed_beyond_minimum_ms": spread([1000 * each for each in first_s]),
        "onsets": f"{len(first_s)} noticed",
        "grown_to_noticed_beyond_minimum_ms": spread([1000 * each for each in grown_s]),
        "memory_mb": [round(settled[0]), round(settled[-1])],
    }


def delays(film: Film, session: Times) -> tuple[list[float], list[float]]:
    """Return from the truth's crossing of a bound to its overlay, less the minimum duration.

    First those of the first bound, when the fault is noticed and cued; then those of a fault that grows.
    """
    first: list[float] = []
    grown: list[float] = []
    known: set[tuple[int, str]] = set()
    for t_s, fault, level in session.onsets:
        if (fault, "amber") not in film.onsets_s:
            continue
        began_s = film.onsets_s[fault, "amber"]
        this = int((t_s - began_s) // film.lasts_s), fault
        new = this not in known
        known.add(this)
        late_s = (t_s - (began_s if new else film.onsets_s[fault, level])) % film.lasts_s
        if late_s < SAME_FAULT_S:
            (first if new else grown).append(late_s - MIN_DURATION_S)
    return first, grown


def spread(values: Any) -> dict[str, float]:  # noqa: ANN401 - a list or an array
    """Return the median and the 95th percentile."""
    if not len(values):
        return {}
    return {
        "median": round(float(np.median(values)), 1),
        "p95": round(float(np.percentile(values, 95)), 1),
    }


if __name__ == "__main__":
    main()
