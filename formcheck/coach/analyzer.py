"""``Analyzer``: takes instants one at a time and says what happens. Live and recorded sets alike.

Filtering and repair are stages before it; it never knows which were used.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from formcheck.body.view import LeftRight
from formcheck.coach.cues import CueChooser
from formcheck.coach.events import (
    CannotJudge,
    Event,
    FaultEnded,
    RepBegan,
    RepCompleted,
    RepCounted,
    RepDismissed,
)
from formcheck.coach.guards import POSTURE_BEFORE_S, begun_before, jumped, other_leg_moved, why_dismissed
from formcheck.coach.instant import Instant
from formcheck.coach.lane import Lane, Progress
from formcheck.coach.rep_phases import START_SHARE, RepPhases
from formcheck.coach.repetition import beside_its_set, judge_repetition
from formcheck.coach.reps import RepAbandoned, RepEvent, RepStarted
from formcheck.coach.set_report import Repetition, Side
from formcheck.coach.within_set import Course, course_of, excursions_beyond
from formcheck.coach.working_side import instants_from
from formcheck.exercises.schema import Exercise

# A repetition that begins this soon after a counted one may begin out of the valley between them, without
# the full start posture. Our choice: a breath at the top.
FOLLOWS_ON_S = 3.0
# Of a one-legged movement the other leg takes less than this part; beyond, both legs moved. Our choice.
TOGETHER_SHARE = 0.45
# The far leg is guessed rather than seen: it must have moved this much more to be the one that worked.
SEEN_BETTER = 1.4
# While the near leg is on its way for more than this part of the far leg's movement, the far one followed it
# in the model's eyes only. Our choice.
BUSY_SHARE = 0.6
# Two repetitions of both legs that share more than this part of the shorter one are one movement. Our choice.
SAME_MOVEMENT_SHARE = 0.5
# Two dismissals that begin this close to each other are of the same movement.
SAME_S = 1.0
_WHY_ABANDONED = {
    "too small": "The movement was too small to count.",
    "too short": "The movement was too quick to be a repetition.",
    "too long": "The movement took too long to be one repetition.",
    "unfinished": "The recording ended before the movement did.",
    "gap": "You were out of view in the middle of it.",
    "jump": "The body points jumped to somebody or something else.",
}


@dataclass(slots=True)
class Analyzer:
    """Judges one set of one exercise.

    Parameters
    ----------
    exercise : Exercise
        What is asked for.
    signal : str
        Which of the exercise's repetition signals the view allows.
    neutral_deg : mapping of str to float
        Every signal in the start posture.
    side : {"left", "right", "both"}
        The side that works; in a one-legged exercise the one next to the camera, and the one that works is
        found for each repetition.
    not_repetitions_s : tuple of float
        Times at which the user says that no repetition took place.
    start_posture_seen : bool
        Whether the start posture was ever held still. Without, nothing counts: what never begins or ends
        in the start posture is no repetition of the exercise.
    legs : tuple of {"left", "right"}
        In a one-legged exercise, the legs whose repetitions count.
    neutral_of_leg : mapping of str to mapping
        The start posture of each leg where they differ, as when one leg kneels; else `neutral_deg`.
    noise_deg : mapping of str to float
        How much each signal wavers in the start posture: a movement must stand out against it.
    """

    exercise: Exercise
    signal: str
    neutral_deg: Mapping[str, float]
    side: Side
    not_repetitions_s: tuple[float, ...] = ()
    start_posture_seen: bool = True
    legs: tuple[LeftRight, ...] = ("left", "right")
    neutral_of_leg: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    noise_deg: Mapping[str, float] = field(default_factory=dict)
    repetitions: list[Repetition] = field(default_factory=list, init=False)
    dismissed: list[RepDismissed] = field(default_factory=list, init=False)
    _courses: list[Course] = field(default_factory=list, init=False)
    _last: Instant | None = field(default=None, init=False)
    _first_s: float = field(default=float("inf"), init=False)
    _rows: list[Instant] = field(default_factory=list, init=False)
    _seen_s: float = field(default=float("-inf"), init=False)
    _lanes: list[Lane] = field(default_factory=list, init=False)
    _cues: CueChooser = field(init=False)
    _told: set[tuple[str, str]] = field(default_factory=set, init=False)
    _withheld: dict[str, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        legs: tuple[LeftRight | None, ...] = self.legs if self.exercise.repetition.one_leg else (None,)
        # The leg next to the camera first: of two that seem to move alike it is the one that is seen.
        self._lanes = [
            Lane(
                self.exercise,
                self.signal,
                self.neutral_of_leg.get(leg or "", self.neutral_deg),
                leg,
                self.noise_deg,
            )
            for leg in sorted(legs, key=lambda leg: leg != self.side)
        ]
        self._cues = CueChooser(self.exercise)

    def feed(self, instant: Instant) -> list[Event]:
        """Take one instant, later than every earlier one, and return what it brings about."""
        events: list[Event] = []
        broken = self._last is not None and jumped(self._last, instant)
        self._first_s = min(self._first_s, instant.t_s)
        self._last = instant
        for lane in self._lanes:
            if broken:
                events += self._translate(lane, lane.counter.break_off(instant.t_s, "jump"))
        self._rows.append(instant)
        values = [lane.value(instant) for lane in self._lanes]
        for lane, value in zip(self._lanes, values, strict=True):
            events += self._translate(lane, lane.counter.feed(instant.t_s, value))
        self._forget(instant.t_s, seen=any(value == value for value in values))
        # A counted movement is watched until it has come to rest: its end is where the back gives way.
        followed = [lane for lane in self._lanes if lane.counter.followed]
        events += self._watch(followed, instant, instant.t_s)
        events += self._say_withheld(instant)
        return events

    def finish(self) -> list[Event]:
        """End the set; only now is each repetition known beside all others."""
        ended_s = None if self._last is None else self._last.t_s
        ended = [(lane, lane.counter.finish(ended_s)) for lane in self._lanes]
        events = [event for lane, counted in ended for event in self._translate(lane, counted)]
        for number in range(len(self.repetitions)):
            self._compare(number)
        return events

    def progress(self, instant: Instant) -> Progress:
        """Return how far the movement is, of the leg that moves, or the one next to the camera."""
        ways = [lane.progress(instant) for lane in self._lanes]
        return max(ways, key=lambda each: (each.moving, each.way if each.moving else 0.0))

    # ---- repetitions --------------------------------------------------------------------------

    def _translate(self, lane: Lane, counted: list[RepEvent]) -> list[Event]:
        events: list[Event] = []
        for event in counted:
            if isinstance(event, RepStarted):
                events += self._begin(lane, event)
            elif isinstance(event, RepPhases):
                events += self._tell_ended(lane, lane.end_faults(event.t_s))
                events += self._complete(lane, event)
            elif isinstance(event, RepAbandoned):
                events += self._tell_ended(lane, lane.end_faults(event.t_s))
                events += self._dismiss(event.t_s, event.start_s, _WHY_ABANDONED[event.reason])
        return events

    def _begin(self, lane: Lane, event: RepStarted) -> list[Event]:
        """Open a repetition, and show the fault detector what happened since it began."""
        alone = not any(other.counter.moving for other in self._lanes if other is not lane)
        events: list[Event] = [RepBegan(event.t_s, event.start_s)] if alone else []
        for row in self._rows_between(event.start_s, event.t_s)[:-1]:
            events += self._watch([lane], row, event.t_s)
        return events

    def _complete(self, lane: Lane, phases: RepPhases) -> list[Event]:
        raw = self._rows_between(phases.start_s - POSTURE_BEFORE_S, phases.t_s)
        weaker, why = self._beside_other_leg(lane, phases, raw)
        if weaker:
            return []
        rows = instants_from(raw, lane.leg)
        if begun_before(self.exercise, phases, rows, self._first_s, lane.counter.rest_deg):
            phases = replace(phases, hold_start_s=phases.start_s, begun_before=True)
        side = lane.leg or self.side
        before = [rep.move_end_s for rep in self.repetitions if rep.side == side]
        follows_on = bool(before) and phases.start_s - before[-1] < FOLLOWS_ON_S
        why = why or why_dismissed(self.exercise, phases, rows, self.signal, follows_on=follows_on)
        if any(phases.start_s <= t_s <= phases.end_s for t_s in self.not_repetitions_s):
            why = "You said that this was no repetition."
        if not self.start_posture_seen:
            why = "The start posture was never held still."
        if why:
            return self._dismiss(phases.t_s, phases.start_s, why)
        twin = self._told_of_other_leg(side, phases)
        if twin is not None and lane is not self._lanes[0]:
            return []
        inside = [row for row in rows if phases.start_s <= row.t_s <= phases.end_s]
        repetition = judge_repetition(
            self.exercise,
            phases,
            inside,
            lane.excursions(phases, rows),
            index=len(self.repetitions) + 1 if twin is None else twin.index,
            side=side,
            lead_in=instants_from(self._rest_before(phases), lane.leg),
            neutral_deg=lane.neutral,
        )
        course = course_of(self.exercise, phases, side, inside)
        if twin is not None:
            self.repetitions[twin.index - 1] = repetition
            self._courses[twin.index - 1] = course
            self._compare(twin.index - 1)
            return []
        self.repetitions.append(repetition)
        self._courses.append(course)
        repetition = self._compare(len(self.repetitions) - 1)
        done: list[Event] = [
            RepCounted(phases.t_s, repetition.index),
            RepCompleted(phases.t_s, repetition),
        ]
        return [*done, *self._cues.conclude(phases.t_s, repetition)]

    def _compare(self, number: int) -> Repetition:
        """Judge a repetition beside the others of the set so far, and return it."""
        beyond = excursions_beyond(self.exercise, self._courses[number], self._courses)
        self.repetitions[number] = beside_its_set(self.exercise, self.repetitions[number], beyond)
        return self.repetitions[number]

    def _beside_other_leg(self, lane: Lane, phases: RepPhases, rows: list[Instant]) -> tuple[bool, str]:
        """Return whether this was the other leg's movement, and why it is none where both legs moved."""
        other = next((each for each in self._lanes if each is not lane), None)
        if lane.leg is None or other is None:
            return False, ""
        if other is self._lanes[0] and self._busy_share(other, phases, rows) > BUSY_SHARE:
            return True, ""
        moved_deg = other_leg_moved(rows, other.column, phases, self.exercise)
        if moved_deg < TOGETHER_SHARE * phases.amplitude_deg:
            return False, ""
        if self.exercise.repetition.other_leg == "still":
            return False, "Both legs moved."
        trust = SEEN_BETTER if lane is self._lanes[0] else 1 / SEEN_BETTER
        return moved_deg > trust * phases.amplitude_deg, ""

    def _told_of_other_leg(self, side: Side, phases: RepPhases) -> Repetition | None:
        """Return the repetition of the other leg that this movement was counted as already, if it was.

        One lifts a leg at a time: two repetitions of both legs at the same time are one, of the leg next to
        the camera, whose movement the model sees in the other one, too.
        """
        last = self.repetitions[-1] if self.repetitions else None
        if last is None or last.side == side or not self.exercise.repetition.one_leg:
            return None
        shared_s = min(last.move_end_s, phases.end_s) - max(last.move_start_s, phases.start_s)
        shorter_s = min(last.move_end_s - last.move_start_s, phases.duration_s)
        return last if shared_s > SAME_MOVEMENT_SHARE * shorter_s else None

    def _busy_share(self, lane: Lane, phases: RepPhases, rows: list[Instant]) -> float:
        """Return for what share of a movement another leg was well on its way."""
        ways = [lane.way(row) for row in rows if phases.start_s <= row.t_s <= phases.end_s]
        return sum(way > START_SHARE for way in ways) / max(1, len(ways))

    def _rest_before(self, phases: RepPhases) -> list[Instant]:
        last_s = self.repetitions[-1].move_end_s if self.repetitions else float("-inf")
        return self._rows_between(max(last_s, phases.start_s - POSTURE_BEFORE_S), phases.start_s)[:-1]

    def _dismiss(self, t_s: float, start_s: float, why: str) -> list[Event]:
        told = any(each.why == why and abs(each.start_s - start_s) < SAME_S for each in self.dismissed)
        if told:  # both legs tried to begin a repetition of the same movement
            return []
        dismissed = RepDismissed(t_s, start_s, why)
        self.dismissed.append(dismissed)
        return [dismissed]

    def _rows_between(self, start_s: float, end_s: float) -> list[Instant]:
        first = bisect_left(self._rows, start_s, key=lambda row: row.t_s)
        last = bisect_right(self._rows, end_s, key=lambda row: row.t_s)
        return self._rows[first:last]

    def _forget(self, t_s: float, *, seen: bool) -> None:
        """Let go of instants that no repetition can need any more, so that a long set takes no more room.

        Needed are those that the counter still knows with the posture before them, and while its signal is
        not seen, those soon after it was and the latest ones, which may precede the next repetition.
        """
        if seen:
            self._seen_s = t_s
        oldest_s = min(t_s, *(lane.counter.since_s for lane in self._lanes)) - POSTURE_BEFORE_S
        del self._rows[: bisect_left(self._rows, oldest_s, key=lambda row: row.t_s)]
        unseen_s = self._seen_s + self.exercise.repetition.max_s, t_s - POSTURE_BEFORE_S
        if unseen_s[0] < unseen_s[1]:
            first, last = (bisect_right(self._rows, end_s, key=lambda row: row.t_s) for end_s in unseen_s)
            del self._rows[first:last]

    # ---- faults -------------------------------------------------------------------------------

    def _watch(self, lanes: list[Lane], instant: Instant, now_s: float) -> list[Event]:
        """Show an instant to the lanes that move; only what the one furthest on its way says is told."""
        events: list[Event] = []
        chief = max(lanes, key=lambda lane: lane.way(instant), default=None)
        for lane in lanes:
            ended, started = lane.watch(instant, now_s)
            events += self._tell_ended(lane, ended)
            if lane is chief:
                self._told |= {(lane.column, event.fault_id) for event in started}
                events += [*started, *self._cues.choose(now_s, started)]
        return events

    def _tell_ended(self, lane: Lane, ended: list[FaultEnded]) -> list[Event]:
        told = [event for event in ended if (lane.column, event.fault_id) in self._told]
        self._told -= {(lane.column, event.fault_id) for event in ended}
        self._cues.over(event.fault_id for event in told)
        return [*told]

    def _say_withheld(self, instant: Instant) -> list[Event]:
        """Say once when a required signal becomes impossible to judge, and again when the reason changes."""
        events: list[Event] = []
        for name in self.exercise.requires:
            key = instant.reason.get(name, "")
            if key and key != self._withheld.get(name, ""):
                events.append(CannotJudge(instant.t_s, name, key))
            self._withheld[name] = key
        return events
