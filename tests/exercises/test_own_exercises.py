"""Exercises of one's own: the one that the handbook builds works; what is added stands beside the others."""

import re
from pathlib import Path

import pytest

from formcheck.coach.judge import judge
from formcheck.errors import UsageError
from formcheck.exercises.load import library, load, load_file, own_exercise, own_folder, shipped
from formcheck.exercises.scaffold import scaffold
from tests.sample_tracks import ROOT, track_of


def built_in_the_handbook() -> str:
    """Return the exercise file that docs/exercises.md writes from scratch."""
    page = (ROOT / "docs" / "exercises.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 1
    return str(blocks[0])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder that exercises of one's own are added to, in a data folder of this test's."""
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(tmp_path))
    own_folder().mkdir()
    return own_folder()


def test_the_exercise_of_the_handbook_counts_a_sample(tmp_path: Path) -> None:
    path = tmp_path / "knee-lift.toml"
    path.write_text(built_in_the_handbook(), encoding="utf-8")
    report = judge(track_of("march-clean"), load_file(path)).report
    assert [rep.verdict for rep in report.reps] == ["ok", "ok", "ok"]


def test_what_is_added_can_be_chosen_and_is_read_again_when_it_changes(folder: Path) -> None:
    path = folder / "knee-lift.toml"
    for name in ("Knee lift", "Knee raise"):
        path.write_text(built_in_the_handbook().replace("Knee lift", name), encoding="utf-8")
        assert load("knee-lift").exercise.name == name
    assert list(library()) == [*shipped(), "knee-lift"]
    path.unlink()
    assert library() == shipped()


def test_a_wrong_file_takes_no_other_away(folder: Path) -> None:
    (folder / "knee-lift.toml").write_text(built_in_the_handbook(), encoding="utf-8")
    (folder / "broken.toml").write_text("id = 3", encoding="utf-8")
    assert list(library()) == [*shipped(), "knee-lift"]


def test_an_id_that_formcheck_comes_with_stays_its_own(folder: Path) -> None:
    path = folder / "squat.toml"
    path.write_text((Path(ROOT) / "formcheck/exercises/library/squat.toml").read_text(), encoding="utf-8")
    with pytest.raises(UsageError, match="comes with an exercise 'squat': change the id"):
        own_exercise(path)
    assert library() == shipped()


def test_a_copy_of_a_step_is_no_step_of_the_plan(folder: Path) -> None:
    (folder / "my-march.toml").write_text(scaffold("my-march", "march-neutral"), encoding="utf-8")
    assert library()["march-neutral"].exercise.step == 2
    assert library()["my-march"].exercise.step is None
