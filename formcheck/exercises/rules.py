"""What can be wrong with a repetition: the kinds of fault rules that an exercise file may hold.

A signal's name may begin with ``other_``: the leg that does not work in a one-legged exercise.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from formcheck.body.signal_table import SIGNALS, base_name

Phase = Literal["concentric", "hold", "eccentric"]
Evidence = Literal["E", "M", "D"]
Bound = tuple[Literal["info", "amber", "red"], float]
SignalName = Annotated[str, Field(min_length=1)]
OTHER = "other_"
# Of what a foot is lifted over; our choice: a straight leg is not lifted higher in sitting.
MAX_OBJECT_CM = 60.0


class Strict(BaseModel):
    """A part of an exercise file: unknown fields are errors, and nothing changes afterwards.

    Nor may a number be NaN or infinite: a limit that is no number would never be crossed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def known_signal(name: str) -> str:
    """Return the name of a signal that exists.

    Raises
    ------
    ValueError
        When there is none of that name.
    """
    if base_name(name.removeprefix(OTHER)) not in SIGNALS:
        raise ValueError(f"unknown signal '{name}'; known are: {', '.join(SIGNALS)}")
    return name


class FaultBase(Strict):
    """What every fault has.

    ``cue`` is written, ``spoken`` said aloud where it should differ; ``opposite`` names the fault whose cue
    would contradict this one; ``only_in`` the forms of the exercise in which it is looked for (all if empty).
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    cue: str = Field(min_length=1, max_length=60)
    spoken: str = Field(default="", max_length=60)
    opposite: str | None = None
    only_in: tuple[str, ...] = ()
    explanation: str
    evidence: Evidence
    source: str = Field(min_length=1)
    info: float | None = None
    amber: float | None = None
    red: float | None = None

    @model_validator(mode="after")
    def _some_bound(self) -> "FaultBase":
        if self.info is None and self.amber is None and self.red is None:
            raise ValueError("give at least one of info, amber, red")
        return self

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """The bounds that are given, mildest first."""
        given = (("info", self.info), ("amber", self.amber), ("red", self.red))
        return tuple((severity, bound) for severity, bound in given if bound is not None)  # type: ignore[misc]


class BoundFault(FaultBase):
    """A signal beyond a bound for some time: bounds in degrees, entered outward, left at 70 %.

    ``from_start`` measures from the start posture. ``less_share`` of ``less_signal``, as far as that has
    risen from the start posture, is subtracted first: a normal accompaniment, as lumbopelvic rhythm.
    ``way`` limits it to a part of the way from rest (0) to the range in use (1); ``while_signal`` to moments
    at which another signal, measured from the start posture, lies within ``while_deg``; ``where_unseen`` to
    moments at which another, better signal is withheld. ``within_set`` also compares a repetition with the
    others of its set, in the same phase: for a joint that stops there, as a straight knee does, what goes
    beyond their least is real, however wrong the angle itself is read (coach/within_set.py).
    """

    kind: Literal["bound"]
    signal: SignalName
    beyond: Literal["above", "below"]
    from_start: bool = False
    less_signal: SignalName | None = None
    less_share: float = 0.0
    way: tuple[float, float] | None = None
    while_signal: SignalName | None = None
    while_deg: tuple[float, float] = (-180.0, 180.0)
    where_unseen: SignalName | None = None
    min_duration_s: float = Field(default=0.3, ge=0)
    phases: tuple[Phase, ...] = ("concentric", "hold", "eccentric")
    within_set: bool = False

    @model_validator(mode="after")
    def _plainly_within_set(self) -> "BoundFault":
        parts = (self.way, self.less_signal, self.while_signal, self.where_unseen)
        if self.within_set and (any(part is not None for part in parts) or len(self.phases) < 3):
            raise ValueError("within_set compares whole repetitions: no part of the way, no other signal")
        return self

    @model_validator(mode="after")
    def _ordered(self) -> "BoundFault":
        for name, span in (("way", self.way), ("while_deg", self.while_deg)):
            if span is not None and not span[0] < span[1]:
                raise ValueError(f"{name}: the first must be below the second")
        return self


class RangeFault(FaultBase):
    """The movement falls short: bounds are shares of the target, larger is milder.

    Of the repetition's own signal and target, unless ``signal`` and ``target_deg`` name another.
    """

    kind: Literal["short"]
    signal: SignalName | None = None
    target_deg: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _together(self) -> "RangeFault":
        if (self.signal is None) != (self.target_deg is None):
            raise ValueError("give signal and target_deg together, or neither")
        return self


class TempoFault(FaultBase):
    """A phase is over too soon: bounds in seconds, larger is milder."""

    kind: Literal["quick"]
    phase: Phase


class LongFault(FaultBase):
    """A phase lasts too long: bounds in seconds, larger is graver."""

    kind: Literal["long"]
    phase: Phase


class SpeedFault(FaultBase):
    """The movement is quicker than a bound at its quickest moment in a phase: degrees per second."""

    kind: Literal["fast"]
    phase: Phase


class DropFault(FaultBase):
    """The last third of the way back is quicker than the whole of it: bounds are ratios of mean speeds."""

    kind: Literal["drops"]


class UnreturnedFault(FaultBase):
    """The movement ends short of where the start posture was: bounds in degrees."""

    kind: Literal["unreturned"]


class LeadFault(FaultBase):
    """One signal runs ahead of another: bounds as shares of the phase between their half-way times."""

    kind: Literal["leads"]
    signal: SignalName
    ahead_of: SignalName
    phase: Phase


class ApartFault(FaultBase):
    """Signals that belong together set off at different times: bounds in seconds, first to last."""

    kind: Literal["apart"]
    signals: tuple[SignalName, ...] = Field(min_length=2)


class ShareFault(FaultBase):
    """One signal takes too large a share of the bend that two make together, at the repetition's peak."""

    kind: Literal["share"]
    signal: SignalName
    beside: SignalName


class StartFault(FaultBase):
    """The start posture itself is off quiet standing: bounds in degrees of lumbar flexion.

    Withheld unless the set has a standing reference (measurement.md, section 3).
    """

    kind: Literal["start"]
    beyond: Literal["above", "below"]


class ClearsFault(FaultBase):
    """The foot does not clear an object: bounds are shares of its height that the signal shows.

    Withheld unless ``height_cm`` is given, here or for the set; ``signal`` is how far the leg rose.
    """

    kind: Literal["clears"]
    signal: SignalName
    height_cm: float | None = Field(default=None, gt=0, le=MAX_OBJECT_CM)


FaultRule = Annotated[
    BoundFault
    | RangeFault
    | TempoFault
    | LongFault
    | SpeedFault
    | DropFault
    | UnreturnedFault
    | LeadFault
    | ApartFault
    | ShareFault
    | StartFault
    | ClearsFault,
    Field(discriminator="kind"),
]
KINDS = frozenset(
    "bound short quick long fast drops unreturned leads apart share start clears".split()  # noqa: SIM905
)


def signals_of(rule: FaultRule) -> list[tuple[str, str]]:
    """Return the (field, signal) pairs that a rule refers to."""
    fields = ("signal", "ahead_of", "less_signal", "while_signal", "where_unseen", "beside")
    pairs = [(field, getattr(rule, field, None)) for field in fields]
    pairs += [("signals", name) for name in getattr(rule, "signals", ())]
    return [(field, name) for field, name in pairs if name is not None]
