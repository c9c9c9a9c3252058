"""The set over time as SVG: one drawing code for the app, the HTML page and the PDF."""

import numpy as np

from formcheck.body.signals import Signals
from formcheck.coach.set_report import SetReport
from formcheck.report.axes import LABEL_SIZE, TICK_SIZE, Plot, padded, stretches
from formcheck.report.figure_parts import (
    LEFT_PX,
    RIGHT_PX,
    WIDE_PX,
    counting_values,
    repetition_bands,
    target_band,
    target_name,
)
from formcheck.report.palette import CSS, Palette
from formcheck.report.svg import Drawing
from formcheck.report.words import (
    BACK,
    DEGREE,
    VERDICT_WORD,
    Focus,
    degrees,
    fault_label,
    focus_of,
    shown_verdict,
    signal_label,
)

Span = tuple[float, float, str]
"""Start and end in seconds, kind of hatching."""


def timeline(
    report: SetReport,
    signals: Signals,
    *,
    focus: Focus | None = None,
    palette: Palette = CSS,
    width_px: float = WIDE_PX,
    name: str = "timeline",
) -> str:
    """Return the set over time: the counting signal, repetitions, peaks, faults, what was not judged.

    Parameters
    ----------
    report : SetReport
        The judged set.
    signals : Signals
        The angles over time.
    focus : Focus, optional
        What the exercise is about; where None, `focus_of` the report.
    palette : Palette
        The colours.
    width_px : float
        Width of the drawing.
    name : str
        Prefix of the ids in it; unique within a page.
    """
    focus = focus or focus_of(report)
    lanes = _lanes(report, focus)
    plot_height = 190.0
    height = 44 + plot_height + 28 + 30 * len(lanes)
    label = signal_label(focus.signal)
    drawing = Drawing(width_px, height, name, f"{label} over the recording", _described(report, focus))
    values = counting_values(report, signals, focus)
    span = (float(signals.t_s[0]), float(signals.t_s[-1])) if len(signals) > 1 else (0.0, 1.0)
    plot = Plot(
        LEFT_PX, 44, width_px - RIGHT_PX, 44 + plot_height, span, padded(values, *(focus.target_deg or ()))
    )
    repetition_bands(drawing, plot, report, palette)
    plot.frame(drawing, palette, max_ticks=round(width_px / 70))
    target_band(drawing, plot, focus, palette)
    drawing.text((4, 13), f"{label} ({DEGREE})", LABEL_SIZE, palette.ink, bold=True)
    for points in stretches(signals.t_s, values, plot):
        drawing.curve(points, stroke=palette.signal, stroke_width=2)
    target_name(drawing, plot, focus, palette)
    _peaks(drawing, plot, report, focus, palette)
    for i, (text, items) in enumerate(lanes):
        _lane(drawing, plot, plot.bottom + 38 + 30 * i, text, items, palette)
    return drawing.svg()


def _peaks(drawing: Drawing, plot: Plot, report: SetReport, focus: Focus, palette: Palette) -> None:
    for rep in report.reps:
        angle = rep.range.get(focus.signal)
        if angle is None or not np.isfinite(angle.peak_deg):
            continue
        x, y = plot.x(rep.peak_s), plot.y(angle.peak_deg)
        drawing.add("circle", cx=x, cy=y, r=4, fill=palette.paper, stroke=palette.signal, stroke_width=2)
        above = angle.peak_deg >= angle.start_deg
        at = (x, y - 8 if above and y - 8 > plot.top + 8 else y + 18)
        drawing.text(
            at, degrees(angle.peak_deg), 12, palette.ink, anchor="middle", bold=True, halo=palette.paper
        )


def _lanes(report: SetReport, focus: Focus) -> list[tuple[str, list[Span]]]:
    """Return the lanes below the plot: one for each fault, then what could not be judged."""
    lanes: dict[str, list[Span]] = {}
    for rep in report.reps:
        for fault in rep.faults:
            kind = "For information" if fault.severity == "info" else "Fault"
            title = f"{kind}: {fault_label(fault.id)}"
            lanes.setdefault(title, []).append((fault.start_s, fault.end_s, fault.severity))
    for item in report.cannot_judge:
        if item.signal in (focus.signal, BACK):
            title = f"Not judged: {signal_label(item.signal)}"
            lanes.setdefault(title, []).append((item.start_s, item.end_s, "cannot_judge"))
    return list(lanes.items())


def _lane(drawing: Drawing, plot: Plot, y: float, title: str, spans: list[Span], palette: Palette) -> None:
    """Draw one lane: its title, and under it a hatched bar for every span."""
    kinds = [kind for _, _, kind in spans]
    worst = next((kind for kind in ("red", "amber", "info") if kind in kinds), "cannot_judge")
    sign = {"red": "⬢ ", "amber": "▲ "}.get(worst, "")
    drawing.text(
        (plot.left, y), f"{sign}{title}", TICK_SIZE, palette.verdict(worst), bold=worst != "cannot_judge"
    )
    drawing.line((plot.left, y + 9.5), (plot.right, y + 9.5), stroke=palette.grid, stroke_width=1)
    for start_s, end_s, kind in spans:
        left, colour = plot.x(start_s), palette.verdict(kind)
        width = max(4.0, plot.x(end_s) - left)
        drawing.rect(left, y + 5, width, 9, fill=palette.paper, rx=2)
        fill = drawing.hatch(kind, colour)
        drawing.rect(left, y + 5, width, 9, fill=fill, stroke=colour, stroke_width=1, rx=2)


def _described(report: SetReport, focus: Focus) -> str:
    peaks = [
        f"repetition {rep.index} {rep.move_start_s:.1f} to {rep.move_end_s:.1f} s, peak "
        f"{degrees(rep.range[focus.signal].peak_deg)}, {VERDICT_WORD[shown_verdict(rep)].lower()}"
        for rep in report.reps
        if focus.signal in rep.range
    ]
    return "; ".join(peaks)
