"""A prescription in words, and what differs between two versions of it."""

from collections.abc import Mapping

from formcheck.clinic.prescription import DAYS, Prescribed, Prescription, Severity, unit_of
from formcheck.exercises.rules import FaultRule
from formcheck.exercises.schema import Exercise
from formcheck.report.words import fault_label, listed

Exercises = Mapping[str, Exercise]
SEVERITY_WORD: Mapping[Severity, str] = {"info": "hint", "amber": "amber limit", "red": "red limit"}


def asked(item: Prescribed, exercise: Exercise) -> dict[str, str]:
    """Return what is asked for, name to value, the library's own values where nothing else is said."""
    targets = exercise.targets
    rows = {
        "Sets": str(item.sets),
        "Repetitions": str(item.repetitions),
        "Side": {"both": "both sides"}.get(item.side, f"{item.side} side"),
        "Up": f"{_or(item.concentric_s, targets.concentric_s):g} s",
        "Hold": f"{_or(item.hold_s, targets.hold_s):g} s",
        "Down": f"{_or(item.eccentric_s, targets.eccentric_s):g} s",
        "Range": f"{_or(item.target_deg, exercise.repetition.target_deg):g}°",
        "When": schedule(item),
    }
    if item.load_kg:
        rows["Load"] = f"{item.load_kg:g} kg"
    if item.form is not None and item.form != exercise.form:
        rows["Form"] = _form_name(exercise, item.form)
    if item.note:
        rows["Note"] = item.note
    return rows


def limits(item: Prescribed, exercise: Exercise) -> dict[str, str]:
    """Return the limits that are not the library's, name to value."""
    faults = {fault.id: fault for fault in exercise.faults}
    return {
        f"{fault_label(fault_id).capitalize()}, {SEVERITY_WORD[severity]}": _limit(value, faults[fault_id])
        for fault_id, bounds in item.bounds.items()
        if fault_id in faults
        for severity, value in bounds.items()
    }


def schedule(item: Prescribed) -> str:
    """Return when it is done."""
    if item.days:
        return listed([DAYS[day] for day in sorted(item.days)])
    return "once a week" if item.days_a_week == 1 else f"{item.days_a_week} days a week"


def changes(old: Prescription | None, new: Prescription, exercises: Exercises) -> list[str]:
    """Return what differs, a sentence each, for the patient to read.

    Parameters
    ----------
    old : Prescription, optional
        The version before; None: there was none.
    new : Prescription
        The version.
    exercises : mapping of str to Exercise
        The library; exercises that are not in it any more are named by their id.
    """
    before = {each.exercise_id: each for each in (old.exercises if old else ())}
    said: list[str] = []
    for item in new.exercises:
        exercise = exercises.get(item.exercise_id)
        name = exercise.name if exercise else item.exercise_id
        known = before.pop(item.exercise_id, None)
        if known is None:
            said.append(f"New: {name}.")
            if exercise is not None:  # whose own limits are not the usual ones
                own = _library_limits(exercise)
                moved = _moved(own, {**own, **limits(item, exercise)}, "as usual")
                said += [f"{name}: {change}." for change in moved]
        elif exercise is not None:
            said += [f"{name}: {change}." for change in _differences(known, item, exercise)]
    for gone in before:
        name = exercises[gone].name if gone in exercises else gone
        said.append(f"No longer: {name}.")
    return said


def _differences(old: Prescribed, new: Prescribed, exercise: Exercise) -> list[str]:
    said = _moved(asked(old, exercise), asked(new, exercise), "none")
    before, after = limits(old, exercise), limits(new, exercise)
    own = _library_limits(exercise)
    return said + _moved({**own, **before}, {**own, **after}, "as usual")


def _moved(before: Mapping[str, str], after: Mapping[str, str], without: str) -> list[str]:
    names = [*before, *(name for name in after if name not in before)]
    pairs = [(name, before.get(name, without), after.get(name, without)) for name in names]
    return [f"{name.lower()} {old} → {new}" for name, old, new in pairs if old != new]


def _library_limits(exercise: Exercise) -> dict[str, str]:
    return {
        f"{fault_label(fault.id).capitalize()}, {SEVERITY_WORD[severity]}": _limit(value, fault)
        for fault in exercise.faults
        for severity, value in fault.bounds
    }


def _limit(value: float, fault: FaultRule) -> str:
    unit = unit_of(fault)
    return f"{value:g}{unit}" if unit == "°" else f"{value:g} {unit}"


def _form_name(exercise: Exercise, form: str) -> str:
    return next((variant.name for variant in exercise.variants if variant.id == form), form)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
