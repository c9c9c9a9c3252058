"""Small videos for tests, made by PyAV alone: a fresh machine has no ffmpeg program.

A made picture says what it is: its upper left corner is red, its upper right corner green, its lower left
corner blue, and a row of black and white squares in the middle spells its index in binary.
"""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest
from av.video.frame import VideoFrame

Image = npt.NDArray[np.uint8]

SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"
SQUAT = SHARED / "videos" / "squat_side_2reps_rohanx01.mp4"
GAIT = SHARED / "videos" / "gait_side_sports2d_demo.mp4"
BALANCE = SHARED / "videos" / "balance_front_pose2sim_cam02.mp4"

WIDTH, HEIGHT = 192, 128  # of a made picture, upright
_CORNER = 32
_BITS = 8
_CELL = 24
_TICKS = 90_000  # a second; fine enough for every time that tests ask for


def shared(path: Path) -> Path:
    """Return a path of the shared data, or skip the test where it is not."""
    if not path.exists():
        pytest.skip(f"needs {path.name} of ../shared/data")
    return path


# -- pictures that say what they are --


def picture(index: int) -> Image:
    """Return the upright picture with that index, shape (HEIGHT, WIDTH, 3)."""
    image = np.full((HEIGHT, WIDTH, 3), 128, dtype=np.uint8)
    image[:_CORNER, :_CORNER] = (230, 20, 20)
    image[:_CORNER, -_CORNER:] = (20, 230, 20)
    image[-_CORNER:, :_CORNER] = (20, 20, 230)
    for bit in range(_BITS):
        x = bit * _CELL
        image[52:76, x : x + _CELL] = 235 if index >> bit & 1 else 20
    return image


