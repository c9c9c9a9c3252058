"""The exact truth of a clip: angles from posed joints, picture positions, repetitions and faults."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from camera import Camera
from motion import Moment, Rep, duration_s
from skeleton import INDEX, SIDES, Body, Placement

SCHEMA = "formcheck-sample-truth/1"
K_TRUNK = 0.64
DEFINITIONS = {
    "axes": (
        "world metres: x forward (the way the person faces), y to their left, z up; the sagittal "
        "plane is x-z; H hip, K knee, A ankle, S shoulder (joint centres); pixels: x right, y down,"
        " origin at the top left corner"
    ),
    "thigh_elevation_deg": "atan2((K-H).x, -(K-H).z), per side",
    "pelvis_posterior_tilt_deg": (
        "minus the turn about +y of the line mid-hip to L5/S1 (pelvis-fixed) from its rest direction"
    ),
    "hip_flexion_deg": "thigh_elevation_deg - pelvis_posterior_tilt_deg: femur against pelvis",
    "knee_flexion_deg": "turn in the sagittal plane from K-H to A-K, + heel backwards",
    "trunk_lean_deg": "atan2(d.x, d.z), d = mid-shoulder - mid-hip",
    "trunk_lateral_tilt_deg": "atan2(-d.y, d.z), + to the person's right",
    "trunk_thigh_deg": (
        "signed shoulder-hip-knee angle of one side in the sagittal plane: turn from H-S to K-H, + flexion"
    ),
    "lumbar_absolute_deg": (
        "turn about +y of the thorax (line T12/L1 to T7) against the pelvis from the rest mesh's "
        "stance: the sum of six equal joints L5/S1 to T12/L1; + flexion"
    ),
    "lumbar_flexion_deg": "lumbar_absolute_deg minus its median over the neutral interval",
    "lumbar_offset_deg": "that median: the posture neutral against quiet standing (rest mesh)",
    "thoracic_flexion_deg": "turn of the T7 joint, + flexion",
    "leg_elevation_deg": "atan2((A-H).x, -(A-H).z) minus its median over the neutral interval, per side",
    "picture_roll_deg": "how far the picture is turned clockwise by a hand that shakes",
    "q": "scripted progress of the repetition, 0 at rest, 1 at the script's nominal peak",
    "reps": (
        "move_start_s, peak_s (middle of the hold), move_end_s and the three durations are the "
        "script's; start_s and end_s are where q passes 0.25 and 0.15 of this repetition's peak"
    ),
    "faults": (
        "evaluated on the truth: interval where the measure is beyond its mildest bound (amber) for 0.3 s,"
        " since it crossed the bound in this repetition or else since its start, and its peak; dropped-end:"
        " speed between 1/3 and 5 % of the way left over the mean speed from 98 to 5 %; spine-without-hips:"
        " lean back while the thigh keeps within 3 deg for 0.5 s; hips-stay: thigh travel at the peak below"
        " 5 deg; tempo faults: the script's durations; evaluated_faults: every fault that would be named here"
        " if it were there"
    ),
}
MAIN_JOINTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
SEGMENT_OF = {
    "shoulder": "upper_arm",
    "elbow": "forearm",
    "wrist": "hand",
    "hip": "thigh",
    "knee": "shank",
    "ankle": "foot",
}
MEDIAPIPE = (
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky",
    "right_pinky",
    "left_index",
    "right_index",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
)

Warp = Callable[[int, np.ndarray], np.ndarray]


def joints_of(place: Placement) -> dict[str, np.ndarray]:
    """World positions (m) of the joints that the truth names."""
    named = {
        f"{joint}_{side}": place.position[INDEX[f"{SEGMENT_OF[joint]}_{side}"]]
        for joint in MAIN_JOINTS
        for side in SIDES
    }
    return named | {
        "l5_s1": place.position[INDEX["l5"]],
        "t12_l1": place.position[INDEX["thorax"]],
        "t7": place.position[INDEX["chest"]],
        "c7": place.position[INDEX["neck"]],
    }


def turn_about_y(rotation: np.ndarray) -> float:
    """Degrees that a frame is turned about +y (as seen in the sagittal plane)."""
    return float(np.degrees(np.arctan2(rotation[0, 2], rotation[2, 2])))


def wrap(deg: float) -> float:
    """Bring an angle into (-180, 180]."""
    return float(-((-deg + 180) % 360 - 180))


def direction_deg(vector: np.ndarray) -> float:
    """Sagittal direction of a vector, forward of straight down."""
    return float(np.degrees(np.arctan2(vector[0], -vector[2])))


def angles_of(place: Placement) -> dict[str, float]:
    """Every angle of one instant, from segment frames and joint centres; sides end in _left, _right."""
    j = joints_of(place)
    pelvis, thorax = (turn_about_y(place.rotation[INDEX[n]]) for n in ("pelvis", "thorax"))
    spine = (j["shoulder_left"] + j["shoulder_right"] - j["hip_left"] - j["hip_right"]) / 2
    values = {
        "pelvis_posterior_tilt_deg": -pelvis,
        "lumbar_absolute_deg": wrap(thorax - pelvis),
        "thoracic_flexion_deg": wrap(turn_about_y(place.rotation[INDEX["chest"]]) - thorax),
        "trunk_lean_deg": float(np.degrees(np.arctan2(spine[0], spine[2]))),
        "trunk_lateral_tilt_deg": float(np.degrees(np.arctan2(-spine[1], spine[2]))),
    }
    for side in SIDES:
        s, h, k, a = (j[f"{n}_{side}"] for n in ("shoulder", "hip", "knee", "ankle"))
        thigh = direction_deg(k - h)
        values[f"thigh_elevation_deg_{side}"] = thigh
        values[f"hip_flexion_deg_{side}"] = wrap(thigh + pelvis)
        values[f"knee_flexion_deg_{side}"] = wrap(thigh - direction_deg(a - k))
        values[f"trunk_thigh_deg_{side}"] = wrap(thigh - direction_deg(h - s))
        values[f"leg_elevation_deg_{side}"] = direction_deg(a - h)
    return values


def landmark_rest_points(body: Body, shoes: np.ndarray) -> dict[str, tuple[str, np.ndarray]]:
    """Segment and rest position of the 33 MediaPipe-style landmarks."""
    skin = body.surface("skin")
    head = skin.vertices[skin.weights[:, INDEX["head"]] > 0.9]
    eye = body.heads["eye.L"]
    nose = head[np.argmax(head[:, 0])]
    points: dict[str, tuple[str, np.ndarray]] = {"nose": ("head", nose * (1, 0, 1))}
    for side, letter, sign in zip(SIDES, "LR", (1, -1), strict=True):
        centre = body.heads[f"eye.{letter}"]
        for suffix, out in (("_inner", -0.012), ("", 0.0), ("_outer", 0.012)):
            points[f"{side}_eye{suffix}"] = ("head", centre + np.array([0.012, sign * out, 0]))
        ears = head[np.abs(head[:, 2] - eye[2] + 0.01) < 0.03]
        points[f"{side}_ear"] = ("head", ears[np.argmax(sign * ears[:, 1])])
        points[f"mouth_{side}"] = ("head", np.array([nose[0] - 0.012, sign * 0.022, eye[2] - 0.07]))
        for joint in MAIN_JOINTS:
            points[f"{side}_{joint}"] = (
                f"{SEGMENT_OF[joint]}_{side}",
                body.rest(f"{SEGMENT_OF[joint]}_{side}"),
            )
        for name, bone in (("pinky", "finger5-1"), ("index", "finger2-1"), ("thumb", "finger1-2")):
            points[f"{side}_{name}"] = (f"hand_{side}", body.heads[f"{bone}.{letter}"])
        mine = shoes[np.sign(shoes[:, 1]) == sign]
        points[f"{side}_heel"] = (f"foot_{side}", mine[np.argmin(mine[:, 0])])
        points[f"{side}_foot_index"] = (f"toes_{side}", mine[np.argmax(mine[:, 0])])
    return points


def landmarks_of(body: Body, rest_points: dict, place: Placement) -> np.ndarray:
    """World positions (33, 3) m of the landmarks."""
    result = np.zeros((33, 3))
    for i, name in enumerate(MEDIAPIPE):
        segment, point = rest_points[name]
        k = INDEX[segment]
        result[i] = place.rotation[k] @ (point - body.joints[k]) + place.position[k]
    return result


def phases(reps: list[Rep], begin_s: float, fps: float, q: np.ndarray) -> list[dict]:
    """Scripted phases of every repetition, and its start and end by the product's own rule."""
    result, start = [], begin_s
    for index, rep in enumerate(reps):
        end = start + rep.up_s + rep.hold_s + rep.down_s
        rising = crossing(q, fps, start, start + rep.up_s, 0.25 * rep.peak)
        falling = crossing(q, fps, start + rep.up_s + rep.hold_s, end + 1 / fps, 0.15 * rep.peak)
        result.append(
            {
                "index": index,
                "side": rep.side,
                "move_start_s": round(start, 3),
                "start_s": rising,
                "peak_s": round(start + rep.up_s + rep.hold_s / 2, 3),
                "end_s": falling,
                "move_end_s": round(end, 3),
                "concentric_s": rep.up_s,
                "hold_s": rep.hold_s,
                "eccentric_s": rep.down_s,
                "peak_q": rep.peak,
                "faults": [],
            }
        )
        start += duration_s(rep)
    return result


