"""Opens a video file and says what its container and its first picture say of it, or why it is none."""

import math
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from formcheck.errors import UnreadableInputError
from formcheck.sources.decoding import Reading, decode
from formcheck.sources.file_kind import NEEDED, recognise
from formcheck.sources.upright import Upright

_DECODER_THREADS = 2  # inference is the bottleneck; each further thread keeps more decoded pictures alive
_OPTIONS = {
    # a playlist or script that is named .mp4 must reach neither the network nor other people's files
    "protocol_whitelist": "file",
    "format_whitelist": (
        "mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,flv,asf,ogg,mxf,dv,gif,h264,hevc,"
        "mp3,wav,flac,aac"  # only so that the message can say that they hold sound
    ),
}


@dataclass(frozen=True, slots=True)
class VideoHeader:
    """What the container and its first picture say."""

    zero_s: float
    upright: Upright
    width_px: int
    height_px: int
    duration_s: float
    fps: float
    declared_frames: int


def open_container(path: Path) -> InputContainer:
    """Open a video file.

    Raises
    ------
    UnreadableInputError
        When it is none, or broken; the message says what it is instead.
    """
    try:
        # an absolute path, so that no name is taken for a protocol such as "concat:"
        return av.open(str(path.resolve()), mode="r", options=_OPTIONS)
    except (av.error.FFmpegError, ValueError) as error:
        raise UnreadableInputError(_why_not_opened(path, error)) from None


def video_stream(path: Path, container: InputContainer) -> VideoStream:
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


def read_header(path: Path, container: InputContainer) -> VideoHeader:
    """Describe a file from its container and its first picture."""
    stream = video_stream(path, container)
    first = next(decode(container, stream, Reading()), None)
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
    return VideoHeader(
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
