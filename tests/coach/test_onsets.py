"""When a fault begins, how long a repetition is watched, and that the start posture is the one before it."""

from dataclasses import replace

import numpy as np
import pytest

from formcheck.body.pose import Floats
from formcheck.coach.faults import BoundMonitor, Excursion
from formcheck.coach.instant import Instant
from formcheck.coach.lane import Lane
from formcheck.coach.rep_phases import RepPhases
from formcheck.exercises.load import load
from formcheck.exercises.schema import BoundFault
from tests.coach.known_back import OTHER_WAY, WIDE, seen
from tests.synthetic import Camera, Motion, couch_stretches, lowerings, marches, smooth_step

ARCH = next(rule for rule in load("march-neutral").exercise.faults if rule.id == "arch")


def watched(values_deg: Floats, sd_deg: float, hz: float = 30.0) -> list[Excursion]:
    assert isinstance(ARCH, BoundFault)
    monitor, found = BoundMonitor(ARCH, {}), []
    for i, value in enumerate(values_deg.tolist()):
        row = {"lumbar_flexion": value}
        found += monitor.feed(
            Instant(i / hz, row, {"lumbar_flexion": sd_deg}, {"lumbar_flexion": ""}, (0.0, 0.0, 1.0))
        )
    return found + monitor.end()


@pytest.mark.parametrize("sd_deg", [1.0, 4.0, 7.0])
@pytest.mark.parametrize("per_s", [5.0, 20.0])
def test_a_fault_begins_where_its_bound_was_crossed_however_late_it_became_sure(
    sd_deg: float, per_s: float
) -> None:
    t = np.arange(0, 40 / per_s, 1 / 30)
    sure = [each for each in watched(-per_s * t, sd_deg) if each.sure]
    assert {each.severity: each.start_s for each in sure} == pytest.approx(
        {"amber": 10 / per_s, "red": 20 / per_s}, abs=0.04
    )


def test_what_came_near_and_went_again_is_not_part_of_the_next_excursion() -> None:
    """Down to the bound, well back, and beyond it: the second time counts."""
    values = np.concatenate([np.full(30, -11.0), np.full(30, -2.0), np.full(30, -18.0)])
    (sure,) = [each for each in watched(values, 3.0) if each.sure]
    assert sure.start_s == pytest.approx(2.0, abs=0.04)


def test_a_grave_fault_begins_where_the_mild_one_did() -> None:
    """The true excess is 30 degrees times the march's progress, and is amber from a third of it."""
    motion = marches(1, round_deg=30.0, sides=("right",))
    (rep,) = seen(motion, load("march-neutral")).reps
    (fault,) = [fault for fault in rep.faults if fault.id == "round"]
    assert fault.severity == "red"
    t = np.linspace(motion.reps[0].start_s, motion.reps[0].hold_start_s, 500)
    angles = motion.at(t)
    thigh = angles["hip_flexion_right"] + angles["pelvis_posterior_tilt"]
    true_s = t[np.flatnonzero(angles["lumbar_flexion"] - 0.18 * thigh >= 10.0)[0]]
    assert fault.start_s == pytest.approx(true_s, abs=0.15)


def test_a_share_of_the_bend_is_too_large_from_when_most_of_the_bend_is_made() -> None:
    """The lumbar share is 28 of 34 throughout, and told from .6 of the bend."""
    motion = couch_stretches(1, thigh_deg=6.0, lumbar_deg=28.0)
    (rep,) = seen(motion, load("couch-stretch-active")).reps
    (fault,) = [fault for fault in rep.faults if fault.id == "lumbar-dominated"]
    t = np.linspace(motion.reps[0].start_s, motion.reps[0].hold_start_s, 500)
    lumbar = motion.at(t)["lumbar_flexion"]
    true_s = t[np.flatnonzero(np.abs(lumbar) >= 0.6 * np.abs(lumbar).max())[0]]
    assert fault.start_s == pytest.approx(true_s, abs=0.15)


