"""Every call of the store that gives or changes something, by everybody, at every level of sharing.

The table says from which level of sharing on the clinician in care may; ``None``: never. The patient may
everything here unless it is a clinician's own; everybody else may nothing, with the right ids in hand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from formcheck.store.access import Actor, Level, NotThereError
from formcheck.store.audit import Audit
from formcheck.store.invitations import Invitations
from formcheck.store.live import LiveSets
from formcheck.store.logbook import Logbook
from formcheck.store.people import Choices, People
from formcheck.store.records import Content, NewSet
from formcheck.store.remarks import Remarks
from formcheck.store.reviews import Reviews
from formcheck.store.sets import Sets
from formcheck.store.takeout import Takeout
from formcheck.store.uploads import Uploads, Wish
from formcheck.store.waiting import WaitingList
from formcheck.store.watching import Consent, Moment, Watching
from formcheck.store.work import Work
from tests.store.world import WHEN, World, keep, mine, outcome

STRANGERS = ("nobody", "other", "foreign", "withdrawn")
SHARED = tuple(Level)


@dataclass(frozen=True)
class Scene:
    """The patient's things, to be asked for by somebody."""

    world: World
    set_id: str
    keys: dict[str, str]
    upload_id: str
    folder: Path

    def said(self) -> str:
        """Have the patient say something; returns the remark's id."""
        return self.world.store.remarks.add(self.world.patient, self.set_id, "It felt odd.")


Call = Callable[[Scene, Actor], object]


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    method: str
    call: Call
    clinician_from: Level | None = None
    patient: bool = True


def reads(kind: str) -> Call:
    return lambda scene, actor: scene.world.store.sets.open(actor, scene.keys[kind]).read()


def start_upload(scene: Scene, actor: Actor) -> object:
    """Append to the patient's upload."""
    with scene.world.store.uploads.appending(actor, scene.upload_id, 3) as file:
        return file.write(b"more")


def let(scene: Scene) -> Consent:
    """Return the patient's yes to be watched by the clinician in care."""
    return Consent(mine(scene.world), scene.world.clinician.account_id)


