import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.body.spine_rough import RoughBend
from formcheck.coach.set_report import (
    AngleRange,
    Fault,
    LumbarRange,
    Neutral,
    Origin,
    SetReport,
    Verdict,
    View,
    Withheld,
)
from formcheck.exercises.load import library, load
from formcheck.report import sentences
from formcheck.report.words import (
    DASH,
    MINUS,
    Focus,
    clock,
    degrees,
    fault_label,
    focus_of,
    listed,
    phases,
    seconds,
    signal_label,
)
from tests.report import builders

FOCUS = Focus(builders.SIGNAL, builders.TARGET, "eccentric")
FORBIDDEN = re.compile(
    r"diagnos(?!e or treat)|\bsafe\b|\bprevent|\bcure|\bdis[ck]\b|\bnerve|good back|bad posture|healthy|"
    r"replaces physio|straight back|perfect",
    re.IGNORECASE,
)
VERDICTS: tuple[Verdict, ...] = ("ok", "borderline", "fault", "cannot_judge")


def squats(n: int, **changes: object) -> SetReport:
    return builders.report(tuple(builders.repetition(1 + i % 2, **changes) for i in range(n)))


def test_headline_says_count_depth_faults_and_that_the_back_was_not_judged() -> None:
    assert sentences.headline(squats(2), focus=FOCUS) == (
        "2 squats counted. Depth reached in both. Apart from the lower back no fault was seen. Your lower "
        "back was not judged: the lumbar sensor had no outline of your back, so the lower back was not "
        "measured."
    )


@pytest.mark.parametrize(
    ("n", "said"),
    [(1, "1 squat counted. Depth reached. Apart"), (5, "5 squats counted. Depth reached in all 5.")],
)
def test_numbers_read_as_words_would(n: int, said: str) -> None:
    assert sentences.headline(squats(n), focus=FOCUS).startswith(said)


def test_short_repetition_is_not_counted_as_reached_and_its_fault_is_named() -> None:
    text = sentences.headline(builders.report(), focus=FOCUS)
    assert "Depth reached in 2 of 3." in text
    assert "A fault in 1 of 3 (shallow)." in text
    assert "No fault seen" not in text


def test_without_a_target_nothing_is_said_of_reaching_it() -> None:
    assert "reached" not in sentences.headline(builders.report(), focus=Focus(builders.SIGNAL))


def test_leg_lift_reaches_a_target_and_not_a_depth() -> None:
    text = sentences.headline(squats(2), focus=replace(FOCUS, first_phase="concentric"))
    assert "The target reached in both." in text


@pytest.mark.parametrize(
    ("name", "n", "noun"),
    [
        ("Hip hinge", 3, "3 hip hinges"),
        ("Squat", 1, "1 squat"),
        ("March, neutral", 2, "2 repetitions of March, neutral"),
        ("Lengthened lowering", 1, "1 repetition of Lengthened lowering"),
        ("", 2, "2 repetitions counted"),
    ],
)
def test_exercise_names_become_countable_only_where_that_reads_well(name: str, n: int, noun: str) -> None:
    report = squats(n)
    report = replace(report, exercise=replace(report.exercise, name=name))
    assert sentences.headline(report, focus=FOCUS).startswith(noun)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(VERDICTS), st.booleans(), st.sampled_from(["", "hidden", "no_lumbar_sensor"])
        ),
        max_size=4,
    )
)
def test_silence_about_the_back_never_passes_for_approval(reps: list[tuple[Verdict, bool, str]]) -> None:
    report = builders.report(
        tuple(
            replace(
                builders.repetition(1 + i % 3),
                index=i + 1,
                verdict=verdict,
                lumbar_flexion_deg=LumbarRange(0.0, 9.0, 9.0, 3.0, judged=judged, reason=reason),
            )
            for i, (verdict, judged, reason) in enumerate(reps)
        )
    )
    text = sentences.headline(report, focus=FOCUS)
    judged = sum(judged for _, judged, _ in reps)
    if reps and judged == 0:
        assert "Your lower back was not judged" in text
    elif 0 < judged < len(reps):
        assert f"judged in {judged} of {len(reps)}" in text
    everything = " ".join([text, *sentences.repetition_lines(report, focus=FOCUS), *sentences.notes(report)])
    assert not FORBIDDEN.search(everything)
    assert "nan" not in everything.lower().split()


