"""What each exercise looks like: a pose for every moment. Numbers are a physiotherapist's demonstration."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from contact import bisect, lowest_z
from garments import Layer
from motion import Moment, ease
from posture import SIGN, Arm, FreeLeg, PlantedLeg, Pose, Trunk, place
from skeleton import INDEX, SIDES, Body, Placement, Surface, rot_x, rot_y

SHOE_M = 0.022
K_TRUNK = 0.64  # share of lumbar flexion that shows in the hip-shoulder line


class Performer:
    """A body with what contact needs: ankle height, chest depth, limb lengths, contact surfaces."""

    def __init__(self, body: Body, layers: list[Layer], options: dict) -> None:
        self.body, self.options = body, options
        self.near = options.get("near_side", "right")
        self.far = "left" if self.near == "right" else "right"
        self.ankle_m = body.rest("foot_left")[2] - (body.sole_z - SHOE_M)
        self.thigh_m = np.linalg.norm(body.rest("shank_left") - body.rest("thigh_left"))
        self.shank_m = np.linalg.norm(body.rest("foot_left") - body.rest("shank_left"))
        self.leg_m = self.thigh_m + self.shank_m
        bones = [("upper_arm_root", "forearm"), ("forearm", "hand")]
        self.arm_m = sum(np.linalg.norm(body.rest(f"{b}_left") - body.rest(f"{a}_left")) for a, b in bones)
        self.shoes = next(layer.surface for layer in layers if layer.material == "shoe")
        self.cloth = next(layer.surface for layer in layers if layer.material == "legwear")
        self.shirt = next(layer.surface for layer in layers if layer.material == "shirt")
        shoulder_z = body.rest("upper_arm_left")[2]
        v = self.shirt.vertices
        band = (np.abs(v[:, 1]) < 0.13) & (v[:, 2] > shoulder_z - 0.24) & (v[:, 2] < shoulder_z - 0.06)
        self.chest_x = v[band, 0].max()

    def shoe_of(self, side: str) -> Surface:
        """Take the vertices of one shoe (no faces)."""
        mine = np.sign(self.shoes.vertices[:, 1]) == SIGN[side]
        return Surface(self.shoes.vertices[mine], np.zeros((0, 3), int), self.shoes.weights[mine])

    def ankle(self, side: str, x: float, half_stance_m: float) -> np.ndarray:
        """Ankle position of a flat foot."""
        return np.array([x, SIGN[side] * half_stance_m, self.ankle_m])

    def stand_z(self, trunk: Trunk, side: str, ankle: np.ndarray, knee_deg: float) -> float:
        """Pelvis height at which one leg's line angle at the knee is `knee_deg`."""
        turn = rot_y(-trunk.posterior_tilt_deg) @ rot_x(trunk.obliquity_deg)
        offset = turn @ (self.body.rest(f"thigh_{side}") - self.body.rest("pelvis"))
        hip = np.asarray(trunk.pelvis_position) + offset
        reach2 = (
            self.thigh_m**2 + self.shank_m**2 + 2 * self.thigh_m * self.shank_m * np.cos(np.radians(knee_deg))
        )
        flat2 = (hip[0] - ankle[0]) ** 2 + (hip[1] - ankle[1]) ** 2
        return float(ankle[2] + np.sqrt(max(reach2 - flat2, 1e-4)) - offset[2])

    def trunk(
        self,
        m: Moment,
        x: float,
        y: float,
        tilt: float,
        lumbar: float,
        thoracic: float = 0.0,
        neck: float = 0.0,
        **more: float,
    ) -> Trunk:
        """Make a trunk with sway added; pelvis height still to be found."""
        s = m.sway
        turn = self.options.get("head_turn_deg", 0.0) * -SIGN[self.far] + m.head_turn * 55 * SIGN[self.near]
        return Trunk(
            np.array([x + s.get("x_m", 0), y + s.get("y_m", 0), 0.9]),
            tilt + s.get("tilt_deg", 0),
            lumbar_flexion_deg=lumbar + s.get("lumbar_deg", 0),
            thoracic_flexion_deg=thoracic
            + m.faults.get("thoracic_deg", 0) * shape(m.q)
            + s.get("thoracic_deg", 0),
            neck_flexion_deg=neck + s.get("head_deg", 0),
            head_turn_deg=turn,
            **more,
        )

    def on_feet(self, trunk: Trunk, side: str, ankle: np.ndarray, knee_deg: float) -> Trunk:
        """Put the trunk at the height that one planted leg gives it."""
        x, y, _ = trunk.pelvis_position
        return replace(trunk, pelvis_position=np.array([x, y, self.stand_z(trunk, side, ankle, knee_deg)]))

    def balance_x(self, spot: Placement) -> float:
        """Forward position of the body's centre of mass, m."""
        p = spot.position
        shoulders = (p[INDEX["upper_arm_left"]] + p[INDEX["upper_arm_right"]]) / 2
        hips = p[INDEX["pelvis"]]
        thighs = np.mean([p[INDEX[f"thigh_{s}"]] + p[INDEX[f"shank_{s}"]] for s in SIDES], axis=0) / 2
        shanks = np.mean([p[INDEX[f"shank_{s}"]] + p[INDEX[f"foot_{s}"]] for s in SIDES], axis=0) / 2
        return float((0.68 * (hips + 0.6 * (shoulders - hips)) + 0.21 * thighs + 0.11 * shanks)[0])


