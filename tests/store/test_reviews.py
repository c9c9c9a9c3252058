"""Marks, words and the waiting list: what is kept of a review, who sees it, and what goes with what."""

import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from formcheck.errors import UsageError
from formcheck.store import columns
from formcheck.store.access import NOBODY, WORKER, Actor, Level, NotThereError
from formcheck.store.records import NewSet, Outcome
from formcheck.store.tables_review import Remark, SetReview
from formcheck.store.waiting import Waiting
from tests.store.test_sets import found
from tests.store.world import WHEN, World, joined, keep, mine, outcome, report

KINDS = ("symptoms",)


@pytest.fixture
def set_id(world: World) -> str:
    """A shared set: its first repetition has a red fault, the others none."""
    return keep(world, level=Level.NUMBERS)


def waiting(world: World, actor: Actor | None = None, *, reviewed: bool = False) -> Waiting:
    return world.store.waiting.of_clinician(actor or world.clinician, kinds=KINDS, reviewed=reviewed)


def test_one_key_confirms_and_another_corrects(world: World, set_id: str) -> None:
    reviews, clinician = world.store.reviews, world.clinician
    reviews.mark(clinician, set_id, 1)
    reviews.mark(clinician, set_id, 2, "fault", ["lean", "lean"])
    reviews.mark(clinician, set_id, 3, "cannot_judge", ["lean"])
    first, second, third = reviews.marks(clinician, set_id)
    assert (first.verdict, first.faults, first.confirms) == ("fault", ("rounding",), True)
    assert (second.verdict, second.faults, second.own_verdict, second.own_faults) == (
        "fault",
        ("lean",),
        "ok",
        (),
    )
    assert (third.verdict, third.faults, third.confirms) == ("cannot_judge", (), False)
    assert (first.author, first.exercise_id, first.peak_s) == ("The near", "squat", 2.0)
    reviews.mark(clinician, set_id, 1, "ok")
    reviews.unmark(clinician, set_id, 3)
    assert [(mark.rep, mark.verdict) for mark in reviews.marks(world.patient, set_id)] == [
        (1, "ok"),
        (2, "fault"),
    ]


def test_what_is_not_there_cannot_be_judged(world: World, set_id: str) -> None:
    reviews = world.store.reviews
    with pytest.raises(UsageError, match="no such repetition"):
        reviews.mark(world.clinician, set_id, 9)
    with pytest.raises(UsageError, match="no verdict"):
        reviews.mark(world.clinician, set_id, 1, "lovely")  # type: ignore[arg-type]
    bare = world.store.sets.save(world.patient, NewSet("upload", "x", WHEN, shared=Level.VIDEO), outcome())
    world.store.sets.failed(world.patient, bare, "no")
    reviews.mark(world.clinician, bare, 1)
    assert len(reviews.marks(world.clinician, bare)) == 1


def test_a_mark_keeps_what_formcheck_said_when_it_was_made(world: World, set_id: str) -> None:
    """Judging anew must not turn an old disagreement into agreement."""
    world.store.reviews.mark(world.clinician, set_id, 1, "ok")
    world.store.sets.judged(world.patient, set_id, Outcome(report(red=0)))
    (mark,) = world.store.reviews.marks(world.clinician, set_id)
    assert (mark.verdict, mark.own_verdict, mark.own_faults) == ("ok", "fault", ("rounding",))


def test_withdrawn_sharing_takes_the_marks_out_of_the_clinics_numbers(world: World, set_id: str) -> None:
    store = world.store
    store.reviews.mark(world.clinician, set_id, 1)
    assert len(store.reviews.all_marks(world.clinician)) == 1
    for actor in (world.foreign, world.withdrawn, world.patient, NOBODY, WORKER):
        assert store.reviews.all_marks(actor) == []
    store.sets.share(world.patient, set_id, Level.NOTHING)
    assert store.reviews.all_marks(world.clinician) == []
    assert len(store.reviews.marks(world.patient, set_id)) == 1, "the patient still knows what was said"


