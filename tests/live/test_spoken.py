"""The coach must suffice by ear: what is said after a set, and that no warning is said twice or left out."""

from dataclasses import replace

from formcheck.coach.set_report import Fault, Repetition, Severity, Verdict
from formcheck.exercises.load import load
from formcheck.live.session import LiveSession
from formcheck.live.spoken import set_in_words
from tests.live.conftest import Begin, later, play, said
from tests.report.builders import JUDGED, repetition
from tests.synthetic import Camera, film, one_after_the_other, squats, standing

MARCH = load("march-neutral").exercise
SCENE = Camera(width_px=640, height_px=480, distance_m=3.4, focal=1.2)


def rep(index: int, verdict: Verdict, *faults: tuple[str, Severity]) -> Repetition:
    found = tuple(
        Fault(name, grave, 1.0, 2.0, 21.0, "deg", 20.0, "", "D", "lumbar_flexion") for name, grave in faults
    )
    return repetition(index, verdict=verdict, faults=found, lumbar_flexion_deg=JUDGED)


def test_the_gravest_faults_are_said_with_where() -> None:
    reps = [
        rep(1, "fault", ("round", "amber"), ("short", "info")),
        rep(2, "fault", ("arch", "red"), ("round", "amber")),
        rep(3, "fault", ("dropping", "amber")),
    ]
    words = set_in_words(MARCH, reps)
    assert words.startswith("3 repetitions. In repetition 2, the lower back arched while the thigh was up.")
    assert "In repetitions 1 and 2, the lower back rounded" in words
    assert "dropped" not in words, "who hears three findings remembers none"


def test_what_was_not_judged_is_never_called_well() -> None:
    unjudged = [rep(1, "ok"), rep(2, "cannot_judge"), rep(3, "cannot_judge"), rep(4, "cannot_judge")]
    assert set_in_words(MARCH, unjudged) == "4 repetitions. I could not judge your back in 3 of 4."
    assert set_in_words(MARCH, [rep(1, "ok")]) == "1 repetition. No fault seen."
    assert set_in_words(MARCH, [rep(1, "ok"), rep(2, "borderline")]).endswith(
        "Nothing beyond the borderline."
    )
    squat = load("squat").exercise
    unseen = [repetition(1), repetition(2)]
    assert set_in_words(squat, unseen) == (
        "2 repetitions. No fault seen. I could not judge your back in any of them."
    )
    assert set_in_words(squat, [rep(1, "ok"), repetition(2)]).endswith(
        "No fault seen. I could not judge your back in repetition 2."
    )
    assert set_in_words(MARCH, []) == "No repetition was counted."


def one_set(begin: Begin, **plan: float) -> LiveSession:
    return play(begin(track := film(one_after_the_other(standing(6.0), squats(2)), SCENE), **plan), track)


def test_a_set_can_be_followed_with_closed_eyes(begin: Begin) -> None:
    """Every sentence in its order: exercise, posture, count-down, start, count, end."""
    session = one_set(begin, repetitions=2)
    lines = said(session, "info", "setup", "countdown", "count", "stop")
    squat = load("squat").exercise
    assert lines[0] == f"{squat.name}. {squat.summary} {squat.camera.text}"
    assert lines[1:5] == ["Grow tall, hold still.", "three", "two", "one"]
    assert lines[5].startswith("Good.")
    assert lines[5].endswith("Begin: 2 times. To stop, raise a hand.")
    counts = [line for line in lines if line.isdigit()]
    assert counts == ["1", "2"]
    assert lines[-1].startswith("That was the last one. 2 repetitions.")


def test_the_end_of_a_rest_is_announced_once(begin: Begin) -> None:
    session = one_set(begin, repetitions=2, sets=2, rest_s=15.0)
    assert session.stage == "resting"
    now_s = session.state().t_s
    for i in range(1, 160):
        session.tick(now_s + i / 10)
    assert [line for line in said(session, "setup") if "seconds" in line] == [
        "Ten seconds. Go to your place."
    ]
    assert said(session, "info")[-1] == "Set 2. Take up your start posture."


def test_a_pause_says_why_and_somebody_else_is_named_once(begin: Begin) -> None:
    track = film(one_after_the_other(standing(6.0), squats(1)), SCENE)
    session = play(begin(track), track, until="moving")
    other = film(standing(2.0), replace(SCENE, distance_m=7.5))
    play(session, later(other, session.state().t_s + 0.03), until="paused")
    assert [line for line in said(session, "info") if "Somebody else" in line] == [
        "Somebody else is in the picture; I keep to you."
    ]
    assert said(session, "stop") == ["Paused. I cannot see you. Come back to where you stood."]
