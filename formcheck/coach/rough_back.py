"""Says roughly how much a back bent in a set in which it could be judged in no repetition.

Told is how much more it was bent at the turning points than upright; where a plate or an arm hides it
upright, than where the person had begun to bow. No verdict comes of it: the interval is far wider than the
distance from one limit to the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from formcheck.body.pose import Bools, Floats, PoseTrack
from formcheck.body.reasons import why
from formcheck.body.signals import Signals
from formcheck.body.spine_course import rough_course
from formcheck.body.spine_rough import RoughBend, rough_bend
from formcheck.body.spine_signal import back_in_view, recorded_back
from formcheck.coach.back_start import BOWED_DEG, bowing, near_start, tipped_deg
from formcheck.coach.baseline import Baseline
from formcheck.coach.instant import LUMBAR
from formcheck.coach.set_report import Repetition
from formcheck.coach.start import Start

# About a turning point; with .5 s errors of dev films are the same, but quick lifts have left it by then.
TURNING_S = 0.4
# Upright moments count up to so long after the last repetition: afterwards people put down what they hold,
# which is no start posture. Dev clips and films read the same with all of them; versions of the shared squat
# clip lie further apart [M].
AFTER_S = 1.0
# The reading is proven where the trunk tips forwards, in squats and hinges: dev clips tip by 25 degrees and
# more, other exercises by less than 15 [M].
MIN_TIPPED_DEG = 20.0
# With where they have begun to bow, turning points are compared that lie so much deeper than that [D].
DEEPER_DEG = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """When the person stood upright, and was about each turning point: arrays of bool, shape (T,).

    ``bowed`` are those of having begun to bow, ``deep`` the turning points that lie well beyond them.
    ``rests`` are the upright moments before, between and after repetitions. ``courses`` of float go from -1
    at a repetition's start through 0 at its turning point to 1 at its end; NaN outside of it, and where the
    back is out of view.
    """

    upright: Bools
    turning: tuple[Bools, ...]
    bowed: Bools
    deep: tuple[Bools, ...]
    rests: tuple[Bools, ...]
    courses: tuple[Floats, ...]


def back_told(repetitions: Sequence[Repetition]) -> bool:
    """Return whether the back was judged, or rounded beyond doubt: then nothing is left to say roughly."""
    return any(
        rep.lumbar_flexion_deg.judged or any(fault.signal == LUMBAR for fault in rep.faults)
        for rep in repetitions
    )


def rough_back(
    track: PoseTrack, baseline: Baseline, raw: Signals, signal: str, repetitions: Sequence[Repetition]
) -> RoughBend | None:
    """Return how much the back was more bent at the turning points than upright; None where that is unknown.

    Parameters
    ----------
    track : PoseTrack
        Repaired and smoothed.
    baseline : Baseline
        What the set was measured from.
    raw : Signals
        Of the same track, absolute.
    signal : str
        The one that counted.
    repetitions : sequence of Repetition
        Of the set.
    """
    if back_told(repetitions):
        return None
    times_s = [(rep.move_start_s, rep.peak_s, rep.move_end_s) for rep in repetitions]
    moments = moments_of(track, baseline, raw, signal, times_s)
    if moments is None:
        return None
    contour = recorded_back(track, baseline.calibration)
    bend = None
    if not any(rep.lumbar_flexion_deg.reason == why("other_at_rest") for rep in repetitions):
        bend = rough_bend(contour, moments.upright, moments.turning)
        if bend is not None:
            bend = replace(bend, curve=rough_course(contour, moments.rests, moments.courses))
    if bend is None and (from_bow := rough_bend(contour, moments.bowed, moments.deep)) is not None:
        bend = replace(from_bow, from_bow=True)
    return bend


def moments_of(
    track: PoseTrack,
    baseline: Baseline,
    raw: Signals,
    signal: str,
    repetitions_s: Sequence[tuple[float, float, float]],
) -> Moments | None:
    """Return the moments that are compared; None where no start posture was held.

    Parameters
    ----------
    track, baseline, raw, signal
        As for `rough_back`.
    repetitions_s : sequence of (start, turning point, end)
        Seconds.
    """
    window = baseline.window
    if not repetitions_s or not window.accepted or window.start_s is None or window.end_s is None:
        return None
    inside = raw.between(window.start_s, window.end_s)
    near = near_start(raw, Start(baseline.exercise, window, legs=baseline.legs), inside)
    free = back_in_view(track, baseline.calibration, raw, near)
    tipped = tipped_deg(raw, inside)
    turning = [
        free & raw.between(max(start_s, turn_s - TURNING_S), min(turn_s + TURNING_S, end_s))
        for start_s, turn_s, end_s in repetitions_s
    ]
    upright = near & free
    bowing_at = [_bows(tipped[about], MIN_TIPPED_DEG) for about in turning]
    return Moments(
        upright=upright,
        turning=tuple(about for about, bows in zip(turning, bowing_at, strict=True) if bows),
        bowed=bowing(raw, inside) & free,
        deep=tuple(about for about in turning if _bows(tipped[about], BOWED_DEG[1] + DEEPER_DEG)),
        rests=_rests(raw, upright, repetitions_s),
        courses=tuple(
            np.where(free, _course(raw, signal, upright, times_s), np.nan)
            for times_s, bows in zip(repetitions_s, bowing_at, strict=True)
            if bows
        ),
    )


def _rests(
    raw: Signals, upright: Bools, repetitions_s: Sequence[tuple[float, float, float]]
) -> tuple[Bools, ...]:
    """Return the upright moments before, between and after repetitions."""
    upright = upright & (raw.t_s <= repetitions_s[-1][2] + AFTER_S)
    number = np.searchsorted([turn_s for _, turn_s, _ in repetitions_s], raw.t_s)
    return tuple(upright & (number == rest) for rest in range(len(repetitions_s) + 1))


def _course(raw: Signals, signal: str, upright: Bools, times_s: tuple[float, float, float]) -> Floats:
    """Return where a repetition is, by how far its signal is from where it turns, shape (T,)."""
    start_s, turn_s, end_s = times_s
    deg = raw.deg[signal]
    seen = np.isfinite(deg)
    course = np.full(len(raw), np.nan)
    if not (seen & upright).any():
        return course
    start_deg = float(np.median(deg[seen & upright]))
    turn_deg = float(np.interp(turn_s, raw.t_s[seen], deg[seen]))
    if turn_deg != start_deg:
        share = np.clip((deg - start_deg) / (turn_deg - start_deg), 0.0, 1.0)
        within = raw.between(start_s, end_s)
        course[within] = ((1.0 - share) * np.where(raw.t_s < turn_s, -1.0, 1.0))[within]
    return course


def _bows(tipped: Floats, by_deg: float) -> bool:
    seen = tipped[np.isfinite(tipped)]
    return seen.size > 0 and float(np.median(seen)) >= by_deg
