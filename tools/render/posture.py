"""From a few named angles and contacts to the placement of every segment."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from contact import align, bend_two_bones, shortest_turn
from skeleton import (
    INDEX,
    LUMBAR,
    SEGMENTS,
    SIDES,
    Body,
    Placement,
    cross,
    rot_about,
    rot_x,
    rot_y,
    rot_z,
    unit,
)

SIGN = {"left": 1.0, "right": -1.0}  # along y


@dataclass(frozen=True)
class Trunk:
    """Pelvis in the world and the joints above it; every angle is 0 in the rest mesh's upright stance."""

    pelvis_position: np.ndarray  # (3,) m, midpoint of the hip joints
    posterior_tilt_deg: float = 0.0
    obliquity_deg: float = 0.0  # + raises the left hip
    turn_deg: float = 0.0  # + to the left
    lumbar_flexion_deg: float = 0.0  # from the rest mesh; six equal joints
    thoracic_flexion_deg: float = 0.0
    side_bend_deg: float = 0.0  # of the chest, + to the right
    neck_flexion_deg: float = 0.0
    head_turn_deg: float = 0.0  # + to the left


@dataclass(frozen=True)
class PlantedLeg:
    """A foot that stays where it is; hip and knee follow."""

    ankle: np.ndarray  # (3,) m
    foot_turn_deg: float = 8.0  # outwards
    foot_pitch_deg: float = 0.0  # + toes down


@dataclass(frozen=True)
class FreeLeg:
    """A leg moved from the hip: line angles in the world."""

    elevation_deg: float  # hip-knee line forward of straight down
    knee_flexion_deg: float  # between the thigh and shank lines
    abduction_deg: float = 0.0
    foot_turn_deg: float = 8.0
    foot_pitch_deg: float = 0.0


@dataclass(frozen=True)
class Arm:
    """A wrist target, the elbow's direction, and where the palm looks."""

    wrist: np.ndarray  # (3,) m
    elbow_pole: np.ndarray  # (3,)
    palm: np.ndarray  # (3,)
    space: str = "chest"  # "chest": rest coordinates of the chest; "hang": world offset from the shoulder
    protraction_deg: float = 0.0
    wrist_flexion_deg: float = 0.0  # hand towards its palm


@dataclass(frozen=True)
class Pose:
    """A whole body."""

    trunk: Trunk
    legs: dict[str, PlantedLeg | FreeLeg]
    arms: dict[str, Arm]
    extra: dict[str, float] = field(default_factory=dict)


class Builder:
    """Fills in a Placement segment by segment."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self.rotation = np.tile(np.eye(3), (len(SEGMENTS), 1, 1))
        self.position = np.zeros((len(SEGMENTS), 3))

    def put(self, segment: str, rotation: np.ndarray, position: np.ndarray) -> None:
        """Set one segment."""
        self.rotation[INDEX[segment]] = rotation
        self.position[INDEX[segment]] = position

    def at(self, parent: str, rest_point: np.ndarray) -> np.ndarray:
        """World position of a rest point that moves with `parent`."""
        i = INDEX[parent]
        return self.rotation[i] @ (rest_point - self.body.joints[i]) + self.position[i]

    def attach(self, segment: str, parent: str, local: np.ndarray) -> None:
        """Hang a segment on its parent, turned by `local` in the parent's frame."""
        self.put(segment, self.rotation[INDEX[parent]] @ local, self.at(parent, self.body.rest(segment)))

    def done(self) -> Placement:
        """Hand over the finished placement."""
        return Placement(self.rotation, self.position)


def place(body: Body, pose: Pose, with_arms: bool = True) -> Placement:
    """Place every segment of a pose; without arms (for balance and contact) they stay with the chest."""
    build = Builder(body)
    put_trunk(build, pose.trunk)
    for side in SIDES:
        put_leg(build, side, pose.legs[side])
        if with_arms:
            put_arm(build, side, pose.arms[side])
        else:
            for limb in ("clavicle", "upper_arm_root", "upper_arm", "forearm_root", "forearm", "hand"):
                build.attach(f"{limb}_{side}", "chest", np.eye(3))
    return build.done()


def put_trunk(build: Builder, trunk: Trunk) -> None:
    """Pelvis, five lumbar vertebrae, thorax, chest, neck and head."""
    turn = rot_z(trunk.turn_deg) @ rot_y(-trunk.posterior_tilt_deg) @ rot_x(trunk.obliquity_deg)
    build.put("pelvis", turn, np.asarray(trunk.pelvis_position, float))
    step = rot_y(trunk.lumbar_flexion_deg / 6)
    for segment, parent in zip((*LUMBAR, "thorax"), ("pelvis", *LUMBAR), strict=True):
        build.attach(segment, parent, step)
    build.attach("chest", "thorax", rot_y(trunk.thoracic_flexion_deg) @ rot_x(trunk.side_bend_deg))
    build.attach("neck", "chest", rot_y(trunk.neck_flexion_deg / 2) @ rot_z(trunk.head_turn_deg * 0.4))
    build.attach("head", "neck", rot_y(trunk.neck_flexion_deg / 2) @ rot_z(trunk.head_turn_deg * 0.6))


