"""From a video file to a ``PoseTrack``: decoding runs ahead of inference, and no picture is kept."""

import math
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import reduce
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from formcheck.body.pose import Pose, PoseTrack
from formcheck.sources.checksum import sha256_of
from formcheck.sources.decoding import Reading
from formcheck.sources.frames import Frame
from formcheck.sources.mediapipe_pose import PoseEstimator
from formcheck.sources.sketch import Sketch, finished
from formcheck.sources.times import Times
from formcheck.sources.video import VideoSource

Progress = Callable[[float, float], None]
"""Called with the seconds that are done and the seconds that the file declares (0: it does not)."""

MAX_SIDE_PX = 1280

_READ_AHEAD = 4  # decoded pictures waiting; more only costs memory
_FINISHED_AT_ONCE = 8  # 1.9 ms a picture for its edges become 1.3; sixteen would save .1 more [M]
_BLOCK = 256  # poses that are packed together in single precision while a recording is read

ARRAYS = tuple(each.name for each in fields(PoseTrack) if each.name != "origin")
SINGLE_PRECISION = frozenset(ARRAYS) - {"t_s", "edge_occluded", "edge_beside_arm"}
"""The arrays that an estimator fills with single-precision numbers; times need all their digits."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """How poses are found in a recording.

    Parameters
    ----------
    model_path : Path
        A ``.task`` bundle.
    model_name, model_sha256 : str
        What `Origin` says of it; taken from the file where empty.
    max_side_px : int
        Longer side of the pictures that the model is given.
    smoothed : bool
        Whether MediaPipe's own temporal filter is on (see `PoseEstimator`); off for recordings, which are
        smoothed without lag afterwards.
    """

    model_path: Path
    model_name: str = ""
    model_sha256: str = ""
    max_side_px: int = MAX_SIDE_PX
    smoothed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """The poses of one stretch of a recording, and how far it could be read.

    Plain arrays and numbers, so that it can be sent from one process to another.
    """

    track: PoseTrack
    reading: Reading


def extract(
    video_path: Path | str,
    model_path: Path | str,
    *,
    model_name: str = "",
    model_sha256: str = "",
    max_side_px: int = MAX_SIDE_PX,
    smoothed: bool = False,
    progress: Progress | None = None,
) -> PoseTrack:
    """Find the person in every frame of a video file.

    Parameters
    ----------
    video_path, model_path : Path
        The recording, and a ``.task`` bundle.
    model_name, model_sha256 : str
        What `Origin` says of the model; taken from the file where not given.
    max_side_px : int
        Pictures are scaled down to this before inference.
    smoothed : bool
        Whether MediaPipe's own temporal filter is on.
    progress : callable, optional
        Called after every frame.

    Raises
    ------
    UnreadableInputError
        When the file is no video, or holds fewer than 12 frames or less than a second.
    NoModelError
        When the model cannot be loaded.
    """
    settings = Settings(
        Path(model_path),
        model_name=model_name,
        model_sha256=model_sha256,
        max_side_px=max_side_px,
        smoothed=smoothed,
    )
    with VideoSource(video_path, max_side_px=max_side_px) as source:
        part = extract_interval(source, settings, progress=progress)
        return join_parts(source, settings, [part])


def extract_interval(
    source: VideoSource,
    settings: Settings,
    start_s: float = 0.0,
    end_s: float = math.inf,
    *,
    warm_up_s: float = 0.0,
    progress: Progress | None = None,
) -> Part:
    """Find the person in the frames with ``start_s <= t_s < end_s``.

    Parameters
    ----------
    source : VideoSource
        The recording, already scaled as ``settings`` ask.
    settings : Settings
        How to look.
    start_s, end_s : float
        Which stretch; the parts of consecutive stretches join without gap or overlap.
    warm_up_s : float
        How much before ``start_s`` is shown to the model, and then dropped, so that its tracking and its
        filter have settled.
    progress : callable, optional
        Called after every frame that counts.
    """
    builder, warming_up = TrackBuilder(), 0
    frames = map(_light, source.frames(max(0.0, start_s - warm_up_s), end_s))
    with PoseEstimator(settings.model_path, smoothed=settings.smoothed) as estimator:
        for pose in _poses(estimator, read_ahead(frames, _READ_AHEAD)):
            if pose.t_s < start_s:
                warming_up += 1
                continue
            builder.add(pose)
            if progress is not None:
                progress(pose.t_s, source.duration_s)
    reading = replace(source.reading, pictures=source.reading.pictures - warming_up)
    return Part(builder.track(), reading)


def _poses(estimator: PoseEstimator, frames: Iterable[Frame]) -> Iterator[Pose]:
    """Yield the pose of each frame; the edges of several are looked for at once."""
    sketches: list[Sketch] = []
    for frame in frames:
        sketches.append(estimator.look(frame).sketch())
        if len(sketches) == _FINISHED_AT_ONCE:
            yield from finished(sketches)
            sketches.clear()
    yield from finished(sketches)


def _light(frame: Frame) -> Frame:
    """Return the frame without its original: pictures that wait in 4K are 12 MB each, and nobody asks."""
    return replace(frame, full_size=None)


def join_parts(source: VideoSource, settings: Settings, parts: Sequence[Part]) -> PoseTrack:
    """Put the parts of consecutive stretches together, in their order, and say where they come from.

    Raises
    ------
    UnreadableInputError
        When all of them hold fewer than 12 frames or less than a second.
    """
    damage = source.damage(reduce(Reading.joined, (part.reading for part in parts)))
    arrays = {name: np.concatenate([getattr(part.track, name) for part in parts]) for name in ARRAYS}
    times = Times(arrays["t_s"])
    times.require_enough(source.path, damage)
    origin = replace(
        source.origin,
        duration_s=times.duration_s,
        fps=times.fps,
        model_name=settings.model_name or settings.model_path.stem,
        model_sha256=settings.model_sha256 or sha256_of(settings.model_path),
        smoothing="mediapipe" if settings.smoothed else "none",
        damage=damage,
    )
    return PoseTrack(**arrays, origin=origin)


class TrackBuilder:
    """Collects estimated poses, packed in single precision: they hold no finer numbers."""

    def __init__(self) -> None:
        self._pending: list[Pose] = []
        self._blocks: list[PoseTrack] = []

    def add(self, pose: Pose) -> None:
        """Add the next pose."""
        self._pending.append(pose)
        if len(self._pending) >= _BLOCK:
            self._pack()

    def track(self) -> PoseTrack:
        """Return everything that was added so far."""
        self._pack()
        arrays: dict[str, Any] = {
            name: np.concatenate([getattr(block, name) for block in self._blocks]) for name in ARRAYS
        }
        return PoseTrack(**arrays)

    def _pack(self) -> None:
        block = PoseTrack.from_poses(self._pending)
        singles = {
            name: getattr(block, name).astype(np.float32) for name in ARRAYS if name in SINGLE_PRECISION
        }
        self._blocks.append(replace(block, **singles))
        self._pending.clear()


def read_ahead(items: Iterable[T], size: int) -> Iterator[T]:
    """Yield the same items, made by another thread that is up to ``size`` of them ahead.

    An error of the other thread is raised here, after the items before it. When the consumer stops early
    the thread stops with it.
    """
    ahead = _Ahead[T](size)
    thread = threading.Thread(target=ahead.produce, args=(items,), name="formcheck-decode", daemon=True)
    thread.start()
    try:
        while not isinstance(item := ahead.waiting.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        ahead.stop.set()
        thread.join()


@dataclass(frozen=True, slots=True)
class _End:
    """The producer is done, well or not."""

    error: BaseException | None = None


class _Ahead(Generic[T]):
    """What the two threads of `read_ahead` share."""

    def __init__(self, size: int) -> None:
        self.waiting: queue.Queue[T | _End] = queue.Queue(maxsize=size)
        self.stop = threading.Event()

    def produce(self, items: Iterable[T]) -> None:
        try:
            for item in items:
                if not self._put(item):
                    return
        except BaseException as error:  # noqa: BLE001 - handed to the consumer, who raises it
            self._put(_End(error))
        else:
            self._put(_End())

    def _put(self, item: T | _End) -> bool:
        """Wait for a free place; False when the consumer has gone."""
        while not self.stop.is_set():
            try:
                self.waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False
