"""Puts the lumbar angle among the signals, and takes its share out of the hip angle."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from formcheck.body.filters import median_series, smooth_series
from formcheck.body.measure import Calibration
from formcheck.body.pose import Bools, Floats, PoseTrack
from formcheck.body.room_line import RoomLine
from formcheck.body.scale import BodyScale
from formcheck.body.signals import Signals
from formcheck.body.spine import BackNeutral, LumbarReading, back_neutral, back_seen, lumbar_flexion
from formcheck.body.spine_contour import (
    MIN_CONFIDENCE,
    SURE_CONFIDENCE,
    BackContour,
    back_contour,
    thighs_forward_deg,
    without_jumps,
)
from formcheck.body.view import shoulders_apart

Reasons = npt.NDArray[np.str_]

# Share of lumbar flexion that shows in the line from hip to shoulder: .59 to .68 over simulated
# anthropometry (measurement.md, section 1 [C]).
TRUNK_SHARE = 0.64
# measurement.md, section 4: shoulder width over trunk length beyond which the back's edge is another part
# of the back.
MAX_SHOULDER_RATIO = 0.25
# Whose thighs are further forward of the trunk than this in the start posture sits: 92 degrees in dev clips
# of long sitting, 50 in kneeling, 5 at most in standing [M].
SITTING_THIGHS_DEG, STANDING_DEG = 70.0, 0.0
# Further back than this the person lies, and the back's edge is the table's or the floor's [D].
LYING_LEAN_DEG = -50.0
# Dev clips thinned to 12, 10, 8 and 6 pictures a second read 1.57, 1.64, 1.63 and 1.71 degrees wrong in the
# mean clip (1.43 with all 20), with the same faults down to 8, recorded and live [M]. This replaces the 12 of
# measurement.md, section 4.
MIN_RATE_HZ = 8.0
TOO_FEW = "too_few_pictures"
# What an edge errs by comes and goes within tenths of a second, and backs bend more slowly: of what swings
# once in two seconds .99 passes. With the median over .2 s, then 1.5 Hz (3 Hz alone before), 16 dev clips
# from the side read 1.10 degrees wrong (1.20) and 1.5 at rest (2.0), eight dim ones 2.06 (2.37) and 2.4
# (3.1); gains .968 (.972) and .944 (.947). 1 Hz, or a median over .4 s, does as well there, but a slump of
# .9 s is told 3 % smaller [M].
LUMBAR_MEDIAN_S = 0.2
LUMBAR_CUTOFF_HZ = 1.5
# Moments in which the back is free count as a start posture if they lie so far apart: before and after a
# repetition, so that their agreement means something [D].
MIN_APART_S = 1.0


def neutral_of(
    track: PoseTrack,
    calibration: Calibration,
    signals: Signals,
    start_s: float,
    end_s: float,
    lines: tuple[RoomLine, ...] = (),
) -> BackNeutral:
    """Return the back's start posture over a stretch of a track.

    Parameters
    ----------
    track : PoseTrack
        Repaired and smoothed.
    calibration : Calibration
        As the signals were measured with.
    signals : Signals
        Of the same track.
    start_s, end_s : float
        The posture neutral.
    lines : tuple of RoomLine
        Lines of the room that the back's edge was found on.
    """
    held = signals.between(start_s, end_s)
    thighs_deg = usual_thighs_deg(track[held], calibration.view.forward_x)
    against = _against(track, calibration, signals, thighs_deg)
    contour = _contour(track[held & (against == "")], calibration, lines, recorded=True)
    neutral = back_neutral(contour, lines)
    slow = bool((against[held] == TOO_FEW).any())
    return replace(neutral, thighs_deg=thighs_deg, reason=TOO_FEW if slow else neutral.reason)


def recorded_back(
    track: PoseTrack, calibration: Calibration, lines: tuple[RoomLine, ...] = ()
) -> BackContour:
    """Return the back's contour in each instant of a recording, of sure edges, without what jumps."""
    return _contour(track, calibration, lines, recorded=True, least=SURE_CONFIDENCE)