def arms(who: Performer, m: Moment) -> dict[str, Arm]:
    """Both arms in the clip's posture, blended from hanging while `m.arms` rises."""
    kind = who.options.get("arms", "crossed")
    result = {}
    for side in SIDES:
        hanging = hang(who, side, m)
        if kind == "hanging" or m.arms <= 0:
            result[side] = hanging
        else:
            result[side] = {"crossed": crossed, "forward": forward, "behind": behind, "sides": sides}[kind](
                who, side, m
            )
            if m.arms < 1:
                result[side] = replace(result[side], wrist=blend_in_front(who, side, result[side], m.arms))
    return result


def hang(who: Performer, side: str, m: Moment) -> Arm:
    """Relaxed beside the trunk; `arm_drift_deg` carries the arm back as the repetition proceeds."""
    drift = who.options.get("arm_drift_deg", 0.0) * np.sin(2 * np.pi * m.t_s / 4.7) ** 2
    direction = rot_y(drift - 4) @ np.array([0, 0, -1.0])
    offset = 0.965 * who.arm_m * direction + np.array([0, SIGN[side] * 0.085, 0])
    return Arm(offset, np.array([-1.0, 0.35 * SIGN[side], 0]), np.array([0, -SIGN[side], 0.0]), "hang")


def crossed(who: Performer, side: str, m: Moment) -> Arm:
    """Hands on the opposite upper chest, forearms crossed."""
    shoulder = who.body.rest(f"upper_arm_{side}")
    near = side == "left"
    wrist = np.array(
        [
            who.chest_x + (0.052 if near else 0.025),
            -SIGN[side] * 0.010,
            shoulder[2] - (0.105 if near else 0.150) * who.body.height_m / 1.75,
        ]
    )
    return Arm(wrist, np.array([-0.25, 1.0 * SIGN[side], -0.55]), np.array([-1.0, 0, 0]), "chest", 12.0, 24.0)


def forward(who: Performer, side: str, m: Moment) -> Arm:
    """Reaching forward as a counterweight while the body goes down, hanging at rest."""
    up = float(ease(min(1.0, 1.4 * m.q)))
    direction = rot_y(-4 - 84 * up) @ np.array([0, 0, -1.0])
    offset = 0.96 * who.arm_m * direction + np.array([0, SIGN[side] * 0.085 * (1 - up), 0])
    return Arm(
        offset, np.array([-0.3, 0.6 * SIGN[side], -0.7]), np.array([0, -SIGN[side], 0.0]), "hang", 8.0 * up
    )


def behind(who: Performer, side: str, m: Moment) -> Arm:
    """Hands clasped behind the lower back."""
    back = who.body.rest("l3")
    wrist = np.array([back[0] - 0.100, SIGN[side] * 0.035, back[2] - 0.02])
    return Arm(wrist, np.array([-1.0, 0.8 * SIGN[side], 0.0]), np.array([-1.0, 0, 0]), "chest", -6.0)


