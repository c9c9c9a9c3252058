"""The set on one page: what the tiles show, and that the limits drawn are those that were judged by."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from formcheck.coach.set_report import AngleRange
from formcheck.exercises.load import load
from formcheck.report.back_limits import back_limits
from formcheck.report.palette import LIGHT
from formcheck.report.sentences import next_time
from formcheck.report.summary_figure import NARROW_PX, WIDE_PX, small_multiples
from formcheck.report.words import Focus, focus_of
from formcheck.report.working_leg import working_values
from tests.report import builders

FOCUS = Focus(builders.SIGNAL, builders.TARGET, "eccentric", (("amber", 10.0), ("red", 20.0)))
NS = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own output


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in drawn(svg).iter(f"{NS}text")]


@pytest.mark.parametrize("n", [1, 3, 8, 13])
@pytest.mark.parametrize("width_px", [NARROW_PX, WIDE_PX])
def test_every_repetition_has_a_tile_inside_the_picture(n: int, width_px: float) -> None:
    reps = tuple(builders.repetition(i) for i in range(1, n + 1))
    svg = small_multiples(builders.report(reps), builders.signals(), focus=FOCUS, width_px=width_px)
    assert sum(text.endswith("Back not judged") for text in texts(svg)) == n
    width, height = (float(drawn(svg).get(side) or 0) for side in ("width", "height"))
    assert width == width_px
    numbers = [float(x) for x in re.findall(r'(?:x|x1|x2|cx)="(-?[\d.]+)"', svg)]
    assert min(numbers) >= 0
    assert max(numbers) <= width
    assert max(float(y) for y in re.findall(r'(?:y|y1|y2)="(-?[\d.]+)"', svg)) <= height
    assert "nan" not in svg


def test_a_fault_is_named_and_a_back_that_was_not_judged_is_said_to_be_so() -> None:
    said = texts(small_multiples(builders.report(), builders.signals(), focus=FOCUS))
    assert "short" in " ".join(said) or "shallow" in " ".join(said)
    assert said.count("back not judged") == 3
    assert any(text.endswith("! Fault") for text in said)


def test_nothing_is_drawn_of_nothing() -> None:
    assert small_multiples(builders.report(()), builders.signals(), focus=FOCUS) == ""


def test_the_curve_of_the_back_is_there_where_it_was_judged() -> None:
    reps = tuple(builders.repetition(i, lumbar_flexion_deg=builders.JUDGED) for i in (1, 2))
    svg = small_multiples(builders.report(reps), builders.signals(lumbar=True), focus=FOCUS, palette=LIGHT)
    curves = [p for p in drawn(svg).iter(f"{NS}path") if p.get("stroke") == LIGHT.signal]
    assert len(curves) == 4
    assert "back not judged" not in texts(svg)


def test_limits_rise_with_the_thigh_as_the_rule_says() -> None:
    """A march may round by 18 % of the lift: at 60 degrees of lift the amber limit is 20.8."""
    plain, lift = builders.signals(lumbar=True), 60.0
    t_s = plain.t_s
    thigh = np.where((t_s > 3.2) & (t_s < 3.6), 5.0 + lift, 5.0)
    signals = replace(plain, deg={**plain.deg, "thigh_elevation_right": thigh})
    angle = {"thigh_elevation": AngleRange(5.0, 65.0, 5.0, 65.0)}
    reps = (builders.repetition(1, side="right", move_start_s=3.0, move_end_s=5.0, range=angle),)
    report = builders.report(reps)
    focus = focus_of(report, exercise=load("march-neutral").exercise)
    at = {
        (severity, sign): limit[np.abs(t_s - when).argmin()]
        for severity, limit in back_limits(report, signals, focus)
        for sign, when in ((1, 3.4), (-1, 1.0))
        if limit[0] > 0
    }
    assert at == pytest.approx(
        {
            ("amber", 1): 10 + 0.18 * lift,
            ("amber", -1): 10.0,
            ("red", 1): 20 + 0.18 * lift,
            ("red", -1): 20.0,
        }
    )
    assert {limit[0] for _, limit in back_limits(report, signals, focus)} == {10.0, 20.0, -10.0, -20.0}


def test_next_time_names_the_gravest_and_of_those_the_most_frequent() -> None:
    assert next_time(builders.report(())) == ""
    assert next_time(builders.report((builders.repetition(1),))) == ""
    mild = replace(builders.shallow(), id="a", severity="amber", cue="Slower.")
    grave = replace(builders.shallow(), id="b", severity="red", cue="Stay tall.")
    reps = tuple(builders.repetition(i, verdict="fault", faults=(mild,)) for i in (1, 2))
    assert next_time(builders.report(reps)) == "Next time: slower."
    reps = (*reps, builders.repetition(3, verdict="fault", faults=(grave,)))
    assert next_time(builders.report(reps)) == "Next time: stay tall."
    info = replace(mild, severity="info")
    assert next_time(builders.report((builders.repetition(1, faults=(info,)),))) == ""


def test_in_alternating_sets_each_curve_is_that_of_the_leg_that_worked() -> None:
    plain = builders.signals()
    low = np.zeros(len(plain))
    legs = {f"{builders.SIGNAL}_right": plain.deg[builders.SIGNAL], f"{builders.SIGNAL}_left": low}
    signals = replace(plain, deg={**plain.deg, builders.SIGNAL: low, **legs})
    report = builders.report((builders.repetition(1, side="right"), builders.repetition(2, side="left")))
    values = working_values(report, signals, builders.SIGNAL)
    assert values is not None
    peaks = [np.nanmax(values[signals.between(rep.move_start_s, rep.move_end_s)]) for rep in report.reps]
    assert peaks == pytest.approx([builders.PEAKS_DEG[0], 0.0], abs=1.0)
    assert working_values(report, signals, "unknown") is None