def crossing(values: np.ndarray, fps: float, from_s: float, to_s: float, level: float) -> float | None:
    """Time at which a sampled signal crosses a level, by linear interpolation."""
    first, last = int(np.floor(from_s * fps)), min(int(np.ceil(to_s * fps)), len(values) - 1)
    for k in range(first, last):
        a, b = values[k] - level, values[k + 1] - level
        if a * b <= 0 and a != b:
            return round(float((k + a / (a - b)) / fps), 3)
    return None


def fault_measures(
    exercise: str, table: dict[str, np.ndarray], near: str, swing: str, neutral: slice
) -> dict:
    """Fault id to (measure over time, amber, red) for one repetition; larger is worse."""
    lumbar, lean = table["lumbar_flexion_deg"], table["trunk_lean_deg"]
    lean_change = lean - np.median(lean[neutral])
    thigh = table[f"thigh_elevation_deg_{swing}"]
    stance = "left" if swing == "right" else "right"
    knee = {
        s: table[f"knee_flexion_deg_{s}"] - np.median(table[f"knee_flexion_deg_{s}"][neutral]) for s in SIDES
    }
    hip = table[f"hip_flexion_deg_{near}"]
    hip_change = hip - np.median(hip[neutral])
    if exercise in ("march-neutral", "march-supine"):
        share = 0.18 if exercise == "march-neutral" else 0.28
        level = thigh if exercise == "march-neutral" else thigh - np.median(thigh[neutral])
        excess = lean_change + (1 - K_TRUNK) * share * level
        rules = {"round": (lumbar - share * level, 10, 20), "arch": (-lumbar, 10, 20)}
        return (
            rules
            if exercise != "march-neutral"
            else rules | {"lean": (np.abs(excess), 8, 15), "stance-leg-bend": (knee[stance], 12, 20)}
        )
    if exercise in ("hip-hinge", "squat"):
        return {"round": (lumbar, 20, 30), "arch": (-lumbar, 20, 30)}
    if exercise == "seated-lift-over":
        return {
            "lean-back": (-lean_change, 6, 12),
            "slump": (lumbar, 10, 20),
            "knee-bend": (knee[near], 12, 20),
        }
    if exercise == "lengthened-lowering":
        low = table["q"] < 0.3
        return {"arch": (np.where(low, -lumbar, 0), 10, 20)}
    if exercise == "couch-stretch-active":
        share = np.abs(lumbar) / np.maximum(np.abs(lumbar) + np.abs(hip_change), 1e-6)
        return {"lumbar-dominated": (np.where(table["q"] > 0.6, share, 0), 0.75, 9.0)}
    return {}