def sides(who: Performer, side: str, m: Moment) -> Arm:
    """Lying straight beside a supine trunk, palms down."""
    offset = np.array([0.93 * who.arm_m, SIGN[side] * 0.14, -0.02])
    return Arm(offset, np.array([0.0, 0.5 * SIGN[side], -0.3]), np.array([0, 0, -1.0]), "hang")


def blend_in_front(who: Performer, side: str, goal: Arm, share: float) -> np.ndarray:
    """Find the wrist (in chest space) on its way from hanging to `goal`, in front of the trunk."""
    shoulder = who.body.rest(f"upper_arm_{side}")
    low = shoulder + np.array([0.06, SIGN[side] * 0.085, -0.95 * who.arm_m])
    path = (1 - share) * low + share * goal.wrist
    return path + np.array([0.16, SIGN[side] * 0.05, 0]) * np.sin(np.pi * share)


def shape(q: float) -> float:
    """How a fault grows with the repetition."""
    return float(np.clip(q, 0, 1.2)) ** 1.4


def squat(who: Performer, m: Moment) -> Pose:
    """Feet a little wider than the hips; hips back and down; the trunk leans as far as balance asks."""
    q = m.q
    ankles = {s: who.ankle(s, 0.0, 0.165) for s in SIDES}
    knee = 5 + (who.options.get("depth_deg", 98) - 5) * q
    lean_shank = 3 + 27 * q
    x = who.shank_m * np.sin(np.radians(lean_shank)) - who.thigh_m * np.sin(np.radians(knee - lean_shank))
    lumbar = 7 * q**2 + m.faults.get("round_deg", 0) * shape(q)
    legs = {s: PlantedLeg(ankles[s], 14.0) for s in SIDES}

    def pose(tilt: float) -> Pose:
        neck = 0.55 * (tilt - lumbar)
        trunk = who.on_feet(
            who.trunk(m, x, 0, tilt, lumbar, 3 * q, max(neck, -32)), "left", ankles["left"], knee
        )
        return Pose(trunk, legs, arms(who, m))

    best = bisect(lambda tilt: -(who.balance_x(place(who.body, pose(tilt), False)) - 0.030), -75, 15, 18)
    return pose(q * best)


def hip_hinge(who: Performer, m: Moment) -> Pose:
    """Soft knees, the pelvis tips forward over the thighs, the hips travel back."""
    q = m.q
    ankles = {s: who.ankle(s, 0.0, 0.12) for s in SIDES}
    round_deg = m.faults.get("round_deg", 0) * shape(q)
    tilt = -(who.options.get("hinge_deg", 62) - 0.45 * m.faults.get("round_deg", 0)) * q
    lumbar = 6 * q + round_deg
    legs = {s: PlantedLeg(ankles[s], 8.0) for s in SIDES}

    def pose(x: float) -> Pose:
        trunk = who.trunk(m, x, 0, tilt, lumbar, 2 * q + 0.35 * round_deg, 0.3 * tilt)
        return Pose(who.on_feet(trunk, "left", ankles["left"], 5 + 15 * q), legs, arms(who, m))

    return pose(bisect(lambda x: who.balance_x(place(who.body, pose(x), False)) - 0.028, -0.35, 0.12, 18))


def stand_on_one(
    who: Performer,
    m: Moment,
    side: str,
    trunk_angles: dict[str, float],
    shift: float,
    half_stance_m: float = 0.075,
) -> tuple[Trunk, dict[str, np.ndarray]]:
    """Trunk over the standing leg, and both ankles' resting places."""
    stance = "left" if side == "right" else "right"
    ankles = {s: who.ankle(s, 0.0, half_stance_m) for s in SIDES}
    y = SIGN[stance] * half_stance_m * 0.72 * shift
    knee = 4 + m.faults.get("stance_knee_deg", 0) * shape(m.q)
    trunk = who.trunk(
        m,
        -0.005,
        y,
        obliquity_deg=SIGN[side] * 1.5 * shift,
        side_bend_deg=-SIGN[side] * -1.5 * shift,
        **trunk_angles,
    )
    return who.on_feet(trunk, stance, ankles[stance], knee), ankles


