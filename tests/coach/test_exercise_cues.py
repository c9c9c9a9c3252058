"""Cues grow quiet, do not contradict each other, and praise fades."""

from formcheck.coach.cues import CONTRADICTS_S, COOLDOWN_S, MAX_TIMES, CueChooser, praises
from formcheck.coach.events import FaultStarted
from formcheck.coach.set_report import Severity
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
