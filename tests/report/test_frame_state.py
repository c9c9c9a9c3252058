from dataclasses import replace

import numpy as np
import pytest

from formcheck.coach.set_report import SetReport, Withheld
from formcheck.report.frame_state import frame_state
from formcheck.report.words import Focus
from tests.report import builders

FOCUS = Focus(builders.SIGNAL, builders.TARGET, first_phase="eccentric")


@pytest.mark.parametrize(("t_s", "count"), [(0.0, 0), (3.9, 0), (4.0, 1), (6.9, 1), (7.0, 2), (11.9, 3)])
def test_count_rises_when_a_repetition_ends(t_s: float, count: int) -> None:
    state = frame_state(builders.report(), builders.signals(), t_s, focus=FOCUS)
    assert (state.count, state.total) == (count, 3)


@pytest.mark.parametrize(
    ("t_s", "phase", "word"),
    [
        (1.9, "resting", "ready"),
        (2.0, "eccentric", "lowering"),
        (2.79, "eccentric", "lowering"),
        (2.81, "hold", "holding"),
        (3.19, "hold", "holding"),
        (3.21, "concentric", "lifting"),
        (4.01, "resting", "ready"),
    ],
)
def test_phases_of_a_squat_follow_its_repetitions(t_s: float, phase: str, word: str) -> None:
    state = frame_state(builders.report(), builders.signals(), t_s, focus=FOCUS)
    assert (state.phase, state.phase_word) == (phase, word)


def test_leg_lift_goes_up_first_and_may_have_words_of_its_own() -> None:
    focus = replace(FOCUS, first_phase="concentric", concentric_word="leaning in")
    assert frame_state(builders.report(), builders.signals(), 2.1, focus=focus).phase_word == "leaning in"
    assert frame_state(builders.report(), builders.signals(), 3.9, focus=focus).phase == "eccentric"


def test_phases_of_unequal_length_come_in_the_order_of_time() -> None:
    slow_down = builders.repetition(1, eccentric_s=1.5, hold_s=0.0, concentric_s=0.5, peak_s=3.5)
    report = builders.report((slow_down,))
    assert frame_state(report, builders.signals(), 3.4, focus=FOCUS).phase == "eccentric"
    assert frame_state(report, builders.signals(), 3.6, focus=FOCUS).phase == "concentric"


def test_gauge_runs_from_rest_to_the_furthest_peak_with_the_target_on_the_same_scale() -> None:
    at_rest = frame_state(builders.report(), builders.signals(), 1.0, focus=FOCUS).gauge
    at_peak = frame_state(builders.report(), builders.signals(), 3.0, focus=FOCUS).gauge
    assert at_rest is not None
    assert at_peak is not None
    assert (at_rest.share, at_rest.value_deg) == (0.0, 4.0)
    assert (at_peak.share, at_peak.value_deg) == (1.0, 100.0)
    assert at_peak.target == (pytest.approx((80 - 4) / (100 - 4)), 1.0)


def test_gauge_of_a_set_that_never_got_there_still_shows_the_target() -> None:
    report = builders.report((builders.repetition(3),))  # peak 60 of 80 asked for
    gauge = frame_state(report, builders.signals(), 9.0, focus=FOCUS).gauge
    assert gauge is not None
    assert gauge.target is not None
    assert gauge.share is not None
    assert gauge.share < gauge.target[0] < 1.0


def test_gauge_of_a_backward_movement_fills_towards_its_peak() -> None:
    signals = builders.signals()
    signals = replace(signals, deg={**signals.deg, builders.SIGNAL: -signals.deg[builders.SIGNAL]})
    rep = builders.repetition(1)
    angle = rep.range[builders.SIGNAL]
    turned = replace(angle, start_deg=-angle.start_deg, peak_deg=-angle.peak_deg)
    report = builders.report((replace(rep, range={builders.SIGNAL: turned}),))
    focus = replace(FOCUS, target_deg=(-120.0, -80.0))
    gauge = frame_state(report, signals, 3.0, focus=focus).gauge
    assert gauge is not None
    assert (gauge.value_deg, gauge.share) == (-100.0, 1.0)
    assert gauge.target == (pytest.approx((80 - 4) / (100 - 4)), 1.0)


def test_withheld_signal_leaves_the_gauge_empty_instead_of_showing_an_old_value() -> None:
    gauge = frame_state(builders.report(), builders.signals(), 11.25, focus=FOCUS).gauge
    assert gauge is not None
    assert (gauge.value_deg, gauge.share) == (None, None)


def test_value_is_not_carried_across_a_gap_in_the_frames() -> None:
    signals = builders.signals()
    signals = signals[(signals.t_s < 2.0) | (signals.t_s > 4.0)]
    gauge = frame_state(builders.report(), signals, 3.0, focus=FOCUS).gauge
    assert gauge is not None
    assert gauge.value_deg is None


@pytest.mark.parametrize(("t_s", "shown"), [(8.99, False), (9.0, True), (10.9, True), (11.1, False)])
def test_cue_of_a_short_fault_stays_long_enough_to_be_read(t_s: float, shown: bool) -> None:
    state = frame_state(builders.report(), builders.signals(), t_s, focus=FOCUS)
    assert (state.cue is not None) == shown
    if state.cue is not None:
        assert (state.cue.severity, state.cue.text) == ("amber", "Sit a little deeper.")


