"""The thread that owns one session: the newest picture in, the overlay and the state out.

The landmarker looks at a picture in its own thread (`looker`) while this one judges and draws the picture
before, as soon as there are two. A picture that comes while another is looked at waits, and is thrown away
when a still newer one comes: time never falls behind, pictures do.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field, replace
from functools import partial

from formcheck.body import filters
from formcheck.body.pose import Origin, Pose
from formcheck.errors import FormcheckError
from formcheck.exercises.load import LoadedExercise
from formcheck.live import sink
from formcheck.live.finish import FinishedSet, final_pass
from formcheck.live.keeping_up import KeepingUp
from formcheck.live.looker import Estimator, Looker
from formcheck.live.picture import Evidence, Showing, evidence, mirrored
from formcheck.live.session import Command, LiveSession, Plan, SetRecord
from formcheck.live.sink import SetSink
from formcheck.live.state import LiveState
from formcheck.live.voice import Kind
from formcheck.live.watch import Sight
from formcheck.report.freed_memory import give_back
from formcheck.sources.frames import Frame, Image
from formcheck.sources.model_files import ModelFile

# While no picture comes, time goes on in steps of this: the pain stop's second has room for several.
TICK_S = 0.1
ANSWER_WITHIN_S = 1.0
CLOSING_S = 10.0
MAX_EVIDENCE = 12
BRIGHTNESS_STEP = 16
OUR_FAULT = "Something went wrong in formcheck itself. What you did is kept; reload this page to go on."

_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class Answer:
    """A picture on its way through the worker; ``overlay`` is there once ``done`` is set."""

    frame: Frame
    came_s: float
    overlay: Image | None = None
    done: threading.Event = field(default_factory=threading.Event)


Looked = tuple[Answer, Future[Callable[[], Pose]]]
"""A picture that the model looks at or has looked at; not yet judged."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a worker is made for.

    Parameters
    ----------
    loaded : LoadedExercise
        What is done.
    plan : Plan
        How much of it.
    sink : SetSink
        Keeps the poses.
    models : tuple of ModelFile
        The one to use first, and then lighter ones for a slow machine.
    estimator : callable
        Makes the estimator for a model; called in the worker's own thread.
    showing : Showing
        What evidence frames show; None: none are made.
    """

    loaded: LoadedExercise
    plan: Plan
    sink: SetSink
    models: tuple[ModelFile, ...]
    estimator: Callable[[ModelFile], Estimator]
    showing: Showing | None = "skeleton"


class LiveWorker:
    """Runs a live session in a thread of its own, from the first picture to `close`."""

    def __init__(self, work: Work, clock: Callable[[], float] = time.monotonic) -> None:
        self._work = work
        self._clock = clock
        self._began_s = clock()
        self._changed = threading.Condition()
        self._waiting: Answer | None = None
        self._looked: Looked | None = None
        self._commands: deque[Command] = deque()
        self._words: deque[tuple[Kind, str]] = deque()
        self._stop = False
        self._keeping_up = KeepingUp()
        self._session: LiveSession | None = None
        self._finals: list[threading.Thread] = []
        self._picture_px = (0, 0)
        self.epoch_s = time.time()
        """When the session's clock was 0, for whoever compares it with another clock of this machine."""
        self._model = 0
        self._state: LiveState | None = None
        self.sight: Sight | None = None
        """What was seen last, for who may watch."""
        self.finished: list[FinishedSet] = []
        self.evidence: list[Evidence] = []
        self.trouble = ""
        self._thread = threading.Thread(target=self._run, name="formcheck-live", daemon=True)
        self._thread.start()

    # ---- from any thread ----------------------------------------------------------------------

    @property
    def now_s(self) -> float:
        """Seconds since the worker began: the session's clock."""
        return self._clock() - self._began_s

    @property
    def state(self) -> LiveState | None:
        """The newest state; None before the first picture."""
        return self._state

    @property
    def alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread.is_alive()

    @property
    def sets_over(self) -> int:
        """How many sets are over, judged again or not yet."""
        return len(self._session.records) if self._session is not None else 0

    @property
    def finishing(self) -> bool:
        """Whether a final pass is still going on."""
        return any(thread.is_alive() for thread in self._finals)

    def submit(self, frame: Frame, dropped: int = 0) -> Answer:
        """Give the newest picture; an older one that still waits is dropped.

        Parameters
        ----------
        frame : Frame
            On the session's clock, later than every earlier one.
        dropped : int
            How many were thrown away before it by whoever gives it.
        """
        answer = Answer(frame, self._clock())
        with self._changed:
            self._keeping_up.dropped += dropped
            if self._waiting is not None:
                self._keeping_up.dropped += 1
                self._waiting.done.set()
            self._waiting = answer
            self._changed.notify()
        return answer

    def command(self, what: Command) -> None:
        """Have the session obey a key or button."""
        with self._changed:
            self._commands.append(what)
            self._changed.notify()

    def say(self, kind: Kind, text: str) -> None:
        """Have a line said and shown that comes from elsewhere."""
        with self._changed:
            self._words.append((kind, text))
            self._changed.notify()

    def close(self) -> None:
        """End the session, keep what was done, and give everything back."""
        with self._changed:
            self._stop = True
            self._changed.notify()
        if self._thread is not threading.current_thread():
            self._thread.join(CLOSING_S)
        for thread in self._finals:
            thread.join(CLOSING_S)

    # ---- in the thread ------------------------------------------------------------------------

    def _run(self) -> None:
        looker = self._looker()
        try:
            filters.get_ready()  # while the model is loaded
            sink.get_ready()
            looker.ready()
            while not self._stop:
                if self._too_slow():
                    looker.close()
                    looker = self._lighter()
                    looker.ready()
                self._turn(looker)
        except FormcheckError as error:
            self.trouble = str(error)
        except Exception:  # noqa: BLE001 - the outermost place of the thread; logged, and said kindly
            _LOG.exception("the live session failed")
            self.trouble = OUR_FAULT
        finally:
            looker.close()
            if self._looked is not None:
                self._looked[0].done.set()
            self._keep_what_was_done()
            give_back()  # 100 MB after ten sessions [M]

    def _turn(self, looker: Looker) -> None:
        """Have the model look at the newest picture, and judge the one before meanwhile."""
        answer = self._next()
        self._obey()
        before, self._looked = self._looked, None
        began_s = self._clock()
        if answer is not None:
            self._looked = answer, looker.look(answer.frame)
        if before is not None:
            self._judge(*before)
        elif answer is None:
            self._tick()
        if self._looked is not None:
            wait_for([self._looked[1]])
            self._keeping_up.took(self._clock() - began_s)

    def _keep_what_was_done(self) -> None:
        try:
            if self._session is not None:
                self._session.close()
                self._judge_finished()
        except Exception:  # noqa: BLE001 - as above; giving back must go on
            _LOG.exception("the set could not be closed")
            self.trouble = self.trouble or OUR_FAULT

    def _next(self) -> Answer | None:
        """Return the newest picture; without any, wait a moment for it unless there is one to be judged."""
        with self._changed:
            told = self._session is not None and (self._commands or self._words)
            idle = self._waiting is None and self._looked is None
            if idle and not told and not self._stop:
                self._changed.wait(TICK_S)
            answer, self._waiting = self._waiting, None
            return answer

    def _obey(self) -> None:
        while self._commands and self._session is not None:
            self._session.command(self._commands.popleft(), self.now_s)
        while self._words and self._session is not None:
            self._session.voice.say(self.now_s, *self._words.popleft())

    def _tick(self) -> None:
        if self._session is not None:
            self._session.tick(self.now_s)
            self._publish(self._session)

    def _judge(self, answer: Answer, looked: Future[Callable[[], Pose]]) -> None:
        """Judge and draw a picture that was looked at."""
        try:
            self._see(answer, looked.result()())
        finally:
            answer.done.set()

    def _see(self, answer: Answer, pose: Pose) -> None:
        frame = answer.frame
        session = self._session or self._begin(frame)
        session.feed(pose, partial(_brightness, frame.image_rgb))
        self._picture_px = (frame.image_rgb.shape[1], frame.image_rgb.shape[0])
        self._keeping_up.analysed(frame.t_s)
        self._publish(session)
        answer.overlay = self._drawn(session, frame, pose)
        self._keeping_up.drawn(self._clock() - answer.came_s)

    def _too_slow(self) -> bool:
        """Return whether to change to a lighter model: only before the neutral, which belongs to a model."""
        between = self._session is not None and self._session.stage == "set_up"
        return between and self._keeping_up.slow and self._model + 1 < len(self._work.models)

    def _looker(self) -> Looker:
        model = self._work.models[self._model]
        return Looker(lambda: self._work.estimator(model))

    def _lighter(self) -> Looker:
        self._model += 1
        self._keeping_up.forget_turns()
        model = self._work.models[self._model]
        if self._session is not None:
            origin = self._session.origin
            self._session.origin = replace(origin, model_name=model.name, model_sha256=model.sha256)
        return self._looker()

    def _begin(self, frame: Frame) -> LiveSession:
        model = self._work.models[self._model]
        origin = Origin(
            name="live",
            width_px=frame.width_px,
            height_px=frame.height_px,
            model_name=model.name,
            model_sha256=model.sha256,
        )
        self._session = LiveSession(self._work.loaded, self._work.plan, origin, self._work.sink)
        return self._session

    def _publish(self, session: LiveSession) -> None:
        model = self._work.models[self._model].name
        session.speed = self._keeping_up.speed(model, self._picture_px, lighter=self._model > 0)
        self._state = session.state()
        self._judge_finished()

    def _drawn(self, session: LiveSession, frame: Frame, pose: Pose) -> Image:
        state = self._state
        drawn = session.drawn_pose or (pose if session.stage in ("set_up", "neutral") else None)
        back = state.back.back if state is not None and state.back is not None else "not_judged"
        near = state.near_side if state is not None else None
        facing = state.facing if state is not None else None
        self.sight = Sight(frame.t_s, drawn, frame.width_px, frame.height_px)
        self._keep_evidence(session, frame)
        return mirrored(frame, drawn, back, near, facing)

    def _keep_evidence(self, session: LiveSession, frame: Frame) -> None:
        """Keep a picture of the moment at which a fault set in, if the person allows one."""
        pose, showing, state = session.drawn_pose, self._work.showing, self._state
        for fault_id in session.new_faults():
            if pose is None or showing is None or state is None or len(self.evidence) >= MAX_EVIDENCE:
                continue
            now = state.back.back if state.back is not None else "not_judged"
            jpeg = evidence(frame, pose, showing, now, state.near_side, state.facing)
            self.evidence.append(Evidence(pose.t_s, fault_id, jpeg))

    # ---- after a set --------------------------------------------------------------------------

    def _judge_finished(self) -> None:
        """Start the final pass of every set that is over, beside this thread, which has pictures to see."""
        session = self._session
        if session is None:
            return
        for i in range(len(self._finals), len(session.records)):
            thread = threading.Thread(
                target=self._final, args=(session.records[i],), name="formcheck-final", daemon=True
            )
            self._finals.append(thread)
            thread.start()

    def _final(self, record: SetRecord) -> None:
        try:
            done = final_pass(record.about, record.collect(), self._work.loaded, record.live)
        except Exception:  # noqa: BLE001 - the outermost place of the thread
            _LOG.exception("the final pass failed")
            self.trouble = OUR_FAULT
            return
        with self._changed:  # two short sets may be judged again at once
            known = sorted([*self.finished, done], key=lambda each: each.number)
            # only the newest keeps its arrays: a long session must not grow
            self.finished = [*(each.without_arrays() for each in known[:-1]), known[-1]]
        give_back()


def _brightness(image: Image) -> float:
    return float(image[::BRIGHTNESS_STEP, ::BRIGHTNESS_STEP].mean())
