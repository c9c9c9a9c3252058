"""A prescription reaches the next set: the same movement is judged by what held when it was done."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from formcheck.clinic.asked import as_asked, asked_since, newest, prescribed_now
from formcheck.clinic.prescription import Prescribed, Prescription, prescription_json
from formcheck.errors import UsageError
from formcheck.exercises.load import load
from formcheck.report.json_report import report_from_json
from formcheck.sources.track_file import write_track
from formcheck.store.columns import now
from formcheck.store.records import Content, NewSet, Outcome
from formcheck.store.settings import Settings
from formcheck.store.store import Store
from formcheck.ui.uploads.analyse import Analyst
from tests import synthetic
from tests.store.world import World, make_world, mine, report

SQUAT = load("squat")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = Store.open(Settings.at(tmp_path / "data", mode="clinic"))
    yield make_world(store)
    store.close()


def prescribe(world: World, *items: Prescribed) -> None:
    body = prescription_json(Prescription(exercises=items))
    world.store.logbook.prescribe(world.clinician, mine(world), body, why="Take your time.")


def kept_set(world: World, *, exercise_id: str = "squat") -> str:
    new = NewSet("upload", "a.mp4", now(), exercise_id=exercise_id)
    return world.store.sets.save(world.patient, new, Outcome(report()))


def test_a_set_is_asked_what_held_when_it_was_done(world: World) -> None:
    before = kept_set(world)
    prescribe(world, Prescribed(exercise_id="squat", repetitions=5))
    after = kept_set(world)
    prescribe(world, Prescribed(exercise_id="squat", repetitions=12))
    repetitions = {
        name: as_asked(world.store, world.patient, set_id, SQUAT).exercise.targets.repetitions
        for name, set_id in (("before", before), ("after", after), ("now", kept_set(world)))
    }
    assert repetitions == {"before": SQUAT.exercise.targets.repetitions, "after": 5, "now": 12}
    assert as_asked(world.store, world.patient, before, SQUAT) == SQUAT


def test_what_is_prescribed_now(world: World) -> None:
    assert newest(world.store, world.patient, mine(world)) is None
    assert prescribed_now(world.store, world.patient, mine(world)) == Prescription()
    prescribe(world, Prescribed(exercise_id="squat", sets=4))
    found = prescribed_now(world.store, world.patient, mine(world)).of("squat")
    assert found is not None
    assert found.sets == 4


def test_the_same_movement_is_judged_by_the_new_bound(world: World, tmp_path: Path) -> None:
    """The track says how deep the squats were; only what is asked for changes."""
    verdicts = [judged(world, tmp_path, name) for name in ("one", "two")]
    fault = next(fault for fault in SQUAT.exercise.faults if fault.kind == "quick")
    assert all(fault.id not in said for said in verdicts)
    slower = {severity: value + 30.0 for severity, value in fault.bounds}
    prescribe(world, Prescribed(exercise_id="squat", bounds={fault.id: slower}))
    assert fault.id in judged(world, tmp_path, "three")
    prescribe(world, Prescribed(exercise_id="squat"))
    assert fault.id not in judged(world, tmp_path, "four")


def judged(world: World, tmp_path: Path, name: str) -> set[str]:
    """Have a set judged as the worker does; return its faults."""
    path = tmp_path / f"{name}.parquet"
    write_track(synthetic.film(synthetic.squats(2), synthetic.Camera()), path)
    set_id = kept_set(world)
    world.store.sets.add_file(world.patient, set_id, "track", Content("track.parquet", path))
    Analyst(world.store).do(set_id, "analyse", lambda *_: None)
    data, _ = world.store.sets.report(world.patient, set_id)
    found = report_from_json(data)
    assert len(found.reps) == 2
    return {fault.id for rep in found.reps for fault in rep.faults}


def test_what_does_not_fit_is_said_and_not_passed_over(world: World) -> None:
    prescribe(world, Prescribed(exercise_id="squat", bounds={"no-such-fault": {"red": 3.0}}))
    with pytest.raises(UsageError, match="no fault 'no-such-fault'"):
        as_asked(world.store, world.patient, kept_set(world), SQUAT)


def test_since_when_an_exercise_is_asked_for_as_it_is_now(world: World) -> None:
    """A change of another exercise is none of this one; one that was taken out begins anew."""
    squat, hinge = Prescribed(exercise_id="squat", sets=3), Prescribed(exercise_id="hip-hinge")
    for items in ([squat], [hinge], [squat], [squat, hinge], [squat, hinge.model_copy(update={"sets": 4})]):
        prescribe(world, *items)
    versions = world.store.logbook.prescriptions(world.patient, mine(world))
    by_number = {version.number: version.at for version in versions}
    assert asked_since(versions, "squat") == by_number[3]
    assert asked_since(versions, "hip-hinge") == by_number[5]
    assert asked_since(versions, "march-neutral") is None
    assert asked_since([], "squat") is None
