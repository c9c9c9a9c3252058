"""What formcheck's poses cost beyond MediaPipe's own time: ``python benchmarks/edge_cost.py [CLIP]``.

Every second frame of a sample clip is put into a picture of 1280x720. Side by side, frame by frame, are
timed: raw MediaPipe with masks, given the whole picture; and `PoseEstimator.estimate`, which shows it a
smaller picture. What of that is not MediaPipe's detection (making the picture smaller, landmarks, the mask's
edges, the picture's edges) is timed apart. Prints the wall's and the process's time of each in milliseconds a
frame; the wall's needs a quiet machine.
"""

import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from plain_loop import tasks

from formcheck.sources.frames import Frame, Image
from formcheck.sources.mediapipe_pose import PoseEstimator
from formcheck.sources.video import VideoSource

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "models" / "pose_landmarker_full.task"
WIDTH, HEIGHT = 1280, 720
WARM_UP = 10


class Timed(PoseEstimator):
    """Notes what MediaPipe's detection takes: seconds of the wall and of the process."""

    own_s = np.zeros(2)

    def _detect(self, image: Image, timestamp_ms: int) -> Any:  # noqa: ANN401 - as the one it extends
        before = now()
        result = super()._detect(image, timestamp_ms)
        self.own_s = now() - before
        return result


def now() -> np.ndarray:
    """Return seconds of the wall and of this process."""
    return np.array([time.perf_counter(), time.process_time()])


def widened(picture: Image) -> Image:
    """Return the picture, as high as it fits, in the middle of 1280x720."""
    scale = min(HEIGHT / picture.shape[0], WIDTH / picture.shape[1])
    size = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
    fitted = cv2.resize(picture, size)
    across, down = WIDTH - size[0], HEIGHT - size[1]
    borders = down // 2, down - down // 2, across // 2, across - across // 2
    return np.asarray(cv2.copyMakeBorder(fitted, *borders, cv2.BORDER_REPLICATE), dtype=np.uint8)


def main() -> None:
    """Time a clip."""
    clip = ROOT / "samples" / f"{sys.argv[1] if len(sys.argv) > 1 else 'march-clean'}.mp4"
    raw = tasks(str(MODEL))
    alone, whole, rest = [], [], []
    with VideoSource(clip) as source, Timed(MODEL, smoothed=False) as estimator:
        for number, frame in enumerate(list(source)[::2]):
            wide = Frame.from_image(frame.t_s, widened(frame.image_rgb))
            before = now()
            raw(wide.image_rgb, number * 1_000_000)  # its filter left out, as ours is
            between = now()
            estimator.estimate(wide)
            after = now()
            alone.append(between - before)
            whole.append(after - between)
            rest.append(after - between - estimator.own_s)
    rows = {
        "raw MediaPipe": alone,
        "formcheck, MediaPipe included": whole,
        "beyond raw MediaPipe": np.subtract(whole, alone),
        "of formcheck, not MediaPipe's detection": rest,
    }
    print(f"{clip.stem}, {len(whole) - WARM_UP} frames of {WIDTH}x{HEIGHT}, ms a frame (median, mean)")
    for name, values in rows.items():
        each = 1000 * np.array(values[WARM_UP:])
        (wall, cpu), (wall_mean, cpu_mean) = np.median(each, axis=0), each.mean(axis=0)
        print(f"{name:40s} wall {wall:6.2f} {wall_mean:6.2f}   process {cpu:6.2f} {cpu_mean:6.2f}")


if __name__ == "__main__":
    main()
