"""Poses from several stretches of one recording at once, joined into one track.

One estimator keeps about one core busy. The recording is cut into as many consecutive stretches as there
are workers; each worker decodes and looks for itself, and is shown a little of what came before, so that
MediaPipe's tracking has settled when its stretch begins. What is judged is the joined track, once and in
order. Drawing the overlay video is shared out in the same way.

Workers are processes (`formcheck.sources.crew`): threads wait for each other's Python, and two of them kept
1.7 of two cores busy.
"""

import math
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from formcheck.body.pose import PoseTrack
from formcheck.sources.crew import Task, Told, run_apart
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
        Called with the seconds done in all stretches together. What it raises stops all workers and is
        raised here.

    Raises
    ------
    UnreadableInputError, NoModelError
        As `formcheck.sources.extract.extract` does.
    FormcheckError
        When a worker process died.
    """
    with VideoSource(video_path, max_side_px=settings.max_side_px) as source:
        cuts = stretches(source.duration_s, workers or cores())
        tasks = [partial(_part, video_path, settings, cut) for cut in cuts]
        parts = in_stretches(tasks, cuts, progress=progress)
        return join_parts(source, settings, parts)


def in_stretches(
    tasks: Sequence[Task[T]], cuts: Sequence[Stretch], *, progress: Progress | None = None
) -> list[T]:
    """Work on several stretches of a recording at once; return the results in order.

    Parameters
    ----------
    tasks : sequence of callable
        One for each stretch, called with what it has to call after every frame; in a process of its own, so
        that it, its result and its errors must be things that can be pickled. A single one is done here.
    cuts : sequence of (start, end)
        The stretches, in order.
    progress : callable, optional
        Called with the seconds done in all stretches together. What it or any task raises stops all others
        and is raised here.
    """
    done_s = [0.0] * len(cuts)

    def told(i: int, t_s: float, all_s: float) -> None:
        done_s[i] = max(0.0, t_s - cuts[i][0])
        if progress is not None:
            progress(sum(done_s), all_s)

    if len(cuts) == 1:
        return [tasks[0](partial(told, 0))]
    return run_apart(tasks, told)


def _part(video_path: Path, settings: Settings, cut: Stretch, told: Told) -> Part:
    warm_up_s = WARM_UP_SMOOTHED_S if settings.smoothed else WARM_UP_S
    # Its own source: each one decodes for itself.
    with VideoSource(video_path, max_side_px=settings.max_side_px) as source:
        return extract_interval(source, settings, *cut, warm_up_s=warm_up_s, progress=told)
