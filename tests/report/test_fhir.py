"""The bundle against the FHIR models, R4B and R5, and what stands in it."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fhir.resources.bundle import Bundle as BundleR5
from fhir.resources.R4B.bundle import Bundle

from formcheck.coach.set_report import SetReport
from formcheck.plan.entries import Pain, SymptomReport
from formcheck.report.export import KeptSet, write_fhir
from tests.report import builders

AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
FELT = SymptomReport(
    AT, "after", (Pain("thigh", "left", 4), Pain("groin", "left", 2)), True, 6, "march-neutral"
)


def bundle(report: SetReport, **options: object) -> dict[str, object]:
    file = io.StringIO()
    assert write_fhir([KeptSet("monday", AT, report, "id-1")], file, [FELT], **options) == 1  # type: ignore[arg-type]
    data: dict[str, object] = json.loads(file.getvalue())
    return data


@pytest.fixture(scope="module")
def plain() -> dict[str, object]:
    judged = builders.repetition(2, lumbar_flexion_deg=builders.JUDGED, usable_range=builders.usable())
    unseen = builders.repetition(3, verdict="cannot_judge", reasons=("arm_over_back",))
    return bundle(builders.report((builders.repetition(1), judged, unseen)))


def resources(data: dict[str, object]) -> list[dict[str, object]]:
    return [entry["resource"] for entry in data["entry"]]  # type: ignore[index, attr-defined]


def components(resource: dict[str, object]) -> dict[str, dict[str, object]]:
    return {part["code"]["text"]: part for part in resource["component"]}  # type: ignore[attr-defined]


def test_bundle_is_valid_in_both_releases(plain: dict[str, object]) -> None:
    assert len(Bundle.model_validate(plain).entry) == 5
    assert len(BundleR5.model_validate(plain).entry) == 5


def test_a_set_points_to_its_repetitions(plain: dict[str, object]) -> None:
    urls = [entry["fullUrl"] for entry in plain["entry"]]  # type: ignore[attr-defined]
    whole = resources(plain)[3]
    assert [member["reference"] for member in whole["hasMember"]] == urls[:3]  # type: ignore[attr-defined]
    assert whole["valueQuantity"]["value"] == 3  # type: ignore[index]
    assert len(set(urls)) == len(urls)


def test_angles_are_in_degrees_of_ucum_with_their_deviation(plain: dict[str, object]) -> None:
    bent = components(resources(plain)[1])["Lower back from own start posture, most bent"]["valueQuantity"]
    assert (bent["value"], bent["code"], bent["system"]) == (12.25, "deg", "http://unitsofmeasure.org")  # type: ignore[index]
    assert bent["extension"][0]["valueDecimal"] == 3.0  # type: ignore[index]


def test_what_was_not_judged_is_absent_with_its_reason_and_never_zero(plain: dict[str, object]) -> None:
    back = components(resources(plain)[0])["Lower back from own start posture, most bent"]
    assert "valueQuantity" not in back
    assert back["dataAbsentReason"]["text"]  # type: ignore[index]
    unseen = resources(plain)[2]
    assert "valueString" not in unseen
    assert "dataAbsentReason" in unseen


def test_no_code_is_made_up(plain: dict[str, object]) -> None:
    """Codings come from HL7's own lists, or are the one LOINC code that is certain."""
    text = json.dumps(plain)
    systems = {part.split('"')[0] for part in text.split('"system": "')[1:]}
    assert systems == {
        "http://terminology.hl7.org/CodeSystem/observation-category",
        "http://terminology.hl7.org/CodeSystem/data-absent-reason",
        "http://unitsofmeasure.org",
        "http://loinc.org",
    }
    assert {part.split('"')[0] for part in text.split('loinc.org", "code": "')[1:]} == {"72514-3"}
    assert "snomed" not in text.lower()


def test_symptoms_go_along(plain: dict[str, object]) -> None:
    felt = resources(plain)[4]
    assert felt["valueQuantity"]["value"] == 4  # type: ignore[index]
    parts = components(felt)
    assert parts["Pain, thigh, left"]["valueQuantity"]["value"] == 4  # type: ignore[index]
    assert parts["Tingling or weakness"]["valueBoolean"] is True


def test_nobody_is_named_unless_asked(plain: dict[str, object]) -> None:
    assert "subject" not in json.dumps(plain)
    named = bundle(builders.report(), subject="Patient/7")
    assert all(resource["subject"] == {"reference": "Patient/7"} for resource in resources(named))


def test_the_same_set_has_the_same_ids_and_another_set_others() -> None:
    def urls(identity: str) -> list[str]:
        file = io.StringIO()
        write_fhir([KeptSet("x", AT, builders.report(), identity)], file)
        return [entry["fullUrl"] for entry in json.loads(file.getvalue())["entry"]]

    assert urls("a") == urls("a")
    assert set(urls("a")).isdisjoint(urls("b"))


def test_whatever_anybody_wrote_stays_text() -> None:
    evil = '"}],"resourceType":"Patient" <script>'
    report = replace(builders.report(), exercise=replace(builders.report().exercise, name=evil))
    data = bundle(report)
    Bundle.model_validate(data)
    assert {resource["resourceType"] for resource in resources(data)} == {"Observation"}