def held_still(exercise: str, table: dict[str, np.ndarray], near: str, neutral: slice) -> dict:
    """Fault id to (measure, amber, red) of what is a fault only while something else keeps still."""
    if exercise != "couch-stretch-active":
        return {}
    thigh, lean = table[f"thigh_elevation_deg_{near}"], table["trunk_lean_deg"]
    still = np.abs(thigh - np.median(thigh[neutral])) < 3
    return {"spine-without-hips": (np.where(still, np.median(lean[neutral]) - lean, 0), 10, 20)}


INFORMATION = {"squat": "info"}  # how far a squat may round is unsettled: never more than information
COURSE = {"couch-stretch-active": "hips-stay", "lengthened-lowering": "dropped-end"}
# Exercise to (fault, which duration, amber, red): too short is too fast. The script calls the way out
# concentric in every exercise, so that squats and hinges go down in their concentric time.
TEMPO = {
    "march-neutral": ("dropping", "eccentric_s", 1.5, None),
    "lengthened-lowering": ("too-fast", "eccentric_s", 3.0, 2.0),
    "seated-lift-over": ("momentum", "concentric_s", 0.5, None),
    "hip-hinge": ("dropping", "concentric_s", 0.6, None),
    "squat": ("dropping", "concentric_s", 0.6, None),
}