def put_leg(build: Builder, side: str, leg: PlantedLeg | FreeLeg) -> None:
    """Thigh, shank, foot and toes of one side."""
    body, names = build.body, [f"{limb}_{side}" for limb in ("thigh", "shank", "foot", "toes")]
    hip, knee, ankle = (body.rest(n) for n in names[:3])
    root = build.at("pelvis", hip)
    outward = rot_z(SIGN[side] * leg.foot_turn_deg)
    if isinstance(leg, PlantedLeg):
        middle, end = bend_two_bones(
            root,
            leg.ankle,
            np.linalg.norm(knee - hip),
            np.linalg.norm(ankle - knee),
            outward @ np.array([1.0, 0, 0.15]),
        )
        axis = cross(end - middle, middle - root)
        axis = axis if axis[1] > 0 else -axis
    else:
        axis = rot_z(SIGN[side] * leg.foot_turn_deg * 0.3) @ rot_x(SIGN[side] * leg.abduction_deg)[:, 1]
        down = rot_y(-leg.elevation_deg) @ rot_x(SIGN[side] * leg.abduction_deg) @ np.array([0, 0, -1.0])
        axis = unit(axis - down * (axis @ down))
        middle = root + down * np.linalg.norm(knee - hip)
        end = middle + rot_about(axis, leg.knee_flexion_deg) @ down * np.linalg.norm(ankle - knee)
    hinge = np.array([0, 1.0, 0])
    build.put(names[0], align(knee - hip, hinge, middle - root, axis), root)
    build.put(names[1], align(ankle - knee, hinge, end - middle, axis), middle)
    foot = outward @ rot_y(leg.foot_pitch_deg)
    build.put(names[2], foot, end)
    bend = np.clip(leg.foot_pitch_deg, 0, 35) if isinstance(leg, PlantedLeg) else 0.0
    build.attach(names[3], names[2], rot_y(-bend))


def put_arm(build: Builder, side: str, arm: Arm) -> None:
    """Clavicle, upper arm, forearm and hand of one side."""
    body = build.body
    build.attach(f"clavicle_{side}", "chest", rot_z(-SIGN[side] * arm.protraction_deg))
    shoulder, elbow, wrist = (body.rest(f"{n}_{side}") for n in ("upper_arm_root", "forearm", "hand"))
    root = build.at(f"clavicle_{side}", shoulder)
    turn = build.rotation[INDEX["chest"]] if arm.space == "chest" else np.eye(3)
    target = build.at("chest", arm.wrist) if arm.space == "chest" else root + arm.wrist
    middle, end = bend_two_bones(
        root, target, np.linalg.norm(elbow - shoulder), np.linalg.norm(wrist - elbow), turn @ arm.elbow_pole
    )
    rest_axis = cross(elbow - shoulder, wrist - elbow)
    axis = cross(middle - root, end - middle)
    upper = align(elbow - shoulder, rest_axis, middle - root, axis)
    clavicle = build.rotation[INDEX[f"clavicle_{side}"]]
    swing = shortest_turn(clavicle @ (elbow - shoulder), middle - root) @ clavicle
    build.put(f"upper_arm_root_{side}", half_way(swing, upper), root)
    build.put(f"upper_arm_{side}", upper, root)
    lower = align(wrist - elbow, rest_axis, end - middle, axis)
    twist = palm_twist(body, side, lower, end - middle, turn @ arm.palm)
    along = unit(end - middle)
    build.put(f"forearm_root_{side}", rot_about(along, twist * 0.3) @ lower, middle)
    build.put(f"forearm_{side}", rot_about(along, twist * 0.75) @ lower, middle)
    palm = turn @ arm.palm
    flat = unit(palm - along * (along @ palm))
    build.put(
        f"hand_{side}",
        rot_about(cross(along, flat), arm.wrist_flexion_deg) @ rot_about(along, twist) @ lower,
        end,
    )


def half_way(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Rotation half way between two."""
    turn = first.T @ second
    angle = np.degrees(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1)))
    if angle < 1e-6:
        return first
    axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    return first @ rot_about(unit(axis), angle / 2)


def palm_twist(body: Body, side: str, lower: np.ndarray, along: np.ndarray, wanted: np.ndarray) -> float:
    """Degrees of forearm twist (at most 100 either way) that turn the palm towards `wanted`."""
    letter = "L" if side == "left" else "R"
    wrist, index, little = (body.heads[f"{n}.{letter}"] for n in ("wrist", "finger2-1", "finger5-1"))
    palm = lower @ unit(cross(little - wrist, index - wrist)) * SIGN[side]
    a = unit(along)
    flat = [v - a * (a @ v) for v in (palm, wanted)]
    twist = np.degrees(np.arctan2(a @ cross(flat[0], flat[1]), flat[0] @ flat[1]))
    return float(np.clip(twist, -100, 100))
