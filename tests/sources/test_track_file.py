"""Tracks on disk: what is read is what was written, bit for bit, or a clear refusal."""

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from formcheck.body.pose import N_EDGE, Origin, PoseTrack
from formcheck.errors import OutputError, UnreadableInputError
from formcheck.sources.track_file import read_track, write_track

ORIGIN = Origin(
    name="Kniebeuge, Übung.mp4",
    sha256="ab" * 32,
    duration_s=20.487133333333333,
    fps=29.97002997002997,
    width_px=608,
    height_px=1080,
    rotation_deg=90,
    model_name="full",
    model_sha256="cd" * 32,
    smoothing="none",
    damage="Reading stopped at 3.1 s.",
)


def track_of(n: int = 40, *, single: bool = True) -> PoseTrack:
    rng = np.random.default_rng(5)

    def numbers(*shape: int) -> np.ndarray:
        values = rng.normal(300, 100, shape)
        return values.astype(np.float32).astype(np.float64) if single else values

    track = PoseTrack(
        t_s=np.cumsum(rng.uniform(0.01, 0.05, n)),
        landmarks_px=numbers(n, 33, 2),
        landmarks_m=numbers(n, 33, 3),
        visibility=numbers(n, 33),
        edges_px=numbers(n, 2, N_EDGE, 2),
        edge_confidence=numbers(n, 2, N_EDGE),
        edge_occluded=rng.random((n, 2, N_EDGE)) < 0.3,
        edge_beside_arm=rng.random((n, 2, N_EDGE)) < 0.3,
        origin=ORIGIN,
    )
    if n > 5:
        for values in (track.landmarks_px, track.landmarks_m, track.edges_px):
            values[5] = np.nan
    return track


def assert_same_bits(a: PoseTrack, b: PoseTrack) -> None:
    assert a.origin == b.origin
    for each in fields(PoseTrack):
        if each.name != "origin":
            x, y = getattr(a, each.name), getattr(b, each.name)
            assert x.dtype == y.dtype, each.name
            np.testing.assert_array_equal(x, y, err_msg=each.name, strict=True)


@pytest.mark.parametrize("single", [True, False], ids=["estimated", "synthetic"])
@pytest.mark.parametrize("n", [0, 1, 40])
def test_a_track_comes_back_bit_for_bit(tmp_path: Path, n: int, *, single: bool) -> None:
    """Re-judging a stored track must give the report that the recording gave."""
    track = track_of(n, single=single)
    write_track(track, tmp_path / "track.parquet")
    assert_same_bits(read_track(tmp_path / "track.parquet"), track)


def test_estimated_tracks_are_stored_in_single_precision(tmp_path: Path) -> None:
    write_track(track_of(), tmp_path / "track.parquet")
    schema = pq.read_schema(tmp_path / "track.parquet")
    assert schema.field("t_s").type == pa.float64()
    assert schema.field("left_hip_x_px").type == pa.float32()
    assert schema.field("edge0_x_px").type.value_type == pa.float32()


def test_other_programs_find_named_columns(tmp_path: Path) -> None:
    """The docstring's promise, read by pyarrow alone."""
    track = track_of()
    write_track(track, tmp_path / "track.parquet")
    table = pq.read_table(tmp_path / "track.parquet")
    np.testing.assert_array_equal(table["left_hip_y_px"].to_numpy(), track.landmarks_px[:, 23, 1])
    np.testing.assert_array_equal(table["nose_z_m"].to_numpy(), track.landmarks_m[:, 0, 2])
    np.testing.assert_array_equal(table["right_ankle_visibility"].to_numpy(), track.visibility[:, 28])
    assert table["edge1_y_px"][3].as_py() == track.edges_px[3, 1, :, 1].tolist()
    assert table["edge0_occluded"][3].as_py() == track.edge_occluded[3, 0].tolist()
    metadata = table.schema.metadata
    assert json.loads(metadata[b"formcheck.origin"])["name"] == ORIGIN.name
    assert len(json.loads(metadata[b"formcheck.edge_stations"])) == N_EDGE


def test_tracks_of_before_say_nothing_of_the_back_beside_an_arm(tmp_path: Path) -> None:
    write_track(track_of(), tmp_path / "track.parquet")
    table = pq.read_table(tmp_path / "track.parquet")
    pq.write_table(table.drop_columns(["edge0_beside_arm", "edge1_beside_arm"]), tmp_path / "older.parquet")
    older = read_track(tmp_path / "older.parquet")
    assert not older.edge_beside_arm.any()
    assert_same_bits(replace(older, edge_beside_arm=track_of().edge_beside_arm), track_of())


