"""``Watch``: one set that its person lets one clinician watch, as a stick figure and numbers.

It lives beside the session, in memory alone. It ends with the set, with the session, or at once when the
person says so; nothing of what was seen is left.
"""

import math
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from formcheck.body.pose import Pose
from formcheck.errors import UsageError
from formcheck.live.state import LiveState, Stage
from formcheck.live.voice import Kind

# Saying a cue takes three seconds, and following it the rest of a repetition. Our choice.
COOLDOWN_S = 8.0
# A figure on a screen is taken for now: an older one is not shown. Our choice.
EXPIRES_S = 5.0
# About what can be said while somebody moves; the library's own cues keep to 60.
MAX_CHARACTERS = 80
_SETS: tuple[Stage, ...] = ("moving", "paused")

OVER = "This set is over, or it is not shown to you any more."
NOT_YET = "A cue can be sent once the set has begun."
NO_WORDS = "There are no words yet: choose a cue or write one."
TOO_LONG = f"Keep it to {MAX_CHARACTERS} characters: it is heard in the middle of a movement."


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What is seen of a person at one instant: body points in pixels of the camera, never a picture.

    ``pose`` is None where nobody is seen, or somebody else.
    """

    t_s: float
    pose: Pose | None
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two: an account, and the name that the other one sees."""

    account_id: str
    name: str


class Watched(Protocol):
    """The running session: `LiveWorker` is one."""

    @property
    def now_s(self) -> float:
        """The session's clock."""
        ...

    @property
    def alive(self) -> bool:
        """Whether it goes on."""
        ...

    @property
    def state(self) -> LiveState | None:
        """The newest state."""
        ...

    @property
    def sight(self) -> Sight | None:
        """The newest body points."""
        ...

    @property
    def sets_over(self) -> int:
        """How many sets are over."""
        ...

    def say(self, kind: Kind, text: str) -> None:
        """Have a line said and shown."""
        ...


class Watch:
    """One patient lets one clinician watch the set that comes next, or goes on.

    Parameters
    ----------
    session : Watched
        What is watched.
    patient, clinician : Party
        Who lets whom.
    """

    def __init__(self, session: Watched, patient: Party, clinician: Party) -> None:
        self.id = secrets.token_hex(16)
        self.patient, self.clinician = patient, clinician
        self._session = session
        self._until = session.sets_over + 1
        self._withdrawn = False
        self._lock = threading.Lock()
        self._sent_s = -math.inf
        self._looking, self._announced = 0, False
        self.noted = False
        """Whether it was kept that this set is watched."""

    # ---- the patient's side -------------------------------------------------------------------

    @property
    def open(self) -> bool:
        """Whether it may be watched now."""
        session, state = self._session, self._session.state
        ended = not session.alive or (state is not None and state.stage == "ended")
        return not self._withdrawn and not ended and session.sets_over < self._until

    @property
    def looked_at(self) -> bool:
        """Whether the clinician's page is open now."""
        return self.open and self._looking > 0

    def end(self) -> None:
        """Show nothing more, from this moment on."""
        self._withdrawn = True

    def renew(self) -> None:
        """Let the next set be watched too; what goes on already stays as it is."""
        state = self._session.state
        if state is None or state.stage not in (*_SETS, "ended"):
            self._until, self._withdrawn = self._session.sets_over + 1, False
            self.noted = self._announced = False

    @property
    def renewable(self) -> bool:
        """Whether `renew` would do something."""
        state = self._session.state
        return not self.open and state is not None and state.stage not in (*_SETS, "ended")

    # ---- the clinician's side -----------------------------------------------------------------

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Count a page that looks on while it does; the person hears once in a set that somebody does."""
        with self._lock:
            self._looking += 1
            first, self._announced = not self._announced, True
        if first and self.open:
            self._session.say("info", f"{self.clinician.name} is watching.")
        try:
            yield
        finally:
            with self._lock:
                self._looking -= 1

    @property
    def state(self) -> LiveState | None:
        """The newest state; None where nothing may be seen, or it is too old to be shown."""
        return self._session.state if self.fresh else None

    @property
    def sight(self) -> Sight | None:
        """The newest body points; None as for `state`."""
        return self._session.sight if self.fresh else None

    @property
    def fresh(self) -> bool:
        """Whether there is a reading that may be shown."""
        age_s = self.age_s
        return age_s is not None and age_s <= EXPIRES_S

    @property
    def age_s(self) -> float | None:
        """How old the newest reading is; None where there is none, or it may not be known."""
        sight = self._session.sight
        return max(0.0, self._session.now_s - sight.t_s) if self.open and sight is not None else None

    @property
    def wait_s(self) -> float:
        """How long until the next cue may be sent."""
        return max(0.0, self._sent_s + COOLDOWN_S - self._session.now_s)

    @property
    def hears(self) -> bool:
        """Whether a set goes on, in which a cue is of use."""
        state = self._session.state
        return self.open and state is not None and state.stage in _SETS

    def send(self, words: str, keep: Callable[[str], None]) -> None:
        """Send one cue, which is said and shown as the clinician's.

        Parameters
        ----------
        words : str
            What to say.
        keep : callable
            Keeps the words; called once they may be said, and where it fails they are not.

        Raises
        ------
        UsageError
            When no cue can be sent now, or it is empty or too long.
        """
        words = " ".join(words.split())
        if not words:
            raise UsageError(NO_WORDS)
        if len(words) > MAX_CHARACTERS:
            raise UsageError(TOO_LONG)
        with self._lock:
            if not self.open:
                raise UsageError(OVER)
            if not self.hears:
                raise UsageError(NOT_YET)
            if self.wait_s > 0:
                raise UsageError(f"One cue at a time: the next one in {math.ceil(self.wait_s)} s.")
            keep(words)
            self._sent_s = self._session.now_s
        self._session.say("clinician", f"{self.clinician.name}: {words}")
