"""A recording cut into stretches that are worked on at once, each in a process of its own.

Workers are processes (`formcheck.sources.crew`): threads wait for each other's Python, and two of them kept
1.7 of two cores busy. Poses are found and the overlay video is drawn in this way; whoever draws need not load
what finds poses.
"""

import math
import os
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
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


def stretches(duration_s: float, most: int, *, before_s: float = 0.0, after_s: float = 0.0) -> list[Stretch]:
    """Cut a recording into consecutive stretches that are worth the start of a worker.

    Parameters
    ----------
    duration_s : float
        As the container declares it; 0 when it does not, and then it is not cut.
    most : int
        How many there may be.
    before_s, after_s : float
        How far a worker looks beyond its stretch, where there is a neighbour: all have as much to look at.

    Returns
    -------
    list of (start, end)
        In seconds; the last one has no end, whatever the container declared.
    """
    n = max(1, min(most, int(duration_s / MIN_STRETCH_S)))
    each_s = (duration_s + (n - 1) * (before_s + after_s)) / n
    starts = [0.0, *(i * (each_s - after_s - before_s) + before_s for i in range(1, n))]
    return list(zip(starts, [*starts[1:], math.inf], strict=True))


def in_stretches(
    tasks: Sequence[Task[T]],
    cuts: Sequence[Stretch],
    *,
    workers: int | None = None,
    progress: Told | None = None,
) -> list[T]:
    """Work on several stretches of a recording at once; return the results in order.

    Parameters
    ----------
    tasks : sequence of callable
        One for each stretch, called with what it has to call after every frame; in a process of its own, so
        that it, its result and its errors must be things that can be pickled. With one worker they are done
        here.
    cuts : sequence of (start, end)
        The stretches, in order.
    workers : int, optional
        How many there may be; each does neighbouring stretches one after the other. By default one for each.
    progress : callable, optional
        Called with the seconds done in all stretches together. What it or any task raises stops all others
        and is raised here.
    """
    shares = _shares(len(cuts), min(workers or len(cuts), len(cuts)))
    starts_s = [cuts[share[0]][0] for share in shares]
    done_s = [0.0] * len(shares)

    def told(i: int, t_s: float, all_s: float) -> None:
        done_s[i] = max(0.0, t_s - starts_s[i])
        if progress is not None:
            progress(sum(done_s), all_s)

    each_does = [
        partial(_in_turn, [tasks[i] for i in share], [cuts[i][1] for i in share]) for share in shares
    ]
    if len(shares) == 1:
        return each_does[0](partial(told, 0))
    return [result for results in run_apart(each_does, told) for result in results]


def _shares(n: int, workers: int) -> list[range]:
    """Return which of n stretches each worker does: neighbours, and as many as the others or one less."""
    firsts = [-(-i * n // workers) for i in range(workers + 1)]
    return [range(first, end) for first, end in pairwise(firsts)]


def _in_turn(tasks: Sequence[Task[T]], ends_s: Sequence[float], told: Told) -> list[T]:
    """Work on neighbouring stretches one after the other; none tells of more than its own."""

    def told_of(end_s: float, t_s: float, all_s: float) -> None:
        told(min(t_s, end_s), all_s)

    return [task(partial(told_of, end_s)) for task, end_s in zip(tasks, ends_s, strict=True)]
