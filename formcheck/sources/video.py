"""Video files through PyAV: upright pictures with the presentation times that the container gives.

Times are never computed from an index and a rate. They are the container's own, shifted so that the video
stream starts at 0: phones and editors write streams that start later, and a person who says "at 3 seconds"
means what the player shows. Pictures whose time is missing, repeated or runs backwards are dropped.
"""

import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from formcheck.body.pose import Origin
from formcheck.sources.checksum import sha256_of
from formcheck.sources.decoding import Reading, decode
from formcheck.sources.file_kind import require_file
from formcheck.sources.frames import Frame
from formcheck.sources.times import Times
from formcheck.sources.upright import upright_image
from formcheck.sources.video_header import open_container, read_header, video_stream

_DECLARED_END_TOLERANCE_S = 0.5  # containers round durations and count audio; a cut of less does not matter


class VideoSource:
    """The frames of one video file.

    Parameters
    ----------
    path : Path
        The video file.
    max_side_px : int, optional
        Pictures are scaled down while they are converted so that their longer side is at most this.

    Raises
    ------
    UnreadableInputError
        On construction when the file is no video that can be decoded; at the end of a whole iteration when
        it held fewer than 12 frames or less than a second.
    """

    def __init__(self, path: Path | str, *, max_side_px: int | None = None) -> None:
        self.path = Path(path)
        self._max_side_px = max_side_px
        self._closed = False
        self._sha256 = ""
        self._reading = Reading()
        self._times = Times()
        require_file(self.path)
        with open_container(self.path) as container:
            self._header = read_header(self.path, container)

    # -- description ---------------------------------------------------------------------------------------

    @property
    def width_px(self) -> int:
        """Width of the upright picture, with square pixels."""
        return self._header.width_px

    @property
    def height_px(self) -> int:
        """Height of the upright picture, with square pixels."""
        return self._header.height_px

    @property
    def duration_s(self) -> float:
        """Length as the container declares it; 0 when it does not."""
        return self._header.duration_s

    @property
    def reading(self) -> Reading:
        """How far the last iteration came."""
        return self._reading

    def damage(self, reading: Reading) -> str:
        """Say in a sentence what kept a reading from everything; empty when nothing did."""
        parts = []
        if reading.lost_from_s is not None and reading.lost_to_s is not None:
            between = f"between {reading.lost_from_s:.1f} s and {reading.lost_to_s:.1f} s"
            parts.append(f"The file is damaged: parts {between} could not be decoded.")
        declared_s = self._header.duration_s
        complete = 0 < self._header.declared_frames <= reading.pictures
        short = reading.to_end and declared_s - reading.end_s > _DECLARED_END_TOLERANCE_S and not complete
        if short or reading.broke_off:
            of = f" of {declared_s:.1f} s" if declared_s else ""
            parts.append(
                f"Reading stopped at {reading.end_s:.1f} s{of}: the file is damaged or cut off there."
            )
        return " ".join(parts)

    @property
    def origin(self) -> Origin:
        """Name, checksum, size and timing; measured where a whole iteration has finished."""
        times = self._times
        return Origin(
            name=self.path.name,
            sha256=self._checksum(),
            duration_s=times.duration_s or self._header.duration_s,
            fps=times.fps or self._header.fps,
            width_px=self.width_px,
            height_px=self.height_px,
            rotation_deg=self._header.upright.rotation_deg,
            damage=self.damage(self._reading),
        )

    # -- reading -------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Frame]:
        return self._whole()

    def frames(self, start_s: float = 0.0, end_s: float = math.inf) -> Iterator[Frame]:
        """Yield the frames with ``start_s <= t_s < end_s``, decoding from the key frame before them.

        Their times and pictures are the ones that a whole iteration gives.
        """
        self._require_open()
        log = self._reading = Reading(to_end=end_s >= self.duration_s)
        with open_container(self.path) as container:
            stream = video_stream(self.path, container)
            if start_s > 0 and stream.time_base:
                offset = math.floor((start_s + self._header.zero_s) / stream.time_base)
                container.seek(offset, stream=stream, backward=True)
            for picture, t_s in self._timed(container, stream, log):
                if t_s >= end_s:
                    break
                if t_s >= start_s:
                    log.note_picture(picture, t_s)
                    yield self._frame(picture, t_s)

    def close(self) -> None:
        """Forbid further reading; each iteration closes its own file."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _whole(self) -> Iterator[Frame]:
        times = Times()
        for frame in self.frames():
            times.add(frame.t_s)
            yield frame
        times.require_enough(self.path, self.damage(self._reading))
        self._times = times

    def _require_open(self) -> None:
        if self._closed:
            raise ValueError(f"this source of {self.path.name} is closed")

    def _timed(
        self, container: InputContainer, stream: VideoStream, log: Reading
    ) -> Iterator[tuple[VideoFrame, float]]:
        """Yield pictures with times that strictly increase."""
        last_s = -math.inf
        for picture in decode(container, stream, log):
            if picture.pts is None or picture.time is None:
                continue
            t_s = float(picture.time) - self._header.zero_s
            if t_s <= last_s:
                continue
            last_s = t_s
            yield picture, t_s

    def _frame(self, picture: VideoFrame, t_s: float) -> Frame:
        upright, width, height = self._header.upright, self.width_px, self.height_px
        to_image = partial(upright_image, picture, upright)
        scale = min(1.0, (self._max_side_px or math.inf) / max(width, height))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        return Frame(
            t_s=t_s,
            image_rgb=to_image(*size),
            width_px=width,
            height_px=height,
            full_size=None if size == (width, height) else partial(to_image, width, height),
        )

    def _checksum(self) -> str:
        if not self._sha256:
            self._sha256 = sha256_of(self.path)
        return self._sha256
