"""Two sets in one recording: each is measured from where its own start posture was held."""

from dataclasses import replace

import numpy as np
import pytest

from formcheck.body.pose import Pose, PoseTrack
from formcheck.coach.judge import SEVERAL_SETS, judge
from formcheck.coach.stays import AWAY_S, stays_of
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


def two_sets(second: PoseTrack, away_s: float = 5.0) -> PoseTrack:
    end_s = SET.t_s[-1]
    nobody = PoseTrack.from_poses(Pose.missing(t_s) for t_s in np.arange(end_s + 0.1, end_s + away_s, 0.1))
    return PoseTrack.joined([SET, nobody, later(second, end_s + away_s - second.t_s[0])])


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


def test_who_is_lost_for_a_moment_did_not_go_away() -> None:
    assert len(stays_of(two_sets(SET, AWAY_S / 2))) == 1
    assert [(each.start, each.stop) for each in stays_of(SET)] == [(0, len(SET))]
