"""What is said aloud: numbered lines that a browser speaks, and that a test or a screen reader can read."""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["setup", "countdown", "count", "pace", "cue", "praise", "info", "stop", "clinician"]
"""What a line is about. The browser lets ``stop`` silence everything and a ``cue`` displace ``pace`` and
``praise``; each kind has a tone of its own for those who prefer tones."""

# Whoever says the same again at once nags; our choice. Counts and stops are never held back.
REPEATED_AFTER_S = 6.0
_ALWAYS: frozenset[Kind] = frozenset({"countdown", "count", "pace", "stop", "cue", "clinician"})
# Lines that a page can still ask for: a tab that was hidden for long does not want more. Our choice.
KEPT = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to say; ``number`` grows by one with every line of a session."""

    number: int
    t_s: float
    kind: Kind
    text: str


@dataclass(slots=True)
class Voice:
    """Everything that was said in a session, newest last."""

    _lines: deque[Line] = field(default_factory=lambda: deque(maxlen=KEPT), init=False)
    _said: int = field(default=0, init=False)

    def say(self, t_s: float, kind: Kind, text: str, again_after_s: float = REPEATED_AFTER_S) -> None:
        """Say a line, unless the same was said a moment ago."""
        if not text:
            return
        if kind not in _ALWAYS:
            recent = (line for line in self._lines if line.kind == kind and line.text == text)
            if any(t_s - line.t_s < again_after_s for line in recent):
                return
        self._said += 1
        self._lines.append(Line(self._said, t_s, kind, text))

    @property
    def lines(self) -> tuple[Line, ...]:
        """The newest lines, oldest first."""
        return tuple(self._lines)

    def since(self, number: int) -> tuple[Line, ...]:
        """Return the lines after the one with that number."""
        return tuple(line for line in self._lines if line.number > number)