def test_writing_replaces_a_former_track_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_track(track_of(40), tmp_path / "track.parquet")
    write_track(track_of(7), tmp_path / "track.parquet")
    assert len(read_track(tmp_path / "track.parquet")) == 7
    assert [path.name for path in tmp_path.iterdir()] == ["track.parquet"]


def test_single_precision_comes_back_as_such(tmp_path: Path) -> None:
    """What is judged again must be judged in the precision of the first time, and take half the memory."""
    track = track_of(40)
    names = ("landmarks_px", "landmarks_m", "visibility", "edges_px", "edge_confidence")
    track = replace(track, **{name: getattr(track, name).astype(np.float32) for name in names})
    write_track(track, tmp_path / "track.parquet")
    assert_same_bits(read_track(tmp_path / "track.parquet"), track)


def test_a_write_that_fails_leaves_the_former_track(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "track.parquet"
    write_track(track_of(40), path)

    def full_disk(writer: pq.ParquetWriter, table: pa.Table) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("formcheck.sources.track_file.pq.ParquetWriter.write_table", full_disk)
    with pytest.raises(OutputError, match="No space left"):
        write_track(track_of(7), path)
    assert len(read_track(path)) == 40
    assert [each.name for each in tmp_path.iterdir()] == ["track.parquet"]


def test_a_folder_that_is_not_there_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"track\.parquet"):
        write_track(track_of(1), tmp_path / "none" / "track.parquet")


def rewritten(path: Path, **metadata: str) -> Path:
    table = pq.read_table(path)
    kept = {k.decode(): v.decode() for k, v in table.schema.metadata.items()}
    changed = kept | {f"formcheck.{name}": value for name, value in metadata.items()}
    pq.write_table(table.replace_schema_metadata(changed), path)
    return path


def without(path: Path, column: str) -> Path:
    table = pq.read_table(path)
    pq.write_table(table.drop_columns([column]), path)
    return path


def backwards(path: Path) -> Path:
    table = pq.read_table(path)
    pq.write_table(table.take(list(range(len(table)))[::-1]), path)
    return path


def as_words(path: Path) -> Path:
    table = pq.read_table(path)
    at = table.column_names.index("nose_x_px")
    words = pa.array(["here"] * len(table))
    pq.write_table(table.set_column(at, "nose_x_px", words), path)
    return path


def with_nulls(path: Path) -> Path:
    table = pq.read_table(path)
    at = table.column_names.index("nose_x_px")
    pq.write_table(table.set_column(at, "nose_x_px", pa.nulls(len(table), pa.float32())), path)
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


BROKEN = {
    "missing": (lambda p: p.with_name("none.parquet"), "no such file"),
    "empty": (lambda p: written(p, b""), "empty"),
    "text": (lambda p: written(p, b"t_s,x\n1,2\n"), "no Parquet file, or it is damaged"),
    "cut off": (lambda p: written(p, p.read_bytes()[:-900]), "no Parquet file, or it is damaged"),
    "newer": (lambda p: rewritten(p, schema_version="2"), "version 2"),
    "other stations": (lambda p: rewritten(p, edge_stations="[0, 1]"), "damaged"),
    "bad origin": (lambda p: rewritten(p, origin="[]"), "damaged"),
    "no column": (lambda p: without(p, "left_knee_x_px"), "left_knee_x_px is missing"),
    "backwards": (backwards, "strictly increasing"),
    "words": (as_words, "nose_x_px"),
    "nulls": (with_nulls, "nose_x_px"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_track_is_refused_in_one_line(tmp_path: Path, case: str) -> None:
    path = tmp_path / "track.parquet"
    write_track(track_of(), path)
    spoil, words = BROKEN[case]
    path = spoil(path)
    with pytest.raises(UnreadableInputError, match=words) as caught:
        read_track(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_foreign_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sales.parquet"
    pq.write_table(pa.table({"t_s": [1.0, 2.0]}), path)
    with pytest.raises(UnreadableInputError, match="no formcheck track"):
        read_track(path)


def test_an_origin_with_more_to_say_is_still_read(tmp_path: Path) -> None:
    """A later formcheck may add a field to the origin without a new version."""
    path = tmp_path / "track.parquet"
    write_track(track_of(), path)
    rewritten(path, origin=json.dumps({"name": "x.mp4", "camera": "left"}))
    assert read_track(path).origin == replace(Origin(), name="x.mp4")
