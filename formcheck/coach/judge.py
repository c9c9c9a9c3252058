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
from formcheck.body.spine_rough import RoughBend
from formcheck.body.spine_signal import with_spine
from formcheck.body.view import BodyView, LeftRight, estimate_view
from formcheck.coach.baseline import Baseline, counting_signal, find_baseline
from formcheck.coach.clearance import not_asked, with_object
from formcheck.coach.events import RepDismissed
from formcheck.coach.instant import LUMBAR, instants
from formcheck.coach.rep_faults import LUMBAR_OFFSET
from formcheck.coach.rough_back import back_told, rough_back
from formcheck.coach.set_report import ExerciseRef, Neutral, Repetition, SetReport, View
from formcheck.coach.stays import each_from_its_start
from formcheck.coach.summary import summarise, withheld_stretches
from formcheck.coach.trends import trend_notes
from formcheck.exercises.load import LoadedExercise
from formcheck.exercises.schema import Exercise

# measurement.md, section 4: with fewer pictures a second the report warns of quick phases.
SLOW_RATE_HZ = 12.0
SEVERAL_SETS = "You went away in between: each set is measured from its own start posture."


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
    sets = _sets(track, exercise, corrections)
    first = _telling(sets)
    repetitions = [rep for each in sets for rep in each.repetitions]
    repetitions = [replace(rep, index=number) for number, rep in enumerate(repetitions, 1)]
    signals = Signals.joined([each.signals for each in sets])
    exercise = first.baseline.exercise
    back_notes = [note for each in sets for note in _back_notes(each.baseline.back, each.repetitions)]
    report = SetReport(
        formcheck_version=__version__,
        origin=track.origin,
        exercise=ExerciseRef(exercise.id, exercise.version, loaded.sha256, exercise.name, exercise.form),
        view=_shared(_view_report(first.baseline.calibration.view, exercise, track), sets),
        neutral=first.neutral,
        reps=tuple(repetitions),
        set=summarise(
            repetitions,
            [each for one in sets for each in one.dismissed],
            [
                *_notes(track, first.signal, exercise),
                *([SEVERAL_SETS] if sum(bool(each.repetitions) for each in sets) > 1 else []),
                *dict.fromkeys(back_notes),
                *trend_notes(repetitions, first.signal),
            ],
        ),
        cannot_judge=withheld_stretches(signals, exercise),
        back_rough=None if back_told(repetitions) else first.back_rough,
    )
    return Judged(report, signals, PoseTrack.joined([each.track for each in sets]), first.signal)


@dataclass(frozen=True, slots=True, eq=False)
class _Set:
    """One set of a recording; ``track`` is the repaired and smoothed one, ``signal`` the one that counted."""

    baseline: Baseline
    neutral: Neutral
    track: PoseTrack
    signals: Signals
    signal: str
    repetitions: Sequence[Repetition]
    dismissed: Sequence[RepDismissed]
    back_rough: RoughBend | None


def _sets(track: PoseTrack, exercise: Exercise, corrections: Corrections) -> list[_Set]:
    """Judge the sets of a recording; what the user knows better holds for all of it, which is then one."""

    def judged(part: PoseTrack) -> _Set:
        return _judge_set(part, exercise, corrections)

    if corrections.facing or corrections.side or corrections.neutral_s:
        return [judged(track)]
    return each_from_its_start(track, judged, lambda each: each.baseline.window.accepted)


def _telling(sets: Sequence[_Set]) -> _Set:
    """Return the set whose view and start posture are reported: the first with repetitions, or a start."""
    counted = [each for each in sets if each.repetitions]
    begun = [each for each in sets if each.baseline.window.accepted]
    return [*counted, *begun, *sets][0]


def _judge_set(track: PoseTrack, exercise: Exercise, corrections: Corrections) -> _Set:
    scale = BodyScale.of(track)
    clean = smooth_track(repair_legs(track, scale))
    view = estimate_view(clean, scale, facing=corrections.facing)
    clean = without_guessed_legs(clean, view)
    side: LeftRight = corrections.side or view.near_side or "right"
    calibration = Calibration(view, scale, side)
    baseline, raw = find_baseline(
        clean, calibration, exercise, neutral_s=corrections.neutral_s, only_leg=corrections.side
    )
    neutral = _neutral_report(baseline.window, baseline.back)
    if neutral.standing_reference and neutral.lumbar_offset_deg is not None:
        offset = {LUMBAR_OFFSET: neutral.lumbar_offset_deg}
        baseline = replace(baseline, neutral_deg={**baseline.neutral_deg, **offset})
    referred = refer_to_neutral(raw, baseline.neutral_deg)
    signals = with_spine(clean, calibration, referred, baseline.back)
    signal = counting_signal(baseline.exercise, signals, clean)
    analyzer = baseline.analyzer(signal, corrections.not_repetitions)
    for instant in instants(signals, anchor(clean, scale)):
        analyzer.feed(instant)
    analyzer.finish()
    counted = analyzer.repetitions
    rough = rough_back(clean, baseline, raw, signal, counted)
    return _Set(baseline, neutral, clean, signals, signal, counted, analyzer.dismissed, rough)


def _view_report(view: BodyView, exercise: Exercise, track: PoseTrack) -> View:
    if view.yaw_deg is None:
        return View(None, None, None, judged=False, reason="Nobody was seen.")
    fits = view.side_on if exercise.camera.view == "side" else not view.side_on
    only_there = all(SIGNALS[base_name(name)].view != "any" for name in exercise.repetition.signals)
    done = "counted and judged" if only_there else "judged"
    reason = "" if fits else f"This exercise is {done} from the {exercise.camera.view}."
    return View(view.facing, view.near_side, view.yaw_deg, judged=fits, reason=reason)


def _shared(view: View, sets: Sequence[_Set]) -> View:
    """Return a set's view as the whole recording's: who turned round in between faced neither way."""
    ways = {each.baseline.calibration.view.facing for each in sets if each.repetitions}
    return replace(view, facing=None, near_side=None) if len(ways) > 1 else view


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