def test_two_clinicians_mark_the_same_repetition(world: World, set_id: str) -> None:
    store = world.store
    second = joined(store, store.invitations.invite_clinician("second"), "second")
    store.invitations.accept(world.patient, store.invitations.invite_patient(second, "patient"))
    store.reviews.mark(world.clinician, set_id, 1)
    store.reviews.mark(second, set_id, 1, "borderline", ["rounding"])
    for actor in (world.clinician, second):
        marks = store.reviews.all_marks(actor)
        assert {(mark.author, mark.verdict) for mark in marks} == {
            ("The near", "fault"),
            ("The second", "borderline"),
        }


def test_looked_through_leaves_the_queue_until_the_patient_writes(world: World, set_id: str) -> None:
    store, clinician = world.store, world.clinician
    assert [(each.set_id, each.asked) for each in waiting(world).sets] == [(set_id, False)]
    store.reviews.finish(clinician, set_id)
    assert waiting(world).sets == []
    assert [each.reviewed for each in waiting(world, reviewed=True).sets] == [True]
    assert waiting(world).seen == {mine(world): 1}
    store.remarks.add(world.patient, set_id, "Is this right?")
    assert [(each.set_id, each.asked) for each in waiting(world).sets] == [(set_id, True)]
    store.remarks.add(clinician, set_id, "Yes.")
    assert waiting(world).sets == []


def test_only_what_is_shared_with_whom_is_accepted_waits(world: World) -> None:
    keep(world, level=Level.NOTHING)
    shared = keep(world, level=Level.REPLAY)
    assert [each.set_id for each in waiting(world).sets] == [shared]
    for actor in (world.foreign, world.withdrawn, world.patient, NOBODY, WORKER):
        found_there = waiting(world, actor)
        assert (list(found_there.sets), found_there.in_all) == ([], 0)
        assert (found_there.seen, found_there.compared, found_there.logs) == ({}, {}, {})


def test_what_the_order_needs_comes_along(world: World, set_id: str) -> None:
    store, patient = world.store, world.patient
    day = WHEN.date()
    for step in (-3, -1, 0, 1, 4):
        store.logbook.add(patient, mine(world), "symptoms", {"step": step}, day=day + timedelta(days=step))
    store.logbook.add(patient, mine(world), "screen", {}, day=day)
    store.reviews.mark(world.clinician, set_id, 1)
    store.reviews.mark(world.clinician, set_id, 2, "cannot_judge")
    here = waiting(world)
    assert [entry.body["step"] for entry in here.logs[mine(world)]] == [-1, 0, 1]
    assert here.compared == {"squat": 1}
    (each,) = here.sets
    assert (each.patient, each.exercise, each.reps, each.red_faults) == ("The patient", "Squat", 3, 1)


def test_words_and_answers(world: World, set_id: str) -> None:
    store = world.store
    first = store.remarks.add(world.clinician, set_id, "  Slower here.  ", moment_s=4.5)
    store.remarks.add(world.patient, set_id, "I will try.", answer_to=first)
    said = store.remarks.of_set(world.patient, set_id)
    assert [(each.author, each.words, each.moment_s, each.answer_to) for each in said] == [
        ("The near", "Slower here.", 4.5, None),
        ("The patient", "I will try.", None, first),
    ]
    assert [each.by_patient for each in store.remarks.of_patient(world.clinician, mine(world))] == [
        True,
        False,
    ]
    with pytest.raises(UsageError, match="no words"):
        store.remarks.add(world.patient, set_id, "   ")
    with pytest.raises(NotThereError):
        store.remarks.add(world.patient, set_id, "x", answer_to="0" * 32)
    other = keep(world, level=Level.NUMBERS)
    with pytest.raises(NotThereError):
        store.remarks.add(world.patient, other, "x", answer_to=first)
    with pytest.raises(NotThereError):
        store.remarks.add(WORKER, set_id, "beep")
    store.remarks.take_back(world.clinician, first)
    assert store.remarks.of_set(world.patient, set_id) == []


def test_words_are_taken_back_by_who_said_them(world: World, set_id: str) -> None:
    said = world.store.remarks.add(world.clinician, set_id, "Oh.")
    for name in ("patient", "other", "foreign", "withdrawn", "nobody"):
        with pytest.raises(NotThereError):
            world.store.remarks.take_back(world.actor(name), said)
    assert len(world.store.remarks.of_set(world.patient, set_id)) == 1


