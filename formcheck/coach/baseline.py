"""What a set is measured from: form, view, start posture. Found alike for recordings and live set-ups."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from formcheck.body.measure import Calibration, measure
from formcheck.body.neutral import NeutralWindow, neutral_at
from formcheck.body.pose import PoseTrack
from formcheck.body.signals import Signals
from formcheck.body.spine import BackNeutral
from formcheck.body.view import LeftRight
from formcheck.coach.analyzer import Analyzer
from formcheck.coach.back_start import back_at_start
from formcheck.coach.start import find_start
from formcheck.coach.working_side import opposite
from formcheck.exercises.rules import OTHER
from formcheck.exercises.schema import Exercise

# A signal counts a set if it was seen in this share of the frames in which somebody was; our choice.
MIN_COUNTABLE_SHARE = 0.5
# Of a normal distribution: its standard deviation in medians of absolute distances from its median.
NORMAL_MAD = 1.4826
# What a straight far leg reads beyond the near one: its knee 2 to 7 degrees in the mean of a lift, in 11
# dev clips and dev scenes of four people; its bend such that 191 made-up marches of dev bodies read -.1 in
# the mean, 24 of clips .8 [M].
FAR_READS_MORE_DEG = {"knee_flexion": 4.5, "leg_bend": 2.5}
# Signals of which no start posture tells bounds, and the one that says the same of it.
SAME_POSTURE = {"leg_bend": "knee_flexion"}


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """The form of the exercise that is done, and what its signals are measured from.

    Parameters
    ----------
    exercise : Exercise
        In the form that was found.
    calibration : Calibration
        View, scale and the side next to the camera.
    window : NeutralWindow
        When the start posture was held.
    neutral_deg, noise_deg : mapping of str to float
        Every signal in the start posture, and how much it wavered there.
    neutral_of_leg : mapping
        The start posture of each leg where they differ.
    legs : tuple
        Those whose repetitions count.
    back : BackNeutral or None
        The back's edge in the start posture.
    """

    exercise: Exercise
    calibration: Calibration
    window: NeutralWindow
    neutral_deg: Mapping[str, float]
    noise_deg: Mapping[str, float]
    neutral_of_leg: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    legs: tuple[LeftRight, ...] = ("left", "right")
    back: BackNeutral | None = None

    def analyzer(self, signal: str, not_repetitions_s: tuple[float, ...] = ()) -> Analyzer:
        """Return the analyzer of a set that is measured from here; `signal` counts it."""
        return Analyzer(
            exercise=self.exercise,
            signal=signal,
            neutral_deg=self.neutral_deg,
            side=self.calibration.working_side if self.exercise.repetition.one_leg else "both",
            not_repetitions_s=not_repetitions_s,
            start_posture_seen=self.window.accepted,
            legs=self.legs,
            noise_deg=self.noise_deg,
            neutral_of_leg=self.neutral_of_leg,
        )


def find_baseline(
    clean: PoseTrack,
    calibration: Calibration,
    exercise: Exercise,
    *,
    neutral_s: tuple[float, float] | None = None,
    only_leg: LeftRight | None = None,
) -> tuple[Baseline, Signals]:
    """Find what a set is measured from.

    Parameters
    ----------
    clean : PoseTrack
        Repaired and smoothed: of the whole recording, or of the set-up of a live set.
    calibration : Calibration
        Of the same track.
    exercise : Exercise
        What was asked for, in any of its forms.
    neutral_s : (float, float), optional
        When the start posture was held, where that is known better.
    only_leg : {"left", "right"}, optional
        The one leg that counts, where that is known better.

    Returns
    -------
    Baseline, Signals
        And the track's signals, all absolute, without the back.
    """
    raw = measure(clean, calibration)
    start = find_start(raw, exercise, calibration.view, calibration.working_side)
    window = start.window if neutral_s is None else neutral_at(raw, *neutral_s)
    legs = start.legs if only_leg is None else (only_leg,)
    baseline = Baseline(
        exercise=start.exercise,
        calibration=calibration,
        window=window,
        neutral_deg=_both_alike(_neutral_values(raw, window), start.exercise, calibration.working_side),
        noise_deg=_wavering(raw, window),
        neutral_of_leg={leg: _neutral_values(raw, own) for leg, own in start.of_leg.items()},
        legs=legs,
        back=back_at_start(clean, calibration, raw, replace(start, window=window, legs=legs)),
    )
    return baseline, raw


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


def _both_alike(neutral_deg: Mapping[str, float], exercise: Exercise, near: LeftRight) -> dict[str, float]:
    """Return a neutral in which the far leg has the posture of the near one where that is better known.

    Only where the start posture asks the same of both, as in standing. What of a leg was hidden at rest is
    taken from the other one; so is the far knee even where it was seen: behind the near leg it is guessed.
    """
    bounds = exercise.start_posture.bounds_deg
    shared = [name for name in bounds if bounds.get(f"{OTHER}{name}") == bounds[name]]
    shared += [name for name, posture in SAME_POSTURE.items() if posture in shared]
    result = dict(neutral_deg)
    for name in shared:
        for side in (near, opposite(near)):
            mine, beside = f"{name}_{side}", f"{name}_{opposite(side)}"
            guessed = mine not in neutral_deg or (side != near and name in FAR_READS_MORE_DEG)
            if guessed and beside in neutral_deg:
                result[mine] = neutral_deg[beside] + FAR_READS_MORE_DEG.get(name, 0.0)
    return result


def _wavering(raw: Signals, window: NeutralWindow) -> dict[str, float]:
    """Return the standard deviation of every signal over the neutral.

    From the median of the distances from the median: a small movement fits into the start posture's bounds,
    and its beginning in the last moments of the window is no wavering.
    """
    if not window.accepted or window.start_s is None or window.end_s is None:
        return {}
    inside = raw.between(window.start_s, window.end_s)
    wavering: dict[str, float] = {}
    for name, values in raw.deg.items():
        seen = values[inside & np.isfinite(values)]
        if seen.size:
            wavering[name] = NORMAL_MAD * float(np.median(np.abs(seen - np.median(seen))))
    return wavering