def index_of(image: Image) -> int:
    """Read the index back from a picture at any size."""
    height, width = image.shape[:2]
    centres = [(bit + 0.5) * _CELL / WIDTH for bit in range(_BITS)]
    row = image[height // 2].mean(axis=-1)
    return sum(int(row[int(c * width)] > 128) << bit for bit, c in enumerate(centres))


def corners_of(image: Image) -> str:
    """Name the colours of the upper left, upper right and lower left corner: "rgb" when upright."""
    height, width = image.shape[:2]
    dy, dx = height // 10, width // 12
    places = [(dy, dx), (dy, width - 1 - dx), (height - 1 - dy, dx)]
    return "".join(
        "rgb"[int(image[place].argmax())] if np.ptp(image[place]) > 90 else "-" for place in places
    )


# -- clips --


def even_times(seconds: float, fps: float = 30.0, start_s: float = 0.0) -> list[float]:
    """Return the times of a constant rate."""
    return [start_s + i / fps for i in range(round(seconds * fps))]


def uneven_times(seconds: float, seed: int = 7) -> list[float]:
    """Return times with gaps of 12 to 90 ms in no order, as screen recorders and phones write."""
    gaps = np.random.default_rng(seed).uniform(0.012, 0.09, size=int(seconds / 0.012))
    times = np.concatenate([[0.0], np.cumsum(gaps)])
    return [float(t) for t in times[times < seconds]]


def write_clip(
    path: Path,
    pictures: Iterable[tuple[float, Image]],
    *,
    rotation_deg: int = 0,
    hflip: bool = False,
    b_frames: int = 2,
    quality: int = 18,
    keyframe_every: int = 12,
    pixel_aspect: Fraction = Fraction(1),
    options: dict[str, str] | None = None,
) -> Path:
    """Write H.264 pictures at given times.

    Parameters
    ----------
    pictures : iterable of (float, ndarray)
        Time in seconds and upright picture, both sides even; see `numbered`.
    rotation_deg : int
        0, 90, 180 or 270: pictures are stored turned, and the display matrix asks a player to turn them
        clockwise by this.
    hflip : bool
        Pictures are stored mirrored as well, and the display matrix says so.
    b_frames : int
        How many B-frames stand between two others.
    pixel_aspect : Fraction
        Width of a pixel over its height, as old camcorders have other than 1.
    options : dict, optional
        Of the container, such as ``{"movflags": "+faststart"}``.
    """
    encoding = {"bf": str(b_frames), "b-adapt": "0", "crf": str(quality), "g": str(keyframe_every)}
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream("libx264", rate=30, options={**encoding, "preset": "veryfast"})
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS)
        stream.codec_context.sample_aspect_ratio = pixel_aspect
        stream.set_display_rotation(-rotation_deg, hflip=hflip)
        for t_s, upright in pictures:
            stored = _stored(upright, rotation_deg, hflip=hflip)
            if not stream.codec_context.is_open:
                stream.height, stream.width = stored.shape[:2]
            frame = VideoFrame.from_ndarray(stored, format="rgb24")
            frame.pts, frame.time_base = round(t_s * _TICKS), Fraction(1, _TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def numbered(times_s: Iterable[float]) -> Iterator[tuple[float, Image]]:
    """Yield each time with the picture of its index."""
    return ((t_s, picture(i)) for i, t_s in enumerate(times_s))


def _stored(upright: Image, rotation_deg: int, *, hflip: bool) -> Image:
    """Undo what the display matrix will ask for: a clockwise turn, then a flip."""
    if hflip:
        upright = upright[:, ::-1]
    return np.ascontiguousarray(np.rot90(upright, rotation_deg // 90))


def write_sound(path: Path, seconds: float = 2.0) -> Path:
    """Write a file that holds a tone and no picture."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16_000)
        samples = np.sin(np.arange(int(seconds * 16_000)) * 0.1).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 16_000, 0
        resampler = av.AudioResampler(format="fltp", layout="mono", frame_size=1024)
        for each in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(each))
        container.mux(stream.encode(None))
    return path


def write_photo(path: Path) -> Path:
    """Write one picture; the format is JPEG unless the name ends with .png."""
    ok, data = cv2.imencode(".png" if path.suffix == ".png" else ".jpg", picture(1)[:, :, ::-1])
    assert ok
    path.write_bytes(data.tobytes())
    return path


def cut(source: Path, target: Path, share: float) -> Path:
    """Copy the first share of a file's bytes: a copy or a recording that was interrupted."""
    data = source.read_bytes()
    target.write_bytes(data[: int(len(data) * share)])
    return target


def scramble(source: Path, target: Path, start: float, end: float, seed: int = 3) -> Path:
    """Copy a file with the bytes between two shares of its length replaced by noise."""
    data = bytearray(source.read_bytes())
    a, b = int(len(data) * start), int(len(data) * end)
    data[a:b] = np.random.default_rng(seed).integers(0, 256, b - a, dtype=np.uint8).tobytes()
    target.write_bytes(bytes(data))
    return target


# -- real clips, changed --


def decoded(path: Path, start_s: float = 0.0, end_s: float = float("inf")) -> Iterator[tuple[float, Image]]:
    """Yield time and stored picture of a file, by PyAV alone, without anything of formcheck."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            assert frame.time is not None
            if frame.time >= end_s:
                return
            if frame.time >= start_s:
                yield frame.time, np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)


def recode(
    source: Path,
    target: Path,
    *,
    start_s: float = 0.0,
    end_s: float = float("inf"),
    keep: Callable[[int], bool] = lambda i: True,
    change: Callable[[Image], Image] = lambda image: image,
    rotation_deg: int = 0,
) -> Path:
    """Encode a stretch of a real clip again, keeping the times of the frames that stay.

    Parameters
    ----------
    start_s, end_s : float
        The stretch; ``start_s`` becomes 0.
    keep : callable
        Says of each frame's index whether it stays; dropping some makes a variable frame rate.
    change : callable
        Changes each picture, such as `mirrored`.
    rotation_deg : int
        As for `write_clip`: the same upright pictures, stored turned.
    """
    stretch = enumerate(decoded(source, start_s, end_s))
    pictures = ((t_s - start_s, change(image)) for i, (t_s, image) in stretch if keep(i))
    return write_clip(target, pictures, rotation_deg=rotation_deg, keyframe_every=60)


def mirrored(image: Image) -> Image:
    """Flip a picture left to right."""
    return np.ascontiguousarray(image[:, ::-1])


def irregular(i: int) -> bool:
    """Drop about a third of the frames, never more than two in a row: a variable frame rate for `recode`."""
    return i % 7 not in (2, 5) and i % 11 != 4
