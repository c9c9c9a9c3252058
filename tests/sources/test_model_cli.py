"""``formcheck models``: what it prints where, and how it ends."""

import socket
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from formcheck.cli.models import models_app
from formcheck.errors import NoModelError, UsageError

NAMES = ("lite", "full", "heavy")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder that holds ``full`` only, with a manifest whose addresses answer nothing."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{probe.getsockname()[1]}"
    path = tmp_path / "full.task"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pose_landmarks_detector.tflite", "weights")
    lines = ["schema_version = 1"]
    for name in NAMES:
        checksum = sha256(path.read_bytes()).hexdigest() if name == "full" else "0" * 64
        lines += [f"[models.{name}]", f'file = "{name}.task"', f'address = "{base}/{name}.task"']
        lines += ["size_bytes = 2_000_000", f'sha256 = "{checksum}"', 'licence = "Apache-2.0"']
    (tmp_path / "manifest.toml").write_text("\n".join(lines))
    monkeypatch.setenv("FORMCHECK_MODEL_MANIFEST", str(tmp_path / "manifest.toml"))
    monkeypatch.setenv("FORMCHECK_MODEL_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    return tmp_path


def test_list_names_every_model_its_licence_and_where_it_is(folder: Path) -> None:
    """The first thing that somebody runs who wonders what is used."""
    lines = CliRunner().invoke(models_app, ["list"]).stdout.splitlines()
    assert [each.split(":")[0] for each in lines] == ["lite", "full (default)", "heavy"]
    assert all("2.0 MB, Apache-2.0" in each for each in lines)
    assert str(folder / "full.task") in lines[1]
    assert all("not on this machine" in lines[each] for each in (0, 2))


def test_pull_without_a_name_means_full_and_says_where_it_is(folder: Path) -> None:
    """`make setup` calls it every time: with the model here it must not need the network."""
    result = CliRunner().invoke(models_app, ["pull"])
    assert result.exit_code == 0
    assert result.stdout.startswith(f"full: {folder / 'full.task'} (official bundle, sha256 ")
    assert result.stderr == ""


def test_pull_of_several_brings_what_can_be_had_and_names_every_failure(folder: Path) -> None:
    """One unreachable model is no reason to leave the others out, nor to end with status 0."""
    result = CliRunner().invoke(models_app, ["pull", "lite", "full", "heavy"])
    assert isinstance(result.exception, NoModelError)
    assert result.exception.exit_status == 4
    assert all(
        f"The pose model {name!r} could not be had" in str(result.exception) for name in ("lite", "heavy")
    )
    assert result.stdout.startswith(f"full: {folder}")


@pytest.mark.usefixtures("folder")
def test_pull_of_an_unknown_model_is_wrong_usage() -> None:
    """The common handler turns it into exit status 2 and one line."""
    result = CliRunner().invoke(models_app, ["pull", "fulll"])
    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_status == 2


def test_verify_is_content_with_a_right_file_and_fails_for_a_wrong_one(folder: Path) -> None:
    """An administrator's check after copying by hand: the exit status is what scripts read."""
    right = CliRunner().invoke(models_app, ["verify"])
    assert (right.exit_code, right.stdout) == (0, f"full: {folder / 'full.task'}: right, official bundle\n")
    (folder / "lite.task").write_bytes(b"half")
    wrong = CliRunner().invoke(models_app, ["verify"])
    assert isinstance(wrong.exception, NoModelError)
    assert str(folder / "lite.task") in str(wrong.exception)
    assert "right, official bundle" in wrong.stdout


def test_verify_with_no_model_at_all_says_what_to_run(folder: Path) -> None:
    """Nothing wrong is not the same as all right."""
    (folder / "full.task").unlink()
    result = CliRunner().invoke(models_app, ["verify"])
    assert isinstance(result.exception, NoModelError)
    assert "formcheck models pull" in str(result.exception)
