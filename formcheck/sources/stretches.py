"""A recording cut into stretches that are worked on at once, each in a process of its own.

Workers are processes (`formcheck.sources.crew`): threads wait for each other's Python, and two of them kept
1.7 of two cores busy. Poses are found and the overlay video is drawn in this way; whoever draws need not load
what finds poses.
"""

import math
import os
from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from formcheck.sources.crew import Task, Told, run_apart

# A shorter stretch costs more to start than it saves; our choice.
MIN_STRETCH_S = 5.0

T = TypeVar("T")
Stretch = tuple[float, float]


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def stretches(
    duration_s: float, workers: int, *, before_s: float = 0.0, after_s: float = 0.0
) -> list[Stretch]:
    """Cut a recording into consecutive stretches, one for each worker that is worth its start.

    Parameters
    ----------
    duration_s : float
        As the container declares it; 0 when it does not, and then it is not cut.
    workers : int
        The most there may be.
    before_s, after_s : float
        How far a worker looks beyond its stretch, where there is a neighbour: all have as much to look at.

    Returns
    -------
    list of (start, end)
        In seconds; the last one has no end, whatever the container declared.
    """
    n = max(1, min(workers, int(duration_s / MIN_STRETCH_S)))
    each_s = (duration_s + (n - 1) * (before_s + after_s)) / n
    starts = [0.0, *(i * (each_s - after_s - before_s) + before_s for i in range(1, n))]
    return list(zip(starts, [*starts[1:], math.inf], strict=True))


def in_stretches(
    tasks: Sequence[Task[T]], cuts: Sequence[Stretch], *, progress: Told | None = None
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
        done_s[i] = max(0.0, min(t_s, cuts[i][1]) - cuts[i][0])
        if progress is not None:
            progress(sum(done_s), all_s)

    if len(cuts) == 1:
        return [tasks[0](partial(told, 0))]
    return run_apart(tasks, told)
