"""What a person's log holds: frozen entries with their instant, and nothing that was concluded from them.

Every instant knows its time zone; the day of an entry is the day that the person had when writing it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeVar

Side = Literal["left", "right", "middle"]
Place = Literal["central_back", "lateral_back", "buttock", "thigh", "calf", "foot", "groin"]
Moment = Literal["before", "during", "after", "upright", "after_5_min", "next_morning"]
"""``upright`` is one minute on one's feet after the movement."""

NPRS_MAX = 10


@dataclass(frozen=True, slots=True)
class Pain:
    """Pain in one place, 0 (none) to 10."""

    place: Place
    side: Side
    nprs: int

    def __post_init__(self) -> None:
        """Refuse a number that is not on the scale."""
        _on_scale(self.nprs)


@dataclass(frozen=True, slots=True)
class ScreenAnswers:
    """The answers to the questions that come first; what stands in neither was not answered."""

    at: datetime
    yes: tuple[str, ...]
    no: tuple[str, ...]
    kind: Literal["screen"] = "screen"

    def __post_init__(self) -> None:
        """Refuse an instant without time zone."""
        _aware(self.at)


@dataclass(frozen=True, slots=True)
class Clearance:
    """Somebody opens again what was locked or withheld.

    ``flags`` are what it is about; ``consulted_on`` the day of the consultation that a person confirms.
    Whoever stores the entry sees to it that ``by`` is true.
    """

    at: datetime
    by: Literal["clinician", "person"]
    flags: tuple[str, ...]
    note: str
    consulted_on: date | None = None
    kind: Literal["clearance"] = "clearance"

    def __post_init__(self) -> None:
        """Refuse an instant without time zone."""
        _aware(self.at)


@dataclass(frozen=True, slots=True)
class SymptomReport:
    """How it is at one moment; ``function`` is the person's own activity, 0 (cannot) to 10 (as before)."""

    at: datetime
    moment: Moment
    pains: tuple[Pain, ...] = ()
    tingling_or_weakness: bool = False
    function: int | None = None
    exercise_id: str | None = None
    kind: Literal["symptoms"] = "symptoms"

    def __post_init__(self) -> None:
        """Refuse numbers off the scale and an instant without time zone."""
        _aware(self.at)
        if self.function is not None:
            _on_scale(self.function)


@dataclass(frozen=True, slots=True)
class SetDone:
    """One set in the numbers that the plan and its trends need; ``judged`` counts repetitions with a verdict.

    ``clean`` counts verdicts ``ok``, ``red`` repetitions with a red fault. ``range_deg`` is the median
    excursion of the counting signal, ``usable_range_deg`` the thigh's elevation at which neutral was lost.
    ``set_id`` names the stored set or the recording it was made from.
    """

    at: datetime
    exercise_id: str
    reps: int
    judged: int
    clean: int
    red: int
    side: Literal["left", "right", "both"] = "both"
    range_deg: float | None = None
    usable_range_deg: float | None = None
    eccentric_s: float | None = None
    set_id: str = ""
    kind: Literal["set"] = "set"

    def __post_init__(self) -> None:
        """Refuse counts that cannot be."""
        _aware(self.at)
        if not 0 <= self.clean <= self.judged <= self.reps or not 0 <= self.red <= self.judged:
            raise ValueError("0 <= clean <= judged <= reps and red <= judged must hold")


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody stopped a set."""

    at: datetime
    because: Literal["pain", "other"]
    how: Literal["key", "raised_hand", "walked_out"] = "key"
    exercise_id: str | None = None
    kind: Literal["stopped"] = "stopped"

    def __post_init__(self) -> None:
        """Refuse an instant without time zone."""
        _aware(self.at)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A total that somebody else's form gave: weekly PSFS (0-10), monthly ODI (0-100)."""

    at: datetime
    scale: Literal["psfs", "odi"]
    total: float
    kind: Literal["questionnaire"] = "questionnaire"

    def __post_init__(self) -> None:
        """Refuse a total off its scale."""
        _aware(self.at)
        if not 0 <= self.total <= (NPRS_MAX if self.scale == "psfs" else 100):
            raise ValueError(f"{self.total} is not on the scale of {self.scale}")


Entry = ScreenAnswers | Clearance | SymptomReport | SetDone | Stopped | Questionnaire
AnyEntry = TypeVar("AnyEntry", bound=Entry)


def in_order(entries: Iterable[AnyEntry]) -> tuple[AnyEntry, ...]:
    """Return entries by time; those of one instant in an order that does not depend on how they arrived."""
    return tuple(sorted(entries, key=lambda entry: (entry.at, repr(entry))))


def _aware(at: datetime) -> None:
    if at.utcoffset() is None:
        raise ValueError("an entry's instant needs its time zone")


def _on_scale(value: int) -> None:
    if not 0 <= value <= NPRS_MAX:
        raise ValueError(f"{value} is not on the scale from 0 to {NPRS_MAX}")
