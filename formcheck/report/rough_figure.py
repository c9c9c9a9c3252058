"""How much the lower back bent over the movement, told roughly for a whole set, as SVG."""

import numpy as np

from formcheck.body.pose import Floats
from formcheck.body.spine_course import COURSE, HALF_STEP
from formcheck.body.spine_rough import RoughBend
from formcheck.report.axes import LABEL_SIZE, TICK_SIZE, Plot, padded, stretches
from formcheck.report.figure_parts import LEFT_PX, RIGHT_PX, WIDE_PX
from formcheck.report.palette import CSS, Palette
from formcheck.report.sentences import Z_80
from formcheck.report.svg import Drawing, wrapped_lines
from formcheck.report.words import DEGREE

_TITLE = f"lower back, roughly: more bent than upright ({DEGREE})"
_DASHED = "5 4"


def rough_curve(
    bend: RoughBend | None, *, palette: Palette = CSS, width_px: float = WIDE_PX, name: str = "rough"
) -> str:
    """Return the rough curve over the movement with its band; empty where there is none.

    Parameters
    ----------
    bend : RoughBend or None
        What is known of the set.
    palette, width_px, name
        As for `formcheck.report.timeline_figure.timeline`.
    """
    if bend is None or not bend.curve:
        return ""
    deg, sd = _by_course(bend)
    below = _below(bend)
    lines = wrapped_lines(below, TICK_SIZE, width_px - LEFT_PX - RIGHT_PX)
    drawing = Drawing(width_px, 246 + 15 * len(lines), name, "Lower back over the movement, roughly", below)
    low, high = deg - Z_80 * sd, deg + Z_80 * sd
    plot = Plot(LEFT_PX, 40, width_px - RIGHT_PX, 210, (-1.0, 1.0), padded(np.concatenate([low, high]), 0.0))
    drawing.text((4, 23), _TITLE, LABEL_SIZE, palette.ink, bold=True)
    _axes(drawing, plot, palette)
    _unseen(drawing, plot, deg, palette)
    for under, over in zip(stretches(COURSE, low, plot), stretches(COURSE, high, plot), strict=True):
        drawing.area(under + over[::-1], fill=palette.signal, fill_opacity=0.18)
    for points in stretches(COURSE, deg, plot):
        drawing.curve(points, stroke=palette.signal, stroke_width=2, stroke_dasharray=_DASHED)
    for at, value in zip(COURSE.tolist(), deg.tolist(), strict=True):
        if np.isfinite(value):
            drawing.add("circle", cx=plot.x(at), cy=plot.y(value), r=3.0, fill=palette.signal)
    for i, line in enumerate(lines):
        drawing.text((LEFT_PX, 246 + 15 * i), line, TICK_SIZE, palette.muted)
    return drawing.svg()


def _by_course(bend: RoughBend) -> tuple[Floats, Floats]:
    """Return angle and deviation at every place of `COURSE`; NaN where the back was not seen."""
    deg, sd = np.full((2, len(COURSE)), np.nan)
    for level in bend.curve:
        at = (1.0 - level.share) * (-1.0 if level.way == "out" else 1.0)
        place = int(np.abs(COURSE - at).argmin())
        deg[place], sd[place] = level.deg, level.sd_deg
    return deg, sd


def _below(bend: RoughBend) -> str:
    reps = "one repetition" if bend.reps == 1 else f"{bend.reps} repetitions"
    return (
        f"Mean of {reps}, from start to end. The band holds the truth 8 times in 10: it is too wide for a "
        "verdict, good or bad. Hatched: the back was not seen."
    )


def _axes(drawing: Drawing, plot: Plot, palette: Palette) -> None:
    plot.grid(drawing, palette)
    drawing.line((plot.left, plot.y(0)), (plot.right, plot.y(0)), stroke=palette.ink, stroke_width=1)
    for at, label, anchor in (
        (-1.0, "start", "start"),
        (0.0, "turning point", "middle"),
        (1.0, "end", "end"),
    ):
        x = plot.x(at)
        drawing.line((x, plot.bottom), (x, plot.bottom + 4), stroke=palette.muted, stroke_width=1)
        drawing.text((x, plot.bottom + 16), label, TICK_SIZE, palette.muted, anchor=anchor)


def _unseen(drawing: Drawing, plot: Plot, deg: Floats, palette: Palette) -> None:
    """Hatch the levels at which the back was not seen."""
    fill = drawing.hatch("cannot_judge", palette.not_judged)
    for at in COURSE[~np.isfinite(deg)].tolist():
        left, right = plot.x(at - HALF_STEP), plot.x(at + HALF_STEP)
        drawing.rect(left, plot.top, right - left, plot.bottom - plot.top, fill=fill, fill_opacity=0.45)
