"""Files on any fsspec store. A file is written before a row owns it and forgotten before it is deleted.

Every key that no set owns stands in ``loose_file``, from before its first byte to after its last. Whatever
a killed process leaves behind is therefore known and cleared away; nothing is ever found by listing.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from formcheck.errors import OutputError, UsageError
from formcheck.sources.checksum import sha256_of
from formcheck.store.columns import now
from formcheck.store.database import Database
from formcheck.store.file_names import file_name
from formcheck.store.folders import private_folder
from formcheck.store.kinds import Kind
from formcheck.store.tables_sets import LooseFile, MediaFile

LEASE = timedelta(hours=1)
"""How long a file may take from its first byte to its row; our choice, far above any upload to a store."""
GRACE = timedelta(minutes=1)
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Written:
    """A file that is there and that no set owns yet."""

    key: str
    size_bytes: int
    sha256: str


class Media:
    """The files of one database.

    Parameters
    ----------
    database : Database
        Where keys are kept.
    url : str
        Folder or any address that fsspec knows.
    """

    def __init__(self, database: Database, url: str) -> None:
        self._database = database
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise UsageError(f"FORMCHECK_MEDIA_URL: {error}.") from error
        self._local = isinstance(self._files, LocalFileSystem)
        if self._local:
            private_folder(Path(self._root))

    def write(self, content: Path | bytes) -> Written:
        """Write a file under a new key.

        A path is linked where that is possible, copied elsewhere; the original stays.

        Raises
        ------
        OutputError
            When the store refuses: full, read-only, not reached.
        """
        key = secrets.token_hex(32)
        with self._database.write() as session:
            session.add(LooseFile(key=key, until=now() + LEASE))
        try:
            return self._write(key, content)
        except OSError as error:
            self._forget([key])
            why = error.strerror or str(error)
            raise OutputError(
                f"This cannot be kept: {why}. Make room on the server, and try again."
            ) from error

    def own(self, session: Session, file: Written, set_id: str, kind: Kind, name: str) -> None:
        """Give a written file to a set, within the caller's transaction."""
        loose = delete(LooseFile).where(LooseFile.key == file.key, LooseFile.until > now())
        if session.execute(loose).rowcount != 1:  # type: ignore[attr-defined]
            raise OutputError("This took too long to be kept. Please try again.")
        row = {
            "key": file.key,
            "set_id": set_id,
            "kind": kind,
            "name": file_name(name),
            "size_bytes": file.size_bytes,
            "sha256": file.sha256,
            "created_at": now(),
        }
        session.execute(insert(MediaFile).values(row))

    def disown(self, session: Session, files: Iterable[MediaFile]) -> None:
        """Take files from their set, within the caller's transaction; `sweep` deletes them after it."""
        at = now() - 2 * GRACE
        for file in list(files):
            session.add(LooseFile(key=file.key, until=at))
            session.delete(file)
        session.flush()

    def sweep(self) -> int:
        """Delete the files that nobody owns any more; returns how many."""
        with self._database.read() as session:
            keys = list(session.scalars(select(LooseFile.key).where(LooseFile.until < now() - GRACE)))
        self._forget(keys)
        return len(keys)

    def open(self, key: str) -> IO[bytes]:
        """Open a file for reading; it can be sought in.

        Raises
        ------
        OutputError
            When the store does not answer.
        """
        try:
            file: IO[bytes] = self._files.open(self._place(key), "rb")
        except OSError as error:
            raise OutputError("This file cannot be read at the moment. Try again shortly.") from error
        return file

    def local_path(self, key: str) -> Path | None:
        """Return where a file lies on this machine; None where it lies elsewhere."""
        return Path(self._place(key)) if self._local else None

    def _write(self, key: str, content: Path | bytes) -> Written:
        place = self._place(key)
        if self._local:
            Path(place).parent.mkdir(exist_ok=True, mode=0o700)
            if isinstance(content, Path) and _linked(content, Path(place)):
                return Written(key, content.stat().st_size, sha256_of(content))
        else:
            self._files.makedirs(place.rpartition("/")[0], exist_ok=True)
        hashed, size_bytes = hashlib.sha256(), 0
        with self._files.open(place, "wb") as target:
            for block in _blocks(content):
                target.write(block)
                hashed.update(block)
                size_bytes += len(block)
            if self._local:
                target.flush()
                os.fsync(target.fileno())
        return Written(key, size_bytes, hashed.hexdigest())

    def _forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            try:
                self._files.rm(self._place(key))
            except FileNotFoundError:
                pass  # it was never written, or an earlier sweep was killed after deleting it
            except OSError:
                continue  # its row stays: the next sweep tries again
            with self._database.write() as session:
                session.execute(delete(LooseFile).where(LooseFile.key == key))

    def _place(self, key: str) -> str:
        return f"{self._root}/{key[:2]}/{key}"


def _linked(source: Path, place: Path) -> bool:
    """Give a file a second name, which needs no room, and have it on the disk; False where that cannot be."""
    try:
        os.link(source, place)
    except OSError:
        return False
    with place.open("rb") as file:
        os.fsync(file.fileno())  # whoever wrote it need not have waited for the disk
    return True


def _blocks(content: Path | bytes) -> Iterable[Any]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block
