"""A small clinic to ask questions about: two patients, two clinicians, one of each who know each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from formcheck.store.access import NOBODY, Actor, Level
from formcheck.store.invitations import Newcomer
from formcheck.store.kinds import Kind
from formcheck.store.records import Content, NewSet, Outcome
from formcheck.store.store import Store

WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """Who there is; ``clinician`` was accepted by ``patient`` alone, ``foreign`` by nobody."""

    store: Store
    patient: Actor
    other: Actor
    clinician: Actor
    foreign: Actor
    withdrawn: Actor
    """A clinician whom ``patient`` had accepted, and has left."""

    def actor(self, name: str) -> Actor:
        """Return one of them, or nobody."""
        return NOBODY if name == "nobody" else getattr(self, name)


def make_world(store: Store) -> World:
    """Make the clinic in an empty store."""
    clinician, foreign, withdrawn = (_clinician(store, name) for name in ("near", "far", "former"))
    code = store.invitations.invite_patient(clinician, "patient")
    patient = joined(store, code, "patient")
    code = store.invitations.invite_patient(foreign, "other")
    other = joined(store, code, "other")
    store.people.end_care(other, patient_id=other.account_id, clinician_id=foreign.account_id)
    store.invitations.accept(patient, store.invitations.invite_patient(withdrawn, "patient"))
    store.people.end_care(patient, patient_id=patient.account_id, clinician_id=withdrawn.account_id)
    return World(store, patient, other, clinician, foreign, withdrawn)


def joined(store: Store, code: str, name: str) -> Actor:
    """Join with a code, and without a password, whose hash is slow on purpose."""
    newcomer = Newcomer(name=f"The {name}", openid_subject=name)
    return store.sessions.actor(store.invitations.join(code, newcomer))


def _clinician(store: Store, name: str) -> Actor:
    return joined(store, store.invitations.invite_clinician(name), name)


def report(*, reps: int = 3, red: int = 1, exercise: str = "squat") -> Mapping[str, Any]:
    """Return what the store needs of a ``report.json``."""
    verdicts = ["fault"] * red + ["ok"] * (reps - red)
    return {
        "schema_version": 1,
        "source": {"duration_s": 20.5},
        "exercise": {"id": exercise, "version": 1, "name": exercise.capitalize()},
        "set": {"reps": reps, "ok": reps - red, "borderline": 0, "fault": red, "cannot_judge": 0},
        "reps": [
            {
                "index": i,
                "peak_s": 2.0 * i,
                "verdict": verdict,
                "faults": [{"id": "rounding", "severity": "red"}] if verdict == "fault" else [],
            }
            for i, verdict in enumerate(verdicts, start=1)
        ],
    }


def outcome(marker: str = "pixels", kinds: tuple[Kind, ...] = ("track", "signals", "video")) -> Outcome:
    """Return an outcome whose files hold a marker to search for."""
    files = {kind: Content(f"{kind}.bin", f"{marker} {kind}".encode()) for kind in kinds}
    return Outcome(report(), {"facing": marker}, files)


def keep(world: World, *, level: Level = Level.NOTHING, marker: str = "pixels") -> str:
    """Keep a set of the patient's with every kind of file."""
    new = NewSet("upload", f"{marker}.mp4", WHEN, shared=level, note=marker)
    kinds: tuple[Kind, ...] = ("signals", "pdf", "page", "track", "replay", "blurred", "overlay", "video")
    return world.store.sets.save(world.patient, new, outcome(marker, kinds))


def mine(world: World) -> str:
    """Return the patient's id."""
    return world.patient.account_id
