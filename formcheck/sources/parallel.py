"""Poses from several stretches of one recording at once, joined into one track.

One estimator keeps about one core busy. The recording is cut into as many consecutive stretches as there
are workers; each worker decodes and looks for itself, and is shown a little of what came before, so that
MediaPipe's tracking has settled when its stretch begins. What is judged is the joined track, once and in
order. Drawing the overlay video is shared out in the same way.

Workers are threads: MediaPipe, FFmpeg, x264 and OpenCV work without the interpreter's lock. Two of them kept
1.7 of two cores busy; processes have not been compared.
"""

import math
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from formcheck.body.pose import PoseTrack
from formcheck.sources.extract import Part, Progress, Settings, extract_interval, join_parts
from formcheck.sources.video import VideoSource

# The model looks where it found somebody a picture ago. Started elsewhere it looks slightly elsewhere for
# good, which is noise; what has to settle is the filter, and only where MediaPipe's own is on. Measured on
# the shared squat clip: 0.2 to 2 s make no difference without the filter.
WARM_UP_S = 0.5
WARM_UP_SMOOTHED_S = 1.5
# A shorter stretch costs more to start than it saves; our choice.
MIN_STRETCH_S = 5.0

T = TypeVar("T")
Stretch = tuple[float, float]


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def stretches(duration_s: float, workers: int) -> list[Stretch]:
    """Cut a recording into consecutive stretches, one for each worker that is worth its start.

    Parameters
    ----------
    duration_s : float
        As the container declares it; 0 when it does not, and then it is not cut.
    workers : int
        The most there may be.

    Returns
    -------
    list of (start, end)
        In seconds; the last one has no end, whatever the container declared.
    """
    n = max(1, min(workers, int(duration_s / MIN_STRETCH_S)))
    starts = [i * duration_s / n for i in range(n)]
    return list(zip(starts, [*starts[1:], math.inf], strict=True))


def extract_parallel(
    video_path: Path,
    settings: Settings,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> PoseTrack:
    """Find the person in every frame of a video file, in several stretches at once.

    Parameters
    ----------
    video_path : Path
        The recording.
    settings : Settings
        How to look.
    workers : int, optional
        How many stretches at once; by default one for each core.
    progress : callable, optional
        Called after every frame with the seconds done in all stretches together. What it raises stops all
        workers and is raised here.

    Raises
    ------
    UnreadableInputError, NoModelError
        As `formcheck.sources.extract.extract` does.
    """
    with VideoSource(video_path, max_side_px=settings.max_side_px) as source:
        parts = in_stretches(
            source.duration_s,
            lambda cut, told: _part(video_path, settings, cut, told),
            workers=workers,
            progress=progress,
        )
        return join_parts(source, settings, parts)


def in_stretches(
    duration_s: float,
    work: Callable[[Stretch, Progress], T],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[T]:
    """Do the same work on several stretches of a recording at once; return the results in order.

    Parameters
    ----------
    duration_s : float
        As the container declares it; 0 when it does not, and then it is not cut.
    work : callable
        Called in a thread of its own with a stretch, and with what it has to call after every frame.
    workers : int, optional
        How many at once; by default one for each core.
    progress : callable, optional
        Called with the seconds done in all stretches together. What it or any work raises stops all others
        and is raised here.
    """
    cuts = stretches(duration_s, workers or cores())
    board = _Board([start for start, _ in cuts], progress)
    with ThreadPoolExecutor(len(cuts), thread_name_prefix="formcheck-stretch") as pool:
        futures = [pool.submit(work, cut, board.reporter(i)) for i, cut in enumerate(cuts)]
        return _results(futures, board)


def _part(video_path: Path, settings: Settings, cut: Stretch, told: Progress) -> Part:
    warm_up_s = WARM_UP_SMOOTHED_S if settings.smoothed else WARM_UP_S
    # Its own source: each one decodes for itself.
    with VideoSource(video_path, max_side_px=settings.max_side_px) as source:
        return extract_interval(source, settings, *cut, warm_up_s=warm_up_s, progress=told)


def _results(futures: Sequence[Future[T]], board: "_Board") -> list[T]:
    """Return all parts; the first error stops the others and is raised."""
    try:
        done, _ = wait(futures, return_when=FIRST_EXCEPTION)
        for future in done:
            if (error := future.exception()) is not None and not isinstance(error, _Stopped):
                raise error
        return [future.result() for future in futures]
    finally:
        board.stop.set()


class _Stopped(Exception):  # noqa: N818 - a signal between threads, no error that anybody sees
    """Another worker failed, or the caller wants no more."""


@dataclass(slots=True)
class _Board:
    """Where the workers write how far they are; one of them at a time tells the caller.

    Parameters
    ----------
    starts_s : list of float
        Where each stretch begins.
    progress : callable, optional
        The caller's.
    """

    starts_s: list[float]
    progress: Progress | None
    stop: threading.Event = field(default_factory=threading.Event)
    _done_s: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._done_s = [0.0] * len(self.starts_s)

    def reporter(self, index: int) -> Progress:
        """Return what a worker calls after every frame."""

        def report(t_s: float, all_s: float) -> None:
            if self.stop.is_set():
                raise _Stopped
            with self._lock:
                self._done_s[index] = max(0.0, t_s - self.starts_s[index])
                if self.progress is not None:
                    self.progress(sum(self._done_s), all_s)

        return report
