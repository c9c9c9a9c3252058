"""The back's edge in the trunk's own frame, and which of its stations can be trusted.

The frame runs from mid-hip (0) to mid-shoulder (1); lengths are in trunk lengths, so that neither the
picture's size nor the person's matters. The network's hips climb up the trunk as the thighs come towards it;
that is taken back first, so that a station is the same place of the back in a deep squat as in standing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from formcheck.body.landmarks import Landmark, of_side
from formcheck.body.pose import Bools, Floats, PoseTrack
from formcheck.body.room_line import RoomLine, along
from formcheck.body.scale import mid_hip_px, mid_shoulder_px

STATIONS: Floats = np.linspace(0.0, 0.65, 27)
"""Where the back's edge is read. L5/S1 lies near .18 and T12/L1 near .50 (rendered bodies, MediaPipe's
landmarks); nothing above .65 is used, because shoulder blade, shoulder joint and upper arm shape it [M]."""

# Standard deviation of the edge itself, trunk lengths: .0015 to .0020 over time on rendered people [M]; twice
# that, because real rooms are not plain [D]. Dev clips: .002 to .004 differ by .05 degrees [M].
EDGE_SD = 0.003
# Edges of less confidence are not read. Until what is unsure counted for less .85 was needed, and in dim
# light most of an edge is below that. Bright dev clips read alike with .5, .6 and .7. A seated lift and a
# lowering in .4 of the light are judged for .63 and .56 of the time with .55, for 0 and .11 with .7; with .5
# a white shirt before a white wall is judged, too, 10 degrees wrong [M].
MIN_CONFIDENCE = 0.55
# Where moments are gathered from all over a recording, for a start posture beside the one that was held, or
# to tell a bend roughly, more is asked. With .65 and less the shared squat clip, mirrored, is measured from a
# start posture gathered so, and reads as round beyond doubt; as filmed it is told roughly alone [M].
SURE_CONFIDENCE = 0.7
# By so much less confidence an edge errs e times as much. `formcheck.sources.edge_search` says how sure each
# is: there .18 is an e-fold of what edges err by in dev clips. The root of that is taken, because `EDGE_SD`
# is twice what they err by: with all of it one dim march beside a frame reads .84 of what bends, for .92 [M].
UNSURE = 0.36
# How far the network's mid-hip climbs, trunk lengths for each degree between the trunk's axis and the mean of
# both thighs. Against the true hips of the four dev bodies (20 clips, 20 filmed scenes) .0012, of each of
# them .0008 to .0017, alike in hinges, squats and marches: a deep squat moves it by .14. Taking the mean away
# leaves .026 of .050, root mean square. The shoulders stay within .02 [M].
HIP_CLIMB_PER_DEG = 0.0012
# Wider gaps between edge points than this are not bridged: three stations of the source [D].
MAX_GAP = 0.08
# How near an arm's centre line may come to the back's edge before the edge may be the arm's: the line runs
# .05 to .10 inside the arm's own edge, landmark error is .03. Of the covered frames of dev bodies all were
# nearer than .12 [M].
ARM_DEPTH = 0.15
# An arm whose centre line lies nearer to the edge than its half width is the edge: .05 at least [M].
ARM_HALF_WIDTH = 0.05
# Of an arm folded before the chest only the elbow comes near. In dev sets its own edge lies .10 inside to .04
# outside of the network's elbow, so that within .04 it may cover; the rest is landmark error. Of the shared
# squat clip .10 takes pictures for free in which the elbow truly is the edge, .11 one, .12 none [M].
FOLDED_DEPTH = 0.12
# An arm is folded whose wrist lies this far in front of its elbow and at most so far below it: crossed arms
# in slumping dev sets .23 to .38 and .05. No hanging arm over the back does, not even by .05 and .25 [M].
FOLDED_AHEAD = 0.15
FOLDED_BELOW = 0.10
# An arm covers this much of the back above and below its centre line: half its width and landmark error.
ARM_REACH = 0.12
# A back changes its shape steadily; furniture that the mask takes for the person for a moment does not. A
# station this far from its own median over this time is dropped: at 60 degrees/s of lumbar flexion the median
# stays within .01 [M].
STEADY_S = 0.8
MAX_JUMP = 0.02
# Where the edge steps by so much more from one station to the next than it does around, furniture that was
# taken for the person ends [M]. The step itself does not tell: above the buttocks of a heavy person who
# arches the edge falls by .04 from station to station; without what is arched the rest would deny it.
CLIFF = 0.03
# Where so many points on end lie on a line of the room, the line may be what was found [D].
ON_END = 4
# Cliffs are looked for up to here; above it the shoulder's own roundness falls off.
_SEARCHED: Floats = np.linspace(0.0, 0.85, 35)
_ARM = ("shoulder", "elbow", "wrist", "index")
_ARMS = np.array([of_side(part, arm) for arm in ("left", "right") for part in _ARM])
_STEPS = np.linspace(0.0, 1.0, 9)
_LINE_POINTS = 2 * (len(_ARM) - 1) * len(_STEPS)  # of both arms
_BLOCK = 256  # instants whose arms are compared with all stations at once


@dataclass(frozen=True, slots=True, eq=False)
class BackContour:
    """The back's edge at ``STATIONS`` over T instants.

    Parameters
    ----------
    depth : ndarray, shape (T, K)
        How far the edge lies behind the line from mid-hip to mid-shoulder, in trunk lengths; NaN: not seen.
    covered : ndarray of bool, shape (T, K)
        An arm may lie over the edge there.
    thighs_deg : ndarray, shape (T,)
        How far the thighs are forward of the trunk's axis.
    room : ndarray of bool, shape (T, K)
        The edge lies on a line of the room there.
    doubt : ndarray, shape (T, K)
        How many times as much as a sure edge it may err, 1 or more.
    by_arm : ndarray of bool, shape (T,)
        By its place an arm must be the edge somewhere.
    """

    depth: Floats
    covered: Bools
    thighs_deg: Floats
    room: Bools
    doubt: Floats
    by_arm: Bools

    @property
    def usable(self) -> Bools:
        """Return which stations show the back itself, shape (T, K)."""
        return np.isfinite(self.depth) & ~self.covered

    def __getitem__(self, which: slice | Bools) -> "BackContour":
        covered, room = self.covered[which], self.room[which]
        doubt, by_arm = self.doubt[which], self.by_arm[which]
        return BackContour(self.depth[which], covered, self.thighs_deg[which], room, doubt, by_arm)


def back_contour(
    track: PoseTrack, forward_x: int, lines: Sequence[RoomLine] = (), *, least: float = MIN_CONFIDENCE
) -> BackContour:
    """Read the back's edge of a track.

    Parameters
    ----------
    track : PoseTrack
        With landmarks repaired and smoothed as the caller sees fit; they place the stations.
    forward_x : {1, -1}
        The person's forward direction along the picture's x axis.
    lines : sequence of RoomLine
        Lines of the room that the edge may have been found on.
    least : float
        Edges of less confidence are not read.
    """
    thighs_deg = thighs_forward_deg(track.landmarks_px, forward_x)
    frame = _TrunkFrame.of(track, forward_x, thighs_deg)
    side = back_side(forward_x)
    edge = _Edge.of(frame, track.edges_px[:, side], track.edge_confidence[:, side])
    sure = edge.seen & (edge.confidence >= least)
    at_stations, confidence = edge.at(STATIONS, sure, edge.depth, edge.confidence)
    doubt = np.exp((1.0 - np.nan_to_num(confidence, nan=1.0)) / UNSURE)
    outer = _beside_cliffs(edge.at(_SEARCHED, edge.seen, edge.depth)[0])
    at_stations[outer[:, : len(STATIONS)]] = np.nan
    covered, by_arm = _covered(frame.coordinates(track.landmarks_px[:, _ARMS]), edge)
    covered &= ~edge.flagged(track.edge_beside_arm[:, side])
    room: Bools = np.asarray(edge.on_lines(track.edges_px[:, side], lines).any(axis=0))
    return BackContour(at_stations, covered, thighs_deg, room, doubt, by_arm)


def stations_on_lines(track: PoseTrack, forward_x: int, lines: Sequence[RoomLine]) -> Bools:
    """Return at which stations the back's edge lies on each line of the room, shape (lines, T, K).

    Parameters as for `back_contour`.
    """
    side = back_side(forward_x)
    frame = _TrunkFrame.of(track, forward_x, thighs_forward_deg(track.landmarks_px, forward_x))
    edge = _Edge.of(frame, track.edges_px[:, side], track.edge_confidence[:, side])
    return edge.on_lines(track.edges_px[:, side], lines)


def back_side(forward_x: int) -> int:
    """Return which of a pose's two edges is the back's."""
    return 0 if forward_x > 0 else 1


@dataclass(frozen=True, slots=True, eq=False)
class _TrunkFrame:
    origin_px: Floats  # (T, 2)
    axes: Floats  # (T, 2, 2): along the trunk and behind it, one trunk length squared into the dot product

    @classmethod
    def of(cls, track: PoseTrack, forward_x: int, thighs_deg: Floats) -> "_TrunkFrame":
        hip, shoulder = mid_hip_px(track.landmarks_px), mid_shoulder_px(track.landmarks_px)
        hip = hip - (HIP_CLIMB_PER_DEG * thighs_deg)[:, None] * (shoulder - hip)
        axis = shoulder - hip
        x, y = axis[:, 0], axis[:, 1]
        # y points down: whoever walks from hip to shoulder has (y, -x) on the left hand
        axes = np.array([[x, forward_x * y], [y, -forward_x * x]])
        with np.errstate(divide="ignore", invalid="ignore"):
            return cls(hip, (axes / (x**2 + y**2)).transpose(2, 0, 1))

    def coordinates(self, points_px: Floats) -> Floats:
        """Return height along the trunk and depth behind it of points (T, n, 2), shape (T, n, 2)."""
        return np.asarray((points_px - self.origin_px[:, None]) @ self.axes)


@dataclass(frozen=True, slots=True, eq=False)
class _Edge:
    """The back's edge, each row's points from low to high, shape (T, n); ``order`` is theirs in the pose."""

    height: Floats
    depth: Floats
    confidence: Floats
    seen: Bools
    order: npt.NDArray[np.intp]

    @classmethod
    def of(cls, frame: _TrunkFrame, points_px: Floats, confidence: Floats) -> "_Edge":
        points = frame.coordinates(points_px)
        rows, order = np.arange(len(points))[:, None], np.argsort(points[..., 0], axis=1)
        points = points[rows, order]
        seen: Bools = np.asarray(np.isfinite(points).all(axis=-1))
        return cls(points[..., 0], points[..., 1], confidence[rows, order], seen, order)

    def at(self, stations: Floats, which: Bools, *values: Floats) -> Floats:
        """Interpolate values, each (T, n), between the points that count; NaN where none is near."""
        result = np.full((len(values), len(which), len(stations)), np.nan)
        for i in np.flatnonzero(which.sum(axis=1) >= 2):
            height = self.height[i, which[i]]
            above = np.minimum(np.maximum(height.searchsorted(stations, side="right"), 1), len(height) - 1)
            wide = height[above] - height[above - 1] > MAX_GAP
            for each, at_stations in zip(values, result, strict=True):
                here = np.interp(stations, height, each[i, which[i]], left=np.nan, right=np.nan)
                at_stations[i] = np.where(wide, np.nan, here)
        return result

    def flagged(self, points: Bools) -> Bools:
        """Return at which stations both of the nearest points (T, n) are flagged, shape (T, K)."""
        below, above = self._around(points)
        return below & above

    def on_lines(self, points_px: Floats, lines: Sequence[RoomLine]) -> Bools:
        """Return which stations lie beside a point (T, n, 2) that is on each line, shape (lines, T, K)."""
        result = np.zeros((len(lines), len(points_px), len(STATIONS)), dtype=np.bool_)
        for line, at_stations in zip(lines, result, strict=True):
            below, above = self._around(along(points_px, line, ON_END))
            at_stations[:] = below | above
        return result

    def _around(self, points: Bools) -> tuple[Bools, Bools]:
        """Return whether the points (T, n) next below and above each station are flagged, both (T, K)."""
        below, above = np.zeros((2, len(points), len(STATIONS)), dtype=np.bool_)
        on = points[np.arange(len(points))[:, None], self.order] & self.seen
        for i in np.flatnonzero(on.any(axis=1)):
            height, flags = self.height[i, self.seen[i]], on[i, self.seen[i]]
            at = np.searchsorted(height, STATIONS, side="right").clip(1, len(height) - 1)
            below[i], above[i] = flags[at - 1], flags[at]
        return below, above

    def beside(self, height: Floats) -> Floats:
        """Return the depth beside heights (T, m), that of the last point beyond the ends."""
        result = np.full(height.shape, np.nan)
        for i in np.flatnonzero(self.seen.sum(axis=1) >= 2):
            seen = self.seen[i]
            result[i] = np.interp(height[i], self.height[i, seen], self.depth[i, seen])
        return result


def thighs_forward_deg(marks: Floats, forward_x: int) -> Floats:
    """Return how far the thighs are forward of the trunk's axis, the mean of those seen, shape (T,).

    0 in standing, negative behind the trunk; 0 where neither knee is seen.

    Parameters
    ----------
    marks : ndarray, shape (T, 33, 2)
        Landmarks, pixels.
    forward_x : {1, -1}
        As for `back_contour`.
    """
    axis = mid_shoulder_px(marks) - mid_hip_px(marks)
    total, legs = np.zeros(len(marks)), np.zeros(len(marks))
    for hip, knee in ((Landmark.LEFT_HIP, Landmark.LEFT_KNEE), (Landmark.RIGHT_HIP, Landmark.RIGHT_KNEE)):
        thigh = marks[:, knee] - marks[:, hip]
        ahead = (axis[:, 0] * thigh[:, 1] - axis[:, 1] * thigh[:, 0]) * forward_x
        forward = np.degrees(np.arctan2(ahead, -(axis * thigh).sum(axis=1)))
        seen = np.isfinite(forward)
        total[seen] += forward[seen]
        legs += seen
    return total / np.maximum(legs, 1)


def _beside_cliffs(depth: Floats) -> Bools:
    """Return which stations lie on the outer side of a cliff, shape as ``depth`` (T, n).

    Going up, everything after a step outwards is foreign until a step inwards, and everything before a
    step inwards back to a step outwards.
    """
    step = depth[:, 1:] - depth[:, :-1]
    padded = np.concatenate([step[:, :1], step[:, :1], step, step[:, -1:], step[:, -1:]], axis=1)
    outer: Bools = np.zeros(depth.shape, dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        steep = np.abs(step - median_of_five(padded)) > CLIFF
    for i in np.flatnonzero(steep.any(axis=1)):
        begin = 0
        for k in np.flatnonzero(steep[i]).tolist():
            if step[i, k] > 0:
                begin = k + 1
                outer[i, begin:] = True
            else:
                outer[i, begin : k + 1] = True
                outer[i, k + 1 :] = False
                begin = k + 1
    return outer


def without_jumps(contour: BackContour, t_s: Floats) -> BackContour:
    """Return a recording's contour without what was the back's edge for a moment only.

    Parameters
    ----------
    contour : BackContour
        T instants, in the order of time.
    t_s : ndarray, shape (T,)
        Their times.
    """
    n = len(t_s)
    if n < 3:
        return contour
    half = round(0.5 * STEADY_S * (n - 1) / float(t_s[-1] - t_s[0]))
    depth = contour.depth
    seen = np.isfinite(depth)
    filled = np.stack(
        [
            np.interp(t_s, t_s[s], d[s]) if s.any() else np.zeros(n)
            for d, s in zip(depth.T, seen.T, strict=True)
        ],
        axis=1,
    )
    from scipy.ndimage import median_filter  # late, as in `formcheck.body.filters`

    steady = median_filter(filled, size=(2 * half + 1, 1), mode="nearest")
    return replace(contour, depth=np.where(np.abs(filled - steady) <= MAX_JUMP, depth, np.nan))


def beyond_ends(values: Floats, n: int) -> Floats:
    """Return rows (T, K) continued by ``n`` values at either end, turned about the last one."""
    first = 2 * values[:, :1] - values[:, n:0:-1]
    last = 2 * values[:, -1:] - values[:, -2 : -n - 2 : -1]
    return np.concatenate([first, values, last], axis=1)


def median_of_five(padded: Floats) -> Floats:
    """Return the median of each five neighbours in rows (T, K + 4), shape (T, K); NaN beside a NaN.

    NumPy's own takes ten times as long for a single row.
    """
    n = padded.shape[1] - 4
    ordered = np.sort(np.array([padded[:, i : i + n] for i in range(5)]), axis=0)
    return np.where(np.isnan(ordered[-1]), np.nan, ordered[2])


def _covered(joints: Floats, edge: _Edge) -> tuple[Bools, Bools]:
    """Return which stations an arm may cover, shape (T, K): its centre line comes near the edge there.

    And when it comes so near, shape (T,), that the arm must be the edge.

    ``joints`` (T, arms * joints, 2) are both arms' in the trunk's frame.
    """
    arms = joints.reshape(len(joints), 2, len(_ARM), 2)
    start, end = arms[:, :, :-1, None], arms[:, :, 1:, None]
    line = (start + (end - start) * _STEPS[:, None]).reshape(len(joints), _LINE_POINTS, 2)
    along, behind = line[..., 0], line[..., 1]
    result = np.empty((len(joints), len(STATIONS)), dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        margin = np.where(_folded(arms), FOLDED_DEPTH, ARM_DEPTH).repeat(_LINE_POINTS // 2, axis=1)
        beside, concerns = edge.beside(along), (along > -ARM_REACH) & (along < STATIONS[-1] + ARM_REACH)
        near = concerns & (behind > beside - margin)
        by_arm = (concerns & (behind > beside - ARM_HALF_WIDTH)).any(axis=1)
        for first in range(0, len(joints), _BLOCK):
            rows = slice(first, first + _BLOCK)
            reached = np.abs(STATIONS - along[rows, :, None]) < ARM_REACH
            result[rows] = (near[rows, :, None] & reached).any(axis=1)
    return result, by_arm


def _folded(arms: Floats) -> Bools:
    """Return which arms (T, 2, joints, 2) are folded before the chest, shape (T, 2)."""
    elbow, wrist = arms[:, :, _ARM.index("elbow")], arms[:, :, _ARM.index("wrist")]
    above, behind = np.moveaxis(wrist - elbow, -1, 0)
    return np.asarray((behind < -FOLDED_AHEAD) & (above > -FOLDED_BELOW))