def neutral_beside(
    track: PoseTrack,
    contour: BackContour,
    lines: tuple[RoomLine, ...],
    calibration: Calibration,
    signals: Signals,
    near: Bools,
) -> BackNeutral | None:
    """Return a start posture of the back from moments of ``near`` in which it can be seen.

    None where it is never seen there, or once only, or looks different each time.

    Parameters
    ----------
    track, calibration, signals
        As for `neutral_of`.
    contour : BackContour
        Of the whole track, from `recorded_back`.
    lines : tuple of RoomLine
        As the contour was read with.
    near : ndarray of bool, shape (T,)
        Instants whose posture is all but the start posture.
    """
    seen = near & back_in_view(track, calibration, signals, near) & back_seen(contour)
    times_s = track.t_s[seen]
    if times_s.size < 2 or times_s[-1] - times_s[0] < MIN_APART_S:
        return None
    neutral = back_neutral(contour[seen], lines)
    return None if neutral.reason else replace(neutral, beside=True)


def back_in_view(track: PoseTrack, calibration: Calibration, signals: Signals, start: Bools) -> Bools:
    """Return at which instants nothing stands against reading the back's edge, shape (T,).

    Parameters
    ----------
    track, calibration, signals
        As for `neutral_beside`.
    start : ndarray of bool, shape (T,)
        Instants of the start posture, which tell whether the person sits.
    """
    thighs_deg = usual_thighs_deg(track[start], calibration.view.forward_x)
    return np.asarray(_against(track, calibration, signals, thighs_deg) == "")


def neutral_bowed(
    track: PoseTrack,
    contour: BackContour,
    lines: tuple[RoomLine, ...],
    calibration: Calibration,
    signals: Signals,
    bowed: Bools,
    reason: str,
) -> BackNeutral | None:
    """Return what the back looked like in moments of ``bowed``; None where it is never or hardly seen there.

    Parameters
    ----------
    track, contour, lines, calibration, signals
        As for `neutral_beside`.
    bowed : ndarray of bool, shape (T,)
        Instants in which the trunk has begun to bow.
    reason : str
        Why the back could not be measured from the start posture, as a key of `formcheck.body.reasons`.
    """
    seen = bowed & (_against(track, calibration, signals, STANDING_DEG) == "") & back_seen(contour)
    neutral = back_neutral(contour[seen], lines)
    # A back that bends meanwhile is unsteady: its scatter counts as deviation.
    return None if neutral.sd_deg is None else replace(neutral, reason=reason, bowed=True)


def with_spine(
    track: PoseTrack,
    calibration: Calibration,
    signals: Signals,
    neutral: BackNeutral | None,
    *,
    cutoff_hz: float | None = LUMBAR_CUTOFF_HZ,
) -> Signals:
    """Return the signals with `lumbar_flexion` and `hip_flexion` measured where they can be.

    Parameters
    ----------
    track : PoseTrack
        Repaired and smoothed; a single live pose is a track of length 1.
    calibration : Calibration
        As the signals were measured with.
    signals : Signals
        Of the same track, `trunk_thigh` and `trunk_lean` among them.
    neutral : BackNeutral or None
        None where the start posture was never held.
    cutoff_hz : float, optional
        Zero-lag low-pass of a recording, after a median over `LUMBAR_MEDIAN_S`; None for live.
    """
    if not np.isfinite(track.edges_px).any():
        return signals  # poses without a silhouette, such as stick figures or foreign data
    if neutral is None:
        nothing = np.full(len(track), np.nan)
        reading = LumbarReading(nothing, nothing, np.full(len(track), "no_neutral", dtype="<U24"))
    else:
        recorded = cutoff_hz is not None
        contour = _contour(track, calibration, neutral.lines, recorded=recorded)
        reading = lumbar_flexion(contour, neutral, track.t_s if recorded else None)
    # thighs that are forward in a bow are not those of a seat
    start_thighs_deg = neutral.thighs_deg if neutral and not neutral.bowed else STANDING_DEG
    against = _against(track, calibration, signals, start_thighs_deg)
    reason = np.where(against == "", reading.reason, against)
    deg = np.where(reason == "", reading.deg, np.nan)
    if cutoff_hz is not None:
        deg = np.where(reason == "", steadied(track.t_s, deg, cutoff_hz), np.nan)
    return _with_hips(signals, deg, np.where(reason == "", reading.sd_deg, np.nan), reason)


