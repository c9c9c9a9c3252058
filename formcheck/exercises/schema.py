"""The shape of an exercise file. Adding an exercise is adding a TOML file of this shape.

Unknown fields are errors, so that a misspelt bound cannot silently do nothing.
"""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from formcheck.exercises.rules import (
    ApartFault,
    BoundFault,
    ClearsFault,
    DropFault,
    Evidence,
    FaultRule,
    LeadFault,
    LongFault,
    Phase,
    RangeFault,
    ShareFault,
    SignalName,
    SpeedFault,
    StartFault,
    Strict,
    TempoFault,
    UnreturnedFault,
    known_signal,
    signals_of,
)

__all__ = [
    "SCHEMA_VERSION",
    "ApartFault",
    "BoundFault",
    "Camera",
    "Change",
    "ClearsFault",
    "DropFault",
    "Evidence",
    "Exercise",
    "FaultRule",
    "LeadFault",
    "LongFault",
    "Phase",
    "RangeFault",
    "RepetitionRule",
    "ShareFault",
    "SignalName",
    "SpeedFault",
    "StartFault",
    "StartPosture",
    "Targets",
    "TempoFault",
    "UnreturnedFault",
    "Variant",
]

SCHEMA_VERSION = 1


class Camera(Strict):
    """Where the camera stands, for the person who sets it up."""

    view: Literal["side", "front"]
    text: str