def swing_leg(
    who: Performer,
    trunk: Trunk,
    side: str,
    planted: dict,
    elevation_deg: float,
    knee_deg: float,
    share: float,
    top_pitch_deg: float = 12.0,
) -> FreeLeg:
    """Lift a leg that leaves the ground without a jump and clears it on the way."""
    others = {s: PlantedLeg(planted[s]) for s in SIDES}
    spot = place(who.body, Pose(trunk, others, {}), False)
    hip, knee, ankle = (spot.position[INDEX[f"{n}_{side}"]] for n in ("thigh", "shank", "foot"))
    line = knee - hip
    first = np.degrees(np.arctan2(line[0], -line[2]))
    out = SIGN[side] * np.degrees(np.arcsin(line[1] / np.linalg.norm(line)))
    cosine = line @ (ankle - knee) / (who.thigh_m * who.shank_m)
    bend = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    leg = FreeLeg(
        first + (elevation_deg - first) * share,
        bend + (knee_deg - bend) * min(1.0, 1.25 * share),
        out * (1 - 0.7 * share),
    )
    return with_toe_off(who, spot, trunk, side, leg, top_pitch_deg)


def with_toe_off(
    who: Performer, spot: Placement, trunk: Trunk, side: str, leg: FreeLeg, top_pitch_deg: float
) -> FreeLeg:
    """Pitch the foot down as its ankle rises, as far as the toes stay on or above the ground."""
    hip = spot.position[INDEX[f"thigh_{side}"]]
    down = rot_y(-leg.elevation_deg) @ np.array([0, 0, -1.0])
    shank = rot_y(leg.knee_flexion_deg - leg.elevation_deg) @ np.array([0, 0, -1.0])
    rise = (hip + who.thigh_m * down + who.shank_m * shank)[2] - who.ankle_m
    pitch = np.degrees(np.arcsin(np.clip(rise / (0.16 * who.body.height_m / 1.75), 0, 0.5)))
    hanging = leg.knee_flexion_deg - leg.elevation_deg + top_pitch_deg
    return replace(leg, foot_pitch_deg=float(min(pitch, max(hanging, 0))))


def march(who: Performer, m: Moment) -> Pose:
    """Stand tall, lift one thigh to about hip height, lower slowly; 18 % of it is pelvic rhythm."""
    q, side = m.q, who.near if m.side in ("both", "near") else (who.far if m.side == "far" else m.side)
    target = who.options.get("target_deg", 88)
    elevation = target * q
    arch, rounding = (m.faults.get(n, 0) * shape(q) for n in ("arch_deg", "round_deg"))
    rhythm = 0.18 * elevation * float(ease(min(1.0, q * 2)))
    lumbar = rhythm + rounding - arch
    tilt = rhythm + 0.75 * rounding - 0.45 * arch + m.faults.get("lean_back_deg", 0) * shape(q)
    angles = {"tilt": tilt, "lumbar": lumbar, "thoracic": 0.2 * rounding, "neck": 0.5 * (tilt - lumbar)}
    shift = float(ease(min(1.0, 3.5 * q)))
    trunk, ankles = stand_on_one(who, m, side, angles, shift)
    stance = "left" if side == "right" else "right"
    legs = {stance: PlantedLeg(ankles[stance]), side: swing_leg(who, trunk, side, ankles, target, 92, q)}
    return Pose(trunk, legs, arms(who, m))


def lengthened_lowering(who: Performer, m: Moment) -> Pose:
    """Standing with the near leg stretched back; lift the knee, then lower slowly to the same length."""
    q, side = m.q, who.near
    stance = who.far
    arch = m.bottom_faults.get("arch_deg", 0) * m.bottom
    rhythm = 0.16 * 80 * q
    tilt, lumbar = -4 + rhythm - 0.55 * arch, -4 + rhythm - arch
    trunk, ankles = stand_on_one(
        who, m, side, {"tilt": tilt, "lumbar": lumbar, "neck": 0.5 * (tilt - lumbar)}, 0.9
    )
    elevation = -14 + 98 * q - 0.4 * arch * (1 - q)
    knee = 24 + 68 * ease(min(1.0, 1.2 * q))
    leg = FreeLeg(elevation, knee, -2.0)
    neutral = Pose(trunk, {stance: PlantedLeg(ankles[stance]), side: leg}, arms(who, m))
    sole = who.shoe_of(side)

    def gap(bend: float) -> float:
        trial = replace(
            leg, knee_flexion_deg=bend, foot_pitch_deg=float(np.clip(bend - elevation - 4, 0, 62))
        )
        return (
            lowest_z(
                sole, who.body, place(who.body, replace(neutral, legs={**neutral.legs, side: trial}), False)
            )
            - 0.002
        )

    needed = bisect(gap, 8, 100, 18) if gap(knee) < 0 else knee
    bend = max(knee, needed)
    hang_pitch = float(np.clip(bend - elevation - 4, 0, 62)) * (1 - 0.75 * ease(q)) + 10 * ease(q)
    final = replace(leg, knee_flexion_deg=bend, foot_pitch_deg=hang_pitch)
    return replace(neutral, legs={**neutral.legs, side: final})


