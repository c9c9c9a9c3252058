"""Counts and times of the four hip flexor exercises on known tracks; nothing where nothing is."""

from dataclasses import replace

import numpy as np
import pytest

from formcheck.body.landmarks import LEG
from formcheck.body.pose import Floats, PoseTrack
from formcheck.coach.judge import Corrections, judge
from formcheck.coach.set_report import SetReport
from formcheck.exercises.load import load
from formcheck.report.sentences import headline
from tests.coach.known_back import OTHER_WAY, WIDE
from tests.synthetic import (
    CLEAN,
    REAL,
    Camera,
    Flaws,
    Motion,
    Pace,
    bench_lowerings,
    couch_stretches,
    film,
    landing,
    lowerings,
    marches,
    one_after_the_other,
    reaching_for_the_phone,
    resting_swing,
    seated_lifts,
    sitting_down,
    squats,
    standing,
    supine_marches,
    walking,
    walking_in,
)

FOUR = ("march-neutral", "seated-lift-over", "lengthened-lowering", "couch-stretch-active")
SETS = {
    "march-neutral": marches(3),
    "seated-lift-over": seated_lifts(3),
    "lengthened-lowering": lowerings(2),
    "couch-stretch-active": couch_stretches(3),
}
BOTH_WAYS = pytest.mark.parametrize("camera", [WIDE, OTHER_WAY], ids=["facing right", "facing left"])
EACH = pytest.mark.parametrize("exercise", FOUR)


def near(exercise: str, camera: Camera) -> Motion:
    """Return a set of the leg next to the camera, as the exercises ask for."""
    side = "right" if camera is WIDE else "left"
    return {
        "march-neutral": marches(3),
        "seated-lift-over": seated_lifts(3, sides=(side,)),
        "lengthened-lowering": lowerings(2, side=side),
        "couch-stretch-active": couch_stretches(3, side=side),
    }[exercise]


def counted(
    motion: Motion, exercise: str, camera: Camera = WIDE, flaws: Flaws = CLEAN, fps: float = 30.0
) -> SetReport:
    return judge(film(motion, camera, flaws, fps=fps), load(exercise)).report


def sides(report: SetReport) -> list[str]:
    return [rep.side for rep in report.reps]


@EACH
@BOTH_WAYS
@pytest.mark.parametrize("fps", [12.0, 24.0, 60.0])
def test_clean_sets_are_counted_at_every_frame_rate(exercise: str, camera: Camera, fps: float) -> None:
    motion = SETS[exercise]
    report = counted(motion, exercise, camera, fps=fps)
    assert sides(report) == [rep.side for rep in motion.reps], report.set.notes


@EACH
@BOTH_WAYS
def test_noise_and_every_fifth_frame_lost_change_no_count(exercise: str, camera: Camera) -> None:
    motion = near(exercise, camera)
    report = counted(motion, exercise, camera, replace(REAL, drop=0.2, seed=4))
    assert sides(report) == [rep.side for rep in motion.reps], report.set.notes


@EACH
@BOTH_WAYS
def test_two_sets_with_a_long_pause_and_a_late_entrance(exercise: str, camera: Camera) -> None:
    first = near(exercise, camera)
    motion = one_after_the_other(replace(first, duration_s=first.duration_s + 10.0), first)
    report = counted(motion, exercise, camera, flaws=Flaws(lost_s=[(0.0, 1.5)]))
    assert report.set.reps == len(motion.reps), report.set.notes


@EACH
@BOTH_WAYS
def test_a_pause_within_the_set_changes_nothing(exercise: str, camera: Camera) -> None:
    pace = Pace(out_s=1.3, hold_s=0.6, back_s=1.6, rest_s=10.0)
    make = {"march-neutral": marches, "seated-lift-over": seated_lifts}
    make |= {"lengthened-lowering": lowerings, "couch-stretch-active": couch_stretches}
    assert counted(make[exercise](2, pace), exercise, camera).set.reps == 2


@BOTH_WAYS
@pytest.mark.parametrize("held_s", [2.1, 2.3])
def test_a_small_lift_after_a_short_start_posture_is_counted(camera: Camera, held_s: float) -> None:
    """Three seconds of start posture then hold the beginning of the lift, which fits into the bounds."""
    side = "right" if camera is WIDE else "left"
    pace = Pace(out_s=0.6, hold_s=0.6, back_s=1.0, rest_s=0.8)
    motion = seated_lifts(3, pace, height_deg=6.0, sides=(side,))
    track = film(motion, camera, replace(CLEAN, noise=0.001, seed=3))
    first_s, last_s = motion.reps[0].start_s - held_s, motion.reps[-1].end_s + 0.5
    report = judge(track[(track.t_s > first_s) & (track.t_s < last_s)], load("seated-lift-over")).report
    assert report.neutral.end_s is not None
    assert report.neutral.end_s > motion.reps[0].start_s  # the posture's bounds alone do not keep it out
    assert report.set.reps == 3, report.set.notes


