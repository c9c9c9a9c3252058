"""``PoseTrack`` as one Parquet file, which any data frame library can read.

Columns, one row a frame, missing is NaN:

``t_s``
    Presentation time in seconds.
``<landmark>_x_px``, ``<landmark>_y_px``
    Pixels of the upright picture, x right, y down. ``<landmark>`` is the lower-case name of each of the 33,
    such as ``left_hip``; left and right are the person's own.
``<landmark>_x_m``, ``<landmark>_y_m``, ``<landmark>_z_m``
    MediaPipe's world landmarks in metres, origin between the hips.
``<landmark>_visibility``
    MediaPipe's own 0 to 1.
``edge0_x_px``, ``edge0_y_px``, ``edge0_confidence``, ``edge0_occluded``, and the same for ``edge1``
    Lists of fixed length: the silhouette's edge on either side of the trunk at the edge stations. Edge 0 is
    on the left hand of somebody who walks in the picture from the hip to the shoulder.
``edge0_beside_arm``, ``edge1_beside_arm``
    Where the picture shows the trunk beside an arm; not in tracks of before.

The schema's metadata holds ``formcheck.schema_version``, ``formcheck.origin`` (JSON of `Origin`) and
``formcheck.edge_stations`` (JSON list of fractions from mid-hip, 0, to mid-shoulder, 1) and
``formcheck.single_precision`` (JSON list of the track's arrays that were of single precision).

Numbers that single precision can hold, as estimated poses are, take four bytes, others eight: what is read
equals what was written bit for bit, also in its precision, so that it is judged alike.
"""

import contextlib
import json
import os
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from formcheck.body.landmarks import N_LANDMARKS, Landmark
from formcheck.body.pose import EDGE_STATIONS, N_EDGE, Origin, Pose, PoseTrack
from formcheck.errors import OutputError, UnreadableInputError
from formcheck.sources.file_kind import require_file

SCHEMA_VERSION = 1
SUFFIX = ".parquet"
_ROWS_AT_ONCE = 4096  # written together: a copy of the whole track would double its memory

_NAMES = [landmark.name.lower() for landmark in Landmark]
_COLUMNS = {
    # array of the track: its columns, in the order of the array's trailing axes
    "landmarks_px": [f"{name}_{axis}_px" for name in _NAMES for axis in "xy"],
    "landmarks_m": [f"{name}_{axis}_m" for name in _NAMES for axis in "xyz"],
    "visibility": [f"{name}_visibility" for name in _NAMES],
}
_EDGE_COLUMNS = {
    "edge_confidence": ["edge0_confidence", "edge1_confidence"],
    "edge_occluded": ["edge0_occluded", "edge1_occluded"],
    "edge_beside_arm": ["edge0_beside_arm", "edge1_beside_arm"],
}
_LATER = frozenset({"edge_beside_arm"})  # not in tracks of before
_BOOLS = frozenset({"edge_occluded", "edge_beside_arm"})
_EDGE_POINTS = [f"edge{side}_{axis}_px" for side in (0, 1) for axis in "xy"]

Array = npt.NDArray[Any]


