"""What a clinician prescribes, as data, and the exercise that it makes of the one in the library.

A prescription changes what is asked for and the bounds that a set is judged by; never how anything is
measured. Versions are kept by the store (`formcheck.store.logbook`), whose ``body`` this is.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from formcheck.errors import UnreadableInputError, UsageError
from formcheck.exercises.load import LoadedExercise
from formcheck.exercises.rules import FaultRule, Strict
from formcheck.exercises.schema import Exercise

Severity = Literal["info", "amber", "red"]
Bounds = dict[Severity, float]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SMALLER_IS_GRAVER = frozenset({"short", "quick"})


class Prescribed(Strict):
    """One exercise of a prescription.

    What is None is as in the library. ``bounds`` are per fault, in the fault's own unit; ``days`` are
    numbers from Monday (0), empty where the patient chooses.
    """

    exercise_id: str = Field(min_length=1)
    form: str | None = None
    side: Literal["left", "right", "both"] = "both"
    sets: int = Field(default=2, gt=0, le=10)
    repetitions: int = Field(default=8, gt=0, le=50)
    concentric_s: float | None = Field(default=None, gt=0, le=20)
    hold_s: float | None = Field(default=None, ge=0, le=20)
    eccentric_s: float | None = Field(default=None, gt=0, le=20)
    target_deg: float | None = Field(default=None, gt=0, le=180)
    load_kg: float | None = Field(default=None, ge=0, le=100)
    bounds: dict[str, Bounds] = Field(default_factory=dict)
    days_a_week: int = Field(default=3, gt=0, le=7)
    days: tuple[int, ...] = ()
    note: str = Field(default="", max_length=1000)

    @model_validator(mode="after")
    def _days(self) -> "Prescribed":
        if any(not 0 <= day < len(DAYS) for day in self.days) or len(set(self.days)) < len(self.days):
            raise ValueError("days are different numbers from 0 (Monday) to 6")
        return self


class Prescription(Strict):
    """All that one patient is asked to do."""

    schema_version: Literal[1] = 1
    exercises: tuple[Prescribed, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> "Prescription":
        ids = [each.exercise_id for each in self.exercises]
        if len(set(ids)) < len(ids):
            raise ValueError("an exercise is prescribed twice")
        return self

    def of(self, exercise_id: str) -> Prescribed | None:
        """Return what is prescribed of one exercise."""
        return next((each for each in self.exercises if each.exercise_id == exercise_id), None)


def prescription_json(prescription: Prescription) -> dict[str, Any]:
    """Return a prescription as plain data for JSON."""
    return prescription.model_dump(mode="json")


def prescription_from_json(data: Mapping[str, Any]) -> Prescription:
    """Return the prescription that `prescription_json` wrote.

    Raises
    ------
    UnreadableInputError
        When it is of another schema version, or no prescription.
    """
    try:
        return Prescription.model_validate(data)
    except ValidationError as error:
        raise UnreadableInputError("This prescription cannot be read by this formcheck.") from error


def as_prescribed(loaded: LoadedExercise, item: Prescribed | None) -> LoadedExercise:
    """Return an exercise as it is asked of one patient.

    Parameters
    ----------
    loaded : LoadedExercise
        As the library has it.
    item : Prescribed, optional
        What the patient's prescription says of it; None leaves it as it is.

    Returns
    -------
    LoadedExercise
        Its hash tells that it is not the library's, and differs whenever what is asked for does.

    Raises
    ------
    UsageError
        When they do not fit: another exercise, an unknown fault or form, or a bound on the wrong side.
    """
    if item is None:
        return loaded
    exercise = loaded.exercise
    if item.exercise_id != exercise.id:
        raise UsageError(f"This is prescribed for '{item.exercise_id}', not for '{exercise.id}'.")
    forms = [exercise.form, *(variant.id for variant in exercise.variants)]
    if item.form is not None and item.form not in forms:
        raise UsageError(f"{exercise.name} has no form '{item.form}'; it has: {', '.join(forms)}.")
    unknown = item.bounds.keys() - {fault.id for fault in exercise.faults}
    if unknown:
        raise UsageError(f"{exercise.name} has no fault '{min(unknown)}'.")
    faults = [bounded(fault, item.bounds.get(fault.id, {})) for fault in exercise.faults]
    fields = exercise.model_dump()
    fields["faults"] = [fault.model_dump() for fault in faults]
    fields["targets"] |= _given(item, "sets", "repetitions", "concentric_s", "hold_s", "eccentric_s")
    # A form that moves through less has a target of its own, which a prescription of that form means.
    own = [form for form in fields["variants"] if form["id"] == item.form and form["target_deg"] is not None]
    (own or [fields["repetition"]])[0].update(_given(item, "target_deg"))
    try:
        made = Exercise.model_validate(fields)
    except ValidationError as error:
        said = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise UsageError(f"{exercise.name} cannot be prescribed like this: {said}.") from error
    return LoadedExercise(made, _hash(loaded, item))


def lean(item: Prescribed, exercise: Exercise) -> Prescribed:
    """Return a prescription that says nothing which is so in the library anyway, and so follows it."""
    own = {
        "form": exercise.form,
        "concentric_s": exercise.targets.concentric_s,
        "hold_s": exercise.targets.hold_s,
        "eccentric_s": exercise.targets.eccentric_s,
        "target_deg": exercise.repetition.target_deg,
        "load_kg": 0.0,
    }
    usual = {name: None for name, value in own.items() if getattr(item, name) == value}
    library = {fault.id: dict(fault.bounds) for fault in exercise.faults}
    bounds = {
        fault_id: {s: value for s, value in own_bounds.items() if value != library.get(fault_id, {}).get(s)}
        for fault_id, own_bounds in item.bounds.items()
    }
    changed = {fault_id: found for fault_id, found in bounds.items() if found}
    return item.model_copy(update={**usual, "bounds": changed})


def bounded(fault: FaultRule, bounds: Mapping[Severity, float]) -> FaultRule:
    """Return a fault rule with other bounds.

    Only bounds that the rule has are changed: a fault that never turns red does not begin to. The source
    says whose bounds they are.

    Raises
    ------
    UsageError
        When the rule has no such bound, a bound changes its sign, or a milder one is not the milder.
    """
    if not bounds:
        return fault
    own = dict(fault.bounds)
    for severity, value in bounds.items():
        if severity not in own:
            raise UsageError(f"'{fault.id}' has no {severity} limit.")
        if value == 0 or (value > 0) != (own[severity] > 0):
            sign = "above" if own[severity] > 0 else "below"
            raise UsageError(f"The {severity} limit of '{fault.id}' must lie {sign} zero.")
    limits: dict[str, Any] = dict(bounds.items())
    changed = fault.model_copy(
        update=limits | {"evidence": "D", "source": f"the clinician's limit; else {fault.source}"}
    )
    values = [value for _, value in changed.bounds]
    if values != sorted(values, reverse=descending(fault)) or len(set(values)) < len(values):
        raise UsageError(f"The red limit of '{fault.id}' must be graver than the amber one.")
    return changed


def descending(fault: FaultRule) -> bool:
    """Return whether a fault's graver bound is the smaller number."""
    return fault.kind in SMALLER_IS_GRAVER or getattr(fault, "beyond", "") == "below"


def unit_of(fault: FaultRule) -> str:
    """Return the unit of a fault's bounds."""
    units = {"short": "of the target", "quick": "s", "long": "s", "apart": "s"}
    units |= {
        "leads": "of the phase",
        "share": "of the bend",
        "fast": "°/s",
        "drops": "times",
        "clears": "cm",
    }
    return units.get(fault.kind, "°")


def _given(item: Prescribed, *names: str) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names if getattr(item, name) is not None}


def _hash(loaded: LoadedExercise, item: Prescribed) -> str:
    text = json.dumps(item.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(f"{loaded.sha256}\n{text}".encode()).hexdigest()
