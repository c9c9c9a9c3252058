"""Work shared out among processes, each an interpreter of its own that is told what to do through a pipe.

Not ``multiprocessing``: what it starts afresh runs the program's main module again, which for a command line
or a page server is seconds of imports that no worker needs, and what it forks from a process with threads may
hang. Here a worker imports what its task needs and nothing else, on every system alike.

A worker never outlives who started it: it ends itself when its pipe closes, however the other end died. One
that crashes takes neither the command nor the server with it.
"""

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from formcheck.errors import FormcheckError

T = TypeVar("T")
Told = Callable[[float, float], None]
"""Called by a task with how far it is and how much there is."""
Task = Callable[[Told], T]
"""What a worker does: something that can be pickled, such as a partial of a module's function."""

_POLL_S = 0.25  # how often the caller is asked whether it still wants the result

# There is a worker for each core: libraries that start a thread for each core again only get in the way.
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}
# First of all Ctrl+C is left to whoever started the worker. The search path is the starter's own: it may run
# from a folder or an archive that a fresh interpreter would not look into.
_START = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); import pickle, sys; "
    "sys.path[:] = pickle.load(sys.stdin.buffer); from formcheck.sources.crew_worker import main; main()"
)


@dataclass(frozen=True, slots=True)
class Message:
    """What a worker says: how far it is, its result, or what stopped it."""

    progress: tuple[float, float] | None = None
    error: BaseException | None = None
    result: Any = None  # of whatever type the task returns


def run_apart(tasks: Sequence[Task[T]], told: Callable[[int, float, float], None]) -> list[T]:
    """Run each task in a process of its own, all at once; return their results in order.

    Parameters
    ----------
    tasks : sequence of callable
        Each is given what it has to call with its progress. They, their results and their errors travel
        between processes: they must be things that can be pickled.
    told : callable
        Called in this thread with a task's number and its progress, and now and then again with the last
        that is known, so that whoever wants no more can say so by raising: that ends all workers.

    Raises
    ------
    FormcheckError
        When a worker died without a word.
    Exception
        Whatever the first task that failed raised; the others are ended.
    """
    with _Crew(tasks) as crew:
        return crew.results(told)


class _Crew(Generic[T]):
    """One worker for each task, and the queue in which their messages arrive."""

    def __init__(self, tasks: Sequence[Task[T]]) -> None:
        self._messages: queue.Queue[tuple[int, Message]] = queue.Queue()
        self._tasks = tasks
        self._workers: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        try:
            for _ in self._tasks:  # all of them start before the first is told what to do
                self._workers.append(_started())
        except OSError as error:
            self._end()
            raise FormcheckError(
                f"No process could be started ({error}). Try again with one worker."
            ) from None
        for i in range(len(self._tasks)):
            thread = threading.Thread(target=self._talk, args=(i,), name=f"formcheck-worker-{i}", daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def results(self, told: Callable[[int, float, float], None]) -> list[T]:
        """Wait for all results."""
        done: dict[int, T] = {}
        last = (0, 0.0, 0.0)
        while len(done) < len(self._tasks):
            try:
                i, message = self._messages.get(timeout=_POLL_S)
            except queue.Empty:
                told(*last)
                continue
            if message.error is not None:
                raise message.error
            if message.progress is None:
                done[i] = message.result
            else:
                last = (i, *message.progress)
                told(*last)
        return [done[i] for i in range(len(self._tasks))]

    def _talk(self, i: int) -> None:
        """Tell a worker its task and pass on what it says, until it has said its last."""
        worker = self._workers[i]
        assert worker.stdin is not None  # noqa: S101 - for the type checker: they are pipes
        assert worker.stdout is not None  # noqa: S101
        try:
            for item in (sys.path, self._tasks[i]):
                pickle.dump(item, worker.stdin, pickle.HIGHEST_PROTOCOL)
            worker.stdin.flush()
            while True:
                message: Message = pickle.load(worker.stdout)  # noqa: S301 - from our own child only
                self._messages.put((i, message))
                if message.progress is None:
                    return
        except (OSError, EOFError, pickle.UnpicklingError, ValueError):
            self._messages.put((i, Message(error=_died(worker))))
        except Exception as error:  # noqa: BLE001 - handed to the caller, who raises it
            self._messages.put((i, Message(error=error)))

    def _end(self) -> None:
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (pipe for worker in self._workers for pipe in (worker.stdin, worker.stdout)):
            with suppress(OSError):  # what was still in a buffer reaches nobody
                pipe.close()  # type: ignore[union-attr] # all of them were asked for


def _started() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _START],  # -P: no file of the working folder is taken for a module
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**_ONE_THREAD, **os.environ},
    )


def _died(worker: "subprocess.Popen[bytes]") -> FormcheckError:
    status = worker.wait()
    how = f"signal {-status}" if status < 0 else f"status {status}"
    return FormcheckError(
        f"A worker process ended before its work was done ({how}); the memory may have run out. "
        "Try again with one worker (--workers 1)."
    )
