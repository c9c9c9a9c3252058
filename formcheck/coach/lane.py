"""``Lane``: one candidate for the working side, with its own counter and fault detectors.

A two-legged exercise has one lane; a one-legged exercise has one for each leg, and the leg that moves is the
working side of that repetition.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from formcheck.body.signal_table import SIGNALS, base_name
from formcheck.body.view import LeftRight
from formcheck.coach.back_start import MAX_TIPPED_DEG
from formcheck.coach.events import FaultEnded, FaultStarted
from formcheck.coach.faults import BoundMonitor, Excursion, rank
from formcheck.coach.guards import holds_posture
from formcheck.coach.instant import LUMBAR, Instant
from formcheck.coach.rep_faults import phase_span
from formcheck.coach.rep_phases import RepPhases
from formcheck.coach.reps import RepCounter, RepRule
from formcheck.coach.working_side import from_side, instant_from
from formcheck.exercises.schema import BoundFault, Exercise, Phase

# A movement stands out if it is this many times the standard deviation at rest; our choice.
STANDS_OUT = 4.0
# Up to this part of the way it may be the start posture still, or again [D].
REST_SHARE = 0.35
# A movement has begun before noise lets it be found to have: by .08 s in the mean of 50 dev sets of lowerings
# (docs/repetitions.md) [M]. A back that is beyond a bound from the first is watched from there.
FOUND_LATE_S = 0.08


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a movement is: ``way`` 0 at rest and 1 at the range in use, NaN where it is not seen.

    ``value_deg`` is the counting signal; ``moving`` whether a repetition is under way.
    """

    leg: LeftRight | None
    way: float
    value_deg: float
    moving: bool


