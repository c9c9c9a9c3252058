"""Pictures out of a stream, going on behind what is damaged, with a note of what was lost."""

from collections.abc import Iterator
from dataclasses import dataclass

import av.error
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

_DECODER_DELAY = 32  # pictures that a decoder may hold back, so that a gap shows so much after its cause
_GAP_S = 0.01  # between the end of one picture and the next


@dataclass(slots=True)
class Reading:
    """How far a stretch of a file could be read.

    Parameters
    ----------
    pictures : int
        How many had a time that could be used.
    end_s : float
        When the last of them ends.
    lost_from_s, lost_to_s : float, optional
        What could not be decoded lies between these times.
    broke_off : bool
        Whether the container became unreadable.
    to_end : bool
        Whether the file was to be read to its end.
    """

    pictures: int = 0
    end_s: float = 0.0
    lost_from_s: float | None = None
    lost_to_s: float | None = None
    broke_off: bool = False
    to_end: bool = False
    _watch: int = 0

    def note_picture(self, picture: VideoFrame, t_s: float) -> None:
        """Note a picture that was decoded."""
        if self._watch:
            self._watch -= 1
            if self.lost_to_s is None or t_s - self.end_s > _GAP_S:
                self.lost_to_s = t_s
        self.pictures += 1
        self.end_s = t_s + float((picture.duration or 0) * (picture.time_base or 0))

    def note_lost(self) -> None:
        """Note a piece that could not be decoded."""
        if self.lost_from_s is None:
            self.lost_from_s = self.end_s
        self._watch = _DECODER_DELAY

    def joined(self, later: "Reading") -> "Reading":
        """Return this stretch and the one behind it as one."""
        return Reading(
            pictures=self.pictures + later.pictures,
            end_s=later.end_s if later.pictures else self.end_s,
            lost_from_s=later.lost_from_s if self.lost_from_s is None else self.lost_from_s,
            lost_to_s=self.lost_to_s if later.lost_to_s is None else later.lost_to_s,
            broke_off=self.broke_off or later.broke_off,
            to_end=later.to_end,
        )


def decode(container: InputContainer, stream: VideoStream, log: Reading) -> Iterator[VideoFrame]:
    """Yield decoded pictures in presentation order, going on behind pieces that cannot be decoded."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError:
            log.broke_off = True
            yield from _flush(stream)
            return
        try:
            pictures = packet.decode()
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            log.note_lost()
            continue
        for picture in pictures:
            if picture.is_corrupt:
                log.note_lost()
            elif isinstance(picture, VideoFrame):
                yield picture


def _flush(stream: VideoStream) -> list[VideoFrame]:
    """Return the pictures that the decoder still holds back."""
    try:
        return stream.decode(None)
    except av.error.FFmpegError:
        return []
