"""``overlay.mp4``: the recording with what formcheck saw drawn over it, playable in any browser."""

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import av
import cv2
import numpy as np

from formcheck.body.filters import smooth_series
from formcheck.body.pose import Pose, PoseTrack
from formcheck.body.signals import Signals
from formcheck.coach.set_report import SetReport
from formcheck.report.count_panel import Place
from formcheck.report.drawing import draw, scaled_pose
from formcheck.report.frame_state import frame_state, nearest
from formcheck.report.freed_memory import keep_one_store
from formcheck.report.panel_place import place_for
from formcheck.report.words import BACK, Focus, focus_of
from formcheck.sources.crew import Told
from formcheck.sources.frames import Image
from formcheck.sources.stretches import Stretch, cores, in_stretches, stretches
from formcheck.sources.video import VideoSource

MAX_SIDE_PX = 1280
TICKS_PER_S = 90_000
"""The time base of the file: a microsecond or so finer than any camera, and what broadcast uses."""
MAX_POSE_AGE_S = 0.05
_MARGIN_S = 1.0  # more than the age of any pose or angle that is still shown
BT_601, BT_709 = 6, 1  # as H.264 numbers them
VIDEO_RANGE = 1
# faststart: it plays before it is loaded; timescale: a start later than 0 is else rounded to milliseconds
MUXER = {"movflags": "+faststart", "movie_timescale": str(TICKS_PER_S)}
# Measured at 1280 x 720, per picture, the conversion to planes included: 2.6 ms and 9.5 kB at 38.8 dB. A rate
# factor ("crf" 25) looks ahead for it; that with a reordered picture and deblocking took 3.7 ms for 10 kB at
# 39.8 dB, which the eye does not tell from it. "veryfast" takes some 11 ms for 4 kB, over a third of what
# finding the pose costs, on cores that are busy with just that.
ENCODER = {"preset": "ultrafast", "qp": "23", "x264-params": "bframes=0:chroma-me=0"}


class FrameLike(Protocol):
    """What is needed of a frame: `formcheck.sources.frames.Frame` has it."""

    @property
    def t_s(self) -> float:
        """Presentation time in seconds."""
        ...

    @property
    def image_rgb(self) -> Image:
        """The upright picture, possibly smaller than the original."""
        ...

    @property
    def width_px(self) -> int:
        """Width of the upright original, in whose pixels poses are."""
        ...

    @property
    def height_px(self) -> int:
        """Height of the upright original."""
        ...


