"""Which exercise is this? Every exercise of the library is tried on the track; the clearest fit is taken."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from formcheck.body.pose import PoseTrack
from formcheck.coach.instant import LUMBAR
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

# A guess is used if its fit is at least this good (our choice), and if the next lags behind by this share of
# it: what the view hides lowers both alike. Of 300 made-up dev sets and 46 films that leaves five lowerings
# open, which a march fits as well or better, by .16 of its fit at most; all others lead by .3 and more [M].
MIN_FIT = 0.5
MIN_LEAD_SHARE = 0.2
MIN_HELD_S = 0.8
PASSED_THROUGH = 0.4
# How far, how quickly and how long: no pattern of joints.
_OF_DEGREE = (RangeFault, TempoFault, LongFault, SpeedFault, DropFault, UnreturnedFault)
# A tempo twice or half as quick as asked for speaks this much against an exercise, where the view shows no
# joint's angle: tempo is then all that tells a slow lowering from a march. Our choice.
TEMPO_DOUBT = 0.5
# Foreshortening hides the slow ends of a movement: of its time about this share is seen [M: synthetic marches
# and lowerings from the front].
SEEN_SHARE = 0.7


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
    sure = best is not None and best.fit >= MIN_FIT and best.fit - second >= MIN_LEAD_SHARE * best.fit
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
        if isinstance(rule, _OF_DEGREE) or getattr(rule, "signal", "") == LUMBAR
    }
    target_deg = loaded.exercise.in_form(judged.report.exercise.form).repetition.target_deg
    total = 0.0
    for repetition in repetitions:
        angles = repetition.range.get(judged.signal)
        reached = 0.0
        if angles is not None:
            moved_deg = angles.max_deg - angles.min_deg
            reached = min(1.0, moved_deg / target_deg)
        against = sum(fault.id not in silent for fault in repetition.faults)
        total += reached * 0.5**against
    return posture * _tempo(judged, loaded) * total / len(repetitions)


def _tempo(judged: Judged, loaded: LoadedExercise) -> float:
    """Return how well the way back's tempo fits, between the exercises of one leg.

    1 where the camera sees the joints, which say more.
    """
    measured_s = judged.report.set.tempo_s.eccentric
    seen_as_asked = judged.signal == loaded.exercise.repetition.signals[0]
    if seen_as_asked or not measured_s or not loaded.exercise.repetition.one_leg:
        return 1.0
    octaves = abs(float(np.log2(measured_s / SEEN_SHARE / loaded.exercise.targets.eccentric_s)))
    return 1.0 - TEMPO_DOUBT * min(1.0, octaves)
