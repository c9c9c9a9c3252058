"""A file that is there whole or not at all, however many write it at once."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SHOWN = 40  # letters of the final name, so that what a killed run left can be told; a name has its limit


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a name beside the final one that nobody else writes to, and put the file in its place at the end.

    When the block raises, nothing changes at ``path``, and what was written is removed.

    Parameters
    ----------
    path : Path
        The file to make or to replace; its folder is there.

    Raises
    ------
    OSError
        When it cannot be put there.
    """
    part = path.with_name(f".{path.name[:_SHOWN]}.{secrets.token_hex(4)}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
