from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import Floats, Pose, PoseTrack
from formcheck.body.signals import Signals
from formcheck.report.opensim import to_opensim, write_mot, write_trc
from tests.report import builders


def read_mot(path: Path) -> tuple[dict[str, str], dict[str, Floats]]:
    """Read as OpenSim does: keys up to endheader, then a named table."""
    lines = path.read_text().splitlines()
    end = lines.index("endheader")
    keys = dict(line.split("=", 1) for line in lines[1:end] if "=" in line)
    names = lines[end + 1].split("\t")
    table = np.array([[float(cell) for cell in line.split("\t")] for line in lines[end + 2 :]])
    return keys, {name: table[:, i] for i, name in enumerate(names)}


def read_trc(path: Path) -> tuple[dict[str, str], list[str], Floats, Floats]:
    lines = path.read_text().splitlines()
    keys = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=True))
    names = [name for name in lines[3].split("\t")[2:] if name]
    assert lines[5] == ""
    rows = [[float(cell) if cell else np.nan for cell in line.split("\t")] for line in lines[6:]]
    table = np.array(rows)
    return keys, names, table[:, 1], table[:, 2:].reshape(len(table), -1, 3)


def signals_of(**columns: Floats) -> Signals:
    n = len(next(iter(columns.values())))
    return Signals(
        t_s=np.arange(n) / 25.0,
        deg=columns,
        sd_deg={name: np.full(n, 5.0) for name in columns},
        reason={name: np.where(np.isfinite(values), "", "hidden") for name, values in columns.items()},
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-180, 180), min_size=2, max_size=20), st.floats(0, 5000))
def test_angles_and_times_reload_within_a_hundredth_of_a_degree(
    tmp_path_factory: pytest.TempPathFactory, values: list[float], start_s: float
) -> None:
    path = tmp_path_factory.mktemp("mot") / "motion.mot"
    signals = signals_of(knee_flexion_right=np.array(values))
    signals = replace(signals, t_s=signals.t_s + start_s)
    write_mot(signals, path)
    keys, columns = read_mot(path)
    assert keys["inDegrees"] == "yes"
    assert (int(keys["nRows"]), int(keys["nColumns"])) == (len(values), len(columns))
    assert np.allclose(columns["knee_angle_r"], values, atol=0.01)
    assert np.allclose(columns["time"], signals.t_s, atol=1e-5)


def test_names_and_signs_are_those_of_opensim(tmp_path: Path) -> None:
    names = ("hip_flexion_left", "knee_flexion_left", "lumbar_flexion", "pelvis_posterior_tilt", "trunk_lean")
    write_mot(signals_of(**{name: np.array([10.0, 20.0]) for name in names}), tmp_path / "motion.mot")
    _, columns = read_mot(tmp_path / "motion.mot")
    assert columns["hip_flexion_l"].tolist() == [10.0, 20.0]
    assert columns["knee_angle_l"].tolist() == [10.0, 20.0]
    assert columns["lumbar_extension"].tolist() == [-10.0, -20.0]
    assert columns["pelvis_tilt"].tolist() == [10.0, 20.0]
    assert columns["trunk_lean"].tolist() == [10.0, 20.0]


def test_opensim_never_meets_a_missing_value_and_the_header_owns_up_to_it(tmp_path: Path) -> None:
    nan = np.nan
    signals = signals_of(
        knee_flexion_right=np.array([nan, 10.0, nan, 30.0, 40.0, nan]),
        knee_flexion_left=np.array([nan, nan, nan, nan, 40.0, nan]),
        hip_flexion_right=np.full(6, nan),
    )
    write_mot(signals, tmp_path / "motion.mot")
    _, columns = read_mot(tmp_path / "motion.mot")
    assert columns["knee_angle_r"].tolist() == [10.0, 10.0, 20.0, 30.0, 40.0, 40.0]
    assert set(columns) == {"time", "knee_angle_r"}
    text = (tmp_path / "motion.mot").read_text()
    assert "nan" not in text.lower()
    assert "knee_angle_r: bridged in 3 of 6 frames" in text
    assert "knee_angle_l: left out, judged in 1 of 6 frames" in text


def test_markers_reload_within_a_tenth_of_a_millimetre_at_their_times(tmp_path: Path) -> None:
    track = builders.track()
    hidden = track.landmarks_m.copy()
    hidden[3, Landmark.NOSE] = np.nan
    track = replace(track, landmarks_m=hidden)
    write_trc(track, tmp_path / "motion.trc", facing="right")
    keys, names, times, points = read_trc(tmp_path / "motion.trc")
    assert names == [landmark.name.lower() for landmark in Landmark]
    assert (keys["NumFrames"], keys["NumMarkers"], keys["Units"]) == (str(len(track)), "33", "mm")
    assert float(keys["DataRate"]) == pytest.approx(builders.RATE_HZ, abs=1e-3)
    assert np.allclose(times, track.t_s, atol=1e-6)
    expected = 1000 * track.landmarks_m * [1, -1, -1]
    assert np.allclose(points, expected, atol=0.1, equal_nan=True)
    assert np.isnan(points[3, Landmark.NOSE]).all()


@pytest.mark.parametrize("facing", ["left", "right"])
def test_axes_are_forward_up_and_right_whichever_way_the_person_faces(facing: str) -> None:
    ahead = 1.0 if facing == "right" else -1.0
    points = np.zeros((33, 3))
    points[Landmark.NOSE] = [0.1 * ahead, -0.6, 0.0]  # ahead of the hips, above them (MediaPipe: y down)
    points[Landmark.RIGHT_SHOULDER] = [0.0, -0.5, -0.2 * ahead]  # towards the camera when facing right
    points[Landmark.LEFT_SHOULDER] = [0.0, -0.5, 0.2 * ahead]
    turned = to_opensim(points, facing)  # type: ignore[arg-type]
    assert turned[Landmark.NOSE] == pytest.approx([0.1, 0.6, 0.0])
    assert turned[Landmark.RIGHT_SHOULDER] == pytest.approx([0.0, 0.5, 0.2])
    assert turned[Landmark.LEFT_SHOULDER] == pytest.approx([0.0, 0.5, -0.2])


def test_turning_the_axes_is_a_rotation_and_never_a_mirror() -> None:
    for facing in ("left", "right", None):
        assert np.linalg.det(to_opensim(np.eye(3), facing)) == pytest.approx(1.0)  # type: ignore[arg-type]


def test_empty_and_single_tracks_are_written_too(tmp_path: Path) -> None:
    one = PoseTrack.from_poses([Pose.missing(0.5)])
    write_trc(one, tmp_path / "one.trc")
    keys, _, times, points = read_trc(tmp_path / "one.trc")
    assert (keys["NumFrames"], times.tolist()) == ("1", [0.5])
    assert np.isnan(points).all()
    write_trc(one[:0], tmp_path / "none.trc")
    assert "\t0\t33\tmm" in (tmp_path / "none.trc").read_text()
    write_mot(builders.signals()[:0], tmp_path / "none.mot")
    assert "nRows=0" in (tmp_path / "none.mot").read_text()
