"""``report.pdf``: the first page for the patient, the rest for the clinician; the same bytes every time."""

import json
import tempfile
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

import typst

from formcheck.body.signals import Signals
from formcheck.coach.set_report import SetReport
from formcheck.report.back_figure import lumbar
from formcheck.report.fonts import FAMILY, font_folder
from formcheck.report.html import content
from formcheck.report.palette import LIGHT
from formcheck.report.repetition_figures import repetition_panels
from formcheck.report.rough_figure import rough_curve
from formcheck.report.summary_figure import small_multiples
from formcheck.report.timeline_figure import timeline
from formcheck.report.words import Focus, focus_of

MAX_PANELS = 60
"""Repetitions that are drawn one by one: each takes typst half a megabyte; ``report.html`` shows them all."""


def write_pdf(
    report: SetReport,
    signals: Signals,
    path: Path,
    *,
    focus: Focus | None = None,
    signal: str | None = None,
    target_band_deg: tuple[float, float] | None = None,
) -> None:
    """Write the report for print.

    Parameters are those of `formcheck.report.html.write_html`.
    """
    focus = focus or focus_of(report, signal=signal, target_band_deg=target_band_deg)
    panels = repetition_panels(report, signals, focus=focus, palette=LIGHT)
    summary = small_multiples(report, signals, focus=focus, palette=LIGHT)
    rough = rough_curve(report.back_rough, palette=LIGHT)
    drawings = {
        **({"summary.svg": summary} if summary else {}),
        **({"rough.svg": rough} if rough else {}),
        "timeline.svg": timeline(report, signals, focus=focus, palette=LIGHT),
        "lumbar.svg": lumbar(report, signals, focus=focus, palette=LIGHT),
        **{f"rep-{i}.svg": panel for i, panel in enumerate(panels[:MAX_PANELS], start=1)},
    }
    data = {
        **content(report, focus),
        "summary": [name for name in drawings if name == "summary.svg"],
        "rough": [name for name in drawings if name == "rough.svg"],
        "panels": [name for name in drawings if name.startswith("rep-")],
        "repetitions": len(panels),
        "colours": asdict(LIGHT),
        "font": FAMILY,
    }
    template = (files("formcheck.report") / "report.typ").read_text("utf-8")
    path.write_bytes(compiled(data, drawings, template))


def compiled(data: dict[str, object], drawings: dict[str, str], template: str) -> bytes:
    """Return the PDF of a document whose parts are files in a folder that the compiler may not leave.

    Parameters
    ----------
    data : dict
        What the template reads from ``data.json``.
    drawings : dict of str to str
        SVG pictures by file name.
    template : str
        Typst source.
    """
    with tempfile.TemporaryDirectory(prefix="formcheck-pdf-") as name:
        folder = Path(name)
        for file, svg in drawings.items():
            (folder / file).write_text(svg, encoding="utf-8")
        (folder / "data.json").write_text(json.dumps(data), encoding="utf-8")
        (folder / "report.typ").write_text(template, encoding="utf-8")
        compiler = typst.Compiler(
            str(folder / "report.typ"),
            root=str(folder),
            font_paths=[str(font_folder())],
            ignore_system_fonts=True,
        )
        compiler.compile(output=str(folder / "report.pdf"), format="pdf")
        return (folder / "report.pdf").read_bytes()
