"""A panel for each repetition as SVG, all on the same axes: small multiples."""

import numpy as np

from formcheck.body.pose import Floats
from formcheck.body.signals import Signals
from formcheck.coach.set_report import Fault, Repetition, SetReport
from formcheck.report.axes import TICK_SIZE, Plot, padded, stretches
from formcheck.report.figure_parts import (
    LEFT_PX,
    PANEL_PX,
    RIGHT_PX,
    counting_values,
    target_band,
    target_name,
)
from formcheck.report.frame_state import value_at
from formcheck.report.palette import CSS, Palette
from formcheck.report.svg import Drawing
from formcheck.report.tiles import text_width
from formcheck.report.words import (
    VERDICT_MARK,
    VERDICT_WORD,
    Focus,
    Phase,
    degrees,
    fault_label,
    focus_of,
    phases,
    shown_verdict,
)
from formcheck.report.working_leg import column_of_rep

FULL_SIGN: dict[Phase, str] = {"concentric": "▲", "hold": "❚❚", "eccentric": "▼", "resting": "○"}
_SEVERITY_SIGN = {"info": "", "amber": "▲ ", "red": "⬢ "}


def repetition_panels(
    report: SetReport,
    signals: Signals,
    *,
    focus: Focus | None = None,
    palette: Palette = CSS,
    width_px: float = PANEL_PX,
    name: str = "rep",
) -> list[str]:
    """Return a panel for each repetition, all on the same axes, from its start.

    Parameters are those of `timeline`.
    """
    focus = focus or focus_of(report)
    values = counting_values(report, signals, focus)
    within = np.zeros(len(signals), dtype=bool)
    for rep in report.reps:
        within |= signals.between(rep.move_start_s, rep.move_end_s)
    longest_s = max((rep.move_end_s - rep.move_start_s for rep in report.reps), default=1.0)
    y_range = padded(values[within], *(focus.target_deg or ()))
    plot = Plot(LEFT_PX, 40, width_px - RIGHT_PX, 170, (0.0, max(longest_s, 0.1)), y_range)
    return [_panel(rep, signals, values, plot, focus, palette, f"{name}-{rep.index}") for rep in report.reps]


def _panel(
    rep: Repetition,
    signals: Signals,
    values: Floats,
    plot: Plot,
    focus: Focus,
    palette: Palette,
    name: str,
) -> str:
    """Return one repetition: number and verdict in words, its curve by phase, faults upon it."""
    faults = [
        fault for fault in rep.faults if fault.end_s >= rep.move_start_s and fault.start_s <= rep.move_end_s
    ]
    height = plot.bottom + 42
    drawing = Drawing(
        plot.right + RIGHT_PX, height, name, f"Repetition {rep.index}", _rep_described(rep, focus)
    )
    drawing.rect(0.5, 0.5, drawing.width - 1, height - 1, fill=palette.paper, stroke=palette.grid, rx=8)
    shown = shown_verdict(rep)
    colour, verdict = palette.verdict(shown), f"{VERDICT_MARK[shown]} {VERDICT_WORD[shown]}"
    drawing.text((12, 23), str(rep.index), 18, palette.ink, bold=True)
    drawing.text((18 + text_width(str(rep.index), 18, bold=True), 22), verdict, 13, colour, bold=True)
    side = "" if rep.side == "both" else f", {rep.side}"
    peak = rep.range[focus.signal].peak_deg if focus.signal in rep.range else None
    drawing.text((drawing.width - 12, 22), f"{degrees(peak)}{side}", 13, palette.ink, anchor="end", bold=True)
    _phase_bands(drawing, plot, rep, focus, palette)
    plot.frame(drawing, palette, max_ticks=5)
    target_band(drawing, plot, focus, palette)
    which = signals.between(rep.move_start_s, rep.move_end_s)
    t_s, part = signals.t_s[which] - rep.move_start_s, values[which]
    for points in stretches(t_s, part, plot):
        drawing.curve(points, stroke=palette.signal, stroke_width=2.2)
    target_name(drawing, plot, focus, palette)
    for fault in faults:
        _fault_on_curve(drawing, plot, rep, fault, signals, focus, palette)
    return drawing.svg()


def _phase_bands(drawing: Drawing, plot: Plot, rep: Repetition, focus: Focus, palette: Palette) -> None:
    """Shade every second phase and write what each is, shortened to a sign where it does not fit."""
    for i, (phase, start_s, end_s) in enumerate(phases(rep, focus)):
        left, right = plot.x(start_s - rep.move_start_s), plot.x(end_s - rep.move_start_s)
        if i % 2 == 0:
            drawing.rect(left, plot.top, right - left, plot.bottom - plot.top, fill=palette.panel)
        else:
            for x in (left, right):
                drawing.line((x, plot.top), (x, plot.bottom), stroke=palette.grid, stroke_width=1)
        word = focus.phase_word(phase)
        text = word if text_width(word, 11) < right - left - 2 else FULL_SIGN[phase]
        drawing.text(((left + right) / 2, plot.bottom + 33), text, TICK_SIZE, palette.muted, anchor="middle")


def _fault_on_curve(
    drawing: Drawing,
    plot: Plot,
    rep: Repetition,
    fault: Fault,
    signals: Signals,
    focus: Focus,
    palette: Palette,
) -> None:
    """Mark a fault where it happened: a hatched bar at the foot, a sign and its name above the bar."""
    left = plot.x(max(fault.start_s, rep.move_start_s) - rep.move_start_s)
    width = max(5.0, plot.x(min(fault.end_s, rep.move_end_s) - rep.move_start_s) - left)
    colour = palette.verdict(fault.severity)
    row = [other.id for other in rep.faults].index(fault.id)
    y = plot.bottom - 10 - 24 * (row % 4)
    drawing.rect(
        left, y, width, 8, fill=drawing.hatch(fault.severity, colour), stroke=colour, stroke_width=1, rx=2
    )
    text = f"{_SEVERITY_SIGN[fault.severity]}{fault_label(fault.id)}"
    half = text_width(text, 11, bold=True) / 2
    x = min(max(left + width / 2, plot.left + half + 2), plot.right - half - 2)
    drawing.text((x, y - 4), text, TICK_SIZE, colour, anchor="middle", bold=True, halo=palette.paper)
    column = column_of_rep(focus.signal, rep, signals)
    value = value_at(signals, column, (fault.start_s + fault.end_s) / 2)
    if value is not None:
        place = (plot.x((fault.start_s + fault.end_s) / 2 - rep.move_start_s), plot.y(value))
        drawing.add(
            "circle", cx=place[0], cy=place[1], r=4, fill=colour, stroke=palette.paper, stroke_width=1.5
        )


def _rep_described(rep: Repetition, focus: Focus) -> str:
    peak = degrees(rep.range[focus.signal].peak_deg) if focus.signal in rep.range else ""
    faults = ", ".join(fault_label(fault.id) for fault in rep.faults)
    return ", ".join(filter(None, [VERDICT_WORD[shown_verdict(rep)], peak, faults]))
