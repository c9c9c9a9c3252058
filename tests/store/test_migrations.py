"""The database's shape: the steps make what the models say, go back, and lose nothing on the way."""

from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from formcheck.errors import UsageError
from formcheck.store import migrate
from formcheck.store.columns import Base
from formcheck.store.settings import Settings
from formcheck.store.store import Store


def test_the_steps_make_what_the_models_say(store: Store) -> None:
    with store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again(store: Store) -> None:
    migrate.downgrade(store.database, "base")
    assert set(inspect(store.database.engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(store.database)
    assert migrate.version(store.database) == migrate.newest()


def test_a_strange_database_is_left_alone(settings: Settings) -> None:
    store = Store.open(settings)
    migrate.downgrade(store.database, "base")
    with store.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
        connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
    store.close()
    with pytest.raises(UsageError, match="other tables"):
        Store.open(settings)


def test_a_newer_database_is_left_alone(store: Store) -> None:
    with store.database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError, match="newer formcheck"):
        Store.open(replace(store.settings, mode="home"))


def test_settings_come_from_the_environment(tmp_path: object) -> None:
    given = {"FORMCHECK_DATA_DIR": str(tmp_path), "FORMCHECK_DATABASE_URL": "postgres://u:p@db/clinic"}
    known = Settings.from_environment(given)
    assert known.database_url == "postgresql+psycopg://u:p@db/clinic"
    assert known.mode == "home"
    for wrong in ({"FORMCHECK_MODE": "hospital"}, {"FORMCHECK_DATABASE_URL": "mysql://x"}):
        with pytest.raises(UsageError):
            Settings.from_environment({**given, **wrong})
