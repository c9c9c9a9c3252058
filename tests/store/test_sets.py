"""Sets: whole or not at all, shared, judged again, deleted without a trace."""

import json
import os
import resource
import zipfile
from pathlib import Path

import pytest

from formcheck.errors import OutputError, UnreadableInputError
from formcheck.store.access import Level, NotThereError
from formcheck.store.columns import Base
from formcheck.store.people import Choices
from formcheck.store.records import Content, NewSet, Outcome
from formcheck.store.store import Store
from formcheck.store.uploads import Wish
from tests import synthetic
from tests.store.world import WHEN, World, keep, mine, outcome, report


def files_of(store: Store) -> set[Path]:
    folder = Path(store.settings.media_url)
    return {path for path in folder.rglob("*") if path.is_file()}


def test_a_set_comes_back_as_it_was_kept(world: World) -> None:
    store, actor = world.store, world.patient
    set_id = store.sets.save(actor, NewSet("upload", "squats.mp4", WHEN), outcome("knee"))
    row = store.sets.get(actor, set_id)
    assert (row.name, row.performed_at, row.state, row.duration_s) == ("squats.mp4", WHEN, "done", 20.5)
    assert (row.exercise_id, row.reps, row.ok, row.fault, row.red_faults) == ("squat", 3, 2, 1, 1)
    assert store.sets.report(actor, set_id) == (report(), {"facing": "knee"})
    for file in store.sets.files(actor, set_id):
        assert store.sets.open(actor, file.key).read() == f"knee {file.kind}".encode()


def test_keys_are_long_random_and_never_twice(world: World) -> None:
    keys = {file.key for _ in range(3) for file in world.store.sets.files(world.patient, keep(world))}
    assert len(keys) == 24
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)


def test_new_sets_share_what_was_chosen(world: World) -> None:
    store, actor = world.store, world.patient
    new = NewSet("upload", "x", WHEN)
    assert store.sets.get(actor, store.sets.save(actor, new, outcome())).shared is Level.NOTHING
    store.people.choose(actor, Choices(Level.REPLAY, keep_live=True))
    assert store.sets.get(actor, store.sets.save(actor, new, outcome())).shared is Level.REPLAY


@pytest.mark.parametrize(
    ("level", "left"),
    [(Level.BLURRED, {"replay", "blurred"}), (Level.REPLAY, {"replay"}), (Level.NUMBERS, set())],
)
def test_withdrawn_means_gone(world: World, level: Level, left: set[str]) -> None:
    """The films that show more than is shared are deleted, not hidden; old keys are worth nothing."""
    store, actor = world.store, world.patient
    set_id = keep(world, level=Level.VIDEO)
    before = {file.kind: file.key for file in store.sets.files(actor, set_id)}
    store.sets.share(actor, set_id, level)
    kept = {file.kind for file in store.sets.files(actor, set_id)}
    assert kept == {"video", "track", "signals", "pdf", "page"} | left
    for kind in {"overlay", "blurred", "replay"} - left:
        assert not [path for path in files_of(store) if before[kind] in path.name]
        with pytest.raises(NotThereError):
            store.sets.file(actor, before[kind])


def test_a_film_that_was_drawn_too_late_is_not_kept(world: World) -> None:
    """Sharing is withdrawn while the blurred film is being drawn."""
    set_id = keep(world, level=Level.NUMBERS)
    world.store.sets.share(world.patient, set_id, Level.NOTHING)
    world.store.sets.add_file(world.patient, set_id, "blurred", Content("late.mp4", b"film"))
    assert "blurred" not in {file.kind for file in world.store.sets.files(world.patient, set_id)}


def test_judging_again_replaces_the_report_and_old_films(world: World) -> None:
    store, actor = world.store, world.patient
    set_id = keep(world)
    again = Outcome(report(reps=5, red=0), {"side": "left"}, {"track": Content("track.parquet", b"new")})
    store.sets.judged(actor, set_id, again)
    assert store.sets.get(actor, set_id).reps == 5
    kinds = {file.kind: file for file in store.sets.files(actor, set_id)}
    assert set(kinds) == {"video", "track", "signals", "pdf", "page"}
    assert store.sets.open(actor, kinds["track"].key).read() == b"new"
    assert len(files_of(store)) == 5


def test_deleting_a_set_leaves_no_file(world: World) -> None:
    set_id = keep(world)
    assert len(files_of(world.store)) == 8
    world.store.sets.delete(world.patient, set_id)
    assert files_of(world.store) == set()
    assert world.store.sets.of_patient(world.patient, mine(world)) == []


def test_nothing_is_kept_when_the_store_is_full(world: World, tmp_path: Path) -> None:
    """The second file cannot be written: neither the set nor the first one is there afterwards."""
    missing = Outcome(report(), {}, {"track": Content("a", b"a"), "video": Content("b", tmp_path / "gone")})
    with pytest.raises(OutputError, match="cannot be kept"):
        world.store.sets.save(world.patient, NewSet("upload", "x", WHEN), missing)
    assert world.store.sets.of_patient(world.patient, mine(world)) == []


