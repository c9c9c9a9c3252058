"""The figures of a set as SVG: one drawing code for the app, the HTML page and the PDF.

``CSS`` as the palette makes a figure that follows a page's light or dark setting; ``LIGHT`` and ``DARK``
make one that stands by itself. Widths are CSS pixels: give 340 for a phone, 720 for a page.
"""

import numpy as np

from formcheck.body.signals import Signals
from formcheck.coach.set_report import Fault, Repetition, SetReport
from formcheck.report.axes import LABEL_SIZE, TICK_SIZE, Plot, padded, stretches
from formcheck.report.back_limits import Limit, back_limits
from formcheck.report.frame_state import about_the_back, value_at
from formcheck.report.palette import CSS, Palette
from formcheck.report.sentences import not_judged
from formcheck.report.svg import Drawing, wrapped_lines
from formcheck.report.tiles import text_width
from formcheck.report.words import (
    BACK,
    DEGREE,
    VERDICT_MARK,
    VERDICT_WORD,
    Focus,
    Phase,
    degrees,
    fault_label,
    focus_of,
    phases,
    reason_text,
    signal_label,
)
from formcheck.report.working_leg import column_of_rep, working_values

WIDE_PX, NARROW_PX, PANEL_PX = 720.0, 340.0, 330.0
FULL_SIGN: dict[Phase, str] = {"concentric": "▲", "hold": "❚❚", "eccentric": "▼", "resting": "○"}
_SEVERITY_SIGN = {"info": "", "amber": "▲ ", "red": "⬢ "}
_LEFT, _RIGHT = 40.0, 14.0


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
    values = _counting_values(report, signals, focus)
    span = (float(signals.t_s[0]), float(signals.t_s[-1])) if len(signals) > 1 else (0.0, 1.0)
    plot = Plot(
        _LEFT, 44, width_px - _RIGHT, 44 + plot_height, span, padded(values, *(focus.target_deg or ()))
    )
    _repetition_bands(drawing, plot, report, palette)
    plot.frame(drawing, palette, max_ticks=round(width_px / 70))
    _target_band(drawing, plot, focus, palette)
    drawing.text((4, 13), f"{label} ({DEGREE})", LABEL_SIZE, palette.ink, bold=True)
    for points in stretches(signals.t_s, values, plot):
        drawing.curve(points, stroke=palette.signal, stroke_width=2)
    _peaks(drawing, plot, report, focus, palette)
    for i, (text, items) in enumerate(lanes):
        _lane(drawing, plot, plot.bottom + 38 + 30 * i, text, items, palette)
    return drawing.svg()


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
    values = _counting_values(report, signals, focus)
    within = np.zeros(len(signals), dtype=bool)
    for rep in report.reps:
        within |= signals.between(rep.move_start_s, rep.move_end_s)
    longest_s = max((rep.move_end_s - rep.move_start_s for rep in report.reps), default=1.0)
    y_range = padded(values[within], *(focus.target_deg or ()))
    plot = Plot(_LEFT, 40, width_px - _RIGHT, 170, (0.0, max(longest_s, 0.1)), y_range)
    return [_panel(rep, signals, values, plot, focus, palette, f"{name}-{rep.index}") for rep in report.reps]


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
    plot = Plot(_LEFT, 44, width_px - _RIGHT, 210, span, y_range)
    _repetition_bands(drawing, plot, report, palette)
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
    return drawing.svg()


