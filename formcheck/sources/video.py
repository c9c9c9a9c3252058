"""Video files through PyAV: upright pictures with the presentation times that the container gives.

Times are never computed from an index and a rate. They are the container's own, shifted so that the video
stream starts at 0: phones and editors write streams that start later, and a person who says "at 3 seconds"
means what the player shows. Pictures whose time is missing, repeated or runs backwards are dropped.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
import av.error
import numpy as np
from av.buffer import Buffer
from av.container import InputContainer
from av.sidedata.sidedata import Type as SideDataType
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from formcheck.body.pose import Origin
from formcheck.errors import UnreadableInputError
from formcheck.sources.file_kind import NEEDED, recognise, require_file
from formcheck.sources.frames import Frame, Image

MIN_FRAMES = 12
MIN_DURATION_S = 1.0

_DECODER_THREADS = 2  # inference is the bottleneck; each further thread keeps more decoded pictures alive
_DECODER_DELAY = 32  # pictures that a decoder may hold back, so that a gap shows so much after its cause
_GAP_S = 0.01  # between the end of one picture and the next
_DECLARED_END_TOLERANCE_S = 0.5  # containers round durations and count audio; a cut of less does not matter
_OPTIONS = {
    # a playlist or script that is named .mp4 must reach neither the network nor other people's files
    "protocol_whitelist": "file",
    "format_whitelist": (
        "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,flv,asf,ogg,mxf,dv,gif,h264,hevc,"
        "mp3,wav,flac,aac"  # only so that the message can say that they hold sound
    ),
}


@dataclass(frozen=True, slots=True)
class Upright:
    """How a decoded picture becomes upright: mirrored first where asked for, then turned.

    Parameters
    ----------
    quarter_turns : int
        Counter-clockwise quarter turns, 0 to 3.
    mirrored : bool
        Whether the picture is flipped left to right before it is turned.
    """

    quarter_turns: int = 0
    mirrored: bool = False

    @classmethod
    def of(cls, frame: VideoFrame) -> "Upright":
        """Read the display matrix that comes with a picture."""
        side_data = cast("Mapping[SideDataType, Buffer]", frame.side_data)  # PyAV's own hint is too narrow
        try:
            matrix = np.frombuffer(bytes(side_data[SideDataType.DISPLAYMATRIX]), dtype=np.int32)
        except KeyError:
            return cls()
        a, b, c, d = (float(matrix[i]) for i in (0, 1, 3, 4))
        mirrored = a * d - b * c < 0
        if mirrored:
            a, b = -a, -b
        degrees = -math.degrees(math.atan2(b, a))
        return cls(quarter_turns=round(degrees / 90) % 4, mirrored=mirrored)

    @property
    def sideways(self) -> bool:
        """Whether width and height change places."""
        return self.quarter_turns % 2 == 1

    @property
    def rotation_deg(self) -> int:
        """Clockwise angle by which a player turns the stored picture: 0, 90, 180 or 270."""
        return -self.quarter_turns % 4 * 90

    def apply(self, image: Image) -> Image:
        """Return the upright picture, contiguous."""
        if self.mirrored:
            image = image[:, ::-1]
        return np.ascontiguousarray(np.rot90(image, self.quarter_turns))


@dataclass(frozen=True, slots=True)
class _Header:
    """What the container and its first picture say."""

    zero_s: float
    upright: Upright
    width_px: int
    height_px: int
    duration_s: float
    fps: float
    declared_frames: int


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
        with self._open() as container:
            self._header = _read_header(self.path, container)

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
        with self._open() as container:
            stream = _video_stream(self.path, container)
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

    def _open(self) -> InputContainer:
        try:
            # an absolute path, so that no name is taken for a protocol such as "concat:"
            return av.open(str(self.path.resolve()), mode="r", options=_OPTIONS)
        except (av.error.FFmpegError, ValueError) as error:
            raise UnreadableInputError(_why_not_opened(self.path, error)) from None

    def _require_open(self) -> None:
        if self._closed:
            raise ValueError(f"this source of {self.path.name} is closed")

    def _timed(
        self, container: InputContainer, stream: VideoStream, log: Reading
    ) -> Iterator[tuple[VideoFrame, float]]:
        """Yield pictures with times that strictly increase."""
        last_s = -math.inf
        for picture in _decode(container, stream, log):
            if picture.pts is None or picture.time is None:
                continue
            t_s = float(picture.time) - self._header.zero_s
            if t_s <= last_s:
                continue
            last_s = t_s
            yield picture, t_s

    def _frame(self, picture: VideoFrame, t_s: float) -> Frame:
        upright, width, height = self._header.upright, self.width_px, self.height_px
        to_image = partial(_to_image, picture, upright)
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


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Times:
    """Counts frames and their times, for the mean rate and for the least that can be analysed."""

    def __init__(self, times_s: Iterable[float] = ()) -> None:
        self.count = 0
        self._first_s = 0.0
        self._last_s = 0.0
        for t_s in times_s:
            self.add(float(t_s))

    def add(self, t_s: float) -> None:
        """Note the time of one more frame."""
        if not self.count:
            self._first_s = t_s
        self._last_s = t_s
        self.count += 1

    @property
    def fps(self) -> float:
        """Mean rate of the times; 0 for fewer than two."""
        span_s = self._last_s - self._first_s
        return (self.count - 1) / span_s if span_s > 0 else 0.0

    @property
    def duration_s(self) -> float:
        """From the first frame to the end of the last, which is taken to last as long as the mean."""
        return self.count / self.fps if self.fps else 0.0

    def require_enough(self, path: Path, damage: str = "") -> None:
        """Raise ``UnreadableInputError`` below 12 frames or 1 second."""
        if self.count >= MIN_FRAMES and round(self.duration_s, 2) >= MIN_DURATION_S:
            return
        frames = "1 frame" if self.count == 1 else f"{self.count} frames"
        because = f" {damage}" if damage else ""
        raise UnreadableInputError(
            f"{path}: too short: only {frames} in {self.duration_s:.2f} s could be read.{because} {NEEDED}"
        )


def _decode(container: InputContainer, stream: VideoStream, log: Reading) -> Iterator[VideoFrame]:
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


def _to_image(picture: VideoFrame, upright: Upright, width_px: int, height_px: int) -> Image:
    """Convert a picture to upright RGB of the given upright size, shape (height_px, width_px, 3)."""
    stored = (height_px, width_px) if upright.sideways else (width_px, height_px)
    # "AREA" averages what it drops; bilinear would alias edges that the contour needs
    scaled = picture.reformat(
        width=stored[0], height=stored[1], format="rgb24", interpolation="AREA", threads=1
    )
    image: Image = np.asarray(scaled.to_ndarray(), dtype=np.uint8)
    return upright.apply(image)


def _video_stream(path: Path, container: InputContainer) -> VideoStream:
    """Return the moving picture of a container, ready to decode."""
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        what = "sound but no moving picture" if container.streams.audio else "no moving picture"
        raise UnreadableInputError(f"{path}: the file holds {what}. {NEEDED}")
    stream = streams[0]
    if stream.codec_context is None:
        raise UnreadableInputError(
            f"{path}: its video is encrypted or in a format that cannot be decoded here. "
            "Save it again as H.264 in an .mp4 file."
        )
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = _DECODER_THREADS
    return stream


def _read_header(path: Path, container: InputContainer) -> _Header:
    """Describe a file from its container and its first picture."""
    stream = _video_stream(path, container)
    first = next(_decode(container, stream, Reading()), None)
    if first is None:
        raise UnreadableInputError(
            f"{path}: not one picture of its video ({stream.codec_context.name}) could be decoded; it is "
            "damaged, encrypted or cut off. Copy it again, or save it again as H.264 in an .mp4 file."
        )
    if first.time is None:
        raise UnreadableInputError(
            f"{path}: the pictures carry no times (raw {container.format.name}). Save it again as .mp4."
        )
    upright = Upright.of(first)
    width, height = _square_pixel_size(stream, first)
    if upright.sideways:
        width, height = height, width
    time_base = stream.time_base or 0
    start_s = float(stream.start_time * time_base) if stream.start_time is not None else math.inf
    zero_s = min(start_s, float(first.time))
    return _Header(
        zero_s=zero_s,
        upright=upright,
        width_px=width,
        height_px=height,
        duration_s=_declared_duration_s(container, stream, zero_s),
        fps=float(stream.average_rate or 0),
        declared_frames=stream.frames,
    )


def _square_pixel_size(stream: VideoStream, picture: VideoFrame) -> tuple[int, int]:
    """Return the stored picture's size once its pixels are square; old camcorders store them oblong."""
    aspect = float(stream.sample_aspect_ratio or 1) or 1.0
    return round(picture.width * aspect), picture.height


def _declared_duration_s(container: InputContainer, stream: VideoStream, zero_s: float) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    # Matroska's muxers count from 0 even where the first picture comes later
    return max(0.0, container.duration / av.time_base - max(0.0, zero_s)) if container.duration else 0.0


def _why_not_opened(path: Path, error: Exception) -> str:
    kind = recognise(path)
    if kind:
        return f"{path}: this is {kind}, not a video. {NEEDED}"
    if "moov" in str(error) or _is_unfinished_mp4(path):
        return (
            f"{path}: the video was cut off before its index was written, as when a recording or a copy is "
            "interrupted. Copy it again, or record it again."
        )
    return f"{path}: this is no video that can be decoded, or it is damaged. {NEEDED}"


def _is_unfinished_mp4(path: Path) -> bool:
    """Whether the file begins as MP4 or QuickTime does; one that was complete would have been opened."""
    with path.open("rb") as file:
        return file.read(8)[4:] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
