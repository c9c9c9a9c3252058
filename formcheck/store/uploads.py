"""Recordings on their way in. Bytes go straight into a file, whose length is the truth about what came.

An upload that is cut goes on where it was cut; one that nobody continues for a day is cleared away.
"""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from formcheck.errors import OutputError, UsageError
from formcheck.store.access import Actor, NotThereError
from formcheck.store.columns import NAME_CHARACTERS, now
from formcheck.store.database import Database
from formcheck.store.file_names import file_name
from formcheck.store.folders import private_folder
from formcheck.store.media import Media
from formcheck.store.records import NewSet
from formcheck.store.sets import add_set
from formcheck.store.tables_sets import Upload
from formcheck.store.work import add_work

MAX_BYTES = 4 << 30
"""About an hour from a phone; our choice."""
SPARE_BYTES = 1 << 30
"""What must stay free on the disk of the server; our choice."""
OPEN_AT_ONCE = 5
STALE_AFTER = timedelta(days=1)
TRACK_SUFFIX = ".parquet"


class BusyError(UsageError):
    """The earlier connection of this upload is still being read; ask again in a moment."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to upload, to be kept as a set.

    ``fingerprint`` is the same when the same file is chosen again, so that it can be continued.
    """

    name: str
    size_bytes: int
    fingerprint: str
    exercise_id: str = ""


@dataclass(frozen=True, slots=True)
class Arriving:
    """An upload and how much of it has come."""

    id: str
    name: str
    size_bytes: int
    received_bytes: int
    exercise_id: str


class Uploads:
    """Uploads of one database.

    Parameters
    ----------
    database, media
        Where what has come whole is kept.
    folder : Path
        Where what is on its way lies, on this machine.
    """

    def __init__(self, database: Database, media: Media, folder: Path) -> None:
        self._database = database
        self._media = media
        self._folder = folder
        self._writing: set[str] = set()
        self._lock = threading.Lock()
        private_folder(folder)

    def begin(self, actor: Actor, wish: Wish) -> Arriving:
        """Begin an upload, or find the one that was cut.

        Raises
        ------
        UsageError
            When it is too large, or too many are open.
        """
        _require_owner(actor)
        with self._database.write() as session:
            mine = session.scalars(select(Upload).where(Upload.account_id == actor.account_id)).all()
            for row in mine:
                same = (row.fingerprint, row.size_bytes)
                if same == (wish.fingerprint[:NAME_CHARACTERS], wish.size_bytes):
                    row.exercise_id = wish.exercise_id
                    return self._arriving(row)
            self._refuse(wish, len(mine))
            at = now()
            row = Upload(
                account_id=actor.account_id,
                name=file_name(wish.name),
                fingerprint=wish.fingerprint[:NAME_CHARACTERS],
                size_bytes=wish.size_bytes,
                exercise_id=wish.exercise_id[:NAME_CHARACTERS],
                created_at=at,
                touched_at=at,
            )
            session.add(row)
            session.flush()
            return self._arriving(row)

    def get(self, actor: Actor, upload_id: str) -> Arriving:
        """Return how far an upload of one's own is."""
        with self._database.read() as session:
            return self._arriving(_own(session, actor, upload_id))

    @contextmanager
    def appending(self, actor: Actor, upload_id: str, offset_bytes: int) -> Iterator[IO[bytes]]:
        """Give the file of an upload, opened where it ends, to one writer at a time.

        Raises
        ------
        UsageError
            When the offset is not where it ends; `BusyError` when somebody is writing.
        OutputError
            When the disk refuses what is written.
        """
        arriving = self.get(actor, upload_id)
        with self._lock:
            if upload_id in self._writing:
                raise BusyError("This upload is still being received. Try again in a moment.")
            self._writing.add(upload_id)
        try:
            path = self._path(upload_id)
            if (path.stat().st_size if path.exists() else 0) != offset_bytes:
                raise UsageError(f"This upload goes on at {arriving.received_bytes}, not at {offset_bytes}.")
            try:
                with path.open("ab") as file:
                    yield file
            except OSError as error:
                raise OutputError(
                    f"The server cannot take more of this recording: {error.strerror}. What has come is kept."
                ) from error
            with self._database.write() as session:
                _own(session, actor, upload_id).touched_at = now()
        finally:
            with self._lock:
                self._writing.discard(upload_id)

    def keep(self, actor: Actor, upload_id: str) -> str:
        """Make a set of an upload that has come whole, to be analysed beside the pages; returns its id."""
        arriving = self.get(actor, upload_id)
        if arriving.received_bytes != arriving.size_bytes:
            raise UsageError(f"{arriving.name} has not come whole yet: continue the upload.")
        path = self._path(upload_id)
        video = self._media.write(path)
        with self._database.write() as session:
            row = _own(session, actor, upload_id)
            new = NewSet("upload", arriving.name, performed_at=row.created_at, exercise_id=row.exercise_id)
            made = add_set(session, actor, new, state="waiting")
            kind: Literal["track", "video"] = "track" if path_is_track(arriving.name) else "video"
            self._media.own(session, video, made.id, kind, arriving.name)
            add_work(session, made.id, "analyse")
            session.delete(row)
            set_id = made.id
        path.unlink(missing_ok=True)
        return set_id

    def discard(self, actor: Actor, upload_id: str) -> None:
        """Give an upload up and delete what has come of it."""
        with self._database.write() as session:
            session.delete(_own(session, actor, upload_id))
        self._path(upload_id).unlink(missing_ok=True)

    def sweep(self, *, stale_after: timedelta = STALE_AFTER) -> None:
        """Clear away what nobody continues, and files that no upload owns any more."""
        with self._database.write() as session:
            for row in session.scalars(select(Upload).where(Upload.touched_at < now() - stale_after)):
                session.delete(row)
            known = set(session.scalars(select(Upload.id)))
        for path in self._folder.glob("*.part"):
            if path.stem not in known:
                path.unlink(missing_ok=True)

    def _refuse(self, wish: Wish, already_open: int) -> None:
        if not 0 < wish.size_bytes <= MAX_BYTES:
            raise UsageError(
                f"{wish.name}: a recording may have up to {MAX_BYTES >> 30} GB. Film one set at a time."
            )
        if already_open >= OPEN_AT_ONCE:
            raise UsageError("Several uploads are unfinished. Finish or cancel one of them first.")
        if shutil.disk_usage(self._folder).free < wish.size_bytes + SPARE_BYTES:
            raise UsageError("The server has too little room for this recording. Ask whoever runs formcheck.")

    def _arriving(self, row: Upload) -> Arriving:
        path = self._path(row.id)
        received_bytes = path.stat().st_size if path.exists() else 0
        return Arriving(row.id, row.name, row.size_bytes, received_bytes, row.exercise_id)

    def _path(self, upload_id: str) -> Path:
        return self._folder / f"{upload_id}.part"


def path_is_track(name: str) -> bool:
    """Return whether a file is named like a stored track rather than a video."""
    return name.lower().endswith(TRACK_SUFFIX)


def _require_owner(actor: Actor) -> None:
    if actor.role not in ("home", "patient"):
        raise NotThereError


def _own(session: Session, actor: Actor, upload_id: str) -> Upload:
    """Return an upload of the actor's own; ids are looked up in the table, so none can point elsewhere."""
    row = session.get(Upload, upload_id)
    if row is None or not actor.account_id or row.account_id != actor.account_id:
        raise NotThereError
    return row
