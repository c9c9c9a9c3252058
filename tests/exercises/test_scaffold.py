"""A new exercise begins as a copy that is valid as it stands, and works without code."""

from dataclasses import replace
from pathlib import Path

import pytest

from formcheck.coach.judge import judge
from formcheck.errors import UsageError
from formcheck.exercises.load import library, load_file
from formcheck.exercises.scaffold import scaffold
from tests.synthetic import REAL, Camera, film, marches


@pytest.mark.parametrize("like", sorted(library()))
def test_a_scaffold_is_valid_and_differs_in_name_only(tmp_path: Path, like: str) -> None:
    path = tmp_path / "my-exercise.toml"
    path.write_text(scaffold("my-exercise", like))
    mine, original = load_file(path).exercise, library()[like].exercise
    assert (mine.id, mine.name) == ("my-exercise", "My exercise")
    assert mine.model_copy(update={"id": original.id, "name": original.name}) == original
    assert path.read_text().count("# ") > 8


def test_a_scaffold_is_judged_without_code(tmp_path: Path) -> None:
    path = tmp_path / "knee-lift.toml"
    path.write_text(scaffold("knee-lift", "march-neutral").replace("target_deg = 80.0", "target_deg = 60.0"))
    report = judge(film(marches(2), Camera(), replace(REAL, seed=1)), load_file(path)).report
    assert report.set.reps == 2
    assert report.exercise.id == "knee-lift"


@pytest.mark.parametrize(
    ("exercise_id", "like", "said"),
    [
        ("My Squat", "squat", "is no id"),
        ("../squat", "squat", "is no id"),
        ("squat", "squat", "already"),
        ("mine", "nothing", "to start from; there are: couch"),
    ],
)
def test_what_cannot_begin_says_why(exercise_id: str, like: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        scaffold(exercise_id, like)
