"""Which exercise is this? Every exercise of the library is tried on the track; the clearest fit is taken."""

from collections.abc import Iterable
from dataclasses import dataclass

from formcheck.body.pose import PoseTrack
from formcheck.coach.judge import Judged, judge
from formcheck.exercises.load import LoadedExercise
from formcheck.exercises.schema import (
    DropFault,
    LongFault,
    RangeFault,
    SpeedFault,
    TempoFault,
    UnreturnedFault,
)

# A guess is used if its fit is at least this good and this much better than the next; our choice.
MIN_FIT = 0.5
MIN_LEAD = 0.2
MIN_HELD_S = 0.8
PASSED_THROUGH = 0.4
_LUMBAR = "lumbar_flexion"
# How far, how quickly and how long: no pattern of joints.
_OF_DEGREE = (RangeFault, TempoFault, LongFault, SpeedFault, DropFault, UnreturnedFault)


@dataclass(frozen=True, slots=True)
class Candidate:
    """How well an exercise fits a track: 0 not at all, 1 as if asked for."""

    loaded: LoadedExercise
    fit: float


@dataclass(frozen=True, slots=True)
class Guess:
    """The candidates, best first, and the one to use; None when unsure."""

    candidates: tuple[Candidate, ...]
    chosen: LoadedExercise | None


def guess_exercise(track: PoseTrack, library: Iterable[LoadedExercise]) -> Guess:
    """Return the most likely exercise of a track, or doubt."""
    candidates = sorted(
        (Candidate(loaded, _fit(judge(track, loaded), loaded)) for loaded in library),
        key=lambda candidate: -candidate.fit,
    )
    best = candidates[0] if candidates else None
    second = candidates[1].fit if len(candidates) > 1 else 0.0
    sure = best is not None and best.fit >= MIN_FIT and best.fit - second >= MIN_LEAD
    return Guess(tuple(candidates), best.loaded if best is not None and sure else None)


def _fit(judged: Judged, loaded: LoadedExercise) -> float:
    """Return the mean over repetitions of range reached, less what speaks for another exercise."""
    repetitions = judged.report.reps
    if not repetitions:
        return 0.0
    neutral = judged.report.neutral
    held_s = (neutral.end_s or 0.0) - (neutral.start_s or 0.0)
    # A start posture that was only passed through is another exercise's.
    posture = 1.0 if held_s >= MIN_HELD_S else PASSED_THROUGH
    # A rounded back or a small range tell nothing about which exercise was meant; a wrong pattern of
    # joints does.
    silent = {
        rule.id
        for rule in loaded.exercise.faults
        if isinstance(rule, _OF_DEGREE) or getattr(rule, "signal", "") == _LUMBAR
    }
    total = 0.0
    for repetition in repetitions:
        angles = repetition.range.get(judged.signal)
        reached = 0.0
        if angles is not None:
            moved_deg = angles.max_deg - angles.min_deg
            reached = min(1.0, moved_deg / loaded.exercise.repetition.target_deg)
        against = sum(fault.id not in silent for fault in repetition.faults)
        total += reached * 0.5**against
    return posture * total / len(repetitions)
