"""The back's start posture: where it was held, or beside it where the back was hidden or restless there.

Many people let their arms hang while they stand, and the near elbow then covers the back; as soon as they bow
or squat it is free. The first moments of a movement are all but the start posture, so the back is measured
from them, with a wider deviation. Where a recording begins in mid-movement its longest rest may be the end of
one; all moments near the start posture then agree better than that rest does.

Behind a barbell's plate or an arm the back may be hidden in every such moment, and be in plain view as soon
as the lifter has bowed a little. Measured from there it cannot be said to have stayed as it was; but what it
bends beyond that is the least that it bends, and a back that surely rounds is told. The same is done where
cloth that hangs differently each time looks like a bent back in the very start posture: a hooded shirt had
read 42 degrees there, and long backs were called round.
"""

from dataclasses import replace

import numpy as np

from formcheck.body.measure import Calibration
from formcheck.body.neutral import posture_held
from formcheck.body.pose import Bools, Floats, PoseTrack
from formcheck.body.signals import Signals
from formcheck.body.spine import (
    CERTAIN_DEG,
    MAX_SD_DEG,
    BackNeutral,
    lumbar_flexion,
    righted,
    rough_flexion,
    tilted_since,
)
from formcheck.body.spine_contour import BackContour
from formcheck.body.spine_room import room_lines
from formcheck.body.spine_signal import neutral_beside, neutral_bowed, neutral_of, recorded_back
from formcheck.coach.start import Start
from formcheck.coach.working_side import signals_from

# So far the trunk may have tipped from where it was held still: the true lumbar angle was 3 degrees at most
# there, in hinges that round by up to 30, and a hanging arm leaves the back free from 3 to 13 degrees on [M].
MAX_TIPPED_DEG = 15.0
# Whose thighs are further forward of the trunk sits. A back slumps then while no landmark moves: in four
# dev films of lifts with hanging arms the slump was all that showed of it, and was taken for the start: 16 to
# 23 degrees read as none [M].
SITTING_DEG = 45.0
# Who leans back does so from the lower back: by 6 degrees at 1 to 2 degrees of leaning in couch stretches of
# dev bodies and by 27 from 9 degrees on, in lowerings by 9 from 1 to 3; within 1 by less than 1 [M].
MAX_LEANT_BACK_DEG = 1.0
# Until the trunk has tipped by so much a movement begins; less of it than so many degrees tells nothing [D].
BEGINNING_DEG, MIN_BEGUN_DEG = 25.0, 12.0
# How many degrees a back bends for each that the trunk tips meanwhile, from where it bends from the outset:
# in 23 dev squats and hinges with hanging arms at most .42, in 33 made to bend so from .53 on. In these it
# had bent by 7 to 10 degrees in the moments beside the start, from which 8 to 11 too little were read; what
# the trunk had tipped times this share tells it to 2 to 4 degrees [M].
FROM_OUTSET = 0.45
# The trunk has begun to bow where it has tipped by so much more than where it was held still. From 10 to 40
# degrees the backs of dev hinges are from 3 degrees hollower to 8 rounder than at the start, and what they
# bend from there on is read right to 3 degrees [M].
BOWED_DEG = (10.0, 40.0)
# A restless start posture is one of cloth where so much of what is near it reads as bent beyond the mildest
# bound: the 95th centile is 27 and 28 degrees in two sets of real lifts in a hooded shirt, of a long back and
# of a round one, 8 to 13 in four other restless starts, real and drawn [M].
CLOTH_CENTILE = 95.0
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
    inside = raw.between(window.start_s, window.end_s)
    lines = room_lines(track, calibration.view.forward_x, inside)
    held = neutral_of(track, calibration, raw, window.start_s, window.end_s, lines)
    if held.made_up_deg is None and held.reason not in _UNUSABLE and not _too_unsure(held):
        return held
    contour, near = recorded_back(track, calibration, lines), near_start(raw, start, inside)
    upright = near & (tipped_deg(raw, inside) >= -MAX_LEANT_BACK_DEG)
    if held.made_up_deg is not None:
        held = righted(held, contour[upright])
    if held.reason in _UNUSABLE and float(np.median(contour[inside].thighs_deg)) < SITTING_DEG:
        beside = neutral_beside(track, contour, lines, calibration, raw, upright)
        if beside and not (lines and tilted_since(beside, contour[inside])):
            held = bent_beside(beside, contour, tipped_deg(raw, inside), upright)
    if not _too_unsure(held) and not (held.reason == "unsteady_start" and _reads_bent(held, contour[near])):
        return held
    bowed = bowing(raw, inside)
    reason = held.reason or "back_unlike"
    return neutral_bowed(track, contour, lines, calibration, raw, bowed, reason) or held