EVERY_LEVEL, NUMBERS = Level.NOTHING, Level.NUMBERS
TABLE = [
    Line("Sets.get", lambda s, a: s.world.store.sets.get(a, s.set_id), Level.NUMBERS),
    Line("Sets.report", lambda s, a: s.world.store.sets.report(a, s.set_id), Level.NUMBERS),
    Line("Sets.files", lambda s, a: s.world.store.sets.files(a, s.set_id), Level.NUMBERS),
    Line("Sets.file", lambda s, a: s.world.store.sets.file(a, s.keys["track"]), Level.REPLAY),
    Line("Sets.open", reads("signals"), Level.NUMBERS),
    Line("Sets.open", reads("pdf"), Level.NUMBERS),
    Line("Sets.open", reads("page"), Level.NUMBERS),
    Line("Sets.open", reads("track"), Level.REPLAY),
    Line("Sets.open", reads("replay"), Level.REPLAY),
    Line("Sets.open", reads("blurred"), Level.BLURRED),
    Line("Sets.open", reads("overlay"), Level.VIDEO),
    Line("Sets.open", reads("video"), Level.VIDEO),
    Line("Sets.of_patient", lambda s, a: s.world.store.sets.of_patient(a, mine(s.world)), EVERY_LEVEL),
    Line("Sets.exercises", lambda s, a: s.world.store.sets.exercises(a, mine(s.world)), EVERY_LEVEL),
    Line("Sets.judged", lambda s, a: s.world.store.sets.judged(a, s.set_id, outcome())),
    Line(
        "Sets.add_file",
        lambda s, a: s.world.store.sets.add_file(a, s.set_id, "replay", Content("replay.mp4", b"film")),
    ),
    Line("Sets.analyse_as", lambda s, a: s.world.store.sets.analyse_as(a, s.set_id, "squat")),
    Line("Sets.failed", lambda s, a: s.world.store.sets.failed(a, s.set_id, "no")),
    Line("Sets.share", lambda s, a: s.world.store.sets.share(a, s.set_id, Level.VIDEO)),
    Line("Sets.delete", lambda s, a: s.world.store.sets.delete(a, s.set_id)),
    Line("Work.ask", lambda s, a: s.world.store.work.ask(a, s.set_id, "blurred")),
    Line("Work.stages", lambda s, a: s.world.store.work.stages(a, s.set_id), Level.NUMBERS),
    Line("LiveSets.track", lambda s, a: s.world.store.live.track(a, s.set_id)),
    Line("Uploads.get", lambda s, a: s.world.store.uploads.get(a, s.upload_id)),
    Line("Uploads.appending", start_upload),
    Line("Uploads.discard", lambda s, a: s.world.store.uploads.discard(a, s.upload_id)),
    Line("People.patient", lambda s, a: s.world.store.people.patient(a, mine(s.world)), EVERY_LEVEL),
    Line(
        "Logbook.add",
        lambda s, a: s.world.store.logbook.add(a, mine(s.world), "pain", {"nprs": 2}, day=date(2026, 11, 24)),
        EVERY_LEVEL,
    ),
    Line("Logbook.entries", lambda s, a: s.world.store.logbook.entries(a, mine(s.world)), EVERY_LEVEL),
    Line(
        "Logbook.prescriptions",
        lambda s, a: s.world.store.logbook.prescriptions(a, mine(s.world)),
        EVERY_LEVEL,
    ),
    Line(
        "Logbook.prescribe",
        lambda s, a: s.world.store.logbook.prescribe(a, mine(s.world), {"sets": 3}, why="more"),
        EVERY_LEVEL,
        patient=False,
    ),
    Line("Logbook.prescription_of", lambda s, a: s.world.store.logbook.prescription_of(a, s.set_id), NUMBERS),
    Line("Reviews.mark", lambda s, a: s.world.store.reviews.mark(a, s.set_id, 1), NUMBERS, patient=False),
    Line(
        "Reviews.mark", lambda s, a: s.world.store.reviews.mark(a, s.set_id, 1, "ok"), NUMBERS, patient=False
    ),
    Line("Reviews.unmark", lambda s, a: s.world.store.reviews.unmark(a, s.set_id, 1), NUMBERS, patient=False),
    Line("Reviews.marks", lambda s, a: s.world.store.reviews.marks(a, s.set_id), NUMBERS),
    Line("Reviews.marks_of_patient", lambda s, a: s.world.store.reviews.marks_of_patient(a, mine(s.world))),
    Line("Reviews.finish", lambda s, a: s.world.store.reviews.finish(a, s.set_id), NUMBERS, patient=False),
    Line("Reviews.finished", lambda s, a: s.world.store.reviews.finished(a, s.set_id), NUMBERS),
    Line("Remarks.add", lambda s, a: s.world.store.remarks.add(a, s.set_id, "Well done."), NUMBERS),
    Line(
        "Remarks.add",
        lambda s, a: s.world.store.remarks.add(a, s.set_id, "Why?", moment_s=2.0, answer_to=s.said()),
        NUMBERS,
    ),
    Line("Remarks.of_set", lambda s, a: s.world.store.remarks.of_set(a, s.set_id), NUMBERS),
    Line("Remarks.of_patient", lambda s, a: s.world.store.remarks.of_patient(a, mine(s.world)), EVERY_LEVEL),
    Line("Remarks.take_back", lambda s, a: s.world.store.remarks.take_back(a, s.said())),
    Line("Watching.check", lambda s, a: s.world.store.watching.check(a, let(s)), EVERY_LEVEL, patient=False),
    Line("Watching.begin", lambda s, a: s.world.store.watching.begin(a, let(s)), EVERY_LEVEL, patient=False),
    Line(
        "Watching.cue",
        lambda s, a: s.world.store.watching.cue(a, let(s), "Slower.", Moment(s.set_id, 1.0)),
        EVERY_LEVEL,
        patient=False,
    ),
    Line("Audit.of_patient", lambda s, a: s.world.store.audit.of_patient(a, mine(s.world))),
]
# what only ever touches the actor's own things: tested below
OWN = {
    "Sets.save",
    "LiveSets.begin",
    "Uploads.begin",
    "Uploads.keep",
    "People.me",
    "People.choices",
    "People.choose",
    "People.patients",
    "People.clinicians",
    "People.end_care",
    "People.at_home",
    "Invitations.invite_patient",
    "Invitations.open",
    "Invitations.take_back",
    "Invitations.accept",
    "Takeout.write",
    "Takeout.read",
    "Reviews.all_marks",
    "Remarks.phrases",
    "Remarks.keep_phrase",
    "Remarks.drop_phrase",
    "WaitingList.of_clinician",
}
# no request reaches these: the worker's, the operator's, housekeeping; and what is asked before a login
INNER = {
    *("Work.claim", "Work.tell", "Work.finish", "Work.fail", "Work.release"),
    *("LiveSets.rescue", "Uploads.sweep", "Invitations.sweep"),
    "People.by_login",
    *("Invitations.invite_clinician", "Invitations.welcome", "Invitations.join"),
}