def _counting_values(
    report: SetReport, signals: Signals, focus: Focus
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    values = working_values(report, signals, focus.signal)
    return np.full(len(signals), np.nan) if values is None else values


def _repetition_bands(drawing: Drawing, plot: Plot, report: SetReport, palette: Palette) -> None:
    """Shade the repetitions, each with its number and its verdict's mark above."""
    for rep in report.reps:
        left, right = plot.x(rep.move_start_s), plot.x(rep.move_end_s)
        drawing.rect(left, plot.top, right - left, plot.bottom - plot.top, fill=palette.panel)
        for x in (left, right):
            drawing.line((x, plot.top), (x, plot.bottom), stroke=palette.grid, stroke_width=1)
        text = f"{rep.index} {VERDICT_MARK[rep.verdict]}"
        if text_width(text, 13, bold=True) > right - left:
            text = str(rep.index)
        colour = palette.verdict(rep.verdict)
        drawing.text(((left + right) / 2, plot.top - 8), text, 13, colour, anchor="middle", bold=True)


def _target_band(drawing: Drawing, plot: Plot, focus: Focus, palette: Palette) -> None:
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
    drawing.text(
        (plot.right - 4, min(bottom, plot.bottom) - 5),
        "target",
        TICK_SIZE,
        palette.ok,
        anchor="end",
        halo=palette.paper,
    )


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


Span = tuple[float, float, str]
"""Start and end in seconds, kind of hatching."""


def _lanes(report: SetReport, focus: Focus) -> list[tuple[str, list[Span]]]:
    """Return the lanes below the plot: one for each fault, then what could not be judged."""
    lanes: dict[str, list[Span]] = {}
    for rep in report.reps:
        for fault in rep.faults:
            title = f"Fault: {fault_label(fault.id)}"
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


def _panel(
    rep: Repetition,
    signals: Signals,
    values: "np.ndarray[tuple[int], np.dtype[np.float64]]",
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
        plot.right + _RIGHT, height, name, f"Repetition {rep.index}", _rep_described(rep, focus)
    )
    drawing.rect(0.5, 0.5, drawing.width - 1, height - 1, fill=palette.paper, stroke=palette.grid, rx=8)
    colour = palette.verdict(rep.verdict)
    verdict = f"{VERDICT_MARK[rep.verdict]} {VERDICT_WORD[rep.verdict]}"
    drawing.text((12, 23), str(rep.index), 18, palette.ink, bold=True)
    drawing.text((18 + text_width(str(rep.index), 18, bold=True), 22), verdict, 13, colour, bold=True)
    side = "" if rep.side == "both" else f", {rep.side}"
    peak = rep.range[focus.signal].peak_deg if focus.signal in rep.range else None
    drawing.text((drawing.width - 12, 22), f"{degrees(peak)}{side}", 13, palette.ink, anchor="end", bold=True)
    _phase_bands(drawing, plot, rep, focus, palette)
    plot.frame(drawing, palette, max_ticks=5)
    _target_band(drawing, plot, focus, palette)
    which = signals.between(rep.move_start_s, rep.move_end_s)
    t_s, part = signals.t_s[which] - rep.move_start_s, values[which]
    for points in stretches(t_s, part, plot):
        drawing.curve(points, stroke=palette.signal, stroke_width=2.2)
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


def _back_bounds(drawing: Drawing, plot: Plot, focus: Focus, palette: Palette) -> None:
    """Draw the bounds as lines with their names, and hatch what lies beyond the outermost."""
    for severity, bound in focus.back_bounds_deg:
        colour = palette.verdict(severity)
        y = plot.y(bound)
        if severity == "red":
            top, bottom = (plot.top, y) if bound > 0 else (y, plot.bottom)
            fill = drawing.hatch("red", colour)
            drawing.rect(plot.left, top, plot.right - plot.left, bottom - top, fill=fill, fill_opacity=0.25)
        dash = {"red": None, "amber": "7 4", "info": "2 4"}[severity]
        drawing.line((plot.left, y), (plot.right, y), stroke=colour, stroke_width=1.5, stroke_dasharray=dash)
        text = f"{severity} {degrees(bound)}"
        drawing.text((plot.right - 4, y - 4), text, TICK_SIZE, colour, anchor="end", halo=palette.paper)


def _moving_bounds(
    drawing: Drawing, plot: Plot, signals: Signals, limits: list[Limit], palette: Palette
) -> None:
    """Draw the bounds that move with the thigh, named at their right end."""
    for severity, limit in limits:
        colour = palette.verdict(severity)
        dash = {"red": None, "amber": "7 4", "info": "2 4"}[severity]
        for points in stretches(signals.t_s, limit, plot):
            drawing.curve(points, stroke=colour, stroke_width=1.5, stroke_dasharray=dash)
        text = f"{severity} {degrees(float(limit[-1]))}"
        at = (plot.right - 4, plot.y(float(limit[-1])) - 4)
        drawing.text(at, text, TICK_SIZE, colour, anchor="end", halo=palette.paper)


def _gaps(
    drawing: Drawing,
    plot: Plot,
    signals: Signals,
    values: "np.ndarray[tuple[int], np.dtype[np.float64]]",
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


def _described(report: SetReport, focus: Focus) -> str:
    peaks = [
        f"repetition {rep.index} {rep.move_start_s:.1f} to {rep.move_end_s:.1f} s, peak "
        f"{degrees(rep.range[focus.signal].peak_deg)}, {VERDICT_WORD[rep.verdict].lower()}"
        for rep in report.reps
        if focus.signal in rep.range
    ]
    return "; ".join(peaks)


def _rep_described(rep: Repetition, focus: Focus) -> str:
    peak = degrees(rep.range[focus.signal].peak_deg) if focus.signal in rep.range else ""
    faults = ", ".join(fault_label(fault.id) for fault in rep.faults)
    return ", ".join(filter(None, [VERDICT_WORD[rep.verdict], peak, faults]))


def _back_described(report: SetReport) -> str:
    crossed = [str(rep.index) for rep in report.reps if any(about_the_back(fault) for fault in rep.faults)]
    return f"Limits crossed in repetitions: {', '.join(crossed) or 'none'}"
