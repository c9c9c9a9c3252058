"""Sets that are going on, work beside the pages, and uploads: what survives, and what is cleared away."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import func, select, text, update

from formcheck.body.pose import PoseTrack
from formcheck.errors import UsageError
from formcheck.store.access import NotThereError
from formcheck.store.columns import now
from formcheck.store.pieces import pack, unpack
from formcheck.store.records import Content, NewSet, Outcome
from formcheck.store.store import Store
from formcheck.store.tables_sets import TrackPiece, WorkItem
from formcheck.store.uploads import BusyError, Wish
from formcheck.store.work import ATTEMPTS
from tests import synthetic
from tests.store.world import WHEN, World, keep, mine, report


@pytest.fixture(scope="module")
def film() -> PoseTrack:
    return synthetic.film(synthetic.squats(1), synthetic.Camera())


def same(one: PoseTrack, other: PoseTrack) -> None:
    np.testing.assert_array_equal(one.t_s, other.t_s)
    np.testing.assert_allclose(one.landmarks_px, other.landmarks_px, rtol=1e-6)  # single precision
    np.testing.assert_array_equal(one.edge_occluded, other.edge_occluded)
    np.testing.assert_array_equal(one.edge_beside_arm, other.edge_beside_arm)


def test_pieces_make_the_track_again(film: PoseTrack) -> None:
    pieces = [pack(film[i : i + 17]) for i in range(0, len(film), 17)]
    same(unpack(pieces), film)
    assert unpack(pieces).origin == film.origin
    same(unpack([pieces[0], pieces[0], *pieces[1:]]), film)  # twice the same costs nothing
    assert len(unpack([])) == 0


def test_a_running_set_is_kept_while_it_runs(world: World, film: PoseTrack) -> None:
    live = world.store.live.begin(world.patient, NewSet("live", "Squat", WHEN))
    for pose in film[: len(film) // 2]:
        live.add(pose)
    live.flush()
    same(world.store.live.track(world.patient, live.set_id), film[: len(film) // 2])
    assert world.store.sets.get(world.patient, live.set_id).state == "recording"
    for pose in film[len(film) // 2 :]:
        live.add(pose)
    files = {"track": Content("track.parquet", b"whole")}
    live.finish(Outcome(report(), {}, files))
    assert world.store.sets.get(world.patient, live.set_id).state == "done"
    with world.store.database.read() as session:
        assert session.scalar(select(func.count()).select_from(TrackPiece)) == 0


def test_a_set_whose_server_died_is_finished_by_another(world: World, film: PoseTrack) -> None:
    store = world.store
    live = store.live.begin(world.patient, NewSet("live", "Squat", WHEN, about={"facing": "left"}))
    for pose in film:
        live.add(pose)
    live.close()
    empty = store.live.begin(world.patient, NewSet("live", "Squat", WHEN))
    assert store.live.rescue() == 0  # it may still be going on
    assert store.live.rescue(silent_for=timedelta(0)) == 2
    claim = store.work.claim("another")
    assert claim is not None
    assert (claim.set_id, claim.task) == (live.set_id, "finish")
    same(store.live.track(world.patient, live.set_id), film)
    with pytest.raises(NotThereError):  # nothing had come: nothing is shown
        store.sets.get(world.patient, empty.set_id)


def test_a_running_set_can_be_given_up(world: World, film: PoseTrack) -> None:
    live = world.store.live.begin(world.patient, NewSet("live", "Squat", WHEN))
    for pose in film:
        live.add(pose)
    live.discard()
    assert world.store.sets.of_patient(world.patient, mine(world)) == []


def test_a_set_that_was_deleted_elsewhere_takes_no_more(world: World, film: PoseTrack) -> None:
    live = world.store.live.begin(world.patient, NewSet("live", "Squat", WHEN))
    world.store.sets.delete(world.patient, live.set_id)
    live.add(film.pose(0))
    with pytest.raises(NotThereError):
        live.flush()


# -- work ------------------------------------------------------------------------------------------


def test_one_worker_has_a_piece_of_work_and_tells(world: World) -> None:
    work, set_id = world.store.work, keep(world)
    work.ask(world.patient, set_id, "blurred")
    work.ask(world.patient, set_id, "blurred")
    claim = work.claim("one")
    assert claim is not None
    assert work.claim("two") is None
    assert work.tell(claim, "Drawing", 3.0, 12.0)
    (stage,) = work.stages(world.patient, set_id)
    assert (stage.step, stage.share, stage.waiting) == ("Drawing", 0.25, False)
    work.finish(claim)
    assert work.stages(world.patient, set_id) == []


def test_work_of_a_dead_worker_is_taken_over(world: World) -> None:
    work = world.store.work
    work.ask(world.patient, keep(world), "blurred")
    first = work.claim("one")
    assert first is not None
    expire(world.store)
    second = work.claim("two")
    assert second is not None
    assert second.id == first.id
    assert not work.tell(first, "late", 0, 0)  # the first one has lost it
    work.fail(first, "late")
    assert work.tell(second, "going on", 0, 0)


def test_work_that_kills_its_workers_is_given_up_kindly(world: World) -> None:
    work, set_id = world.store.work, keep(world)
    work.ask(world.patient, set_id, "analyse")
    for _ in range(ATTEMPTS):
        assert work.claim("doomed")
        expire(world.store)
    assert work.claim("doomed") is None
    assert "will not try again" in work.stages(world.patient, set_id)[0].problem
    work.ask(world.patient, set_id, "analyse")  # but the person may
    assert work.claim("fresh")


def test_an_orderly_end_costs_no_attempt(world: World) -> None:
    work = world.store.work
    work.ask(world.patient, keep(world), "analyse")
    for _ in range(2 * ATTEMPTS):
        assert work.claim("one")
        work.release("one")


def test_work_goes_with_its_set(world: World) -> None:
    set_id = keep(world)
    world.store.work.ask(world.patient, set_id, "analyse")
    claim = world.store.work.claim("one")
    assert claim is not None
    world.store.sets.delete(world.patient, set_id)
    assert not world.store.work.tell(claim, "Looking", 1, 2)


def expire(store: Store) -> None:
    with store.database.write() as session:
        session.execute(update(WorkItem).values(leased_until=now() - timedelta(seconds=1)))


# -- uploads ---------------------------------------------------------------------------------------

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def wish() -> Wish:
    return Wish("../My squats.mp4", len(CONTENT), "same file", exercise_id="squat")


def send(world: World, upload_id: str, start: int, end: int) -> None:
    with world.store.uploads.appending(world.patient, upload_id, start) as file:
        file.write(CONTENT[start:end])


def test_a_cut_upload_goes_on_where_it_was_cut(world: World, wish: Wish) -> None:
    store, actor = world.store, world.patient
    first = store.uploads.begin(actor, wish)
    send(world, first.id, 0, 5000)
    again = store.uploads.begin(actor, wish)  # the same file was chosen again
    assert (again.id, again.received_bytes) == (first.id, 5000)
    with pytest.raises(UsageError, match="not come whole"):
        store.uploads.keep(actor, first.id)
    send(world, first.id, 5000, len(CONTENT))
    set_id = store.uploads.keep(actor, first.id)
    row = store.sets.get(actor, set_id)
    assert (row.name, row.state, row.exercise_id) == ("My squats.mp4", "waiting", "squat")
    (file,) = store.sets.files(actor, set_id)
    assert store.sets.open(actor, file.key).read() == CONTENT
    assert store.work.claim("one")
    assert list((store.settings.data_dir / "uploads").iterdir()) == []


def test_bytes_come_in_order_from_one_writer(world: World, wish: Wish) -> None:
    arriving = world.store.uploads.begin(world.patient, wish)
    with pytest.raises(UsageError, match="goes on at 0"):
        send(world, arriving.id, 100, 200)
    with world.store.uploads.appending(world.patient, arriving.id, 0) as file:
        file.write(b"x")
        with pytest.raises(BusyError):
            send(world, arriving.id, 0, 10)


def test_what_nobody_continues_is_cleared_away(world: World, wish: Wish) -> None:
    store = world.store
    send(world, store.uploads.begin(world.patient, wish).id, 0, 100)
    store.uploads.sweep()
    folder = store.settings.data_dir / "uploads"
    assert len(list(folder.iterdir())) == 1
    store.uploads.sweep(stale_after=timedelta(0))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("size_bytes", [0, -1, 5 << 30])
def test_impossible_sizes_are_refused(world: World, size_bytes: int) -> None:
    with pytest.raises(UsageError, match="one set at a time"):
        world.store.uploads.begin(world.patient, Wish("a.mp4", size_bytes, "a"))


def test_the_disk_is_not_filled_with_beginnings(world: World) -> None:
    for i in range(5):
        world.store.uploads.begin(world.patient, Wish("a.mp4", 10, str(i)))
    with pytest.raises(UsageError, match="unfinished"):
        world.store.uploads.begin(world.patient, Wish("a.mp4", 10, "one more"))


def test_only_pieces_do_not_wait_for_the_disk(store: Store) -> None:
    """What is hurried is faster by that alone; the next transaction on the same connection waits again."""
    asked = "PRAGMA synchronous" if store.database.embedded else "SHOW synchronous_commit"
    found = []
    for hurried in (True, False, True, False):
        with store.database.write(hurried=hurried) as session:
            found.append(session.scalar(text(asked)))
    normal, full = (1, 2) if store.database.embedded else ("off", "on")
    assert found == [normal, full, normal, full]
