"""Who may do what. Every query, page and file asks `decide`, and nothing else decides.

A patient (or the one person of home mode) owns what is theirs. A clinician sees only patients who accepted
them, and of each set only what the patient shares. Nobody else sees anything.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Literal

from formcheck.errors import FormcheckError

Role = Literal["nobody", "home", "patient", "clinician", "worker"]


class Level(IntEnum):
    """What a patient shares of one set; each level holds those before it."""

    NOTHING = 0
    NUMBERS = 1
    REPLAY = 2
    BLURRED = 3
    VIDEO = 4


class Right(Enum):
    """What somebody wants to do with what is a patient's."""

    OWN = "own"  # save, change, share, export, delete
    SEE = "see"  # a set or one of its files, at a level
    FOLLOW = "follow"  # name, log and prescription
    PRESCRIBE = "prescribe"
    REVIEW = "review"  # judge a set's repetitions beside formcheck, and say that it is looked through
    WATCH = "watch"  # follow a set while it is done, and send a cue


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks; made from a session by `Sessions`, never from anything that a request claims."""

    account_id: str
    role: Role


def role_of(kept: str) -> Role:
    """Return the role that an account's row says; a row can make nobody the worker."""
    known: dict[str, Role] = {"home": "home", "patient": "patient", "clinician": "clinician"}
    return known.get(kept, "nobody")


NOBODY = Actor("", "nobody")
WORKER = Actor("", "worker")
"""The server itself, finishing work that an owner asked for. No request is ever answered as this."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision depends on beside the actor.

    ``in_care``: the patient has accepted this clinician. ``shared`` is the set's level, ``needed`` the one
    that is asked for. ``watched``: the patient lets this very person watch the set that is going on.
    """

    patient_id: str
    in_care: bool = False
    shared: Level = Level.NOTHING
    needed: Level = Level.VIDEO
    watched: bool = False


class NotThereError(FormcheckError):
    """It does not exist or is not theirs to see: nobody can tell which from the answer."""

    exit_status = 2

    def __init__(self) -> None:
        super().__init__("There is no such thing here, or it is not shared with you.")


def decide(actor: Actor, right: Right, facts: Facts) -> bool:
    """Return whether an actor may do something.

    Parameters
    ----------
    actor : Actor
        Who asks.
    right : Right
        What for.
    facts : Facts
        About whose data and, for sets, how much of it is shared.
    """
    if actor.role == "worker":
        return right in (Right.OWN, Right.SEE)
    if actor.role in ("home", "patient"):
        own = bool(actor.account_id) and actor.account_id == facts.patient_id
        if right in (Right.REVIEW, Right.WATCH):
            return False
        # at home there is nobody else to prescribe
        return own and (right is not Right.PRESCRIBE or actor.role == "home")
    if actor.role == "clinician" and facts.in_care:
        if right in (Right.SEE, Right.REVIEW):
            return Level.NOTHING < facts.needed <= facts.shared
        if right is Right.WATCH:
            return facts.watched
        return right in (Right.FOLLOW, Right.PRESCRIBE)
    return False
