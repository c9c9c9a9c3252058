"""One database, SQLite or PostgreSQL: how it is opened, read and written."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from formcheck.errors import OutputError, UsageError
from formcheck.store.folders import private_folder
from formcheck.store.turns import Turns

BUSY_S = 15.0
"""How long one writer of SQLite waits for another; our choice, far above what a write here takes."""
_WRITES, _HURRIED = "formcheck_writes", "formcheck_hurried"
_TURN = 0x666F726D
"""The number of PostgreSQL's lock that is ours: "form"."""
_LOG = logging.getLogger(__name__)


class Database:
    """An engine and its two kinds of transaction.

    Parameters
    ----------
    url : str
        As SQLAlchemy reads it.

    Raises
    ------
    UsageError
        When the driver of a server is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _sqlite(url) if make_url(url).get_backend_name() == "sqlite" else _server(url)
        # SQLite lets a second writer ask again and again, at growing intervals: here it is woken instead
        self._turn = Turns() if self.embedded else nullcontext()

    @property
    def embedded(self) -> bool:
        """Whether this is SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Give a bare connection, for what comes before the tables.

        Raises
        ------
        OutputError
            When the database cannot be opened, in words for whoever runs formcheck.
        """
        try:
            with self.engine.connect() as connection:
                yield connection
        except DatabaseError as error:
            if not isinstance(error, OperationalError) and type(error) is not DatabaseError:
                raise  # one of its other kinds is a mistake of ours
            where = self.engine.url.render_as_string(hide_password=True)
            why = str(error.orig).strip().splitlines()[0]
            raise OutputError(f"The database {where} cannot be opened: {why}.") from error

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one state of the database and changes nothing."""
        with _kindly(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self, *, hurried: bool = False) -> Iterator[Session]:
        """Give a session whose changes are kept all together at its end, or not at all.

        Parameters
        ----------
        hurried : bool
            Do not wait for the disk: a crash of formcheck loses nothing of it, a power cut perhaps the last
            second.
        """
        with _kindly(), self._turn, Session(self.engine, expire_on_commit=False) as session:
            connection = session.connection(execution_options={_WRITES: True, _HURRIED: hurried})
            if hurried and not self.embedded:
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield session
            session.commit()

    def take_turns(self, session: Session) -> None:
        """Let this transaction go on alone among those that ask for it; those of SQLite always do."""
        if not self.embedded:
            session.execute(select(func.pg_advisory_xact_lock(_TURN)))

    def scrub(self) -> None:
        """Make deleted rows unreadable in the database's files, as far as it can be asked for."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)" if self.embedded else "VACUUM")

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


@contextmanager
def _kindly() -> Iterator[None]:
    """Say in one sentence that the database cannot be had; our own mistakes pass as they are."""
    try:
        yield
    except OperationalError as error:
        _LOG.exception("the database does not answer")
        raise OutputError(
            "What is kept cannot be reached at the moment. Try again shortly; nothing was changed."
        ) from error
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise OutputError(
            "The connection to the database was lost. Try again; nothing was changed."
        ) from error


def _sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        private_folder(Path(path).parent)
    engine = create_engine(url, connect_args={"timeout": BUSY_S, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def opened(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
        connection.isolation_level = None  # transactions begin below, not at the driver's discretion
        for pragma in (
            "journal_mode=WAL",  # readers never wait for a writer
            "synchronous=FULL",  # what was said to be kept survives a power cut
            "foreign_keys=ON",
            "secure_delete=ON",  # deleted means overwritten
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # a transaction that reads first and writes later is refused while another writes: ask at once
        options = connection.get_execution_options()
        hurried = options.get(_HURRIED, False)
        if options.get(_WRITES) and hurried != connection.info.get(_HURRIED, False):
            connection.exec_driver_sql(f"PRAGMA synchronous={'NORMAL' if hurried else 'FULL'}")
            connection.info[_HURRIED] = hurried
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")

    return engine


def _server(url: str) -> Engine:
    try:
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"PostgreSQL needs the package {error.name}: python -m pip install -e '.[clinic]' brings it."
        ) from error