@pytest.fixture
def scene(world: World, tmp_path: Path) -> Callable[[Level], Scene]:
    """Make the patient's set at a level of sharing, with all its files, and an upload half-way."""

    def made(level: Level) -> Scene:
        set_id = keep(world, level=level)
        keys = {file.kind: file.key for file in world.store.sets.files(world.patient, set_id)}
        assert len(keys) == 8
        arriving = world.store.uploads.begin(world.patient, Wish("a.mp4", 10, "a"))
        with world.store.uploads.appending(world.patient, arriving.id, 0) as file:
            file.write(b"abc")
        return Scene(world, set_id, keys, arriving.id, tmp_path)

    return made


def named(line: Line) -> str:
    return f"{line.method}-{TABLE.index(line)}"


@pytest.mark.parametrize("line", TABLE, ids=named)
def test_the_table(scene: Callable[[Level], Scene], line: Line) -> None:
    """The clinician at each level; strangers with everything shared; the patient."""
    here = scene(Level.NOTHING)
    sets, patient = here.world.store.sets, here.world.patient
    for level in SHARED:  # upwards: going down would delete the films
        sets.share(patient, here.set_id, level)
        if line.clinician_from is not None and level >= line.clinician_from:
            line.call(here, here.world.clinician)
        else:
            denied(line, here, here.world.clinician)
    for name in STRANGERS:
        denied(line, here, here.world.actor(name))
    if line.patient:
        line.call(here, patient)
    else:
        denied(line, here, patient)


def denied(line: Line, here: Scene, actor: Actor) -> None:
    with pytest.raises(NotThereError):
        line.call(here, actor)


def test_every_call_of_the_store_stands_in_the_table() -> None:
    """A new method cannot be forgotten: it is in the table, in `OWN`, or said to be an inner one."""
    kinds = (Sets, Work, LiveSets, Uploads, People, Invitations, Logbook, Audit, Takeout)
    kinds = (*kinds, Reviews, Remarks, WaitingList, Watching)
    there = {
        f"{kind.__name__}.{name}"
        for kind in kinds
        for name, what in vars(kind).items()
        if callable(what) and not name.startswith("_")
    }
    assert there == {line.method for line in TABLE} | OWN | INNER


@pytest.mark.parametrize("name", STRANGERS)
def test_guessed_ids_are_answered_like_foreign_ones(scene: Callable[[Level], Scene], name: str) -> None:
    """Nobody learns from the answer whether there is such a set, file, upload or patient."""
    here = scene(Level.VIDEO)
    actor, store = here.world.actor(name), here.world.store
    answers = set()
    for set_id, key, patient_id in (
        (here.set_id, here.keys["video"], mine(here.world)),
        ("0" * 32, "0" * 64, "0" * 32),
        ("' OR 1=1 --", "../../etc/passwd", ""),
    ):
        for ask in (
            lambda s=set_id: store.sets.get(actor, s),
            lambda k=key: store.sets.open(actor, k),
            lambda p=patient_id: store.sets.of_patient(actor, p),
            lambda s=set_id: store.uploads.get(actor, s),
        ):
            with pytest.raises(NotThereError) as caught:
                ask()
            answers.add(str(caught.value))
    assert len(answers) == 1


