"""What was held before the first repetition is the start, though what came after was held for longer."""

from dataclasses import fields, replace

import numpy as np
import pytest

from formcheck.body.pose import PoseTrack
from formcheck.coach.judge import judge
from formcheck.exercises.load import load
from tests.sample_tracks import track_of, truth_of


def stayed_on(track: PoseTrack, from_s: float, for_s: float) -> PoseTrack:
    """Return a track from a time on whose person stays at the end as they were in the last third second."""
    t_s = track.t_s
    step_s = float(np.median(np.diff(t_s)))
    last = np.flatnonzero(t_s > t_s[-1] - 0.35)
    there_and_back = np.concatenate([last[::-1], last])
    more = np.resize(there_and_back, round(for_s / step_s))
    kept = np.flatnonzero(t_s >= from_s)
    times_s = np.concatenate([t_s[kept], t_s[-1] + step_s * np.arange(1, len(more) + 1)]) - t_s[kept[0]]
    order = np.concatenate([kept, more])
    arrays = {each.name: getattr(track, each.name)[order] for each in fields(track) if each.name != "origin"}
    return replace(track, **{**arrays, "t_s": times_s})


@pytest.mark.parametrize("held_s", [1.5, 1.9, 2.6])
def test_an_arch_that_stays_after_the_last_lowering_is_no_start_posture(held_s: float) -> None:
    """Measured from the arched rest after it, the arch of the very same lowering looks like none."""
    first_s = truth_of("lowering-arch")["reps"][0]["move_start_s"]
    track = stayed_on(track_of("lowering-arch"), first_s - held_s, for_s=3.5)
    report = judge(track, load("lengthened-lowering")).report
    assert report.neutral.end_s is not None
    assert report.neutral.end_s < held_s + 0.2
    assert [[fault.id for fault in rep.faults] for rep in report.reps] == [["arch"], ["arch"]]
