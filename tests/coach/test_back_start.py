"""Arms that hang over the back at rest: it is measured from the moments beside that in which it is free."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from formcheck.body.pose import PoseTrack
from formcheck.coach.judge import Judged, judge
from formcheck.exercises.load import load
from formcheck.sources.track_file import read_track
from tests.sample_tracks import track_of, truth_of

BACKS = Path(__file__).parents[1] / "data" / "backs"
BESIDE = "Your back was hidden or restless in the start posture"


@cache
def hinge_with_hanging_arms() -> tuple[PoseTrack, npt.NDArray[np.float64]]:
    """A drawn person's clean hinge and one that rounds, with the true lumbar angle (tools/silhouettes)."""
    truth = json.loads((BACKS / "hinge-hang-greta.json").read_text())
    return read_track(BACKS / "hinge-hang-greta.parquet"), np.array(truth["frames"]["lumbar_flexion_deg"])


def judged(track: PoseTrack) -> Judged:
    return judge(track, load("hip-hinge"))


def told(result: Judged) -> bool:
    return any(note.startswith(BESIDE) for note in result.report.set.notes)


def test_a_hinge_with_hanging_arms_is_judged_where_the_back_is_free() -> None:
    track, true_deg = hinge_with_hanging_arms()
    result = judged(track)
    read_deg = result.signals.deg["lumbar_flexion"]
    seen = np.isfinite(read_deg)
    assert np.sqrt(np.mean((read_deg - true_deg)[seen] ** 2)) < 4.5
    assert seen[true_deg > 10].mean() > 0.9
    assert [rep.verdict for rep in result.report.reps] == ["ok", "fault"]
    assert [fault.id for fault in result.report.reps[1].faults] == ["rounding"]
    assert told(result)


def test_standing_with_the_arm_over_the_back_stays_withheld() -> None:
    track, true_deg = hinge_with_hanging_arms()
    signals = judged(track).signals
    at_rest = track.t_s < 1.3
    assert set(signals.reason["lumbar_flexion"][at_rest]) == {"arm_over_back"}
    assert np.abs(true_deg[at_rest]).max() < 1.0


def test_what_is_measured_beside_the_start_posture_is_less_sure() -> None:
    signals = judged(hinge_with_hanging_arms()[0]).signals
    assert np.nanmin(signals.sd_deg["lumbar_flexion"]) > 4.0


@pytest.mark.parametrize("harm", ["one way down only", "another back afterwards"])
def test_moments_that_prove_nothing_are_not_measured_from(harm: str) -> None:
    track, true_deg = hinge_with_hanging_arms()
    if harm == "one way down only":
        track = track[: int(true_deg[: len(true_deg) // 2].argmax())]
    else:
        edges_px = track.edges_px.copy()
        stations = np.linspace(-np.pi / 2, np.pi / 2, edges_px.shape[2])
        edges_px[len(track) // 2 :, :, :, 0] += 25.0 * np.cos(stations)  # a bump that was not there before
        track = replace(track, edges_px=edges_px)
    result = judged(track)
    assert set(result.signals.reason["lumbar_flexion"]) == {"arm_at_start"}
    assert not told(result)


def test_an_arm_that_never_leaves_the_back_leaves_nothing_to_measure_from() -> None:
    result = judge(read_track(BACKS / "march-hang-greta.parquet"), load("march-neutral"))
    assert set(result.signals.reason["lumbar_flexion"]) == {"arm_at_start"}
    assert not told(result)


def test_a_recording_that_begins_in_mid_movement_is_measured_from_all_its_rests() -> None:
    """Its first rest is the end of a bow, in which the back still settles: here by a wave that goes away."""
    reps = truth_of("hinge-round")["reps"]
    track = track_of("hinge-round")
    part = track[track.t_s >= (reps[0]["peak_s"] + reps[0]["end_s"]) / 2]
    since_s = np.maximum(part.t_s - reps[0]["end_s"], 0.0)
    left_px = np.where(part.t_s < reps[1]["start_s"], 6.0 * np.exp(-since_s / 0.5), 0.0)
    edges_px = part.edges_px.copy()
    edges_px[..., 0] += left_px[:, None, None] * np.cos(np.linspace(-np.pi, np.pi, edges_px.shape[2]))
    result = judged(replace(part, edges_px=edges_px))
    assert [rep.verdict for rep in result.report.reps[-2:]] == ["fault", "fault"]
    lumbar = [rep.lumbar_flexion_deg.max for rep in result.report.reps[-2:]]
    assert lumbar == pytest.approx([37.0, 52.0], abs=4.0)  # of the whole recording 36.8 and 51.4
    assert told(result)


def test_a_back_that_is_seen_only_while_it_leans_back_is_not_measured_from_there() -> None:
    """Who leans back in a couch stretch has arched already: from there it would read 10 degrees low."""
    track, couch = track_of("couch-clean"), load("couch-stretch-active")
    whole = judge(track, couch)
    window, lean_deg = whole.report.neutral, whole.signals.deg["trunk_lean"]
    assert window.start_s is not None
    assert window.end_s is not None
    upright_deg = np.median(lean_deg[whole.signals.between(window.start_s, window.end_s)])
    edges_px = track.edges_px.copy()
    edges_px[lean_deg > upright_deg - 2.0] = np.nan
    spoilt = judge(replace(track, edges_px=edges_px), couch)
    assert set(spoilt.signals.reason["lumbar_flexion"]) == {"back_hidden_at_start"}
    assert {rep.verdict for rep in spoilt.report.reps} == {"cannot_judge"}
