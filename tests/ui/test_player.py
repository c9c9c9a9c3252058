"""What the linked player is given; how it moves is tested in a browser (tests/system)."""

import re
from pathlib import Path

import pytest

from formcheck.exercises.load import load
from formcheck.report import figures
from formcheck.report.analysis import Analysis, analyse
from formcheck.report.words import focus_of
from formcheck.ui.player.player import PLOT_LEFT_PX, PLOT_RIGHT_PX, player_data
from tests import synthetic


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(synthetic.film(synthetic.squats(2), synthetic.Camera()), load("squat"))


def test_the_cursor_runs_along_the_time_axis_of_the_figure(analysis: Analysis) -> None:
    """The player knows where the figure's time axis is; this holds both to the same place."""
    judged = analysis.judged
    svg = figures.timeline(judged.report, judged.signals, width_px=figures.WIDE_PX)
    grid = {(float(a), float(b)) for a, b in re.findall(r'<line x1="([\d.]+)"[^>]*x2="([\d.]+)"', svg)}
    assert (PLOT_LEFT_PX, figures.WIDE_PX - PLOT_RIGHT_PX) in grid


def test_times_are_those_of_the_recording(analysis: Analysis) -> None:
    judged = analysis.judged
    data = player_data(analysis, focus_of(judged.report))
    assert data["start_s"] == judged.signals.t_s[0]
    assert data["end_s"] == judged.signals.t_s[-1]
    assert [rep["start_s"] for rep in data["reps"]] == [rep.move_start_s for rep in judged.report.reps]
    assert data["html"].count("data-start=") == len(judged.report.reps) == 2


def test_names_in_the_html_are_escaped() -> None:
    from formcheck.ui.player.rows import verdict_badge

    assert "<script>" not in verdict_badge("ok", "✓", "<script>")


def test_the_script_is_shipped() -> None:
    assert (Path(figures.__file__).parents[1] / "ui/player/player.js").is_file()
