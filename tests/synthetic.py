"""A stick person whose every angle is known, seen by a pinhole camera: tracks with exact truth.

World: metres, x where the person faces at first, y up, z to the person's right. Angles are degrees in
OpenSim's signs (measurement.md, section 1). Everything is vectorised over time, so that a benchmark can
make thousands of tracks::

    motion = squats(3, down_s=2.0, hold_s=0.5)
    track = film(motion, Camera(yaw_deg=45), Flaws(noise=0.01, seed=1))
    motion.reps        # the truth in seconds
    motion.angles(t)   # and in degrees

Nothing of formcheck but the container `PoseTrack` and the landmark numbering is used, so that a mistake in
the product cannot hide here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from formcheck.body.landmarks import LEG, MIRROR, Landmark
from formcheck.body.pose import N_EDGE, Origin, PoseTrack

Floats = npt.NDArray[np.float64]
Angles = Mapping[str, Floats]
Keys = Sequence[tuple[float, float]]
"""Key times and values of one angle, in the order of time."""

SIDES = ("left", "right")
GRID_HZ = 120.0  # the path of the pelvis is integrated on this grid, whatever the frame rate


# -- the body ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Body:
    """Segment lengths as shares of height: rounded textbook proportions (Drillis and Contini's kind).

    The half width of the shoulders is that of MediaPipe's landmarks, whose width from the front is .79 of
    the trunk's length (measured on rendered people; docs/validity.md), not that of the skeleton.
    """

    height_m: float = 1.75
    thigh: float = 0.245
    shank: float = 0.246
    ankle_height: float = 0.039
    heel_behind: float = 0.040
    toe_ahead: float = 0.110
    half_hips: float = 0.050
    sacrum: float = 0.060  # hip joints to L5/S1
    lumbar: float = 0.100  # L5/S1 to T12/L1, five joints
    thorax: float = 0.128  # T12/L1 to the shoulder line
    half_shoulders: float = 0.114
    upper_arm: float = 0.186
    forearm: float = 0.146
    hand: float = 0.060
    neck: float = 0.105  # shoulder line to the ears
    half_head: float = 0.043
    face: float = 0.062  # ears to nose


STANDING = {
    **{f"hip_abduction_{side}": 4.0 for side in SIDES},
    **{f"shoulder_abduction_{side}": 8.0 for side in SIDES},
}
"""What an angle is where a motion does not say; everything else is 0."""

ANGLE_NAMES = (
    "heading",  # to the left, from above
    "head_yaw",  # to the left
    "pelvis_posterior_tilt",
    "pelvis_drop_left",  # left hip below the right one
    "lumbar_flexion",
    "trunk_bend_right",
    *(
        f"{name}_{side}"
        for name in (
            "hip_flexion",
            "hip_abduction",
            "knee_flexion",
            "foot_pitch",  # heel above toes, against the floor
            "shoulder_flexion",
            "shoulder_abduction",
            "elbow_flexion",
        )
        for side in SIDES
    ),
)
OFFSET_NAMES = ("lift_m", "forward_m", "right_m")
"""Added to where the feet put the pelvis: flight, a seat, being carried."""


def _turn(axis: int, angle_deg: Floats) -> Floats:
    """Return right-handed rotations about one world axis, shape (T, 3, 3)."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    result = np.zeros((len(angle_deg), 3, 3))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    result[:, axis, axis] = 1.0
    result[:, i, i] = result[:, j, j] = c
    result[:, i, j], result[:, j, i] = -s, s
    return result


def _along(rotation: Floats, x: float, y: float, z: float) -> Floats:
    return rotation @ np.array([x, y, z])


_X, _Y, _Z = 0, 1, 2


def skeleton(angles: Angles, body: Body) -> Floats:
    """Return the 33 landmarks in metres from mid-hip, without heading; shape (T, 33, 3)."""
    h = body.height_m
    n = len(angles["heading"])
    points = np.zeros((n, len(Landmark), 3))
    pelvis = _turn(_Z, angles["pelvis_posterior_tilt"]) @ _turn(_X, -angles["pelvis_drop_left"])
    spine, thorax = _spine(angles, body, pelvis)
    for side, sign in (("left", -1.0), ("right", 1.0)):
        hip = _along(pelvis, 0, 0, sign * body.half_hips * h)
        for name, place in _leg(angles, body, pelvis, hip, side, sign).items():
            points[:, Landmark[f"{side}_{name}".upper()]] = place
        for name, place in _arm(angles, body, thorax, spine, side, sign).items():
            points[:, Landmark[f"{side}_{name}".upper()]] = place
    head = thorax @ _turn(_Y, angles["head_yaw"])
    for name, place in _head(body, head, spine).items():
        points[:, Landmark[name]] = place
    return points


def _spine(angles: Angles, body: Body, pelvis: Floats) -> tuple[Floats, Floats]:
    """Return where the middle of the shoulder line is and how the thorax is turned."""
    h = body.height_m
    place = _along(pelvis, 0, body.sacrum * h, 0)
    turned = pelvis
    joint = _turn(_Z, -angles["lumbar_flexion"] / 5) @ _turn(_X, angles["trunk_bend_right"] / 5)
    for _ in range(5):
        turned = turned @ joint
        place = place + _along(turned, 0, body.lumbar * h / 5, 0)
    return place + _along(turned, 0, body.thorax * h, 0), turned


def _leg(
    angles: Angles, body: Body, pelvis: Floats, hip: Floats, side: str, sign: float
) -> dict[str, Floats]:
    h = body.height_m
    out = _turn(_X, -sign * angles[f"hip_abduction_{side}"])
    thigh = pelvis @ out @ _turn(_Z, angles[f"hip_flexion_{side}"])
    knee = hip + _along(thigh, 0, -body.thigh * h, 0)
    shank = thigh @ _turn(_Z, -angles[f"knee_flexion_{side}"])
    ankle = knee + _along(shank, 0, -body.shank * h, 0)
    foot = _turn(_Y, np.full(len(hip), -sign * 8.0)) @ _turn(_Z, -angles[f"foot_pitch_{side}"])
    return {
        "hip": hip,
        "knee": knee,
        "ankle": ankle,
        "heel": ankle + _along(foot, -body.heel_behind * h, -body.ankle_height * h, 0),
        "foot_index": ankle + _along(foot, body.toe_ahead * h, -body.ankle_height * h, 0),
    }


def _arm(
    angles: Angles, body: Body, thorax: Floats, spine: Floats, side: str, sign: float
) -> dict[str, Floats]:
    h = body.height_m
    shoulder = spine + _along(thorax, 0, 0, sign * body.half_shoulders * h)
    out = _turn(_X, -sign * angles[f"shoulder_abduction_{side}"])
    upper = thorax @ out @ _turn(_Z, angles[f"shoulder_flexion_{side}"])
    lower = upper @ _turn(_Z, angles[f"elbow_flexion_{side}"])
    elbow = shoulder + _along(upper, 0, -body.upper_arm * h, 0)
    wrist = elbow + _along(lower, 0, -body.forearm * h, 0)
    result = {"shoulder": shoulder, "elbow": elbow, "wrist": wrist}
    for name, ahead in (("pinky", -0.01), ("index", 0.01), ("thumb", 0.025)):
        result[name] = wrist + _along(lower, ahead * h, -body.hand * h, 0)
    return result


def _head(body: Body, head: Floats, spine: Floats) -> dict[str, Floats]:
    h = body.height_m
    middle = spine + _along(head, 0, body.neck * h, 0)
    result = {"NOSE": middle + _along(head, body.face * h, -0.01 * h, 0)}
    for side, sign in (("LEFT", -1.0), ("RIGHT", 1.0)):
        result[f"{side}_EAR"] = middle + _along(head, 0, 0, sign * body.half_head * h)
        result[f"MOUTH_{side}"] = middle + _along(head, 0.9 * body.face * h, -0.03 * h, sign * 0.012 * h)
        for i, part in enumerate(("EYE_INNER", "EYE", "EYE_OUTER")):
            aside = sign * (0.010 + 0.008 * i) * h
            result[f"{side}_{part}"] = middle + _along(head, 0.85 * body.face * h, 0.01 * h, aside)
    return result


# -- motions -------------------------------------------------------------------------------------


def smooth_step(u: Floats) -> Floats:
    """Return minimum-jerk progress: how people move from one posture to another."""
    u = np.clip(u, 0.0, 1.0)
    return np.asarray(u**3 * (10 - 15 * u + 6 * u**2))


def eased(t_s: Floats, keys: Keys) -> Floats:
    """Return a curve through key values, at rest in each; constant before the first and after the last."""
    times = np.array([time for time, _ in keys])
    values = np.array([value for _, value in keys])
    if len(keys) == 1:
        return np.full(len(t_s), values[0])
    i = np.clip(np.searchsorted(times, t_s, side="right") - 1, 0, len(times) - 2)
    share = smooth_step((t_s - times[i]) / np.maximum(times[i + 1] - times[i], 1e-9))
    return np.asarray(values[i] + share * (values[i + 1] - values[i]))


@dataclass(frozen=True)
class RepTruth:
    """When one repetition began to move, reached and left its peak, and had come back."""

    start_s: float
    hold_start_s: float
    hold_end_s: float
    end_s: float
    side: str = "both"

    def peak_error_s(self, peak_s: float) -> float:
        """Return how far a time lies from the peak; any moment of a hold is the peak."""
        return max(self.hold_start_s - peak_s, peak_s - self.hold_end_s, 0.0)


@dataclass(frozen=True)
class Motion:
    """What somebody does.

    ``angles`` gives every angle that is not at its standing value, ``stance`` which foot bears the weight
    at a time (-1 left, 0 both, 1 right), ``reps`` the truth. At ``home_s`` the person is where the camera
    looks.
    """

    name: str
    duration_s: float
    angles: Callable[[Floats], dict[str, Floats]]
    reps: tuple[RepTruth, ...] = ()
    stance: Callable[[Floats], Floats] = field(default=lambda t: np.zeros(len(t)))
    home_s: float = 0.0

    def at(self, t_s: Floats) -> dict[str, Floats]:
        """Return every angle and offset, shape (T,) each."""
        given = self.angles(t_s)
        unknown = set(given) - set(ANGLE_NAMES) - set(OFFSET_NAMES)
        assert not unknown, f"no such angle: {unknown}"
        names = (*ANGLE_NAMES, *OFFSET_NAMES)
        return {n: given.get(n, np.full(len(t_s), STANDING.get(n, 0.0))) for n in names}


def posed(duration_s: float = 2.0, **angles_deg: float) -> Motion:
    """Return somebody who holds one posture."""

    def angles(t: Floats) -> dict[str, Floats]:
        return {name: np.full(len(t), float(value)) for name, value in angles_deg.items()}

    return Motion("posed", duration_s, angles)


def keyed(name: str, duration_s: float, keys: Mapping[str, Keys], **more: object) -> Motion:
    """Return a motion given by the keys of each angle."""
    kept = dict(keys)
    return Motion(name, duration_s, lambda t: {n: eased(t, k) for n, k in kept.items()}, **more)  # type: ignore[arg-type]


def one_after_the_other(*motions: Motion) -> Motion:
    """Return motions in sequence; each goes on with the heading of the one before."""
    ends = np.cumsum([motion.duration_s for motion in motions])
    starts = ends - [motion.duration_s for motion in motions]
    turned = np.cumsum([0.0, *(float(m.at(np.array([m.duration_s]))["heading"][0]) for m in motions[:-1])])

    def which(t: Floats) -> npt.NDArray[np.intp]:
        return np.clip(np.searchsorted(ends, t, side="right"), 0, len(motions) - 1)

    def angles(t: Floats) -> dict[str, Floats]:
        parts = [motion.at(t - start) for motion, start in zip(motions, starts, strict=True)]
        for part, heading in zip(parts, turned, strict=True):
            part["heading"] = part["heading"] + heading
        stacked = {name: np.stack([part[name] for part in parts]) for name in parts[0]}
        return {name: rows[which(t), np.arange(len(t))] for name, rows in stacked.items()}

    def stance(t: Floats) -> Floats:
        rows = np.stack([m.stance(t - start) for m, start in zip(motions, starts, strict=True)])
        return rows[which(t), np.arange(len(t))]

    reps = tuple(
        replace(
            rep,
            start_s=rep.start_s + start,
            hold_start_s=rep.hold_start_s + start,
            hold_end_s=rep.hold_end_s + start,
            end_s=rep.end_s + start,
        )
        for motion, start in zip(motions, starts.tolist(), strict=True)
        for rep in motion.reps
    )
    name = " then ".join(motion.name for motion in motions)
    return Motion(name, float(ends[-1]), angles, reps, stance)


def standing(duration_s: float, sway_deg: float = 0.6) -> Motion:
    """Return quiet standing: the whole body tips slowly about the ankles."""

    def angles(t: Floats) -> dict[str, Floats]:
        tip = sway_deg * (np.sin(2 * np.pi * 0.3 * t) - np.sin(0.0) + 0.5 * np.sin(2 * np.pi * 0.8 * t))
        # Bending at the ankles alone: hips and knees keep their angles.
        return {"pelvis_posterior_tilt": -tip}

    return Motion("standing", duration_s, angles)


@dataclass(frozen=True)
class Pace:
    """How a set of repetitions is timed."""

    out_s: float = 2.0
    hold_s: float = 0.0
    back_s: float = 1.5
    rest_s: float = 1.0
    still_s: float = 3.0  # before the first and after the last repetition
    valley: float = 0.0  # share of the range that is left between two repetitions

    def keys(self, n: int, lead_s: float = 0.0) -> tuple[list[tuple[float, float]], tuple[RepTruth, ...]]:
        """Return progress from 0 (start posture) to 1 (peak), and the repetitions.

        What leads sets off and arrives ``lead_s`` earlier on the way out.
        """
        keys, reps = [(0.0, 0.0)], []
        t = self.still_s
        for i in range(n):
            low = self.valley if i > 0 else 0.0
            after = self.valley if i < n - 1 else 0.0
            times = np.cumsum([t, self.out_s, self.hold_s, self.back_s]).tolist()
            out = [(times[0] - lead_s, low), (times[1] - lead_s, 1.0)]
            keys += [*out, (times[2] + 1e-6, 1.0), (times[3], after)]
            reps.append(RepTruth(*times))
            t = times[3] + (self.rest_s if i < n - 1 else 0.0)
        return [*keys, (t + self.still_s, 0.0)], tuple(reps)


def sagittal(
    thigh: Floats, trunk: Floats, knee: Floats, lumbar: Floats, lean_share: float = 0.62
) -> dict[str, Floats]:
    """Return joint angles from what is seen from the side, both legs alike.

    ``trunk = -posterior tilt + k * lumbar``; k is that of `Body`'s spine for small angles.
    """
    tilt = lean_share * lumbar - trunk
    result = {"pelvis_posterior_tilt": tilt, "lumbar_flexion": lumbar}
    for side in SIDES:
        result |= {f"hip_flexion_{side}": thigh - tilt, f"knee_flexion_{side}": knee}
    return result


def _feet_apart(angles: dict[str, Floats], body: Body, stance_deg: float) -> dict[str, Floats]:
    """Add the abduction that keeps the feet where they are while the legs shorten."""
    thigh = angles["hip_flexion_left"] + angles["pelvis_posterior_tilt"]
    down = body.thigh * np.cos(np.radians(thigh)) + body.shank * np.cos(
        np.radians(thigh - angles["knee_flexion_left"])
    )
    aside = np.sin(np.radians(stance_deg)) * (body.thigh + body.shank)
    out = np.degrees(np.arcsin(np.clip(aside / np.maximum(down, 0.1), 0.0, 0.7)))
    return angles | {f"hip_abduction_{side}": out for side in SIDES}


def squats(
    n: int = 3,
    pace: Pace = Pace(),
    *,
    depth_deg: float = 85.0,
    lean_deg: float = 35.0,
    lumbar_deg: float = 12.0,
    shank_deg: float = 28.0,
    stance_deg: float = 8.0,
    bounce_deg: float = 0.0,
    bounce_hz: float = 1.5,
    trunk_first_s: float = 0.0,
    heel_deg: float = 0.0,
    arms_deg: float = 60.0,
) -> Motion:
    """Return a set of squats.

    Parameters
    ----------
    depth_deg, lean_deg, lumbar_deg, shank_deg : float
        Thigh elevation, trunk lean, lumbar flexion and the shank's forward lean at the bottom.
    bounce_deg, bounce_hz : float
        Oscillation of the thighs while held at the bottom.
    trunk_first_s : float
        How long before the thighs the trunk starts.
    heel_deg : float
        How far the heels rise at the bottom.
    arms_deg : float
        Arms forward at the bottom.
    """
    keys, reps = pace.keys(n)
    ahead, _ = pace.keys(n, trunk_first_s)

    def angles(t: Floats) -> dict[str, Floats]:
        down, trunk = eased(t, keys), eased(t, ahead)
        held = np.zeros(len(t))
        for rep in reps:
            inside = (t >= rep.hold_start_s) & (t <= rep.hold_end_s)
            held += inside * np.sin(2 * np.pi * bounce_hz * (t - rep.hold_start_s))
        thigh = depth_deg * down - bounce_deg * np.abs(held)
        result = sagittal(
            thigh, lean_deg * trunk, thigh + shank_deg * thigh / max(depth_deg, 1), lumbar_deg * down
        )
        result |= {f"foot_pitch_{side}": heel_deg * down for side in SIDES}
        result |= {f"shoulder_flexion_{side}": (arms_deg + lean_deg) * down for side in SIDES}
        return _feet_apart(result, Body(), stance_deg)

    return Motion("squats", keys[-1][0], angles, reps)


def hinges(
    n: int = 3,
    pace: Pace = Pace(),
    *,
    lean_deg: float = 70.0,
    lumbar_deg: float = 10.0,
    knee_deg: float = 15.0,
    thigh_deg: float = 5.0,
    knees_first_s: float = 0.0,
) -> Motion:
    """Return a set of hip hinges."""
    keys, reps = pace.keys(n)
    ahead, _ = pace.keys(n, knees_first_s)

    def angles(t: Floats) -> dict[str, Floats]:
        down, legs = eased(t, keys), eased(t, ahead)
        return sagittal(thigh_deg * legs, lean_deg * down, knee_deg * legs, lumbar_deg * down)

    return Motion("hinges", keys[-1][0], angles, reps)


def one_legged(
    thighs: Mapping[str, Floats],
    knees: Mapping[str, Floats],
    trunk: Floats,
    lumbar: Floats,
    lean_share: float = 0.62,
) -> dict[str, Floats]:
    """Return joint angles from what is seen from the side, each leg for itself; see `sagittal`."""
    tilt = lean_share * lumbar - trunk
    result = {"pelvis_posterior_tilt": tilt, "lumbar_flexion": lumbar}
    for side in SIDES:
        result |= {f"hip_flexion_{side}": thighs[side] - tilt, f"knee_flexion_{side}": knees[side]}
    return result


def other_side(side: str) -> str:
    """Return the other side."""
    return "left" if side == "right" else "right"


def _stance_on_other(side_at: Callable[[Floats], npt.NDArray[np.str_]]) -> Callable[[Floats], Floats]:
    def stance(t: Floats) -> Floats:
        working = side_at(t)
        return np.where(working == "left", 1.0, np.where(working == "right", -1.0, 0.0))

    return stance


def _turns(
    reps: Sequence[RepTruth], sides: Sequence[str]
) -> tuple[tuple[RepTruth, ...], Callable[[Floats, str], npt.NDArray[np.bool_]]]:
    """Return repetitions with their sides taking turns, and a function that tells when a side works."""
    sided = tuple(replace(rep, side=sides[i % len(sides)]) for i, rep in enumerate(reps))

    def works(t: Floats, side: str) -> npt.NDArray[np.bool_]:
        mine = [(t >= rep.start_s) & (t <= rep.end_s) for rep in sided if rep.side == side]
        return np.any(mine, axis=0) if mine else np.zeros(len(t), dtype=bool)

    return sided, works


def marches(
    n: int = 4,
    pace: Pace = Pace(out_s=1.3, hold_s=0.6, back_s=2.0),
    *,
    height_deg: float = 80.0,
    sides: Sequence[str] = SIDES,
    round_deg: float = 0.0,
    arch_deg: float = 0.0,
    lean_deg: float = 0.0,
    stance_knee_deg: float = 0.0,
    drop_deg: float = 0.0,
    side_lean_deg: float = 0.0,
) -> Motion:
    """Return knee lifts on the spot, the sides taking turns; the pelvis takes its average share.

    Parameters
    ----------
    round_deg, arch_deg : float
        Lumbar flexion and extension at the top, beyond that share.
    lean_deg, side_lean_deg : float
        Trunk forward, and to the own right, at the top.
    stance_knee_deg, drop_deg : float
        Bend of the standing knee, and how far the pelvis sinks on the lifted side.
    """
    keys, reps = pace.keys(n)
    sided, works = _turns(reps, sides)

    def angles(t: Floats) -> dict[str, Floats]:
        up = eased(t, keys)
        share = 0.18 * height_deg * up
        lumbar = share + (round_deg - arch_deg) * up
        trunk = -(1 - 0.62) * share + lean_deg * up
        thighs = {side: height_deg * up * works(t, side) for side in SIDES}
        bend = {side: stance_knee_deg * up * works(t, other_side(side)) for side in SIDES}
        # A knee that gives way takes its thigh forward, so that the foot stays under the hip.
        legs = {side: thighs[side] + 0.5 * bend[side] for side in SIDES}
        knees = {side: 1.1 * thighs[side] + bend[side] for side in SIDES}
        result = one_legged(legs, knees, trunk, lumbar)
        result |= {f"foot_pitch_{side}": 0.2 * thighs[side] for side in SIDES}
        lifted = works(t, "left") * 1.0 - works(t, "right") * 1.0
        result["pelvis_drop_left"] = drop_deg * up * lifted
        result["trunk_bend_right"] = side_lean_deg * up * 1.6 + drop_deg * up * lifted
        return result

    def side_at(t: Floats) -> npt.NDArray[np.str_]:
        return np.where(works(t, "left"), "left", np.where(works(t, "right"), "right", ""))

    return Motion("marches", keys[-1][0], angles, sided, _stance_on_other(side_at))


def seated_lifts(
    n: int = 3,
    pace: Pace = Pace(out_s=1.0, hold_s=0.5, back_s=1.2, rest_s=0.8),
    *,
    height_deg: float = 18.0,
    sides: Sequence[str] = ("right",),
    lean_back_deg: float = 0.0,
    slump_deg: float = 0.0,
    knee_deg: float = 0.0,
    other_deg: float = 0.0,
    push_deg: float = 0.0,
) -> Motion:
    """Return long sitting with straight-leg lifts.

    Parameters
    ----------
    height_deg, other_deg : float
        How far the leg, and the other one, goes up.
    lean_back_deg, slump_deg, knee_deg, push_deg : float
        At the top: trunk back, lumbar flexion, bend of the lifted knee, arms behind the trunk.
    """
    keys, reps = pace.keys(n)
    sided, works = _turns(reps, sides)

    def angles(t: Floats) -> dict[str, Floats]:
        up = eased(t, keys)
        thighs, knees = {}, {}
        for side in SIDES:
            mine, theirs = works(t, side), works(t, other_side(side))
            bend = knee_deg * up * mine
            # The shank hangs from a bent knee: the thigh goes further up for the same height of the foot.
            thighs[side] = 90.0 + up * (height_deg * mine + other_deg * theirs) + 0.5 * bend
            knees[side] = 3.0 + bend
        result = one_legged(thighs, knees, -4.0 - lean_back_deg * up, 16.0 + slump_deg * up)
        result |= {f"foot_pitch_{side}": np.full(len(t), -70.0) for side in SIDES}
        result |= {f"shoulder_flexion_{side}": 25.0 - (25.0 + push_deg) * up for side in SIDES}
        result |= {f"elbow_flexion_{side}": np.full(len(t), 60.0 - 0.8 * min(push_deg, 60)) for side in SIDES}
        return result

    def side_at(t: Floats) -> npt.NDArray[np.str_]:
        return np.full(len(t), "")

    return Motion("seated lifts", keys[-1][0], angles, sided, _stance_on_other(side_at))


def lowerings(
    n: int = 3,
    pace: Pace = Pace(out_s=1.3, hold_s=1.0, back_s=3.6, rest_s=0.8),
    *,
    top_deg: float = 78.0,
    side: str = "right",
    arch_deg: float = 0.0,
    drop_at: float | None = None,
    drop_s: float = 0.35,
    stays_deg: float = 0.0,
) -> Motion:
    """Return standing knee lifts out of a leg that is stretched back.

    Parameters
    ----------
    top_deg : float
        Elevation of the thigh at the top; 14 degrees behind is the start.
    arch_deg : float
        Lumbar extension at the bottom of the way down.
    drop_at : float, optional
        The share of the way that is left when the leg is let drop, in ``drop_s``.
    stays_deg : float
        How far from the start posture every repetition ends.
    """
    keys, reps = pace.keys(n)
    if drop_at is not None:
        for rep in reps:
            at = next(i for i, key in enumerate(keys) if key[0] == rep.end_s)
            keys.insert(at, (rep.end_s - drop_s, drop_at))
    rest = -14.0

    def angles(t: Floats) -> dict[str, Floats]:
        up = eased(t, keys)
        left = np.zeros(len(t))
        low = np.zeros(len(t))
        for rep in reps:
            left = np.maximum(left, smooth_step((t - rep.hold_end_s) / (rep.end_s - rep.hold_end_s)))
            late = (t - rep.hold_end_s) / (rep.end_s - rep.hold_end_s)
            fades = smooth_step((rep.end_s + 0.6 - t) / 0.5)
            low = np.maximum(low, smooth_step((late - 0.35) / 0.4) * fades * (t > rep.hold_end_s))
        thigh = rest + (top_deg - rest) * up + stays_deg * left * (1 - up)
        share = 0.16 * (top_deg - rest) * up
        lumbar = share - arch_deg * low
        thighs = {side: thigh, other_side(side): np.zeros(len(t))}
        knees = {side: 28.0 + 60.0 * up, other_side(side): np.zeros(len(t))}
        result = one_legged(thighs, knees, -0.38 * share, lumbar)
        result[f"foot_pitch_{side}"] = 45.0 * (1 - up)
        return result

    def side_at(t: Floats) -> npt.NDArray[np.str_]:
        return np.full(len(t), side)

    sided = tuple(replace(rep, side=side) for rep in reps)
    return Motion("lowerings", keys[-1][0], angles, sided, _stance_on_other(side_at))


def bench_lowerings(
    n: int = 2,
    pace: Pace = Pace(out_s=1.5, hold_s=1.0, back_s=3.6, rest_s=0.8),
    *,
    knee_deg: float = 0.0,
    slip_deg: float = 0.0,
    side: str = "right",
) -> Motion:
    """Return the same lying at the edge of a bench, the other knee held to the chest.

    Parameters
    ----------
    knee_deg : float
        How much further the working knee bends on the way.
    slip_deg : float
        How far the held knee slips away.
    """
    keys, reps = pace.keys(n)

    def angles(t: Floats) -> dict[str, Floats]:
        up = eased(t, keys)
        flat = np.zeros(len(t))
        held = other_side(side)
        return {
            "pelvis_posterior_tilt": flat + 88.0,
            f"hip_flexion_{side}": -12.0 + 70.0 * up,
            f"knee_flexion_{side}": 70.0 + knee_deg * up,
            f"hip_flexion_{held}": 112.0 - slip_deg * up,
            f"knee_flexion_{held}": flat + 120.0,
            f"foot_pitch_{side}": flat - 20.0,
            "lift_m": flat,
        }

    sided = tuple(replace(rep, side=side) for rep in reps)
    return Motion("bench lowerings", keys[-1][0], angles, sided)


def supine_marches(
    n: int = 2,
    pace: Pace = Pace(out_s=1.3, hold_s=0.5, back_s=1.8, rest_s=0.6),
    *,
    rest_deg: float = 52.0,
    top_deg: float = 84.0,
    side: str = "right",
) -> Motion:
    """Return one thigh lifted lying on the back, feet flat; degrees are the hip's flexion at rest and on top.

    The thigh is up by half already, so that the way is a short one.
    """
    keys, reps = pace.keys(n)

    def angles(t: Floats) -> dict[str, Floats]:
        up = eased(t, keys)
        flat = np.zeros(len(t))
        still = other_side(side)
        return {
            "pelvis_posterior_tilt": flat + 90.0,
            f"hip_flexion_{side}": rest_deg + (top_deg - rest_deg) * up,
            f"knee_flexion_{side}": 105.0 - 12.0 * up,
            f"hip_flexion_{still}": flat + rest_deg,
            f"knee_flexion_{still}": flat + 105.0,
            "lift_m": flat,
        }

    sided = tuple(replace(rep, side=side) for rep in reps)
    return Motion("supine marches", keys[-1][0], angles, sided)


def couch_stretches(
    n: int = 3,
    pace: Pace = Pace(out_s=1.3, hold_s=0.5, back_s=1.3, rest_s=0.8),
    *,
    thigh_deg: float = 22.0,
    lumbar_deg: float = 9.0,
    lean_deg: float | None = None,
    trunk_late_s: float = 0.0,
    turn_deg: float = 0.0,
    side: str = "right",
) -> Motion:
    """Return half-kneeling with the rear shin up: the hip goes forward, the trunk a little back.

    Parameters
    ----------
    thigh_deg, lumbar_deg : float
        How far the rear thigh goes back, and lumbar extension.
    lean_deg : float, optional
        How far the trunk leans back; by default what the spine takes it.
    trunk_late_s : float
        How long after the thigh the trunk sets off.
    turn_deg : float
        Turn of the whole body to the camera at the end.
    """
    keys, reps = pace.keys(n)
    late, _ = pace.keys(n, -trunk_late_s)
    lean = 0.5 * lumbar_deg if lean_deg is None else lean_deg

    def angles(t: Floats) -> dict[str, Floats]:
        out, after = eased(t, keys), eased(t, late)
        front = other_side(side)
        thighs = {side: 6.0 - thigh_deg * out, front: 84.0 - 0.5 * thigh_deg * out}
        knees = {side: 124.0 - thigh_deg * out, front: 84.0 + 0.3 * thigh_deg * out}
        result = one_legged(thighs, knees, 2.0 - lean * after, -lumbar_deg * after)
        result[f"foot_pitch_{side}"] = np.full(len(t), 150.0)
        result["heading"] = turn_deg * out
        return result

    def side_at(t: Floats) -> npt.NDArray[np.str_]:
        return np.full(len(t), side)

    sided = tuple(replace(rep, side=side) for rep in reps)
    return Motion("couch stretches", keys[-1][0], angles, sided, _stance_on_other(side_at))


def walking(duration_s: float = 5.0, stride_s: float = 1.1, heading_deg: float = 0.0) -> Motion:
    """Return level walking that begins and ends in standing: textbook-like hip and knee curves."""

    def swing(t: Floats) -> Floats:
        return smooth_step(t / 0.5) * smooth_step((duration_s - t) / 0.5)

    def angles(t: Floats) -> dict[str, Floats]:
        phase = 2 * np.pi * t / stride_s
        size = swing(t)
        result = {"heading": np.full(len(t), heading_deg), "pelvis_posterior_tilt": -2.0 * size}
        for side, shift in (("left", 0.0), ("right", np.pi)):
            p = phase + shift
            result[f"hip_flexion_{side}"] = size * (8 + 22 * np.cos(p))
            bend = 8 + 50 * np.clip(np.cos(p + 1.15), 0, 1) ** 2 + 8 * np.clip(np.cos(p - 0.7), 0, 1)
            result[f"knee_flexion_{side}"] = size * bend
            result[f"foot_pitch_{side}"] = size * 35 * np.clip(np.cos(p + 1.9), 0, 1)
            result[f"shoulder_flexion_{side}"] = -size * 18 * np.cos(p)
        return result

    def stance(t: Floats) -> Floats:
        # The leg that moves backward bears the weight.
        return np.where(np.sin(2 * np.pi * t / stride_s) > 0, -1.0, 1.0)

    return Motion("walking", duration_s, angles, (), stance)


def turning(angle_deg: float, duration_s: float = 1.5) -> Motion:
    """Return a turn on the spot, to the left if positive."""
    return keyed("turning", duration_s, {"heading": [(0.0, 0.0), (duration_s, angle_deg)]})


def walking_in(then: Motion, seconds: float = 2.4) -> Motion:
    """Return somebody who walks to the place from the left, turns, does something, turns and walks on."""
    coming = replace(walking(seconds, heading_deg=90.0), name="coming in")
    going = one_after_the_other(turning(-180.0), walking(seconds))
    whole = one_after_the_other(coming, turning(-90.0), standing(0.5), then, standing(0.5), going)
    return replace(whole, home_s=seconds + 1.5, name=f"walking in, {then.name}, walking out")


def sitting_down(seated_s: float = 4.0, stand_s: float = 3.0) -> Motion:
    """Return somebody who stands, sits down and stays seated."""
    end = stand_s + 1.6
    keys = [(stand_s, 0.0), (end, 1.0)]

    def angles(t: Floats) -> dict[str, Floats]:
        down = eased(t, keys)
        bow = eased(t, [(stand_s, 0.0), (stand_s + 0.9, 1.0), (end + 0.5, 0.15)])
        return _feet_apart(sagittal(88.0 * down, 35.0 * bow, 90.0 * down, 10.0 * down), Body(), 6.0)

    return Motion("sitting down", end + seated_s, angles)


def reaching_for_the_phone(lean_deg: float = 40.0) -> Motion:
    """Return somebody side-on who walks to the camera, bends to the phone, and walks back to the place."""
    there = walking(2.2)
    keys: Keys = [(0.3, 0.0), (1.2, lean_deg), (2.6, lean_deg), (3.4, 0.0)]

    def angles(t: Floats) -> dict[str, Floats]:
        lean = eased(t, keys)
        bent = sagittal(0.3 * lean, lean, 0.6 * lean, 0.4 * lean)
        return bent | {"shoulder_flexion_right": 80.0 * lean / lean_deg}

    bending = Motion("reaching", 4.0, angles)
    return replace(
        one_after_the_other(
            standing(2.0),
            turning(-90.0),
            there,
            bending,
            turning(180.0),
            walking(2.2),
            turning(-90.0),
            standing(3.0),
        ),
        name="reaching for the phone",
    )


def landing(height_m: float = 1.2) -> Motion:
    """Return somebody who comes down through the air into a crouch, and stays in it."""
    fall_s = float(np.sqrt(2 * height_m / 9.81))

    def angles(t: Floats) -> dict[str, Floats]:
        since = t - 1.0
        lift = height_m - 0.5 * 9.81 * np.clip(since, 0.0, fall_s) ** 2
        crouch = eased(since, [(fall_s - 0.1, 0.0), (fall_s + 0.5, 1.0)])
        result = sagittal(95.0 * crouch, 45.0 * crouch, 120.0 * crouch, 25.0 * crouch)
        forward = 1.0 * np.clip(since, 0.0, fall_s)
        return result | {"lift_m": lift, "forward_m": forward}

    return Motion("landing", 1.0 + fall_s + 3.0, angles)


def one_legged_lift(n: int = 3) -> Motion:
    """Return knee lifts of one leg only, high enough for a squat's thigh angle."""
    return replace(marches(n, height_deg=85.0, sides=("right",)), reps=(), name="one-legged lift")


def resting_swing(duration_s: float = 12.0, size_deg: float = 9.0, hz: float = 0.4) -> Motion:
    """Return somebody who rocks at rest, as people do while they wait."""

    def angles(t: Floats) -> dict[str, Floats]:
        rock = size_deg * smooth_step(t / 2.0) * np.sin(2 * np.pi * hz * t)
        return sagittal(np.abs(rock), 0.7 * rock, 1.6 * np.abs(rock), 0.2 * rock)

    return Motion("resting swing", duration_s, angles)


# -- the camera ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Camera:
    """A level pinhole camera that looks at where the person is at first.

    Parameters
    ----------
    yaw_deg : float
        0 sees the right side (the person faces the picture's right), 90 the front, 180 the left side,
        -90 the back; 45 and 135 are obliquely from the front, -45 and -135 obliquely from behind.
    distance_m, height_m : float
        From the person, and above the floor.
    focal : float
        Focal length as a share of the picture's height; 1.0 is a phone held upright.
    roll_deg : float
        The picture's content turned clockwise by this.
    shift : tuple of float
        Moves the picture's content right and down by a share of the picture's height, to crop it.
    mirrored : bool
        The picture is flipped, as selfie cameras do; the model then calls the left side the right one.
    """

    yaw_deg: float = 0.0
    distance_m: float = 3.2
    height_m: float = 0.95
    focal: float = 1.1
    roll_deg: float = 0.0
    width_px: int = 720
    height_px: int = 1280
    shift: tuple[float, float] = (0.0, 0.0)
    mirrored: bool = False

    def project(self, world_m: Floats) -> tuple[Floats, Floats]:
        """Return pixels (..., 2) and metres in the camera's axes (..., 3): x right, y down, z away."""
        yaw = np.radians(self.yaw_deg)
        right = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
        away = -np.array([np.sin(yaw), 0.0, np.cos(yaw)])
        seen = np.stack(
            [world_m @ right, self.height_m - world_m[..., 1], world_m @ away + self.distance_m], axis=-1
        )
        turn = np.radians(self.roll_deg)
        roll = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        flat = seen[..., :2] / np.maximum(seen[..., 2:], 0.3) @ roll.T
        pixels = flat * self.focal * self.height_px
        pixels += [self.width_px / 2, self.height_px / 2]
        pixels += np.array(self.shift) * self.height_px
        return pixels, np.concatenate([seen[..., :2] @ roll.T, seen[..., 2:]], axis=-1)


# -- flaws ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Flaws:
    """What a landmark model and a recording do to the truth.

    Parameters
    ----------
    noise : float
        Standard deviation of each coordinate as a share of the person's height.
    noise_s : float
        Over which time that noise stays similar.
    far_noise : float
        Factor on the noise of the side away from the camera, which is guessed rather than seen.
    drop : float
        Share of frames that are missing from the track.
    jitter : float
        Share of a frame by which each presentation time varies.
    lost_s : sequence of (start, end)
        When nobody is found.
    exchanged_s : sequence of (start, end)
        When left and right leg are exchanged.
    exchanged_frames : float
        Share of single frames with exchanged legs.
    other_s : sequence of (start, end)
        When somebody else is tracked, further away and aside.
    """

    noise: float = 0.0
    noise_s: float = 0.08
    far_noise: float = 2.0
    drop: float = 0.0
    jitter: float = 0.0
    lost_s: Sequence[tuple[float, float]] = ()
    exchanged_s: Sequence[tuple[float, float]] = ()
    exchanged_frames: float = 0.0
    other_s: Sequence[tuple[float, float]] = ()
    seed: int = 0


CLEAN = Flaws()
REAL = Flaws(noise=0.006, noise_s=0.4, drop=0.05, jitter=0.2)
"""About what MediaPipe's own smoothing leaves: in nine seconds of real standing its landmarks wandered by
.8 to 1.4 % of height, sway included, and moved by .10 to .15 % between frames, most of it slowly."""
ROUGH = Flaws(noise=0.008, noise_s=0.08, drop=0.2, jitter=0.4)
"""Worse than any clip that we hold: quick noise and every fifth frame lost."""


def frame_times(duration_s: float, fps: float, flaws: Flaws, rng: np.random.Generator) -> Floats:
    """Return presentation times."""
    t_s = np.arange(int(duration_s * fps) + 1) / fps
    t_s = t_s + rng.uniform(-0.5, 0.5, len(t_s)) * flaws.jitter / fps
    t_s -= min(t_s[0], 0.0)
    return np.asarray(t_s[rng.random(len(t_s)) >= flaws.drop])


def world(motion: Motion, t_s: Floats, body: Body = Body()) -> Floats:
    """Return the landmarks in the room, feet in contact with the floor; metres, shape (T, 33, 3)."""
    grid = np.arange(0.0, motion.duration_s + 2 / GRID_HZ, 1 / GRID_HZ)
    path = _pelvis_path(motion, grid, body)
    angles = motion.at(t_s)
    turned = _turn(_Y, angles["heading"])
    points = np.einsum("tij,tkj->tki", turned, skeleton(angles, body))
    pelvis = np.stack([np.interp(t_s, grid, column) for column in path.T], axis=1)
    return np.asarray(points + pelvis[:, None])


def _pelvis_path(motion: Motion, grid: Floats, body: Body) -> Floats:
    """Return where mid-hip is: the foot that bears the weight stays put, and feet never sink in."""
    angles = motion.at(grid)
    turned = _turn(_Y, angles["heading"])
    points = np.einsum("tij,tkj->tki", turned, skeleton(angles, body))
    feet = {side: points[:, LEG[side][3:]].mean(axis=1) for side in SIDES}
    stance = motion.stance(grid)[1:, None]
    moved = {side: -np.diff(place, axis=0) for side, place in feet.items()}
    step = np.where(
        stance < 0, moved["left"], np.where(stance > 0, moved["right"], (moved["left"] + moved["right"]) / 2)
    )
    path = np.concatenate([np.zeros((1, 3)), np.cumsum(step, axis=0)])
    soles = points[:, np.concatenate([LEG["left"][3:], LEG["right"][3:]]), 1]
    path[:, 1] = -soles.min(axis=1)
    offset = np.stack([angles["forward_m"], angles["lift_m"], angles["right_m"]], axis=1)
    home = np.array(
        [[np.interp(motion.home_s, grid, path[:, 0]), 0.0, np.interp(motion.home_s, grid, path[:, 2])]]
    )
    return np.asarray(path - home + offset)


def film(
    motion: Motion,
    camera: Camera = Camera(),
    flaws: Flaws = CLEAN,
    *,
    fps: float = 30.0,
    body: Body = Body(),
) -> PoseTrack:
    """Return what a pose model would make of a motion."""
    rng = np.random.default_rng(flaws.seed)
    t_s = frame_times(motion.duration_s, fps, flaws, rng)
    pixels, seen_m = camera.project(world(motion, t_s, body))
    far = _far_side(seen_m)
    tall_px = camera.focal * camera.height_px * body.height_m / camera.distance_m
    noise = _noise(t_s, pixels.shape, flaws, rng) * np.where(far, flaws.far_noise, 1.0)[..., None]
    pixels = pixels + noise * tall_px
    metres = seen_m - seen_m[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]].mean(axis=1, keepdims=True)
    metres[..., :2] += noise * body.height_m
    outside = ((pixels < 0) | (pixels > [camera.width_px, camera.height_px])).any(axis=-1)
    visibility = np.where(outside, 0.15, np.where(far, 0.75, 0.98))
    if camera.mirrored:
        pixels, metres, visibility = _flipped(pixels, metres, visibility, camera.width_px)
    _exchange(t_s, (pixels, metres, visibility), flaws, rng)
    pixels = _other_person(t_s, pixels, camera, flaws)
    lost = _during(t_s, flaws.lost_s)
    for array in (pixels, metres, visibility):
        array[lost] = np.nan
    return _track(t_s, pixels, metres, visibility, motion.name, camera)


