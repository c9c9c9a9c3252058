"""Which cue to say now: one at a time, the most severe first, and never a stream of them."""

from dataclasses import dataclass, field

from formcheck.coach.events import Cue, FaultStarted
from formcheck.coach.faults import rank
from formcheck.exercises.schema import Exercise

# measurement.md, section 4.
COOLDOWN_S = 4.0


@dataclass(slots=True)
class CueChooser:
    """Turns starting faults into cues.

    Parameters
    ----------
    exercise : Exercise
        Holds the words.
    """

    exercise: Exercise
    _last_s: float = field(default=float("-inf"), init=False)

    def choose(self, t_s: float, started: list[FaultStarted]) -> list[Cue]:
        """Return at most one cue for the faults that start now; faults of mere information are not said."""
        speakable = [fault for fault in started if rank(fault.severity) > 0]
        if not speakable or t_s - self._last_s < COOLDOWN_S:
            return []
        worst = max(speakable, key=lambda fault: rank(fault.severity))
        words = {rule.id: rule.cue for rule in self.exercise.faults}
        self._last_s = t_s
        return [Cue(t_s, worst.fault_id, worst.severity, words[worst.fault_id])]