@EACH
@BOTH_WAYS
def test_times_are_right_to_a_fifth_of_a_second(exercise: str, camera: Camera) -> None:
    """Mean absolute errors over three noisy tracks; start, peak and end .2 s, phases .3 s."""
    motion, rows = near(exercise, camera), []
    for seed in range(3):
        report = counted(motion, exercise, camera, Flaws(noise=0.002, noise_s=0.4, drop=0.05, seed=seed))
        assert len(report.reps) == len(motion.reps), report.set.notes
        for rep, truth in zip(report.reps, motion.reps, strict=True):
            rows.append(
                (
                    rep.move_start_s - truth.start_s,
                    truth.peak_error_s(rep.peak_s),
                    rep.move_end_s - truth.end_s,
                    rep.concentric_s - (truth.hold_start_s - truth.start_s),
                    rep.hold_s - (truth.hold_end_s - truth.hold_start_s),
                    rep.eccentric_s - (truth.end_s - truth.hold_end_s),
                )
            )
    errors = np.abs(np.array(rows)).mean(axis=0)
    assert errors[:3].max() <= 0.2, errors
    assert errors[3:].max() <= 0.3, errors


# -- the working side ----------------------------------------------------------------------------


@pytest.mark.parametrize("of_reps", [("left",), ("right",), ("left", "right"), ("right", "right", "left")])
def test_the_working_leg_is_found_and_not_asked_for(of_reps: tuple[str, ...]) -> None:
    motion = marches(4, sides=of_reps)
    assert sides(counted(motion, "march-neutral")) == [rep.side for rep in motion.reps]
    seated = seated_lifts(4, sides=of_reps)
    assert sides(counted(seated, "seated-lift-over")) == [rep.side for rep in seated.reps]


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_leg_whose_start_posture_differs_is_found_by_it(side: str) -> None:
    """The front thigh of the half-kneeling moves too, and is not counted."""
    assert sides(counted(couch_stretches(2, side=side), "couch-stretch-active")) == [side] * 2
    assert sides(counted(lowerings(2, side=side), "lengthened-lowering")) == [side] * 2


def test_signals_without_a_suffix_are_the_working_legs_in_each_repetition() -> None:
    report = counted(marches(2, sides=("left", "right")), "march-neutral")
    for rep in report.reps:
        assert rep.range["thigh_elevation"].peak_deg == rep.range[f"thigh_elevation_{rep.side}"].peak_deg
        assert rep.range["thigh_elevation"].peak_deg > 70
        assert not [name for name in rep.range if name.startswith("other_")]


def test_a_named_side_counts_that_side_only() -> None:
    track = film(marches(4), WIDE)
    report = judge(track, load("march-neutral"), Corrections(side="left")).report
    assert sides(report) == ["left", "left"]


def test_both_legs_at_once_are_no_march() -> None:
    report = counted(squats(2), "march-neutral")
    assert report.set.reps == 0
    assert any("Both legs moved" in note for note in report.set.notes)


def echoed(motion: Motion, delay_s: float, share: float) -> Motion:
    """Return a motion of the right leg that the model sees in the left one too: less of it, and shifted."""

    def angles(t: Floats) -> dict[str, Floats]:
        now, shifted, rest = (
            motion.angles(times) for times in (t, np.maximum(t - delay_s, 0.0), np.zeros(1))
        )
        seen = dict(now)
        for name in now:
            if name.endswith("_left"):
                mine = f"{name.removesuffix('left')}right"
                seen[name] = now[name] + share * (shifted[mine] - rest[mine])
        return seen

    return replace(motion, angles=angles)


@pytest.mark.parametrize("delay_s", [-1.1, -0.8, 0.8, 1.2])
def test_one_leg_seen_in_both_at_different_times_is_counted_once(delay_s: float) -> None:
    """The leg next to the camera is the one that is seen, whichever seemed to move first."""
    report = counted(echoed(seated_lifts(3), delay_s, 0.6), "seated-lift-over")
    assert sides(report) == ["right"] * 3
    assert [rep.index for rep in report.reps] == [1, 2, 3]


def test_legs_that_hardly_overlap_are_counted_each() -> None:
    """One leg goes up as the other comes down."""
    report = counted(echoed(seated_lifts(2), 1.9, 0.9), "seated-lift-over")
    assert sides(report) == ["right", "left"] * 2


