"""``LiveState``: everything that a page, a second display or the overlay shows of a live session."""

from dataclasses import dataclass, field
from typing import Literal

from formcheck.body.view import LeftRight
from formcheck.coach.set_report import Severity
from formcheck.live.checks import Check
from formcheck.live.gauges import BackGauge, RangeGauge
from formcheck.live.pacer import Pace
from formcheck.live.voice import Line
from formcheck.report.words import Shown

Stage = Literal["set_up", "neutral", "moving", "paused", "resting", "ended"]
"""Set-up checks; holding the start posture; the set; out of view or without pictures; between sets; over."""

Ending = Literal["", "done", "stopped", "left"]
"""Why a session ended: every set done, stopped by the person, or they never came back."""


@dataclass(frozen=True, slots=True)
class ShownCue:
    """The cue that was said last, while it is fresh."""

    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class Speed:
    """How the machine keeps up: pictures analysed in a second, how many were dropped so far.

    ``overlay_s`` is how long a picture takes from its arrival to its overlay, the median of the last ones;
    ``picture_px`` the width and height of the newest.
    """

    analysed_per_s: float = 0.0
    dropped: int = 0
    overlay_s: float = 0.0
    picture_px: tuple[int, int] = (0, 0)
    model: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LiveState:
    """One moment of a session; see `Stage`.

    ``say`` is the instruction of the moment in large letters, ``hint`` a smaller line below it; ``wait_s``
    what is left of a hold or a rest.
    """

    t_s: float
    stage: Stage
    say: str
    hint: str = ""
    checks: tuple[Check, ...] = ()
    wait_s: float | None = None
    set_number: int = 1
    sets: int = 1
    count: int = 0
    target: int = 0
    pace: Pace | None = None
    range: RangeGauge | None = None
    back: BackGauge | None = None
    cue: ShownCue | None = None
    last_verdict: Shown | None = None
    withheld: str = ""
    withheld_why: str = ""
    facing: LeftRight | None = None
    near_side: LeftRight | None = None
    ending: Ending = ""
    speed: Speed = field(default_factory=Speed)
    lines: tuple[Line, ...] = ()