def couch_stretch(who: Performer, m: Moment) -> Pose:
    """Half-kneeling, rear shin on a couch: press the hip forward, lean back a little, come out again."""
    q, rear, front = m.q, who.near, who.far
    lumbar_led = m.faults.get("lumbar_deg", 0)
    travel = 22 - min(18, 0.75 * lumbar_led) - m.faults.get("still_deg", 0)
    thigh_deg = 6 - max(travel, 0) * q
    lumbar = -(9 + lumbar_led) * q
    tilt = (-6 - 1.5 * q) - 0.25 * lumbar_led * q
    knee_point = np.array([0.0, SIGN[rear] * 0.10, 0.075])
    hip_offset = rot_y(-tilt) @ (who.body.rest(f"thigh_{rear}") - who.body.rest("pelvis"))
    thigh = rot_y(-thigh_deg) @ np.array([0, 0, -1.0]) * who.thigh_m
    hip = knee_point - thigh
    base = who.trunk(m, 0, 0, tilt, lumbar, -3 * q, 0.35 * (tilt - lumbar) * 0.5)
    trunk = replace(base, pelvis_position=hip - hip_offset)
    rear_leg = FreeLeg(thigh_deg, thigh_deg + who.options.get("shin_deg", 122), 0.0, 4.0)
    foot = replace(rear_leg, foot_pitch_deg=rear_leg.knee_flexion_deg - rear_leg.elevation_deg + 45)
    ahead = PlantedLeg(who.ankle(front, 0.52 * who.leg_m / 0.9, 0.12), 4.0)
    return Pose(trunk, {rear: foot, front: ahead}, arms(who, m))


def seated_lift_over(who: Performer, m: Moment) -> Pose:
    """Long sitting, both legs straight: lift the near leg over a block and set it down on the other side."""
    q, side, other = m.q, who.near, who.far
    lean, slump = m.faults.get("lean_back_deg", 0) * shape(q), m.faults.get("slump_deg", 0) * shape(q)
    tilt = 14 + 1.5 * q + lean + 0.55 * slump
    lumbar = 16 + 1.5 * q + slump
    trunk = who.trunk(m, 0, 0, tilt, lumbar, 4 + 0.4 * slump, -4 - 0.4 * slump)
    legs = {side: FreeLeg(90, 3, 6 + 12 * m.parity, 4.0, -68), other: FreeLeg(90, 4, 5, 6.0, -66)}
    pose = on_seat(who, Pose(trunk, legs, arms(who, m)))
    legs = {s: heel_down(who, pose, s) for s in SIDES}
    lifted = replace(
        legs[side],
        elevation_deg=legs[side].elevation_deg + 20 * q,
        foot_pitch_deg=-70 - 20 * q,
        knee_flexion_deg=3 + m.faults.get("knee_deg", 0) * shape(q),
    )
    return replace(pose, legs={**legs, side: lifted})


def on_seat(who: Performer, pose: Pose) -> Pose:
    """Move a sitting or lying body vertically until its clothes press 1 cm into the mat."""
    spot = place(who.body, pose, False)
    lowest = min(seat_low(who, who.cloth, spot), seat_low(who, who.shirt, spot))
    centre = pose.trunk.pelvis_position - np.array([0, 0, lowest + 0.010 - who.options.get("mat_m", 0.012)])
    return replace(pose, trunk=replace(pose.trunk, pelvis_position=centre))