def test_lists_show_only_what_may_be_seen(world: World) -> None:
    """The list's condition in SQL is held to the decision, row by row."""
    sets = {level: keep(world, level=level) for level in SHARED}
    for name in ("patient", "clinician"):
        actor = world.actor(name)
        listed = {row.id for row in world.store.sets.of_patient(actor, mine(world))}
        seen = set()
        for set_id in sets.values():
            try:
                world.store.sets.get(actor, set_id)
                seen.add(set_id)
            except NotThereError:
                pass
        assert listed == seen
        assert len(listed) == (5 if name == "patient" else 4)


def test_nobody_can_make_anything(world: World, tmp_path: Path) -> None:
    store, actor = world.store, world.actor("nobody")
    calls: list[Callable[[], object]] = [
        lambda: store.sets.save(actor, NewSet("upload", "x", WHEN), outcome()),
        lambda: store.live.begin(actor, NewSet("live", "x", WHEN)),
        lambda: store.uploads.begin(actor, Wish("x", 1, "x")),
        lambda: store.people.me(actor),
        lambda: store.people.choices(actor),
        lambda: store.people.choose(actor, Choices(Level.VIDEO, True)),
        lambda: store.people.clinicians(actor),
        lambda: store.invitations.invite_patient(actor, "x"),
        lambda: store.invitations.accept(actor, "x"),
        lambda: store.invitations.take_back(actor, "x"),
        lambda: store.takeout.write(actor, tmp_path / "out.zip"),
        lambda: store.sessions.ticket(actor),
        lambda: store.erase(actor),
    ]
    for call in calls:
        with pytest.raises(NotThereError):
            call()
    assert store.people.patients(actor) == []
    assert store.invitations.open(actor) == []
    assert list(tmp_path.glob("*.zip")) == []


def test_clinicians_keep_no_sets_and_patients_invite_nobody(world: World) -> None:
    store = world.store
    for call in (
        lambda: store.sets.save(world.clinician, NewSet("upload", "x", WHEN), outcome()),
        lambda: store.live.begin(world.clinician, NewSet("live", "x", WHEN)),
        lambda: store.uploads.begin(world.clinician, Wish("x", 1, "x")),
        lambda: store.invitations.invite_patient(world.patient, "x"),
        lambda: store.invitations.accept(world.clinician, "x"),
    ):
        with pytest.raises(NotThereError):
            call()
    assert store.people.patients(world.patient) == []


def test_an_invitation_is_taken_back_by_its_maker_only(world: World) -> None:
    code = world.store.invitations.invite_patient(world.clinician, "new")
    (invitation,) = world.store.invitations.open(world.clinician)
    assert world.store.invitations.open(world.foreign) == []
    for name in ("nobody", "patient", "other", "foreign"):
        with pytest.raises(NotThereError):
            world.store.invitations.take_back(world.actor(name), invitation.id)
    assert world.store.invitations.welcome(code).inviter == "The near"


def test_care_is_ended_by_either_side_only(world: World) -> None:
    link = {"patient_id": mine(world), "clinician_id": world.clinician.account_id}
    for name in ("nobody", "other", "foreign", "withdrawn"):
        with pytest.raises(NotThereError):
            world.store.people.end_care(world.actor(name), **link)
    world.store.people.end_care(world.clinician, **link)
    assert world.store.people.patients(world.clinician) == []


def test_an_upload_is_finished_by_its_owner_only(scene: Callable[[Level], Scene]) -> None:
    here = scene(Level.VIDEO)
    store = here.world.store
    with store.uploads.appending(here.world.patient, here.upload_id, 3) as file:
        file.write(b"defghij")
    for name in (*STRANGERS, "clinician"):
        actor = here.world.actor(name)
        with pytest.raises(NotThereError):
            store.uploads.keep(actor, here.upload_id)
    assert store.sets.get(here.world.patient, store.uploads.keep(here.world.patient, here.upload_id))


def test_what_a_clinician_reads_stands_in_the_trail(world: World) -> None:
    set_id = keep(world, level=Level.REPLAY)
    world.store.sets.report(world.clinician, set_id)
    key = next(f.key for f in world.store.sets.files(world.clinician, set_id) if f.kind == "track")
    world.store.sets.open(world.clinician, key).close()
    trail = world.store.audit.of_patient(world.patient, mine(world))
    said = [(trace.who, trace.action) for trace in trail]
    assert said[:2] == [("The near", "read a file"), ("The near", "read a set")]