WITHOUT_A_PATIENT = {"loose_file", "phrase", "invitation"}
"""Files that nobody owns yet, a clinician's own phrases, and codes: gone once somebody has joined."""


def test_an_account_is_deleted_without_a_trace(world: World, tmp_path: Path) -> None:
    """Searched for in every column of every table, in every file, and in the raw bytes of the database.

    Every table that can tell of a patient does so before: one that is added cannot be forgotten here.
    """
    store, marker = world.store, "unmistakable"
    traces = (marker, mine(world), "The patient", *everything_of(world, marker, tmp_path))
    everywhere = {table.name for table in Base.metadata.sorted_tables}
    assert everywhere - set(found(store, traces)) == WITHOUT_A_PATIENT
    store.erase(world.patient)
    assert found(store, traces) == []
    assert store.people.patients(world.clinician) == []


def everything_of(world: World, marker: str, scratch: Path) -> tuple[str, str]:
    """Have the patient, and a clinician about the patient, do all there is to do; returns ids of sets."""
    store, patient, clinician = world.store, world.patient, world.clinician
    set_id = keep(world, level=Level.VIDEO, marker=marker)
    store.logbook.add(patient, mine(world), "pain", {"words": marker}, day=WHEN.date())
    store.logbook.prescribe(clinician, mine(world), {"words": marker}, why=marker)
    store.work.ask(patient, set_id, "blurred")
    store.sets.report(clinician, set_id)
    store.reviews.mark(clinician, set_id, 1, "fault", (marker,))
    store.reviews.finish(clinician, set_id)
    asked = store.remarks.add(clinician, set_id, f"Was it {marker}?", moment_s=2.0)
    store.remarks.add(patient, set_id, f"It was {marker}.", answer_to=asked)
    live = store.live.begin(patient, NewSet("live", marker, WHEN))
    for pose in synthetic.film(synthetic.squats(1), synthetic.Camera())[:40]:
        live.add(pose)
    live.close()
    arriving = store.uploads.begin(patient, Wish(f"{marker}.mp4", 99, marker))
    with store.uploads.appending(patient, arriving.id, 0) as file:
        file.write(marker.encode())
    store.sessions.ticket(patient)
    store.takeout.write(patient, scratch / "export.zip")
    return set_id, live.set_id


def found(store: Store, traces: tuple[str, ...]) -> list[str]:
    """Return where any of the traces still is."""
    where = []
    with store.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(table.select()):
                where += [table.name for value in row if any(trace in str(value) for trace in traces)]
    for path in store.settings.data_dir.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            where += [path.name for trace in traces if trace.encode() in content or trace in path.name]
    return where


def test_what_a_clinician_wrote_outlives_their_account(world: World) -> None:
    store = world.store
    store.logbook.prescribe(world.clinician, mine(world), {"sets": 3}, why="begin")
    store.sets.report(world.clinician, keep(world, level=Level.NUMBERS))
    store.erase(world.clinician)
    (kept,) = store.logbook.prescriptions(world.patient, mine(world))
    assert (kept.number, kept.author_id, kept.why) == (1, None, "begin")
    trail = store.audit.of_patient(world.patient, mine(world))
    assert ("", "read a set") in [(trace.who, trace.action) for trace in trail]


def test_prescriptions_are_added_never_changed(world: World) -> None:
    for sets in (2, 3):
        world.store.logbook.prescribe(world.clinician, mine(world), {"sets": sets}, why=f"{sets} sets")
    versions = world.store.logbook.prescriptions(world.patient, mine(world))
    assert [(each.number, each.body) for each in versions] == [(2, {"sets": 3}), (1, {"sets": 2})]


def test_an_export_holds_what_clinicians_judged_and_what_was_said(world: World, tmp_path: Path) -> None:
    words = "unmistakable"
    everything_of(world, words, tmp_path)
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        index = json.loads(archive.read("export.json"))
    (mark,) = index["marks"]
    assert (mark["verdict"], mark["faults"], mark["author"]) == ("fault", [words], "The near")
    assert {said["words"] for said in index["remarks"]} == {f"Was it {words}?", f"It was {words}."}
    assert "looked through a set" in {trace["action"] for trace in index["trail"]}
    assert [each["why"] for each in index["prescriptions"]] == [words]


def test_a_clinician_takes_their_own_phrases_along_and_nothing_of_a_patient(
    world: World, tmp_path: Path
) -> None:
    everything_of(world, "unmistakable", tmp_path)
    world.store.remarks.keep_phrase(world.clinician, "Slowly down.")
    world.store.takeout.write(world.clinician, tmp_path / "own.zip")
    with zipfile.ZipFile(tmp_path / "own.zip") as archive:
        (name,) = archive.namelist()
        text = archive.read(name).decode()
    assert json.loads(text)["phrases"] == ["Slowly down."]
    assert not [trace for trace in ("unmistakable", mine(world), "The patient") if trace in text]


