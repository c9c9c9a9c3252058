"""The one adapter that owns MediaPipe's quirks: a frame goes in, a ``Pose`` comes out."""

import threading
import weakref
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from formcheck.body.landmarks import N_LANDMARKS
from formcheck.body.pose import Pose
from formcheck.errors import FormcheckError, NoModelError
from formcheck.sources.frames import Frame, Image
from formcheck.sources.native_logs import native_logs_held_back
from formcheck.sources.no_plots import plots_left_out
from formcheck.sources.sketch import Sketch, finished

# MediaPipe pads the rows of a mask to 16 bytes; asked for the pixels of a mask whose rows are padded, it ends
# the whole process ("Check failed: 1 == ChannelSize()"). Four single-precision cells are 16 bytes.
_WIDTH_MULTIPLE = 4

# MediaPipe has no switch for its temporal filter. Asking for two poses leaves it out, but then the detector
# runs on every picture (twice the time) and the first pose is not always the same person. The filter is a
# One-Euro filter on the clock that it is given, though: told that pictures are many minutes apart, it passes
# each as it is.
_UNFILTERED_STEP_MS = 1_000_000

_DEBIAN_PACKAGES = "libegl1 libgles2 libgl1 libglib2.0-0"


class PoseEstimator:
    """Finds one person in the frames of one stream, in the order of their times.

    Landmarks are MediaPipe's own, unfiltered by formcheck and rounded to single precision, in pixels of
    the upright original; one that lies outside the picture is kept as given.

    Parameters
    ----------
    model_path : Path
        A ``.task`` bundle.
    smoothed : bool
        True: MediaPipe's own temporal filter, which lags behind fast movement. False: none.
    refine : bool
        Whether the trunk's edges are looked for in the picture itself; False leaves the mask's, to compare.

    Raises
    ------
    NoModelError
        When the file is no model that MediaPipe can load.
    FormcheckError
        When MediaPipe itself cannot start on this machine.
    """

    def __init__(self, model_path: Path | str, *, smoothed: bool = True, refine: bool = True) -> None:
        self.model_path = Path(model_path)
        self.smoothed = smoothed
        self.refine = refine
        self._thread = threading.get_ident()
        self._last_ms = -1
        self._warned = False  # whether MediaPipe has logged what it logs on the first person
        with native_logs_held_back:
            self._mediapipe, self._landmarker = _create(self.model_path)
        # for the caller who forgets: MediaPipe's own finaliser prints a traceback when the interpreter ends
        self._let_go = weakref.finalize(self, _close, self._landmarker)

    @property
    def smoothing(self) -> str:
        """How ``Origin.smoothing`` names the mode."""
        return "mediapipe" if self.smoothed else "none"

    def estimate(self, frame: Frame) -> Pose:
        """Find the person in a frame.

        Parameters
        ----------
        frame : Frame
            Later than the one before.

        Raises
        ------
        ValueError
            After ``close``, or for a frame that is not later than the one before.
        RuntimeError
            From another thread than the one that made the estimator.
        """
        return self.look(frame)()

    def look(self, frame: Frame) -> "Sighting":
        """Have the model look at a frame; what is returned makes the pose of it, in any thread.

        The model's work needs no Python, so that a live session may go on with one picture while the next
        is looked at. Parameters and errors as for `estimate`.
        """
        image = _widened(frame.small_rgb)
        result = self._detect(image, self._timestamp_ms(frame.t_s))
        self._warned |= bool(result.pose_landmarks)
        return Sighting(frame, image.shape[1], result, refine=self.refine)

    def close(self) -> None:
        """Give MediaPipe's graph and threads back; harmless when done twice."""
        self._landmarker = None
        self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _timestamp_ms(self, t_s: float) -> int:
        """Return an integer time that is later than the last even for frames within one millisecond."""
        if self.smoothed:
            self._last_ms = max(self._last_ms + 1, round(t_s * 1000))
        else:
            self._last_ms += _UNFILTERED_STEP_MS
        return self._last_ms

    def _detect(self, image: Image, timestamp_ms: int) -> Any:  # noqa: ANN401 - MediaPipe is untyped
        if self._landmarker is None:  # MediaPipe itself would say "nobody there"
            raise ValueError("this pose estimator is closed")
        if threading.get_ident() != self._thread:
            raise RuntimeError("a pose estimator belongs to the thread that made it: make one per thread")
        mp_image = self._mediapipe.Image(image_format=self._mediapipe.ImageFormat.SRGB, data=image)
        quiet: AbstractContextManager[object] = nullcontext() if self._warned else native_logs_held_back
        with quiet:
            return self._landmarker.detect_for_video(mp_image, timestamp_ms)


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """What the model saw in a frame; called, it makes the pose of it.

    Parameters
    ----------
    frame : Frame
        The picture, kept until the sketch is made.
    widened_px : int
        How wide the picture was that the model was shown.
    result : object
        MediaPipe's own.
    refine : bool
        As `PoseEstimator` was asked.
    """

    frame: Frame
    widened_px: int
    result: Any
    refine: bool

    def __call__(self) -> Pose:
        """Return the pose."""
        return finished([self.sketch()])[0]

    def sketch(self) -> Sketch:
        """Return the pose with the mask's edges, and what is needed to find them in the picture."""
        frame, result = self.frame, self.result
        if not result.pose_landmarks:
            return Sketch(Pose.missing(frame.t_s))
        small_px = frame.small_rgb.shape[1]
        # MediaPipe's coordinates are shares of the widened picture
        to_px = np.array([self.widened_px / small_px * frame.width_px, frame.height_px])
        seen = np.array([(p.x, p.y, p.visibility or 0.0) for p in result.pose_landmarks[0]])
        if len(seen) != N_LANDMARKS:
            raise NoModelError(f"the pose model gives {len(seen)} landmarks, expected {N_LANDMARKS}")
        points_m = np.array([(p.x, p.y, p.z) for p in result.pose_world_landmarks[0]])
        bare = Pose.from_landmarks(
            frame.t_s, seen[:, :2] * to_px, landmarks_m=points_m, visibility=seen[:, 2]
        )
        return Sketch.of(bare, _view_of_mask(result, small_px), frame, refine=self.refine)