@dataclass(slots=True)
class Lane:
    """Follows one leg, or both where both work.

    Parameters
    ----------
    exercise : Exercise
        What is asked for.
    signal : str
        The counting signal, without a suffix.
    neutral_deg : mapping of str to float
        Every signal in the start posture, all columns.
    leg : {"left", "right"} or None
        The working leg; None where both work.
    noise_deg : mapping of str to float
        The signals' standard deviation in the start posture.
    """

    exercise: Exercise
    signal: str
    neutral_deg: Mapping[str, float]
    leg: LeftRight | None
    noise_deg: Mapping[str, float] = field(default_factory=dict)
    neutral: Mapping[str, float] = field(init=False)
    counter: RepCounter = field(init=False)
    monitors: list[BoundMonitor] = field(init=False)

    def __post_init__(self) -> None:
        # What the table measures from the start posture is 0 there by definition.
        neutral = {name: 0.0 if _from_neutral(name) else deg for name, deg in self.neutral_deg.items()}
        self.neutral = neutral if self.leg is None else from_side(neutral, self.leg)
        rule = self.exercise.repetition
        # A far leg is guessed rather than seen, and may waver by more than the smallest movement.
        noise_deg = 0.0 if self.leg is None else self.noise_deg.get(self.column, 0.0)
        least_deg = max(rule.min_deg, STANDS_OUT * noise_deg)
        self.counter = RepCounter(
            RepRule(max(rule.target_deg, 2 * least_deg), least_deg, rule.min_s, rule.max_s, noise_deg),
            rest_deg=self.oriented(self.neutral.get(self.signal, 0.0)),
        )
        self.monitors = self._monitors()

    @property
    def column(self) -> str:
        """The column that counts."""
        return self.signal if self.leg is None else f"{self.signal}_{self.leg}"

    def oriented(self, value_deg: float) -> float:
        """Return a value of the counting signal so that a repetition raises it."""
        return value_deg if self.exercise.repetition.direction == "increase" else -value_deg

    def value(self, instant: Instant) -> float:
        """Return the counting signal's value, oriented; NaN where it was not measured."""
        return self.oriented(instant.deg.get(self.column, float("nan")))

    def way(self, instant: Instant) -> float:
        """Return how far the movement is: 0 at rest, 1 at the range in use."""
        return (self.value(instant) - self.counter.rest_deg) / self.counter.range_deg

    def progress(self, instant: Instant) -> Progress:
        """Return how far the movement is, for whoever shows it."""
        value_deg = instant.deg.get(self.column, float("nan"))
        return Progress(self.leg, self.way(instant), value_deg, self.counter.moving)

    def watch(self, instant: Instant, now_s: float) -> tuple[list[FaultEnded], list[FaultStarted]]:
        """Show the fault detectors one instant of a movement; return what ended and what began.

        ``now_s`` is later than the instant where a movement is looked at again from its beginning.
        """
        seen = instant if self.leg is None else instant_from(instant, self.leg)
        way = self.way(instant)
        ended: list[FaultEnded] = []
        started: list[FaultStarted] = []
        present = self._present_phases()
        for monitor in self.monitors:
            if present.isdisjoint(monitor.rule.phases):
                continue
            before = monitor.current
            monitor.feed(seen, way, at_rest=self._at_rest(monitor.rule, seen, way))
            now = monitor.current
            if now is not None and (before is None or rank(now) > rank(before)):
                started.append(FaultStarted(now_s, monitor.rule.id, now, monitor.onset_s()))
            elif before is not None and now is None:
                ended.append(FaultEnded(now_s, monitor.rule.id))
        return ended, started

    def _present_phases(self) -> set[Phase]:
        """Return the phases that this may be; which one it was is known when the repetition is complete."""
        first = self.exercise.repetition.first_phase
        back: Phase = "eccentric" if first == "concentric" else "concentric"
        return {back} if self.counter.going_back else {first, "hold"}

    def end_faults(self, t_s: float) -> list[FaultEnded]:
        """End what is under way, as at the end of a repetition."""
        ended = [FaultEnded(t_s, monitor.rule.id) for monitor in self.monitors if monitor.current is not None]
        for monitor in self.monitors:
            monitor.end()
        return ended

    def excursions(self, phases: RepPhases, rows: Sequence[Instant]) -> list[Excursion]:
        """Look at a whole repetition again, now that its beginning and its phases are known.

        What is watched in the stream begins a little after the movement did, and guesses the phase.

        Parameters
        ----------
        phases : RepPhases
            Of the repetition.
        rows : sequence of Instant
            As seen from the leg; those just before its start and after its end belong to it, too, as far
            as they are given.
        """
        found: list[Excursion] = []
        for monitor in self._monitors():
            spans = [phase_span(phases, phase, self.exercise) for phase in monitor.rule.phases]
            spans = [
                (
                    first - FOUND_LATE_S if first == phases.start_s else first,
                    math.inf if last == phases.end_s else last,
                )
                for first, last in spans
            ]
            for row in rows:
                asked = any(first <= row.t_s <= last for first, last in spans)
                if not asked:
                    found += monitor.end()
                    continue
                way = self.way(row)
                found += monitor.feed(row, way, at_rest=self._at_rest(monitor.rule, row, way))
            found += monitor.end()
        return found

    def _at_rest(self, rule: BoundFault, row: Instant, way: float) -> bool:
        """Return whether an instant shows the start posture, in which nothing of the back has changed.

        Other signals are what they are there, and a rule that asks for this part of the way means it.
        """
        if rule.signal != LUMBAR or rule.way is not None or not way <= REST_SHARE:
            return False
        tipped_deg = abs(row.deg["trunk_lean"] - self.neutral.get("trunk_lean", float("nan")))
        return tipped_deg <= MAX_TIPPED_DEG and holds_posture(row, self.exercise.start_posture.bounds_deg)

    def _monitors(self) -> list[BoundMonitor]:
        rules = (fault for fault in self.exercise.faults if isinstance(fault, BoundFault))
        return [BoundMonitor(rule, self.neutral) for rule in rules]


def _from_neutral(name: str) -> bool:
    kind = SIGNALS.get(base_name(name))
    return kind is not None and kind.from_neutral
