"""The database's shape: made, renewed and taken back by Alembic; its steps lie in ``migrations/versions``."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import inspect

from formcheck.errors import UsageError
from formcheck.store.database import Database

SCRIPTS = Path(__file__).with_name("migrations")
NEWEST = "head"


def upgrade(database: Database, to: str = NEWEST) -> None:
    """Bring a database to a version, by default the newest."""
    with database.connect() as connection:
        command.upgrade(_config(connection), to)


def downgrade(database: Database, to: str) -> None:
    """Take a database back to a version; ``base`` is an empty one.

    Raises
    ------
    UsageError
        When there is no such version.
    """
    try:
        with database.connect() as connection:
            command.downgrade(_config(connection), to)
    except CommandError as error:
        raise UsageError(f"There is no version {to} to go back to ({error}).") from error


def version(database: Database) -> str | None:
    """Return the version that a database has; None: no formcheck has used it."""
    with database.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """Return the version that this formcheck needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def make_ready(database: Database, *, renew: bool) -> None:
    """Make an empty database, and renew an older one if that is allowed.

    Raises
    ------
    UsageError
        When the database is older and may not be renewed, newer, or somebody else's.
    """
    has = version(database)
    if has == newest():
        return
    if has is None:
        if inspect(database.engine).get_table_names():
            raise UsageError("This database holds other tables: give formcheck one of its own.")
        upgrade(database)
        return
    known = {script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions()}
    if has not in known:
        raise UsageError("This database was written by a newer formcheck. Update formcheck first.")
    if not renew:
        raise UsageError("The database is of an older formcheck. Back it up, then: formcheck store upgrade")
    upgrade(database)


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
