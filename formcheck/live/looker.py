"""The one thread that a landmarker belongs to: makes it, has it look at pictures one by one, closes it.

While it looks, the session's own thread judges and draws the picture before. One picture at a time: whoever
asks waits for the answer before asking again, so that nothing queues.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from formcheck.body.pose import Pose
from formcheck.sources.frames import Frame


class Estimator(Protocol):
    """Finds a pose in a frame: `PoseEstimator` does."""

    def look(self, frame: Frame) -> Callable[[], Pose]:
        """Look at a frame; what is returned makes the pose, in any thread."""
        ...

    def close(self) -> None:
        """Give its threads back."""
        ...


class Looker:
    """Owns an estimator in a thread of its own.

    Parameters
    ----------
    make : callable
        Makes the estimator; called in that thread.
    """

    def __init__(self, make: Callable[[], Estimator]) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="formcheck-look")
        self._estimator = self._thread.submit(make)

    def ready(self) -> None:
        """Wait until the estimator is made; raise what making it raised."""
        self._estimator.result()

    def look(self, frame: Frame) -> Future[Callable[[], Pose]]:
        """Have the model look at a frame."""
        return self._thread.submit(lambda: self._estimator.result().look(frame))

    def close(self) -> None:
        """Close the estimator in its own thread, then end the thread."""
        if self._estimator.exception() is None:
            self._thread.submit(self._estimator.result().close)
        self._thread.shutdown()
