"""What everybody writes first: decode, look for the pose with a mask, next. Nothing of formcheck is in it.

``python plain_loop.py VIDEO MODEL.task`` runs MediaPipe's tasks, ``python plain_loop.py VIDEO`` the
``mp.solutions`` of mediapipe up to 0.10.21 (its model 1 is the full one).
"""

import sys
from collections.abc import Callable
from typing import Any

import av
import mediapipe as mp


def tasks(model: str) -> Callable[[Any, int], bool]:
    """Return a function that looks for a pose with a landmarker in VIDEO mode."""
    from mediapipe.tasks.python import BaseOptions, vision

    landmarker = vision.PoseLandmarker.create_from_options(
        vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=model, delegate=BaseOptions.Delegate.CPU),
            running_mode=vision.RunningMode.VIDEO,
            num_poses=1,
            output_segmentation_masks=True,
        )
    )

    def look(image: Any, t_ms: int) -> bool:  # noqa: ANN401 - an array of whatever NumPy is there
        picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=image)
        result = landmarker.detect_for_video(picture, t_ms)
        return bool(result.segmentation_masks) and result.segmentation_masks[0].numpy_view() is not None

    return look


def solutions() -> Callable[[Any, int], bool]:
    """Return a function that looks for a pose with the older interface."""
    pose = mp.solutions.pose.Pose(model_complexity=1, enable_segmentation=True)

    def look(image: Any, _t_ms: int) -> bool:  # noqa: ANN401
        result = pose.process(image)
        return result.segmentation_mask is not None

    return look


def main() -> None:
    """Go through a video."""
    look = tasks(sys.argv[2]) if len(sys.argv) > 2 else solutions()
    found = frames = 0
    with av.open(sys.argv[1]) as container:
        for frame in container.decode(video=0):
            found += look(frame.to_ndarray(format="rgb24"), int(1000 * frame.time))
            frames += 1
    print(f"{found} of {frames} frames")


if __name__ == "__main__":
    main()
