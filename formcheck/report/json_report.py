"""``report.json``: a `SetReport` in the shape that the output contract promises, and back.

A report keeps the numbers as they were computed; they are rounded here, once, on their way out. What is
read back is therefore the rounded report, and writing that again gives the same JSON to the last digit.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from formcheck.body.pose import Origin
from formcheck.coach.set_report import SCHEMA_VERSION, SetReport
from formcheck.errors import UnreadableInputError

Json = dict[str, Any]

DECIMALS = {"judged_share": 4}
"""Digits kept where two are not enough; seconds keep three (a millisecond), everything else two.

Two decimals of a degree are a hundredth of what the best estimate here is known to.
"""

_SOURCE = {  # contract name -> attribute of Origin
    "name": "name",
    "sha256": "sha256",
    "duration_s": "duration_s",
    "fps": "fps",
    "width": "width_px",
    "height": "height_px",
    "rotation_deg": "rotation_deg",
    "damage": "damage",
}
_MODEL = {"name": "model_name", "sha256": "model_sha256", "smoothing": "smoothing"}

_NAN_WHEN_NULL = {
    "range": ("start_deg", "peak_deg", "min_deg", "max_deg"),
    "usable_range": ("neutral_lost_at_deg", "low_deg", "high_deg"),
    "faults": ("peak", "threshold"),
}

_ADAPTER = TypeAdapter(SetReport)


def report_json(report: SetReport) -> Json:
    """Return a report as plain data for JSON, in the contract's names and order.

    Parameters
    ----------
    report : SetReport
        The report.

    Returns
    -------
    dict
        Nothing but dict, list, str, int, float, bool and None; what is not finite is None.
    """
    origin = _plain(report.origin)
    return {
        "schema_version": report.schema_version,
        "formcheck_version": report.formcheck_version,
        "source": {name: origin[attribute] for name, attribute in _SOURCE.items()},
        "model": {name: origin[attribute] for name, attribute in _MODEL.items()},
        "exercise": _plain(report.exercise),
        "view": _plain(report.view),
        "neutral": _plain(report.neutral),
        "reps": _plain(report.reps),
        "set": _plain(report.set),
        "cannot_judge": _plain(report.cannot_judge),
        "back_rough": _plain(report.back_rough),
    }


def report_text(report: SetReport) -> str:
    """Return the text of ``report.json``: indented, in UTF-8 letters, ending in a line break."""
    return json.dumps(report_json(report), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write(report: SetReport, path: Path) -> None:
    """Write ``report.json``."""
    path.write_text(report_text(report), encoding="utf-8", newline="\n")


def report_from_json(data: Mapping[str, Any]) -> SetReport:
    """Return the report that `report_json` wrote.

    Parameters
    ----------
    data : mapping
        Parsed ``report.json``. Fields that this version does not know are ignored.

    Raises
    ------
    UnreadableInputError
        When it is of another schema version, or no report at all.
    """
    version = data.get("schema_version") if isinstance(data, Mapping) else None
    if version != SCHEMA_VERSION:
        raise UnreadableInputError(
            f"This is not a formcheck report of schema {SCHEMA_VERSION} (its schema_version is {version!r}): "
            "analyse the recording or its track again."
        )
    try:
        fields_of_report = {
            **{name: value for name, value in data.items() if name not in ("source", "model")},
            "origin": _origin(data["source"], data["model"]),
            "reps": [_repetition(rep) for rep in data["reps"]],
        }
        return _ADAPTER.validate_python(fields_of_report)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UnreadableInputError(f"The report is damaged at {where}: {first['msg']}.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise UnreadableInputError(
            f"The report is damaged: {error!r} is missing or no such thing."
        ) from error


def _plain(value: Any, name: str = "") -> Any:  # noqa: ANN401 - any JSON value, decided at run time
    """Return a value as JSON knows it, floats rounded by the name of the field that holds them."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name), field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key], str(key)) for key in sorted(value)}
    if isinstance(value, tuple | list):
        return [_plain(item, name) for item in value]
    if isinstance(value, float):
        return _rounded(float(value), name)
    return value


def _rounded(value: float, name: str) -> float | None:
    if not math.isfinite(value):
        return None
    in_seconds = name.endswith("_s") or name in ("concentric", "hold", "eccentric")
    digits = DECIMALS.get(name, 3 if in_seconds or name == "fps" else 2)
    return round(value, digits) + 0.0  # adding zero turns -0.0 into 0.0


def _origin(source: Mapping[str, Any], model: Mapping[str, Any]) -> Origin:
    known = {
        **{attribute: source[name] for name, attribute in _SOURCE.items() if name in source},
        **{attribute: model[name] for name, attribute in _MODEL.items() if name in model},
    }
    return TypeAdapter(Origin).validate_python(known)


def _repetition(rep: Mapping[str, Any]) -> Json:
    """Return a repetition with NaN where a number that must be there was written as null."""
    usable = rep["usable_range"]
    return {
        **rep,
        "range": {name: _nan(part, "range") for name, part in rep["range"].items()},
        "usable_range": usable if usable is None else _nan(usable, "usable_range"),
        "faults": [_nan(fault, "faults") for fault in rep["faults"]],
    }


def _nan(part: Mapping[str, Any], kind: str) -> Json:
    missing = {name: math.nan for name in _NAN_WHEN_NULL[kind] if part.get(name, 0) is None}
    return {**part, **missing}
