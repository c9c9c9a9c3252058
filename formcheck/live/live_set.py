"""One set while it runs: what the analyzer says becomes a count, a cue, two scales and a few spoken words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from formcheck.body.pose import Pose
from formcheck.body.reasons import how_to_fix, why
from formcheck.coach.events import (
    Cue,
    Event,
    FaultEnded,
    FaultStarted,
    Praise,
    RepBegan,
    RepCompleted,
    RepCounted,
    RepDismissed,
)
from formcheck.coach.set_report import Repetition, Severity, Verdict
from formcheck.coach.working_side import from_side
from formcheck.live.gauges import BackGauge, RangeGauge, back_gauge, range_gauge
from formcheck.live.pacer import Pace, Pacer
from formcheck.live.set_up import Ready
from formcheck.live.state import ShownCue
from formcheck.live.stream import LiveStream, Reading
from formcheck.live.voice import Kind, Voice
from formcheck.report.words import BACK, Focus, Shown, shown_verdict, signal_label

# A cue stays in sight for as long as it takes to read twice; our choice.
CUE_STAYS_S = 4.0
VERDICT_STAYS_S = 2.5
# Said once a signal has been withheld for so long, and not again before so long: a moment is no news. Our
# choice.
WITHHELD_AFTER_S = 1.5
WITHHELD_AGAIN_S = 20.0
# Whoever moved and hears no number is told why, unless another movement follows at once or the other leg's is
# counted. Our choice.
UNCOUNTED_AFTER_S = 1.0
UNCOUNTED_AGAIN_S = 12.0


@dataclass(slots=True)
class LiveSet:
    """Follows one set.

    Parameters
    ----------
    ready : Ready
        From the set-up; times there and here are the set's own.
    voice : Voice
        Says counts and cues.
    paced : bool
        Whether the pacer speaks.
    """

    ready: Ready
    voice: Voice
    paced: bool = True
    pace: Pace | None = field(default=None, init=False)
    range: RangeGauge | None = field(default=None, init=False)
    back: BackGauge | None = field(default=None, init=False)
    reading: Reading | None = field(default=None, init=False)
    moved_s: float = field(default=0.0, init=False)
    new_faults: tuple[str, ...] = field(default=(), init=False)
    _stream: LiveStream = field(init=False)
    _pacer: Pacer = field(init=False)
    _active: dict[str, Severity] = field(default_factory=dict, init=False)
    _cue: tuple[float, ShownCue] | None = field(default=None, init=False)
    _verdict: tuple[float, Shown] | None = field(default=None, init=False)
    _counted_s: float = field(default=float("-inf"), init=False)
    _uncounted: RepDismissed | None = field(default=None, init=False)
    _withheld: dict[str, tuple[str, float]] = field(default_factory=dict, init=False)
    _withheld_said_s: float = field(default=float("-inf"), init=False)
    _start_blamed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._stream = LiveStream(self.ready.baseline, self.ready.track)
        exercise = self.ready.baseline.exercise
        moves = exercise.repetition
        focus = Focus(
            self._stream.signal,
            first_phase=moves.first_phase,
            concentric_word=moves.concentric_word,
            eccentric_word=moves.eccentric_word,
        )
        self._pacer = Pacer(exercise, focus)
        self.moved_s = float(self.ready.track.t_s[-1])

    @property
    def repetitions(self) -> tuple[Repetition, ...]:
        """The repetitions so far, as judged live."""
        return tuple(self._stream.analyzer.repetitions)

    def feed(self, pose: Pose) -> Reading:
        """Take the next pose of the person who was calibrated."""
        reading = self._stream.feed(pose)
        self.reading = reading
        self.new_faults = tuple(event.fault_id for event in reading.events if isinstance(event, FaultStarted))
        for event in reading.events:
            self._hear(event)
        self._show(reading, pose.t_s)
        self._say_withheld(reading, pose.t_s)
        self._say_uncounted(pose.t_s)
        return reading

    def finish(self) -> None:
        """End the set: a movement that has all but returned still counts."""
        for event in self._stream.finish():
            self._hear(event)

    def cue(self, t_s: float) -> ShownCue | None:
        """Return the cue while it is fresh."""
        return self._cue[1] if self._cue is not None and t_s - self._cue[0] < CUE_STAYS_S else None

    def last_verdict(self, t_s: float) -> Shown | None:
        """Return the last repetition's verdict for a moment."""
        return self._verdict[1] if self._verdict and t_s - self._verdict[0] < VERDICT_STAYS_S else None

    def withheld(self) -> tuple[str, str]:
        """Return what cannot be judged now and why; empty where everything can."""
        if self.reading is None:
            return "", ""
        for name in self._told_about:
            key = self.reading.instant.reason.get(name, "")
            if key:
                return signal_label(name), why(key)
        return "", ""

    @property
    def _told_about(self) -> tuple[str, ...]:
        required = self.ready.baseline.exercise.requires
        return tuple(dict.fromkeys((*required, BACK)))

    @property
    def _at_start(self) -> str:
        """What was wrong with the start posture: it lasts as long as the set, and is said once."""
        back = self.ready.baseline.back
        return back.reason if back is not None else ""

    def _say(self, t_s: float, kind: Kind, text: str) -> None:
        self.voice.say(self.ready.zero_s + t_s, kind, text)

    def _hear(self, event: Event) -> None:
        match event:
            case RepBegan():
                self.moved_s, self._uncounted = event.t_s, None
            case RepCounted():
                self.moved_s, self._counted_s, self._uncounted = event.t_s, event.t_s, None
                self._say(event.t_s, "count", str(event.number))
            case RepDismissed():
                self._uncounted = event if event.start_s > self._counted_s else None
            case RepCompleted():
                self._verdict = (event.t_s, shown_verdict(event.repetition))
                self._say_unjudged(event.t_s, event.repetition.verdict)
            case Cue():
                self._cue = (event.t_s, ShownCue(event.severity, event.text))
                self._say(event.t_s, "cue", event.spoken or event.text)
            case Praise():
                self._say(event.t_s, "praise", event.text)
            case FaultStarted():
                self._active[event.fault_id] = event.severity
            case FaultEnded():
                self._active.pop(event.fault_id, None)
            case _:
                pass  # what cannot be judged is said by `_say_withheld`, once it has lasted

    def _show(self, reading: Reading, t_s: float) -> None:
        baseline = self.ready.baseline
        progress = self._stream.analyzer.progress(reading.instant)
        if not progress.moving:
            self._active.clear()
        self.pace = self._pacer.feed(t_s, progress.way, moving=progress.moving)
        if self.pace.say and self.paced:
            self._say(t_s, "pace", self.pace.say)
        neutral: Mapping[str, float] = baseline.neutral_deg
        if progress.leg is not None:
            neutral = from_side(neutral, progress.leg)
        self.range = range_gauge(baseline.exercise, progress)
        self.back = back_gauge(baseline.exercise, reading.instant, progress, neutral, self._active)

    def _say_withheld(self, reading: Reading, t_s: float) -> None:
        """Say aloud what has been withheld for a while, and how to mend it."""
        for name in self._told_about:
            key = reading.instant.reason.get(name, "")
            before = self._withheld.get(name, ("", t_s))
            self._withheld[name] = (key, before[1] if key and before[0] else t_s)
            at_start = bool(key) and key == self._at_start
            lasted = key and t_s - self._withheld[name][1] >= WITHHELD_AFTER_S
            told = t_s - self._withheld_said_s < WITHHELD_AGAIN_S or (at_start and self._start_blamed)
            if lasted and not told:
                self._withheld_said_s = t_s
                self._start_blamed |= at_start
                what = "your back" if name == BACK else f"the {signal_label(name)}"
                self._say(t_s, "info", f"I cannot judge {what}. {how_to_fix(key)}")

    def _say_unjudged(self, t_s: float, verdict: Verdict) -> None:
        """Say that a repetition was counted and not judged, unless that is known or was just said."""
        known = self._start_blamed or t_s - self._withheld_said_s < WITHHELD_AGAIN_S
        if verdict == "cannot_judge" and not known:
            self._withheld_said_s = t_s
            self._say(t_s, "info", "I could not judge that one.")

    def _say_uncounted(self, t_s: float) -> None:
        """Say why a movement was not counted, once it is clear that nothing came of it."""
        dismissed = self._uncounted
        if dismissed is not None and t_s - dismissed.t_s >= UNCOUNTED_AFTER_S:
            self._uncounted = None
            zero_s = self.ready.zero_s
            self.voice.say(zero_s + t_s, "info", f"Not counted. {dismissed.why}", UNCOUNTED_AGAIN_S)