class StartPosture(Strict):
    """The posture that is held before the first repetition and that signals are measured from."""

    text: str
    support: str = ""
    bounds_deg: dict[str, tuple[float, float]]

    @field_validator("bounds_deg")
    @classmethod
    def _check(cls, bounds: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        for name, (low, high) in bounds.items():
            known_signal(name)
            if not low < high:
                raise ValueError(f"{name}: the first bound must be below the second")
        return bounds


class RepetitionRule(Strict):
    """What a repetition is.

    ``signals`` are tried in order; the first that the camera's view allows counts the set. ``min_deg``
    is the smallest movement that counts; ``target_deg`` what is asked for, which scales the first
    repetition's thresholds. ``first_phase`` says whether the outward movement is concentric (a leg lift)
    or eccentric (a squat). ``both_sides`` asks that both legs move alike; ``one_leg`` counts either leg, and
    the one that moves is the working side of that repetition; where ``other_leg`` is "still", a movement of
    both legs at once is none. ``leaves_start`` says that the peak must lie outside the start posture. The
    words say what the person does in a phase, ``eccentric_call`` what the pacer calls at the way back.
    """

    signals: tuple[SignalName, ...] = Field(min_length=1)
    direction: Literal["increase", "decrease"] = "increase"
    first_phase: Literal["concentric", "eccentric"]
    target_deg: float = Field(gt=0)
    min_deg: float = Field(gt=0)
    min_s: float = Field(default=0.6, gt=0)
    max_s: float = Field(default=20.0, gt=0)
    both_sides: bool = False
    one_leg: bool = False
    other_leg: Literal["still", "free"] = "still"
    leaves_start: bool = False
    in_place: bool = True
    concentric_word: str = Field(default="lifting", min_length=1)
    eccentric_word: str = Field(default="lowering", min_length=1)
    eccentric_call: str = Field(default="Lower", min_length=1)

    @field_validator("signals")
    @classmethod
    def _check(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(known_signal(name) for name in names)

    @model_validator(mode="after")
    def _ordered(self) -> "RepetitionRule":
        if self.min_deg >= self.target_deg:
            raise ValueError("min_deg must be below target_deg")
        if self.min_s >= self.max_s:
            raise ValueError("min_s must be below max_s")
        if self.one_leg and self.both_sides:
            raise ValueError("one_leg and both_sides exclude each other")
        return self


class Targets(Strict):
    """What a set asks for."""

    repetitions: int = Field(gt=0)
    sets: int = Field(gt=0)
    concentric_s: float = Field(gt=0)
    hold_s: float = Field(ge=0)
    eccentric_s: float = Field(gt=0)


class Change(Strict):
    """One variable that a next step changes, or an easier one takes back; one at a time."""

    variable: Literal["range", "height", "hold", "eccentric", "load"]
    by: float = Field(gt=0)
    until: float = Field(ge=0)
    unit: Literal["deg", "cm", "s", "kg"]
    text: str = Field(min_length=1)
    evidence: Evidence
    source: str = Field(min_length=1)


class Variant(Strict):
    """Another form of the same exercise, such as lying instead of standing.

    What is not given is as in the exercise's own form. Which form a set has is found, not asked for.
    ``target_deg`` and ``min_deg`` are the repetition's, where this form moves through less.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    name: str
    text: str
    camera: Camera | None = None
    start_posture: StartPosture | None = None
    requires: tuple[SignalName, ...] | None = None
    target_deg: float | None = Field(default=None, gt=0)
    min_deg: float | None = Field(default=None, gt=0)

    @field_validator("requires")
    @classmethod
    def _check(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if names is None else tuple(known_signal(name) for name in names)


class Exercise(Strict):
    """One exercise, complete and declarative."""

    schema_version: Literal[1]
    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    version: int = Field(gt=0)
    name: str
    summary: str
    purpose: str
    step: Literal[1, 2, 3, 4] | None = None
    form: str = Field(default="main", pattern=r"^[a-z][a-z0-9-]*$")
    camera: Camera
    start_posture: StartPosture
    repetition: RepetitionRule
    targets: Targets
    requires: tuple[SignalName, ...]
    faults: tuple[FaultRule, ...]
    when_not: str
    variants: tuple[Variant, ...] = ()
    progression: tuple[Change, ...] = ()
    regression: tuple[Change, ...] = ()

    @field_validator("requires")
    @classmethod
    def _check(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(known_signal(name) for name in names)

    @model_validator(mode="after")
    def _fault_signals(self) -> "Exercise":
        for i, fault in enumerate(self.faults):
            for field, name in signals_of(fault):
                try:
                    known_signal(name)
                except ValueError as error:
                    raise ValueError(f"faults.{i}.{field}: {error}") from None
        ids = [fault.id for fault in self.faults]
        for fault_id in ids:
            if ids.count(fault_id) > 1:
                raise ValueError(f"two faults have the id '{fault_id}'")
        return self

    @model_validator(mode="after")
    def _references(self) -> "Exercise":
        forms = [self.form, *(variant.id for variant in self.variants)]
        if len(set(forms)) < len(forms):
            raise ValueError("two forms of the exercise have the same id")
        ids = {fault.id for fault in self.faults}
        for i, fault in enumerate(self.faults):
            if fault.opposite is not None and fault.opposite not in ids:
                raise ValueError(f"faults.{i}.opposite: there is no fault '{fault.opposite}'")
            for form in fault.only_in:
                if form not in forms:
                    raise ValueError(f"faults.{i}.only_in: there is no form '{form}'; there are: {forms}")
        for i, variant in enumerate(self.variants):
            rule = self._moved_in(variant)
            if rule.min_deg >= rule.target_deg:
                raise ValueError(f"variants.{i}.min_deg must be below target_deg")
        return self

    def forms(self) -> tuple["Exercise", ...]:
        """Return the exercise in each of its forms, its own first, each with the faults looked for in it."""
        own = self._in_form(self.form, {})
        given: list[tuple[str, dict[str, object]]] = [
            (
                variant.id,
                {name: getattr(variant, name) for name in ("camera", "start_posture", "requires")}
                | {"repetition": self._moved_in(variant)},
            )
            for variant in self.variants
        ]
        others = [
            self._in_form(form, {name: value for name, value in fields.items() if value is not None})
            for form, fields in given
        ]
        return (own, *others)

    def in_form(self, form: str) -> "Exercise":
        """Return the exercise in one of its forms; in its own where it has none of that id."""
        forms = self.forms()
        return next((each for each in forms if each.form == form), forms[0])

    def _moved_in(self, variant: Variant) -> RepetitionRule:
        sizes = {"target_deg": variant.target_deg, "min_deg": variant.min_deg}
        return self.repetition.model_copy(
            update={name: size for name, size in sizes.items() if size is not None}
        )

    def _in_form(self, form: str, changed: dict[str, object]) -> "Exercise":
        faults = tuple(fault for fault in self.faults if not fault.only_in or form in fault.only_in)
        return self.model_copy(update={"form": form, "faults": faults, "variants": (), **changed})
