"""The set on one page: every repetition as a small tile, alike in scale, to be taken in at a glance.

Above, the movement within its band, shaded by phase; below it the lower back within its limits. A bar at the
foot says when something was wrong, in colour, hatching and words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.body.pose import Floats
from formcheck.body.signals import Signals
from formcheck.coach.faults import rank
from formcheck.coach.set_report import Fault, Repetition, SetReport
from formcheck.report.axes import TICK_SIZE, Plot, padded, stretches, ticks
from formcheck.report.back_limits import Limit, back_limits
from formcheck.report.palette import CSS, Palette
from formcheck.report.svg import Drawing
from formcheck.report.tiles import text_width
from formcheck.report.words import (
    BACK,
    SHORT_VERDICT_WORD,
    VERDICT_MARK,
    VERDICT_WORD,
    Focus,
    degrees,
    fault_label,
    focus_of,
    phases,
    shown_verdict,
)
from formcheck.report.working_leg import working_values

WIDE_PX, NARROW_PX = 720.0, 340.0
_TILE_PX, _GAP = 140.0, 12.0
_AXIS, _HEAD, _MOVES, _BACK_TOP, _BACK, _FOOT = 34.0, 30.0, 84.0, 22.0, 64.0, 46.0
_DASH = {"red": None, "amber": "6 3", "info": "2 4"}


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    """What all tiles share: scales, so that one look compares them."""

    signals: Signals
    values: Floats
    back: Floats
    limits: Sequence[Limit]
    focus: Focus
    palette: Palette
    longest_s: float
    values_range: tuple[float, float]
    back_range: tuple[float, float]


def small_multiples(
    report: SetReport,
    signals: Signals,
    *,
    focus: Focus | None = None,
    palette: Palette = CSS,
    width_px: float = WIDE_PX,
    name: str = "summary",
) -> str:
    """Return all repetitions as tiles; empty where none was counted.

    Parameters are those of `formcheck.report.timeline_figure.timeline`.
    """
    if not report.reps:
        return ""
    shared = _shared(report, signals, focus or focus_of(report), palette)
    columns = max(1, int((width_px - _AXIS + _GAP) // (_TILE_PX + _GAP)))
    columns = min(columns, max(2, len(report.reps)))
    tile_px = (width_px - _AXIS - _GAP * (columns - 1)) / columns
    rows = -(-len(report.reps) // columns)
    height = _HEAD + _MOVES + _BACK_TOP + _BACK + _FOOT
    drawing = Drawing(width_px, rows * height, name, "Every repetition", _described(report))
    for i, rep in enumerate(report.reps):
        left = _AXIS + (i % columns) * (tile_px + _GAP)
        top = (i // columns) * height
        _tile(drawing, (left, top), tile_px, rep, shared, first=i % columns == 0)
    return drawing.svg()


def _shared(report: SetReport, signals: Signals, focus: Focus, palette: Palette) -> _Shared:
    nothing = np.full(len(signals), np.nan)
    values, back = working_values(report, signals, focus.signal), signals.deg.get(BACK, nothing)
    values = nothing if values is None else values
    inside = np.zeros(len(signals), dtype=np.bool_)
    for rep in report.reps:
        inside |= signals.between(rep.move_start_s, rep.move_end_s)
    limits = back_limits(report, signals, focus)
    bounds = [float(each[inside].max() if each.max() > 0 else each[inside].min()) for _, each in limits]
    return _Shared(
        signals,
        values,
        back,
        limits,
        focus,
        palette,
        max(0.1, *(rep.move_end_s - rep.move_start_s for rep in report.reps)),
        padded(values[inside], *(focus.target_deg or ())),
        padded(back[inside], 0.0, *bounds),
    )


def _tile(
    drawing: Drawing,
    corner: tuple[float, float],
    width: float,
    rep: Repetition,
    shared: _Shared,
    *,
    first: bool,
) -> None:
    """Draw one repetition; the first of a row carries the scales."""
    (x, y), palette = corner, shared.palette
    span = (0.0, shared.longest_s)
    moves = Plot(x, y + _HEAD, x + width, y + _HEAD + _MOVES, span, shared.values_range)
    top = moves.bottom + _BACK_TOP
    back = Plot(x, top, x + width, top + _BACK, span, shared.back_range)
    _title(drawing, (x, y + 20), width, rep, shared)
    for plot in (moves, back):
        _ground(drawing, plot, rep, shared, scale=first)
    _band(drawing, moves, shared, named=first)
    _curve(drawing, moves, rep, shared.values, shared)
    if rep.lumbar_flexion_deg.judged:
        _limits(drawing, back, rep, shared)
        _curve(drawing, back, rep, shared.back, shared)
    else:
        _withheld(drawing, back, palette)
    if first:
        at = (back.left, back.top - 5)
        drawing.text(at, "lower back", TICK_SIZE, palette.muted, halo=palette.paper)
    _faults(drawing, back, rep, shared)


def _title(drawing: Drawing, at: tuple[float, float], width: float, rep: Repetition, shared: _Shared) -> None:
    shown = shown_verdict(rep)
    colour = shared.palette.verdict(shown)
    drawing.text(at, str(rep.index), 17, shared.palette.ink, bold=True)
    beside = at[0] + text_width(str(rep.index), 17, bold=True) + 6
    verdict = f"{VERDICT_MARK[shown]} {SHORT_VERDICT_WORD[shown]}"
    drawing.text((beside, at[1] - 1), verdict, 12, colour, bold=True)
    angle = rep.range.get(shared.focus.signal)
    if angle is not None:
        right = (at[0] + width, at[1] - 1)
        drawing.text(right, degrees(angle.peak_deg), 12, shared.palette.ink, anchor="end")


def _ground(drawing: Drawing, plot: Plot, rep: Repetition, shared: _Shared, *, scale: bool) -> None:
    """Shade the way out and the way back, and draw the grid."""
    palette = shared.palette
    for i, (_, start_s, end_s) in enumerate(phases(rep, shared.focus)):
        left, right = plot.x(start_s - rep.move_start_s), plot.x(end_s - rep.move_start_s)
        if i % 2 == 0:
            drawing.rect(left, plot.top, right - left, plot.bottom - plot.top, fill=palette.panel)
    for value in ticks(*plot.y_range, 4):
        y = plot.y(value)
        drawing.line((plot.left, y), (plot.right, y), stroke=palette.grid, stroke_width=0.8)
        if scale:
            drawing.text((plot.left - 4, y + 4), degrees(value), TICK_SIZE, palette.muted, anchor="end")


def _band(drawing: Drawing, plot: Plot, shared: _Shared, *, named: bool) -> None:
    """Hatch where the movement should arrive."""
    if shared.focus.target_deg is None:
        return
    low, high = shared.focus.target_deg
    top, bottom = plot.y(high), plot.y(low)
    fill = drawing.hatch("target", shared.palette.ok)
    drawing.rect(plot.left, top, plot.right - plot.left, bottom - top, fill=fill, fill_opacity=0.28)
    edge = bottom if np.isfinite(low) else top
    drawing.line((plot.left, edge), (plot.right, edge), stroke=shared.palette.ok, stroke_width=1.2)
    if named:
        at = (plot.left + 3, edge + (12 if np.isfinite(low) else -4))
        drawing.text(at, "target", TICK_SIZE, shared.palette.ok, halo=shared.palette.paper)


def _limits(drawing: Drawing, plot: Plot, rep: Repetition, shared: _Shared) -> None:
    inside = shared.signals.between(rep.move_start_s, rep.move_end_s)
    t_s = shared.signals.t_s[inside] - rep.move_start_s
    for severity, limit in shared.limits:
        colour = shared.palette.verdict(severity)
        for points in stretches(t_s, limit[inside], plot):
            drawing.curve(points, stroke=colour, stroke_width=1.2, stroke_dasharray=_DASH[severity])


def _curve(drawing: Drawing, plot: Plot, rep: Repetition, values: Floats, shared: _Shared) -> None:
    inside = shared.signals.between(rep.move_start_s, rep.move_end_s)
    t_s = shared.signals.t_s[inside] - rep.move_start_s
    for points in stretches(t_s, values[inside], plot):
        drawing.curve(points, stroke=shared.palette.signal, stroke_width=2)


def _withheld(drawing: Drawing, plot: Plot, palette: Palette) -> None:
    fill = drawing.hatch("cannot_judge", palette.not_judged)
    drawing.rect(
        plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top, fill=fill, fill_opacity=0.4
    )
    at = ((plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2 + 4)
    drawing.text(at, "back not judged", TICK_SIZE, palette.muted, anchor="middle", halo=palette.paper)


def _faults(drawing: Drawing, plot: Plot, rep: Repetition, shared: _Shared) -> None:
    """Draw when something was wrong, the gravest first, and write what; of more than two say how many."""
    told = sorted(rep.faults, key=lambda fault: -rank(fault.severity))
    for i, fault in enumerate(told[:2]):
        _fault(drawing, plot, rep, fault, plot.bottom + 5 + 18 * i, shared, more=len(told) - 2 if i else 0)


def _fault(
    drawing: Drawing, plot: Plot, rep: Repetition, fault: Fault, y: float, shared: _Shared, *, more: int
) -> None:
    colour = shared.palette.verdict(fault.severity)
    left, right = plot.x(fault.start_s - rep.move_start_s), plot.x(fault.end_s - rep.move_start_s)
    fill = drawing.hatch(fault.severity, colour)
    drawing.rect(left, y, max(4.0, right - left), 5, fill=fill, stroke=colour, stroke_width=0.8, rx=2)
    text = fault_label(fault.id) + (f" +{more}" if more > 0 else "")
    half = text_width(text, 11, bold=True) / 2
    x = min(max((left + right) / 2, plot.left + half), plot.right - half)
    drawing.text((x, y + 16), text, TICK_SIZE, colour, anchor="middle", bold=True, halo=shared.palette.paper)


def _described(report: SetReport) -> str:
    said = []
    for rep in report.reps:
        found = [VERDICT_WORD[shown_verdict(rep)].lower(), *(fault_label(fault.id) for fault in rep.faults)]
        said.append(f"{rep.index}: {', '.join(found)}")
    return "; ".join(said)