def write_track(track: PoseTrack, path: Path | str) -> None:
    """Write a track; the file appears whole or not at all.

    Raises
    ------
    OutputError
        When it cannot be written there.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.partial")
    try:
        with partial.open("wb") as file:
            _write(track, file)
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise OutputError(
            f"{path}: the track cannot be written ({reason}). Choose another folder."
        ) from error


def read_track(path: Path | str) -> PoseTrack:
    """Read a track that `write_track` wrote.

    Raises
    ------
    UnreadableInputError
        When the file is missing, damaged, of another program or of a newer formcheck.
    """
    path = Path(path)
    require_file(path)
    try:
        table = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        raise UnreadableInputError(
            f"{path}: this is no Parquet file, or it is damaged ({_first_line(error)}). "
            "Needed is a track.parquet that formcheck wrote; analyse the video again."
        ) from error
    origin = _read_metadata(path, table.schema.metadata or {})
    try:
        return _track(table, origin)
    except (KeyError, ValueError, TypeError, pa.ArrowException) as error:
        raise UnreadableInputError(
            f"{path}: this track is damaged ({_first_line(error)}). Analyse the video again."
        ) from error


class TrackSource:
    """The poses of a recorded track.

    Parameters
    ----------
    path : Path
        A file that `write_track` wrote.
    """

    def __init__(self, path: Path | str) -> None:
        self._track: PoseTrack | None = read_track(path)
        self._origin = self._track.origin

    @property
    def origin(self) -> Origin:
        """Where the poses were first found."""
        return self._origin

    def __iter__(self) -> Iterator[Pose]:
        if self._track is None:
            raise ValueError(f"this track of {self._origin.name} is closed")
        return iter(self._track)

    def close(self) -> None:
        """Let go of the poses."""
        self._track = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _write(track: PoseTrack, file: BinaryIO) -> None:
    types = {name: _smallest_type(getattr(track, name)) for name in (*_COLUMNS, *_EDGE_COLUMNS, "edges_px")}
    schema = _table(track[:0], types).schema.with_metadata(_metadata(track))
    # dictionaries and plain pages cannot shorten measured numbers; splitting their bytes can
    with pq.ParquetWriter(
        file, schema, compression="zstd", use_dictionary=False, use_byte_stream_split=_float_leaves(schema)
    ) as writer:
        for first in range(0, max(1, len(track)), _ROWS_AT_ONCE):
            table = _table(track[first : first + _ROWS_AT_ONCE], types)
            writer.write_table(table.replace_schema_metadata(schema.metadata))


def _metadata(track: PoseTrack) -> dict[str, str]:
    arrays = (each.name for each in fields(PoseTrack) if each.name != "origin")
    single = [name for name in arrays if getattr(track, name).dtype == np.float32]
    return {
        "formcheck.schema_version": str(SCHEMA_VERSION),
        "formcheck.origin": json.dumps(asdict(track.origin)),
        "formcheck.edge_stations": json.dumps(EDGE_STATIONS.tolist()),
        "formcheck.single_precision": json.dumps(single),
    }


def _table(track: PoseTrack, types: Mapping[str, np.dtype[Any]]) -> pa.Table:
    columns: dict[str, pa.Array] = {"t_s": pa.array(track.t_s)}
    for name, column_names in _COLUMNS.items():
        values = getattr(track, name).astype(types[name]).reshape(len(track), len(column_names))
        for i, column in enumerate(column_names):
            columns[column] = pa.array(np.ascontiguousarray(values[:, i]))
    points = track.edges_px.astype(types["edges_px"])
    for i, column in enumerate(_EDGE_POINTS):
        columns[column] = _list_column(points[:, i // 2, :, i % 2])
    for name, column_names in _EDGE_COLUMNS.items():
        values = getattr(track, name).astype(types[name])
        for i, column in enumerate(column_names):
            columns[column] = _list_column(values[:, i])
    return pa.table(columns)


def _smallest_type(values: Array) -> np.dtype[Any]:
    """Return single precision where that loses nothing."""
    if values.dtype != np.float64:
        return values.dtype
    for first in range(0, len(values), _ROWS_AT_ONCE):
        part = values[first : first + _ROWS_AT_ONCE]
        with np.errstate(over="ignore"):
            single = part.astype(np.float32)
        if not np.array_equal(single.astype(np.float64), part, equal_nan=True):
            return values.dtype
    return np.dtype(np.float32)


def _list_column(values: Array) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(np.ascontiguousarray(values).reshape(-1)), N_EDGE)


def _track(table: pa.Table, origin: Origin) -> PoseTrack:
    n = table.num_rows
    single = json.loads((table.schema.metadata or {}).get(b"formcheck.single_precision", b"[]"))
    shapes = {"landmarks_px": (n, N_LANDMARKS, 2), "landmarks_m": (n, N_LANDMARKS, 3)}
    arrays: dict[str, Any] = {"t_s": _flat(table, "t_s", n)}
    for name, columns in _COLUMNS.items():
        values = np.empty((n, len(columns)), _type(name, single))
        for i, column in enumerate(columns):
            values[:, i] = _flat(table, column, n)
        arrays[name] = values.reshape(shapes.get(name, values.shape))
    points = arrays["edges_px"] = np.empty((n, 2, N_EDGE, 2), _type("edges_px", single))
    for i, column in enumerate(_EDGE_POINTS):
        points[:, i // 2, :, i % 2] = _flat(table, column, n * N_EDGE).reshape(n, N_EDGE)
    for name, columns in _EDGE_COLUMNS.items():
        if name in _LATER and columns[0] not in table.column_names:
            continue
        sides = arrays[name] = np.empty((n, 2, N_EDGE), _type(name, single))
        for i, column in enumerate(columns):
            sides[:, i] = _flat(table, column, n * N_EDGE).reshape(n, N_EDGE)
    return PoseTrack(**arrays, origin=origin)


def _type(name: str, single: Collection[str]) -> type[np.generic]:
    if name in _BOOLS:
        return np.bool_
    return np.float32 if name in single else np.float64


def _flat(table: pa.Table, column: str, expected: int) -> Array:
    """Return a column's numbers, lists joined."""
    if column not in table.column_names:
        raise ValueError(f"column {column} is missing")
    data = table.column(column).combine_chunks()
    if pa.types.is_fixed_size_list(data.type):
        data = data.flatten()
    values = data.to_numpy(zero_copy_only=False)
    if len(values) != expected or data.null_count or values.dtype.kind not in "fb":
        raise ValueError(f"column {column} holds something else than {expected} numbers")
    return np.asarray(values)


def _read_metadata(path: Path, metadata: dict[bytes, bytes]) -> Origin:
    version = metadata.get(b"formcheck.schema_version", b"").decode(errors="replace")
    if not version:
        raise UnreadableInputError(
            f"{path}: this Parquet file is no formcheck track. Needed is a track.parquet of formcheck."
        )
    if version != str(SCHEMA_VERSION):
        raise UnreadableInputError(
            f"{path}: this track has version {version}, and this formcheck reads {SCHEMA_VERSION}. "
            "Update formcheck, or analyse the video again."
        )
    try:
        stations = json.loads(metadata[b"formcheck.edge_stations"])
        origin = json.loads(metadata[b"formcheck.origin"])
        known = {each.name for each in fields(Origin)}
        if not np.allclose(stations, EDGE_STATIONS):
            raise ValueError("its edge stations are others")
        return Origin(**{name: value for name, value in origin.items() if name in known})
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UnreadableInputError(
            f"{path}: this track's description is damaged ({_first_line(error)}). Analyse the video again."
        ) from error


def _float_leaves(schema: pa.Schema) -> list[str]:
    """Return the Parquet paths of the columns that hold fractional numbers."""
    leaves = []
    for column in schema:
        is_list = pa.types.is_fixed_size_list(column.type)
        if pa.types.is_floating(column.type.value_type if is_list else column.type):
            leaves.append(f"{column.name}.list.element" if is_list else column.name)
    return leaves


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
