"""How hard an exercise is for a person now: one thing harder after two good sessions, one step back else.

measurement.md, section 6. The steps themselves stand in the exercise's file; here is when they are taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from formcheck.coach.clearance import object_cm
from formcheck.exercises.schema import Change, Exercise
from formcheck.plan.entries import Entry
from formcheck.plan.rules import Reason, because
from formcheck.plan.sessions import Session, next_day
from formcheck.plan.symptoms import NPRS_CHANGE, worst_nprs, zone

VARIABLE_RANK = {"range": 0, "height": 1, "hold": 2, "eccentric": 2, "load": 3}
MIN_JUDGED_SHARE = 0.8
MIN_CLEAN_SHARE = 0.8
MAX_PAIN = 3
GOOD_SESSIONS = 2
RED_REPS = 2
EASIER = -1


@dataclass(frozen=True, slots=True)
class Step:
    """One harder (or easier) form: the change, and the value that it reaches."""

    change: Change
    value: float

    @property
    def words(self) -> str:
        """What to do, with the number."""
        return f"{self.change.text.rstrip('.')} ({self.value:g} {self.change.unit})."


@dataclass(frozen=True, slots=True)
class Level:
    """Where a person stands with an exercise.

    ``step`` is how many steps of `ladder` are taken, -1 the easier form; ``good`` how many good sessions in
    a row there were on it; ``reasons`` why it is so; ``good_ever`` the longest row of good sessions.
    """

    step: int
    good: int
    reasons: tuple[Reason, ...]
    good_ever: int
    changed_on: date | None = None


def ladder(exercise: Exercise) -> tuple[Step, ...]:
    """Return the steps from the exercise as it stands in its file to its hardest form, in their order."""
    steps: list[Step] = []
    for change in sorted(exercise.progression, key=lambda change: VARIABLE_RANK[change.variable]):
        value = _start(exercise, change.variable)
        while value < change.until - 1e-9:
            value = min(value + change.by, change.until)
            steps.append(Step(change, value))
    return tuple(steps)


def _start(exercise: Exercise, variable: str) -> float:
    starts = {
        "range": exercise.repetition.target_deg,
        "height": 5 * round(object_cm(exercise) / 5),
        "hold": exercise.targets.hold_s,
        "eccentric": exercise.targets.eccentric_s,
    }
    return float(starts.get(variable, 0.0))


def step_words(exercise: Exercise, step: int) -> tuple[str, ...]:
    """Return what differs from the exercise's file at a step: the newest of each variable."""
    if step < 0:
        return tuple(change.text for change in exercise.regression[:1])
    newest: dict[str, Step] = {}
    for each in ladder(exercise)[:step]:
        newest[each.change.variable] = each
    return tuple(each.words for each in newest.values())


def level_of(
    exercise: Exercise, done: Sequence[Session], log: Sequence[Entry], today: date, start: int = 0
) -> Level:
    """Return where a person stands, by going through the sessions of this exercise in order.

    A session of today moves nothing up: how the next day begins is part of a good one.
    """
    steps = ladder(exercise)
    lowest = EASIER if exercise.regression else 0
    level = Level(max(start, lowest), 0, (), 0)
    for session in done:
        back = setback(session, exercise.name)
        if back is not None:
            level = Level(max(level.step - 1, lowest), 0, (back,), level.good_ever, session.day)
            continue
        why_not = not_good(session, log)
        if session.day >= today:
            continue
        if why_not:
            level = Level(level.step, 0, (_stay(exercise, why_not),), level.good_ever, level.changed_on)
            continue
        level = _after_good(exercise, level, steps, session.day)
    return level


def _after_good(exercise: Exercise, level: Level, steps: tuple[Step, ...], day: date) -> Level:
    good, ever = level.good + 1, max(level.good_ever, level.good + 1)
    if good < GOOD_SESSIONS:
        why = (_stay(exercise, "one more good session, and one thing is made harder"),)
        return Level(level.step, good, why, ever, level.changed_on)
    if level.step >= len(steps):
        why = (_stay(exercise, "this is its hardest form here"),)
        return Level(level.step, good, why, ever, level.changed_on)
    change = steps[level.step].words if level.step >= 0 else "back to the exercise as it is described."
    reasons = (because("progress", exercise=exercise.name, change=change), because("progress-order"))
    return Level(level.step + 1, 0, reasons, ever, day)


def setback(session: Session, name: str) -> Reason | None:
    """Return why an exercise goes one step back after a session; None where it does not."""
    if session.hurt or session.judgement.light in ("amber", "red"):
        return because("regress-symptom", exercise=name)
    if any(each.red >= RED_REPS for each in session.sets):
        return because("regress-form", exercise=name)
    return None


def not_good(session: Session, log: Sequence[Entry]) -> str:
    """Return what a session lacks to count as good, in words; empty where it lacks nothing."""
    if not session.reps:
        return "no repetitions were counted"
    if session.judged < MIN_JUDGED_SHARE * session.reps:
        return "too few repetitions could be judged; see what the report says about the camera"
    if session.clean < MIN_CLEAN_SHARE * session.judged:
        return "fewer than four in five of the judged repetitions were clean"
    if any(each.red for each in session.sets):
        return "a repetition crossed a red limit"
    return uncomfortable(session, log)


def uncomfortable(session: Session, log: Sequence[Entry]) -> str:
    """Return what of the symptoms speaks against a session, in words; empty where nothing does."""
    if session.hurt:
        return "it was stopped because it hurt"
    if session.judgement.light is None or session.response is None:
        return "how it felt was not noted"
    if session.judgement.light != "green":
        return f"it answered {session.judgement.light}"
    if any(worst_nprs(report) > MAX_PAIN for report in session.response.later):
        return "the pain was above three"
    before, morning = session.response.before, next_day(log, session.day)
    if morning is None:
        return "how the next day began was not noted"
    worse = worst_nprs(morning) - worst_nprs(before) >= NPRS_CHANGE or zone(morning) > zone(before)
    return "the next day did not begin as before" if worse else ""


def _stay(exercise: Exercise, why: str) -> Reason:
    return because("stay", exercise=exercise.name, why=why)
