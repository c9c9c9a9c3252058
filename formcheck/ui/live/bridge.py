"""Between WebRTC and the worker: the newest picture goes in, the overlay comes back."""

import av
import numpy as np
from streamlit_webrtc import VideoProcessorBase

from formcheck.live.worker import ANSWER_WITHIN_S, LiveWorker
from formcheck.sources.frames import Frame, Image

# A picture's own time and the clock may drift apart by so much, as after a hiccup of the network, before they
# are set together again; our choice.
AHEAD_S, BEHIND_S = 0.3, 2.0
# The size that is asked of the camera, and how far width over height may differ within one shape.
LONGER_PX = 640
SAME_SHAPE = 0.03


class SourceClock:
    """Puts the times that come with pictures on the session's clock.

    They tell better than the arrival when a picture was taken; a new connection starts from any number.
    """

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._last_s = -1.0

    def at(self, source_s: float, now_s: float) -> float:
        """Return when a picture was taken; strictly later than the one before."""
        if self._offset_s is None or not -BEHIND_S < source_s + self._offset_s - now_s < AHEAD_S:
            self._offset_s = now_s - source_s
        self._last_s = max(self._last_s + 0.001, source_s + self._offset_s)
        return self._last_s


class FixedSize:
    """Gives every picture of a session one size to be measured in.

    WebRTC makes pictures smaller while the connection or the processor is busy, and larger again; a body must
    not shrink with them.
    """

    def __init__(self) -> None:
        self._size: tuple[int, int] | None = None

    def frame(self, t_s: float, image: Image) -> Frame:
        """Return a picture as a frame of the session's size."""
        height, width = image.shape[:2]
        if self._size is None or abs(width / height - self._size[0] / self._size[1]) > SAME_SHAPE:
            longer = max(height, width, LONGER_PX)  # also when a phone is turned
            self._size = (
                round(width * longer / max(height, width)),
                round(height * longer / max(height, width)),
            )
        return Frame(t_s, image, *self._size)


class Bridge(VideoProcessorBase):
    """Hands the pictures of one connection to a worker; see streamlit-webrtc's processors."""

    def __init__(self, worker: LiveWorker) -> None:
        self._worker = worker
        self._clock = SourceClock()
        self._size = FixedSize()

    async def recv_queued(self, frames: list[av.VideoFrame]) -> list[av.VideoFrame]:
        """Take the pictures that came since the last call; only the newest is looked at."""
        newest = frames[-1]
        image: Image = np.ascontiguousarray(newest.to_ndarray(format="rgb24"), dtype=np.uint8)
        now_s = self._worker.now_s
        t_s = self._clock.at(newest.time if newest.time is not None else now_s, now_s)
        answer = self._worker.submit(self._size.frame(t_s, image), dropped=len(frames) - 1)
        answer.done.wait(ANSWER_WITHIN_S)  # this connection's own thread: nobody else waits
        shown: Image = answer.overlay if answer.overlay is not None else image[:, ::-1]
        return [av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="rgb24")]
