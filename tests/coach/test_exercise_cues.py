"""Cues grow quiet, do not contradict each other, and praise fades."""

from collections import Counter
from dataclasses import replace
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from formcheck.coach.cues import (
    CONTRADICTS_S,
    COOLDOWN_S,
    CUE_TAKES_S,
    MAX_TIMES,
    PRAISE_TAKES_S,
    CueChooser,
    praises,
)
from formcheck.coach.events import Cue, FaultStarted, Praise
from formcheck.coach.set_report import Fault, LumbarRange, Repetition, Severity
from formcheck.exercises.load import library, load

MARCH = load("march-neutral").exercise


def started(t: float, fault_id: str = "round", severity: Severity = "amber") -> list[FaultStarted]:
    return [FaultStarted(t, fault_id, severity, t)]


def test_after_the_third_time_a_cue_is_not_said_any_more_and_others_are() -> None:
    chooser = CueChooser(MARCH)
    said = [chooser.choose(10.0 * i, started(10.0 * i)) for i in range(6)]
    assert [len(each) for each in said] == [1] * MAX_TIMES + [0] * (6 - MAX_TIMES)
    assert chooser.choose(100.0, started(100.0, "stance-leg-bend"))


def test_a_quiet_cue_leaves_the_turn_to_a_milder_one() -> None:
    chooser = CueChooser(MARCH)
    for i in range(MAX_TIMES):
        chooser.choose(10.0 * i, started(10.0 * i, severity="red"))
    both = started(50.0, severity="red") + started(50.0, "stance-leg-bend")
    assert [cue.fault_id for cue in chooser.choose(50.0, both)] == ["stance-leg-bend"]


def test_the_opposite_is_not_said_soon_after() -> None:
    chooser = CueChooser(MARCH)
    assert chooser.choose(0.0, started(0.0, "round"))
    soon = COOLDOWN_S + 0.1
    assert not chooser.choose(soon, started(soon, "arch", "red"))
    late = CONTRADICTS_S + 0.1
    assert [cue.fault_id for cue in chooser.choose(late, started(late, "arch"))] == ["arch"]


def test_spoken_and_written_may_differ() -> None:
    (cue,) = CueChooser(MARCH).choose(0.0, started(0.0))
    assert cue.text == "Stay tall; lift only as high as the back stays quiet."
    assert cue.spoken == "Stay tall. Only as high as the back stays quiet."
    (same,) = CueChooser(MARCH).choose(0.0, started(0.0, "arch"))
    assert same.spoken == same.text == "Ribs down."


def test_praise_comes_at_first_and_then_ever_more_rarely() -> None:
    chooser = CueChooser(MARCH)
    praised = [i for i in range(1, 31) if chooser.praise(6.0 * i, "ok")]
    assert praised == [1, 4, 11]


def test_only_what_was_judged_and_ok_is_praised() -> None:
    chooser = CueChooser(MARCH)
    for verdict in ("fault", "borderline", "cannot_judge"):
        assert not chooser.praise(10.0, verdict)
    assert chooser.praise(20.0, "ok")[0].text in praises()


def test_praise_does_not_talk_over_a_cue() -> None:
    chooser = CueChooser(MARCH)
    chooser.choose(10.0, started(10.0))
    assert not chooser.praise(10.0 + COOLDOWN_S - 0.1, "ok")


def test_a_correction_waits_for_the_word_of_praise_before_it_and_no_longer() -> None:
    chooser = CueChooser(MARCH)
    assert chooser.praise(10.0, "ok")
    assert not chooser.choose(10.0 + PRAISE_TAKES_S - 0.1, started(10.0 + PRAISE_TAKES_S - 0.1))
    assert chooser.choose(10.0 + PRAISE_TAKES_S + 0.1)
    assert not chooser.praise(10.0 + PRAISE_TAKES_S + COOLDOWN_S - 0.1, "ok")


def test_cues_are_short_and_promise_nothing() -> None:
    forbidden = ("safe", "diagnos", "treat", "cure", "prevent", "disc", "nerve damage", "bad posture")
    for loaded in library().values():
        exercise = loaded.exercise
        for rule in exercise.faults:
            assert len(rule.cue) <= 60
            assert rule.cue.endswith(".")
        said = [
            exercise.purpose,
            exercise.summary,
            *(rule.cue + rule.explanation for rule in exercise.faults),
        ]
        assert not [word for text in said for word in forbidden if word in text.lower()]


def test_a_repetition_whose_back_nobody_saw_is_not_praised() -> None:
    unseen = rep(1.0, "ok")
    seen = replace(unseen, lumbar_flexion_deg=LumbarRange(-2.0, 3.0, 1.0, 3.0, judged=True, reason=""))
    chooser = CueChooser(MARCH)
    assert not chooser.conclude(5.0, unseen)
    assert [type(each) for each in chooser.conclude(10.0, seen)] == [Praise]


