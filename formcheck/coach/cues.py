"""Which cue to say now: one at a time, the most severe first, and never a stream of them."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from formcheck.coach.events import Cue, FaultStarted, Praise
from formcheck.coach.faults import rank
from formcheck.coach.set_report import Repetition, Severity
from formcheck.exercises.schema import Exercise

# measurement.md, section 4.
COOLDOWN_S = 4.0
# A graver fault waits only until the cue of a milder one has been said: what is worst must not come too late.
# The usual cue takes two seconds to say. Our choice.
CUE_TAKES_S = 2.0
# A word of praise takes a second to say. A correction waits for that and no longer: it is of use while the
# repetition lasts that it is about. Our choice.
PRAISE_TAKES_S = 1.2
# Who has heard a cue three times knows it: from then on it distracts. Our choice, after the fading feedback
# of motor learning.
MAX_TIMES = 3
# Somebody who was told to arch less must not be told to round less in the next repetition. Our choice: two
# repetitions of the usual tempo.
CONTRADICTS_S = 12.0
# After which clean repetitions in a row praise is given: it fades, so that it does not become needed.
PRAISED_AFTER = (1, 3, 7)


@cache
def praises() -> tuple[str, ...]:
    """Return the words of praise, which are kept apart from code."""
    text = files("formcheck.coach").joinpath("phrases.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["praise"])


@dataclass(slots=True)
class CueChooser:
    """Turns faults into cues, and clean repetitions into a little praise.

    Whoever runs a set calls `choose` at every instant with the faults that start then, `over` with those that
    end, and `conclude` with every finished repetition.

    Parameters
    ----------
    exercise : Exercise
        Holds the words.
    """

    exercise: Exercise
    _last_s: float = field(default=float("-inf"), init=False)
    _last: tuple[str, int] = field(default=("", 0), init=False)
    """The fault that the last cue was about, and its rank."""
    _praised_s: float = field(default=float("-inf"), init=False)
    _said: dict[str, list[float]] = field(default_factory=dict, init=False)
    _waiting: dict[str, Severity] = field(default_factory=dict, init=False)
    _clean: int = field(default=0, init=False)
    _praised: int = field(default=0, init=False)

    def choose(self, t_s: float, started: Sequence[FaultStarted] = ()) -> list[Cue]:
        """Return at most one cue: the gravest of the faults that start now or still wait for their turn.

        Faults of mere information are not said. A fault that starts too soon after another cue waits, as long
        as it lasts; a graver one waits for less.
        """
        for fault in started:
            if rank(fault.severity) > 0:
                self._waiting[fault.fault_id] = fault.severity
        return self._say_gravest(t_s, self._waiting)

    def over(self, fault_ids: Iterable[str]) -> None:
        """Forget faults that ended before their turn came: `conclude` may still say them."""
        for fault_id in fault_ids:
            self._waiting.pop(fault_id, None)

    def conclude(self, t_s: float, repetition: Repetition) -> list[Cue | Praise]:
        """Return what is said after a repetition: its gravest fault that was not said yet, or praise.

        Tempo and range show only at the end of a repetition; their cue is for the next one.
        """
        self._waiting.clear()
        if repetition.verdict == "ok":
            # "Keep it so" of a repetition whose back nobody saw would be heard as a word about the back
            return [*self.praise(t_s, "ok")] if repetition.lumbar_flexion_deg.judged else []
        self._clean = 0
        unsaid = {
            fault.id: fault.severity
            for fault in repetition.faults
            if rank(fault.severity) > 0 and self._last_said_s(fault.id) < repetition.move_start_s
        }
        return [*self._say_gravest(t_s, unsaid, repetition.index)]

    def praise(self, t_s: float, verdict: str) -> list[Praise]:
        """Return praise for a repetition that was judged and ok; the longer the set, the less of it."""
        if verdict != "ok":
            self._clean = 0
            return []
        self._clean += 1
        if self._praised >= len(PRAISED_AFTER) or self._clean < PRAISED_AFTER[self._praised]:
            return []
        if t_s - max(self._last_s, self._praised_s) < COOLDOWN_S:
            return []
        words = praises()
        text = words[self._praised % len(words)]
        self._praised, self._clean, self._praised_s = self._praised + 1, 0, t_s
        return [Praise(t_s, text)]

    def _say_gravest(
        self, t_s: float, severities: Mapping[str, Severity], repetition: int | None = None
    ) -> list[Cue]:
        if t_s - self._praised_s < PRAISE_TAKES_S:
            return []
        speakable = [
            fault_id
            for fault_id, severity in severities.items()
            if t_s - self._last_s >= self._waits_s(fault_id, severity) and self._may_say(fault_id, t_s)
        ]
        if not speakable:
            return []
        worst = max(speakable, key=lambda fault_id: rank(severities[fault_id]))
        rule = next(rule for rule in self.exercise.faults if rule.id == worst)
        cue = Cue(t_s, worst, severities[worst], rule.cue, rule.spoken or rule.cue, repetition)
        self._last_s, self._last = t_s, (worst, rank(severities[worst]))
        self._said.setdefault(worst, []).append(t_s)
        self._waiting.pop(worst, None)
        return [cue]

    def _waits_s(self, fault_id: str, severity: Severity) -> float:
        """Return how long after the last cue a fault may be said; the same one is no news, however grave."""
        last_id, last_rank = self._last
        return CUE_TAKES_S if fault_id != last_id and rank(severity) > last_rank else COOLDOWN_S

    def _last_said_s(self, fault_id: str) -> float:
        return self._said.get(fault_id, [float("-inf")])[-1]

    def _may_say(self, fault_id: str, t_s: float) -> bool:
        if len(self._said.get(fault_id, ())) >= MAX_TIMES:
            return False
        opposites = {rule.opposite for rule in self.exercise.faults if rule.id == fault_id}
        opposites |= {rule.id for rule in self.exercise.faults if rule.opposite == fault_id}
        recent = [self._last_said_s(each) for each in opposites if each is not None]
        return all(t_s - said_s >= CONTRADICTS_S for said_s in recent)
