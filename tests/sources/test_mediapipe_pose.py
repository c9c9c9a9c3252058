"""The adapter's promises about MediaPipe's quirks."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from formcheck.errors import FormcheckError, NoModelError
from formcheck.sources.frames import Frame
from formcheck.sources.mediapipe_pose import PoseEstimator, _why_not_started
from formcheck.sources.video import VideoSource

BLANK = np.zeros((64, 64, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def frames(squat_stretch: Path) -> list[Frame]:
    with VideoSource(squat_stretch) as source:
        return [frame for frame in source if frame.t_s < 0.2]


@pytest.fixture
def estimator(model_path: Path) -> Iterator[PoseEstimator]:
    with PoseEstimator(model_path) as made:
        yield made


def test_a_missing_model_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NoModelError, match="formcheck models pull"):
        PoseEstimator(tmp_path / "none.task")


@pytest.mark.model
def test_a_broken_model_says_how_to_check_it(
    tmp_path: Path, model_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.task"
    broken.write_bytes(model_path.read_bytes()[:100_000])
    with pytest.raises(NoModelError, match="formcheck models verify") as caught:
        PoseEstimator(broken)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_a_missing_system_library_names_the_packages() -> None:
    message = _why_not_started(
        OSError("libEGL.so.1: cannot open shared object file: No such file or directory")
    )
    assert "libEGL.so.1" in message
    assert "apt install libegl1 libgles2" in message


@pytest.mark.model
def test_a_mediapipe_that_cannot_start_is_no_model_error(
    model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mediapipe.tasks.python import vision

    def fail(options: object) -> None:
        raise OSError("libGLESv2.so.2: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(vision.PoseLandmarker, "create_from_options", fail)
    with pytest.raises(FormcheckError, match="apt install") as caught:
        PoseEstimator(model_path)
    assert not isinstance(caught.value, NoModelError)


@pytest.mark.model
def test_use_after_closing_is_an_error_and_closing_twice_is_not(model_path: Path) -> None:
    """MediaPipe itself would answer that nobody is there."""
    estimator = PoseEstimator(model_path)
    estimator.close()
    estimator.close()
    with pytest.raises(ValueError, match="closed"):
        estimator.estimate(Frame.from_image(0.0, BLANK))


@pytest.mark.model
def test_another_thread_is_refused(estimator: PoseEstimator) -> None:
    errors: list[Exception] = []

    def use() -> None:
        try:
            estimator.estimate(Frame.from_image(0.0, BLANK))
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert "belongs to the thread" in str(errors[0])


@pytest.mark.model
def test_frames_within_one_millisecond_are_all_estimated(estimator: PoseEstimator) -> None:
    """MediaPipe takes whole milliseconds and refuses one that it has had."""
    for t_s in (0.0, 0.0002, 0.0004, 0.0011, 0.0012):
        assert estimator.estimate(Frame.from_image(t_s, BLANK)).t_s == t_s


@pytest.mark.model
@pytest.mark.parametrize("width", [601, 602, 603, 604])
def test_every_width_of_picture_is_taken(estimator: PoseEstimator, frames: list[Frame], width: int) -> None:
    """MediaPipe ends the whole process over masks whose width is no multiple of 4."""
    image = frames[0].image_rgb[:, :width]
    pose = estimator.estimate(Frame.from_image(0.0, image))
    with PoseEstimator(estimator.model_path) as other:
        whole = other.estimate(frames[0])
    apart = np.linalg.norm(pose.landmarks_px - whole.landmarks_px, axis=-1)
    assert np.median(apart) < 6.0  # of a person of 550 pixels; a wrong scale or offset would show in x
    assert abs(np.median(pose.landmarks_px[:, 0] - whole.landmarks_px[:, 0])) < 3.0


@pytest.mark.model
@pytest.mark.parametrize("width", [1203, 1216])
def test_a_fine_picture_is_measured_in_its_own_pixels(
    estimator: PoseEstimator, frames: list[Frame], width: int
) -> None:
    """The model is shown a smaller one, also where neither side divides; the edges come from the fine one."""
    fine = np.asarray(cv2.resize(frames[0].image_rgb, (1216, 2160)), dtype=np.uint8)[:, :width]
    pose = estimator.estimate(Frame.from_image(0.0, np.ascontiguousarray(fine)))
    with PoseEstimator(estimator.model_path) as other:
        whole = other.estimate(frames[0])
    apart = np.linalg.norm(pose.landmarks_px - 2 * whole.landmarks_px, axis=-1)
    assert np.median(apart) < 12.0  # of a person of 1,100 pixels
    assert abs(np.median(pose.landmarks_px[:, 0] - 2 * whole.landmarks_px[:, 0])) < 6.0
    beside = np.linalg.norm(pose.edges_px - 2 * whole.edges_px, axis=-1)
    assert np.nanmedian(beside) < 12.0


@pytest.mark.model
def test_a_view_with_strides_gives_what_its_copy_gives(model_path: Path, frames: list[Frame]) -> None:
    """MediaPipe ignores strides: a mirrored view would be read as the picture it views."""
    view = frames[0].image_rgb[:, ::-1]
    poses = []
    for image in (view, np.ascontiguousarray(view)):
        with PoseEstimator(model_path) as estimator:
            frame = Frame(t_s=0.0, image_rgb=image, width_px=608, height_px=1080)
            poses.append(estimator.estimate(frame))
    assert poses[0].found
    np.testing.assert_array_equal(poses[0].landmarks_px, poses[1].landmarks_px)


@pytest.mark.model
def test_numbers_are_of_single_precision(estimator: PoseEstimator, frames: list[Frame]) -> None:
    """A stored track holds four bytes a number and must be what was judged."""
    pose = estimator.estimate(frames[0])
    for values in (pose.landmarks_px, pose.landmarks_m, pose.visibility, pose.edges_px, pose.edge_confidence):
        assert values.dtype == np.float64
        np.testing.assert_array_equal(values, values.astype(np.float32))


QUIET = """
import sys
from formcheck.sources.mediapipe_pose import PoseEstimator
from formcheck.sources.video import VideoSource
source = VideoSource(sys.argv[1])
estimator = PoseEstimator(sys.argv[2])
frames = iter(source)
found = [estimator.estimate(next(frames)).found for _ in range(2)]
print(found)
print("ours", file=sys.stderr)
"""


@pytest.mark.model
def test_nothing_but_our_own_words_reaches_the_terminal(squat_stretch: Path, model_path: Path) -> None:
    """Neither log lines of native libraries nor, where nobody closed it, a traceback at the end."""
    done = subprocess.run(
        [sys.executable, "-c", QUIET, str(squat_stretch), str(model_path)],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert done.stdout == "[True, True]\n"
    assert done.stderr == "ours\n"


NO_PLOTS = """
import sys
from formcheck.sources.mediapipe_pose import PoseEstimator
PoseEstimator(sys.argv[1]).close()
assert "matplotlib" not in sys.modules
from matplotlib import pyplot
assert pyplot.figure
"""


@pytest.mark.model
def test_plots_are_loaded_by_nobody_but_who_asks_for_them(model_path: Path) -> None:
    """They are half of what importing MediaPipe takes."""
    told = subprocess.run(
        [sys.executable, "-c", NO_PLOTS, str(model_path)], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
