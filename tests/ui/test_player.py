"""What the linked player is given; how it moves is tested in a browser (tests/system)."""

import re
from pathlib import Path

import pytest

from formcheck.exercises.load import load
from formcheck.report.analysis import Analysis, analyse
from formcheck.report.figure_parts import LEFT_PX, RIGHT_PX, WIDE_PX
from formcheck.report.timeline_figure import timeline
from formcheck.report.words import focus_of
from formcheck.ui.player import player
from formcheck.ui.player.player import player_data
from tests import synthetic


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(synthetic.film(synthetic.squats(2), synthetic.Camera()), load("squat"))


def test_the_cursor_runs_along_the_time_axis_of_the_figure(analysis: Analysis) -> None:
    """The player's cursor is told where the axis is; this holds the figure to it."""
    judged = analysis.judged
    svg = timeline(judged.report, judged.signals, width_px=WIDE_PX)
    grid = {(float(a), float(b)) for a, b in re.findall(r'<line x1="([\d.]+)"[^>]*x2="([\d.]+)"', svg)}
    assert (LEFT_PX, WIDE_PX - RIGHT_PX) in grid


def test_times_are_those_of_the_recording(analysis: Analysis) -> None:
    judged = analysis.judged
    data = player_data(analysis, focus_of(judged.report))
    assert data["start_s"] == judged.signals.t_s[0]
    assert data["end_s"] == judged.signals.t_s[-1]
    assert [rep["start_s"] for rep in data["reps"]] == [rep.move_start_s for rep in judged.report.reps]
    assert data["html"].count("data-start=") == len(judged.report.reps) == 2


def test_the_script_is_shipped() -> None:
    assert (Path(player.__file__).with_name("player.js")).is_file()