def timing_faults(exercise: str, rep: dict) -> list[dict]:
    """Faults of tempo, from the script's durations."""
    name, phase, amber, red = TEMPO.get(exercise, ("", "hold_s", 0.0, None))
    if rep[phase] >= amber:
        return []
    start = rep["move_start_s"] if phase == "concentric_s" else rep["move_end_s"] - rep["eccentric_s"]
    level = "red" if red and rep[phase] < red else "amber"
    return [entry(name, level, start, start + rep[phase], rep[phase], "s", amber, red)]


def entry(
    name: str,
    level: str,
    start_s: float,
    end_s: float,
    peak: float,
    unit: str,
    amber: float,
    red: float | None,
) -> dict:
    """One fault as the truth file names it; `amber` holds the mildest bound there is."""
    return {
        "id": name,
        "level": level,
        "start_s": round(start_s, 3),
        "end_s": round(end_s, 3),
        "peak": peak,
        "unit": unit,
        "amber": amber,
        "red": red,
    }


def course_faults(
    exercise: str, rep: dict, table: dict[str, np.ndarray], fps: float, near: str, neutral: slice
) -> list[dict]:
    """Faults that only the course of a whole repetition shows."""
    peak, end = round(rep["peak_s"] * fps), round(rep["move_end_s"] * fps)
    if exercise == "couch-stretch-active":
        thigh = table[f"thigh_elevation_deg_{near}"]
        travel = abs(float(thigh[peak] - np.median(thigh[neutral])))
        span = rep["move_start_s"], rep["move_end_s"]
        return [entry("hips-stay", "info", *span, round(travel, 2), "deg", 5.0, None)] if travel < 5 else []
    if exercise == "lengthened-lowering":
        back = table[f"trunk_thigh_deg_{near}"][peak : end + 1]
        left = (back - back[-1]) / (back[0] - back[-1])
        first, began, arrived = (np.flatnonzero(left >= share)[-1] for share in (0.98, 1 / 3, 0.05))
        ratio = float((1 / 3 - 0.05) / (arrived - began) * (arrived - first) / (0.98 - 0.05))
        times = ((peak + k) / fps for k in (began, arrived))
        name, unit = "dropped-end", "times the mean speed"
        return [entry(name, "amber", *times, round(ratio, 2), unit, 2.0, None)] if ratio > 2 else []
    return []


def evaluated_faults(exercise: str, table: dict[str, np.ndarray], near: str, neutral: slice) -> list[str]:
    """Every fault that the truth would name if it were there."""
    names = {
        *fault_measures(exercise, table, near, near, neutral),
        *held_still(exercise, table, near, neutral),
    }
    names |= {TEMPO[exercise][0]} if exercise in TEMPO else set()
    names |= {COURSE[exercise]} if exercise in COURSE else set()
    return sorted(names - ({"arch"} if exercise == "squat" else set()))


