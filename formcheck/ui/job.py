"""Work beside the pages: a thread that tells how far it is and can be stopped."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from formcheck.errors import FormcheckError

T = TypeVar("T")
Tell = Callable[[str, float, float], None]
"""Called with what is going on, how much is done, and how much there is in all (0: unknown)."""

# A forecast from less than this is a guess that only jumps about.
FORECAST_AFTER_S = 1.5

_LOG = logging.getLogger(__name__)


class Cancelled(Exception):  # noqa: N818 - it is a wish of the user, no error
    """Raised inside the work when the user no longer wants it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; ``share`` is None while the length of a step is unknown, ``left_s`` before long."""

    step: str
    share: float | None
    left_s: float | None


class Job(Generic[T]):
    """One piece of work in a thread of its own.

    Parameters
    ----------
    work : callable
        Does the work; given a function to tell its progress with, which raises `Cancelled` when it shall
        stop.
    name : str
        For the server's log.
    """

    def __init__(self, work: Callable[[Tell], T], name: str) -> None:
        self._work = work
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._step, self._done, self._all, self._step_began_s = "", 0.0, 0.0, time.monotonic()
        self._result: T | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"formcheck-{name}", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return not self._thread.is_alive()

    @property
    def progress(self) -> Progress:
        """How far it is."""
        with self._lock:
            step, done, total, began_s = self._step, self._done, self._all, self._step_began_s
        if total <= 0:
            return Progress(step, None, None)
        share = min(1.0, max(0.0, done / total))
        passed_s = time.monotonic() - began_s
        left_s = passed_s * (1 - share) / share if share > 0 and passed_s > FORECAST_AFTER_S else None
        return Progress(step, share, left_s)

    def result(self) -> T:
        """Return what the work gave, or raise what it raised; only once it is done."""
        if self._error is not None:
            raise self._error
        if self._result is None:
            raise RuntimeError("this job has no result yet")
        return self._result

    def cancel(self) -> None:
        """Ask it to stop; it does so when it next tells its progress."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait for its end."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            self._result = self._work(self._tell)
        except (FormcheckError, Cancelled) as error:
            self._error = error
        except Exception as error:  # noqa: BLE001 - handed to the page, which says it kindly
            if self._stop.is_set():  # its files may be gone already
                self._error = Cancelled()
                return
            _LOG.exception("%s failed", self._thread.name)
            self._error = error

    def _tell(self, step: str, done: float, total: float) -> None:
        if self._stop.is_set():
            raise Cancelled
        with self._lock:
            if step != self._step:
                self._step, self._step_began_s = step, time.monotonic()
            self._done, self._all = done, total
