"""``kill -9`` at 200 random moments on either database (tests/store/crash.py says what is looked at)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from formcheck.store.settings import Settings
from tests.store import crash, postgres

pytestmark = pytest.mark.system

MOMENTS = 200


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """An empty store on either database."""
    embedded = Settings.at(tmp_path / "data")
    if request.param == "sqlite":
        yield embedded
        return
    for server in postgres.running():
        with server.database() as url:
            yield replace(embedded, database_url=url)


def test_200_random_moments(settings: Settings) -> None:
    found = crash.run(settings, MOMENTS)
    assert found["wrong"] == []
    for what in ("moments", "recorded"):
        assert found[what] == MOMENTS
    for what in ("saved", "uploaded", "cut_uploads"):
        assert found[what], f"nothing was {what}"
