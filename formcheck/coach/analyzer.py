"""``Analyzer``: takes instants one at a time and says what happens. Live and recorded sets alike.

Filtering and repair are stages before it; it never knows which were used.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from formcheck.coach.cues import CueChooser
from formcheck.coach.events import (
    CannotJudge,
    Event,
    FaultEnded,
    FaultStarted,
    RepBegan,
    RepCompleted,
    RepCounted,
    RepDismissed,
)
from formcheck.coach.faults import BoundMonitor, Excursion, rank
from formcheck.coach.guards import POSTURE_BEFORE_S, jumped, why_dismissed
from formcheck.coach.instant import Instant
from formcheck.coach.rep_faults import phase_span
from formcheck.coach.repetition import judge_repetition
from formcheck.coach.reps import RepAbandoned, RepCounter, RepEvent, RepPhases, RepRule, RepStarted
from formcheck.coach.reps import RepCounted as CounterReturned
from formcheck.coach.set_report import Repetition, Side
from formcheck.exercises.schema import BoundFault, Exercise

# A repetition that begins this soon after a counted one may begin out of the valley between them, without
# the full start posture. Our choice: a breath at the top.
FOLLOWS_ON_S = 3.0
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
        The side that works.
    not_repetitions_s : tuple of float
        Times at which the user says that no repetition took place.
    start_posture_seen : bool
        Whether the start posture was ever held still. Without, nothing counts: what never begins or ends
        in the start posture is no repetition of the exercise.
    """

    exercise: Exercise
    signal: str
    neutral_deg: Mapping[str, float]
    side: Side
    not_repetitions_s: tuple[float, ...] = ()
    start_posture_seen: bool = True
    repetitions: list[Repetition] = field(default_factory=list, init=False)
    dismissed: list[RepDismissed] = field(default_factory=list, init=False)
    _last: Instant | None = field(default=None, init=False)
    _rows: list[Instant] = field(default_factory=list, init=False)
    _seen_s: float = field(default=float("-inf"), init=False)
    _counter: RepCounter = field(init=False)
    _monitors: list[BoundMonitor] = field(default_factory=list, init=False)
    _cues: CueChooser = field(init=False)
    _excursions: list[Excursion] = field(default_factory=list, init=False)
    _withheld: dict[str, str] = field(default_factory=dict, init=False)
    _began_s: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        rule = self.exercise.repetition
        self._counter = RepCounter(
            RepRule(rule.target_deg, rule.min_deg, rule.min_s, rule.max_s),
            rest_deg=self._oriented(self.neutral_deg.get(self.signal, 0.0)),
        )
        self._cues = CueChooser(self.exercise)
        self._monitors = [
            BoundMonitor(fault, self.neutral_deg)
            for fault in self.exercise.faults
            if isinstance(fault, BoundFault)
        ]

    def feed(self, instant: Instant) -> list[Event]:
        """Take one instant, later than every earlier one, and return what it brings about."""
        events: list[Event] = []
        if self._last is not None and jumped(self._last, instant):
            events += self._translate(self._counter.break_off(instant.t_s, "jump"))
        self._last = instant
        self._rows.append(instant)
        value = self._oriented(instant.deg[self.signal])
        events += self._translate(self._counter.feed(instant.t_s, value))
        self._forget(instant.t_s, seen=value == value)
        if self._counter.moving:
            events += self._watch(instant)
        events += self._say_withheld(instant)
        return events

    def finish(self) -> list[Event]:
        """End the set."""
        return self._translate(self._counter.finish())

    # ---- repetitions --------------------------------------------------------------------------

    def _oriented(self, value_deg: float) -> float:
        return value_deg if self.exercise.repetition.direction == "increase" else -value_deg

    def _translate(self, counted: list[RepEvent]) -> list[Event]:
        events: list[Event] = []
        for event in counted:
            if isinstance(event, RepStarted):
                events += self._begin(event)
            elif isinstance(event, CounterReturned):
                events += self._end_faults(event.t_s)
            elif isinstance(event, RepPhases):
                events += self._complete(event)
            elif isinstance(event, RepAbandoned):
                events += self._end_faults(event.t_s)
                events += self._dismiss(event.t_s, event.start_s, _WHY_ABANDONED[event.reason])
        return events

    def _begin(self, event: RepStarted) -> list[Event]:
        """Open a repetition, and show the fault detector what happened since it began."""
        events: list[Event] = [RepBegan(event.t_s, event.start_s)]
        self._excursions = []
        self._began_s = event.start_s
        for row in self._rows_between(event.start_s, event.t_s)[:-1]:
            events += self._watch(row)
        return events

    def _complete(self, phases: RepPhases) -> list[Event]:
        rows = self._rows_between(phases.start_s - POSTURE_BEFORE_S, phases.t_s)
        follows_on = bool(self.repetitions) and (phases.start_s - self.repetitions[-1].end_s < FOLLOWS_ON_S)
        why = why_dismissed(self.exercise, phases, rows, self.signal, follows_on=follows_on)
        if any(phases.start_s <= t_s <= phases.end_s for t_s in self.not_repetitions_s):
            why = "You said that this was no repetition."
        if not self.start_posture_seen:
            why = "The start posture was never held still."
        if why:
            return self._dismiss(phases.t_s, phases.start_s, why)
        repetition = judge_repetition(
            self.exercise,
            phases,
            self._rows_between(phases.start_s, phases.end_s),
            self._within_phases(phases),
            index=len(self.repetitions) + 1,
            side=self.side,
            lead_in=self._rest_before(phases),
        )
        self.repetitions.append(repetition)
        return [RepCounted(phases.t_s, repetition.index), RepCompleted(phases.t_s, repetition)]

    def _rest_before(self, phases: RepPhases) -> list[Instant]:
        last_s = self.repetitions[-1].end_s if self.repetitions else float("-inf")
        return self._rows_between(max(last_s, phases.start_s - POSTURE_BEFORE_S), phases.start_s)[:-1]

    def _dismiss(self, t_s: float, start_s: float, why: str) -> list[Event]:
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
        oldest_s = min(self._counter.since_s, t_s) - POSTURE_BEFORE_S
        del self._rows[: bisect_left(self._rows, oldest_s, key=lambda row: row.t_s)]
        unseen_s = self._seen_s + self.exercise.repetition.max_s, t_s - POSTURE_BEFORE_S
        if unseen_s[0] < unseen_s[1]:
            first, last = (bisect_right(self._rows, end_s, key=lambda row: row.t_s) for end_s in unseen_s)
            del self._rows[first:last]

    # ---- faults -------------------------------------------------------------------------------

    def _watch(self, instant: Instant) -> list[Event]:
        events: list[Event] = []
        started: list[FaultStarted] = []
        for monitor in self._monitors:
            before = monitor.current
            self._excursions += monitor.feed(instant)
            now = monitor.current
            if now is not None and (before is None or rank(now) > rank(before)):
                started.append(FaultStarted(instant.t_s, monitor.rule.id, now, monitor.onset_s()))
            elif before is not None and now is None:
                events.append(FaultEnded(instant.t_s, monitor.rule.id))
        return [*events, *started, *self._cues.choose(instant.t_s, started)]

    def _end_faults(self, t_s: float) -> list[Event]:
        events: list[Event] = []
        for monitor in self._monitors:
            if monitor.current is not None:
                events.append(FaultEnded(t_s, monitor.rule.id))
            self._excursions += monitor.end()
        return events

    def _within_phases(self, phases: RepPhases) -> list[Excursion]:
        """Return the excursions that fall into a phase in which their fault is asked for."""
        spans = {
            rule.id: [phase_span(phases, phase, self.exercise) for phase in rule.phases]
            for rule in self.exercise.faults
            if isinstance(rule, BoundFault)
        }
        return [
            excursion
            for excursion in self._excursions
            if any(
                excursion.start_s <= last and excursion.end_s >= first
                for first, last in spans[excursion.fault_id]
            )
        ]

    def _say_withheld(self, instant: Instant) -> list[Event]:
        """Say once when a required signal becomes impossible to judge, and again when the reason changes."""
        events: list[Event] = []
        for name in self.exercise.requires:
            key = instant.reason[name]
            if key and key != self._withheld.get(name, ""):
                events.append(CannotJudge(instant.t_s, name, key))
            self._withheld[name] = key
        return events
