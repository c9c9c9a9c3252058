"""Folders of what is kept: for nobody else on this machine to read."""

from pathlib import Path

from formcheck.errors import OutputError


def private_folder(path: Path) -> None:
    """Make a folder, with those above it, that only this user may read; one that is there stays as it is.

    Raises
    ------
    OutputError
        When it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        why = error.strerror or str(error)
        raise OutputError(
            f"{path}: this folder cannot be made ({why}). FORMCHECK_DATA_DIR names another."
        ) from error
