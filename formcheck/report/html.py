"""``report.html``: one page that needs nothing else - no script, no font, no request.

Text is escaped by the template engine; the figures are ours and follow the page's light or dark colours.
"""

from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from formcheck.body.signals import Signals
from formcheck.coach.set_report import Repetition, SetReport
from formcheck.report import sentences
from formcheck.report.back_figure import lumbar
from formcheck.report.figure_parts import NARROW_PX, WIDE_PX
from formcheck.report.palette import DARK, LIGHT, css_variables
from formcheck.report.repetition_figures import repetition_panels
from formcheck.report.rough_figure import rough_curve
from formcheck.report.summary_figure import small_multiples
from formcheck.report.timeline_figure import timeline
from formcheck.report.words import (
    BACK,
    VERDICT_MARK,
    VERDICT_WORD,
    Focus,
    clock,
    degrees,
    focus_of,
    seconds,
    shown_verdict,
    signal_label,
)

Row = dict[str, object]


def write_html(
    report: SetReport,
    signals: Signals,
    path: Path,
    *,
    focus: Focus | None = None,
    signal: str | None = None,
    target_band_deg: tuple[float, float] | None = None,
) -> None:
    """Write the report as a page.

    Parameters
    ----------
    report : SetReport
        The judged set.
    signals : Signals
        The angles over time.
    path : Path
        Where to; replaced if it is there.
    focus : Focus, optional
        What the exercise is about; where None, `focus_of` the report with the two below.
    signal : str, optional
        The signal that counted.
    target_band_deg : (float, float), optional
        What the exercise asks for, in that signal's degrees.
    """
    focus = focus or focus_of(report, signal=signal, target_band_deg=target_band_deg)
    path.write_text(page(report, signals, focus), encoding="utf-8", newline="\n")


def page(report: SetReport, signals: Signals, focus: Focus) -> str:
    """Return the page."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((files("formcheck.report") / "report.html.j2").read_text("utf-8"))
    sizes = {"wide": WIDE_PX, "narrow": NARROW_PX}
    return template.render(
        light=Markup(css_variables(LIGHT)),  # noqa: S704 - colours from palette.py
        dark=Markup(css_variables(DARK)),  # noqa: S704 - colours from palette.py
        timelines={
            size: _drawn(timeline(report, signals, focus=focus, width_px=width, name=f"timeline-{size}"))
            for size, width in sizes.items()
        },
        lumbars={
            size: _drawn(lumbar(report, signals, focus=focus, width_px=width, name=f"back-{size}"))
            for size, width in sizes.items()
        },
        roughs={
            size: _drawn(rough_curve(report.back_rough, width_px=width, name=f"rough-{size}"))
            for size, width in sizes.items()
        },
        summaries={
            size: _drawn(
                small_multiples(report, signals, focus=focus, width_px=width, name=f"summary-{size}")
            )
            for size, width in sizes.items()
        },
        panels=[_drawn(panel) for panel in repetition_panels(report, signals, focus=focus)],
        **content(report, focus),
    )


def content(report: SetReport, focus: Focus) -> dict[str, object]:
    """Return what HTML and PDF say, as plain strings and lists."""
    first, rest = sentences.headline_parts(report, focus=focus)
    reasons = sentences.reasons_of_all(report)
    return {
        "title": report.exercise.name or report.exercise.id,
        "headline": first,
        "lead": rest,
        "next_time": sentences.next_time(report),
        "count": len(report.reps),
        "signal": signal_label(focus.signal),
        "outward": focus.phase_word(focus.first_phase),
        "back": focus.phase_word("concentric" if focus.first_phase == "eccentric" else "eccentric"),
        "rows": [_row(rep, focus, said) for rep, said in zip(report.reps, reasons, strict=True)],
        "other_angles": _other_angles(report, focus),
        "not_judged": [list(row) for row in sentences.not_judged(report)],
        "notes": sentences.notes(report),
        "neutral": sentences.neutral_sentence(report),
        "uncertainty": sentences.UNCERTAINTY,
        "definitions": [list(item) for item in sentences.DEFINITIONS],
        "not_a_device": sentences.NOT_A_DEVICE,
        "facts": [list(fact) for fact in _facts(report)],
    }


def _drawn(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - a figure of ours, drawn by svg.py, which escapes every text


def _row(rep: Repetition, focus: Focus, reasons: list[str]) -> Row:
    angle = rep.range.get(focus.signal)
    shown = shown_verdict(rep)
    outward, back = rep.concentric_s, rep.eccentric_s
    if focus.first_phase == "eccentric":
        outward, back = back, outward
    return {
        "index": str(rep.index),
        "mark": VERDICT_MARK[shown],
        "word": VERDICT_WORD[shown],
        "verdict": shown,
        "side": "" if rep.side == "both" else rep.side,
        "at": clock(rep.move_start_s),
        "range": f"{degrees(angle.start_deg)} to {degrees(angle.peak_deg)}" if angle else degrees(None),
        "outward": seconds(outward),
        "hold": seconds(rep.hold_s),
        "back": seconds(back),
        "reasons": reasons,
    }


def _other_angles(report: SetReport, focus: Focus) -> dict[str, object]:
    """Return the peaks of every other angle, without the doubles that carry their side in the name."""
    names = dict.fromkeys(name for rep in report.reps for name in rep.range)
    shown = [
        name for name in names if name not in (focus.signal, BACK) and not name.endswith(("_left", "_right"))
    ]
    shown = list({signal_label(name): name for name in reversed(shown)}.values())[::-1]  # one of a name
    rows = []
    for rep in report.reps:
        angles = [rep.range.get(name) for name in shown]
        rows.append([str(rep.index), *(degrees(angle.peak_deg if angle else None) for angle in angles)])
    return {"names": [signal_label(name) for name in shown], "rows": rows if shown else []}


def _facts(report: SetReport) -> list[tuple[str, str]]:
    """Return what a second reader needs to reproduce the report."""
    origin, exercise, view = report.origin, report.exercise, report.view
    seen = [f"{view.near_side} side to the camera"] if view.near_side else []
    seen += [f"facing {view.facing} in the picture"] if view.facing else []
    seen += [f"{degrees(view.yaw_deg)} off a side view"] if view.yaw_deg is not None else []
    return [
        ("Recording", f"{origin.name}, {seconds(origin.duration_s)}, {origin.width_px} x {origin.height_px}"),
        ("View", ", ".join(seen) or "not known"),
        ("Exercise", f"{exercise.id}, version {exercise.version}, {exercise.sha256[:12]}"),
        ("Pose model", f"{origin.model_name or 'not known'} {origin.model_sha256[:12]}".strip()),
        ("formcheck", f"{report.formcheck_version}, recording {origin.sha256[:12]}"),
    ]
