"""The pacer: which phase of a repetition it is, and how much of its time has passed."""

from collections import deque
from dataclasses import dataclass, field

from formcheck.exercises.schema import Exercise
from formcheck.report.words import Focus, Phase

# A person moves, or holds, by the same kind of slope as the counter's hold (measurement.md, section 4),
# watched over a quarter of a second so that noise does not flip the word.
SLOPE_WINDOW_S = 0.25
MOVING_SHARE_PER_S = 0.12
HOLD_SHARE_OF_PEAK = 0.8
_COUNT_WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
COUNTED_FROM_S = 2.0
"""Shorter phases are not counted aloud: "hold" for one second is over before a number is said."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Where the person is in the repetition's rhythm.

    ``word`` is what to do, ``share`` how much of the phase's time has passed (0 to 1), ``left_s`` what is
    left of it, and ``say`` what is to be said at this moment, empty for most.
    """

    phase: Phase
    word: str
    share: float
    left_s: float
    say: str = ""


@dataclass(slots=True)
class Pacer:
    """Follows the movement itself: whoever lifts is told to hold, whoever lowers hears the seconds.

    Parameters
    ----------
    exercise : Exercise
        Whose targets give the length of each phase.
    focus : Focus
        Its words for the phases.
    """

    exercise: Exercise
    focus: Focus
    _ways: deque[tuple[float, float]] = field(default_factory=deque, init=False)
    _phase: Phase = field(default="resting", init=False)
    _since_s: float = field(default=0.0, init=False)
    _peak: float = field(default=0.0, init=False)
    _told: int = field(default=0, init=False)

    def feed(self, t_s: float, way: float, *, moving: bool) -> Pace:
        """Take how far the movement is: 0 at rest, 1 at the range in use; NaN where it is not seen."""
        if way == way:
            self._ways.append((t_s, way))
        while self._ways and t_s - self._ways[0][0] > SLOPE_WINDOW_S:
            self._ways.popleft()
        phase = self._now(way) if moving else "resting"
        if phase != self._phase:
            self._phase, self._since_s, self._told = phase, t_s, 0
            self._peak = 0.0 if phase == "resting" else self._peak
        return self._pace(t_s)

    def _now(self, way: float) -> Phase:
        self._peak = max(self._peak, way if way == way else 0.0)
        outward: Phase = self.focus.first_phase
        back: Phase = "eccentric" if outward == "concentric" else "concentric"
        slope = self._slope_per_s()
        if slope > MOVING_SHARE_PER_S:
            return outward if self._phase != back or slope > 3 * MOVING_SHARE_PER_S else back
        if slope < -MOVING_SHARE_PER_S:
            return back
        if self._phase == outward and way >= HOLD_SHARE_OF_PEAK * self._peak:
            return "hold"
        return outward if self._phase == "resting" else self._phase

    def _slope_per_s(self) -> float:
        if len(self._ways) < 2:
            return 0.0
        (t0, first), (t1, last) = self._ways[0], self._ways[-1]
        return (last - first) / (t1 - t0) if t1 > t0 else 0.0

    def _pace(self, t_s: float) -> Pace:
        length_s = self._length_s(self._phase)
        passed_s = t_s - self._since_s
        share = min(1.0, passed_s / length_s) if length_s > 0 else 0.0
        word = self.focus.phase_word(self._phase)
        return Pace(self._phase, word, share, max(0.0, length_s - passed_s), self._say(passed_s, length_s))

    def _length_s(self, phase: Phase) -> float:
        targets = self.exercise.targets
        lengths = {
            "concentric": targets.concentric_s,
            "hold": targets.hold_s,
            "eccentric": targets.eccentric_s,
        }
        return lengths.get(phase, 0.0)

    def _say(self, passed_s: float, length_s: float) -> str:
        """Return the next word of a counted phase: what to do, then its seconds, the last one unsaid."""
        if self._phase not in ("hold", "eccentric") or length_s < COUNTED_FROM_S:
            return ""
        second = int(passed_s)
        if second + 1 <= self._told or second >= round(length_s):
            return ""
        self._told = second + 1
        if second == 0:
            return "Hold" if self._phase == "hold" else self.exercise.repetition.eccentric_call
        return _COUNT_WORDS.get(second + 1, "")
