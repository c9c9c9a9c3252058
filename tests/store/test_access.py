"""The decision itself, exhaustively: who, what for, and how much is shared."""

import itertools

import pytest

from formcheck.store.access import NOBODY, WORKER, Actor, Facts, Level, Right, decide, role_of

ROLES = ("nobody", "home", "patient", "clinician")
IDS = ("", "patient", "somebody")
RIGHTS = tuple(Right)
LEVELS = tuple(Level)


@pytest.mark.parametrize("right", RIGHTS)
def test_nobody_may_anything(right: Right) -> None:
    for in_care, shared, needed in itertools.product((False, True), LEVELS, LEVELS):
        for patient_id in IDS:
            assert not decide(NOBODY, right, Facts(patient_id, in_care, shared, needed))


@pytest.mark.parametrize("right", RIGHTS)
def test_a_patient_has_what_is_theirs_and_nothing_else(right: Right) -> None:
    for in_care, shared, needed in itertools.product((False, True), LEVELS, LEVELS):
        own = decide(Actor("patient", "patient"), right, Facts("patient", in_care, shared, needed))
        assert own is (right not in (Right.PRESCRIBE, Right.REVIEW, Right.WATCH))
        assert not decide(Actor("somebody", "patient"), right, Facts("patient", in_care, shared, needed))


def test_a_clinician_sees_what_is_shared_by_who_accepted_them() -> None:
    clinician = Actor("somebody", "clinician")
    for shared, needed in itertools.product(LEVELS, LEVELS):
        seen = decide(clinician, Right.SEE, Facts("patient", True, shared, needed))
        assert seen is (needed != Level.NOTHING and needed <= shared)
        assert decide(clinician, Right.REVIEW, Facts("patient", True, shared, needed)) is seen
        for right in RIGHTS:
            assert not decide(clinician, right, Facts("patient", False, shared, needed))


def test_a_clinician_owns_nothing_of_a_patient() -> None:
    clinician = Actor("somebody", "clinician")
    facts = Facts("patient", True, Level.VIDEO, Level.NUMBERS)
    assert not decide(clinician, Right.OWN, facts)
    assert decide(clinician, Right.FOLLOW, facts)
    assert decide(clinician, Right.PRESCRIBE, facts)


@pytest.mark.parametrize("role", ROLES)
def test_a_set_is_watched_by_who_is_in_care_and_let(role: str) -> None:
    """Sharing afterwards gives no right to look on, and the patient's yes none to a stranger."""
    for in_care, watched, shared in itertools.product((False, True), (False, True), LEVELS):
        facts = Facts("patient", in_care, shared, Level.NUMBERS, watched)
        may = role == "clinician" and in_care and watched
        for account_id in ("patient", "somebody"):
            assert decide(Actor(account_id, role), Right.WATCH, facts) is may  # type: ignore[arg-type]


def test_only_the_server_itself_is_the_worker() -> None:
    """No row of the database makes anybody the worker, and the worker reads no log."""
    assert {role_of(word) for word in ("worker", "", "admin", "nobody")} == {"nobody"}
    assert decide(WORKER, Right.OWN, Facts("patient"))
    assert not decide(WORKER, Right.FOLLOW, Facts("patient"))


def test_an_account_without_an_id_owns_nothing() -> None:
    """A missing id on both sides must not count as the same person."""
    for role in ROLES:
        assert not decide(Actor("", role), Right.OWN, Facts(""))  # type: ignore[arg-type]
