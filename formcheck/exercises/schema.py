"""The shape of an exercise file. Adding an exercise is adding a TOML file of this shape.

Unknown fields are errors, so that a misspelt bound cannot silently do nothing.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from formcheck.body.signal_table import SIGNALS, base_name

SCHEMA_VERSION = 1

Phase = Literal["concentric", "hold", "eccentric"]
Evidence = Literal["E", "M", "D"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_signal(name: str) -> str:
    if base_name(name) not in SIGNALS:
        raise ValueError(f"unknown signal '{name}'; known are: {', '.join(SIGNALS)}")
    return name


SignalName = Annotated[str, Field(min_length=1)]


class Camera(_Strict):
    """Where the camera stands, for the person who sets it up."""

    view: Literal["side", "front"]
    text: str


class StartPosture(_Strict):
    """The posture that is held before the first repetition and that signals are measured from."""

    text: str
    support: str = ""
    bounds_deg: dict[str, tuple[float, float]]

    @field_validator("bounds_deg")
    @classmethod
    def _check(cls, bounds: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        for name, (low, high) in bounds.items():
            _known_signal(name)
            if not low < high:
                raise ValueError(f"{name}: the first bound must be below the second")
        return bounds


class RepetitionRule(_Strict):
    """What a repetition is.

    ``signals`` are tried in order; the first that the camera's view allows counts the set. ``min_deg``
    is the smallest movement that counts; ``target_deg`` what is asked for, which scales the first
    repetition's thresholds. ``first_phase`` says whether the outward movement is concentric (a leg lift)
    or eccentric (a squat).
    """

    signals: tuple[SignalName, ...] = Field(min_length=1)
    direction: Literal["increase", "decrease"] = "increase"
    first_phase: Literal["concentric", "eccentric"]
    target_deg: float = Field(gt=0)
    min_deg: float = Field(gt=0)
    min_s: float = Field(default=0.6, gt=0)
    max_s: float = Field(default=20.0, gt=0)
    both_sides: bool = False
    in_place: bool = True

    @field_validator("signals")
    @classmethod
    def _check(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known_signal(name) for name in names)

    @model_validator(mode="after")
    def _ordered(self) -> "RepetitionRule":
        if self.min_deg >= self.target_deg:
            raise ValueError("min_deg must be below target_deg")
        if self.min_s >= self.max_s:
            raise ValueError("min_s must be below max_s")
        return self


class Targets(_Strict):
    """What a set asks for."""

    repetitions: int = Field(gt=0)
    sets: int = Field(gt=0)
    concentric_s: float = Field(gt=0)
    hold_s: float = Field(ge=0)
    eccentric_s: float = Field(gt=0)


class _FaultBase(_Strict):
    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    cue: str = Field(min_length=1, max_length=60)
    explanation: str
    evidence: Evidence
    source: str = Field(min_length=1)


class _Bounded(_FaultBase):
    info: float | None = None
    amber: float | None = None
    red: float | None = None

    @model_validator(mode="after")
    def _some_bound(self) -> "_Bounded":
        if self.info is None and self.amber is None and self.red is None:
            raise ValueError("give at least one of info, amber, red")
        return self

    @property
    def bounds(self) -> tuple[tuple[Literal["info", "amber", "red"], float], ...]:
        """The bounds that are given, mildest first."""
        given = (("info", self.info), ("amber", self.amber), ("red", self.red))
        return tuple((severity, bound) for severity, bound in given if bound is not None)  # type: ignore[misc]


class BoundFault(_Bounded):
    """A signal beyond a bound for some time: bounds in degrees, entered outward, left at 70 %.

    ``from_start`` measures from the start posture; ``less_share`` and ``less_signal`` subtract a normal
    accompaniment (lumbopelvic rhythm) first.
    """

    kind: Literal["bound"]
    signal: SignalName
    beyond: Literal["above", "below"]
    from_start: bool = False
    less_signal: SignalName | None = None
    less_share: float = 0.0
    min_duration_s: float = Field(default=0.3, ge=0)
    phases: tuple[Phase, ...] = ("concentric", "hold", "eccentric")


class RangeFault(_Bounded):
    """The repetition's peak falls short: bounds are shares of the target, larger is milder."""

    kind: Literal["short"]


class TempoFault(_Bounded):
    """A phase is over too soon: bounds in seconds, larger is milder."""

    kind: Literal["quick"]
    phase: Phase


class LeadFault(_Bounded):
    """One signal runs ahead of another: bounds as shares of the phase between their half-way times."""

    kind: Literal["leads"]
    signal: SignalName
    ahead_of: SignalName
    phase: Phase


FaultRule = Annotated[BoundFault | RangeFault | TempoFault | LeadFault, Field(discriminator="kind")]


class Exercise(_Strict):
    """One exercise, complete and declarative."""

    schema_version: Literal[1]
    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = Field(gt=0)
    name: str
    summary: str
    purpose: str
    step: Literal[1, 2, 3, 4] | None = None
    camera: Camera
    start_posture: StartPosture
    repetition: RepetitionRule
    targets: Targets
    requires: tuple[SignalName, ...]
    faults: tuple[FaultRule, ...]
    when_not: str

    @field_validator("requires")
    @classmethod
    def _check(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_known_signal(name) for name in names)

    @model_validator(mode="after")
    def _fault_signals(self) -> "Exercise":
        for i, fault in enumerate(self.faults):
            for field in ("signal", "ahead_of", "less_signal"):
                name = getattr(fault, field, None)
                if name is not None:
                    try:
                        _known_signal(name)
                    except ValueError as error:
                        raise ValueError(f"faults.{i}.{field}: {error}") from None
        ids = [fault.id for fault in self.faults]
        for fault_id in ids:
            if ids.count(fault_id) > 1:
                raise ValueError(f"two faults have the id '{fault_id}'")
        return self
