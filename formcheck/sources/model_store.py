"""The folders in which model files are kept, and how a file gets into one of them whole or not at all."""

import logging
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from formcheck.sources.checksum import sha256_of
from formcheck.sources.model_manifest import ModelEntry, manifest_path

DIRECTORY_VARIABLE: Final = "FORMCHECK_MODEL_DIR"
_PART_SUFFIX: Final = ".part"
_STALE_PART_S: Final = 24 * 3600
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    """A model file as it lies in a folder.

    Parameters
    ----------
    path
        Where it is, or would be.
    sha256
        Its checksum; None where there is no file or it cannot be read.
    origin
        What the checksum says that it is; None where it must not be used.
    problem
        Why it must not be used; empty where it may.
    """

    path: Path
    sha256: str | None = None
    origin: str | None = None
    problem: str = ""


def folders(manifest: Path | None = None) -> list[Path]:
    """Return the folders to look in, first choice first.

    ``FORMCHECK_MODEL_DIR``, then the folder of the manifest (``models/`` in a checkout; none where the
    manifest is the copy inside the installed package), then the user's cache.
    """
    chosen = [Path(given).expanduser()] if (given := os.environ.get(DIRECTORY_VARIABLE)) else []
    source = manifest_path(manifest)
    if source.parent != Path(__file__).parent:  # an installed package is no place for downloads
        chosen.append(source.parent)
    chosen.append(platformdirs.user_cache_path("formcheck", appauthor=False) / "models")
    return list(dict.fromkeys(chosen))


def inspect(folder: Path, entry: ModelEntry) -> Found:
    """Look for a model's file in a folder and check it; a wrong file is left where it is."""
    path = folder / entry.file
    try:
        sha256 = sha256_of(path)
    except FileNotFoundError:
        return Found(path, problem=f"no {entry.file} there")
    except OSError as error:
        return Found(path, problem=f"{entry.file} cannot be read: {error.strerror or error}")
    origin = entry.origin_of(sha256)
    if origin is None:
        return Found(
            path,
            sha256,
            problem=f"{entry.file} has a wrong checksum, {sha256[:8]}...: damaged or another file",
        )
    return Found(path, sha256, origin)


def first_writable(candidates: Sequence[Path]) -> tuple[Path | None, list[str]]:
    """Return the first folder that a file can be made in, and why those before it cannot be used."""
    refused: list[str] = []
    for folder in candidates:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            refused.append(f"{folder}: cannot be written, {error.strerror or error}")
        else:
            return folder, refused
    return None, refused


@contextmanager
def new_file(folder: Path, name: str) -> Iterator[Path]:
    """Make an empty temporary file in ``folder``, deleted at the end unless :func:`put` has moved it away."""
    _remove_stale_parts(folder)
    descriptor, part = tempfile.mkstemp(dir=folder, prefix=f"{name}.", suffix=_PART_SUFFIX)
    os.close(descriptor)
    try:
        yield Path(part)
    finally:
        with suppress(OSError):
            Path(part).unlink(missing_ok=True)


def put(part: Path, entry: ModelEntry) -> Path:
    """Move a finished, checked temporary file to its place in the same folder, and return that place.

    Another process may be doing the same: whoever comes last replaces a good file by an equal one. A file in
    the way that has a wrong checksum is kept under another name, since it may be somebody's own.
    """
    part.chmod(0o644)  # mkstemp makes it private; a shared folder is for everyone
    _set_aside(part.parent, entry)
    target = part.parent / entry.file
    try:
        part.replace(target)
    except OSError:
        # Windows refuses while another process, which was faster, has the new file open.
        if inspect(part.parent, entry).origin is None:
            raise
    return target


def _set_aside(folder: Path, entry: ModelEntry) -> None:
    old = inspect(folder, entry)
    if old.sha256 is None or old.origin is not None:
        return
    kept = old.path.with_name(f"{old.path.stem}.wrong-{old.sha256[:8]}{old.path.suffix}")
    with suppress(FileNotFoundError):  # another process has just done the same
        old.path.replace(kept)
        _LOG.warning("%s had a wrong checksum: it is set aside as %s", old.path, kept.name)


def _remove_stale_parts(folder: Path) -> None:
    """Delete what killed downloads left behind; a running one is younger than a day."""
    oldest_s = time.time() - _STALE_PART_S
    for part in folder.glob(f"*{_PART_SUFFIX}"):
        with suppress(OSError):
            if part.stat().st_mtime < oldest_s:
                part.unlink()
