"""A trend over weeks as SVG: medians, their uncertainty, and the band in which nothing has changed."""

import math

import numpy as np

from formcheck.plan.progress import Trend, Week
from formcheck.report.axes import LABEL_SIZE, TICK_SIZE, Plot, padded
from formcheck.report.figure_parts import NARROW_PX
from formcheck.report.palette import CSS, Palette
from formcheck.report.svg import Drawing
from formcheck.report.words import DEGREE

HEIGHT_PX = 200.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 42.0, 14.0, 46.0, 34.0
_LINE_PX = 15.0
_SCALES = {"%": (0.0, 100.0), "of 10": (0.0, 10.0), "of 3": (0.0, 7.0)}
_TICK_UNITS = {"°": DEGREE, "%": "%", "s": " s"}


def trend_figure(
    trend: Trend,
    *,
    title: str,
    palette: Palette = CSS,
    width_px: float = NARROW_PX,
    name: str = "trend",
) -> str:
    """Return one trend.

    The shaded band is the detectable change round the first week that may be compared: a point inside it
    is no change. Bars are the interval of each week. Weeks with too little to compare are hollow.

    Parameters
    ----------
    trend : Trend
        What to draw; has at least one week.
    title : str
        What stands above it; after a colon a second line begins.
    palette : Palette
        The colours.
    width_px : float
        Width of the drawing.
    name : str
        Prefix of the ids in it; unique within a page.
    """
    drawing = Drawing(width_px, HEIGHT_PX, name, title, described(trend))
    first = trend.weeks[0].monday
    number = {week.monday: (week.monday - first).days // 7 + 1 for week in trend.weeks}
    last = max(number.values())
    plot = Plot(
        _LEFT, _TOP, width_px - _RIGHT, HEIGHT_PX - _BOTTOM, (0.5, max(last, 2) + 0.5), _y_range(trend)
    )
    _band(drawing, plot, trend, palette)
    unit = _TICK_UNITS.get(trend.measure.unit, "")
    plot.frame(drawing, palette, x_unit="", y_unit=unit, max_ticks=min(max(last, 2) + 1, 12))
    drawing.text(
        ((plot.left + plot.right) / 2, HEIGHT_PX - 4), "week", TICK_SIZE, palette.muted, anchor="middle"
    )
    for i, line in enumerate(title.split(": ", 1)):
        drawing.text((4, 14 + i * _LINE_PX), line, LABEL_SIZE, palette.ink, bold=not i)
    points = [(plot.x(number[week.monday]), plot.y(week.value)) for week in trend.weeks]
    drawing.curve(points, stroke=palette.signal, stroke_width=1.5)
    for week, (x, y) in zip(trend.weeks, points, strict=True):
        _week(drawing, plot, week, (x, y), palette)
    return drawing.svg()


def described(trend: Trend) -> str:
    """Return a trend in words, for those who do not see it."""
    values = ", ".join(shown(week.value, trend.measure.unit) for week in trend.weeks)
    return f"{trend.measure.name} by week: {values}. {trend.words}"


def shown(value: float, unit: str) -> str:
    """Return a value of a measure with its unit."""
    if unit == "s":
        return f"{value:.1f} s"
    if unit in ("°", "%"):
        return f"{value:.0f}{DEGREE if unit == '°' else ' %'}"
    return f"{value:g}"


def _y_range(trend: Trend) -> tuple[float, float]:
    if trend.measure.unit in _SCALES:
        return _SCALES[trend.measure.unit]
    values = np.array([[week.low, week.value, week.high] for week in trend.weeks]).ravel()
    band = trend.measure.detectable or 0.0
    middle = _reference(trend)
    around = (middle.value - band, middle.value + band) if middle else ()
    least = 4.0 if trend.measure.unit == "s" else 30.0
    low, high = padded(values, *around, least=least)
    return max(0.0, low) if values.min() >= 0 else low, high


def _reference(trend: Trend) -> Week | None:
    return next((week for week in trend.weeks if week.enough), None)


def _band(drawing: Drawing, plot: Plot, trend: Trend, palette: Palette) -> None:
    """Shade what measuring cannot tell from the first week."""
    reference = _reference(trend)
    if reference is None or trend.measure.id == "adherence":
        return
    half = trend.measure.detectable
    low = reference.low if half is None else reference.value - half
    high = reference.high if half is None else reference.value + half
    top, bottom = plot.y(high), plot.y(low)
    drawing.rect(plot.left, top, plot.right - plot.left, bottom - top, fill=palette.panel)
    for y in (top, bottom):
        drawing.line(
            (plot.left, y), (plot.right, y), stroke=palette.muted, stroke_width=1, stroke_dasharray="3 3"
        )


def _week(drawing: Drawing, plot: Plot, week: Week, at: tuple[float, float], palette: Palette) -> None:
    x, y = at
    if week.high > week.low and all(map(math.isfinite, (week.low, week.high))):
        drawing.line((x, plot.y(week.low)), (x, plot.y(week.high)), stroke=palette.signal, stroke_width=1.5)
    fill = palette.signal if week.enough else palette.paper
    drawing.add("circle", cx=x, cy=y, r=4.5, fill=fill, stroke=palette.signal, stroke_width=2)
