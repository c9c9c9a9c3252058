"""Judges a recorded track: the stages before the analyzer, the analyzer, and the report after it.

Needs no video and no model: a stored track can be corrected and judged again in a moment.
"""

from dataclasses import dataclass

import numpy as np

from formcheck import __version__
from formcheck.body.filters import smooth_track
from formcheck.body.measure import Calibration, anchor, measure, refer_to_neutral
from formcheck.body.neutral import NeutralWindow, neutral_at
from formcheck.body.pose import PoseTrack
from formcheck.body.repair import repair_legs
from formcheck.body.scale import BodyScale
from formcheck.body.signals import Signals
from formcheck.body.spine import BackNeutral
from formcheck.body.spine_signal import neutral_of, with_spine
from formcheck.body.view import BodyView, LeftRight, estimate_view
from formcheck.coach.analyzer import Analyzer
from formcheck.coach.instant import instants
from formcheck.coach.rep_faults import LUMBAR_OFFSET
from formcheck.coach.set_report import ExerciseRef, Neutral, SetReport, View
from formcheck.coach.start import find_start
from formcheck.coach.summary import summarise, withheld_stretches
from formcheck.coach.trends import trend_notes
from formcheck.exercises.load import LoadedExercise
from formcheck.exercises.schema import Exercise

# A signal counts a set if it was seen in this share of the frames in which somebody was; our choice.
MIN_COUNTABLE_SHARE = 0.5
# measurement.md, section 4.
MIN_RATE_HZ = 12.0


@dataclass(frozen=True, slots=True)
class Corrections:
    """What the user knows better than the camera.

    ``not_repetitions`` holds times in seconds: the repetition round each of them is none.
    """

    facing: LeftRight | None = None
    side: LeftRight | None = None
    neutral_s: tuple[float, float] | None = None
    not_repetitions: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A report with the signals that it was made from.

    ``track`` is the repaired and smoothed track, for drawing; ``signal`` the one that counted.
    """

    report: SetReport
    signals: Signals
    track: PoseTrack
    signal: str


def judge(track: PoseTrack, loaded: LoadedExercise, corrections: Corrections | None = None) -> Judged:
    """Judge a recorded set.

    Parameters
    ----------
    track : PoseTrack
        Raw poses of the whole recording.
    loaded : LoadedExercise
        What was asked for.
    corrections : Corrections, optional
        What the user knows better.
    """
    corrections = corrections or Corrections()
    exercise = loaded.exercise
    scale = BodyScale.of(track)
    clean = smooth_track(repair_legs(track, scale))
    view = estimate_view(clean, scale, facing=corrections.facing)
    side: LeftRight = corrections.side or view.near_side or "right"
    calibration = Calibration(view, scale, side)
    raw = measure(clean, calibration)
    start = find_start(raw, exercise, view, side)
    exercise = start.exercise
    window = start.window
    if corrections.neutral_s is not None:
        window = neutral_at(raw, *corrections.neutral_s)
    neutral_deg = _neutral_values(raw, window)
    back = _back_neutral(clean, calibration, raw, window)
    neutral = _neutral_report(window, back)
    if neutral.standing_reference and neutral.lumbar_offset_deg is not None:
        neutral_deg[LUMBAR_OFFSET] = neutral.lumbar_offset_deg
    signals = with_spine(clean, calibration, refer_to_neutral(raw, neutral_deg), back)
    signal = counting_signal(exercise, signals, clean)
    analyzer = Analyzer(
        exercise=exercise,
        signal=signal,
        neutral_deg=neutral_deg,
        side="both" if exercise.repetition.both_sides else side,
        not_repetitions_s=corrections.not_repetitions,
        start_posture_seen=window.accepted,
        legs=start.legs if corrections.side is None else (corrections.side,),
        noise_deg=_wavering(raw, window),
        neutral_of_leg={leg: _neutral_values(raw, own) for leg, own in start.of_leg.items()},
    )
    for instant in instants(signals, anchor(clean, scale)):
        analyzer.feed(instant)
    analyzer.finish()
    report = SetReport(
        formcheck_version=__version__,
        origin=track.origin,
        exercise=ExerciseRef(exercise.id, exercise.version, loaded.sha256, exercise.name),
        view=_view_report(view, exercise, track),
        neutral=neutral,
        reps=tuple(analyzer.repetitions),
        set=summarise(
            analyzer.repetitions,
            analyzer.dismissed,
            [*_notes(track, signal, exercise), *trend_notes(analyzer.repetitions, signal)],
        ),
        cannot_judge=withheld_stretches(signals, exercise),
    )
    return Judged(report, signals, clean, signal)


def counting_signal(exercise: Exercise, signals: Signals, track: PoseTrack) -> str:
    """Return the first of the exercise's repetition signals that this view shows often enough."""
    found = max(1, int(track.found.sum()))
    for name in exercise.repetition.signals:
        if np.isfinite(signals.deg[name]).sum() >= MIN_COUNTABLE_SHARE * found:
            return name
    return exercise.repetition.signals[-1]


def _neutral_values(raw: Signals, window: NeutralWindow) -> dict[str, float]:
    """Return the median of every signal over the neutral; empty without one."""
    if not window.accepted or window.start_s is None or window.end_s is None:
        return {}
    inside = raw.between(window.start_s, window.end_s)
    medians: dict[str, float] = {}
    for name, values in raw.deg.items():
        seen = values[inside & np.isfinite(values)]
        if seen.size:
            medians[name] = float(np.median(seen))
    return medians


def _wavering(raw: Signals, window: NeutralWindow) -> dict[str, float]:
    """Return the standard deviation of every signal over the neutral."""
    if not window.accepted or window.start_s is None or window.end_s is None:
        return {}
    inside = raw.between(window.start_s, window.end_s)
    return {
        name: float(np.nanstd(values[inside]))
        for name, values in raw.deg.items()
        if np.isfinite(values[inside]).any()
    }


def _view_report(view: BodyView, exercise: Exercise, track: PoseTrack) -> View:
    if view.yaw_deg is None:
        return View(None, None, None, judged=False, reason="Nobody was seen.")
    fits = view.side_on if exercise.camera.view == "side" else not view.side_on
    reason = "" if fits else f"This exercise is judged from the {exercise.camera.view}."
    return View(view.facing, view.near_side, view.yaw_deg, judged=fits, reason=reason)


def _back_neutral(
    track: PoseTrack, calibration: Calibration, raw: Signals, window: NeutralWindow
) -> BackNeutral | None:
    if not window.accepted or window.start_s is None or window.end_s is None:
        return None
    return neutral_of(track, calibration, raw, window.start_s, window.end_s)


def _neutral_report(window: NeutralWindow, back: BackNeutral | None) -> Neutral:
    return Neutral(
        window.start_s, window.end_s, back.sd_deg if back else None, window.accepted, window.reason
    )


def _notes(track: PoseTrack, signal: str, exercise: Exercise) -> list[str]:
    notes = []
    if track.origin.damage:
        notes.append(track.origin.damage)
    if signal != exercise.repetition.signals[0]:
        notes.append("Counted from a view that does not allow every angle to be judged.")
    if len(track) > 1:
        rate_hz = (len(track) - 1) / float(track.t_s[-1] - track.t_s[0])
        if rate_hz < MIN_RATE_HZ:
            notes.append(f"Only {rate_hz:.0f} pictures a second: fast phases need at least 25.")
    return notes
