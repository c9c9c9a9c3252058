"""Where things cannot be kept, whoever starts formcheck is told which place, and why, in a line."""

import sys
from pathlib import Path

import pytest

from formcheck.errors import FormcheckError
from formcheck.store import migrate
from formcheck.store.database import Database
from formcheck.store.settings import Settings
from formcheck.store.store import Store


def opened(settings: Settings) -> str:
    with pytest.raises(FormcheckError) as told:
        Store.open(settings)
    assert len(str(told.value).splitlines()) == 1
    return str(told.value)


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    assert str(tmp_path / "data") in opened(Settings.at(tmp_path / "data"))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "formcheck.sqlite3").write_text("no database at all, but long enough to be taken for one" * 9)
    assert "not a database" in opened(Settings.at(tmp_path))


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    address = "postgresql+psycopg://nobody:hidden@127.0.0.1:1/x"
    said = opened(Settings(tmp_path, address, str(tmp_path / "media")))
    assert "127.0.0.1" in said
    assert "hidden" not in said


def test_a_driver_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    address = "postgresql+psycopg://nobody@127.0.0.1:1/x"
    assert "[clinic]" in opened(Settings(tmp_path, address, str(tmp_path / "media")))


def test_a_store_of_media_that_nobody_knows(tmp_path: Path) -> None:
    embedded = Settings.at(tmp_path)
    assert "FORMCHECK_MEDIA_URL" in opened(Settings(tmp_path, embedded.database_url, "nonsense://x"))


def test_a_version_that_there_never_was(tmp_path: Path) -> None:
    database = Database(Settings.at(tmp_path).database_url)
    migrate.upgrade(database)
    with pytest.raises(FormcheckError, match="no version 0099"):
        migrate.downgrade(database, "0099")
    database.close()
