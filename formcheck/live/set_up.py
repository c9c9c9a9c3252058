"""Before a set: the checks, then the start posture held still. Hands-free; each step says what to do."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from formcheck.body.measure import Calibration, measure
from formcheck.body.neutral import (
    COARSE,
    FULL_WINDOW_S,
    MAX_SCATTER_COARSE_DEG,
    MAX_SCATTER_DEG,
    posture_held,
)
from formcheck.body.pose import Origin, Pose, PoseTrack
from formcheck.body.reasons import how_to_fix
from formcheck.body.scale import BodyScale
from formcheck.body.signals import Signals
from formcheck.body.view import LeftRight, estimate_view
from formcheck.coach.baseline import Baseline
from formcheck.coach.working_side import opposite, signals_from
from formcheck.exercises.schema import Exercise
from formcheck.live.checks import BACK_FREE, WHOLE, Check, Posture, look, posture
from formcheck.live.stream import set_up_baseline
from formcheck.live.voice import Voice
from formcheck.report.words import BACK

# How often the last moments are looked at: often enough for a countdown, seldom enough to cost nothing.
LOOKED_EVERY_S = 0.2
CHECKED_OVER_S = 1.0
# A check that fails for less is a flicker; said again only as `voice` allows. Our choice.
SAID_AFTER_S = 1.2
# Kept for the neutral and a little before it, in which filters settle.
KEPT_S = FULL_WINDOW_S + 1.5
# Every check has been well for so long before the hold begins to count: nobody is caught on the way. Our
# choice.
GOOD_FOR_S = 1.0
STEADY_S = 0.4  # a check that is well for one look may be a flicker
# Who cannot free the back of an arm or a shirt may begin all the same after so many tries: counting and all
# other angles are worth having, and the back says "cannot judge". Our choice.
TRIES = 2
BACK_PATIENCE_S = 25.0
HOLD = {"upright": "Grow tall, hold still.", "sitting": "Sit tall, hold still.", "lying": "Lie still."}
_COUNTDOWN = ((0.0, "three"), (1.0, "two"), (2.0, "one"))


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """What the set-up gave: ``track`` holds the poses of the neutral and a little before.

    Its times, ``neutral_s`` and those of the set begin at 0, which is ``zero_s`` of the session.
    """

    baseline: Baseline
    track: PoseTrack
    neutral_s: tuple[float, float]
    zero_s: float


@dataclass(slots=True)
class SetUp:
    """Watches until somebody holds the start posture in front of a camera that stands well.

    Parameters
    ----------
    exercise : Exercise
        In any of its forms.
    origin : Origin
        With the picture's size.
    voice : Voice
        Says what to do.
    """

    exercise: Exercise
    origin: Origin
    voice: Voice
    checks: tuple[Check, ...] = field(default=(), init=False)
    held_s: float | None = field(default=None, init=False)
    trunk_px: float = field(default=float("nan"), init=False)
    """The trunk's length while the whole body is in the picture; else NaN."""
    _posture: Posture = field(default="upright", init=False)
    _poses: deque[Pose] = field(default_factory=deque, init=False)
    _looked_s: float = field(default=float("-inf"), init=False)
    _failing: tuple[str, float] = field(default=("", 0.0), init=False)
    _since_s: float | None = field(default=None, init=False)
    _counted: int = field(default=0, init=False)
    _tries: int = field(default=0, init=False)
    _good_since_s: float | None = field(default=None, init=False)
    _back_since_s: float | None = field(default=None, init=False)

    @property
    def good(self) -> bool:
        """Whether nothing that is needed needs to be mended."""
        return bool(self.checks) and all(check.ok or not check.needed for check in self.checks)

    @property
    def instruction(self) -> str:
        """What to do now."""
        if self._fix:
            return self._fix
        if not self.checks:
            return "Starting the camera."
        return HOLD[self._posture] if self.held_s is not None else self.exercise.start_posture.text

    def feed(self, pose: Pose, brightness: Callable[[], float]) -> Ready | None:
        """Take a pose and what gives the picture's mean brightness (0 to 255); return the held neutral."""
        self._poses.append(pose)
        while pose.t_s - self._poses[0].t_s > KEPT_S:
            self._poses.popleft()
        if pose.t_s - self._looked_s < LOOKED_EVERY_S:
            return None
        self._looked_s = pose.t_s
        lately = self._last(CHECKED_OVER_S)
        self.checks = self._with_patience(look(lately, brightness(), self.exercise), pose.t_s)
        whole = any(check.name == WHOLE and check.ok for check in self.checks)
        self.trunk_px = BodyScale.of(lately[lately.found]).trunk_px if whole else float("nan")
        self._say_fix(pose.t_s)
        if not self.good:
            self._since_s, self.held_s, self._good_since_s = None, None, None
            return None
        self._good_since_s = pose.t_s if self._good_since_s is None else self._good_since_s
        if pose.t_s - self._good_since_s >= STEADY_S:  # the numbers would come too late behind it
            view = estimate_view(lately, BodyScale.of(lately))
            self._posture = posture(lately, view.forward_x)
            self.voice.say(pose.t_s, "setup", HOLD[self._posture])
        return self._watch_hold(pose.t_s) if pose.t_s - self._good_since_s >= GOOD_FOR_S else None

    @property
    def _fix(self) -> str:
        return next((check.fix for check in self.checks if not check.ok and check.needed), "")

    def _with_patience(self, checks: tuple[Check, ...], t_s: float) -> tuple[Check, ...]:
        """Return the checks, the back's no longer needed once it has been tried for long."""
        if not any(check.name == BACK_FREE and not check.ok for check in checks):
            return checks
        self._back_since_s = t_s if self._back_since_s is None else self._back_since_s
        if t_s - self._back_since_s < BACK_PATIENCE_S:
            return checks
        return tuple(replace(check, needed=check.needed and check.name != BACK_FREE) for check in checks)

    def _last(self, seconds: float) -> PoseTrack:
        newest_s = self._poses[-1].t_s
        return PoseTrack.from_poses(
            [each for each in self._poses if newest_s - each.t_s <= seconds], self.origin
        )

    def _say_fix(self, t_s: float) -> None:
        fix = self._fix
        if fix != self._failing[0]:
            self._failing = (fix, t_s)
        if fix and t_s - self._failing[1] >= SAID_AFTER_S:
            self.voice.say(t_s, "setup", fix)

    def _watch_hold(self, t_s: float) -> Ready | None:
        since_s = t_s if self._since_s is None else self._since_s
        track = self._last(max(t_s - since_s, LOOKED_EVERY_S))
        if not self._still(track):
            if self.held_s is not None and self.held_s > 1.0:
                self.voice.say(t_s, "setup", "You moved. Once more: hold still.")
            elif self.held_s is None:
                self.voice.say(t_s, "setup", self.exercise.start_posture.text)
            self._since_s, self.held_s, self._counted = None, None, 0
            return None
        if self._since_s is None:
            self._since_s, self._counted = t_s, 0
        self.held_s = t_s - self._since_s
        self._count_down(t_s)
        return self._take(t_s) if self.held_s >= FULL_WINDOW_S - 1e-6 else None

    def _count_down(self, t_s: float) -> None:
        held_s = self.held_s or 0.0
        while self._counted < len(_COUNTDOWN) and held_s >= _COUNTDOWN[self._counted][0]:
            self.voice.say(t_s, "countdown", _COUNTDOWN[self._counted][1])
            self._counted += 1

    def _still(self, track: PoseTrack) -> bool:
        """Return whether a track shows nothing but the start posture of one of the forms, held still."""
        scale = BodyScale.of(track)
        view = estimate_view(track, scale)
        near: LeftRight = view.near_side or "right"
        raw = measure(track, Calibration(view, scale, near))
        forms = [form for form in self.exercise.forms() if form.camera.view == self.exercise.camera.view]
        return any(_held_still(seen, form) for form in forms for seen in _legs(raw, form, near))

    def _take(self, t_s: float) -> Ready | None:
        """Take the neutral; refuse it, and say why, where the back cannot be measured from it."""
        track = self._last(KEPT_S)
        zero_s = float(track.t_s[0])
        track = replace(track, t_s=track.t_s - zero_s)
        neutral_s = (t_s - zero_s - FULL_WINDOW_S, t_s - zero_s)
        baseline = set_up_baseline(track, self.exercise, neutral_s)
        asked = BACK in self.exercise.requires and all(check.ok for check in self.checks)
        refused = baseline.back.reason if baseline.back is not None and asked else ""
        self._tries += 1
        if (refused and self._tries <= TRIES) or not baseline.window.accepted:
            fix = how_to_fix(refused) or "Hold the start posture still."
            self.voice.say(t_s, "setup", fix)
            self._since_s, self.held_s, self._counted = None, None, 0
            return None
        return Ready(baseline, track, neutral_s, zero_s)


def _legs(raw: Signals, form: Exercise, near: LeftRight) -> Sequence[Signals]:
    if not form.repetition.one_leg:
        return [raw]
    return [signals_from(raw, leg) for leg in (near, opposite(near))]


def _held_still(signals: Signals, form: Exercise) -> bool:
    bounds = form.start_posture.bounds_deg
    if not bool(posture_held(signals, bounds).all()):
        return False
    for name in bounds:
        values = signals.deg[name][np.isfinite(signals.deg[name])]
        limit = MAX_SCATTER_COARSE_DEG if name in COARSE else MAX_SCATTER_DEG
        if values.size and float(values.std()) > limit:
            return False
    return True