def bent_beside(beside: BackNeutral, contour: BackContour, tipped: Floats, upright: Bools) -> BackNeutral:
    """Return a start posture from moments beside it, with how far the back had bent in them.

    Where the back bends from the outset, it had bent there by as large a share of what the trunk had tipped.

    Parameters
    ----------
    beside : BackNeutral
        From moments beside the held start posture.
    contour : BackContour
        Of the whole track.
    tipped : ndarray, shape (T,)
        How far the trunk leans beyond where it was held still, degrees.
    upright : ndarray of bool, shape (T,)
        Instants whose posture is all but the start posture.
    """
    deg = lumbar_flexion(contour, beside).deg
    with np.errstate(invalid="ignore"):
        begun = np.isfinite(deg) & (tipped >= -MAX_LEANT_BACK_DEG) & (tipped <= BEGINNING_DEG)
    from_deg = tipped[begun & upright]
    if not from_deg.size or np.ptp(tipped[begun]) < MIN_BEGUN_DEG:
        return beside
    share = float(np.polyfit(tipped[begun], deg[begun], 1)[0])
    if abs(share) < FROM_OUTSET:
        return beside
    return replace(beside, beside_deg=share * float(np.median(from_deg)))


def _too_unsure(held: BackNeutral) -> bool:
    """Return whether everything that is measured from a start posture is withheld."""
    return held.sd_deg is None or float(np.hypot(held.sd_deg, held.unlike_deg)) > MAX_SD_DEG


def _reads_bent(held: BackNeutral, contour: BackContour) -> bool:
    """Return whether a back reads as bent in instants in which it has hardly bent yet."""
    deg, _ = rough_flexion(contour, held)
    seen = deg[np.isfinite(deg)]
    return seen.size > 0 and float(np.percentile(seen, CLOTH_CENTILE)) > CERTAIN_DEG


def near_start(raw: Signals, start: Start, inside: Bools) -> Bools:
    """Return which instants are all but the start posture, shape (T,).

    Parameters
    ----------
    raw, start
        As for `back_at_start`.
    inside : ndarray of bool, shape (T,)
        When the start posture was held.
    """
    bounds = start.exercise.start_posture.bounds_deg
    one_leg = start.exercise.repetition.one_leg
    seen_from = [signals_from(raw, leg) for leg in start.legs] if one_leg else [raw]
    posture = np.any([posture_held(each, bounds) for each in seen_from], axis=0)
    tipped = tipped_deg(raw, inside)
    with np.errstate(invalid="ignore"):
        result: Bools = posture & (np.abs(tipped) <= MAX_TIPPED_DEG)
    return result


def bowing(raw: Signals, inside: Bools) -> Bools:
    """Return at which instants the trunk has begun to bow, shape (T,)."""
    tipped = tipped_deg(raw, inside)
    with np.errstate(invalid="ignore"):
        result: Bools = (tipped > BOWED_DEG[0]) & (tipped <= BOWED_DEG[1])
    return result


def tipped_deg(raw: Signals, inside: Bools) -> Floats:
    """Return how far the trunk leans beyond where it was held still, shape (T,); NaN where not known."""
    lean_deg = raw.deg["trunk_lean"]
    if not np.isfinite(lean_deg[inside]).any():
        return np.full(len(raw), np.nan)
    return np.asarray(lean_deg - np.nanmedian(lean_deg[inside]))