def _track(
    t_s: Floats, pixels: Floats, metres: Floats, visibility: Floats, name: str, camera: Camera
) -> PoseTrack:
    n = len(t_s)
    return PoseTrack(
        t_s=t_s,
        landmarks_px=pixels,
        landmarks_m=metres,
        visibility=visibility,
        edges_px=np.full((n, 2, N_EDGE, 2), np.nan),
        edge_confidence=np.zeros((n, 2, N_EDGE)),
        edge_occluded=np.zeros((n, 2, N_EDGE), dtype=np.bool_),
        origin=Origin(
            name=name,
            duration_s=float(t_s[-1] - t_s[0]),
            fps=float((n - 1) / (t_s[-1] - t_s[0])),
            width_px=camera.width_px,
            height_px=camera.height_px,
        ),
    )


def _far_side(seen_m: Floats) -> npt.NDArray[np.bool_]:
    """Return which landmarks belong to the side that the body hides, shape (T, 33)."""
    result = np.zeros(seen_m.shape[:2], dtype=bool)
    depth = seen_m[:, Landmark.LEFT_HIP, 2] - seen_m[:, Landmark.RIGHT_HIP, 2]
    width = np.abs(seen_m[:, Landmark.LEFT_HIP, 0] - seen_m[:, Landmark.RIGHT_HIP, 0])
    for side, further in (("left", depth > width), ("right", -depth > width)):
        members = [landmark for landmark in Landmark if side.upper() in landmark.name]
        result[:, members] = further[:, None]
    return result


