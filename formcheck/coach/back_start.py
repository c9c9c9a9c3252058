"""The back's start posture: where it was held, or beside it where the back was hidden or restless there.

Many people let their arms hang while they stand, and the near elbow then covers the back; as soon as they bow
or squat it is free. The first moments of a movement are all but the start posture, so the back is measured
from them, with a wider deviation. Where a recording begins in mid-movement its longest rest may be the end of
one; all moments near the start posture then agree better than that rest does.
"""

import numpy as np

from formcheck.body.measure import Calibration
from formcheck.body.neutral import posture_held
from formcheck.body.pose import Bools, PoseTrack
from formcheck.body.signals import Signals
from formcheck.body.spine import BackNeutral
from formcheck.body.spine_signal import neutral_beside, neutral_of
from formcheck.coach.start import Start
from formcheck.coach.working_side import signals_from

# So far the trunk may have tipped from where it was held still: the true lumbar angle was 3 degrees at most
# there, in hinges that round by up to 30, and a hanging arm leaves the back free from 3 to 13 degrees on [M].
MAX_TIPPED_DEG = 15.0
_UNUSABLE = frozenset({"arm_at_start", "back_hidden_at_start", "unsteady_start"})


def back_at_start(
    track: PoseTrack, calibration: Calibration, raw: Signals, start: Start
) -> BackNeutral | None:
    """Return what the back is measured from; None where the start posture was never held.

    Parameters
    ----------
    track : PoseTrack
        Repaired and smoothed.
    calibration : Calibration
        As the signals were measured with.
    raw : Signals
        Of the same track, absolute.
    start : Start
        The form of the exercise, and when its start posture was held.
    """
    window = start.window
    if not window.accepted or window.start_s is None or window.end_s is None:
        return None
    held = neutral_of(track, calibration, raw, window.start_s, window.end_s)
    if held.reason not in _UNUSABLE:
        return held
    near = _near_start(raw, start, raw.between(window.start_s, window.end_s))
    return neutral_beside(track, calibration, raw, near) or held


def _near_start(raw: Signals, start: Start, inside: Bools) -> Bools:
    """Return which instants are all but the start posture, shape (T,)."""
    bounds = start.exercise.start_posture.bounds_deg
    one_leg = start.exercise.repetition.one_leg
    seen_from = [signals_from(raw, leg) for leg in start.legs] if one_leg else [raw]
    posture = np.any([posture_held(each, bounds) for each in seen_from], axis=0)
    lean_deg = raw.deg["trunk_lean"]
    if not np.isfinite(lean_deg[inside]).any():
        return np.zeros(len(raw), dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        upright = np.abs(lean_deg - np.nanmedian(lean_deg[inside])) <= MAX_TIPPED_DEG
    result: Bools = posture & upright
    return result
