"""Tracks of a stick person whose repetitions are known, through everything that `judge` does."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from formcheck.body.pose import Floats
from formcheck.coach.judge import Corrections, judge
from formcheck.coach.set_report import SetReport
from formcheck.exercises.load import LoadedExercise, load
from tests.synthetic import (
    CLEAN,
    REAL,
    ROUGH,
    Camera,
    Flaws,
    Motion,
    Pace,
    eased,
    film,
    hinges,
    landing,
    marches,
    one_after_the_other,
    one_legged_lift,
    posed,
    reaching_for_the_phone,
    resting_swing,
    sagittal,
    sitting_down,
    squats,
    standing,
    walking,
    walking_in,
)

SQUAT, HINGE = load("squat"), load("hip-hinge")
SIDE = Camera()
VIEWS = {
    "side": SIDE,
    "other side": Camera(yaw_deg=180.0),
    "20 degrees off": Camera(yaw_deg=20.0),
    "obliquely from the front": Camera(yaw_deg=45.0),
    "front": Camera(yaw_deg=90.0),
    "obliquely from behind": Camera(yaw_deg=-45.0),
    "behind": Camera(yaw_deg=-90.0),
}
EVERY_VIEW = pytest.mark.parametrize("camera", VIEWS.values(), ids=VIEWS)
CROPPED = {"shift": (0.0, 0.25)}  # the ankles are below the picture


def counted(
    motion: Motion,
    camera: Camera = SIDE,
    flaws: Flaws = CLEAN,
    exercise: LoadedExercise = SQUAT,
    fps: float = 30.0,
) -> SetReport:
    return judge(film(motion, camera, flaws, fps=fps), exercise).report


def said(report: SetReport) -> str:
    return " | ".join(report.set.notes)


# -- right counts --------------------------------------------------------------------------------


@EVERY_VIEW
def test_squats_are_counted_from_everywhere(camera: Camera) -> None:
    report = counted(squats(3), camera, replace(REAL, seed=1))
    assert report.set.reps == 3, said(report)


@EVERY_VIEW
def test_hinges_are_counted_from_everywhere(camera: Camera) -> None:
    report = counted(hinges(3), camera, replace(REAL, seed=1), HINGE)
    assert report.set.reps == 3, said(report)


@pytest.mark.parametrize("yaw_deg", [0.0, 45.0, 90.0, 180.0])
def test_squats_cropped_at_the_ankles_are_counted(yaw_deg: float) -> None:
    track = film(squats(3), Camera(yaw_deg=yaw_deg, **CROPPED), REAL)
    assert (track.visibility[:, 27] < 0.5).mean() > 0.95  # they really are outside
    report = judge(track, SQUAT).report
    assert report.set.reps == 3, said(report)


@pytest.mark.parametrize("yaw_deg", [0.0, 45.0, 90.0])
@pytest.mark.parametrize(
    "motion",
    [
        replace(squats(4, Pace(0.4, 0.0, 0.4, 0.4)), name="fast"),
        replace(squats(2, Pace(4.0, 0.0, 4.0, 1.5)), name="slow"),
        replace(squats(3, depth_deg=55.0), name="shallow"),
        replace(squats(4, Pace(1.2, 0.0, 1.0, 0.2, valley=0.3)), name="without returning fully"),
        replace(squats(3, Pace(1.5, 2.0, 1.5)), name="with a hold"),
        replace(squats(3, Pace(1.5, 2.0, 1.5), bounce_deg=20.0), name="with a bounce at the bottom"),
        replace(squats(4, Pace(1.2, 0.0, 1.2, 0.3, still_s=0.4)), name="without standing still first"),
        replace(walking_in(squats(3)), name="between walking in and out"),
    ],
    ids=lambda motion: motion.name,
)
def test_squats_of_many_kinds_are_counted(motion: Motion, yaw_deg: float) -> None:
    report = counted(motion, Camera(yaw_deg=yaw_deg), replace(REAL, seed=1))
    assert report.set.reps == len(motion.reps), said(report)


@pytest.mark.parametrize("fps", [12.0, 15.0, 24.0, 60.0])
@pytest.mark.parametrize("yaw_deg", [0.0, 90.0])
def test_the_frame_rate_does_not_matter(fps: float, yaw_deg: float) -> None:
    report = counted(squats(3), Camera(yaw_deg=yaw_deg), REAL, fps=fps)
    assert report.set.reps == 3, said(report)


@pytest.mark.parametrize("seed", range(3))
def test_rough_tracks_from_the_side_are_counted(seed: int) -> None:
    """Quick noise, uneven times, every fifth frame lost."""
    for motion, exercise in ((squats(3), SQUAT), (hinges(3), HINGE)):
        report = counted(motion, Camera(), replace(ROUGH, seed=seed), exercise)
        assert report.set.reps == 3, said(report)


def test_two_sets_with_a_long_pause_and_a_late_entrance() -> None:
    motion = one_after_the_other(squats(2), standing(10.0), squats(3))
    absent = replace(REAL, lost_s=[(0.0, 1.5)])
    assert counted(motion, Camera(), absent).set.reps == 5


def test_exchanged_legs_do_not_disturb_the_count() -> None:
    report = counted(squats(3), Camera(), replace(REAL, exchanged_frames=0.05))
    assert report.set.reps == 3, said(report)


# -- nothing to count ----------------------------------------------------------------------------

NOTHING = [
    walking(6.0),
    replace(walking_in(standing(5.0)), name="walking in and out"),
    sitting_down(),
    reaching_for_the_phone(),
    landing(),
    one_legged_lift(),
    marches(4),
    resting_swing(),
    standing(10.0, sway_deg=2.0),
]


@pytest.mark.parametrize("motion", NOTHING, ids=lambda motion: motion.name)
@pytest.mark.parametrize("exercise", [SQUAT, HINGE], ids=["squat", "hip-hinge"])
@pytest.mark.parametrize("yaw_deg", [0.0, 45.0, 90.0])
def test_what_is_no_repetition_is_not_counted(
    motion: Motion, exercise: LoadedExercise, yaw_deg: float
) -> None:
    for flaws in (CLEAN, replace(REAL, seed=1)):
        report = counted(replace(motion, reps=()), Camera(yaw_deg=yaw_deg), flaws, exercise)
        assert report.set.reps == 0, (flaws, [(rep.start_s, rep.end_s) for rep in report.reps])


def test_oscillation_at_the_bottom_is_one_repetition_and_not_five() -> None:
    report = counted(squats(1, Pace(1.5, 4.0, 1.5), bounce_deg=30.0, bounce_hz=1.2))
    assert report.set.reps == 1, said(report)


def test_another_person_in_mid_movement_breaks_the_repetition_off() -> None:
    """Without the guard the way down of one and the standing of another make a repetition."""
    motion = squats(1, Pace(2.0, 3.0, 2.0))
    report = counted(motion, Camera(), Flaws(other_s=[(5.5, 99.0)]))
    assert report.set.reps == 0
    assert "jumped to somebody" in said(report)


def test_a_squat_that_is_never_finished_is_not_counted() -> None:
    motion = replace(squats(1, Pace(2.0, 30.0, 2.0)), duration_s=12.0)
    assert counted(motion).set.reps == 0


def test_who_is_never_seen_in_the_start_posture_has_no_repetitions() -> None:
    rocking = Motion(
        "rocking while seated",
        12.0,
        lambda t: {
            f"{name}_{side}": 70.0 + 20.0 * np.sin(2 * np.pi * t / 3)
            for name in ("hip_flexion", "knee_flexion")
            for side in ("left", "right")
        },
    )
    report = counted(rocking)
    assert report.set.reps == 0
    assert not report.neutral.accepted


def test_an_empty_picture_and_no_picture_at_all_give_empty_reports() -> None:
    track = film(posed(2.0), Camera())
    track.landmarks_px[:] = np.nan
    for nothing in (track, track[:0], track[:1]):
        report = judge(nothing, SQUAT).report
        assert report.set.reps == 0
        assert not report.neutral.accepted
        assert not report.view.judged


# -- times ---------------------------------------------------------------------------------------


def time_errors(
    motion: Motion, camera: Camera, exercise: LoadedExercise, seeds: Iterable[int] = range(3)
) -> Floats:
    rows = []
    for seed in seeds:
        report = counted(motion, camera, replace(REAL, seed=seed), exercise)
        assert len(report.reps) == len(motion.reps), said(report)
        for rep, truth in zip(report.reps, motion.reps, strict=True):
            rows.append(
                (
                    rep.move_start_s - truth.start_s,
                    truth.peak_error_s(rep.peak_s),
                    rep.move_end_s - truth.end_s,
                    rep.eccentric_s - (truth.hold_start_s - truth.start_s),
                    rep.hold_s - (truth.hold_end_s - truth.hold_start_s),
                    rep.concentric_s - (truth.end_s - truth.hold_end_s),
                )
            )
    return np.abs(np.array(rows)).mean(axis=0)


@pytest.mark.parametrize(
    ("motion", "exercise"),
    [
        (squats(3), SQUAT),
        (squats(4, Pace(0.6, 0.0, 0.6, 0.5)), SQUAT),
        (squats(3, Pace(3.0, 0.0, 1.0)), SQUAT),
        (squats(3, Pace(1.0, 0.0, 3.0)), SQUAT),
        (hinges(3), HINGE),
        (hinges(3, Pace(1.5, 1.5, 1.5)), HINGE),
    ],
    ids=["plain", "fast", "slow down", "slow up", "hinge", "hinge with a hold"],
)
def test_from_the_side_times_are_right_to_a_fifth_of_a_second(
    motion: Motion, exercise: LoadedExercise
) -> None:
    """Mean absolute errors over three noisy tracks; start, peak and end .2 s, phases .3 s."""
    start, peak, end, *phases = time_errors(motion, Camera(), exercise)
    assert start <= 0.2
    assert peak <= 0.2
    assert end <= 0.2
    assert max(phases) <= 0.3


def test_clean_tracks_have_better_times_than_noisy_ones() -> None:
    """What remains without noise is the easing of the movement alone."""
    report = counted(squats(3))
    for rep, truth in zip(report.reps, squats(3).reps, strict=True):
        assert abs(rep.move_start_s - truth.start_s) < 0.12
        assert abs(rep.move_end_s - truth.end_s) < 0.12
        assert truth.peak_error_s(rep.peak_s) < 0.05


def test_a_hold_is_told_from_a_slow_turn() -> None:
    with_hold = counted(squats(2, Pace(1.5, 2.0, 1.5)))
    without = counted(squats(2, Pace(3.0, 0.0, 3.0)))
    assert [rep.hold_s for rep in with_hold.reps] == pytest.approx([2.0, 2.0], abs=0.2)
    assert [rep.hold_s for rep in without.reps] == pytest.approx([0.0, 0.0], abs=0.3)


def test_drifting_at_rest_does_not_begin_a_repetition_early() -> None:
    """Somebody who sinks slowly while waiting starts when the squat starts."""
    motion = squats(1, Pace(still_s=5.0))

    def sinking(t: float) -> dict[str, Floats]:
        angles = motion.angles(t)
        drift = 8.0 * np.clip(t / 5.0, 0.0, 1.0)
        for side in ("left", "right"):
            angles[f"hip_flexion_{side}"] = angles[f"hip_flexion_{side}"] + drift
            angles[f"knee_flexion_{side}"] = angles[f"knee_flexion_{side}"] + 2 * drift
        return angles

    report = counted(replace(motion, angles=sinking))
    assert report.reps[0].move_start_s == pytest.approx(motion.reps[0].start_s, abs=0.25)


# -- angles --------------------------------------------------------------------------------------


@pytest.mark.parametrize("yaw_deg", [0.0, 180.0])
def test_side_view_ranges_are_the_angles_of_the_body(yaw_deg: float) -> None:
    report = counted(squats(2, depth_deg=80.0, lean_deg=30.0), Camera(yaw_deg=yaw_deg))
    for rep in report.reps:
        assert rep.range["thigh_elevation"].max_deg == pytest.approx(80.0, abs=4.0)
        assert rep.range["trunk_lean"].max_deg == pytest.approx(30.0, abs=4.0)
        assert rep.range["knee_flexion"].max_deg == pytest.approx(108.0, abs=5.0)
        assert rep.range["thigh_elevation"].start_deg == pytest.approx(0.0, abs=5.0)


def test_a_mirrored_track_is_judged_alike() -> None:
    track = film(squats(3), Camera(), REAL)
    one, other = judge(track, SQUAT).report, judge(track.mirrored(), SQUAT).report
    assert (one.view.facing, other.view.facing) == ("right", "left")
    for a, b in zip(one.reps, other.reps, strict=True):
        assert b.start_s == pytest.approx(a.start_s, abs=1e-6)
        assert b.verdict == a.verdict
        assert b.range["knee_flexion"].max_deg == pytest.approx(a.range["knee_flexion"].max_deg, abs=1e-6)


# -- verdicts ------------------------------------------------------------------------------------


def test_what_the_view_hides_is_withheld_and_the_count_stays() -> None:
    report = counted(squats(2), Camera(yaw_deg=90.0))
    assert [rep.verdict for rep in report.reps] == ["cannot_judge", "cannot_judge"]
    assert all("side" in reason for rep in report.reps for reason in rep.reasons[:1])
    assert not report.view.judged
    assert report.set.judged_share == 0.0


def test_nothing_is_ever_said_to_be_right_about_a_back_that_was_not_measured() -> None:
    for exercise, motion in ((SQUAT, squats(2)), (HINGE, hinges(2))):
        report = counted(motion, exercise=exercise)
        for rep in report.reps:
            assert not rep.lumbar_flexion_deg.judged
            assert rep.lumbar_flexion_deg.max is None
            assert "lumbar sensor" in rep.lumbar_flexion_deg.reason
            assert any("lumbar_flexion" in reason and "not measured" in reason for reason in rep.reasons)
        withheld = [item for item in report.cannot_judge if item.signal == "lumbar_flexion"]
        assert withheld[0].end_s - withheld[0].start_s > 0.95 * report.origin.duration_s


def test_a_hinge_without_the_back_cannot_be_judged_because_the_exercise_requires_it() -> None:
    report = counted(hinges(2), exercise=HINGE)
    assert {rep.verdict for rep in report.reps} == {"cannot_judge"}


@pytest.mark.parametrize(
    ("motion", "exercise", "fault"),
    [
        (squats(2, depth_deg=50.0), SQUAT, "short"),
        (squats(2, Pace(out_s=0.4, back_s=1.5)), SQUAT, "dropping"),
        (squats(2, Pace(1.5, 0.8, 1.5), heel_deg=35.0), SQUAT, "heels-rise"),
        (squats(2, trunk_first_s=0.9), SQUAT, "hips-first"),
        (hinges(2, lean_deg=40.0), HINGE, "short"),
        (hinges(2, Pace(out_s=0.4, back_s=1.5)), HINGE, "dropping"),
        (hinges(2, Pace(1.5, 0.8, 1.5), knee_deg=70.0, thigh_deg=30.0), HINGE, "squatting"),
        (hinges(2, knees_first_s=0.9, knee_deg=35.0, thigh_deg=25.0), HINGE, "knees-first"),
    ],
)
def test_each_fault_is_found_in_the_movement_that_has_it_and_not_in_the_clean_one(
    motion: Motion, exercise: LoadedExercise, fault: str
) -> None:
    report = counted(motion, exercise=exercise)
    assert report.set.reps == 2, said(report)
    assert all(fault in [item.id for item in rep.faults] for rep in report.reps)
    clean = counted(squats(2) if exercise is SQUAT else hinges(2), exercise=exercise)
    assert [item.id for rep in clean.reps for item in rep.faults] == []


@pytest.mark.parametrize(
    ("motion", "exercise", "fault"),
    [
        (squats(2, depth_deg=72.0), SQUAT, "short"),
        (squats(2, Pace(out_s=0.95, back_s=1.5)), SQUAT, "dropping"),
        (squats(2, Pace(1.5, 0.8, 1.5), heel_deg=12.0), SQUAT, "heels-rise"),
        (squats(2, trunk_first_s=0.25), SQUAT, "hips-first"),
        (hinges(2, lean_deg=56.0), HINGE, "short"),
        (hinges(2, Pace(1.5, 0.8, 1.5), knee_deg=35.0), HINGE, "squatting"),
    ],
)
def test_near_misses_are_no_faults(motion: Motion, exercise: LoadedExercise, fault: str) -> None:
    report = counted(motion, exercise=exercise)
    assert report.set.reps == 2, said(report)
    assert fault not in [item.id for rep in report.reps for item in rep.faults]


# -- corrections ---------------------------------------------------------------------------------


def test_a_corrected_facing_turns_the_signs_and_the_near_side() -> None:
    track = film(squats(2), Camera())
    wrong = judge(track, SQUAT, Corrections(facing="left"))
    right = judge(track, SQUAT, Corrections(facing="right"))
    assert wrong.report.view.near_side == "left"
    assert right.report.set.reps == 2
    deep = int(np.argmax(right.signals.deg["thigh_elevation"]))
    assert wrong.signals.deg["thigh_elevation_right"][deep] == pytest.approx(
        -right.signals.deg["thigh_elevation_right"][deep]
    )


def test_a_corrected_side_decides_what_signals_without_a_suffix_mean() -> None:
    track = film(marches(1, sides=("left",)), Camera())
    judged = judge(track, SQUAT, Corrections(side="left"))
    np.testing.assert_array_equal(judged.signals.deg["knee_flexion"], judged.signals.deg["knee_flexion_left"])
    assert np.nanmax(judged.signals.deg["knee_flexion"]) > 60


def test_a_named_neutral_is_used_and_said() -> None:
    track = film(squats(2), Camera())
    report = judge(track, SQUAT, Corrections(neutral_s=(1.0, 2.0))).report
    assert (report.neutral.start_s, report.neutral.end_s) == (1.0, 2.0)
    assert "user" in report.neutral.reason
    assert report.set.reps == 2


def test_a_repetition_that_the_user_denies_is_gone_and_the_others_are_renumbered() -> None:
    track = film(squats(3), Camera())
    middle = squats(3).reps[1]
    report = judge(track, SQUAT, Corrections(not_repetitions=(middle.hold_start_s,))).report
    assert [rep.index for rep in report.reps] == [1, 2]
    assert report.reps[1].move_start_s == pytest.approx(squats(3).reps[2].start_s, abs=0.3)
    assert "You said" in said(report)


@pytest.mark.parametrize(("deepest_deg", "n"), [(72.0, 1), (42.0, 0)])
def test_who_has_bowed_already_as_the_recording_begins_and_bows_further_is_counted(
    deepest_deg: float, n: int
) -> None:
    """As to a bar; the rest of a small bow is none. Neither range nor tempo is known."""
    keys = [(0.0, 32.0), (0.5, 32.0), (1.4, deepest_deg), (2.2, deepest_deg), (3.8, 0.0), (6.0, 0.0)]

    def angles(t: Floats) -> dict[str, Floats]:
        lean = eased(t, keys)
        return sagittal(lean / 14, lean, lean / 5, lean / 7)

    report = counted(Motion("lift", keys[-1][0], angles, ()), exercise=HINGE)
    assert len(report.reps) == n
    assert all(any("range_and_tempo" in reason for reason in rep.reasons) for rep in report.reps)
