"""A start posture that cannot be measured from: a back that surely rounds is told, no back is called fine."""

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from formcheck.body.pose import PoseTrack
from formcheck.coach.judge import Judged, judge
from formcheck.exercises.load import load
from formcheck.report.sentences import headline, repetition_lines
from tests.sample_tracks import track_of, truth_of

Floats = npt.NDArray[np.float64]
PLATE_DEG = 28.0  # as long as the trunk leans less, a plate hides the back
SWELLS_PX, SWELLS_S = 9.0, 1.7
NOTE = "it is said only where it rounded beyond doubt"


def true_deg(name: str, signal: str, track: PoseTrack) -> Floats:
    frames = truth_of(name)["frames"]
    return np.interp(track.t_s, frames["t_s"], np.array(frames[signal], dtype=np.float64))


def behind_a_plate(name: str) -> PoseTrack:
    """A drawn person whose back nothing is seen of while they stand."""
    track = track_of(name)
    edges_px = track.edges_px.copy()
    edges_px[true_deg(name, "trunk_lean_deg", track) < PLATE_DEG] = np.nan
    return replace(track, edges_px=edges_px)


def flapping(name: str) -> PoseTrack:
    """The same person in a shirt that swells and falls while they stand."""
    track = track_of(name)
    edges_px = track.edges_px.copy()
    at_rest = true_deg(name, "trunk_lean_deg", track) < PLATE_DEG
    swollen_px = SWELLS_PX * np.sin(2 * np.pi * track.t_s[at_rest] / SWELLS_S)
    along = np.sin(np.linspace(0.0, 2 * np.pi, edges_px.shape[2]))
    edges_px[at_rest, :, :, 0] += swollen_px[:, None, None] * along
    return replace(track, edges_px=edges_px)


@cache
def judged(name: str, harm: str) -> Judged:
    track = {"plate": behind_a_plate, "cloth": flapping}[harm](name)
    return judge(track, load("hip-hinge"))


@pytest.mark.parametrize("harm", ["plate", "cloth"])
def test_a_back_that_surely_rounds_is_told_and_no_other_is_called_fine(harm: str) -> None:
    """It stays long, rounds by 34, by 47 degrees; 34 are not beyond doubt from where a plate sets it free."""
    report = judged("hinge-round", harm).report
    rounded = {"plate": [3], "cloth": [2, 3]}[harm]
    assert [rep.index for rep in report.reps if rep.verdict == "fault"] == rounded
    assert {rep.verdict for rep in report.reps} == {"fault", "cannot_judge"}
    for index in rounded:
        assert "rounding" in [fault.id for fault in report.reps[index - 1].faults]
    assert any(NOTE in note for note in report.set.notes)


def test_from_where_the_trunk_has_bowed_it_bends_by_what_is_read_at_least() -> None:
    result = judged("hinge-round", "plate")
    read_deg = result.signals.deg["lumbar_flexion"]
    seen = np.isfinite(read_deg)
    truth_deg = true_deg("hinge-round", "lumbar_flexion_deg", result.track)
    assert seen.sum() > 10
    assert (read_deg - truth_deg)[seen].max() < 4.0
    assert truth_deg[seen].min() > 20.0
    assert set(result.signals.reason["lumbar_flexion"][~seen]) == {"back_hidden_at_start"}


@pytest.mark.parametrize("harm", ["plate", "cloth"])
def test_nothing_is_said_of_a_back_that_stays_long(harm: str) -> None:
    result = judged("hinge-clean", harm)
    assert {rep.verdict for rep in result.report.reps} == {"cannot_judge"}
    assert not np.isfinite(result.signals.deg["lumbar_flexion"]).any()
    assert not any(NOTE in note for note in result.report.set.notes)


def test_a_glimpse_of_a_bent_back_is_none() -> None:
    """An edge that is lost in the background for some pictures looks bent, too."""
    track = behind_a_plate("hinge-round")
    truth_deg = true_deg("hinge-round", "lumbar_flexion_deg", track)
    edges_px = track.edges_px.copy()
    bent = np.flatnonzero(truth_deg > 15.0)
    edges_px[bent[bent % 16 >= 4]] = np.nan  # four of sixteen pictures, at 20 a second
    result = judge(replace(track, edges_px=edges_px), load("hip-hinge"))
    assert not np.isfinite(result.signals.deg["lumbar_flexion"]).any()


def test_where_it_began_to_round_is_not_told_of_a_back_that_was_not_seen_before() -> None:
    assert [rep.usable_range for rep in judged("hinge-round", "plate").report.reps] == [None] * 3


def test_words_say_both_the_limit_that_was_crossed_and_that_the_rest_was_not_judged() -> None:
    report = judged("hinge-round", "cloth").report
    assert "crossed a limit in repetitions 2 and 3 and was otherwise not judged: " in headline(report)
    lines = repetition_lines(report)
    assert "Lower back not judged" in lines[0]
    assert all(
        "Lower back rounds (" in line and "Lower back otherwise not judged" in line for line in lines[1:]
    )
