"""What was not judged is said: silence about range and tempo would pass for approval."""

from dataclasses import replace

import numpy as np
import pytest

from formcheck.coach.judge import judge
from formcheck.coach.rep_faults import BEGUN_BEFORE, CAME_INTO_VIEW, CUT_OFF, SEEN_COARSELY
from formcheck.coach.set_report import Repetition
from formcheck.exercises.load import load
from tests.coach.known_back import FRONT, WIDE
from tests.sample_tracks import track_of
from tests.synthetic import Motion, Pace, couch_stretches, film, hinges, lowerings, marches, seated_lifts

QUICK = Pace(out_s=1.3, hold_s=0.6, back_s=0.8)


def said(rep: Repetition) -> list[str]:
    return [reason.removeprefix("range_and_tempo: ") for reason in rep.reasons if "range_and_tempo" in reason]


def test_from_the_side_range_and_tempo_are_judged() -> None:
    (rep,) = judge(film(marches(1, QUICK, sides=("right",)), WIDE), load("march-neutral")).report.reps
    assert [fault.id for fault in rep.faults] == ["dropping"]
    assert not said(rep)


def test_what_is_only_counted_has_no_tempo_and_says_so() -> None:
    reps = judge(film(marches(2, QUICK), FRONT), load("march-neutral")).report.reps
    assert [said(rep) for rep in reps] == [[SEEN_COARSELY]] * 2
    assert not [fault.id for rep in reps for fault in rep.faults]


def test_a_leg_that_came_out_from_behind_the_other_says_so() -> None:
    motion = lowerings(1)
    track = film(motion, WIDE)
    hidden = (track.t_s > 1.5) & (track.t_s < motion.reps[0].start_s + 0.5)
    visibility = track.visibility.copy()
    visibility[np.ix_(hidden, [26, 28])] = 0.1  # right knee and ankle
    (rep,) = judge(replace(track, visibility=visibility), load("lengthened-lowering")).report.reps
    assert said(rep) == [CAME_INTO_VIEW]
    assert not {"too-fast", "short"} & {fault.id for fault in rep.faults}


def test_what_the_recording_began_in_the_middle_of_is_counted_without_range_and_tempo() -> None:
    motion = hinges(3)
    whole = film(motion, WIDE)
    report = judge(whole[whole.t_s >= motion.reps[0].hold_start_s], load("hip-hinge")).report
    assert [said(rep) for rep in report.reps] == [[BEGUN_BEFORE], [], []]
    assert not [fault.id for rep in report.reps for fault in rep.faults]
    bows = [rep.range["trunk_lean"] for rep in report.reps]
    assert bows[0].peak_deg - bows[0].start_deg == pytest.approx(bows[1].peak_deg - bows[1].start_deg, abs=5)
    assert report.set.tempo_s.eccentric == pytest.approx(report.reps[1].eccentric_s, abs=0.1)


@pytest.mark.parametrize(
    ("motion", "exercise"),
    [(couch_stretches(1), "couch-stretch-active"), (seated_lifts(1), "seated-lift-over")],
)
def test_what_can_be_counted_from_the_side_only_says_so(motion: Motion, exercise: str) -> None:
    report = judge(film(motion, FRONT), load(exercise)).report
    assert report.reps == ()
    assert report.view.reason == "This exercise is counted and judged from the side."
    assert "from the side only" in load(exercise).exercise.camera.text


@pytest.mark.parametrize("left_s", [0.6, 0.4, 0.2])
def test_a_recording_that_ends_in_the_way_back_is_not_judged_on_its_end(left_s: float) -> None:
    """Of a clean march of the samples: what the camera did not see was once called a leg let fall."""
    track, march = track_of("march-clean"), load("march-neutral")
    first = judge(track, march).report.reps[0]
    (rep,) = judge(track[track.t_s <= first.move_end_s - left_s], march).report.reps
    assert rep.verdict == "ok"
    assert rep.reasons == (f"way_back: {CUT_OFF}",)


def test_a_movement_that_came_to_rest_is_judged_on_its_end_though_the_recording_ends() -> None:
    motion = marches(1, QUICK, sides=("right",))
    track = film(motion, WIDE)
    (rep,) = judge(track[track.t_s <= motion.reps[0].end_s + 0.3], load("march-neutral")).report.reps
    assert [fault.id for fault in rep.faults] == ["dropping"]
    assert not [reason for reason in rep.reasons if reason.startswith("way_back")]
