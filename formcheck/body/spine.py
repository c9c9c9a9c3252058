"""Lumbar flexion from the back's edge: how its shape changed since the person's own start posture.

The landmarks cannot tell a bent back from bent hips (measurement.md, section 0); the silhouette's edge can.
Between sacrum and lower ribs the edge is read at fixed stations of the trunk's own frame, its change from
neutral is taken, and the angle that goes with such a change is the conditional mean of a joint normal
distribution learnt on rendered people (``spine_shape.json``; docs/lumbar-sensor.md says how). Offset and
tilt of the frame are given an unlimited prior, so that only shape speaks. A station that an arm covers has
no weight, and the deviation grows accordingly.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from formcheck.body.pose import Bools, Floats
from formcheck.body.room_line import RoomLine
from formcheck.body.spine_arm import WithArm, with_arm
from formcheck.body.spine_contour import STATIONS, BackContour
from formcheck.body.spine_foreign import foreign
from formcheck.body.spine_hidden import (
    SAME_SD_DEG,
    Uncovered,
    gaps,
    made_up_sd_deg,
    mostly_free,
    on_lines,
    things_at,
    tilted,
    uncovered,
    whole_start,
)
from formcheck.body.spine_shape import Estimate, learnt_shape
from formcheck.body.spine_stations import MIN_SEEN_SHARE, at_ease, enough_seen, seen_stations

Reasons = npt.NDArray[np.str_]

_KEYS: Reasons = np.array(["", "back_unsure", "back_unlike", "back_hidden", "arm_over_back"], dtype="<U24")
_CODE = {str(key): code for code, key in enumerate(_KEYS)}

# measurement.md, section 4: an angle less certain than this is withheld.
MAX_SD_DEG = 8.0
# measurement.md, section 3: a neutral whose frames scatter more than this is refused.
MAX_NEUTRAL_SD_DEG = 5.0
# Standard deviations between the 10th and 90th percentile: a single frame in 60 that reads 38 degrees, as the
# first one of a recording may, is no shaking [M].
NORMAL_10_TO_90 = 2.563
# A station of the neutral needs this many frames, and this share of them, that show the back itself; so many
# must show no thing behind it: what is left of fewer, .12 in a dev film, agrees by chance [D].
MIN_NEUTRAL_FRAMES = 3
MIN_NEUTRAL_SHARE = 0.2
# What instants near a made up start read beyond so many of its deviations is a back that has bent [D].
MADE_UP_WRONG = 2.0
# How much of a change of shape the model may leave unexplained, root mean square, trunk lengths: more in one
# frame of a hundred of dev clips [M]. What goes beyond adds to the deviation [D].
UNEXPLAINED = 0.0037
UNLIKE_DEG = 3000.0  # degrees of deviation per trunk length beyond
# The same of the start posture's edge itself, against learnt start postures: at most .0038 in dev clips and
# filmed dev scenes (loose shirt), .0043 of the shared squat clip's visible part; .007 to .012 where a thing
# behind the back or a wall of the shirt's brightness had been taken for it (three recordings) [M].
UNLIKE_START = 0.0045
# Variance for each degree that the thighs have moved from where they were in the start posture: what the
# network and the cloth err by belongs to the posture, and cancels near the neutral. Errors of dev clips: 1.0
# degrees where the thighs are within 10 degrees of the start, 2.6 from 60 to 90, and a little less since
# angles are steadied in time: .07 holds as many of them in the 80 % interval as .1 did before [M].
POSTURE_VARIANCE = 0.07
# Growth of the error with the angle; and the share that counts of what the model adds for missing and unsure
# stations, since its own deviation is that of frames far from neutral, which the learning weighs more. With
# these the 80 % interval holds .885 of the errors of 20 dev clips, .84 of those of eight dim ones, .865 of
# 20 marches beside frames, .80 of 300 made-up sets of dev bodies, .83 of the 20 clips' without steadying, as
# live; with stations left out, .05 to .20, .20 to .325, .30 to .48 or .45 to .58, .86 to .89 in 20 clips. A
# share of .3 holds .02 to .03 more [M].
GAIN_SD = 0.06
MISSING_SHARE = 0.2
# In the moments beside a held start posture people have begun to bend: by 1.5 degrees in the mean of dev
# clips and filmed dev scenes with hanging arms. What was read from there erred by up to 4 degrees more [M].
BESIDE_DEG = 1.5
BESIDE_SD_DEG = 4.0
# What is less certain than `MAX_SD_DEG` may still be beyond doubt: a back that is bent by more than this, the
# mildest bound of an exercise that bows, at 95 %, for so long, not counting pictures that show too little. In
# dev clips and filmed dev scenes no frame was wrongly so, and no lift of public recordings whose back stays
# long; without the duration an edge lost in the background for a tenth of a second was [M].
CERTAIN_DEG = 20.0
CERTAIN_Z = 1.645
CERTAIN_S, MAX_BLINK_S = 0.3, 0.1
# Where people have bowed already the back may be rounder than in the start posture, or hollower: by up to 8
# and 3 degrees in dev hinges [M]. Rounder makes what is read too small, hollower too large: hence this.
BOWED_SD_DEG = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class BackNeutral:
    """The back's edge in the start posture.

    Parameters
    ----------
    depth : ndarray, shape (K,)
        Median edge, without what deeply bent thighs do to it; NaN where it was never seen.
    sd_deg : float or None
        Scatter of the angle over the neutral's own frames.
    reason : str
        Empty, or a key of `formcheck.body.reasons` that says why the back cannot be measured from it.
    beside : bool
        Taken from moments beside the held start posture, in which the back was hidden.
    beside_deg : float
        How far the back had bent in those moments.
    bowed : bool
        Taken from moments in which the trunk had bowed already: the back has bent by what is read at least.
    beside_thing : bool
        A thing behind the back is nearly always taken for it; what is measured must be so alike.
    thighs_deg : float
        How far the thighs are forward of the trunk's axis; 0 in standing.
    unlike_deg : float
        What is added to the deviation because no learnt back looks so.
    lines : tuple of RoomLine
        Lines of the room that were taken for the back's edge in some pictures.
    reads_deg : float
        What the start posture itself reads where it is seen as a whole: other than 0 where its made up part
        was wrong. It is taken away from what is measured.
    doubt : ndarray, shape (K,), optional
        How many times as much as a sure edge that of the start posture may err; None: no more.
    made_up_deg : float or None
        What is added to the deviation because things hid a part of the back, which was made up; None where
        nothing did.
    """

    depth: Floats
    sd_deg: float | None
    reason: str = ""
    beside: bool = False
    beside_deg: float = BESIDE_DEG
    bowed: bool = False
    beside_thing: bool = False
    thighs_deg: float = 0.0
    unlike_deg: float = 0.0
    lines: tuple[RoomLine, ...] = ()
    made_up_deg: float | None = None
    reads_deg: float = 0.0
    doubt: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LumbarReading:
    """Lumbar flexion over T instants: degrees from neutral, flexion positive; NaN with a reason."""

    deg: Floats
    sd_deg: Floats
    reason: Reasons


def back_neutral(contour: BackContour, lines: tuple[RoomLine, ...] = ()) -> BackNeutral:
    """Return the back's start posture from the instants of a neutral.

    Parameters
    ----------
    contour : BackContour
        Of the neutral's instants only.
    lines : tuple of RoomLine
        Of the room, as the contour was read with.
    """
    contour = at_ease(contour)
    neutral = _neutral_at_ease(contour, seen_stations(contour), lines)
    return replace(neutral, doubt=np.median(contour.doubt, axis=0)) if len(contour.doubt) else neutral


def _neutral_at_ease(contour: BackContour, seen: Bools, lines: tuple[RoomLine, ...]) -> BackNeutral:
    """Return a start posture as `back_neutral`, from stations (T, K) that show something."""
    whole, things = replace(_start_of(contour, seen), lines=lines), things_at(contour, seen)
    if lines and things.any() and whole.reason != "arm_at_start":
        beside = _start_beside(contour, seen, things, lines)
        if beside is not None:
            return beside
        if on_lines(contour, seen):
            # read from this start a back that rounds is at least as round: things lie outside of it
            return replace(whole, reason="back_hidden_at_start")
    # what is left of an edge that shakes or is unlike a back agrees by chance: it is no better for that
    if whole.reason or not things.any():
        return whole
    own = _start_of(contour, seen & ~things)
    if own.reason or (~things.any(axis=1)).mean() < MIN_NEUTRAL_SHARE:
        return replace(whole, beside_thing=True)
    sd_deg = max(own.sd_deg or 0.0, whole.sd_deg or 0.0)
    return replace(own, sd_deg=sd_deg, unlike_deg=max(own.unlike_deg, whole.unlike_deg), lines=lines)


def _start_beside(
    contour: BackContour, seen: Bools, things: Bools, lines: tuple[RoomLine, ...]
) -> BackNeutral | None:
    """Return a start posture in which things of the room hide a part of the back; None where too much."""
    depth = whole_start(contour, seen, things)
    if depth is None:
        return None
    thighs_deg = float(np.median(contour.thighs_deg))
    sd_deg = made_up_sd_deg(thighs_deg)
    start = BackNeutral(depth, None, thighs_deg=thighs_deg, lines=lines, made_up_deg=sd_deg)
    free = _uncovered(contour, seen & np.isfinite(depth), start)
    some = enough_seen(free.usable)
    if some.sum() < MIN_NEUTRAL_FRAMES:
        return replace(start, reason="back_hidden_at_start")
    part = free.depth[some], depth, free.usable[some], contour.thighs_deg[some], thighs_deg
    return _steady(start, learnt_shape().estimate(*part).deg)


def tilted_since(neutral: BackNeutral, start: BackContour) -> bool:
    """Return whether a back has tilted against what lines leave free of a start posture, or may have.

    Parameters
    ----------
    neutral : BackNeutral
        From moments beside the start posture.
    start : BackContour
        Of the start posture's own instants, read with the room's lines.
    """
    start = at_ease(start)
    seen = seen_stations(start)
    return tilted(neutral.depth, mostly_free(start, seen & ~things_at(start, seen)))


def righted(neutral: BackNeutral, contour: BackContour) -> BackNeutral:
    """Return a start posture made up in part, corrected by instants near it that show the whole back.

    Parameters
    ----------
    neutral : BackNeutral
        As made from the start posture itself.
    contour : BackContour
        Of instants whose posture is all but the start posture, read with its lines.
    """
    contour = at_ease(contour)
    free = _uncovered(contour, seen_stations(contour) & np.isfinite(neutral.depth), neutral)
    some = enough_seen(free.usable) & ~free.same
    if some.sum() < MIN_NEUTRAL_FRAMES:
        return neutral
    thighs_deg = contour.thighs_deg[some]
    part = free.depth[some], neutral.depth, free.usable[some], thighs_deg, neutral.thighs_deg
    reads_deg = float(np.median(learnt_shape().estimate(*part).deg))
    if neutral.made_up_deg is None or abs(reads_deg) > MADE_UP_WRONG * neutral.made_up_deg:
        return neutral
    return replace(neutral, reads_deg=reads_deg)


def _start_of(contour: BackContour, usable: Bools) -> BackNeutral:
    """Return a start posture from the stations (T, K) that count, at ease."""
    enough = usable.sum(axis=0) >= max(MIN_NEUTRAL_FRAMES, MIN_NEUTRAL_SHARE * len(usable))
    median = np.full(len(STATIONS), np.nan)
    if enough.any():
        median[enough] = np.nanmedian(np.where(usable, contour.depth, np.nan)[:, enough], axis=0)
    if not enough_seen(enough):
        arm = len(usable) > 0 and (contour.covered & ~enough).mean() > 0.5 * (~enough).mean()
        return BackNeutral(median, None, "arm_at_start" if arm else "back_hidden_at_start")
    usable = usable & enough
    if enough_seen(usable).sum() < MIN_NEUTRAL_FRAMES:
        return BackNeutral(median, None, "back_hidden_at_start")
    thighs_deg = float(np.median(contour.thighs_deg))
    # frames count that would be withheld, too: what shakes is no start posture
    some = usable.mean(axis=1) >= MIN_SEEN_SHARE
    part = contour[some]
    deg = learnt_shape().estimate(part.depth, median, usable[some], part.thighs_deg, thighs_deg).deg
    return _steady(BackNeutral(median, None, thighs_deg=thighs_deg), deg)


def _steady(start: BackNeutral, deg: Floats) -> BackNeutral:
    """Return a start posture with what its own angles and its shape say of it."""
    low_deg, high_deg = np.percentile(deg, (10.0, 90.0))
    sd_deg = float(high_deg - low_deg) / NORMAL_10_TO_90
    reason = "unsteady_start" if sd_deg > MAX_NEUTRAL_SD_DEG else ""
    unlike_deg = UNLIKE_DEG * max(learnt_shape().unlike(start.depth) - UNLIKE_START, 0.0)
    return replace(start, sd_deg=sd_deg, reason=reason, unlike_deg=unlike_deg)


def lumbar_flexion(contour: BackContour, neutral: BackNeutral, t_s: Floats | None = None) -> LumbarReading:
    """Measure lumbar flexion from neutral.

    Parameters
    ----------
    contour : BackContour
        T instants.
    neutral : BackNeutral
        Of the same person, filmed from the same place.
    t_s : ndarray, shape (T,), optional
        Their times, of a recording: then a back that is bent beyond doubt for a while is told although its
        angle is less sure than is asked for.
    """
    contour = at_ease(contour)
    known = seen_stations(contour) & np.isfinite(neutral.depth)
    arm = _with_arm(contour, known, neutral)
    contour, known = replace(contour, depth=arm.depth), known | arm.counts
    free = _uncovered(contour, known, neutral)
    things = contour.room.any(axis=1) | free.same
    estimate = _estimate(contour, neutral, known, free, things)
    deg = estimate.deg - np.where(free.same, 0.0, neutral.reads_deg) + neutral.beside_deg * neutral.beside
    unexplained_deg = UNLIKE_DEG * np.maximum(estimate.unexplained - UNEXPLAINED, 0.0)
    unlike_deg = np.hypot(unexplained_deg, neutral.unlike_deg)
    variance = _variance(contour, neutral, free, estimate, deg) + unlike_deg**2
    variance += np.where(arm.counts.any(axis=1) & ~free.same, SAME_SD_DEG, 0.0) ** 2
    sd_deg = np.sqrt(variance)
    hidden = ~enough_seen(free.usable) | np.isnan(deg)
    unsure = sd_deg > MAX_SD_DEG
    unlike = unsure & (unlike_deg**2 > 0.5 * variance)
    mostly_arm = (contour.covered & ~free.usable).sum(axis=1) > 0.5 * (~free.usable).sum(axis=1)
    code = np.where(hidden, _CODE["back_hidden"], np.where(unsure, _CODE["back_unsure"], 0))
    code[unlike & ~hidden] = _CODE["back_unlike"]
    code[(hidden | (unsure & ~unlike)) & mostly_arm] = _CODE["arm_over_back"]
    reason = _KEYS[code]
    if neutral.reason:
        reason = np.full_like(reason, neutral.reason)
    if t_s is not None and neutral.sd_deg is not None:
        # What looks like no back is a thing behind it, which may look bent by any angle.
        bent = (deg - CERTAIN_Z * sd_deg > CERTAIN_DEG) & (unexplained_deg <= MAX_SD_DEG)
        if neutral.bowed:
            bent &= contour.thighs_deg > neutral.thighs_deg  # further bowed than there
        reason[_lasting(bent & ~hidden, ~hidden, t_s)] = ""
        _bridge(deg, sd_deg, reason, free.hidden | (things & unsure), arm.stands, t_s)
    judged = reason == ""
    return LumbarReading(np.where(judged, deg, np.nan), np.where(judged, sd_deg, np.nan), reason)


def _estimate(
    contour: BackContour, neutral: BackNeutral, known: Bools, free: Uncovered, things: Bools
) -> Estimate:
    """Return what the stations that count say, but ``unexplained`` of all that are known, if that is more.

    What is unlike a back as a whole is not judged for what is left of it, unless what is left out surely is a
    thing, as ``things`` (T,) says.
    """
    at_start = 1.0 if neutral.doubt is None else neutral.doubt
    doubt = np.sqrt(0.5 * (contour.doubt**2 + at_start**2))  # a change has the errors of both

    def read(rows: Bools, which: Bools) -> Estimate:
        part = free.depth[rows], neutral.depth, which[rows], contour.thighs_deg[rows], neutral.thighs_deg
        return learnt_shape().estimate(*part, doubt=doubt[rows])

    estimate = read(np.ones(len(known), dtype=np.bool_), free.usable)
    left_out = ~things & (free.usable != known).any(axis=1)
    unexplained = estimate.unexplained.copy()
    unexplained[left_out] = np.fmax(unexplained[left_out], read(left_out, known).unexplained)
    return replace(estimate, unexplained=unexplained)


def _variance(
    contour: BackContour, neutral: BackNeutral, free: Uncovered, estimate: Estimate, deg: Floats
) -> Floats:
    """Return the variance of angles (T,), but for what comes of looking unlike a back."""
    variance = POSTURE_VARIANCE * np.abs(contour.thighs_deg - neutral.thighs_deg)
    variance += (MISSING_SHARE * estimate.missing_deg) ** 2 + (GAIN_SD * deg) ** 2
    variance += (neutral.sd_deg or 0.0) ** 2
    # Where the back has stayed as it was, no made up part of the start posture counts.
    variance += np.where(free.same, SAME_SD_DEG, neutral.made_up_deg or 0.0) ** 2
    variance += (BESIDE_SD_DEG * neutral.beside) ** 2 + (BOWED_SD_DEG * neutral.bowed) ** 2
    return np.asarray(variance)


def rough_flexion(contour: BackContour, neutral: BackNeutral) -> tuple[Floats, Floats]:
    """Measure lumbar flexion from neutral as roughly as hanging cloth lets it be told.

    Parameters
    ----------
    contour : BackContour
        T instants.
    neutral : BackNeutral
        Of the same person, whatever its reason.

    Returns
    -------
    deg, missing_deg : ndarray, shape (T,)
        Degrees, and the deviation that comes from what cloth and covered stations hide; NaN where too little
        of the back is seen.
    """
    contour = at_ease(contour)
    free = _uncovered(contour, seen_stations(contour) & np.isfinite(neutral.depth), neutral)
    thighs_deg = contour.thighs_deg
    estimate = learnt_shape().estimate(
        free.depth, neutral.depth, free.usable, thighs_deg, neutral.thighs_deg, cloth=True
    )
    seen = enough_seen(free.usable)
    return np.where(seen, estimate.deg, np.nan), np.where(seen, estimate.missing_deg, np.nan)


def _bridge(deg: Floats, sd_deg: Floats, reason: Reasons, hidden: Bools, stands: Bools, t_s: Floats) -> None:
    """Set what lies shortly between two judged instants, all shapes (T,).

    ``hidden`` says where a thing of the room hides the back, ``stands`` where an arm may hide that of who
    stands as in the start posture.
    """
    for between, before, after, more_deg, most_deg in gaps(reason == "", hidden, stands, t_s):
        ends = [before, after]
        unsure_deg = float(np.hypot(sd_deg[ends].max(), more_deg))
        if unsure_deg <= MAX_SD_DEG and np.abs(deg[ends]).max() <= most_deg:
            deg[between] = np.interp(t_s[between], t_s[ends], deg[ends])
            sd_deg[between], reason[between] = unsure_deg, ""


def _uncovered(contour: BackContour, known: Bools, neutral: BackNeutral) -> Uncovered:
    """Return edges without what hides them, as far as that can be told."""
    if neutral.lines and not neutral.beside_thing:
        made_up = neutral.made_up_deg is not None
        return uncovered(contour, known, neutral.depth, neutral.thighs_deg, always=made_up)
    usable = known if neutral.beside_thing else _without_things(contour, known)
    nowhere = np.zeros(len(known), dtype=np.bool_)
    return Uncovered(contour.depth, usable, nowhere, nowhere)


def _with_arm(contour: BackContour, known: Bools, neutral: BackNeutral) -> WithArm:
    """Return what can be told of a back that an arm may cover, from a start posture that was mostly seen."""
    if neutral.reason or neutral.beside or neutral.bowed or neutral.beside_thing:
        return WithArm(contour.depth, np.zeros_like(known), np.zeros(len(known), dtype=np.bool_))
    return with_arm(contour, known, neutral.depth, neutral.thighs_deg)


def _lasting(bent: Bools, seen: Bools, t_s: Floats) -> Bools:
    """Return at which instants a back is bent for `CERTAIN_S` on end as far as it is seen, shape (T,).

    An edge that is lost in the background for a moment may look bent, too.
    """
    result = np.zeros_like(bent)
    rows = np.flatnonzero(seen)
    breaks = np.flatnonzero(np.diff(bent[rows]) | (np.diff(t_s[rows]) > MAX_BLINK_S)) + 1
    for run in np.split(rows, breaks):
        if run.size and bent[run[0]] and t_s[run[-1]] - t_s[run[0]] >= CERTAIN_S:
            result[run] = True
    return result


def _without_things(contour: BackContour, seen: Bools) -> Bools:
    """Return which stations (T, K) count, of those that are seen.

    A thing that covers an end of the lumbar spine is kept: what is left would not be enough.
    """
    free = seen & ~foreign(contour.depth, seen)
    hides = enough_seen(seen) & ~enough_seen(free)
    return np.where(hides[:, None], seen, free)


def back_seen(contour: BackContour) -> Bools:
    """Return at which instants enough of the back is seen to measure it, shape (T,)."""
    seen = seen_stations(contour)
    return enough_seen(seen & ~things_at(contour, seen) if contour.room.any() else seen)
