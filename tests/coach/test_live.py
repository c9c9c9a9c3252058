"""A live set goes through causal filters into the same analyzer, and comes to the same count."""

from dataclasses import replace

import numpy as np
import pytest

from formcheck.body.filters import LiveSmoother
from formcheck.body.measure import Calibration, anchor, measure, refer_to_neutral
from formcheck.body.neutral import find_neutral
from formcheck.body.pose import PoseTrack
from formcheck.body.repair import LiveLegRepair
from formcheck.body.scale import BodyScale
from formcheck.body.view import estimate_view
from formcheck.coach.analyzer import Analyzer
from formcheck.coach.events import Event, RepBegan, RepCompleted, RepCounted
from formcheck.coach.instant import instants
from formcheck.coach.judge import judge
from formcheck.exercises.load import LoadedExercise, load
from tests.synthetic import REAL, Camera, Motion, Pace, film, hinges, squats


def coached_live(
    track: PoseTrack, loaded: LoadedExercise, set_up_s: float = 3.0
) -> tuple[Analyzer, list[Event]]:
    """Feed poses one at a time, knowing only the set-up; return the analyzer and what it said when."""
    exercise = loaded.exercise
    before = track[track.t_s <= set_up_s]
    scale = BodyScale.of(before)
    calibration = Calibration(estimate_view(before, scale), scale, "right")
    repair, smoother = LiveLegRepair(scale), LiveSmoother(scale.trunk_px)
    raw = measure(before, calibration)
    window = find_neutral(raw, exercise.start_posture.bounds_deg)
    inside = raw.between(window.start_s, window.end_s)
    neutral = {n: float(np.nanmedian(v[inside])) for n, v in raw.deg.items() if np.isfinite(v[inside]).any()}
    side_on = calibration.view.side_on
    signal = exercise.repetition.signals[0 if side_on else 1]
    analyzer = Analyzer(exercise, signal, neutral, "both")
    events = []
    for pose in track:
        one = PoseTrack.from_poses([smoother.feed(repair.feed(pose))], track.origin)
        signals = refer_to_neutral(measure(one, calibration), neutral)
        for instant in instants(signals, anchor(one, scale)):
            events += analyzer.feed(instant)
    return analyzer, events + analyzer.finish()


@pytest.mark.parametrize(
    ("motion", "exercise"),
    [(squats(3), "squat"), (hinges(3), "hip-hinge"), (squats(4, Pace(0.7, 0, 0.7, 0.6)), "squat")],
)
@pytest.mark.parametrize("yaw_deg", [0.0, 90.0])
def test_live_and_recorded_agree_on_the_count(
    motion: Motion, exercise: LoadedExercise, yaw_deg: float
) -> None:
    track = film(motion, Camera(yaw_deg=yaw_deg), replace(REAL, seed=2))
    analyzer, _ = coached_live(track, load(exercise))
    recorded = judge(track, load(exercise)).report
    assert len(analyzer.repetitions) == recorded.set.reps == len(motion.reps)


def test_live_and_recorded_agree_on_the_faults_of_clear_repetitions() -> None:
    track = film(squats(2, Pace(1.5, 0.8, 1.5), heel_deg=40.0), Camera(), REAL)
    analyzer, _ = coached_live(track, load("squat"))
    recorded = judge(track, load("squat")).report
    for live, later in zip(analyzer.repetitions, recorded.reps, strict=True):
        assert {fault.id for fault in live.faults} == {fault.id for fault in later.faults} == {"heels-rise"}


def test_the_number_is_said_soon_after_the_repetition_and_before_its_report() -> None:
    motion = squats(3)
    _, events = coached_live(film(motion, Camera()), load("squat"))
    said = [event for event in events if isinstance(event, RepCounted)]
    done = [event for event in events if isinstance(event, RepCompleted)]
    began = [event for event in events if isinstance(event, RepBegan)]
    assert [event.number for event in said] == [1, 2, 3]
    for truth, number, report, begin in zip(motion.reps, said, done, began, strict=True):
        assert truth.start_s < begin.t_s < truth.hold_start_s
        assert abs(number.t_s - truth.end_s) < 1.0
        assert report.t_s >= number.t_s