def seat_low(who: Performer, cloth: Surface, spot: Placement) -> float:
    """Lowest point of the trunk's part of a garment."""
    trunk = cloth.weights[:, :8].sum(axis=1) > 0.4
    part = Surface(cloth.vertices[trunk], cloth.faces[:0], cloth.weights[trunk])
    return lowest_z(part, who.body, spot)


def heel_down(who: Performer, pose: Pose, side: str) -> FreeLeg:
    """Find the elevation at which a straight leg's heel touches the mat."""
    leg, sole = pose.legs[side], who.shoe_of(side)

    def gap(elevation: float) -> float:
        trial = replace(leg, elevation_deg=elevation)
        return (
            lowest_z(sole, who.body, place(who.body, replace(pose, legs={**pose.legs, side: trial}), False))
            - 0.012
        )

    return replace(leg, elevation_deg=bisect(gap, 70, 110, 18))


def supine_march(who: Performer, m: Moment) -> Pose:
    """On the back, knees bent, feet on the mat; lift one thigh to vertical."""
    q, side, other = m.q, who.near, who.far
    rhythm = 0.28 * 45 * q
    trunk = replace(
        who.trunk(m, 0, 0, 88 + rhythm * 0.8, rhythm * 0.8, 0, 6), pelvis_position=np.array([0, 0, 0.1])
    )
    leg = {s: FreeLeg(140, 95, 3) for s in SIDES}
    pose = on_seat(who, Pose(trunk, leg, arms(who, m)))
    x = 0.53 * who.leg_m / 0.9
    planted = {s: PlantedLeg(np.array([x, SIGN[s] * 0.11, who.ankle_m + 0.012]), 5.0) for s in SIDES}
    return replace(
        pose, legs={other: planted[other], side: lifted_from(who, pose, planted, side, 180, 92, q)}
    )


def lifted_from(
    who: Performer, pose: Pose, planted: dict, side: str, elevation_deg: float, knee_deg: float, share: float
) -> FreeLeg:
    """Move a leg from a planted position towards a free one (for a lying body)."""
    spot = place(who.body, replace(pose, legs=planted), False)
    hip, knee, ankle = (spot.position[INDEX[f"{n}_{side}"]] for n in ("thigh", "shank", "foot"))
    thigh, shank = knee - hip, ankle - knee
    first = np.degrees(np.arctan2(thigh[0], -thigh[2])) % 360
    out = SIGN[side] * np.degrees(np.arcsin(thigh[1] / np.linalg.norm(thigh)))
    bend = np.degrees(np.arccos(np.clip(thigh @ shank / (who.thigh_m * who.shank_m), -1, 1)))
    return FreeLeg(
        first + (elevation_deg - first) * share, bend + (knee_deg - bend) * share, out, 5.0, 8 * share
    )


def idle(who: Performer, m: Moment) -> Pose:
    """No exercise: shifting weight, looking about, arms restless."""
    t = m.t_s
    y = 0.045 * np.sin(2 * np.pi * t / 6.1) + 0.012 * np.sin(2 * np.pi * t / 2.3)
    ankles = {s: who.ankle(s, 0.0, 0.11) for s in SIDES}
    trunk = who.trunk(
        m,
        0.008 * np.sin(t * 1.3),
        y,
        1.5 * np.sin(t * 0.7),
        2.0 * np.sin(t * 0.55),
        2 * np.sin(t * 0.4),
        4 * np.sin(t * 0.9),
        turn_deg=6 * np.sin(t * 0.5),
    )
    trunk = replace(trunk, head_turn_deg=35 * np.sin(t * 0.63))
    heights = [who.stand_z(trunk, s, ankles[s], 5) for s in SIDES]
    trunk = replace(trunk, pelvis_position=np.array([*trunk.pelvis_position[:2], min(heights)]))
    return Pose(
        trunk,
        {s: PlantedLeg(ankles[s]) for s in SIDES},
        arms(who, replace(m, arms=0.5 - 0.5 * np.cos(t * 0.8))),
    )


EXERCISES = {
    "squat": squat,
    "hip-hinge": hip_hinge,
    "march-neutral": march,
    "lengthened-lowering": lengthened_lowering,
    "couch-stretch-active": couch_stretch,
    "seated-lift-over": seated_lift_over,
    "march-supine": supine_march,
    "none": idle,
}