def test_fixed_texts_make_no_forbidden_claim() -> None:
    for text in (
        sentences.NOT_A_DEVICE.replace("does not diagnose or treat", ""),
        sentences.UNCERTAINTY,
        *(meaning for _, meaning in sentences.DEFINITIONS),
    ):
        assert not FORBIDDEN.search(text)


def test_back_that_crossed_a_limit_says_where() -> None:
    rounding = replace(builders.shallow(severity="red"), id="rounding", signal="lumbar_flexion")
    reps = (
        builders.repetition(1, lumbar_flexion_deg=builders.JUDGED),
        builders.repetition(2, lumbar_flexion_deg=builders.JUDGED, verdict="fault", faults=(rounding,)),
    )
    text = sentences.headline(builders.report(reps), focus=FOCUS)
    assert text.endswith("Your lower back was judged in both and crossed a limit in repetition 2.")
    calm = sentences.headline(builders.report(reps[:1]), focus=FOCUS)
    assert calm.endswith("Your lower back was judged and crossed no limit of this exercise.")


def test_a_back_that_was_not_judged_is_told_as_roughly_as_it_is_known() -> None:
    reps = tuple(
        builders.repetition(
            i, lumbar_flexion_deg=LumbarRange(None, None, None, None, judged=False, reason="arm_at_start")
        )
        for i in (1, 2)
    )
    report = replace(builders.report(reps), back_rough=RoughBend(26.0, 12.0, 2))
    text = sentences.headline(report, focus=FOCUS)
    assert "Your lower back was not judged: an arm hung over" in text
    assert text.endswith(
        "Seen only roughly, it was about 25° more bent at the turning point than upright "
        "(8 times in 10 between 11° and 41°)."
    )
    assert "roughly" not in sentences.headline(replace(report, back_rough=None), focus=FOCUS)
    from_bow = replace(report, back_rough=RoughBend(26.0, 12.0, 2, from_bow=True))
    assert "more bent at the turning point than where you had bowed a little" in sentences.headline(
        from_bow, focus=FOCUS
    )


def test_nothing_counted_says_the_likeliest_reason_and_what_to_do() -> None:
    report = builders.report(())
    assert sentences.headline(report, focus=FOCUS) == (
        "No squats counted. No movement in the recording was a repetition of this exercise."
    )
    far = replace(
        report,
        cannot_judge=(
            Withheld("trunk_thigh", 0.0, 1.0, "hidden", "Add light."),
            Withheld("trunk_thigh", 1.0, 11.0, "too_small", "Come closer."),
            Withheld("lumbar_flexion", 0.0, 12.0, "no_lumbar_sensor", ""),
        ),
    )
    assert sentences.headline(far, focus=FOCUS) == (
        "No squats counted. You are too far away to be measured. Come closer."
    )


def test_repetition_lines_carry_number_verdict_range_tempo_in_order_and_reason() -> None:
    first, _, third = sentences.repetition_lines(builders.report(), focus=FOCUS)
    assert first == (
        "1. ○ No fault seen, back not judged; hip bend 4° to 100°; lowering 0.8 s, holding 0.4 s, "
        "lifting 0.8 s."
    )
    assert third.startswith("3. ! Fault; hip bend 4° to 60°;")
    assert third.endswith("Shallow (amber, 60° where the limit is 80°). Sit a little deeper.")


