"""Real footage through the real model: the clips of ../shared/data, and what phones do to them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from formcheck.body.pose import PoseTrack
from formcheck.coach.judge import Judged, judge
from formcheck.errors import NoModelError
from formcheck.exercises.load import load
from formcheck.sources.extract import extract
from formcheck.sources.model_files import resolve
from formcheck.sources.track_file import read_track, write_track
from tests import clips
from tests.conftest import MadeOnce

pytestmark = pytest.mark.model

TrackOf = Callable[[str, Callable[[], Path], str], PoseTrack]

SHARED_LITE = clips.SHARED / "models" / "pose_landmarker_lite.task"
ENDS_S = (11.2, 18.0)  # by eye
# The changed clips hold the first repetition and the rest round it, so that this stays quick.
FROM_S, TO_S = 7.5, 12.5


def model_path(name: str) -> Path:
    if name == "lite":
        return clips.shared(SHARED_LITE)
    try:
        return Path(resolve(name).path)
    except NoModelError as error:
        pytest.skip(f"needs the {name} model: {error}")


@pytest.fixture(scope="session")
def track_of(made_once: MadeOnce) -> TrackOf:
    """Extract each clip once per model and run."""

    def get(key: str, video: Callable[[], Path], model: str) -> PoseTrack:
        path = made_once(
            f"{key}-{model}.parquet", lambda path: write_track(extract(video(), model_path(model)), path)
        )
        return read_track(path)

    return get


def changed(tmp_path_factory: pytest.TempPathFactory, name: str, **how: object) -> Path:
    target = tmp_path_factory.mktemp("clips") / f"{name}.mp4"
    return clips.recode(clips.shared(clips.SQUAT), target, start_s=FROM_S, end_s=TO_S, **how)


@pytest.fixture(scope="session")
def squat_track(squat_report: Path) -> PoseTrack:
    """As the command line found it, with two workers."""
    return read_track(squat_report / "track.parquet")


def test_exactly_two_squats_that_end_when_they_do(squat_track: PoseTrack) -> None:
    """Nine seconds of standing and a mirror in the background come first."""
    report = judge(squat_track, load("squat")).report
    assert report.set.reps == 2, report.set.notes
    for rep, end_s in zip(report.reps, ENDS_S, strict=True):
        assert abs(rep.end_s - end_s) <= 0.7
    assert report.view.facing == "right"
    assert report.reps[0].start_s > 7.5


def test_the_back_under_a_folding_shirt_is_told_roughly_and_not_judged(squat_track: PoseTrack) -> None:
    report = judge(squat_track, load("squat")).report
    assert not any(rep.lumbar_flexion_deg.judged for rep in report.reps)
    assert report.back_rough is not None
    assert report.back_rough.deg == pytest.approx(27.0, abs=4.0)
    assert report.back_rough.sd_deg > 10.0
    out = [level for level in report.back_rough.curve if level.way == "out"]
    assert [level.share for level in out][-3:] == [0.6, 0.8, 1.0]
    assert 5.0 < out[-3].deg < out[-2].deg < out[-1].deg


def test_the_track_read_from_right_to_left_is_judged_alike(squat_track: PoseTrack) -> None:
    report = judge(squat_track.mirrored(), load("squat")).report
    assert report.set.reps == 2
    assert report.view.facing == "left"


@pytest.mark.parametrize("model", ["lite", "full"])
@pytest.mark.parametrize("exercise_id", ["squat", "hip-hinge"])
@pytest.mark.parametrize("clip", ["gait", "balance"])
def test_walking_somersaults_and_balancing_are_no_repetitions(
    track_of: TrackOf, clip: str, exercise_id: str, model: str
) -> None:
    source = {"gait": clips.GAIT, "balance": clips.BALANCE}[clip]
    track = track_of(clip, lambda: clips.shared(source), model)
    for each in (track, track.mirrored()):
        report = judge(each, load(exercise_id)).report
        assert report.set.reps == 0, [(rep.start_s, rep.end_s) for rep in report.reps]


@pytest.fixture(scope="session")
def first_squat(squat_track: PoseTrack) -> Judged:
    """The unchanged clip's first repetition, to compare the changed clips with."""
    stretch = squat_track[(squat_track.t_s >= FROM_S) & (squat_track.t_s < TO_S)]
    return judge(replace(stretch, t_s=stretch.t_s - FROM_S), load("squat"))


def test_a_mirrored_video_gives_the_same_count_and_angles(
    track_of: TrackOf, tmp_path_factory: pytest.TempPathFactory, first_squat: Judged
) -> None:
    """Seen afresh by the model: within three degrees in the median."""
    track = track_of("mirrored", lambda: changed(tmp_path_factory, "m", change=clips.mirrored), "full")
    other = judge(track, load("squat"))
    assert other.report.set.reps == first_squat.report.set.reps == 1
    assert other.report.view.facing == "left"
    for name in ("thigh_elevation", "trunk_lean", "knee_flexion", "trunk_thigh"):
        a = np.interp(first_squat.signals.t_s, other.signals.t_s, other.signals.deg[name])
        assert np.nanmedian(np.abs(a - first_squat.signals.deg[name])) <= 3.0, name


@pytest.mark.parametrize("how", ["rotated", "variable"])
def test_phone_rotation_and_variable_frame_rate_change_nothing(
    track_of: TrackOf, tmp_path_factory: pytest.TempPathFactory, first_squat: Judged, how: str
) -> None:
    options = {"rotated": {"rotation_deg": 90}, "variable": {"keep": clips.irregular}}[how]
    track = track_of(how, lambda: changed(tmp_path_factory, how, **options), "full")
    report = judge(track, load("squat")).report
    assert report.set.reps == 1, report.set.notes
    (rep,), (expected,) = report.reps, first_squat.report.reps
    assert rep.start_s == pytest.approx(expected.start_s, abs=0.2)
    assert rep.peak_s == pytest.approx(expected.peak_s, abs=0.2)
    assert rep.end_s == pytest.approx(expected.end_s, abs=0.2)
