"""Which cue to say now: one at a time, the most severe first, and never a stream of them."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from formcheck.coach.events import Cue, FaultStarted, Praise
from formcheck.coach.faults import rank
from formcheck.exercises.schema import Exercise

# measurement.md, section 4.
COOLDOWN_S = 4.0
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
    """Turns starting faults into cues, and clean repetitions into a little praise.

    Parameters
    ----------
    exercise : Exercise
        Holds the words.
    """

    exercise: Exercise
    _last_s: float = field(default=float("-inf"), init=False)
    _said: dict[str, list[float]] = field(default_factory=dict, init=False)
    _clean: int = field(default=0, init=False)
    _praised: int = field(default=0, init=False)

    def choose(self, t_s: float, started: list[FaultStarted]) -> list[Cue]:
        """Return at most one cue for the faults that start now; faults of mere information are not said."""
        speakable = [fault for fault in started if rank(fault.severity) > 0]
        if not speakable or t_s - self._last_s < COOLDOWN_S:
            return []
        speakable = [fault for fault in speakable if self._may_say(fault.fault_id, t_s)]
        if not speakable:
            return []
        worst = max(speakable, key=lambda fault: rank(fault.severity))
        rule = next(rule for rule in self.exercise.faults if rule.id == worst.fault_id)
        self._last_s = t_s
        self._said.setdefault(worst.fault_id, []).append(t_s)
        return [Cue(t_s, worst.fault_id, worst.severity, rule.cue, rule.spoken or rule.cue)]

    def praise(self, t_s: float, verdict: str) -> list[Praise]:
        """Return praise for a repetition that was judged and ok; the longer the set, the less of it."""
        if verdict != "ok":
            self._clean = 0
            return []
        self._clean += 1
        if self._praised >= len(PRAISED_AFTER) or self._clean < PRAISED_AFTER[self._praised]:
            return []
        if t_s - self._last_s < COOLDOWN_S:
            return []
        words = praises()
        text = words[self._praised % len(words)]
        self._praised, self._clean, self._last_s = self._praised + 1, 0, t_s
        return [Praise(t_s, text)]

    def _may_say(self, fault_id: str, t_s: float) -> bool:
        if len(self._said.get(fault_id, ())) >= MAX_TIMES:
            return False
        opposites = {rule.opposite for rule in self.exercise.faults if rule.id == fault_id}
        opposites |= {rule.id for rule in self.exercise.faults if rule.opposite == fault_id}
        recent = [self._said[each][-1] for each in opposites if each is not None and each in self._said]
        return all(t_s - said_s >= CONTRADICTS_S for said_s in recent)