def add_faults(
    exercise: str, reps: list[dict], table: dict[str, np.ndarray], fps: float, near: str, neutral: slice
) -> None:
    """Fill each repetition's `faults` from the truth itself."""
    for i, rep in enumerate(reps):
        swing = rep["side"] if rep["side"] in SIDES else near
        until = reps[i + 1]["move_start_s"] if i + 1 < len(reps) else rep["move_end_s"] + 0.6
        window = slice(int(np.ceil(rep["move_start_s"] * fps)), int(until * fps))
        measures = fault_measures(exercise, table, near, swing, neutral)
        alone = held_still(exercise, table, near, neutral)
        for name, (measure, amber, red) in (measures | alone).items():
            part = measure[window]
            beyond = np.flatnonzero(part > amber)
            if len(beyond) / fps < (0.5 if name in alone else 0.3):
                continue
            red = red if red > 9 and exercise not in INFORMATION else None
            level = "red" if red and part.max() > red else INFORMATION.get(exercise, "amber")
            span = ((window.start + k) / fps for k in (onset(beyond, 0.3 * fps), beyond[-1]))
            unit = "share" if amber < 1 else "deg"
            rep["faults"].append(entry(name, level, *span, round(float(part.max()), 2), unit, amber, red))
        rep["faults"] += timing_faults(exercise, rep) + course_faults(
            exercise, rep, table, fps, near, neutral
        )


def onset(beyond: np.ndarray, least: float) -> int:
    """Return where a fault began, among the samples of a repetition that are beyond its bound.

    What the repetition began with, carried over from the one before, is not its onset where the measure came
    back within the bound and crossed it again for at least ``least`` samples.
    """
    runs = np.split(beyond, np.flatnonzero(np.diff(beyond) > 1) + 1)
    own = [run for run in runs[1:] if len(run) >= least] if beyond[0] == 0 else []
    return int((own or runs)[0][0])


def table_of(moments: list[Moment], placements: list[Placement], neutral: slice) -> dict[str, np.ndarray]:
    """Every angle over time, with those that refer to the posture neutral."""
    rows = [angles_of(p) for p in placements]
    table = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    table["lumbar_flexion_deg"] = table["lumbar_absolute_deg"] - np.median(
        table["lumbar_absolute_deg"][neutral]
    )
    for side in SIDES:
        name = f"leg_elevation_deg_{side}"
        table[name] = table[name] - np.median(table[name][neutral])
        for folded in ("thigh_elevation_deg", "hip_flexion_deg", "trunk_thigh_deg"):
            table[f"{folded}_{side}"] = np.degrees(np.unwrap(np.radians(table[f"{folded}_{side}"])))
    table["q"] = np.array([m.q for m in moments])
    return table


def frames_json(
    table: dict[str, np.ndarray],
    fps: float,
    placements: list[Placement],
    marks: np.ndarray,
    camera: Camera,
    warp: Warp,
) -> dict:
    """Columns over frames: times, angles, joints in metres and pixels, 33 landmarks in pixels."""
    joints = [joints_of(p) for p in placements]
    columns: dict = {"t_s": [round(k / fps, 4) for k in range(len(placements))]}
    for name, values in table.items():
        base, _, side = name.rpartition("_")
        target = columns.setdefault(base, {}) if side in SIDES else columns
        target[side if side in SIDES else name] = np.round(values, 3).tolist()
    columns["joints_m"] = {n: np.round([j[n] for j in joints], 5).tolist() for n in joints[0]}
    columns["joints_px"] = {
        n: np.round([warp(k, camera.project(j[n])) for k, j in enumerate(joints)], 1).tolist()
        for n in joints[0]
    }
    turned = [np.diff(warp(k, np.array([[0.0, 0.0], [1.0, 0.0]])), axis=0)[0] for k in range(len(placements))]
    columns["picture_roll_deg"] = [round(float(np.degrees(np.arctan2(d[1], d[0]))), 3) for d in turned]
    columns["landmarks_px"] = [np.round(warp(k, camera.project(m)), 1).tolist() for k, m in enumerate(marks)]
    return columns
