"""What runs in a worker process of `formcheck.sources.crew`: one task, then the end."""

import math
import os
import pickle
import sys
import threading
import time
import traceback
from typing import IO, Any

from formcheck.sources.crew import Message

_SAY_EVERY_S = 0.1  # our choice; after every picture took 1 s of 60 s of processor time [M]


def main() -> None:
    """Read a task from standard input, do it, and write how it goes to standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not come between the answers
    orders = sys.stdin.buffer
    try:
        task = pickle.load(orders)  # noqa: S301 - from who started this process
        threading.Thread(target=_leave_with_the_starter, args=(orders,), daemon=True).start()
        teller = _Teller(answers)
        result = task(teller.tell)
        teller.tell_last()
        last = Message(result=result)
    except Exception as error:  # noqa: BLE001 - raised again where it is waited for
        last = Message(error=_portable(error))
    _say(answers, last)
    os._exit(0)  # MediaPipe's threads need not be waited for


class _Teller:
    """Passes on a task's progress, though not more often than anybody could read it."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers = answers
        self._last: tuple[float, float] | None = None
        self._said_s = -math.inf

    def tell(self, done: float, total: float) -> None:
        """Pass it on now, or keep it as the last that is known."""
        self._last = done, total
        if time.monotonic() - self._said_s >= _SAY_EVERY_S:
            self.tell_last()

    def tell_last(self) -> None:
        """Pass on what was kept."""
        if self._last is not None:
            _say(self._answers, Message(progress=self._last))
            self._last, self._said_s = None, time.monotonic()


def _say(answers: IO[bytes], message: Message) -> None:
    try:
        pickle.dump(message, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
    except OSError:  # nobody listens any more
        os._exit(1)


def _leave_with_the_starter(orders: IO[bytes]) -> None:
    """End this process when nobody is left to read its answers."""
    orders.read(1)  # nothing ever comes: it returns when the other end is closed
    os._exit(1)


def _portable(error: Exception) -> BaseException:
    """Return an error that can travel, with its traceback as a note."""
    error.add_note("".join(traceback.format_exception(error)))
    error.__cause__ = error.__context__ = None
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception:  # noqa: BLE001 - errors of libraries may hold anything
        stand_in: Any = RuntimeError(f"{type(error).__name__}: {error}")
        stand_in.add_note(error.__notes__[-1])
        return stand_in  # type: ignore[no-any-return]
    return error
