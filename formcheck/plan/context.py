"""What a day's plan is made of, and what both modes look at to make it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from formcheck.exercises.schema import Exercise
from formcheck.plan.directions import seated_lift_withheld
from formcheck.plan.entries import Entry, Moment
from formcheck.plan.level import Level, level_of, step_words
from formcheck.plan.rules import Reason, because
from formcheck.plan.screen import Lock, Mode
from formcheck.plan.sessions import Session, baseline, sessions
from formcheck.plan.standing import Standing, standing

State = Literal["emergency", "see_someone", "screen", "stop", "rest", "before", "go", "done"]


@dataclass(frozen=True, slots=True)
class Offer:
    """One exercise of today: how much, what differs from its file, and why it stands there."""

    exercise_id: str
    name: str
    sets: int
    repetitions: int
    step: int
    changes: tuple[str, ...]
    reasons: tuple[Reason, ...]
    sets_done: int = 0

    @property
    def done(self) -> bool:
        """Whether today's sets of it are done."""
        return self.sets_done >= self.sets


@dataclass(frozen=True, slots=True)
class NotToday:
    """One exercise that waits, and why."""

    exercise_id: str
    name: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """The report that is wanted next; without an exercise it is about the day."""

    moment: Moment
    exercise_id: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that somebody should know."""

    to: Literal["person", "clinician"]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Today:
    """The plan of one day. Offers are there in the states "go" and "done" and in no other."""

    day: date
    mode: Mode
    state: State
    reasons: tuple[Reason, ...] = ()
    offers: tuple[Offer, ...] = ()
    not_today: tuple[NotToday, ...] = ()
    locks: tuple[Lock, ...] = ()
    notices: tuple[Notice, ...] = ()
    ask: Ask | None = None

    @property
    def next_offer(self) -> Offer | None:
        """The one exercise to do now; None while a report is wanted first."""
        if self.ask is not None:
            return None
        return next((offer for offer in self.offers if not offer.done), None)

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Every rule that had a part in this day."""
        said = [*self.reasons]
        said += [reason for offer in self.offers for reason in offer.reasons]
        said += [reason for waiting in self.not_today for reason in waiting.reasons]
        said += [notice.reason for notice in self.notices]
        return tuple(dict.fromkeys(reason.rule_id for reason in said))


@dataclass(frozen=True, slots=True)
class Context:
    """A log seen from one moment: its sessions, and how each exercise of the plan stands.

    Standing and level come from the days before today, so that a plan does not change under one's hands;
    what today's answers forbid is decided apart.
    """

    log: Sequence[Entry]
    mode: Mode
    now: datetime
    noted: bool
    sessions: tuple[Session, ...]
    exercises: Mapping[str, Exercise]
    stands: Mapping[str, Standing]

    def name(self, exercise_id: str) -> str:
        """Return what an exercise is called."""
        known = self.exercises.get(exercise_id)
        return known.name if known else exercise_id

    def past(self, exercise_id: str) -> tuple[Session, ...]:
        """Return the sessions of an exercise before today."""
        today = self.now.date()
        return tuple(s for s in self.sessions if s.exercise_id == exercise_id and s.day < today)

    def sets_today(self, exercise_id: str) -> int:
        """Return how many sets of an exercise are done today."""
        today = self.now.date()
        return sum(len(s.sets) for s in self.sessions if s.exercise_id == exercise_id and s.day == today)

    def level(self, exercise_id: str, start: int) -> Level:
        """Return where the person stands with an exercise."""
        exercise = self.exercises[exercise_id]
        return level_of(exercise, self.past(exercise_id), self.log, self.now.date(), start)

    def withheld(self, exercise_id: str) -> Reason | None:
        """Return why an exercise waits because of its own answers or its own rule, in either mode."""
        stand = self.stands[exercise_id]
        name = self.name(exercise_id)
        if stand.state == "removed":
            return because("red-removed", exercise=name)
        if stand.state == "resting" and stand.red_at and stand.until:
            day, until = f"{stand.red_at:%-d %B}", f"{stand.until:%-d %B, %H:%M}"
            return because("red-rest", exercise=name, day=day, until=until)
        if self.exercises[exercise_id].step == 3:
            return seated_lift_withheld(self.log, self.mode, self.now)
        return None

    def offer(
        self, exercise_id: str, start: int, *, test: bool = False, first: Sequence[Reason] = ()
    ) -> Offer:
        """Return an exercise with today's dose.

        Parameters
        ----------
        exercise_id : str
            Which.
        start : int
            The step that a person without sessions begins at.
        test : bool
            One set only, of five to ten easy repetitions.
        first : sequence of Reason
            Why it stands where it stands.
        """
        exercise = self.exercises[exercise_id]
        stand, level = self.stands[exercise_id], self.level(exercise_id, start)
        sets, repetitions = exercise.targets.sets, exercise.targets.repetitions
        reasons = [*first, *level.reasons]
        if test:
            sets, repetitions = 1, min(10, max(5, repetitions))
        if stand.state == "halved":
            reasons.append(because("amber-halves", exercise=exercise.name))
        if stand.state == "retry" and stand.red_at:
            sets = 1
            day = f"{stand.red_at:%-d %B}"
            reasons.append(because("red-retry", exercise=exercise.name, day=day))
        if stand.state in ("halved", "retry"):
            repetitions = (repetitions + 1) // 2
        reasons.append(because("dose", sets=_sets(sets), repetitions=repetitions))
        return Offer(
            exercise_id=exercise_id,
            name=exercise.name,
            sets=sets,
            repetitions=repetitions,
            step=level.step,
            changes=step_words(exercise, level.step),
            reasons=tuple(reasons),
            sets_done=self.sets_today(exercise_id),
        )


def context(
    log: Sequence[Entry], mode: Mode, now: datetime, exercises: Mapping[str, Exercise], *, noted: bool
) -> Context:
    """Return a log seen from now; ``noted`` tells that the screen asks for the smaller movement."""
    seen = tuple(entry for entry in log if entry.at <= now)
    every = sessions(seen)
    steps = sorted((e for e in exercises.values() if e.step is not None), key=lambda e: e.step or 0)
    own = {exercise.id: exercise for exercise in steps}
    before = baseline(seen, now.date())
    began = before.at if before is not None else now
    stands = {
        name: standing(
            name, [s for s in every if s.exercise_id == name and s.day < now.date()], seen, mode, now, began
        )
        for name in own
    }
    return Context(seen, mode, now, noted, every, own, stands)


def _sets(count: int) -> str:
    return "one set" if count == 1 else f"{count} sets"
