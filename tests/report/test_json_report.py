import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.body.spine_rough import RoughBend, RoughLevel
from formcheck.coach import set_report as model
from formcheck.errors import UnreadableInputError
from formcheck.report.json_report import report_from_json, report_json, report_text
from tests.report import builders

any_float = st.floats()  # with NaN and infinities
finite = st.floats(-1e6, 1e6)
text = st.text(max_size=20)

reports = st.builds(
    model.SetReport,
    formcheck_version=text,
    origin=st.builds(
        model.Origin, duration_s=finite, fps=finite, width_px=st.integers(), name=text, damage=text
    ),
    exercise=st.builds(model.ExerciseRef, id=text, version=st.integers(), sha256=text, name=text),
    view=st.builds(model.View, yaw_deg=st.none() | any_float),
    neutral=st.builds(
        model.Neutral,
        start_s=st.none() | finite,
        end_s=st.none() | finite,
        lumbar_sd_deg=st.none() | any_float,
    ),
    reps=st.lists(
        st.builds(
            model.Repetition,
            move_start_s=finite,
            start_s=finite,
            peak_s=finite,
            end_s=finite,
            move_end_s=finite,
            concentric_s=finite,
            hold_s=finite,
            eccentric_s=finite,
            reasons=st.lists(text, max_size=2).map(tuple),
            usable_range=st.none()
            | st.builds(
                model.UsableRange,
                signal=text,
                neutral_lost_at_deg=any_float,
                low_deg=any_float,
                high_deg=any_float,
            ),
            range=st.dictionaries(
                text,
                st.builds(
                    model.AngleRange,
                    start_deg=any_float,
                    peak_deg=any_float,
                    min_deg=any_float,
                    max_deg=any_float,
                ),
                max_size=2,
            ),
            lumbar_flexion_deg=st.builds(
                model.LumbarRange, min=st.none() | any_float, sd=st.none() | any_float
            ),
            faults=st.lists(
                st.builds(model.Fault, peak=any_float, threshold=any_float, start_s=finite, end_s=finite),
                max_size=2,
            ).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    set=st.builds(
        model.SetSummary, judged_share=st.none() | finite, notes=st.lists(text, max_size=2).map(tuple)
    ),
    cannot_judge=st.lists(st.builds(model.Withheld, start_s=finite, end_s=finite), max_size=2).map(tuple),
    back_rough=st.none()
    | st.builds(
        model.RoughBend,
        deg=finite,
        sd_deg=finite,
        reps=st.integers(),
        curve=st.lists(st.builds(RoughLevel, share=finite, deg=finite, sd_deg=finite), max_size=2).map(tuple),
    ),
    schema_version=st.just(model.SCHEMA_VERSION),
)


@settings(max_examples=60, deadline=None)
@given(reports)
def test_json_form_survives_being_read_and_written_again_to_the_last_digit(report: model.SetReport) -> None:
    data = json.loads(report_text(report))
    assert data == report_json(report)
    assert report_json(report_from_json(data)) == data


def test_a_rough_curve_is_written_level_by_level_and_reports_without_one_are_read() -> None:
    bend = RoughBend(
        27.4, 11.7, 2, curve=(RoughLevel("out", 0.8, 19.8, 9.3, 2), RoughLevel("out", 1.0, 27.4, 11.7, 2))
    )
    data = report_json(replace(builders.report(), back_rough=bend))
    assert list(data["back_rough"]) == ["deg", "sd_deg", "reps", "from_bow", "curve"]
    assert data["back_rough"]["curve"][0] == {
        "way": "out", "share": 0.8, "deg": 19.8, "sd_deg": 9.3, "reps": 2,
    }  # fmt: skip
    del data["back_rough"]["curve"]
    assert report_from_json(data).back_rough == replace(bend, curve=())


def test_report_of_rounded_numbers_comes_back_equal() -> None:
    report = builders.report()
    assert report_from_json(report_json(report)) == report


def test_names_and_order_are_those_of_the_contract() -> None:
    rep = builders.repetition(1, usable_range=builders.usable(), faults=(builders.shallow(),))
    data = report_json(builders.report((rep,)))
    assert list(data) == [
        "schema_version", "formcheck_version", "source", "model", "exercise", "view", "neutral", "reps",
        "set", "cannot_judge", "back_rough",
    ]  # fmt: skip
    assert list(data["source"])[:7] == [
        "name", "sha256", "duration_s", "fps", "width", "height", "rotation_deg",
    ]  # fmt: skip
    assert list(data["model"])[:2] == ["name", "sha256"]
    assert list(data["exercise"])[:3] == ["id", "version", "sha256"]
    assert list(data["view"]) == ["facing", "near_side", "yaw_deg", "judged", "reason"]
    assert list(data["neutral"]) == [
        "start_s", "end_s", "lumbar_sd_deg", "accepted", "reason", "standing_reference", "lumbar_offset_deg",
    ]  # fmt: skip
    assert list(data["reps"][0]) == [
        "index", "side", "move_start_s", "start_s", "peak_s", "end_s", "move_end_s", "concentric_s", "hold_s",
        "eccentric_s", "verdict", "reasons", "usable_range", "range", "lumbar_flexion_deg", "faults",
    ]  # fmt: skip
    assert data["reps"][0]["usable_range"] == {
        "signal": "thigh_elevation", "neutral_lost_at_deg": 71.23, "low_deg": 65.0, "high_deg": 78.0,
    }  # fmt: skip
    assert data["reps"][0]["range"]["knee_flexion"] == {
        "start_deg": 2.0, "peak_deg": 95.12, "min_deg": 1.0, "max_deg": 96.0,
    }  # fmt: skip
    assert list(data["reps"][0]["lumbar_flexion_deg"]) == ["min", "max", "at_peak", "sd", "judged", "reason"]
    assert list(data["reps"][0]["faults"][0])[:9] == [
        "id", "severity", "start_s", "end_s", "peak", "unit", "threshold", "cue", "evidence",
    ]  # fmt: skip
    assert list(data["set"]) == [
        "reps", "ok", "borderline", "fault", "cannot_judge", "judged_share", "tempo_s", "notes",
    ]  # fmt: skip
    assert data["set"]["tempo_s"] == {"concentric": 0.8, "hold": 0.4, "eccentric": 0.8}
    assert list(data["cannot_judge"][0]) == ["signal", "start_s", "end_s", "reason", "how_to_fix"]


def test_times_keep_milliseconds_and_angles_hundredths() -> None:
    rep = builders.repetition(1, start_s=1.23456, lumbar_flexion_deg=replace(builders.JUDGED, max=12.3456))
    data = report_json(builders.report((rep,)))["reps"][0]
    assert data["start_s"] == 1.235
    assert data["lumbar_flexion_deg"]["max"] == 12.35


def test_what_is_not_finite_is_null_and_zero_has_no_sign() -> None:
    nan = model.AngleRange(math.nan, math.inf, -0.001, 1.0)
    text = report_text(builders.report((builders.repetition(1, range={"trunk_thigh": nan}),)))
    assert "NaN" not in text
    assert "Infinity" not in text
    assert "-0.0" not in text
    back = report_from_json(json.loads(text)).reps[0].range["trunk_thigh"]
    assert math.isnan(back.start_deg)
    assert back.max_deg == 1.0


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"schema_version": 99}, "schema_version is 99"),
        ({"reps": [{}]}, "damaged"),
        ({"reps": 3}, "damaged"),
        ({"source": None}, "damaged"),
        ({"view": {"facing": "up"}}, "damaged at view"),
    ],
)
def test_foreign_or_damaged_json_is_refused_in_a_sentence(change: dict[str, object], what: str) -> None:
    with pytest.raises(UnreadableInputError, match=what):
        report_from_json({**report_json(builders.report()), **change})


def test_fields_of_a_later_minor_version_are_ignored() -> None:
    data = report_json(builders.report())
    data["view"]["tilt_deg"] = 3.0
    data["reps"][0]["smoothness"] = 1.0
    data["weather"] = "fine"
    assert report_from_json(data) == builders.report()
