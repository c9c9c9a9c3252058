"""Where the poses of a live set go while it runs: what was done survives whatever ends the program."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import pyarrow as pa

from formcheck.body.pose import Origin, Pose, PoseTrack
from formcheck.body.view import LeftRight
from formcheck.errors import OutputError, UnreadableInputError
from formcheck.sources.extract import ARRAYS, SINGLE_PRECISION
from formcheck.sources.track_file import read_track, write_track

# At most this much of a set is lost when the power fails; the promise of the live page.
SAVED_EVERY_S = 1.0
ABOUT, POSES, TRACK = "about.json", "poses-2.bin", "track.parquet"


@dataclass(frozen=True, slots=True)
class AboutSet:
    """What must be known beside the poses to judge a live set again as it was judged live.

    ``neutral_s`` in seconds of the set's own track, which begins at 0. ``object_height_cm`` is that of the
    object which a foot is lifted over; None where nobody gave it.
    """

    number: int
    exercise_id: str
    neutral_s: tuple[float, float]
    facing: LeftRight | None
    origin: Origin
    object_height_cm: float | None = None


class SetSink(Protocol):
    """Takes the poses of one set after the other, and keeps them as they come."""

    def begin(self, about: AboutSet) -> None:
        """Begin a set."""
        ...

    def add(self, pose: Pose) -> None:
        """Keep a pose; times begin at 0 and increase."""
        ...

    def end(self) -> Callable[[], PoseTrack]:
        """End the set, at once; what is returned gives all of it, may take long, and suits any thread."""
        ...


class FolderSink:
    """Keeps each set in a folder of its own: ``set-1``, ``set-2``, ...

    While a set runs its poses are appended to one file of fixed-size records, so that a torn end costs no
    more than a second; then they become a ``track.parquet`` as any other.

    Parameters
    ----------
    folder : Path
        Made where it is not there yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._set: Path | None = None
        self._about: AboutSet | None = None
        self._file: BinaryIO | None = None
        self._saved_s = 0.0

    def begin(self, about: AboutSet) -> None:
        """Begin a set.

        Raises
        ------
        OutputError
            When nothing can be written there.
        """
        self.close()
        self._set, self._about, self._saved_s = self.folder / f"set-{about.number}", about, 0.0
        try:
            shutil.rmtree(self._set, ignore_errors=True)
            self._set.mkdir(parents=True)
            (self._set / ABOUT).write_text(json.dumps(asdict(about)), encoding="utf-8")
            self._file = (self._set / POSES).open("wb")
        except OSError as error:
            raise _unkept(self._set, error) from error

    def add(self, pose: Pose) -> None:
        """Append a pose; once a second it is given to the disk.

        Raises
        ------
        OutputError
            When the disk takes no more.
        """
        if self._file is None:
            raise ValueError("no set has begun")
        try:
            self._file.write(_record(pose))
            if pose.t_s - self._saved_s >= SAVED_EVERY_S:
                self._saved_s = pose.t_s
                self._file.flush()
                os.fsync(self._file.fileno())
        except OSError as error:
            raise _unkept(self._set, error) from error

    def end(self) -> Callable[[], PoseTrack]:
        """End the set; its poses become ``track.parquet`` once they are asked for."""
        if self._set is None:
            raise ValueError("no set has begun")
        self.close()
        place, self._set = self._set, None
        return partial(_packed, place)

    def close(self) -> None:
        """Let go of the file; what was added stays."""
        if self._file is not None:
            file, self._file = self._file, None
            with suppress(OSError):  # what a full disk has no room for is lost; what came before stays
                file.close()


def _unkept(place: Path | None, error: OSError) -> OutputError:
    return OutputError(f"{place}: the set cannot be kept ({error.strerror or error}).")


def get_ready() -> None:
    """Load what packing the first set would load, and have Arrow keep nothing of what it frees.

    With its first array Arrow loads pandas, 38 MB; its own allocator would keep 24 MB of a set [M].
    """
    pa.set_memory_pool(pa.system_memory_pool())
    pa.array([0.0])


def _packed(place: Path) -> PoseTrack:
    track = kept_track(place)
    write_track(track, place / TRACK)
    (place / POSES).unlink(missing_ok=True)
    return track


def kept_sets(folder: Path) -> Iterator[tuple[AboutSet, Path, bool]]:
    """Yield the sets of a folder in their order: what is known, where it is, and whether it was ended."""
    for place in sorted(folder.glob("set-*"), key=lambda each: int(each.name.removeprefix("set-"))):
        try:
            yield read_about(place), place, (place / TRACK).exists()
        except UnreadableInputError:
            continue  # nothing was kept before the power failed


def read_about(place: Path) -> AboutSet:
    """Read what is known of a kept set.

    Raises
    ------
    UnreadableInputError
        When it is damaged.
    """
    try:
        known = json.loads((place / ABOUT).read_text(encoding="utf-8"))
        start_s, end_s = known.pop("neutral_s")
        return AboutSet(**{**known, "neutral_s": (start_s, end_s), "origin": Origin(**known["origin"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UnreadableInputError(f"{place}: nothing of this set can be read.") from error


def kept_track(place: Path) -> PoseTrack:
    """Return the poses of a kept set, whether it was ended or broken off.

    Raises
    ------
    UnreadableInputError
        When nothing of it can be read.
    """
    if (place / TRACK).exists():
        return read_track(place / TRACK)
    about = read_about(place)
    try:
        content = (place / POSES).read_bytes()
    except OSError as error:
        raise UnreadableInputError(f"{place}: nothing of this set can be read.") from error
    whole = len(content) // _RECORD.itemsize * _RECORD.itemsize  # the last record may be torn
    rows = np.frombuffer(content[:whole], dtype=_RECORD)
    arrays: dict[str, Any] = {name: rows[name].copy() for name in ARRAYS}
    track = PoseTrack(**arrays, origin=about.origin)
    return replace(track, origin=_measured(about.origin, track))


def _measured(origin: Origin, track: PoseTrack) -> Origin:
    """Return the origin with the duration and rate that the times tell."""
    if len(track) < 2:
        return origin
    span_s = float(track.t_s[-1] - track.t_s[0])
    fps = (len(track) - 1) / span_s
    return replace(origin, duration_s=span_s + 1 / fps, fps=fps)


def _types() -> np.dtype[np.void]:
    empty = Pose.missing(0.0)
    columns = []
    for each in fields(Pose):
        value = np.asarray(getattr(empty, each.name))
        kind = np.float32 if each.name in SINGLE_PRECISION else value.dtype
        columns.append((each.name, kind, value.shape))
    return np.dtype(columns)


_RECORD = _types()


def _record(pose: Pose) -> bytes:
    row = np.zeros(1, dtype=_RECORD)
    for name in ARRAYS:
        row[name][0] = getattr(pose, name)
    return row.tobytes()
