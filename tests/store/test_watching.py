"""Watching a live set: what is kept of it, what is not, and who may."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from formcheck.store.access import Actor, Level, NotThereError
from formcheck.store.columns import Base
from formcheck.store.store import Store
from formcheck.store.watching import Consent, Moment
from tests.store.world import World, joined, keep, mine


def consent(world: World, clinician: Actor | None = None) -> Consent:
    return Consent(mine(world), (clinician or world.clinician).account_id)


def rows(store: Store) -> Mapping[str, set[tuple[Any, ...]]]:
    """Every row of every table, as text."""
    with store.database.read() as session:
        return {
            name: {tuple(map(str, row)) for row in session.execute(select(table))}
            for name, table in Base.metadata.tables.items()
        }


def test_nothing_stays_but_that_it_took_place_and_the_cues(world: World) -> None:
    store, watching = world.store, world.store.watching
    set_id = keep(world, level=Level.NOTHING)
    before = rows(store)
    watching.check(world.clinician, consent(world))
    watching.begin(world.clinician, consent(world))
    watching.cue(world.clinician, consent(world), "Slower.", Moment(set_id, 4.5))
    watching.cue(world.clinician, consent(world), "Well done.")
    after = rows(store)
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert {name: len(new) for name, new in changed.items()} == {"audit_entry": 3, "remark": 1}
    trail = [trace.action for trace in store.audit.of_patient(world.patient, mine(world))[:3]]
    assert sorted(trail) == ["sent a cue to a live set", "sent a cue to a live set", "watched a live set"]
    (said,) = store.remarks.of_set(world.patient, set_id)
    assert (said.words, said.moment_s, said.live, said.by_patient, said.author) == (
        "Slower.",
        4.5,
        True,
        False,
        "The near",
    )


def test_the_cue_s_set_is_not_shared_by_it(world: World) -> None:
    """The patient let them watch; what of the set is seen afterwards is another question."""
    set_id = keep(world, level=Level.NOTHING)
    world.store.watching.cue(world.clinician, consent(world), "Slower.", Moment(set_id, 1.0))
    with pytest.raises(NotThereError):
        world.store.remarks.of_set(world.clinician, set_id)


def test_a_consent_gives_nothing_to_who_is_not_in_care(world: World) -> None:
    for name in ("foreign", "withdrawn", "other"):
        actor = world.actor(name)
        with pytest.raises(NotThereError):
            world.store.watching.check(actor, consent(world, actor))


def test_a_consent_is_for_the_one_clinician_it_names(world: World) -> None:
    store = world.store
    second = joined(store, store.invitations.invite_clinician("second"), "second")
    store.invitations.accept(world.patient, store.invitations.invite_patient(second, "patient"))
    store.watching.check(second, consent(world, second))
    with pytest.raises(NotThereError):
        store.watching.check(second, consent(world))


def test_ended_care_ends_it(world: World) -> None:
    link = {"patient_id": mine(world), "clinician_id": world.clinician.account_id}
    world.store.people.end_care(world.patient, **link)
    with pytest.raises(NotThereError):
        world.store.watching.check(world.clinician, consent(world))


def test_no_cue_reaches_another_s_set(world: World) -> None:
    set_id = keep(world, level=Level.VIDEO)
    foreign = Consent(world.other.account_id, world.clinician.account_id)
    code = world.store.invitations.invite_patient(world.clinician, "other")
    world.store.invitations.accept(world.other, code)
    with pytest.raises(NotThereError):
        world.store.watching.cue(world.clinician, foreign, "Slower.", Moment(set_id, 1.0))
    assert world.store.remarks.of_set(world.patient, set_id) == []
