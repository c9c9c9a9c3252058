"""``LiveSession``: from the set-up to the last set, hands-free. Fed with poses; knows no camera and no page.

    set_up -> neutral -> moving -> resting -> set_up ... -> ended
                           |  ^
                           v  |
                          paused

Times are seconds on one clock that goes on while no picture comes: the caller's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from formcheck.body.pose import Origin, Pose, PoseTrack
from formcheck.body.scale import mid_hip_px
from formcheck.coach.clearance import with_object
from formcheck.coach.set_report import Repetition
from formcheck.exercises.load import LoadedExercise
from formcheck.exercises.schema import Exercise
from formcheck.live.gestures import RaisedHand
from formcheck.live.keeper import Keeper
from formcheck.live.live_set import LiveSet
from formcheck.live.set_up import Ready, SetUp
from formcheck.live.sink import AboutSet, SetSink
from formcheck.live.spoken import set_in_words
from formcheck.live.state import Ending, LiveState, Speed, Stage
from formcheck.live.voice import Voice

# A step out of the picture pauses the set within the second in which pain must be able to stop it; shorter
# losses are the model's. Our choice.
AWAY_S = 0.7
BACK_S = 0.8
# Who does not come back ends the set; who stands idle is asked, then it ends. Our choice.
LEFT_S = 90.0
IDLE_ASK_S, IDLE_END_S, IDLE_AGAIN_S = 30.0, 75.0, 20.0
# measurement.md, section 6: two to three minutes between sets.
REST_S = 120.0
WARNING_S = 10.0

MID_GREY = 128.0
ANOTHER = "Somebody else is in the picture; I keep to you."
ANOTHER_AGAIN_S = 30.0

Command = Literal["stop", "next", "again"]
"""From one large key or the page: stop all; start the next set now; take the neutral again."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for: the exercise's own targets unless the person chose otherwise.

    ``object_height_cm`` is that of the object which a foot is lifted over; None where nobody gave it.
    """

    repetitions: int
    sets: int
    rest_s: float = REST_S
    paced: bool = True
    object_height_cm: float | None = None

    @classmethod
    def of(cls, loaded: LoadedExercise) -> "Plan":
        """Return what the exercise asks for."""
        return cls(loaded.exercise.targets.repetitions, loaded.exercise.targets.sets)


@dataclass(frozen=True, slots=True, eq=False)
class SetRecord:
    """A set that is over, ready for its final pass: times from its own beginning.

    ``collect`` gives its poses; it may take long, and suits any thread.
    """

    about: AboutSet
    collect: Callable[[], PoseTrack]
    live: tuple[Repetition, ...]


@dataclass(slots=True)
class LiveSession:
    """Coaches one person through the sets of one exercise.

    Parameters
    ----------
    loaded : LoadedExercise
        What is done.
    plan : Plan
        How much of it.
    origin : Origin
        The picture's size, and the model that finds the poses.
    sink : SetSink
        Keeps the poses of each set as they come.
    """

    loaded: LoadedExercise
    plan: Plan
    origin: Origin
    sink: SetSink
    voice: Voice = field(default_factory=Voice, init=False)
    records: list[SetRecord] = field(default_factory=list, init=False)
    speed: Speed = field(default_factory=Speed, init=False)
    ending: Ending = field(default="", init=False)
    _stage: Stage = field(default="set_up", init=False)
    _set_up: SetUp = field(init=False)
    _set: LiveSet | None = field(default=None, init=False)
    _about: AboutSet | None = field(default=None, init=False)
    _keeper: Keeper | None = field(default=None, init=False)
    _hand: RaisedHand = field(default_factory=RaisedHand, init=False)
    _zero_s: float = field(default=0.0, init=False)
    _now_s: float = field(default=0.0, init=False)
    _seen_s: float = field(default=0.0, init=False)
    _pictured_s: float = field(default=0.0, init=False)
    _back_since_s: float | None = field(default=None, init=False)
    _rest_until_s: float = field(default=0.0, init=False)
    _warned: bool = field(default=False, init=False)
    _hint: str = field(default="", init=False)
    _begun: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._set_up = SetUp(self._exercise, self.origin, self.voice)

    @property
    def _exercise(self) -> Exercise:
        return with_object(self.loaded.exercise, self.plan.object_height_cm)

    @property
    def stage(self) -> Stage:
        """Where the session is."""
        return self._stage

    @property
    def repetitions(self) -> tuple[Repetition, ...]:
        """The repetitions of the present set so far."""
        return self._set.repetitions if self._set is not None else ()

    # ---- what comes in ------------------------------------------------------------------------

    def feed(self, pose: Pose, brightness: Callable[[], float] = lambda: MID_GREY) -> None:
        """Take the next pose; ``brightness`` gives the picture's mean, 0 to 255, for the set-up."""
        self._now_s = max(self._now_s, pose.t_s)
        self._pictured_s = pose.t_s
        if not self._begun:
            self._begun = True
            exercise = self.loaded.exercise
            self.voice.say(pose.t_s, "info", f"{exercise.name}. {exercise.summary} {exercise.camera.text}")
        act: dict[Stage, Callable[[], None]] = {
            "set_up": lambda: self._prepare(pose, brightness),
            "neutral": lambda: self._prepare(pose, brightness),
            "moving": lambda: self._move(pose),
            "paused": lambda: self._wait_for_return(pose),
            "resting": lambda: self._breathe(pose),
        }
        if self._stage in act:
            act[self._stage]()
        self.tick(pose.t_s)

    def tick(self, now_s: float) -> None:
        """Let time pass; also called while no picture comes."""
        self._now_s = max(self._now_s, now_s)
        if self._stage == "moving":
            self._watch_absence()
            self._watch_idleness()
        elif self._stage == "paused" and self._now_s - self._seen_s > LEFT_S:
            self._end("left", "You did not come back, so I ended here. What you did is kept.")
        elif self._stage == "resting":
            self._rest()

    def command(self, what: Command, now_s: float) -> None:
        """Obey a key or a button."""
        self._now_s = max(self._now_s, now_s)
        if what == "stop" and self._stage != "ended":
            self._end("stopped", _STOPPED)
        elif what == "next" and self._stage == "resting":
            self._rest_until_s = self._now_s
            self._rest()
        elif what == "again" and self._stage in ("moving", "paused") and not self.repetitions:
            self._close_set(keep=False)
            self._to_set_up()

    def close(self) -> None:
        """End where it is: whatever was done of a set is kept."""
        if self._stage != "ended":
            self._close_set(keep=True)
            self._stage, self.ending = "ended", "left"

    # ---- what goes out ------------------------------------------------------------------------

    def state(self) -> LiveState:
        """Return what is to be shown now."""
        t_s, live = self._now_s, self._set
        base = LiveState(
            t_s=t_s,
            stage=self._stage,
            say=self._instruction(),
            hint=self._hint,
            checks=self._set_up.checks if self._stage in ("set_up", "neutral") else (),
            wait_s=self._wait_s(),
            set_number=len(self.records) + (self._stage not in ("resting", "ended")),
            sets=self.plan.sets,
            target=self.plan.repetitions,
            ending=self.ending,
            speed=self.speed,
            lines=self.voice.lines,
        )
        if live is None:
            done = len(self.records[-1].live) if self.records and self._stage in ("resting", "ended") else 0
            return replace(base, count=done)
        what, why = live.withheld() if self._stage == "moving" else ("", "")
        view = live.ready.baseline.calibration.view
        return replace(
            base,
            count=len(live.repetitions),
            pace=live.pace,
            range=live.range,
            back=live.back,
            cue=live.cue(t_s - self._zero_s),
            last_verdict=live.last_verdict(t_s - self._zero_s),
            withheld=what,
            withheld_why=why,
            facing=view.facing,
            near_side=view.near_side,
        )

    def new_faults(self) -> tuple[str, ...]:
        """Return the faults that set in with the newest pose."""
        return self._set.new_faults if self._set is not None else ()

    @property
    def drawn_pose(self) -> Pose | None:
        """The smoothed pose of the calibrated person, for drawing; None before the set."""
        reading = self._set.reading if self._set is not None else None
        return reading.pose if reading is not None and self._stage == "moving" else None

    def _instruction(self) -> str:
        match self._stage:
            case "set_up" | "neutral":
                return self._set_up.instruction
            case "moving":
                return (
                    self._set.pace.word if self._set is not None and self._set.pace is not None else "Begin."
                )
            case "paused":
                return "Paused. Come back to where you stood."
            case "resting":
                return "Rest."
        return {"": "", "done": "Well done.", "stopped": "Stopped.", "left": "Ended."}[self.ending]

    def _wait_s(self) -> float | None:
        if self._stage == "neutral" and self._set_up.held_s is not None:
            return max(0.0, 3.0 - self._set_up.held_s)
        if self._stage == "resting":
            return max(0.0, self._rest_until_s - self._now_s)
        return None

    # ---- before a set -------------------------------------------------------------------------

    def _to_set_up(self) -> None:
        self._set_up = SetUp(self._exercise, self.origin, self.voice)
        self._stage, self._hint = "set_up", ""

    def _prepare(self, pose: Pose, brightness: Callable[[], float]) -> None:
        ready = self._set_up.feed(pose, brightness)
        self._stage = "neutral" if self._set_up.held_s is not None else "set_up"
        self._hand.trunk_px = self._set_up.trunk_px
        if self._stopped_by_hand(pose):
            return
        if ready is not None:
            self._begin(ready, pose)

    def _begin(self, ready: Ready, pose: Pose) -> None:
        scale = ready.baseline.calibration.scale
        self._zero_s = ready.zero_s
        self._about = AboutSet(
            number=len(self.records) + 1,
            exercise_id=self.loaded.exercise.id,
            neutral_s=ready.neutral_s,
            facing=ready.baseline.calibration.view.facing,
            origin=replace(self.origin, name=f"live set {len(self.records) + 1}"),
            object_height_cm=self.plan.object_height_cm,
        )
        self.sink.begin(self._about)
        for earlier in ready.track:
            self.sink.add(earlier)
        self._set = LiveSet(ready, self.voice, paced=self.plan.paced)
        place = np.nanmedian(mid_hip_px(ready.track.landmarks_px), axis=0)
        self._keeper, self._hand = Keeper(place, scale.trunk_px), RaisedHand(scale.trunk_px)
        self._stage, self._seen_s, self._hint = "moving", pose.t_s, ""
        back = ready.baseline.back
        unseen = " I cannot judge your back from here." if back is not None and back.reason else ""
        times = f"{self.plan.repetitions} times" if self.plan.repetitions > 1 else "once"
        stop = "" if self.records else " To stop, raise a hand."
        self.voice.say(pose.t_s, "info", f"Good.{unseen} Begin: {times}.{stop}")

    def _kept(self, pose: Pose) -> Pose:
        """Keep a pose, on the set's own clock, and return it."""
        own = replace(pose, t_s=pose.t_s - self._zero_s)
        self.sink.add(own)
        return own

    # ---- the set ------------------------------------------------------------------------------

    def _move(self, pose: Pose) -> None:
        if self._set is None or self._keeper is None:
            return
        seen = self._keeper.look(pose)
        self._hint = ANOTHER if seen == "another" else ""
        if self._hint:
            self.voice.say(pose.t_s, "info", self._hint, again_after_s=ANOTHER_AGAIN_S)
        shown = pose if seen == "them" else Pose.missing(pose.t_s)
        own = self._kept(shown)
        if seen == "them":
            self._seen_s = pose.t_s
        if self._stopped_by_hand(shown):
            return
        self._set.feed(own)
        if len(self.repetitions) >= self.plan.repetitions:
            self._finish_set()

    def _stopped_by_hand(self, pose: Pose) -> bool:
        if not self._hand.feed(pose):
            return False
        self._end("stopped", _STOPPED)
        return True

    def _breathe(self, pose: Pose) -> None:
        self._stopped_by_hand(pose)

    def _watch_absence(self) -> None:
        if self._now_s - self._seen_s < AWAY_S:
            return
        self._stage, self._back_since_s = "paused", None
        if self._now_s - self._pictured_s >= AWAY_S:
            self._hint = (
                "No picture comes from the camera. Is it plugged in, and this page allowed to use it?"
            )
            self.voice.say(self._now_s, "stop", f"Paused. {self._hint}")
        else:
            self._hint = "I cannot see you."
            self.voice.say(self._now_s, "stop", f"Paused. {self._hint} Come back to where you stood.")

    def _wait_for_return(self, pose: Pose) -> None:
        if self._keeper is None or self._keeper.look(pose) != "them":
            self._back_since_s = None
            self._kept(Pose.missing(pose.t_s))
            return
        self._kept(pose)
        if self._stopped_by_hand(pose):
            return
        self._back_since_s = pose.t_s if self._back_since_s is None else self._back_since_s
        if pose.t_s - self._back_since_s >= BACK_S:
            self._stage, self._seen_s, self._hint = "moving", pose.t_s, ""
            if self._set is not None:
                self._set.moved_s = pose.t_s - self._zero_s
            self.voice.say(pose.t_s, "info", f"I see you. Go on from {len(self.repetitions)}.")

    def _watch_idleness(self) -> None:
        if self._set is None:
            return
        idle_s = self._now_s - self._zero_s - self._set.moved_s
        if idle_s >= IDLE_END_S:
            self._finish_set()
        elif idle_s >= IDLE_ASK_S:
            asked = "Go on when you are ready, or raise a hand to stop."
            self.voice.say(self._now_s, "info", asked, again_after_s=IDLE_AGAIN_S)

    # ---- after a set --------------------------------------------------------------------------

    def _finish_set(self) -> None:
        """Close the set; then rest, or end."""
        self._close_set(keep=True)
        came_to = set_in_words(self.loaded.exercise, self.records[-1].live)
        if len(self.records) >= self.plan.sets:
            self._end("done", f"That was the last one. {came_to} {_SUMMARY}")
            return
        self._stage, self._rest_until_s, self._warned = "resting", self._now_s + self.plan.rest_s, False
        rest = f"Rest for {_minutes(self.plan.rest_s)}. Raise a hand to stop for today."
        self.voice.say(self._now_s, "info", f"Set done. {came_to} {rest}")

    def _rest(self) -> None:
        left_s = self._rest_until_s - self._now_s
        if left_s <= 0:
            self.voice.say(self._now_s, "info", f"Set {len(self.records) + 1}. Take up your start posture.")
            self._to_set_up()
        elif left_s <= WARNING_S and not self._warned:
            self._warned = True
            self.voice.say(self._now_s, "setup", "Ten seconds. Go to your place.")

    def _end(self, ending: Ending, words: str) -> None:
        self._close_set(keep=True)
        self._stage, self.ending, self._hint = "ended", ending, ""
        self.voice.say(self._now_s, "stop" if ending == "stopped" else "info", words)

    def _close_set(self, *, keep: bool) -> None:
        """Give the set to its record, or forget it."""
        if self._set is None or self._about is None:
            return
        self._set.finish()
        collect = self.sink.end()
        if keep:
            self.records.append(SetRecord(self._about, collect, self.repetitions))
        self._set, self._about = None, None


_SUMMARY = "The summary is on the screen, where you can note how it felt."
_STOPPED = "Stopped. Rest now. If it hurts, leave it for today."


def _minutes(seconds: float) -> str:
    if seconds < 60:
        return f"{round(seconds)} seconds"
    minutes = round(seconds / 60)
    return f"{minutes} minute{'s' if minutes > 1 else ''}"