def steadied(t_s: Floats, deg: Floats, cutoff_hz: float = LUMBAR_CUTOFF_HZ) -> Floats:
    """Return a recording's lumbar angles (T,), NaN where unknown, without what comes and goes.

    A median over `LUMBAR_MEDIAN_S`, then a zero-lag low-pass, which bridges short gaps.
    """
    return smooth_series(t_s, median_series(t_s, deg, LUMBAR_MEDIAN_S), cutoff_hz)


def _contour(
    track: PoseTrack,
    calibration: Calibration,
    lines: tuple[RoomLine, ...],
    *,
    recorded: bool,
    least: float = MIN_CONFIDENCE,
) -> BackContour:
    contour = back_contour(track, calibration.view.forward_x, lines, least=least)
    return without_jumps(contour, track.t_s) if recorded else contour


def _with_hips(signals: Signals, lumbar_deg: Floats, sd_deg: Floats, reason: Reasons) -> Signals:
    """Return the signals with the lumbar columns set and the hip columns that follow from them."""
    degs, sds, reasons = dict(signals.deg), dict(signals.sd_deg), dict(signals.reason)
    degs["lumbar_flexion"], sds["lumbar_flexion"], reasons["lumbar_flexion"] = lumbar_deg, sd_deg, reason
    for suffix in ("", "_left", "_right"):
        whole = f"trunk_thigh{suffix}"
        name = f"hip_flexion{suffix}"
        reasons[name] = np.where(signals.reason[whole] == "", reason, signals.reason[whole])
        degs[name] = signals.deg[whole] - TRUNK_SHARE * lumbar_deg
        sds[name] = np.hypot(signals.sd_deg[whole], TRUNK_SHARE * sd_deg)
    return replace(signals, deg=degs, sd_deg=sds, reason=reasons)


def usual_thighs_deg(track: PoseTrack, forward_x: int) -> float:
    """Return how far the thighs mostly are forward of the trunk; 0, as in standing, where they are unseen.

    ``forward_x`` as for `thighs_forward_deg`.
    """
    thighs_deg = thighs_forward_deg(track.landmarks_px, forward_x)
    seen = thighs_deg[np.isfinite(thighs_deg)]
    return float(np.median(seen)) if seen.size else 0.0


def _against(
    track: PoseTrack, calibration: Calibration, signals: Signals, start_thighs_deg: float
) -> Reasons:
    """Return what stands against reading the back at all, shape (T,); empty where nothing does."""
    sitting = start_thighs_deg > SITTING_THIGHS_DEG
    lean = signals.deg["trunk_lean"]
    reason: Reasons = np.asarray(signals.reason["trunk_lean"], dtype="<U24")
    with np.errstate(invalid="ignore"):
        reason = np.where((reason == "") & (lean < LYING_LEAN_DEG), "lying", reason)
    if not _steady_ratio(track, calibration.scale, sitting=sitting) <= MAX_SHOULDER_RATIO:
        reason = np.where(reason == "", "view_not_side", reason)
    if len(track) > 1 and (len(track) - 1) / (track.t_s[-1] - track.t_s[0]) < MIN_RATE_HZ:
        reason = np.where(reason == "", TOO_FEW, reason)
    return reason


def _steady_ratio(track: PoseTrack, scale: BodyScale, *, sitting: bool) -> float:
    """Return shoulder width over trunk length, its median over the track: the camera stands still."""
    ratio = np.linalg.norm(shoulders_apart(track.landmarks_px, scale, sitting=sitting), axis=-1)
    if len(ratio) == 1:  # a live pose: NumPy's median takes as long as its knees and hips
        return float(ratio[0])
    seen = ratio[np.isfinite(ratio)]
    return float(np.median(seen)) if seen.size else float("nan")
