"""The lower back over time within its bounds as SVG, or why there is no curve."""

from collections.abc import Sequence

import numpy as np

from formcheck.body.pose import Floats
from formcheck.body.signals import Signals
from formcheck.coach.set_report import SetReport, Severity
from formcheck.report.axes import LABEL_SIZE, TICK_SIZE, Plot, padded, stretches
from formcheck.report.back_limits import Limit, back_limits
from formcheck.report.figure_parts import (
    LEFT_PX,
    RIGHT_PX,
    WIDE_PX,
    repetition_bands,
)
from formcheck.report.frame_state import about_the_back
from formcheck.report.palette import CSS, Palette
from formcheck.report.sentences import not_judged
from formcheck.report.svg import Drawing, wrapped_lines
from formcheck.report.words import (
    BACK,
    DEGREE,
    VERDICT_MARK,
    Focus,
    degrees,
    focus_of,
    reason_text,
)

_DASH = {"red": None, "amber": "7 4", "info": "2 4"}


def lumbar(
    report: SetReport,
    signals: Signals,
    *,
    focus: Focus | None = None,
    palette: Palette = CSS,
    width_px: float = WIDE_PX,
    name: str = "lumbar",
) -> str:
    """Return the lower back over time within its bounds, or a plain panel that says why not.

    Parameters are those of `timeline`.
    """
    focus = focus or focus_of(report)
    values = signals.deg.get(BACK, np.full(len(signals), np.nan))
    if not np.isfinite(values).any():
        return _not_judged_panel(report, palette, width_px, name)
    drawing = Drawing(width_px, 240, name, "Lower back over the recording", _back_described(report))
    sd = np.nan_to_num(signals.sd_deg.get(BACK, np.zeros(len(signals))))
    span = (float(signals.t_s[0]), float(signals.t_s[-1]))
    moving = back_limits(report, signals, focus)[len(focus.back_bounds_deg) :]
    bounds = [bound for _, bound in focus.back_bounds_deg]
    bounds += [float(limit.max() if limit.max() > 0 else limit.min()) for _, limit in moving]
    y_range = padded(np.concatenate([values - sd, values + sd]), *bounds, 0.0)
    plot = Plot(LEFT_PX, 44, width_px - RIGHT_PX, 210, span, y_range)
    repetition_bands(drawing, plot, report, palette)
    _back_bounds(drawing, plot, focus, palette)
    _moving_bounds(drawing, plot, signals, moving, palette)
    plot.frame(drawing, palette, max_ticks=round(width_px / 70))
    drawing.line((plot.left, plot.y(0)), (plot.right, plot.y(0)), stroke=palette.ink, stroke_width=1)
    title = f"lower back from your start posture ({DEGREE})"
    drawing.text((4, 13), title, LABEL_SIZE, palette.ink, bold=True)
    _gaps(drawing, plot, signals, values, palette)
    for low, high in zip(
        stretches(signals.t_s, values - sd, plot), stretches(signals.t_s, values + sd, plot), strict=True
    ):
        drawing.area(low + high[::-1], fill=palette.signal, fill_opacity=0.18)
    for points in stretches(signals.t_s, values, plot):
        drawing.curve(points, stroke=palette.signal, stroke_width=2)
    ends = [(severity, float(limit[-1])) for severity, limit in moving]
    _names(drawing, plot, [*focus.back_bounds_deg, *ends], palette)
    return drawing.svg()


def _back_bounds(drawing: Drawing, plot: Plot, focus: Focus, palette: Palette) -> None:
    """Draw the bounds as lines, and hatch what lies beyond the outermost."""
    for severity, bound in focus.back_bounds_deg:
        colour = palette.verdict(severity)
        y = plot.y(bound)
        if severity == "red":
            top, bottom = (plot.top, y) if bound > 0 else (y, plot.bottom)
            fill = drawing.hatch("red", colour)
            drawing.rect(plot.left, top, plot.right - plot.left, bottom - top, fill=fill, fill_opacity=0.25)
        dash = _DASH[severity]
        drawing.line((plot.left, y), (plot.right, y), stroke=colour, stroke_width=1.5, stroke_dasharray=dash)


def _moving_bounds(
    drawing: Drawing, plot: Plot, signals: Signals, limits: list[Limit], palette: Palette
) -> None:
    """Draw the bounds that move with the thigh."""
    for severity, limit in limits:
        colour = palette.verdict(severity)
        dash = _DASH[severity]
        for points in stretches(signals.t_s, limit, plot):
            drawing.curve(points, stroke=colour, stroke_width=1.5, stroke_dasharray=dash)


def _names(drawing: Drawing, plot: Plot, bounds: Sequence[tuple[Severity, float]], palette: Palette) -> None:
    """Name the bounds at their right end, over the curves, which would cross the words out."""
    for severity, bound in bounds:
        at = (plot.right - 4, plot.y(bound) - 4)
        text = f"{severity} {degrees(bound)}"
        drawing.text(at, text, TICK_SIZE, palette.verdict(severity), anchor="end", halo=palette.paper)


def _gaps(
    drawing: Drawing,
    plot: Plot,
    signals: Signals,
    values: Floats,
    palette: Palette,
) -> None:
    """Hatch the stretches in which the back was not judged."""
    missing = ~np.isfinite(values)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(int)))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        left, right = (plot.x(float(signals.t_s[i])) for i in (first, end - 1))
        fill = drawing.hatch("cannot_judge", palette.not_judged)
        drawing.rect(
            left, plot.top, max(2.0, right - left), plot.bottom - plot.top, fill=fill, fill_opacity=0.45
        )
        if right - left > 70:
            at = ((left + right) / 2, (plot.top + plot.bottom) / 2)
            drawing.text(at, "not judged", TICK_SIZE, palette.muted, anchor="middle", halo=palette.paper)


def _not_judged_panel(report: SetReport, palette: Palette, width_px: float, name: str) -> str:
    """Return the panel that takes the place of a curve that nobody could draw."""
    rows = [row for row in not_judged(report) if row[0].lower().startswith("lower back")]
    reasons = [rep.lumbar_flexion_deg.reason for rep in report.reps if rep.lumbar_flexion_deg.reason]
    why = rows[0][1] if rows else reason_text(reasons[0] if reasons else "")
    lines = wrapped_lines(f"{why} {rows[0][2] if rows else ''}", 13, width_px - 84)
    height = 56.0 + 19 * len(lines)
    drawing = Drawing(width_px, height, name, "Lower back: not judged", why)
    hatch = drawing.hatch("cannot_judge", palette.grid)
    drawing.rect(0.5, 0.5, width_px - 1, height - 1, fill=palette.panel, stroke=palette.grid, rx=8)
    drawing.rect(0.5, 0.5, 44, height - 1, fill=hatch, rx=8)
    drawing.text(
        (22, 33),
        VERDICT_MARK["cannot_judge"],
        22,
        palette.muted,
        anchor="middle",
        bold=True,
        halo=palette.panel,
    )
    drawing.text((58, 30), "Lower back: not judged", 15, palette.ink, bold=True)
    for i, line in enumerate(lines):
        drawing.text((58, 52 + 19 * i), line, 13, palette.muted)
    return drawing.svg()


def _back_described(report: SetReport) -> str:
    crossed = [str(rep.index) for rep in report.reps if any(about_the_back(fault) for fault in rep.faults)]
    return f"Limits crossed in repetitions: {', '.join(crossed) or 'none'}"
