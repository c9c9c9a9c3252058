"""Files that appear whole or not at all, also where two programs write the same one at once."""

from pathlib import Path

import pytest

from formcheck.store.whole_file import whole_file
from tests.store.world import World


def test_two_that_write_the_same_file_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "sets.csv"
    with whole_file(path) as first:
        first.write_text("first")
        with whole_file(path) as second:
            second.write_text("second")
        assert path.read_text() == "second"
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_what_fails_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / f"{'long' * 60}.csv"
    path.write_text("before")
    with pytest.raises(RuntimeError), whole_file(path) as part:  # noqa: PT012 - it fails half-way
        part.write_text("half")
        raise RuntimeError
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_an_export_touches_no_other_one_under_way(world: World, tmp_path: Path) -> None:
    """The half-written file of another process had a name that both of them used."""
    others = tmp_path / ".out.zip.partial"
    others.write_text("half of another export")
    world.store.takeout.write(world.patient, tmp_path / "out.zip")
    assert others.read_text() == "half of another export"