def test_forms_are_found_by_the_posture_that_was_held() -> None:
    assert counted(bench_lowerings(2), "lengthened-lowering").exercise.form == "bench"
    assert counted(lowerings(2), "lengthened-lowering").exercise.form == "standing"


@pytest.mark.parametrize(
    ("motion", "exercise"),
    [(bench_lowerings(2), "lengthened-lowering"), (supine_marches(2, top_deg=90.0), "march-neutral")],
    ids=["at the edge of a bench", "on the floor"],
)
def test_who_lies_is_never_told_that_all_was_well(motion: Motion, exercise: str) -> None:
    """The leg is counted and timed; of the back, which bench and floor hide, nothing good may be said."""
    report = counted(motion, exercise)
    assert len(report.reps) == len(motion.reps)
    assert {rep.verdict for rep in report.reps} == {"cannot_judge"}
    assert all("trunk_thigh" in rep.range and rep.eccentric_s > 1.0 for rep in report.reps)
    assert headline(report).endswith("so the lower back was not measured.")
    assert "Apart from the lower back no fault was seen; both could not be judged as a whole." in headline(
        report
    )


def test_a_fault_of_the_leg_is_still_one_where_the_back_cannot_be_judged() -> None:
    report = counted(bench_lowerings(2, knee_deg=30.0), "lengthened-lowering")
    assert {rep.verdict for rep in report.reps} == {"fault"}


@pytest.mark.parametrize(("rest_deg", "top_deg"), [(40.0, 76.0), (52.0, 84.0), (64.0, 92.0)])
@BOTH_WAYS
def test_a_thigh_that_begins_half_way_up_is_counted_lying(
    camera: Camera, rest_deg: float, top_deg: float
) -> None:
    side = "right" if camera is WIDE else "left"
    motion = supine_marches(2, rest_deg=rest_deg, top_deg=top_deg, side=side)
    report = counted(motion, "march-neutral", camera)
    assert report.exercise.form == "supine"
    assert [rep.side for rep in report.reps] == [side, side]
    assert {rep.verdict for rep in report.reps} == {"cannot_judge"}
    assert not any(rep.lumbar_flexion_deg.judged for rep in report.reps)


# -- nothing to count ----------------------------------------------------------------------------

NOTHING = [
    walking(6.0),
    replace(walking_in(standing(5.0)), name="walking in and out"),
    sitting_down(),
    reaching_for_the_phone(),
    landing(),
    resting_swing(),
    standing(10.0, sway_deg=2.0),
]


@pytest.mark.parametrize("motion", NOTHING, ids=lambda motion: motion.name)
@EACH
def test_what_is_no_repetition_is_not_counted(motion: Motion, exercise: str) -> None:
    for camera in (WIDE, Camera(width_px=1280, yaw_deg=90.0)):
        for flaws in (CLEAN, replace(REAL, seed=1)):
            report = counted(replace(motion, reps=()), exercise, camera, flaws)
            assert report.set.reps == 0, (camera, flaws, [(rep.start_s, rep.end_s) for rep in report.reps])


@BOTH_WAYS
def test_a_march_between_walking_in_and_out_is_counted_alone(camera: Camera) -> None:
    motion = walking_in(marches(3))
    report = counted(motion, "march-neutral", camera)
    assert report.set.reps == 3, report.set.notes


# -- a leg that the other one hides ---------------------------------------------------------------


def with_hidden_rest(motion: Motion, leg: str) -> PoseTrack:
    """Film a motion in which one leg is seen only while it is lifted, as the far one often is."""
    track = film(motion, WIDE)
    lifted = np.zeros(len(track), dtype=bool)
    for rep in motion.reps:
        lifted |= (track.t_s > rep.start_s + 0.5) & (track.t_s < rep.end_s - 0.5)
    track.visibility[np.ix_(~lifted, LEG[leg][1:])] = 0.1
    return track


def test_a_hidden_leg_does_not_pass_for_one_that_is_stretched_back() -> None:
    report = judge(with_hidden_rest(squats(2), "left"), load("lengthened-lowering")).report
    assert report.set.reps == 0
    assert not report.neutral.accepted


def test_of_a_leg_that_came_into_view_neither_range_nor_tempo_is_judged() -> None:
    motion = marches(2, sides=("left",))
    report = judge(with_hidden_rest(motion, "left"), load("march-neutral")).report
    assert sides(report) == ["left", "left"]
    assert [fault.id for rep in report.reps for fault in rep.faults] == []