def rep(start_s: float, verdict: str, *faults: tuple[str, Severity]) -> Repetition:
    angle = LumbarRange(None, None, None, None, judged=False, reason="")
    found = tuple(
        Fault(fault_id, severity, start_s, start_s + 1, 1.0, "s", 1.0, "", "D", "trunk_thigh")
        for fault_id, severity in faults
    )
    times = (start_s, start_s, start_s + 2, start_s + 4, start_s + 4, 2.0, 0.0, 2.0)
    return Repetition(1, "left", *times, verdict, (), None, {}, angle, found)  # type: ignore[arg-type]


def after(chooser: CueChooser, repetition: Repetition, t_s: float = 5.0) -> list[Cue]:
    return [each for each in chooser.conclude(t_s, repetition) if isinstance(each, Cue)]


def test_what_starts_during_another_cue_waits_for_its_turn_as_long_as_it_lasts() -> None:
    chooser = CueChooser(MARCH)
    assert chooser.choose(0.0, started(0.0, "stance-leg-bend"))
    assert not chooser.choose(1.0, started(1.0, "round"))
    assert not chooser.choose(COOLDOWN_S - 0.1)
    assert [cue.fault_id for cue in chooser.choose(COOLDOWN_S)] == ["round"]
    assert not chooser.choose(2 * COOLDOWN_S + 1)


def test_a_graver_fault_waits_only_until_the_milder_cue_is_said_and_the_same_one_never_hurries() -> None:
    chooser = CueChooser(MARCH)
    assert chooser.choose(0.0, started(0.0, "stance-leg-bend"))
    assert not chooser.choose(0.5, started(0.5, "stance-leg-bend", "red"))
    assert not chooser.choose(1.0, started(1.0, "round", "red"))
    assert not chooser.choose(CUE_TAKES_S - 0.1)
    assert [cue.fault_id for cue in chooser.choose(CUE_TAKES_S)] == ["round"]
    assert not chooser.choose(2 * CUE_TAKES_S + 0.1, started(2 * CUE_TAKES_S, "lean-back", "red"))


def test_what_is_over_before_its_turn_is_not_said_as_if_it_lasted() -> None:
    chooser = CueChooser(MARCH)
    chooser.choose(0.0, started(0.0, "stance-leg-bend"))
    chooser.choose(1.0, started(1.0, "round"))
    chooser.over(["round"])
    assert not chooser.choose(COOLDOWN_S + 1)


def test_tempo_is_said_after_the_repetition_that_it_shows_in() -> None:
    (cue,) = after(CueChooser(MARCH), rep(1.0, "fault", ("dropping", "amber")))
    assert (cue.fault_id, cue.repetition, cue.text) == ("dropping", 1, "Lower slowly.")


def test_what_was_said_during_a_repetition_is_not_said_again_after_it() -> None:
    chooser = CueChooser(MARCH)
    chooser.choose(2.0, started(2.0, "round"))
    later = 2.0 + COOLDOWN_S + 0.1
    assert not chooser.conclude(later, rep(1.0, "fault", ("round", "amber")))
    (cue,) = after(chooser, rep(1.0, "fault", ("round", "red"), ("dropping", "amber")), later)
    assert cue.fault_id == "dropping"


def test_after_a_repetition_the_gravest_is_said_and_information_never() -> None:
    faults: tuple[tuple[str, Severity], ...] = (("dropping", "amber"), ("round", "red"))
    (cue,) = after(CueChooser(MARCH), rep(1.0, "fault", *faults))
    assert cue.fault_id == "round"
    assert not CueChooser(MARCH).conclude(5.0, rep(1.0, "borderline", ("short", "info")))


@given(
    st.lists(
        st.tuples(
            st.floats(0.05, 3.0),
            st.sampled_from([rule.id for rule in MARCH.faults]),
            st.sampled_from(["info", "amber", "red"]),
            st.sampled_from(["starts", "ends", "rep"]),
        ),
        max_size=80,
    )
)
def test_whatever_happens_cues_keep_their_distance_and_never_contradict(
    happened: list[tuple[float, str, Severity, str]],
) -> None:
    chooser, t_s, said = CueChooser(MARCH), 0.0, []
    for wait_s, fault_id, severity, what in happened:
        t_s += wait_s
        if what == "ends":
            chooser.over([fault_id])
        if what == "rep":
            said += chooser.conclude(t_s, rep(t_s - 4, "fault", (fault_id, severity)))
        else:
            said += chooser.choose(t_s, started(t_s, fault_id, severity) if what == "starts" else ())
    cues = [each for each in said if isinstance(each, Cue)]
    gravity = {"info": 0, "amber": 1, "red": 2}
    for a, b in pairwise(cues):
        hurries = a.fault_id != b.fault_id and gravity[b.severity] > gravity[a.severity]
        assert b.t_s - a.t_s >= (CUE_TAKES_S if hurries else COOLDOWN_S)
    assert all(cue.severity != "info" for cue in cues)
    opposite = {rule.id: rule.opposite for rule in MARCH.faults}
    assert not [
        (a, b)
        for a, b in combinations(cues, 2)
        if opposite[a.fault_id] == b.fault_id and b.t_s - a.t_s < CONTRADICTS_S
    ]
    counts = Counter(cue.fault_id for cue in cues)
    assert all(count <= MAX_TIMES for count in counts.values())
