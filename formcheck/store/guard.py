"""Looks up what a decision depends on, and refuses. The only door between a request and the tables."""

from sqlalchemy import ColumnElement, and_, exists, false, select, true
from sqlalchemy.orm import Session

from formcheck.store.access import Actor, Facts, Level, NotThereError, Right, decide
from formcheck.store.tables_people import Account, Care
from formcheck.store.tables_sets import ExerciseSet


def require(session: Session, actor: Actor, right: Right, patient_id: str, *, watched: bool = False) -> None:
    """Let an actor pass who has a right to what is a patient's; ``watched`` as in `Facts`.

    Raises
    ------
    NotThereError
        When they have not, or there is no such patient.
    """
    facts = Facts(patient_id, in_care=_in_care(session, actor, patient_id), watched=watched)
    if not decide(actor, right, facts) or session.get(Account, patient_id) is None:
        raise NotThereError


def set_for(
    session: Session, actor: Actor, right: Right, set_id: str, needed: Level = Level.NUMBERS
) -> ExerciseSet:
    """Return a set that an actor has a right to.

    Raises
    ------
    NotThereError
        When there is none, or it is not theirs to have.
    """
    found = session.get(ExerciseSet, set_id)
    if found is None:
        raise NotThereError
    in_care = _in_care(session, actor, found.patient_id)
    if not decide(actor, right, Facts(found.patient_id, in_care, Level(found.shared), needed)):
        raise NotThereError
    return found


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that leaves the sets an actor may see at all; a test holds it to `decide`."""
    if actor.role == "worker":
        return true()
    own = ExerciseSet.patient_id == actor.account_id
    followed = and_(
        exists(
            select(Care.id).where(
                Care.patient_id == ExerciseSet.patient_id, Care.clinician_id == actor.account_id
            )
        ),
        ExerciseSet.shared >= Level.NUMBERS,
    )
    if actor.role in ("home", "patient"):
        return own
    return followed if actor.role == "clinician" else false()


def _in_care(session: Session, actor: Actor, patient_id: str) -> bool:
    if actor.role != "clinician":
        return False
    link = select(Care.id).where(Care.patient_id == patient_id, Care.clinician_id == actor.account_id)
    return session.scalar(link) is not None
