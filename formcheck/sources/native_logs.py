"""Keeps the log lines of native libraries off the terminal, and Python's own on it."""

import os
import re
import tempfile
import threading
from types import TracebackType
from typing import IO, Self

_STDERR = 2
_NATIVE_LINE = re.compile(
    rb"^([IWEF]\d{4} \d\d:\d\d:|WARNING: All log messages before absl::|INFO: Created TensorFlow Lite"
    rb"|INFO: Initialized TensorFlow Lite|W\d{4} |libEGL warning|MESA|EGL )"
)


class NativeLogsHeldBack:
    """Holds back what is written to file descriptor 2, then lets everything through but native log lines.

    MediaPipe's library reads no setting for its log level and exports no function for it, so the file
    descriptor is the only handle. It belongs to the whole process: nested and concurrent uses share one
    diversion, and what Python wrote meanwhile appears when the last of them ends.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._kept = -1
        self._sink: IO[bytes] | None = None

    def __enter__(self) -> Self:
        with self._lock:
            if self._users == 0:
                self._divert()
            self._users += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._restore()

    def _divert(self) -> None:
        try:
            self._kept = os.dup(_STDERR)
        except OSError:  # started without a stderr: nothing to keep quiet
            self._kept = -1
            return
        self._sink = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed in _restore
        os.dup2(self._sink.fileno(), _STDERR)

    def _restore(self) -> None:
        if self._kept < 0 or self._sink is None:
            return
        os.dup2(self._kept, _STDERR)
        os.close(self._kept)
        self._sink.seek(0)
        lines = self._sink.read().splitlines(keepends=True)
        self._sink.close()
        self._sink = None
        own = b"".join(line for line in lines if not _NATIVE_LINE.match(line))
        if own:
            os.write(_STDERR, own)


native_logs_held_back = NativeLogsHeldBack()
"""The one diversion of this process; a file descriptor cannot be diverted twice independently."""
