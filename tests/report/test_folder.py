import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from formcheck.errors import OutputError
from formcheck.report.folder import atomic_folder

NOBODY = 65534


def write_report(folder: Path, text: str, *more: str) -> None:
    (folder / "report.json").write_text(json.dumps({"formcheck_version": "0.1.0", "text": text}))
    for name in more:
        (folder / name).write_text(text)


def text_of(folder: Path) -> str:
    return str(json.loads((folder / "report.json").read_text())["text"])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """Be an ordinary user who may look into a folder but not write; root may write everywhere."""
    for parent in (folder, *folder.parents):
        if parent.owner() == "root" and not parent.stat().st_mode & 0o001 and os.geteuid() == 0:
            parent.chmod(0o755)
    folder.chmod(0o555)
    was = os.geteuid()
    if was == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if was == 0:
            os.seteuid(was)
        folder.chmod(0o755)


def test_new_folder_appears_whole_with_its_parents(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    with atomic_folder(out) as folder:
        write_report(folder, "new", "signals.csv")
        assert not out.exists()
    assert names(out) == ["report.json", "signals.csv"]
    assert names(out.parent) == ["b"]


def test_an_exception_leaves_everything_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with atomic_folder(out) as folder:
        write_report(folder, "old")
    with pytest.raises(TypeError), atomic_folder(out) as folder:
        write_report(folder, "new", 3)  # type: ignore[arg-type]
    assert text_of(out) == "old"
    assert names(tmp_path) == ["out"]


def test_our_own_folder_is_replaced_with_nothing_left_of_the_run_before(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with atomic_folder(out) as folder:
        write_report(folder, "old", "overlay.mp4", "report.pdf")
    with atomic_folder(out) as folder:
        write_report(folder, "new", "signals.csv")
    assert text_of(out) == "new"
    assert names(out) == ["report.json", "signals.csv"]
    assert names(tmp_path) == ["out"]


def test_files_of_others_stay_and_ours_are_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "holiday").mkdir(parents=True)
    (out / "holiday" / "photo.jpg").write_text("mine")
    (out / "letter.txt").write_text("mine")
    (out / "report.pdf").write_text("a report of my own, from elsewhere")
    with atomic_folder(out) as folder:
        write_report(folder, "first", "overlay.mp4")
    assert (out / "report.pdf").read_text() == "a report of my own, from elsewhere"
    with atomic_folder(out) as folder:
        write_report(folder, "second", "report.pdf")
    assert text_of(out) == "second"
    assert (out / "report.pdf").read_text() == "second"
    assert (out / "holiday" / "photo.jpg").read_text() == "mine"
    assert names(out) == ["holiday", "letter.txt", "report.json", "report.pdf"]  # the stale video is gone
    assert names(tmp_path) == ["out"]


def test_folder_with_our_names_but_no_report_of_ours_is_not_thrown_away(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "signals.csv").write_text("from another program")
    with atomic_folder(out) as folder:
        write_report(folder, "new")
    assert (out / "signals.csv").read_text() == "from another program"


def test_behind_a_symbolic_link_the_folder_is_replaced_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with atomic_folder(tmp_path / "link") as folder:
        write_report(folder, "new")
    assert (tmp_path / "link").is_symlink()
    assert text_of(tmp_path / "real") == "new"


KILLED = """
import sys, time
from pathlib import Path
from formcheck.report.folder import atomic_folder
out, moment = Path(sys.argv[1]), sys.argv[2]

def die_here(name):
    if moment == name:
        print("now", flush=True)
        time.sleep(60)

calls = 0
rename = Path.rename
def counted(self, target):
    global calls
    calls += 1
    die_here(f"before rename {calls}")
    result = rename(self, target)
    die_here(f"after rename {calls}")
    return result
Path.rename = counted
replace = Path.replace
def replaced(self, target):
    die_here(f"before replacing {self.name}")
    return replace(self, target)
Path.replace = replaced

with atomic_folder(out) as folder:
    die_here("empty")
    with (folder / "signals.csv").open("w") as file:
        file.write("new, but cut")
        file.flush()
        die_here("half a file")
        file.write("...")
    (folder / "report.json").write_text('{"formcheck_version": "0.1.0", "text": "new"}')
    die_here("all written")
"""


def kill_at(out: Path, moment: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", KILLED, str(out), moment], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"now\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()


@pytest.mark.parametrize(
    "moment", ["empty", "half a file", "all written", "before rename 1", "after rename 1", "after rename 2"]
)
def test_killed_run_leaves_the_old_report_or_the_new_one_and_the_next_run_clears_up(
    tmp_path: Path, moment: str
) -> None:
    out = tmp_path / "out"
    with atomic_folder(out) as folder:
        write_report(folder, "old", "signals.csv", "overlay.mp4")
    kill_at(out, moment)
    if moment == "after rename 1":  # the one instant between the two renames: nothing there, nothing half
        assert not out.exists()
    else:
        new = moment == "after rename 2"
        assert text_of(out) == ("new" if new else "old")
        assert (out / "signals.csv").read_text() == ("new, but cut..." if new else "old")
    with pytest.raises(ZeroDivisionError), atomic_folder(out):
        raise ZeroDivisionError  # even a run that fails brings the old report back
    assert text_of(out) == ("new" if moment == "after rename 2" else "old")
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("moment", ["half a file", "all written", "before rename 1"])
def test_killed_first_run_leaves_no_folder(tmp_path: Path, moment: str) -> None:
    kill_at(tmp_path / "out", moment)
    assert not (tmp_path / "out").exists()
    with atomic_folder(tmp_path / "out") as folder:
        write_report(folder, "new")
    assert names(tmp_path) == ["out"]


def test_among_foreign_files_a_killed_run_leaves_no_report_json_beside_mixed_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("mine")
    with atomic_folder(out) as folder:
        write_report(folder, "old", "signals.csv")
    kill_at(out, "before replacing report.json")
    assert names(out) == ["letter.txt", "signals.csv"]
    assert (out / "signals.csv").read_text() == "new, but cut..."
    with atomic_folder(out) as folder:
        write_report(folder, "next", "signals.csv")
    assert text_of(out) == "next"
    assert names(out) == ["letter.txt", "report.json", "signals.csv"]
    assert names(tmp_path) == ["out"]


def test_temporary_folder_of_a_run_that_still_lives_is_left_alone(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "out") as first:
        with atomic_folder(tmp_path / "out") as second:
            write_report(second, "second")
        assert first.is_dir()
        write_report(first, "first")
    assert text_of(tmp_path / "out") == "first"


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_folder_that_must_not_be_written_to_is_refused_in_a_sentence(tmp_path: Path) -> None:
    refused = pytest.raises(OutputError, match=r"no permission.*another folder")
    with without_rights(tmp_path), refused, atomic_folder(tmp_path / "out"):
        raise AssertionError("not to be reached")
    assert names(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_writable_folder_in_a_read_only_place_is_filled_from_inside(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    out.chmod(0o777)
    with without_rights(tmp_path), atomic_folder(out) as folder:
        write_report(folder, "new")
    assert text_of(out) == "new"
    assert names(out) == ["report.json"]


@pytest.mark.parametrize("where", ["file", "file/below"])
def test_file_in_the_way_is_named_and_kept(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="is a file, not a folder"), atomic_folder(tmp_path / where):
        raise AssertionError("not to be reached")
    assert (tmp_path / "file").read_text() == "mine"


def test_errors_that_are_not_about_writing_pass_unchanged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_folder(tmp_path / "out"):
        (tmp_path / "no such video.mp4").read_bytes()


LIMITED = """
import resource, sys
from pathlib import Path
from formcheck.errors import OutputError
from formcheck.report.folder import atomic_folder
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    with atomic_folder(Path(sys.argv[1])) as folder:
        (folder / "report.json").write_text('{"formcheck_version": "0.1.0", "text": "new"}')
        (folder / "overlay.mp4").write_bytes(bytes(50_000))
except OutputError as error:
    print(error)
    sys.exit(error.exit_status)
"""


@pytest.mark.skipif(os.name != "posix", reason="file size limits are a POSIX matter")
def test_file_that_grows_beyond_what_is_allowed_leaves_the_old_report(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with atomic_folder(out) as folder:
        write_report(folder, "old", "overlay.mp4")
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(out)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 3
    assert "Make room" in run.stdout
    assert len(run.stdout.splitlines()) == 1
    assert text_of(out) == "old"
    assert names(tmp_path) == ["out"]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    try:
        mounted = (
            os.geteuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
        )
    except (AttributeError, FileNotFoundError):
        mounted = False
    if not mounted:
        pytest.skip("NOT TESTED: a really full disk needs root and tmpfs")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_full_disk_is_said_and_leaves_no_trace(tiny_disk: Path) -> None:
    with pytest.raises(OutputError, match="the disk is full"), atomic_folder(tiny_disk / "out") as folder:
        (folder / "overlay.mp4").write_bytes(bytes(200_000))
    assert names(tiny_disk) == []


def test_mounted_folder_that_cannot_be_renamed_is_filled(tiny_disk: Path) -> None:
    for text in ("first", "second"):
        with atomic_folder(tiny_disk) as folder:
            write_report(folder, text)
    assert text_of(tiny_disk) == "second"
    assert names(tiny_disk) == ["report.json"]