def test_worst_of_two_faults_is_the_one_that_is_said() -> None:
    red = replace(builders.shallow(9.2, 9.3, "red"), id="rounding", signal="lumbar_flexion", cue="Stay long.")
    report = builders.report((builders.repetition(3, faults=(builders.shallow(), red)),))
    cue = frame_state(report, builders.signals(), 9.25, focus=FOCUS).cue
    assert cue is not None
    assert cue.text == "Stay long."


def test_back_is_never_anything_but_unjudged_where_its_angle_is_withheld() -> None:
    rounding = replace(builders.shallow(2.0, 4.0, "red"), id="rounding", signal="lumbar_flexion")
    report = builders.report((builders.repetition(1, faults=(rounding,)),))
    states = [frame_state(report, builders.signals(), t_s, focus=FOCUS) for t_s in np.arange(0, 12, 0.1)]
    assert {state.back for state in states} == {"not_judged"}


def test_back_takes_the_severity_of_a_fault_of_its_own_only() -> None:
    rounding = replace(builders.shallow(2.5, 3.0, "amber"), id="rounding", signal="lumbar_flexion")
    shallow = builders.shallow(5.5, 6.0, "red")
    lean_back = replace(builders.shallow(8.5, 9.0, "red"), id="lean-back")
    reps = tuple(
        builders.repetition(i + 1, faults=(fault,), lumbar_flexion_deg=builders.JUDGED)
        for i, fault in enumerate((rounding, shallow, lean_back))
    )
    report, signals = builders.report(reps), builders.signals(lumbar=True)
    backs = [frame_state(report, signals, t_s, focus=FOCUS).back for t_s in (2.2, 2.7, 3.2, 5.7, 8.7)]
    assert backs == ["ok", "amber", "ok", "ok", "ok"]


def test_back_beyond_a_limit_is_never_shown_as_fine_though_no_fault_lasts() -> None:
    """Between repetitions, or for information, nothing is found wrong; that is no praise."""
    signals = builders.signals(lumbar=True)
    reps = tuple(builders.repetition(i, lumbar_flexion_deg=builders.JUDGED) for i in (1, 2, 3))
    report, bent_deg = builders.report(reps), signals.deg["lumbar_flexion"]
    peak_s = float(signals.t_s[int(np.nanargmax(bent_deg))])
    states = [
        frame_state(report, signals, peak_s, focus=replace(FOCUS, back_bounds_deg=(("amber", bound),))).back
        for bound in (float(np.nanmax(bent_deg)) + 1.0, float(np.nanmax(bent_deg)) - 1.0)
    ]
    assert states == ["ok", "beyond"]


def test_no_tick_is_drawn_in_a_repetition_whose_back_is_called_not_judged() -> None:
    """Though the back was seen at this moment: the film must not praise what the report does not."""
    seen, unseen = builders.repetition(1, lumbar_flexion_deg=builders.JUDGED), builders.repetition(1)
    for rep, back in ((seen, "ok"), (unseen, "not_judged")):
        during_s = (rep.move_start_s + rep.move_end_s) / 2
        state = frame_state(builders.report((rep,)), builders.signals(lumbar=True), during_s, focus=FOCUS)
        assert state.back == back


def test_verdict_is_shown_for_a_moment_after_its_repetition() -> None:
    report = builders.report()
    shown = [
        frame_state(report, builders.signals(), t_s, focus=FOCUS).last_verdict
        for t_s in (3.9, 4.1, 6.6, 10.1)
    ]
    assert shown == [None, "back_unseen", None, "fault"]


def test_withheld_strip_names_what_and_why_in_words_and_groups_one_reason() -> None:
    items = tuple(
        Withheld(name, 0.0, 12.0, "no_lumbar_sensor", "")
        for name in ("hip_flexion_left", "hip_flexion", "lumbar_flexion")
    )
    state = frame_state(replace(builders.report(), cannot_judge=items), builders.signals(), 1.0, focus=FOCUS)
    assert state.withheld == "lower back, hip flexion (left), 1 more"
    assert state.withheld_why.startswith("The lumbar sensor had no outline")


def test_signal_that_counts_is_named_before_any_other() -> None:
    items = (
        Withheld("lumbar_flexion", 0.0, 12.0, "no_lumbar_sensor", ""),
        Withheld(builders.SIGNAL, 11.0, 11.5, "hidden", ""),
    )
    report = replace(builders.report(), cannot_judge=items)
    assert "hip bend" in frame_state(report, builders.signals(), 11.2, focus=FOCUS).withheld
    assert frame_state(report, builders.signals(), 10.0, focus=FOCUS).withheld == "lower back"
    nothing: SetReport = replace(report, cannot_judge=())
    assert frame_state(nothing, builders.signals(), 11.2, focus=FOCUS).withheld == ""


def test_set_without_repetitions_has_nothing_to_show_but_that() -> None:
    state = frame_state(builders.report(()), builders.signals(), 3.0)
    assert (state.count, state.total, state.phase, state.gauge) == (0, 0, "resting", None)


def test_live_set_has_no_total_yet() -> None:
    assert frame_state(builders.report(), builders.signals(), 3.0, live=True).total is None
