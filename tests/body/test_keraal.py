"""`trunk_lateral_tilt` of a webcam's BlazePose against motion capture of the same trial (Must show 5)."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from formcheck.body.landmarks import Landmark, of_side
from formcheck.body.measure import Calibration, measure
from formcheck.body.pose import Floats, Origin, Pose, PoseTrack
from formcheck.body.scale import BodyScale
from formcheck.body.signal_table import SIGNALS
from formcheck.body.view import estimate_view

KERAAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "keraal"
# Rows of the Vicon file, by its description.
CHEST, RIGHT_SHOULDER, LEFT_SHOULDER, HIPS, RIGHT_HAND, LEFT_HAND = 4, 7, 8, 13, 9, 10
# The file holds shares of a picture whose size is unstated. At 16:9 the shoulders are .78 of the trunk
# wide, which is what people seen from the front have (.79); the correlation hardly depends on it.
WIDTH_PX, HEIGHT_PX = 1280.0, 720.0


def file_of(system: str, ending: str) -> Path:
    path = KERAAL / f"G3-{system}-ELK-P1T1-Unknown-C-0.{ending}"
    if not path.exists():
        pytest.skip("needs keraal of ../shared/data")
    return path


def blazepose() -> PoseTrack:
    frames = json.loads(file_of("BP", "json").read_text())["positions"]
    order = [Landmark[name.upper()].value for name in next(iter(frames.values()))]
    assert order == list(range(33))
    shares = np.array([list(frame.values()) for frame in frames.values()])
    pixels = shares[..., :2] * [WIDTH_PX, HEIGHT_PX]
    poses = (Pose.from_landmarks(i / 10, points) for i, points in enumerate(pixels))
    return PoseTrack.from_poses(poses, Origin(width_px=int(WIDTH_PX), height_px=int(HEIGHT_PX)))


def vicon_targets() -> Floats:
    return np.loadtxt(file_of("Vicon", "txt")).reshape(-1, 17, 7)[..., :3]


def vicon() -> PoseTrack:
    """The targets as a camera straight before the person sees them: own right to the picture's left."""
    targets = vicon_targets()
    across = (targets[:, LEFT_SHOULDER] - targets[:, RIGHT_SHOULDER]).mean(axis=0)[:2]
    across /= np.linalg.norm(across)
    seen = np.stack([targets[..., :2] @ across, -targets[..., 2]], axis=-1) / 4  # millimetres to "pixels"
    points = np.full((len(seen), 33, 2), np.nan)
    places = {"shoulder": (LEFT_SHOULDER, RIGHT_SHOULDER), "hip": (HIPS, HIPS)}
    for part, (left, right) in places.items():
        points[:, of_side(part, "left")] = seen[:, left]
        points[:, of_side(part, "right")] = seen[:, right]
    return PoseTrack.from_poses(Pose.from_landmarks(i / 20, each) for i, each in enumerate(points))


def tilt(track: PoseTrack) -> Floats:
    """The webcam's tilt with all gates of a recording."""
    scale = BodyScale.of(track)
    signals = measure(track, Calibration(estimate_view(track, scale), scale, "right"))
    return signals.deg["trunk_lateral_tilt"]


def measured_tilt(track: PoseTrack) -> Floats:
    """The motion-capture system's tilt by the same function, without gates: its targets sit elsewhere on the
    shoulders than the model's landmarks, so that the view cannot be told from their width."""
    return SIGNALS["trunk_lateral_tilt"].measure(track.landmarks_px, 1, BodyScale.of(track))[:, -1]


def at_the_same_moments(values: Sequence[float], n: int) -> Floats:
    """Both files hold the whole trial at rates that are unstated: stretch one over the other."""
    known = np.isfinite(values)
    share = np.linspace(0, 1, len(values))
    return np.interp(np.linspace(0, 1, n), share[known], values[known])


def correlation(a: Floats, b: Floats) -> float:
    both = np.isfinite(a) & np.isfinite(b)
    assert both.mean() > 0.9
    return float(np.corrcoef(a[both], b[both])[0, 1])


def test_the_video_behind_the_blazepose_file_is_mirrored() -> None:
    """Its left wrist goes where the right hand goes in motion capture: our convention needs a flip."""
    pose, targets = blazepose(), vicon_targets()
    height = {side: -pose.landmarks_px[:, of_side("wrist", side), 1] for side in ("left", "right")}
    n = len(pose)
    hand = {"left": targets[:, LEFT_HAND, 2], "right": targets[:, RIGHT_HAND, 2]}
    for side, other in (("left", "right"), ("right", "left")):
        assert correlation(height[side], at_the_same_moments(hand[other], n)) > 0.98
        assert correlation(height[side], at_the_same_moments(hand[side], n)) < 0


def test_lateral_tilt_agrees_with_motion_capture_in_sign_and_course() -> None:
    pose = blazepose().mirrored()
    ours, theirs = tilt(pose), at_the_same_moments(measured_tilt(vicon()), len(pose))
    assert correlation(ours, theirs) >= 0.98


def test_unmirrored_the_sign_is_wrong_so_the_test_above_can_fail() -> None:
    pose = blazepose()
    assert correlation(tilt(pose), at_the_same_moments(measured_tilt(vicon()), len(pose))) <= -0.98