def test_an_export_reads_back(world: World, tmp_path: Path) -> None:
    store = world.store
    keep(world, marker="mine")
    store.logbook.add(world.patient, mine(world), "pain", {"nprs": 2}, day=WHEN.date(), version=3)
    store.takeout.write(world.patient, tmp_path / "out.zip")
    assert store.takeout.read(world.other, tmp_path / "out.zip", tmp_path) == 1
    (copy,) = store.sets.of_patient(world.other, world.other.account_id)
    assert (copy.name, copy.note, copy.performed_at, copy.shared) == ("mine.mp4", "mine", WHEN, Level.NOTHING)
    assert store.sets.report(world.other, copy.id) == (report(), {"facing": "mine"})
    for file in store.sets.files(world.other, copy.id):
        assert store.sets.open(world.other, file.key).read() == f"mine {file.kind}".encode()
    (entry,) = store.logbook.entries(world.other, world.other.account_id)
    assert (entry.kind, entry.body, entry.day, entry.version) == ("pain", {"nprs": 2}, WHEN.date(), 3)
    assert [path.name for path in tmp_path.glob("import-*")] == []


def test_an_export_counts_what_is_read_back(world: World, tmp_path: Path) -> None:
    """A set that was never analysed has nothing to read back, and is not said to be kept."""
    store = world.store
    keep(world)
    live = store.live.begin(world.patient, NewSet("live", "not analysed", WHEN))
    live.close()
    store.takeout.write(world.patient, tmp_path / "out.zip")
    assert store.takeout.read(world.other, tmp_path / "out.zip", tmp_path) == 1


@pytest.mark.parametrize("index", [b"[]", b'{"format": 1}', b"null", b'{"sets": 3}', b"{", b"\xff"])
def test_what_is_no_export_is_told(world: World, tmp_path: Path, index: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("export.json", index)
    with pytest.raises(UnreadableInputError, match=r"other\.zip"):
        world.store.takeout.read(world.patient, tmp_path / "other.zip", tmp_path)


def test_of_a_damaged_export_nothing_is_kept(world: World, tmp_path: Path) -> None:
    store = world.store
    keep(world, marker="first")
    keep(world, marker="second")
    store.takeout.write(world.patient, tmp_path / "out.zip")
    whole = (tmp_path / "out.zip").read_bytes()
    (tmp_path / "broken.zip").write_bytes(whole.replace(b"first video", b"fjrst video"))
    with pytest.raises(UnreadableInputError, match="damaged"):
        store.takeout.read(world.other, tmp_path / "broken.zip", tmp_path)
    assert store.sets.of_patient(world.other, world.other.account_id) == []


def test_an_export_that_cannot_be_written_is_told(world: World, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        world.store.takeout.write(world.patient, tmp_path / "no such folder" / "out.zip")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("squats.mp4", "squats.mp4"),
        ("C:\\films\\squats.mp4", "squats.mp4"),
        ("../../squats.mp4", "squats.mp4"),
        ("..", "recording"),
        ("films/..", "recording"),
        ("a\0b\n.mp4", "ab.mp4"),
        ("half\ud800.mp4", "half.mp4"),
        ("", "recording"),
        ("ж" * 250 + ".mp4", "ж" * 98 + ".mp4"),
    ],
)
def test_a_name_can_name_a_file_of_ours(world: World, said: str, kept: str) -> None:
    arriving = world.store.uploads.begin(world.patient, Wish(said, 3, said[:1]))
    assert arriving.name == kept
    with world.store.uploads.appending(world.patient, arriving.id, 0) as file:
        file.write(b"abc")
    set_id = world.store.uploads.keep(world.patient, arriving.id)
    (file_row,) = world.store.sets.files(world.patient, set_id)
    assert file_row.name == kept
    with world.store.sets.open(world.patient, file_row.key) as taken:
        assert taken.read() == b"abc"


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are POSIX's")
def test_an_upload_that_the_disk_refuses_is_told_and_can_go_on(world: World) -> None:
    uploads = world.store.uploads
    arriving = uploads.begin(world.patient, Wish("squats.mp4", 8192, "x"))

    def write_on(size_bytes: int) -> None:
        received = uploads.get(world.patient, arriving.id).received_bytes
        with uploads.appending(world.patient, arriving.id, received) as file:
            file.write(bytes(size_bytes - received))

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        with pytest.raises(OutputError, match="cannot take more"):
            write_on(8192)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    write_on(8192)
    assert uploads.get(world.patient, arriving.id).received_bytes == 8192


def test_an_upload_is_on_the_disk_before_a_set_owns_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second name costs nothing, so the bytes behind it need not have left the memory yet."""
    waited_for, really = set(), os.fsync

    def noted(descriptor: int) -> None:
        waited_for.add(os.fstat(descriptor).st_ino)
        really(descriptor)

    arriving = world.store.uploads.begin(world.patient, Wish("squats.mp4", 3, "x"))
    with world.store.uploads.appending(world.patient, arriving.id, 0) as file:
        file.write(b"abc")
    monkeypatch.setattr(os, "fsync", noted)
    set_id = world.store.uploads.keep(world.patient, arriving.id)
    (kept_file,) = world.store.sets.files(world.patient, set_id)
    path = world.store.media.local_path(kept_file.key)
    assert path is not None
    assert path.stat().st_ino in waited_for
