"""Judges a recorded track: the stages before the analyzer, the analyzer, and the report after it.

Needs no video and no model: a stored track can be corrected and judged again in a moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from formcheck import __version__
from formcheck.body.filters import smooth_track
from formcheck.body.measure import Calibration, anchor, refer_to_neutral
from formcheck.body.neutral import NeutralWindow
from formcheck.body.pose import PoseTrack
from formcheck.body.repair import repair_legs, without_guessed_legs
from formcheck.body.scale import BodyScale
from formcheck.body.signal_table import SIGNALS, base_name
from formcheck.body.signals import Signals
from formcheck.body.spine import BackNeutral
from formcheck.body.spine_signal import with_spine
from formcheck.body.view import BodyView, LeftRight, estimate_view
from formcheck.coach.baseline import counting_signal, find_baseline
from formcheck.coach.clearance import not_asked, with_object
from formcheck.coach.instant import instants
from formcheck.coach.rep_faults import LUMBAR_OFFSET
from formcheck.coach.repetition import LUMBAR
from formcheck.coach.rough_back import rough_back
from formcheck.coach.set_report import ExerciseRef, Neutral, Repetition, SetReport, View
from formcheck.coach.summary import summarise, withheld_stretches
from formcheck.coach.trends import trend_notes
from formcheck.exercises.load import LoadedExercise
from formcheck.exercises.schema import Exercise

# measurement.md, section 4: with fewer pictures a second the report warns of quick phases.
SLOW_RATE_HZ = 12.0


@dataclass(frozen=True, slots=True)
class Corrections:
    """What the user knows better than the camera.

    ``not_repetitions`` holds times in seconds: the repetition round each of them is none.
    ``object_height_cm`` is that of the object which a foot is lifted over.
    """

    facing: LeftRight | None = None
    side: LeftRight | None = None
    neutral_s: tuple[float, float] | None = None
    not_repetitions: tuple[float, ...] = ()
    object_height_cm: float | None = None


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
    exercise = with_object(loaded.exercise, corrections.object_height_cm)
    scale = BodyScale.of(track)
    clean = smooth_track(repair_legs(track, scale))
    view = estimate_view(clean, scale, facing=corrections.facing)
    clean = without_guessed_legs(clean, view)
    side: LeftRight = corrections.side or view.near_side or "right"
    calibration = Calibration(view, scale, side)
    baseline, raw = find_baseline(
        clean, calibration, exercise, neutral_s=corrections.neutral_s, only_leg=corrections.side
    )
    exercise = baseline.exercise
    neutral = _neutral_report(baseline.window, baseline.back)
    if neutral.standing_reference and neutral.lumbar_offset_deg is not None:
        offset = {LUMBAR_OFFSET: neutral.lumbar_offset_deg}
        baseline = replace(baseline, neutral_deg={**baseline.neutral_deg, **offset})
    referred = refer_to_neutral(raw, baseline.neutral_deg)
    signals = with_spine(clean, calibration, referred, baseline.back)
    signal = counting_signal(exercise, signals, clean)
    analyzer = baseline.analyzer(signal, corrections.not_repetitions)
    for instant in instants(signals, anchor(clean, scale)):
        analyzer.feed(instant)
    analyzer.finish()
    report = SetReport(
        formcheck_version=__version__,
        origin=track.origin,
        exercise=ExerciseRef(exercise.id, exercise.version, loaded.sha256, exercise.name, exercise.form),
        view=_view_report(view, exercise, track),
        neutral=neutral,
        reps=tuple(analyzer.repetitions),
        set=summarise(
            analyzer.repetitions,
            analyzer.dismissed,
            [
                *_notes(track, signal, exercise),
                *_back_notes(baseline.back, analyzer.repetitions),
                *trend_notes(analyzer.repetitions, signal),
            ],
        ),
        cannot_judge=withheld_stretches(signals, exercise),
        back_rough=rough_back(clean, baseline, raw, analyzer.repetitions),
    )
    return Judged(report, signals, clean, signal)


def _view_report(view: BodyView, exercise: Exercise, track: PoseTrack) -> View:
    if view.yaw_deg is None:
        return View(None, None, None, judged=False, reason="Nobody was seen.")
    fits = view.side_on if exercise.camera.view == "side" else not view.side_on
    only_there = all(SIGNALS[base_name(name)].view != "any" for name in exercise.repetition.signals)
    done = "counted and judged" if only_there else "judged"
    reason = "" if fits else f"This exercise is {done} from the {exercise.camera.view}."
    return View(view.facing, view.near_side, view.yaw_deg, judged=fits, reason=reason)


def _neutral_report(window: NeutralWindow, back: BackNeutral | None) -> Neutral:
    return Neutral(
        window.start_s, window.end_s, back.sd_deg if back else None, window.accepted, window.reason
    )


def _back_notes(back: BackNeutral | None, repetitions: Sequence[Repetition]) -> list[str]:
    """Say how the back was measured where that was not from the start posture as it was held."""
    if back is None:
        return []
    if back.reason and any(fault.signal == LUMBAR for rep in repetitions for fault in rep.faults):
        if not back.bowed:
            return [
                "Your back was not steady in the start posture, so it is said only where it rounded beyond "
                "doubt. Elsewhere it may have rounded too."
            ]
        return [
            "Your back could not be measured from the start posture, but from where you had bowed a little, "
            "so it is said only where it rounded beyond doubt, and by how much at least. Elsewhere it may "
            "have rounded too."
        ]
    if not back.beside or not any(rep.lumbar_flexion_deg.judged for rep in repetitions):
        return []
    return [
        "Your back was hidden or restless in the start posture: it is measured from the moments beside "
        "that in which it was free. Arms crossed on the chest and a still start make it surer."
    ]


def _notes(track: PoseTrack, signal: str, exercise: Exercise) -> list[str]:
    notes = [told] if (told := not_asked(exercise)) else []
    if track.origin.damage:
        notes.append(track.origin.damage)
    if signal != exercise.repetition.signals[0]:
        notes.append("Counted from a view that does not allow every angle to be judged.")
    if len(track) > 1:
        rate_hz = (len(track) - 1) / float(track.t_s[-1] - track.t_s[0])
        if rate_hz < SLOW_RATE_HZ:
            notes.append(f"Only {rate_hz:.0f} pictures a second: fast phases need at least 25.")
    return notes
