"""Live sets become sets of their owner: while they run, after they end, and after a crash."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from formcheck.body.pose import PoseTrack
from formcheck.errors import OutputError
from formcheck.live.sink import AboutSet, FolderSink
from formcheck.store.access import Actor
from formcheck.store.records import SetRow
from formcheck.store.settings import Settings
from formcheck.store.store import Store
from formcheck.store.work import Claim
from formcheck.ui.sets.live_sink import KeptSink
from formcheck.ui.uploads import worker
from formcheck.ui.uploads.worker import Worker
from tests import synthetic

SOON_S = 20.0


@pytest.fixture
def film() -> PoseTrack:
    return synthetic.film(synthetic.squats(2), synthetic.Camera())


def begun(tmp_path: Path, film: PoseTrack, upto: int | None = None) -> tuple[Store, Actor, KeptSink]:
    store = Store.open(Settings.at(tmp_path / "kept"))
    actor = store.people.at_home()
    sink = KeptSink(FolderSink(tmp_path / "session"), store, actor)
    sink.begin(AboutSet(1, "squat", (0.0, 1.0), None, film.origin, object_height_cm=20.0))
    for pose in film[:upto]:
        sink.add(pose)
    return store, actor, sink


def the_set(store: Store, actor: Actor) -> SetRow:
    (row,) = store.sets.of_patient(actor, actor.account_id)
    return row


def test_an_ended_set_gets_its_report_beside_the_pages(tmp_path: Path, film: PoseTrack) -> None:
    store, actor, sink = begun(tmp_path, film)
    sink.end()
    deadline_s = time.monotonic() + SOON_S
    while the_set(store, actor).state != "waiting":
        assert time.monotonic() < deadline_s, "the set is never handed over"
        time.sleep(0.02)
    assert Worker(store).step()
    row = the_set(store, actor)
    assert (row.state, row.source, row.reps, row.name) == ("done", "live", 2, "Squat, set 1")
    _, corrections = store.sets.report(actor, row.id)
    assert corrections["neutral_s"] == [0.0, 1.0], "judged from the neutral of the live pass"
    assert corrections["object_height_cm"] == 20.0
    kinds = {file.kind for file in store.sets.files(actor, row.id)}
    assert kinds == {"track", "signals", "pdf", "page"}, "no picture"
    assert [stage.task for stage in store.work.stages(actor, row.id)] == ["replay"]


def test_a_broken_off_set_is_finished_by_the_next_server(tmp_path: Path, film: PoseTrack) -> None:
    store, actor, sink = begun(tmp_path, film, upto=-30)
    sink._live.flush()  # type: ignore[union-attr]
    store.close()  # the server is gone
    again = Store.open(store.settings)
    assert again.live.rescue(silent_for=timedelta(0)) == 1
    assert Worker(again).step()
    row = the_set(again, actor)
    assert (row.state, row.reps) == ("done", 2)


def test_work_goes_on_while_the_database_is_away(
    tmp_path: Path, film: PoseTrack, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, actor, sink = begun(tmp_path, film, upto=-30)
    sink._live.flush()  # type: ignore[union-attr]
    store.close()
    again = Store.open(store.settings)
    again.live.rescue(silent_for=timedelta(0))
    tell, away = again.work.tell, iter([True] * 3)

    def told(claim: Claim, step: str, done: float, total: float) -> bool:
        if next(away, False):
            raise OutputError("What is kept cannot be reached at the moment.")
        return tell(claim, step, done, total)

    monkeypatch.setattr(worker, "TELL_S", 0.01)
    monkeypatch.setattr(again.work, "tell", told)
    assert Worker(again).step()
    assert next(away, None) is None, "the database was never asked"
    assert (the_set(again, actor).state, the_set(again, actor).reps) == ("done", 2)


def test_a_set_goes_on_when_its_owner_deletes_it_elsewhere(tmp_path: Path, film: PoseTrack) -> None:
    """Nothing is kept of it, and the person in front of the camera is not disturbed."""
    store, actor, sink = begun(tmp_path, film, upto=20)
    store.sets.delete(actor, the_set(store, actor).id)
    for pose in film[20:]:
        sink.add(pose)
    sink.end()
    assert store.sets.of_patient(actor, actor.account_id) == []