def test_phrases_are_a_clinicians_own(world: World) -> None:
    remarks = world.store.remarks
    remarks.keep_phrase(world.clinician, "Slow down on the way back.")
    remarks.keep_phrase(world.clinician, "Slow down on the way back.")
    (phrase,) = remarks.phrases(world.clinician)
    for name in ("patient", "foreign", "nobody"):
        assert remarks.phrases(world.actor(name)) == []
        with pytest.raises(NotThereError):
            remarks.drop_phrase(world.actor(name), phrase.id)
    for name in ("patient", "nobody"):
        with pytest.raises(NotThereError):
            remarks.keep_phrase(world.actor(name), "x")
    remarks.drop_phrase(world.clinician, phrase.id)
    assert remarks.phrases(world.clinician) == []


def test_the_prescription_of_a_set_is_the_one_that_held_then(world: World) -> None:
    """A set that was done before anything was prescribed has none; one that is done later has the newest."""
    store = world.store
    before = NewSet("upload", "before", columns.now() - timedelta(days=1), shared=Level.NUMBERS)
    set_id = store.sets.save(world.patient, before, outcome())
    for sets in (2, 3):
        store.logbook.prescribe(world.clinician, mine(world), {"sets": sets}, why="more")
    assert store.logbook.prescription_of(world.clinician, set_id) is None
    new = NewSet("upload", "later", columns.now(), shared=Level.NUMBERS)
    later = store.sets.save(world.patient, new, outcome())
    for actor in (world.patient, world.clinician, WORKER):
        held = store.logbook.prescription_of(actor, later)
        assert held is not None
        assert (held.number, held.body) == (2, {"sets": 3})


def test_a_deleted_account_takes_its_words_and_marks_along(world: World) -> None:
    store, marker = world.store, "unmistakable"
    set_id = keep(world, level=Level.NUMBERS, marker=marker)
    store.reviews.mark(world.clinician, set_id, 1)
    store.reviews.finish(world.clinician, set_id)
    store.remarks.add(world.clinician, set_id, marker)
    store.erase(world.patient)
    assert found(store, (marker, mine(world), set_id)) == []


def test_what_a_clinician_said_stays_with_the_patient_without_the_name(world: World, set_id: str) -> None:
    store = world.store
    store.reviews.mark(world.clinician, set_id, 1)
    store.reviews.finish(world.clinician, set_id)
    store.remarks.add(world.clinician, set_id, "Well done.")
    store.remarks.keep_phrase(world.clinician, "Mine alone.")
    store.erase(world.clinician)
    (said,) = store.remarks.of_set(world.patient, set_id)
    assert (said.author_id, said.author, said.words, said.by_patient) == (None, "", "Well done.", False)
    assert [mark.author for mark in store.reviews.marks(world.patient, set_id)] == [""]
    assert found(store, ("Mine alone.",)) == []


def test_an_export_holds_words_and_marks(world: World, set_id: str, tmp_path: Path) -> None:
    store = world.store
    store.reviews.mark(world.clinician, set_id, 1, "ok")
    store.remarks.add(world.clinician, set_id, "Well done.", moment_s=2.0)
    store.takeout.write(world.patient, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        index = json.loads(archive.read("export.json"))
    assert [(each["words"], each["moment_s"]) for each in index["remarks"]] == [("Well done.", 2.0)]
    assert [(each["verdict"], each["own_verdict"]) for each in index["marks"]] == [("ok", "fault")]


def test_a_word_after_a_look_asks_and_one_before_it_does_not(world: World, set_id: str) -> None:
    """By their instants, not by the order of rows."""
    store = world.store
    store.remarks.add(world.patient, set_id, "Hello.")
    store.reviews.finish(world.clinician, set_id)
    assert waiting(world).sets == []
    with store.database.write() as session:
        session.execute(update(Remark).values(at=WHEN + timedelta(days=3)))
        session.execute(update(SetReview).values(at=WHEN + timedelta(days=2)))
    assert [each.asked for each in waiting(world).sets] == [True]
