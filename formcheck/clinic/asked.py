"""The exercise as it is asked of one patient: the library's, with what was prescribed when a set was done."""

from collections.abc import Sequence
from datetime import datetime

from formcheck.clinic.prescription import Prescription, as_prescribed, prescription_from_json
from formcheck.exercises.load import LoadedExercise
from formcheck.store.access import Actor
from formcheck.store.logbook import Prescription as Version
from formcheck.store.store import Store


def newest(store: Store, actor: Actor, patient_id: str) -> Version | None:
    """Return the version of a patient's prescription that holds now; None where there is none."""
    versions = store.logbook.prescriptions(actor, patient_id)
    return versions[0] if versions else None


def prescribed_now(store: Store, actor: Actor, patient_id: str) -> Prescription:
    """Return what a patient is asked to do now."""
    return content(newest(store, actor, patient_id))


def content(version: Version | None) -> Prescription:
    """Return what a version asks for; nothing where there is none."""
    return prescription_from_json(version.body) if version is not None else Prescription()


def asked_since(versions: Sequence[Version], exercise_id: str) -> datetime | None:
    """Return from when on an exercise is prescribed as it is now; None where it is not.

    Parameters
    ----------
    versions : sequence of Version
        All of them, the newest first.
    exercise_id : str
        Which exercise.
    """
    if not versions:
        return None
    now = content(versions[0]).of(exercise_id)
    since: datetime | None = None
    for version in versions:
        if now is None or content(version).of(exercise_id) != now:
            break
        since = version.at
    return since


def as_asked(store: Store, actor: Actor, set_id: str, loaded: LoadedExercise) -> LoadedExercise:
    """Return an exercise with the bounds by which a set is judged: those that held when it was done.

    Raises
    ------
    NotThereError
        When the set is not the actor's to see.
    UsageError
        When what was prescribed does not fit the exercise (any more).
    """
    prescribed = content(store.logbook.prescription_of(actor, set_id))
    return as_prescribed(loaded, prescribed.of(loaded.exercise.id))
