import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from formcheck.body.signals import Signals
from formcheck.body.spine_rough import RoughBend, RoughLevel
from formcheck.coach.set_report import Withheld
from formcheck.report.axes import Plot, padded, stretches, ticks
from formcheck.report.back_figure import lumbar
from formcheck.report.figure_parts import NARROW_PX, WIDE_PX
from formcheck.report.palette import CSS, DARK, LIGHT, Palette
from formcheck.report.repetition_figures import repetition_panels
from formcheck.report.rough_figure import rough_curve
from formcheck.report.tiles import text_width
from formcheck.report.timeline_figure import timeline
from formcheck.report.words import Focus
from tests.report import builders

FOCUS = Focus(builders.SIGNAL, builders.TARGET, "eccentric", (("amber", 10.0), ("red", 20.0)))
NS = "{http://www.w3.org/2000/svg}"
BUILDERS = {"timeline": timeline, "lumbar": lumbar}


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter(f"{NS}text")]


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own output


def curve(svg: str, colour: str) -> list[tuple[float, float]]:
    """Return the points of all open lines of a colour."""
    paths = [
        p for p in parsed(svg).iter(f"{NS}path") if p.get("stroke") == colour and p.get("fill") == "none"
    ]
    pairs = [re.findall(r"[ML]([\d.-]+) ([\d.-]+)", path.get("d") or "") for path in paths]
    return [(float(x), float(y)) for points in pairs for x, y in points]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_timeline_curve_rises_to_each_peak_at_its_time() -> None:
    svg = timeline(builders.report(), builders.signals(), focus=FOCUS, palette=LIGHT)
    points = curve(svg, LIGHT.signal)
    circles = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in parsed(svg).iter(f"{NS}circle")]
    assert len(circles) == 3
    for (x, y), peak_deg in zip(circles, builders.PEAKS_DEG, strict=True):
        near = [point for point in points if abs(point[0] - x) < 12]
        assert min(point[1] for point in near) == pytest.approx(y, abs=1.0)
        assert f"{peak_deg:.0f}°" in texts(svg)
    assert circles[0][1] < circles[1][1] < circles[2][1]  # the shallow one lies lowest in the picture


def test_curve_breaks_where_the_signal_is_withheld() -> None:
    signals = builders.signals()
    values = signals.deg[builders.SIGNAL]
    plot = Plot(0, 0, 1200, 100, (0.0, 12.0), (0.0, 110.0))
    parts = stretches(signals.t_s, values, plot)
    assert len(parts) == 2
    assert parts[0][-1][0] == pytest.approx(1100.0, abs=5)
    assert parts[1][0][0] == pytest.approx(1150.0, abs=5)


def test_thinning_keeps_every_extreme_of_a_long_recording() -> None:
    t_s = np.arange(0, 1200, 1 / 30)
    values = np.sin(t_s) * 40
    values[20_000] = 95.0
    plot = Plot(0, 0, 700, 100, (0.0, 1200.0), (-100.0, 100.0))
    (points,) = stretches(t_s, values, plot)
    assert len(points) < 3000
    assert min(y for _, y in points) == pytest.approx(plot.y(95.0))


def test_faults_and_what_was_not_judged_have_lanes_that_say_so_in_words() -> None:
    report = builders.report()
    report = replace(
        report, cannot_judge=(*report.cannot_judge, Withheld(builders.SIGNAL, 11.0, 11.5, "hidden", ""))
    )
    said = texts(timeline(report, builders.signals(), focus=FOCUS))
    assert "▲ Fault: shallow" in said
    assert "Not judged: lower back" in said
    assert "Not judged: hip bend" in said
    assert {"1 ○", "2 ○", "3 !"} <= set(said)
    assert "target" in said


def test_there_is_a_panel_for_each_repetition_with_verdict_words_and_shared_axes() -> None:
    panels = repetition_panels(builders.report(), builders.signals(), focus=FOCUS, palette=LIGHT)
    assert len(panels) == 3
    assert [texts(panel)[0] for panel in panels] == ["1", "2", "3"]
    assert "○ No fault seen, back not judged" in texts(panels[0])
    assert {"! Fault", "▲ shallow"} <= set(texts(panels[2]))
    heights = [min(y for _, y in curve(panel, LIGHT.signal)) for panel in panels]
    assert heights[0] < heights[1] < heights[2]  # same axes: less depth is drawn as less
    order = [word for word in texts(panels[0]) if word in ("lowering", "holding", "lifting")]
    assert order in (["lowering", "holding", "lifting"], ["lowering", "lifting"])


def test_back_that_was_not_judged_gets_words_and_no_curve() -> None:
    svg = lumbar(builders.report(), builders.signals(), focus=FOCUS, palette=LIGHT)
    assert "Lower back: not judged" in texts(svg)
    assert "lumbar sensor had no outline" in " ".join(texts(svg))
    assert curve(svg, LIGHT.signal) == []


def test_back_that_was_judged_is_drawn_with_its_bounds_and_its_gaps() -> None:
    svg = lumbar(builders.report(), builders.signals(lumbar=True), focus=FOCUS, palette=LIGHT)
    assert {"amber 10°", "red 20°"} <= set(texts(svg))
    assert len(curve(svg, LIGHT.signal)) > 50
    assert 'fill="url(#lumbar-cannot_judge)"' in svg


