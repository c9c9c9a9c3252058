"""One writer at a time, in the order in which they came."""

import threading
from collections import deque
from types import TracebackType


class Turns:
    """A lock that is handed on to who has waited longest.

    An ordinary lock goes to whoever asks first once it is free, and a busy thread asks again before a waiting
    one has woken up: a live set would wait long behind a single large upload.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        """Wait for one's turn."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append(gate)
        gate.acquire()  # released by whoever had the turn before

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hand the turn on."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
