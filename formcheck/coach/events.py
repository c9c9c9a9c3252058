"""What the analyzer says while a set goes on. Times in seconds of the recording or of the live set."""

from dataclasses import dataclass

from formcheck.coach.set_report import Repetition, Severity


@dataclass(frozen=True, slots=True)
class RepBegan:
    """A repetition is under way; it began at ``start_s``."""

    t_s: float
    start_s: float


@dataclass(frozen=True, slots=True)
class RepCounted:
    """A repetition has returned to the start posture: say the number."""

    t_s: float
    number: int


@dataclass(frozen=True, slots=True)
class RepCompleted:
    """A repetition is judged."""

    t_s: float
    repetition: Repetition


@dataclass(frozen=True, slots=True)
class RepDismissed:
    """A movement was not counted, and why, as a sentence."""

    t_s: float
    start_s: float
    why: str


@dataclass(frozen=True, slots=True)
class FaultStarted:
    """A fault's bound has been exceeded for its minimum duration."""

    t_s: float
    fault_id: str
    severity: Severity
    onset_s: float


@dataclass(frozen=True, slots=True)
class FaultEnded:
    """The fault is over."""

    t_s: float
    fault_id: str


@dataclass(frozen=True, slots=True)
class Cue:
    """Something to say now: one at a time, the most severe first.

    ``text`` is written; ``spoken`` is said aloud. ``repetition`` is the finished one that it is about, as for
    its tempo; None while the fault lasts.
    """

    t_s: float
    fault_id: str
    severity: Severity
    text: str
    spoken: str = ""
    repetition: int | None = None


@dataclass(frozen=True, slots=True)
class Praise:
    """A kind word after a repetition that was judged and ok; it becomes rarer as the set goes on."""

    t_s: float
    text: str


@dataclass(frozen=True, slots=True)
class CannotJudge:
    """A signal that the exercise requires became impossible to judge; ``reason`` is a key."""

    t_s: float
    signal: str
    reason: str


Event = (
    RepBegan
    | RepCounted
    | RepCompleted
    | RepDismissed
    | FaultStarted
    | FaultEnded
    | Cue
    | Praise
    | CannotJudge
)