@pytest.mark.parametrize("kind", ["timeline", "lumbar"])
@pytest.mark.parametrize("width", [NARROW_PX, WIDE_PX])
@pytest.mark.parametrize("lumbar", [True, False])
def test_text_stays_inside_the_picture_and_large_enough_to_read(
    kind: str, width: float, lumbar: bool
) -> None:
    svg = BUILDERS[kind](builders.report(), builders.signals(lumbar=lumbar), focus=FOCUS, width_px=width)
    for element in parsed(svg).iter(f"{NS}text"):
        size = float(element.get("font-size", 0))
        assert size >= 11
        length = text_width(element.text or "", round(size), bold=element.get("font-weight") == "bold")
        left = (
            float(element.get("x", 0))
            - {"start": 0, "middle": 0.5, "end": 1}[element.get("text-anchor", "start")] * length
        )
        assert left >= -1
        assert left + length <= width + 1


def test_every_kind_of_figure_has_a_name_for_screen_readers_and_ids_of_its_own() -> None:
    report, signals = builders.report(), builders.signals(lumbar=True)
    drawn = [
        timeline(report, signals, focus=FOCUS),
        timeline(report, signals, focus=FOCUS, width_px=340, name="small"),
        lumbar(report, signals, focus=FOCUS),
        *repetition_panels(report, signals, focus=FOCUS),
    ]
    ids: list[str] = []
    for svg in drawn:
        root = parsed(svg)
        assert root.get("role") == "img"
        own = [element.get("id", "") for element in root.iter() if element.get("id")]
        assert set((root.get("aria-labelledby") or "").split()) <= set(own)
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(own)
        ids += own
    assert len(ids) == len(set(ids))


def test_names_from_exercise_files_cannot_break_out_of_the_picture() -> None:
    evil = '"><script>alert(1)</script>&'
    fault = replace(builders.shallow(), id=evil)
    report = builders.report((builders.repetition(3, faults=(fault,)),))
    signals = builders.signals()
    named = Signals(
        signals.t_s,
        {**signals.deg, evil: signals.deg[builders.SIGNAL]},
        {**signals.sd_deg, evil: signals.sd_deg[builders.SIGNAL]},
        {**signals.reason, evil: signals.reason[builders.SIGNAL]},
    )
    focus = replace(FOCUS, signal=evil)
    for svg in (
        timeline(report, named, focus=focus),
        *repetition_panels(report, named, focus=FOCUS),
    ):
        assert "<script" not in svg
        assert any("<script>" in text for text in texts(svg))


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_text_colours_have_enough_contrast(palette: Palette) -> None:
    for name in ("ink", "muted", "signal", "ok", "borderline", "fault", "not_judged"):
        for ground in (palette.paper, palette.panel):
            light, dark = sorted((luminance(getattr(palette, name)), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)


def test_css_palette_follows_the_page_and_the_others_stand_alone() -> None:
    report, signals = builders.report(), builders.signals()
    assert not re.search(r"#[0-9a-f]{6}\b", timeline(report, signals, focus=FOCUS, palette=CSS))
    assert "var(" not in timeline(report, signals, focus=FOCUS, palette=DARK)


def test_empty_sets_and_recordings_are_drawn_too() -> None:
    nothing = builders.report(())
    for signals in (builders.signals(), builders.signals()[:1], builders.signals()[:0]):
        for build in BUILDERS.values():
            assert parsed(build(nothing, signals, focus=FOCUS)) is not None
    assert repetition_panels(nothing, builders.signals(), focus=FOCUS) == []


def test_ticks_are_round_and_within() -> None:
    assert ticks(0, 20, 8) == [0, 3, 6, 9, 12, 15, 18]
    assert ticks(-7.2, 104, 5) == [0, 30, 60, 90]
    assert ticks(0, 0, 5) == [0]
    low, high = padded(np.array([np.nan, 3.0]), float("inf"))
    assert low < 3.0 < high
    assert high - low >= 30


ROUGH = RoughBend(
    28.0,
    11.0,
    2,
    curve=(
        RoughLevel("out", 0.6, 12.0, 8.0, 2),
        RoughLevel("out", 0.8, 20.0, 9.0, 2),
        RoughLevel("out", 1.0, 28.0, 11.0, 2),
        RoughLevel("back", 0.6, 10.0, 8.0, 1),
    ),
)


@pytest.mark.parametrize("width_px", [NARROW_PX, WIDE_PX])
def test_rough_curve_is_highest_at_the_turning_point_and_hatched_where_nothing_was_seen(
    width_px: float,
) -> None:
    svg = rough_curve(ROUGH, palette=LIGHT, width_px=width_px)
    circles = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in parsed(svg).iter(f"{NS}circle")]
    assert len(circles) == len(ROUGH.curve)
    assert min(circles, key=lambda each: each[1])[0] == pytest.approx((40 + width_px - 14) / 2)
    hatched = [r for r in parsed(svg).iter(f"{NS}rect") if (r.get("fill") or "").startswith("url(")]
    assert len(hatched) == 11 - len(ROUGH.curve)


def test_rough_curve_says_that_it_is_rough_and_no_verdict() -> None:
    said = " ".join(texts(rough_curve(ROUGH, palette=LIGHT)))
    assert "roughly" in said
    assert "8 times in 10" in said
    assert "too wide for a verdict" in said


@pytest.mark.parametrize("bend", [None, RoughBend(28.0, 11.0, 2)])
def test_there_is_no_rough_curve_without_levels(bend: RoughBend | None) -> None:
    assert rough_curve(bend) == ""
