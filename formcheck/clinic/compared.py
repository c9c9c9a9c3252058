"""Clinicians' verdicts as pairs to compare: beside formcheck's own, or beside another clinician's."""

from collections.abc import Iterable

from formcheck.clinic.agreement import Pair
from formcheck.store.reviews import Mark


def judges(marks: Iterable[Mark]) -> dict[str, str]:
    """Return who gave the verdicts, id to name; those whose account is gone are left out."""
    return {mark.author_id: mark.author for mark in marks if mark.author_id}


def beside_formcheck(marks: Iterable[Mark], author_id: str = "") -> list[Pair]:
    """Return formcheck's verdicts beside those of one clinician, or of all of them.

    Parameters
    ----------
    marks : iterable of Mark
        Formcheck's own verdict stands in each as it was when the mark was made.
    author_id : str
        Whose; empty for everybody's: a repetition that two of them judged then counts twice.
    """
    return [
        Pair(
            mark.patient_id,
            mark.exercise_id,
            mark.own_verdict,
            mark.verdict,
            frozenset(mark.own_faults),
            frozenset(mark.faults),
        )
        for mark in marks
        if author_id in ("", mark.author_id)
    ]


def between(marks: Iterable[Mark], first_id: str, second_id: str) -> list[Pair]:
    """Return two clinicians' verdicts on the repetitions that both judged."""
    found: dict[tuple[str, int], dict[str, Mark]] = {}
    for mark in marks:
        if mark.author_id in (first_id, second_id):
            found.setdefault((mark.set_id, mark.rep), {})[mark.author_id] = mark
    both = [(each[first_id], each[second_id]) for each in found.values() if len(each) == 2]
    return [
        Pair(
            first.patient_id,
            first.exercise_id,
            first.verdict,
            second.verdict,
            frozenset(first.faults),
            frozenset(second.faults),
        )
        for first, second in both
    ]
