"""What the figures of a set share: their widths, and what is drawn under every curve.

``CSS`` as the palette makes a figure that follows a page's light or dark setting; ``LIGHT`` and ``DARK``
make one that stands by itself. Widths are CSS pixels: give `NARROW_PX` for a phone, `WIDE_PX` for a page.
"""

import numpy as np

from formcheck.body.pose import Floats
from formcheck.body.signals import Signals
from formcheck.coach.set_report import SetReport
from formcheck.report.axes import TICK_SIZE, Plot
from formcheck.report.palette import Palette
from formcheck.report.svg import Drawing
from formcheck.report.tiles import text_width
from formcheck.report.words import VERDICT_MARK, Focus, shown_verdict
from formcheck.report.working_leg import working_values

WIDE_PX, NARROW_PX, PANEL_PX = 720.0, 340.0, 330.0
LEFT_PX, RIGHT_PX = 40.0, 14.0
"""From a figure's sides to its time axis; the player's cursor runs there."""


def counting_values(report: SetReport, signals: Signals, focus: Focus) -> Floats:
    """Return the signal that the repetitions were counted by, of the working side; NaN where none."""
    values = working_values(report, signals, focus.signal)
    return np.full(len(signals), np.nan) if values is None else values


def repetition_bands(drawing: Drawing, plot: Plot, report: SetReport, palette: Palette) -> None:
    """Shade the repetitions, each with its number and its verdict's mark above."""
    for rep in report.reps:
        left, right = plot.x(rep.move_start_s), plot.x(rep.move_end_s)
        drawing.rect(left, plot.top, right - left, plot.bottom - plot.top, fill=palette.panel)
        for x in (left, right):
            drawing.line((x, plot.top), (x, plot.bottom), stroke=palette.grid, stroke_width=1)
        shown = shown_verdict(rep)
        text = f"{rep.index} {VERDICT_MARK[shown]}"
        if text_width(text, 13, bold=True) > right - left:
            text = str(rep.index)
        colour = palette.verdict(shown)
        drawing.text(((left + right) / 2, plot.top - 8), text, 13, colour, anchor="middle", bold=True)


def target_band(drawing: Drawing, plot: Plot, focus: Focus, palette: Palette) -> None:
    """Hatch the range that a repetition is to reach."""
    if focus.target_deg is None:
        return
    low, high = focus.target_deg
    top, bottom = plot.y(high), plot.y(low)
    fill = drawing.hatch("target", palette.ok)
    drawing.rect(plot.left, top, plot.right - plot.left, bottom - top, fill=fill, fill_opacity=0.28)
    for bound in (low, high):
        if plot.y_range[0] < bound < plot.y_range[1]:
            y = plot.y(bound)
            drawing.line((plot.left, y), (plot.right, y), stroke=palette.ok, stroke_width=1.2)


def target_name(drawing: Drawing, plot: Plot, focus: Focus, palette: Palette) -> None:
    """Name the band of `target_band`; after the curve, which would cross the word out."""
    if focus.target_deg is None:
        return
    at = (plot.right - 4, min(plot.y(focus.target_deg[0]), plot.bottom) - 5)
    drawing.text(at, "target", TICK_SIZE, palette.ok, anchor="end", halo=palette.paper)
