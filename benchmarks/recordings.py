"""Recordings of any length and size for the benchmarks, made from the shared squat clip by PyAV alone.

The clip (or, where it is not there, the rendered squat sample) is scaled into the middle of the picture and
encoded once; longer recordings repeat its packets as they are, so that twenty minutes take a second.
"""

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
CACHE = Path(__file__).parent / ".cache"
SOURCES = (
    ROOT.parent / "shared" / "data" / "videos" / "squat_side_2reps_rohanx01.mp4",
    ROOT / "samples" / "squat-clean.mp4",
)
KEY_FRAME_S = 2


def recording(seconds: float, width: int = 1280, height: int = 720, fps: int = 30) -> Path:
    """Return a recording, made on first use and kept in the cache."""
    CACHE.mkdir(exist_ok=True)
    path = CACHE / f"squats-{seconds:g}s-{width}x{height}-{fps}fps.mp4"
    if path.exists():
        return path
    source = next(each for each in SOURCES if each.exists())
    once = CACHE / f"{source.stem}-{width}x{height}-{fps}fps.mp4"
    if not once.exists():
        _encode(source, once, (width, height), fps)
    partial = path.with_suffix(".partial.mp4")
    _repeat(once, partial, round(seconds * fps), fps)
    partial.replace(path)
    return path


def _encode(source: Path, target: Path, size: tuple[int, int], fps: int) -> None:
    """Encode the source once at a constant rate, padded to a size."""
    with av.open(str(source)) as video, av.open(str(target), "w") as out:
        # no reordered pictures: their packets could not simply be repeated
        options = {"preset": "veryfast", "crf": "20", "bf": "0", "g": str(KEY_FRAME_S * fps)}
        stream = out.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        count = 0
        for frame in video.decode(video=0):
            if frame.time is None or frame.time * fps < count - 0.5:
                continue
            picture = av.VideoFrame.from_ndarray(_padded(frame.to_ndarray(format="rgb24"), size), "rgb24")
            picture.pts, picture.time_base = count, Fraction(1, fps)
            out.mux(stream.encode(picture))
            count += 1
        out.mux(stream.encode(None))


def _padded(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    scale = min(size[0] / image.shape[1], size[1] / image.shape[0])
    inner = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    small = cv2.resize(image, inner, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    left, top = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    right, bottom = size[0] - inner[0] - left, size[1] - inner[1] - top
    return cv2.copyMakeBorder(small, top, bottom, left, right, cv2.BORDER_REPLICATE)


def _repeat(once: Path, target: Path, frames: int, fps: int) -> None:
    """Write the packets of a file again and again until there are enough."""
    with av.open(str(target), "w") as out:
        stream, count = None, 0
        while count < frames:
            with av.open(str(once)) as video:
                if stream is None:
                    stream = out.add_stream_from_template(video.streams.video[0])
                for packet in video.demux(video=0):
                    if packet.pts is None or count >= frames:
                        continue
                    packet.time_base = Fraction(1, fps)
                    packet.pts = packet.dts = count
                    packet.duration = 1
                    packet.stream = stream
                    out.mux(packet)
                    count += 1
