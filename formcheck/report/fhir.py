"""Sets and symptoms as FHIR R4B: one Observation for each set, one for each repetition, one for each rating.

Units are UCUM. A code is given only where it is certain: LOINC 72514-3 for a pain rating, the categories and
absence reasons of HL7; everything else is named in words. An angle carries its standard deviation; what
was not judged is absent, with the reason, never zero. Each resource is validated as it is made, and they
come one by one, so that any number of sets can be written without holding them all.
"""

import math
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from fhir.resources.R4B.observation import Observation

from formcheck.coach.set_report import Repetition, SetReport
from formcheck.plan.entries import SymptomReport
from formcheck.plan.symptoms import worst_nprs
from formcheck.report.sentences import NOT_A_DEVICE
from formcheck.report.words import (
    VERDICT_WORD,
    fault_label,
    reason_text,
    shown_verdict,
    signal_label,
)

Json = dict[str, Any]

UCUM = "http://unitsofmeasure.org"
LOINC = "http://loinc.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
UNCERTAINTY = "http://hl7.org/fhir/StructureDefinition/iso21090-uncertainty"
PAIN = {
    "system": LOINC,
    "code": "72514-3",
    "display": "Pain severity - 0-10 verbal numeric rating [Score] - Reported",
}
NAMESPACE = uuid.UUID("5f0c2b0a-6f43-5b0c-9a3e-4d8f5f2f3c11")
"""Ours, made once: the same set gets the same ids in every export."""
METHOD = "Single camera, markerless; angles from the person's own start posture"


def entries(
    report: SetReport, *, issued: datetime, identity: str = "", subject: str | None = None
) -> Iterator[Json]:
    """Yield the entries of a bundle for one set: its repetitions, then the set that has them as members.

    Parameters
    ----------
    report : SetReport
        The judged set.
    issued : datetime
        When the report was made, with time zone.
    identity : str
        What the set is known by; the same set gets the same ids. By default its recording's hash.
    subject : str, optional
        Reference to the patient, such as ``"Patient/123"``; nobody is named without it.
    """
    identity = f"{identity or report.origin.sha256}/{report.exercise.id}/{report.exercise.version}"
    shared = _shared(report.formcheck_version, issued, subject)
    members = []
    for rep in report.reps:
        url = _urn(f"{identity}/{rep.index}")
        members.append({"reference": url})
        yield _entry(url, {**shared, **_repetition(report, rep)})
    yield _entry(_urn(identity), {**shared, **_set(report), **({"hasMember": members} if members else {})})


def symptom_entries(
    log: Iterable[SymptomReport], *, version: str, subject: str | None = None
) -> Iterator[Json]:
    """Yield an entry for each symptom report: the worst rating, with the places that hurt as components."""
    for report in log:
        shared = _shared(version, report.at, subject, category="survey")
        del shared["method"]
        body: Json = {
            **shared,
            "code": {"coding": [PAIN], "text": f"Worst pain, {report.moment.replace('_', ' ')}"},
            "effectiveDateTime": report.at.isoformat(),
            "valueQuantity": _count(worst_nprs(report), "of 10"),
        }
        parts = [
            _component(f"Pain, {pain.place.replace('_', ' ')}, {pain.side}", _count(pain.nprs, "of 10"))
            for pain in report.pains
        ]
        if report.function is not None:
            parts.append(_component("Own activity, 0 to 10", _count(report.function, "of 10")))
        tingles = {"code": {"text": "Tingling or weakness"}, "valueBoolean": report.tingling_or_weakness}
        body["component"] = [*parts, tingles]
        yield _entry(_urn(f"{report.at.isoformat()}/{report.moment}/{report.exercise_id}"), body)


def _shared(version: str, issued: datetime, subject: str | None, *, category: str = "exam") -> Json:
    shared: Json = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": category}]}],
        "issued": issued.isoformat(),
        "method": {"text": METHOD},
        "device": {"display": f"formcheck {version}"},
    }
    return {**shared, "subject": {"reference": subject}} if subject else shared