def test_reason_that_all_repetitions_share_is_named_once_in_full_and_then_short() -> None:
    why = "lumbar_flexion: An arm covered it."
    reps = [builders.repetition(i, verdict="cannot_judge", reasons=(why,)) for i in (1, 2)]
    report = builders.report(tuple(reps))
    lines = sentences.repetition_lines(report)
    assert all(line.endswith("Lower back not judged.") for line in lines)
    alone = builders.report((builders.repetition(1, reasons=(why,)), builders.repetition(2)))
    assert sentences.repetition_lines(alone)[0].endswith("Lower back not judged: an arm covered it.")


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("borderline: hips-first", "Borderline: trunk before knees."),
        ("thigh_elevation: You were too far.", "Thigh angle not judged: you were too far."),
        ("no_neutral", "There was no still moment in the start posture to measure from."),
        ("set by hand: counted by the user", "Set by hand: counted by the user."),
        ("dropping", "Let fall."),
        ("of-my-own", "Of my own."),
    ],
)
def test_every_kind_of_reason_becomes_a_sentence(reason: str, said: str) -> None:
    assert sentences.reasons_of(builders.repetition(1, reasons=(reason,))) == [said]


def test_notes_say_damage_view_and_neutral_once_each() -> None:
    report = replace(
        builders.report(),
        origin=Origin(damage="the file ends after 7.2 s"),
        view=View(None, None, None, judged=False, reason="view_not_side"),
        neutral=Neutral(None, None, None, accepted=False, reason="no_neutral"),
    )
    report = replace(report, set=replace(report.set, notes=("The file ends after 7.2 s.",)))
    damage, view, neutral = sentences.notes(report)
    assert damage == "The file ends after 7.2 s."
    assert "the camera did not see you from the side" in view
    assert "Hold the start posture still" in neutral
    assert sentences.notes(builders.report()) == []


def test_not_judged_joins_sides_and_signals_of_one_reason_and_says_how_long() -> None:
    items = (
        Withheld("lumbar_flexion", 0.0, 12.0, "no_lumbar_sensor", "Fix."),
        Withheld("hip_flexion_left", 0.0, 12.0, "no_lumbar_sensor", "Fix."),
        Withheld("hip_flexion_right", 0.0, 12.0, "no_lumbar_sensor", "Fix."),
        Withheld("knee_flexion", 1.0, 2.5, "hidden", "Light."),
        Withheld("knee_flexion", 4.0, 4.5, "hidden", "Light."),
    )
    whole, part = sentences.not_judged(replace(builders.report(), cannot_judge=items))
    assert whole[0] == "Lower back and hip flexion: the whole recording"
    assert part[0] == f"Knee bend: 1.0{DASH}2.5 s, 4.0{DASH}4.5 s"
    assert part[1].startswith("A joint that this needs was hidden")
    assert part[2] == "Light."


def test_first_and_last_moments_are_not_the_whole_recording() -> None:
    length_s = builders.report().origin.duration_s
    ends = ((0.0, 1.8), (length_s - 1.4, length_s))
    items = tuple(Withheld("lumbar_flexion", start_s, end_s, "arm_over_back", "") for start_s, end_s in ends)
    (told,) = sentences.not_judged(replace(builders.report(), cannot_judge=items))
    assert told[0] == f"Lower back: 0.0{DASH}1.8 s, {ends[1][0]:.1f}{DASH}{length_s:.1f} s"


def test_neutral_says_what_it_is_and_never_more() -> None:
    assert "your own start posture, held between 0.0 and 1.5 s" in sentences.neutral_sentence(
        builders.report()
    )
    refused = replace(
        builders.report(), neutral=Neutral(None, None, None, accepted=False, reason="no_neutral")
    )
    assert sentences.neutral_sentence(refused) == "No still start posture was found to measure from."


def test_focus_comes_from_the_exercise_that_the_report_names() -> None:
    rep = builders.repetition(1)
    angle = replace(rep.range[builders.SIGNAL], start_deg=5.0)
    report = builders.report((replace(rep, range={"thigh_elevation": angle}),))
    focus = focus_of(report)
    assert (focus.signal, focus.first_phase) == ("thigh_elevation", "eccentric")
    assert focus.target_deg == (pytest.approx(5.0 + 0.8 * 80.0), float("inf"))
    assert ("info", 20.0) in focus.back_bounds_deg


