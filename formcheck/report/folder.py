"""A report folder that is there whole or not at all.

Everything is made in a temporary folder beside the final one and then renamed into its place. A folder
that holds files of other people is never removed: only the files that are named like ours are replaced in
it, one by one, ``report.json`` last, so that a folder without it is known to be unfinished.
"""

import errno
import json
import os
import platform
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from formcheck.errors import OutputError

REPORT = "report.json"
OUR_FILES = frozenset(
    {
        REPORT,
        "report.html",
        "report.pdf",
        "signals.csv",
        "signals.parquet",
        "track.parquet",
        "overlay.mp4",
        "motion.mot",
        "motion.trc",
    }
)

_WHY = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "a file grew beyond what this place or user may hold",
    errno.EACCES: "no permission to write there",
    errno.EPERM: "no permission to write there",
    errno.EROFS: "that place is read-only",
    errno.ENOTDIR: "a part of that path is a file, not a folder",
    errno.EEXIST: "a part of that path is a file, not a folder",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EIO: "the disk reports an error",
}


@contextmanager
def atomic_folder(out_dir: Path) -> Iterator[Path]:
    """Give a temporary folder to write into, and put it in the place of ``out_dir`` at the end.

    When the block raises, nothing changes in ``out_dir`` and the temporary folder is removed. When the
    process is killed, ``out_dir`` is as it was, or whole; what the dead process left beside it, hidden, is
    cleared away by the next run on the same machine.

    Parameters
    ----------
    out_dir : Path
        The folder to make, or to replace if formcheck made it. Made with its parents.

    Raises
    ------
    OutputError
        When it cannot be written there: no permission, disk full, a file in the way.
    """
    final = Path(out_dir).resolve()  # behind a symbolic link the folder is replaced, not the link
    with _kind_errors(final):
        if final.exists() and not final.is_dir():
            raise OutputError(f"{final} is a file, not a folder: choose another folder for the report.")
        final.parent.mkdir(parents=True, exist_ok=True)
        _clear_leftovers(final)
        staging = _make_staging(final)
    try:
        with _kind_errors(final):
            yield staging
            _put_in_place(staging, final)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _kind_errors(final: Path) -> Iterator[None]:
    """Turn the system's refusals to write into one sentence; let everything else pass."""
    try:
        yield
    except OSError as error:
        why = _WHY.get(error.errno or 0)
        if why is None:
            raise
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        what_to_do = "Make room, or choose another folder." if full else "Choose another folder."
        raise OutputError(f"The report cannot be written to {final}: {why}. {what_to_do}") from error


def _make_staging(final: Path) -> Path:
    """Make the temporary folder beside ``final``, or inside where only the inside may be written."""
    name = f"{_leftover_prefix(final)}{os.getpid()}-{secrets.token_hex(4)}"
    beside = final.parent / name
    if not _is_mount(final):
        try:
            beside.mkdir()
            return beside
        except PermissionError:
            if not final.is_dir():
                raise
    inside = final / name
    inside.mkdir()
    return inside


def _is_mount(final: Path) -> bool:
    # a mounted folder (docker -v) can be filled but not renamed
    return final.is_dir() and os.path.ismount(final)


def _put_in_place(staging: Path, final: Path) -> None:
    if staging.parent == final or _holds_foreign_files(final):
        _replace_files(staging, final)
    elif final.exists():
        _swap(staging, final)
    else:
        staging.rename(final)


def _swap(staging: Path, final: Path) -> None:
    """Put ``staging`` in the place of a folder that formcheck made."""
    shutil.copymode(final, staging)
    old = staging.with_name(f"{staging.name}-old")
    final.rename(old)
    try:
        staging.rename(final)
    except OSError:
        old.rename(final)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _replace_files(staging: Path, final: Path) -> None:
    """Replace our files one by one; each is whole at any moment, and ``report.json`` comes last."""
    fresh = sorted(path.name for path in staging.iterdir())
    ours_before = _made_by_formcheck(final)
    (final / REPORT).unlink(missing_ok=True)
    if ours_before:
        for name in OUR_FILES.difference(fresh):
            (final / name).unlink(missing_ok=True)  # left over from the run before: it would contradict
    for name in sorted(fresh, key=lambda name: name == REPORT):
        (staging / name).replace(final / name)


def _holds_foreign_files(final: Path) -> bool:
    """Whether a folder holds anything that formcheck did not put there."""
    if not final.is_dir():
        return False
    names = {path.name for path in final.iterdir()}
    return bool(names) and not (names <= OUR_FILES and _made_by_formcheck(final))


def _made_by_formcheck(folder: Path) -> bool:
    try:
        report = json.loads((folder / REPORT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(report, dict) and "formcheck_version" in report


def _leftover_prefix(final: Path) -> str:
    machine = re.sub(r"[^A-Za-z0-9]+", "-", platform.node()) or "here"
    return f".{final.name[:80]}.formcheck-{machine[:40]}-"


def _clear_leftovers(final: Path) -> None:
    """Remove what killed runs left, and bring back a folder whose replacement they cut in half."""
    if os.name != "posix":  # elsewhere there is no harmless way to ask whether a process lives
        return
    prefix = _leftover_prefix(final)
    for folder in (final.parent, final):
        for path in sorted(folder.glob(f"{_glob_literal(prefix)}*")) if folder.is_dir() else ():
            pid = path.name.removeprefix(prefix).split("-")[0]
            if not pid.isdigit() or _alive(int(pid)):
                continue
            if path.name.endswith("-old") and not final.exists():
                path.rename(final)
            else:
                shutil.rmtree(path, ignore_errors=True)


def _glob_literal(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
