"""Exercise files: those that come along are sound, and a wrong one says line, field and reason."""

import re
import shutil
from pathlib import Path

import pytest

from formcheck.body.signal_table import SIGNALS, base_name
from formcheck.errors import UsageError
from formcheck.exercises import load as load_module
from formcheck.exercises.load import LIBRARY, library, load, load_file
from formcheck.exercises.rules import signals_of

SQUAT = (LIBRARY / "squat.toml").read_text()


def line_with(text: str, start: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), 1) if line.startswith(start))


MISTAKES = {
    "a misspelt field": ('summary = "Sit', 'sumary = "Sit', "sumary", "sumary", "Extra inputs"),
    "a missing field": ("version = 1\nname", "name", None, "version", "Field required"),
    "a wrong type": (
        "target_deg = 80.0",
        'target_deg = "deep"',
        "target_deg",
        "repetition.target_deg",
        "number",
    ),
    "an unknown signal": (
        'signals = ["thigh_elevation"',
        'signals = ["thigh_elevatoin"',
        "signals",
        "repetition.signals",
        "unknown signal 'thigh_elevatoin'",
    ),
    "an unknown signal of a fault": (
        'signal = "heel_rise"',
        'signal = "heel_raise"',
        'signal = "heel_raise"',
        "signal",
        "unknown signal 'heel_raise'",
    ),
    "bounds the wrong way round": (
        "trunk_lean = [-20.0, 30.0]",
        "trunk_lean = [30.0, -20.0]",
        "[start_posture.bounds_deg]",
        "start_posture.bounds_deg",
        "first bound must be below",
    ),
    "a smallest movement above the target": (
        "min_deg = 30.0",
        "min_deg = 95.0",
        "[repetition]",
        "repetition",
        "below target",
    ),
    "a view that does not exist": (
        'view = "side"',
        'view = "top"',
        'view = "top"',
        "camera.view",
        "'side' or 'front'",
    ),
    "a fault of an unknown kind": ('kind = "quick"', 'kind = "quik"', None, "faults", "quik"),
    "a limit that is no number": ("amber = 0.6", "amber = nan", "amber = nan", "amber", "finite number"),
    "a fault without a bound": ("info = 0.8\n", "", None, "faults", "at least one of info, amber, red"),
    "two faults with one id": ('id = "dropping"', 'id = "short"', None, "whole file", "two faults"),
    "a cue that is too long to say": (
        'cue = "Keep your heels down."',
        f'cue = "{"Keep your heels down. " * 4}"',
        'cue = "Keep your heels down. Keep',
        "cue",
        "at most 60",
    ),
    "an id with spaces": ('id = "squat"', 'id = "deep squat"', 'id = "deep', "id", "pattern"),
    "a newer schema": ("schema_version = 1", "schema_version = 9", "schema_version", "schema_version", "1"),
    "a negative time": (
        "eccentric_s = 2.0",
        "eccentric_s = -2.0",
        "eccentric_s",
        "targets.eccentric_s",
        "greater than",
    ),
}


@pytest.mark.parametrize(("old", "new", "line", "field", "why"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_with_line_field_and_reason(
    tmp_path: Path, old: str, new: str, line: str | None, field: str, why: str
) -> None:
    assert old in SQUAT
    text = SQUAT.replace(old, new, 1)
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_file(path)
    message = str(caught.value)
    assert "mine.toml, line " in message
    assert field in message
    assert why in message
    if line is not None:
        assert f"line {line_with(text, line)}:" in message


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        SQUAT.replace("target_deg = 80.0", "target_deg = -1").replace("repetitions = 8", "repetitions = 0")
    )
    with pytest.raises(UsageError) as caught:
        load_file(path)
    lines = str(caught.value).splitlines()
    assert len(lines) >= 2
    assert any("repetition.target_deg" in line for line in lines)
    assert any("targets.repetitions" in line for line in lines)


def test_a_mistake_in_the_second_fault_is_not_blamed_on_the_first(tmp_path: Path) -> None:
    text = SQUAT.replace("amber = 0.6", 'amber = "soon"')
    path = tmp_path / "mine.toml"
    path.write_text(text)
    line = line_with(text, 'amber = "soon"')
    with pytest.raises(UsageError, match=rf"line {line}: faults\.2\.amber"):
        load_file(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"schema_version = ", "not valid TOML"),
        (b"\xff\xfe\x00", "this is no text file"),
        (b"", "Field required"),
    ],
)
def test_what_is_no_exercise_file_at_all_is_said_in_a_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        load_file(path)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(UsageError, match=r"nowhere\.toml"):
        load(str(Path("nowhere.toml")))


def test_an_unknown_id_offers_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean: squat"):
        load("squats")
    with pytest.raises(UsageError, match="hip-hinge"):
        load("hinge")


@pytest.mark.parametrize("exercise_id", sorted(library()))
def test_exercises_of_the_library_are_sound(exercise_id: str) -> None:
    loaded = load(exercise_id)
    exercise = loaded.exercise
    assert exercise.id == exercise_id
    assert re.fullmatch("[0-9a-f]{64}", loaded.sha256)
    # What counts from any view must be there, and a withheld back must have been thought of.
    # (bending back and lifting a straight leg show from nowhere but the side).
    if exercise_id not in ("couch-stretch-active", "seated-lift-over"):
        assert SIGNALS[exercise.repetition.signals[-1]].view == "any"
    assert exercise.repetition.target_deg > exercise.repetition.min_deg
    named = [name.removeprefix("other_") for fault in exercise.faults for _, name in signals_of(fault)]
    assert {base_name(name) for name in named} <= set(SIGNALS)
    for fault in exercise.faults:
        ordered = [bound for _, bound in fault.bounds]
        milder_is_larger = fault.kind in ("short", "quick") or getattr(fault, "beyond", "") == "below"
        assert len(fault.spoken or fault.cue) <= 60
        assert ordered == sorted(ordered, reverse=milder_is_larger), fault.id


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SQUAT)
    one = load(str(path)).sha256
    path.write_text(SQUAT + "\n# a note\n")
    assert load(str(path)).sha256 != one
    assert one == load("squat").sha256


def test_the_library_is_read_once_and_again_when_a_file_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(LIBRARY, tmp_path / "library")
    monkeypatch.setattr(load_module, "LIBRARY", tmp_path / "library")
    before, again = library(), library()
    assert all(before[name] is again[name] for name in before)
    squat = tmp_path / "library" / "squat.toml"
    squat.write_text(squat.read_text().replace('name = "', 'name = "Changed '))
    assert library()["squat"].exercise.name.startswith("Changed ")
    before.clear()
    assert library()