def test_focus_of_an_exercise_nobody_knows_is_the_signal_that_moved_most() -> None:
    report = builders.report()
    report = replace(report, exercise=replace(report.exercise, id="of-my-own"))
    assert focus_of(report) == Focus("trunk_thigh")
    assert focus_of(report, signal="knee_flexion", target_band_deg=(1.0, 2.0)) == Focus(
        "knee_flexion", (1.0, 2.0)
    )


def test_phases_cover_the_repetition_without_gap_or_overlap() -> None:
    for first in ("concentric", "eccentric"):
        spans = phases(builders.repetition(1), replace(FOCUS, first_phase=first))  # type: ignore[arg-type]
        assert spans[0][1] == 2.0
        assert spans[-1][2] == 4.0
        assert [end for _, _, end in spans[:-1]] == [start for _, start, _ in spans[1:]]


def test_small_words() -> None:
    assert [clock(t) for t in (0.0, 59.96, 67.34)] == ["0:00.0", "1:00.0", "1:07.3"]
    assert [degrees(v) for v in (-0.4, -12.6, None, float("nan"))] == ["0°", f"{MINUS}13°", DASH, DASH]
    assert seconds(None) == DASH
    assert [listed(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert signal_label("knee_flexion_left") == "knee bend (left)"
    assert signal_label("something_new") == "something new"


def test_a_fault_whose_id_says_little_is_called_by_plain_words_and_its_share_is_explained_once() -> None:
    fault = Fault("hips-stay", "info", 1.0, 2.0, 0.82, "share of target", 1.0, "Go.", "D", "thigh_elevation")
    assert sentences.fault_sentence(fault) == (
        "Hip hardly moves (for information, 82 % of the target where the limit is 100 %). Go."
    )


def test_what_shows_only_beside_the_set_is_told_as_a_difference_from_it() -> None:
    fault = Fault("knee-bend", "amber", 1.0, 2.0, 17.9, "deg", 12.0, "Lock the knee.", "D", "leg_bend", True)
    assert sentences.fault_sentence(fault) == (
        "Lifted knee bends (amber, 18° more than in your best repetitions, where the limit is 12°). "
        "Lock the knee."
    )


def test_every_fault_of_the_library_has_a_name_of_its_own() -> None:
    ids = {fault.id for loaded in library().values() for fault in loaded.exercise.faults}
    assert {each for each in ids if fault_label(each) == each.replace("-", " ")} == set()


def test_what_crossed_for_information_alone_is_no_contradiction_to_no_fault_seen() -> None:
    mild = replace(builders.shallow(severity="info"), id="rounding", signal="lumbar_flexion")
    reps = (
        builders.repetition(1, lumbar_flexion_deg=builders.JUDGED),
        builders.repetition(2, lumbar_flexion_deg=builders.JUDGED, faults=(mild,)),
    )
    text = sentences.headline(builders.report(reps), focus=FOCUS)
    assert "No fault seen" in text
    assert text.endswith("crossed a limit in repetition 2, for information only.")


def test_a_tick_is_given_only_where_the_back_was_judged() -> None:
    seen, unseen = builders.repetition(1, lumbar_flexion_deg=builders.JUDGED), builders.repetition(2)
    first, second = sentences.repetition_lines(builders.report((seen, unseen)), focus=FOCUS)
    assert first.startswith("1. ✓ No fault seen;")
    assert second.startswith("2. ○ No fault seen, back not judged;")
    assert "No fault seen in what was judged. Your lower back was judged in 1 of 2" in sentences.headline(
        builders.report((seen, unseen)), focus=FOCUS
    )


def test_a_depth_that_is_short_by_less_than_can_be_measured_is_reached() -> None:
    """Whose depth is judged to be no fault is not told that they did not reach it."""
    squat = load("squat").exercise
    peaks = (100.0, squat.repetition.target_deg * 0.8 - 1.0, squat.repetition.target_deg * 0.8 - 9.0)
    reps = tuple(
        builders.repetition(i, range={squat.repetition.signals[0]: AngleRange(0.0, peak, 0.0, peak)})
        for i, peak in enumerate(peaks, 1)
    )
    assert "Depth reached in 2 of 3." in sentences.headline(builders.report(reps))