def arched_at_rest(size_deg: float) -> Motion:
    """Lowerings that arch only as the leg arrives, and stay so for a second."""
    plain = lowerings(2)

    def angles(t: Floats) -> dict[str, Floats]:
        result = plain.angles(t)
        for rep in plain.reps:
            comes = smooth_step((t - rep.end_s + 0.9) / 0.3) * smooth_step((rep.end_s + 0.7 - t) / 0.2)
            result["lumbar_flexion"] = result["lumbar_flexion"] - size_deg * comes
        return result

    return replace(plain, angles=angles)


@pytest.mark.parametrize(("size_deg", "expected"), [(22.0, True), (6.0, False)])
def test_the_last_moments_of_a_repetition_are_watched_too(size_deg: float, expected: bool) -> None:
    report = seen(arched_at_rest(size_deg), load("lengthened-lowering"))
    assert [any(f.id == "arch" for f in rep.faults) for rep in report.reps] == [expected] * 2


@pytest.mark.parametrize(("let_go_s", "second"), [(0.45, True), (-0.35, False)])
def test_an_arch_that_is_carried_into_the_next_repetition_is_a_fault_of_that_one_too(
    let_go_s: float, second: bool
) -> None:
    """The leg leaves slowly, and a repetition is known to have begun only well after it did."""
    plain = lowerings(2)
    first, last = plain.reps

    def angles(t: Floats) -> dict[str, Floats]:
        result = plain.angles(t)
        comes = smooth_step((t - first.end_s + 0.9) / 0.3)
        goes = smooth_step((last.start_s + let_go_s - t) / 0.2)
        result["lumbar_flexion"] = result["lumbar_flexion"] - 22.0 * comes * goes
        return result

    report = seen(replace(plain, angles=angles), load("lengthened-lowering"))
    assert [any(f.id == "arch" for f in rep.faults) for rep in report.reps] == [True, second]


@pytest.mark.parametrize(("until_s", "expected"), [(0.27, True), (0.18, False), (-0.02, False)])
def test_a_repetition_is_watched_from_a_little_before_its_start_is_found(
    until_s: float, expected: bool
) -> None:
    """An arch from the repetition before: with the .08 s by which starts are found late it lasts for .3 s."""
    exercise = load("lengthened-lowering").exercise
    arches = tuple(rule for rule in exercise.faults if rule.id == "arch")
    exercise = exercise.model_copy(update={"faults": arches})
    lane = Lane(exercise, "trunk_thigh", {"trunk_thigh_left": 0.0}, "left")
    start_s, end_s = 2.0, 8.0
    phases = RepPhases(end_s, start_s, 3.5, 4.0, 4.5, end_s, 0.0, 60.0, 2.4, 7.5)
    t_s = np.arange(1.0, 9.0, 1 / 50)
    way_deg = np.interp(t_s, [start_s, 3.5, 4.5, end_s], [0.0, 60.0, 60.0, 0.0])
    lumbar_deg = np.where(t_s < start_s + until_s, -18.0, 0.0)
    rows = [
        Instant(
            t,
            {"trunk_thigh_left": thigh, "lumbar_flexion": back},
            {"lumbar_flexion": 2.0},
            {},
            (0.0, 0.0, 1.0),
        )
        for t, thigh, back in zip(t_s.tolist(), way_deg.tolist(), lumbar_deg.tolist(), strict=True)
    ]
    found = [each.fault_id for each in lane.excursions(phases, rows) if each.sure]
    assert found == (["arch"] if expected else [])


@pytest.mark.parametrize("camera", [WIDE, OTHER_WAY])
def test_what_ends_beyond_the_start_posture_is_not_taken_for_it(camera: Camera) -> None:
    """A leg that comes back too far comes to rest within the bounds, and lower than the start."""
    motion = lowerings(2, stays_deg=-18.0)
    report = seen(motion, load("lengthened-lowering"), camera)
    assert report.neutral.end_s is not None
    assert report.neutral.end_s <= motion.reps[0].start_s + 0.3