def _set(report: SetReport) -> Json:
    summary, tempo = report.set, report.set.tempo_s
    name = report.exercise.name or report.exercise.id
    counts = {
        VERDICT_WORD["ok"]: summary.ok,
        VERDICT_WORD["borderline"]: summary.borderline,
        VERDICT_WORD["fault"]: summary.fault,
        VERDICT_WORD["cannot_judge"]: summary.cannot_judge,
    }
    parts = [
        _component(f"Repetitions: {word}", _count(count, "repetitions")) for word, count in counts.items()
    ]
    for phase, median_s in (
        ("concentric", tempo.concentric),
        ("hold", tempo.hold),
        ("eccentric", tempo.eccentric),
    ):
        parts.append(_measured(f"Median {phase} time", median_s, "s", "no repetition"))
    return {
        "code": {"text": f"{name}: repetitions counted"},
        "valueQuantity": _count(summary.reps, "repetitions"),
        "component": parts,
        "note": [{"text": note} for note in (*summary.notes, NOT_A_DEVICE)],
    }


def _repetition(report: SetReport, rep: Repetition) -> Json:
    name = report.exercise.name or report.exercise.id
    back = rep.lumbar_flexion_deg
    parts = [
        _component("Start in the recording", _quantity(rep.start_s, "s")),
        _component("Concentric time", _quantity(rep.concentric_s, "s")),
        _component("Hold time", _quantity(rep.hold_s, "s")),
        _component("Eccentric time", _quantity(rep.eccentric_s, "s")),
    ]
    for signal in sorted(rep.range):
        label = _sentence(signal_label(signal))
        angle = rep.range[signal]
        parts.append(_measured(f"{label}, at the peak", angle.peak_deg, "deg", "not judged"))
    why = reason_text(back.reason) or "not judged"
    for what, value in (("most bent", back.max), ("most arched", back.min)):
        parts.append(_measured(f"Lower back from own start posture, {what}", value, "deg", why, sd=back.sd))
    usable = rep.usable_range
    if usable is not None:
        parts.append(
            _measured("Thigh elevation at which neutral was lost", usable.neutral_lost_at_deg, "deg", why)
        )
    parts += [
        {"code": {"text": f"Fault: {fault_label(fault.id)}"}, "valueString": fault.severity}
        for fault in rep.faults
    ]
    body: Json = {
        "code": {"text": f"{name}: repetition {rep.index}, {rep.side}"},
        "component": parts,
    }
    if rep.verdict == "cannot_judge":
        reasons = "; ".join(rep.reasons) or "not judged"
        return {**body, "dataAbsentReason": _absent(reasons)}
    return {**body, "valueString": VERDICT_WORD[shown_verdict(rep)]}


def _entry(url: str, body: Mapping[str, Any]) -> Json:
    """Return a bundle's entry, validated."""
    Observation.model_validate(body)  # what the model would write is the same, and takes it longer
    return {"fullUrl": url, "resource": body}


def _component(text: str, quantity: Json) -> Json:
    return {"code": {"text": text}, "valueQuantity": quantity}


def _measured(text: str, value: float | None, unit: str, why: str, *, sd: float | None = None) -> Json:
    if value is None or not math.isfinite(value):
        return {"code": {"text": text}, "dataAbsentReason": _absent(why)}
    quantity = _quantity(value, unit)
    if sd is not None:
        quantity["extension"] = [{"url": UNCERTAINTY, "valueDecimal": round(sd, 2)}]
    return _component(text, quantity)


def _quantity(value: float, unit: str) -> Json:
    return {"value": round(value, 2) + 0.0, "unit": unit, "system": UCUM, "code": unit}


def _count(value: int, words: str) -> Json:
    return {"value": value, "unit": words, "system": UCUM, "code": "1"}


def _absent(why: str) -> Json:
    return {"coding": [{"system": ABSENT, "code": "unknown"}], "text": why}


def _urn(identity: str) -> str:
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, identity)}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
