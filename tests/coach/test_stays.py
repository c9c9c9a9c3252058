"""Two sets in one recording: each is measured from where its own start posture was held."""

from dataclasses import replace

import numpy as np
import pytest

from formcheck.body.pose import Pose, PoseTrack
from formcheck.coach.judge import SEVERAL_SETS, judge
from formcheck.coach.stays import AWAY_S, each_from_its_start, stays_of
from formcheck.exercises.load import load
from tests.sample_tracks import track_of

SET = track_of("march-clean")
MARCH = load("march-neutral")


def later(track: PoseTrack, by_s: float) -> PoseTrack:
    """Return a track as if it had been recorded later."""
    return replace(track, t_s=track.t_s + by_s)


def nearer(track: PoseTrack, share: float) -> PoseTrack:
    """Return a track as if the person stood this much nearer, or further for a share below 1."""
    return replace(track, landmarks_px=share * track.landmarks_px, edges_px=share * track.edges_px)


def one_after_the_other(first: PoseTrack, second: PoseTrack, away_s: float = 5.0) -> PoseTrack:
    end_s = first.t_s[-1]
    nobody = PoseTrack.from_poses(Pose.missing(t_s) for t_s in np.arange(end_s + 0.1, end_s + away_s, 0.1))
    return PoseTrack.joined([first, nobody, later(second, end_s + away_s - second.t_s[0])])


def two_sets(second: PoseTrack, away_s: float = 5.0) -> PoseTrack:
    return one_after_the_other(SET, second, away_s)


@pytest.mark.parametrize(
    "second",
    [SET, nearer(SET, 0.85), nearer(SET, 1.1), SET.mirrored()],
    ids=["as before", "further away", "nearer", "facing the other way"],
)
def test_both_sets_are_counted_and_judged(second: PoseTrack) -> None:
    report = judge(two_sets(second), MARCH).report
    assert [rep.index for rep in report.reps] == [1, 2, 3, 4, 5, 6]
    assert [rep.verdict for rep in report.reps] == 6 * ["ok"]
    assert SEVERAL_SETS in report.set.notes


def test_who_turned_round_in_between_faced_neither_way() -> None:
    assert judge(two_sets(SET), MARCH).report.view.facing == judge(SET, MARCH).report.view.facing == "left"
    turned = judge(two_sets(SET.mirrored()), MARCH).report.view
    assert (turned.facing, turned.near_side) == (None, None)


def test_signals_and_track_are_those_of_the_whole_recording() -> None:
    track = two_sets(SET.mirrored())
    judged = judge(track, MARCH)
    assert np.array_equal(judged.signals.t_s, track.t_s)
    assert np.array_equal(judged.track.t_s, track.t_s)
    assert np.allclose(
        judged.signals.deg["trunk_lean"][: len(SET)], judge(SET, MARCH).signals.deg["trunk_lean"]
    )


def test_who_comes_back_without_a_start_posture_is_measured_from_the_one_before() -> None:
    first_peak_s = judge(SET, MARCH).report.reps[0].peak_s
    report = judge(two_sets(SET[SET.t_s > first_peak_s]), MARCH).report
    assert len(report.reps) >= 5


def test_who_goes_away_in_the_middle_of_a_movement_is_told_so() -> None:
    first_peak_s = judge(SET, MARCH).report.reps[0].peak_s
    notes = judge(one_after_the_other(SET[SET.t_s < first_peak_s], SET), MARCH).report.set.notes
    (told,) = [note for note in notes if "was not counted" in note]
    assert told.endswith("You were out of view in the middle of it.")


def test_who_is_seen_before_the_set_without_a_start_posture_does_not_spoil_it() -> None:
    lift = SET[(SET.t_s > 3.5) & (SET.t_s < 5.8)]
    report = judge(one_after_the_other(nearer(lift, 1.5), SET), MARCH).report
    assert [rep.verdict for rep in report.reps] == 3 * ["ok"]
    assert report.neutral.accepted


def test_the_start_posture_of_who_came_back_is_reported_where_nothing_was_counted() -> None:
    lift, start = SET[(SET.t_s > 3.5) & (SET.t_s < 5.8)], SET[SET.t_s < 3.0]
    report = judge(one_after_the_other(lift, start), MARCH).report
    assert report.reps == ()
    assert report.neutral.accepted


def test_each_part_is_measured_once_unless_it_goes_with_another() -> None:
    measured: list[int] = []

    def length_of(part: PoseTrack) -> int:
        measured.append(len(part))
        return len(part)

    track = one_after_the_other(one_after_the_other(SET, SET[:20]), SET)
    parts = each_from_its_start(track, length_of, lambda length: length > len(SET) / 2)
    assert sum(parts) == len(track)
    assert len(parts) == 2
    assert len(measured) == 4  # three stays, and the first with the second


def test_a_last_picture_with_somebody_in_it_changes_nothing() -> None:
    report = judge(two_sets(SET[:1]), MARCH).report
    assert [rep.verdict for rep in report.reps] == 3 * ["ok"]
    assert SEVERAL_SETS not in report.set.notes


def test_who_is_lost_for_a_moment_did_not_go_away() -> None:
    assert len(stays_of(two_sets(SET, AWAY_S / 2))) == 1
    assert [(each.start, each.stop) for each in stays_of(SET)] == [(0, len(SET))]
