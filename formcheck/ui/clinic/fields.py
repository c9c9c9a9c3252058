"""The fields of one prescribed exercise: filled from a prescription, read back as one."""

from typing import Any

import streamlit as st
from pydantic import ValidationError

from formcheck.clinic.changes import SEVERITY_WORD
from formcheck.clinic.prescription import DAYS, Bounds, Prescribed, lean, unit_of
from formcheck.errors import UsageError
from formcheck.exercises.rules import FaultRule
from formcheck.exercises.schema import Exercise
from formcheck.report.words import fault_label

PREFIX = "rxf"
SIDES = {"both": "Both sides", "left": "Left", "right": "Right"}


def fill(item: Prescribed, exercise: Exercise) -> None:
    """Put what is prescribed into the fields; what is not said shows the library's value."""
    targets = exercise.targets
    values: dict[str, Any] = {
        "form": item.form or exercise.form,
        "side": item.side,
        "sets": item.sets,
        "repetitions": item.repetitions,
        "concentric_s": _or(item.concentric_s, targets.concentric_s),
        "hold_s": _or(item.hold_s, targets.hold_s),
        "eccentric_s": _or(item.eccentric_s, targets.eccentric_s),
        "target_deg": _or(item.target_deg, exercise.repetition.target_deg),
        "load_kg": _or(item.load_kg, 0.0),
        "days_a_week": item.days_a_week,
        "days": sorted(item.days),
        "note": item.note,
    }
    for fault in exercise.faults:
        for severity, own in fault.bounds:
            values[f"{fault.id}-{severity}"] = float(item.bounds.get(fault.id, {}).get(severity, own))
    for name, value in values.items():
        st.session_state[_key(exercise, name)] = value


def there(exercise: Exercise) -> bool:
    """Return whether an exercise's fields are filled: a visit to another page empties them."""
    return _key(exercise, "sets") in st.session_state


def forget() -> None:
    """Empty all fields."""
    for key in list(st.session_state):
        if isinstance(key, str) and key.startswith(f"{PREFIX}-"):
            del st.session_state[key]


def show(exercise: Exercise) -> Prescribed:
    """Show the fields; return what they say.

    Raises
    ------
    UsageError
        When a value cannot be prescribed.
    """
    _dose(exercise)
    _tempo(exercise)
    _schedule(exercise)
    with st.expander("Limits", expanded=False):
        st.caption("From where on it is told, and counts as a fault. The patient's next set is judged by it.")
        for fault in exercise.faults:
            _limits(exercise, fault)
    st.text_area("For the patient", key=_key(exercise, "note"), max_chars=1000, height=68)
    return _read(exercise)


def _dose(exercise: Exercise) -> None:
    if exercise.variants:
        forms = {exercise.form: "As usual", **{each.id: each.name for each in exercise.variants}}
        st.selectbox("Form", list(forms), format_func=forms.__getitem__, key=_key(exercise, "form"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Side", list(SIDES), format_func=SIDES.__getitem__, key=_key(exercise, "side"), required=True
        )
        st.number_input("Sets", 1, 10, key=_key(exercise, "sets"), width=130)
        st.number_input("Repetitions", 1, 50, key=_key(exercise, "repetitions"), width=130)
        _decimal(exercise, "Range, degrees", "target_deg", 180.0, 5.0)
        _decimal(exercise, "Load, kg", "load_kg", 100.0, 0.5)


def _tempo(exercise: Exercise) -> None:
    with st.container(horizontal=True):
        _decimal(exercise, "Up, seconds", "concentric_s", 20.0, 0.5)
        _decimal(exercise, "Hold, seconds", "hold_s", 20.0, 0.5)
        _decimal(exercise, "Down, seconds", "eccentric_s", 20.0, 0.5)


def _schedule(exercise: Exercise) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.pills(
            "On these days; none: the patient chooses",
            list(range(len(DAYS))),
            selection_mode="multi",
            format_func=lambda day: DAYS[day][:3],
            key=_key(exercise, "days"),
        )
        st.number_input("Days a week", 1, 7, key=_key(exercise, "days_a_week"), width=130)


def _limits(exercise: Exercise, fault: FaultRule) -> None:
    if not fault.bounds:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for severity, own in fault.bounds:
            st.number_input(
                f"{fault_label(fault.id).capitalize()}, {SEVERITY_WORD[severity]} ({unit_of(fault)})",
                key=_key(exercise, f"{fault.id}-{severity}"),
                step=_step(own),
                format="%g",
                help=f"Usual: {own:g} {unit_of(fault)}. {fault.explanation}",
                width=260,
            )


def _decimal(exercise: Exercise, label: str, name: str, most: float, step: float) -> None:
    st.number_input(label, 0.0, most, step=step, key=_key(exercise, name), format="%g", width=130)


def _read(exercise: Exercise) -> Prescribed:
    def value(name: str) -> Any:  # noqa: ANN401 - a field's own type
        return st.session_state[_key(exercise, name)]

    bounds: dict[str, Bounds] = {
        fault.id: {severity: float(value(f"{fault.id}-{severity}")) for severity, _ in fault.bounds}
        for fault in exercise.faults
        if fault.bounds
    }
    names = ("side", "sets", "repetitions", "concentric_s", "hold_s", "eccentric_s", "target_deg")
    try:
        made = Prescribed(
            exercise_id=exercise.id,
            form=value("form"),
            load_kg=value("load_kg"),
            days_a_week=value("days_a_week"),
            days=tuple(value("days") or ()),
            note=str(value("note") or "").strip(),
            bounds=bounds,
            **{name: value(name) for name in names},
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0]).replace("_", " ") if first["loc"] else exercise.name
        raise UsageError(f"{where}: {first['msg'].removeprefix('Value error, ')}.") from error
    return lean(made, exercise)


def _key(exercise: Exercise, name: str) -> str:
    return f"{PREFIX}-{exercise.id}-{name}"


def _or(value: float | None, otherwise: float) -> float:
    return float(otherwise if value is None else value)


def _step(value: float) -> float:
    """Return by how much a limit moves at a press: about a tenth of it."""
    return 1.0 if abs(value) >= 10 else 0.5 if abs(value) >= 2 else 0.05
