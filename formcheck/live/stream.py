"""Judging while it happens: causal stages, then the same analyzer as for recordings."""

from collections import deque
from dataclasses import dataclass, replace

from formcheck.body.filters import LiveSmoother, smooth_track
from formcheck.body.measure import Calibration, anchor, measure, refer_to_neutral
from formcheck.body.pose import Origin, Pose, PoseTrack
from formcheck.body.repair import LiveLegRepair, LiveWithoutGuessedLegs, repair_legs, without_guessed_legs
from formcheck.body.scale import BodyScale
from formcheck.body.spine import BackNeutral
from formcheck.body.spine_signal import MIN_RATE_HZ, TOO_FEW, with_spine
from formcheck.body.view import estimate_view
from formcheck.coach.analyzer import Analyzer
from formcheck.coach.baseline import Baseline, counting_signal, find_baseline
from formcheck.coach.events import Event
from formcheck.coach.instant import Instant, instants
from formcheck.exercises.schema import Exercise

RATE_OVER_S = 1.0
"""Over how long the rate of pictures is measured: the pause of one picture is no slow camera. Our choice."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What one pose led to; ``pose`` is the smoothed one, for drawing."""

    pose: Pose
    instant: Instant
    events: list[Event]


def set_up_baseline(track: PoseTrack, exercise: Exercise, neutral_s: tuple[float, float]) -> Baseline:
    """Return what a live set is measured from.

    Parameters
    ----------
    track : PoseTrack
        Raw poses of the last seconds of the set-up.
    exercise : Exercise
        In any of its forms.
    neutral_s : (float, float)
        When the start posture was held.
    """
    scale = BodyScale.of(track)
    clean = smooth_track(repair_legs(track, scale))
    view = estimate_view(clean, scale)
    clean = without_guessed_legs(clean, view)
    calibration = Calibration(view, scale, view.near_side or "right")
    return find_baseline(clean, calibration, exercise, neutral_s=neutral_s)[0]


class LiveStream:
    """Judges the poses of one live set, one at a time.

    Parameters
    ----------
    baseline : Baseline
        From the set-up.
    set_up : PoseTrack
        The poses that it was taken from: the filters start from them, and they tell which signal counts.
    """

    def __init__(self, baseline: Baseline, set_up: PoseTrack) -> None:
        self.baseline = baseline
        scale = baseline.calibration.scale
        self._repair, self._smoother = LiveLegRepair(scale), LiveSmoother(scale.trunk_px)
        self._legs = LiveWithoutGuessedLegs(set_up, baseline.calibration.view)
        self._origin: Origin = set_up.origin
        signals = measure(set_up, baseline.calibration)
        self.signal = counting_signal(baseline.exercise, signals, set_up)
        self.analyzer: Analyzer = baseline.analyzer(self.signal)
        self._times_s: deque[float] = deque()
        for pose in set_up:
            self._clean(pose)

    def feed(self, pose: Pose) -> Reading:
        """Judge the next pose."""
        clean = self._clean(pose)
        instant = self._instant(clean)
        return Reading(clean, instant, self.analyzer.feed(instant))

    def finish(self) -> list[Event]:
        """End the set."""
        return self.analyzer.finish()

    def _back(self, t_s: float) -> BackNeutral | None:
        """Return the back's neutral; one that withholds where pictures come too slowly to follow a back."""
        self._times_s.append(t_s)
        while t_s - self._times_s[0] > RATE_OVER_S:
            self._times_s.popleft()
        span_s = t_s - self._times_s[0]
        back = self.baseline.back
        if back is None or span_s < RATE_OVER_S / 2 or (len(self._times_s) - 1) / span_s >= MIN_RATE_HZ:
            return back
        return replace(back, reason=back.reason or TOO_FEW)

    def _clean(self, pose: Pose) -> Pose:
        return self._legs.feed(self._smoother.feed(self._repair.feed(pose)))

    def _instant(self, clean: Pose) -> Instant:
        calibration = self.baseline.calibration
        one = PoseTrack.from_poses([clean], self._origin)
        signals = refer_to_neutral(measure(one, calibration), self.baseline.neutral_deg)
        judged = with_spine(one, calibration, signals, self._back(clean.t_s), cutoff_hz=None)
        return next(iter(instants(judged, anchor(one, calibration.scale))))