def _create(model_path: Path) -> tuple[Any, Any]:
    """Return the mediapipe module and a landmarker in VIDEO mode on the CPU, with masks."""
    if not model_path.is_file():
        raise NoModelError(f"{model_path}: there is no pose model here. Run: formcheck models pull")
    try:
        # imported late: seconds of start-up that listing exercises or judging a track need not pay
        with plots_left_out():
            import mediapipe
            from mediapipe.tasks.python import BaseOptions, vision

        options = vision.PoseLandmarkerOptions(
            # bytes, not a path: MediaPipe cannot open some non-ASCII paths on Windows
            base_options=BaseOptions(
                model_asset_buffer=model_path.read_bytes(), delegate=BaseOptions.Delegate.CPU
            ),
            running_mode=vision.RunningMode.VIDEO,
            num_poses=1,
            output_segmentation_masks=True,
        )
        return mediapipe, vision.PoseLandmarker.create_from_options(options)
    except (ImportError, OSError) as error:
        raise FormcheckError(_why_not_started(error)) from error
    except (RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NoModelError(
            f"{model_path}: this is no pose model that MediaPipe can load ({reason}). "
            "Run: formcheck models verify, then formcheck models pull"
        ) from error


def _close(landmarker: Any) -> None:  # noqa: ANN401 - MediaPipe is untyped
    try:
        landmarker.close()
    except RuntimeError:  # at interpreter exit its thread has ended before; the graph goes with the process
        landmarker._handle = None


def _why_not_started(error: Exception) -> str:
    if any(library in str(error) for library in ("libEGL", "libGLES", "libGL.", "libgthread")):
        return (
            f"MediaPipe needs a system library that is missing here ({error}). "
            f"On Debian or Ubuntu: apt install {_DEBIAN_PACKAGES}"
        )
    return f"MediaPipe could not be started ({error}). Install formcheck again: pip install --force-reinstall"


def _widened(image: Image) -> Image:
    """Return the picture, contiguous, with its last column repeated until its width suits MediaPipe.

    Strides would be ignored without a word: a cropped or reversed view gives wrong landmarks.
    """
    missing = -image.shape[1] % _WIDTH_MULTIPLE
    return np.ascontiguousarray(
        np.pad(image, ((0, 0), (0, missing), (0, 0)), mode="edge") if missing else image
    )


def _view_of_mask(result: Any, width: int) -> npt.NDArray[np.float32] | None:  # noqa: ANN401 - untyped
    """Return the first person's mask, shape (h, width), 0 to 1, to be used while ``result`` is alive.

    A view, which dies with its image: a copy of 1280 x 720 takes half as long as finding the edges in it.
    """
    if not result.segmentation_masks:
        return None
    view: npt.NDArray[np.float32] = result.segmentation_masks[0].numpy_view()
    return view.reshape(view.shape[:2])[:, :width]
