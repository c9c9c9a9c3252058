"""Stores to test: embedded always; on PostgreSQL too where the system tests run (tests/store/postgres.py)."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from formcheck.store.settings import Settings
from formcheck.store.store import Store
from tests.store import postgres
from tests.store.world import World, make_world

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.system)]


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[postgres.Server]:
    """A PostgreSQL on the loopback."""
    yield from postgres.running()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded database with its tables, to be copied: making them takes longer than most tests."""
    settings = Settings.at(tmp_path_factory.mktemp("made"))
    Store.open(settings).close()
    return Path(settings.database_url.removeprefix("sqlite:///"))


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path, made: Path) -> Iterator[Settings]:
    """Clinic settings on an empty database of either kind."""
    embedded = Settings.at(tmp_path / "data", mode="clinic")
    if request.param == "sqlite":
        embedded.data_dir.mkdir()
        shutil.copy(made, embedded.data_dir)
        yield embedded
        return
    server: postgres.Server = request.getfixturevalue("server")
    with server.database() as url:
        yield replace(embedded, database_url=url)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """An empty store."""
    store = Store.open(settings)
    if store.database.embedded:
        # the power is not cut in these tests, and waiting for the disk is most of their time
        event.listen(store.database.engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
        store.database.close()
    yield store
    store.close()


@pytest.fixture
def world(store: Store) -> World:
    """A store with two patients, two clinicians and a set; see `make_world`."""
    return make_world(store)
