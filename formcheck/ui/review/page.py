"""The page: which of its faces to show."""

from formcheck.ui.review import intake, result, waiting
from formcheck.ui.review.current import current


def page() -> None:
    """Show *Review a recording*."""
    review = current()
    review.advance()
    faces = {
        "choosing": intake.choose_recording,
        "finding": waiting.wait,
        "unsure": intake.choose_exercise,
        "shown": result.show,
    }
    faces[review.stage](review)