def _noise(t_s: Floats, shape: tuple[int, ...], flaws: Flaws, rng: np.random.Generator) -> Floats:
    """Return first-order correlated noise of unit size times ``flaws.noise``."""
    if not flaws.noise:
        return np.zeros(shape)
    keep = float(np.exp(-np.median(np.diff(t_s)) / flaws.noise_s))
    white = rng.standard_normal(shape)
    white[1:] *= np.sqrt(1 - keep**2)
    return np.asarray(flaws.noise * lfilter([1.0], [1.0, -keep], white, axis=0))


def _flipped(
    pixels: Floats, metres: Floats, visibility: Floats, width_px: int
) -> tuple[Floats, Floats, Floats]:
    flip = np.array([-1.0, 1.0, 1.0])
    return (
        pixels[:, MIRROR] * flip[:2] + [width_px, 0.0],
        metres[:, MIRROR] * flip,
        visibility[:, MIRROR],
    )


def _during(t_s: Floats, spans: Sequence[tuple[float, float]]) -> npt.NDArray[np.bool_]:
    result = np.zeros(len(t_s), dtype=bool)
    for start, end in spans:
        result |= (t_s >= start) & (t_s <= end)
    return result


def _exchange(t_s: Floats, arrays: Sequence[Floats], flaws: Flaws, rng: np.random.Generator) -> None:
    which = _during(t_s, flaws.exchanged_s)
    if flaws.exchanged_frames:
        which |= rng.random(len(t_s)) < flaws.exchanged_frames
    frames = np.flatnonzero(which)[:, None]
    for array in arrays:
        kept = array[frames, LEG["left"]].copy()
        array[frames, LEG["left"]] = array[frames, LEG["right"]]
        array[frames, LEG["right"]] = kept


def _other_person(t_s: Floats, pixels: Floats, camera: Camera, flaws: Flaws) -> Floats:
    """Return the pixels with somebody smaller, further aside, in the first posture, in some spans."""
    which = _during(t_s, flaws.other_s)
    middle = pixels[0].mean(axis=0)
    other = (pixels[0] - middle) * 0.6 + middle + [0.3 * camera.height_px, -0.05 * camera.height_px]
    return np.where(which[:, None, None], other[None], pixels)
