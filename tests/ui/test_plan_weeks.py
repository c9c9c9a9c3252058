"""A made-up patient's days through the pages of the plan; six weeks of each: benchmarks/patients_pages.py."""

from benchmarks import patients, patients_pages


def test_the_pages_say_what_the_rules_say() -> None:
    """One movement at a time, a red answer that ends the day, rest, another order, the seated lift withheld.

    Day by day the page's offers, reasons and rule ids are compared with those of the rules alone.
    """
    patient = next(each for each in patients.PATIENTS if each.name == "peripheralising")
    said = "\n".join(patients_pages.live(patient, days=3))
    assert "Seated straight-leg lift over answered red. That is all for today." in said
    assert "A day of rest" in said
    assert "waits: Seated straight-leg lift over [red-rest]" in said