def write_overlay(
    frames: Iterable[FrameLike],
    track: PoseTrack,
    signals: Signals,
    report: SetReport,
    path: Path,
    *,
    focus: Focus | None = None,
    max_side_px: int = MAX_SIDE_PX,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Write the annotated video; frames keep the presentation times that they came with.

    Parameters
    ----------
    frames : iterable of FrameLike
        Upright pictures in the order of their times.
    track : PoseTrack
        The poses, raw: they are steadied here, for the eye only.
    signals : Signals
        The angles over time.
    report : SetReport
        The judged set.
    path : Path
        Where to; replaced if it is there.
    focus : Focus, optional
        What the exercise is about; where None, `focus_of` the report.
    max_side_px : int
        Pictures are scaled down so that their longer side is at most this.
    progress : callable, optional
        Called with the time in seconds that has been reached.

    Raises
    ------
    ValueError
        When there is no frame: a file without a picture plays nowhere.
    """
    artist = _Artist.of(track, signals, report, focus or focus_of(report), max_side_px)
    with _Encoder(path) as encoder:
        for frame in frames:
            encoder.write(frame.t_s, artist.drawn(frame))
            if progress is not None:
                progress(frame.t_s)
        if encoder.empty:
            raise ValueError("an overlay video needs at least one frame")


def write_overlay_of(
    video: Path,
    track: PoseTrack,
    signals: Signals,
    report: SetReport,
    path: Path,
    *,
    focus: Focus | None = None,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Write the annotated video of a recording, several stretches of it at once.

    Each stretch is encoded for itself, so that it begins with a key frame, and the encoded pictures are then
    put together as they are. Parameters are those of `write_overlay`, and:

    Parameters
    ----------
    video : Path
        The recording.
    workers : int, optional
        How many stretches at once; by default one for each core.
    """
    artist = _Artist.of(track, signals, report, focus or focus_of(report), MAX_SIDE_PX)
    with VideoSource(video) as source:
        cuts = stretches(source.duration_s, workers or cores())
    with TemporaryDirectory(prefix=".overlay-", dir=path.parent) as folder:
        apart = len(cuts) > 1
        tasks = [partial(_part, video, artist.within(cut), Path(folder), cut, apart) for cut in cuts]
        parts = in_stretches(tasks, cuts, progress=_seconds_only(progress))
        join_videos([each for each in parts if each is not None], path)


def _part(video: Path, artist: "_Artist", folder: Path, cut: Stretch, apart: bool, told: Told) -> Path | None:
    """Draw and encode one stretch, ``apart`` in a process of its own; return where, if it held a picture."""
    if apart:
        keep_one_store()
    path = folder / f"{cut[0]:.3f}.mp4"
    with VideoSource(video, max_side_px=MAX_SIDE_PX) as source, _Encoder(path) as encoder:
        for frame in source.frames(*cut):
            encoder.write(frame.t_s, artist.drawn(frame, owned=True))
            told(frame.t_s, 0.0)
    return None if encoder.empty else path


def _seconds_only(progress: Callable[[float], None] | None) -> Callable[[float, float], None] | None:
    return None if progress is None else lambda done_s, _: progress(done_s)


def join_videos(parts: Sequence[Path], path: Path) -> None:
    """Put videos of one encoder and consecutive times together without encoding them again.

    Raises
    ------
    ValueError
        When there are none, or they were encoded differently.
    """
    with ExitStack() as opened, av.open(str(path), "w", format="mp4", options=MUXER) as joined:
        stream: av.VideoStream | None = None
        last_dts = -TICKS_PER_S * 10**6
        for part in (opened.enter_context(av.open(str(each))) for each in parts):
            source = part.streams.video[0]
            if stream is None:
                stream = joined.add_stream_from_template(source)
                stream.time_base = Fraction(1, TICKS_PER_S)
            elif source.codec_context.extradata != stream.codec_context.extradata:
                raise ValueError(f"{part.name} was encoded differently")
            for packet in part.demux(source):
                if packet.pts is None or packet.dts is None:
                    continue  # says that there are no more
                # a reordered stretch is decoded from a little before its first picture on
                packet.dts = last_dts = max(packet.dts, last_dts + 1)
                packet.stream = stream
                joined.mux(packet)
        if stream is None:
            raise ValueError("an overlay video needs at least one frame")


@dataclass(frozen=True, slots=True)
class _Artist:
    """Draws the pictures of one recording, in any order; ``poses`` are steadied for the eye."""

    poses: PoseTrack
    signals: Signals
    report: SetReport
    focus: Focus
    max_side_px: int
    place: Place

    @classmethod
    def of(
        cls, track: PoseTrack, signals: Signals, report: SetReport, focus: Focus, max_side_px: int
    ) -> "_Artist":
        """Return one that knows the signals that are shown, and no others."""
        place = place_for(track, len(report.reps))
        return cls(steadied(track), signals.only({BACK, focus.signal}), report, focus, max_side_px, place)

    def within(self, cut: Stretch) -> "_Artist":
        """Return one that draws the pictures of a stretch alike and knows no more than it needs for that.

        Without a copy: twenty minutes of poses are 40 MB.
        """
        ends_s = (cut[0] - _MARGIN_S, cut[1] + _MARGIN_S)
        poses, signals = (slice(*np.searchsorted(t_s, ends_s)) for t_s in (self.poses.t_s, self.signals.t_s))
        return replace(self, poses=self.poses[poses], signals=self.signals[signals])

    def drawn(self, frame: FrameLike, *, owned: bool = False) -> Image:
        """Return a frame's picture with everything drawn over it: a copy, unless it may be drawn into."""
        image = frame.image_rgb
        if not (owned and image.flags.writeable and _fits(image, self.max_side_px)):
            image = fitted_image(image, self.max_side_px)
        pose = pose_at(self.poses, frame.t_s)
        if pose is not None:
            height, width = image.shape[:2]
            pose = scaled_pose(pose, width / frame.width_px, height / frame.height_px)
        state = frame_state(self.report, self.signals, frame.t_s, focus=self.focus)
        return draw(image, pose, state, self.place)


def steadied(track: PoseTrack) -> PoseTrack:
    """Return a track without the jitter of landmarks and edges, for drawing."""
    return replace(
        track,
        landmarks_px=smooth_series(track.t_s, track.landmarks_px),
        edges_px=smooth_series(track.t_s, track.edges_px),
    )


def pose_at(track: PoseTrack, t_s: float) -> Pose | None:
    """Return the pose nearest to an instant; None where there is none within 50 ms."""
    if not len(track):
        return None
    i = nearest(track.t_s, t_s)
    return track.pose(i) if abs(float(track.t_s[i]) - t_s) <= MAX_POSE_AGE_S else None


def _fits(image: Image, max_side_px: int) -> bool:
    height, width = image.shape[:2]
    return bool(max(height, width) <= max_side_px and height % 2 == 0 and width % 2 == 0)


def fitted_image(image: Image, max_side_px: int) -> Image:
    """Return a copy no longer than ``max_side_px`` whose sides are even, as H.264 wants them."""
    height, width = image.shape[:2]
    shrink = min(1.0, max_side_px / max(height, width))
    size = (max(2, math.floor(width * shrink / 2) * 2), max(2, math.floor(height * shrink / 2) * 2))
    if size == (width, height):
        return image.copy()
    result: Image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return result


class _Encoder:
    """Writes pictures with their own times as H.264 in an MP4 file that can start before it is loaded."""

    def __init__(self, path: Path) -> None:
        self._container = av.open(str(path), "w", format="mp4", options=MUXER)
        self._stream: av.VideoStream | None = None
        self._last_tick = -1

    def __enter__(self) -> "_Encoder":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._stream is not None:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    @property
    def empty(self) -> bool:
        return self._stream is None

    def write(self, t_s: float, image: Image) -> None:
        """Add a picture; one whose time does not advance by a tick is put a tick later."""
        if self._stream is None:
            self._stream = self._open_stream(image)
        tick = max(round(t_s * TICKS_PER_S), self._last_tick + 1)
        self._last_tick = tick
        # OpenCV converts in a third of the time that FFmpeg takes, to BT.601
        planes = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420), dtype=np.uint8)
        frame = av.VideoFrame.from_numpy_buffer(planes, format="yuv420p")  # the frame keeps the array alive
        frame.pts = tick
        frame.time_base = Fraction(1, TICKS_PER_S)
        self._container.mux(self._stream.encode(frame))

    def _open_stream(self, image: Image) -> av.VideoStream:
        stream = self._container.add_stream("libx264", rate=30, options=ENCODER)
        stream.height, stream.width = image.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, TICKS_PER_S)
        # there is a worker for each core: more threads only keep more pictures, 30 MB of them [M]
        stream.codec_context.thread_count = 1
        stream.codec_context.time_base = Fraction(1, TICKS_PER_S)
        stream.codec_context.colorspace = BT_601  # said in the file, or every player guesses by its own rule
        stream.codec_context.color_primaries = BT_709
        stream.codec_context.color_trc = BT_709
        stream.codec_context.color_range = VIDEO_RANGE
        return stream
