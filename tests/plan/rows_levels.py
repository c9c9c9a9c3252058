"""Rows about when an exercise becomes harder or easier."""

from formcheck.plan.entries import Stopped
from formcheck.plan.level import Level, ladder, level_of
from formcheck.plan.sessions import sessions
from tests.plan.builders import E1, E2, E3, at, did, exercises, felt, on, session
from tests.plan.rows import Log, Row


def hard(
    rule: str, what: str, want: int, *parts: Log, exercise: str = E2, on_day: int = 12, start: int = 0
) -> Row:
    log = tuple(entry for part in parts for entry in part)

    def level() -> Level:
        done = [s for s in sessions(log) if s.exercise_id == exercise]
        return level_of(exercises()[exercise], done, log, on(on_day), start)

    return Row(rule, what, lambda: tuple(r.rule_id for r in level().reasons), lambda: level().step == want)


def two(exercise: str = E2, **second: object) -> tuple[Log, Log]:
    return session(exercise, day=1), session(exercise, day=3, **second)  # type: ignore[arg-type]


LEVELS = [
    hard("progress", "two good sessions: one step", 1, *two()),
    hard("progress-order", "one thing only", 1, *two()),
    hard("stay", "one good session", 0, session(E2, day=1)),
    hard("stay", "three good sessions: one step and one to go", 1, *two(), session(E2, day=5)),
    hard("progress", "four good sessions: two steps", 2, *two(), session(E2, day=5), session(E2, day=8)),
    hard("stay", "79 % judged", 0, *two(reps=100, judged=79, sets=1)),
    hard("progress", "80 % judged, 80 % of those clean", 1, *two(reps=100, judged=80, clean=64, sets=1)),
    hard("stay", "79 % of the judged clean", 0, *two(reps=100, judged=100, clean=79, sets=1)),
    hard("stay", "one red repetition", 0, *two(red=1)),
    hard("stay", "pain of four", 0, *two(base=(1, 4))),
    hard("progress", "pain of three", 1, session(E2, day=1, base=(1, 3)), session(E2, day=3, base=(1, 3))),
    hard(
        "regress-symptom",
        "the next day two points worse after one movement",
        -1,
        session(E2, day=1),
        session(E2, day=3, morning=(1, 4)),
    ),
    hard(
        "stay",
        "the next day two points worse after two movements: neither is blamed, neither moves up",
        0,
        session(E2, day=1),
        session(E2, day=3, morning=(1, 4)),
        session(E1, day=3, with_baseline=False, hour=9.5, morning=None),
    ),
    hard("stay", "the next day was not noted", 0, *two(morning=None)),
    hard("stay", "how it felt was not noted", 0, session(E2, day=1), (felt(day=3), did(day=3), did(day=3))),
    hard("stay", "today is not over: the next day is missing", 0, *two(), on_day=3),
    hard("regress-form", "two red repetitions in a set", -1, session(E2, day=1, red=2)),
    hard("stay", "one red repetition in each of two sets", 0, session(E2, day=1, red=1)),
    hard("regress-symptom", "amber", -1, session(E2, day=1, during=(1, 4))),
    hard("regress-symptom", "red", -1, session(E2, day=1, later=(1, 5))),
    hard(
        "regress-symptom",
        "stopped because it hurt",
        -1,
        session(E2, day=1),
        (felt(day=3), Stopped(at(3, 9.1), "pain", "key", E2)),
    ),
    hard(
        "regress-symptom",
        "no lower than the easier form",
        -1,
        session(E2, day=1, during=(1, 4)),
        session(E2, day=3, during=(1, 4)),
    ),
    hard("regress-symptom", "a step gained is a step to lose", 0, *two(), session(E2, day=5, during=(1, 4))),
    hard("progress", "from the easier form back to the exercise as described", 0, *two(), start=-1),
    hard(
        "stay",
        "the hardest form is the end",
        len(ladder(exercises()[E3])),
        *(session(E3, day=d) for d in range(1, 60, 2)),
        exercise=E3,
        on_day=62,
    ),
]
