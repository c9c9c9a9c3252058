"""The library as it is asked of whoever looks at this page."""

from formcheck.clinic.asked import prescribed_now
from formcheck.clinic.prescription import as_prescribed
from formcheck.exercises.load import LoadedExercise
from formcheck.ui.accounts.asking import page_actor
from formcheck.ui.kept import kept


def asked_of_me(loaded: LoadedExercise) -> LoadedExercise:
    """Return an exercise with what is prescribed to the person at this page, if anything is.

    Raises
    ------
    UsageError
        When the prescription does not fit the exercise (any more).
    """
    actor = page_actor()
    if actor.role not in ("home", "patient"):
        return loaded
    prescribed = prescribed_now(kept(), actor, actor.account_id)
    return as_prescribed(loaded, prescribed.of(loaded.exercise.id))
