"""Where things are kept, and for whom: read once from the environment, then handed on."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from formcheck.data_folder import data_folder
from formcheck.errors import UsageError

MODE = "FORMCHECK_MODE"
DATABASE_URL = "FORMCHECK_DATABASE_URL"
MEDIA_URL = "FORMCHECK_MEDIA_URL"

Mode = Literal["home", "clinic"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are kept.

    Parameters
    ----------
    data_dir : Path
        Folder of this machine: the embedded database, media, and uploads on their way.
    database_url : str
        As SQLAlchemy reads it.
    media_url : str
        Folder or any address that fsspec knows.
    mode : {"home", "clinic"}
        One person without a login, or patients and clinicians with accounts.
    """

    data_dir: Path
    database_url: str
    media_url: str
    mode: Mode = "home"

    @classmethod
    def at(cls, data_dir: Path, *, mode: Mode = "home") -> "Settings":
        """Return the embedded settings: everything in one folder."""
        return cls(data_dir, f"sqlite:///{data_dir / 'formcheck.sqlite3'}", str(data_dir / "media"), mode)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Return what the ``FORMCHECK_*`` variables say.

        Raises
        ------
        UsageError
            When a variable makes no sense.
        """
        given = os.environ if environment is None else environment
        mode = _mode(given.get(MODE, "home"))
        embedded = cls.at(data_folder(given), mode=mode)
        return cls(
            embedded.data_dir,
            _database(given.get(DATABASE_URL) or embedded.database_url),
            given.get(MEDIA_URL) or embedded.media_url,
            mode,
        )


def _mode(word: str) -> Mode:
    if word == "home":
        return "home"
    if word == "clinic":
        return "clinic"
    raise UsageError(f"{MODE} is {word!r}: use home or clinic.")


def _database(address: str) -> str:
    """Return a database address with the driver that formcheck comes with."""
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise UsageError(
            f"{DATABASE_URL} is no database address: it looks like postgresql://user@host/name."
        ) from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise UsageError(f"{DATABASE_URL}: formcheck keeps its data in SQLite or PostgreSQL.")
    return url.render_as_string(hide_password=False)
