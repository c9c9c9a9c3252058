"""A clip from its declarative file: who, where, what they do; then every frame posed."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from camera import Camera
from exercises import EXERCISES, Performer
from garments import Layer, dress
from motion import Moment, Rep, moments
from posture import place
from skeleton import Body, Placement, skin
from truth import (
    DEFINITIONS,
    SCHEMA,
    Warp,
    add_faults,
    evaluated_faults,
    frames_json,
    landmark_rest_points,
    landmarks_of,
    phases,
    table_of,
)

HERE = Path(__file__).parent
PEOPLE = tomllib.loads((HERE / "bodies.toml").read_text())
OUTFITS = tomllib.loads((HERE / "outfits.toml").read_text())
LICENCE = "CC0-1.0"
TAIL_S = 0.6


@dataclass(frozen=True)
class Clip:
    """One parsed clip file."""

    name: str
    spec: dict

    @property
    def fps(self) -> float:
        """Frames per second."""
        return self.spec.get("fps", 20)

    @property
    def exercise(self) -> str:
        """Exercise id, or "none"."""
        return self.spec["exercise"]

    @property
    def camera(self) -> Camera:
        """The camera, with the defaults of its picture shape."""
        given = dict(self.spec.get("camera", {}))
        if given.pop("shape", "portrait") == "landscape":
            given = {
                "width_px": 640,
                "height_px": 480,
                "focal_px": 760.0,
                "height_m": 0.55,
                "distance_m": 3.2,
                "aim": [0.0, 0.0, 0.55],
            } | given
        return Camera(**{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()})

    @property
    def reps(self) -> list[Rep]:
        """Scripted repetitions; keys that Rep does not know are fault sizes."""
        known = {f.name for f in fields(Rep)}
        result = []
        for row in self.spec.get("reps", []):
            faults = {k: v for k, v in row.items() if k not in known}
            result.append(Rep(**{k: v for k, v in row.items() if k in known}, faults=faults))
        return result

    @property
    def options(self) -> dict:
        """What the exercise's pose function may ask for."""
        return {"near_side": self.camera.near_side} | self.spec.get("motion", {})


def load(name: str) -> Clip:
    """Read the clip file of a name; `like` takes another clip's file as the starting point."""
    spec = tomllib.loads((HERE / "clips" / f"{name}.toml").read_text())
    if "like" in spec:
        base = load(spec["like"]).spec
        merged = base | spec
        for table in ("camera", "motion", "post"):
            merged[table] = base.get(table, {}) | spec.get(table, {})
        spec = merged
    return Clip(name, spec)


def look_of(person: str, outfit: str) -> dict:
    """Outfit, skin and hair of one person."""
    who = PEOPLE[person]
    return OUTFITS[outfit] | {
        "skin": who["skin"],
        "hair_style": who["hair"]["style"],
        "hair_colour": who["hair"]["colour"],
    }


@dataclass(frozen=True)
class Take:
    """A clip with every frame posed."""

    clip: Clip
    body: Body
    layers: list[Layer]
    look: dict
    who: Performer
    moments: list[Moment]
    placements: list[Placement]

    def vertices(self, k: int) -> list[np.ndarray]:
        """Posed vertices of every layer at frame k."""
        return [skin(layer.surface, self.body, self.placements[k]) for layer in self.layers]

    @property
    def neutral(self) -> tuple[float, float]:
        """The quiet interval (s) that angles are measured from."""
        before = self.clip.spec.get("setup", {}).get("until_s", 0.0)
        return before + 0.1, before + self.clip.spec.get("neutral_s", 3.0)


def perform(clip: Clip) -> Take:
    """Pose every frame of a clip."""
    spec = clip.spec
    body = Body(spec["body"])
    look = look_of(spec["body"], spec["outfit"])
    layers = dress(body, look)
    who = Performer(body, layers, clip.options)
    spread = moments(
        clip.reps,
        clip.fps,
        spec.get("neutral_s", 3.0),
        spec.get("tail_s", TAIL_S),
        spec.get("seed", 1),
        spec.get("setup"),
    )
    resolved = [near_far(m, who) for m in spread]
    pose = EXERCISES[clip.exercise]
    return Take(clip, body, layers, look, who, resolved, [place(body, pose(who, m)) for m in resolved])


def near_far(m: Moment, who: Performer) -> Moment:
    """Sides named `near` or `far` as left or right."""
    from dataclasses import replace

    return replace(m, side={"near": who.near, "far": who.far}.get(m.side, m.side))


def truth_of(take: Take, warp: Warp) -> dict:
    """Assemble the truth file's content."""
    clip, spec = take.clip, take.clip.spec
    fps, camera = clip.fps, clip.camera
    neutral = slice(*(round(t * fps) for t in take.neutral))
    table = table_of(take.moments, take.placements, neutral)
    begin = spec.get("setup", {}).get("until_s", 0.0) + spec.get("neutral_s", 3.0)
    reps = phases(clip.reps, begin, fps, table["q"])
    for rep in reps:
        rep["side"] = {"near": take.who.near, "far": take.who.far}.get(rep["side"], rep["side"])
    add_faults(clip.exercise, reps, table, fps, take.who.near, neutral)
    shoes = take.who.shoes.vertices
    rest_points = landmark_rest_points(take.body, shoes)
    marks = np.stack([landmarks_of(take.body, rest_points, p) for p in take.placements])
    n = len(take.placements)
    last = round(n / fps, 3)
    blocked = [
        {
            "start_s": b.get("start_s", 0.0),
            "end_s": b.get("end_s", last),
            "what": b["what"],
            "reason": b["reason"],
        }
        for b in spec.get("cannot_judge", [])
    ]
    return {
        "schema": SCHEMA,
        "name": clip.name,
        "title": spec["title"],
        "split": spec["split"],
        "exercise": {"none": None, "march-supine": "march-neutral"}.get(clip.exercise, clip.exercise),
        "variant": spec.get("variant", "clean"),
        "fps": fps,
        "n_frames": n,
        "licence": LICENCE,
        "camera": {
            "yaw_from_sagittal_deg": camera.yaw_deg,
            "near_side": camera.near_side,
            "facing": camera.facing,
            "height_m": camera.height_m,
            "distance_m": camera.distance_m,
            "focal_px": camera.focal_px,
            "width_px": camera.width_px,
            "height_px": camera.height_px,
            "roll_deg": 0.0,
        },
        "body": {
            "name": spec["body"],
            "height_m": round(take.body.height_m, 3),
            "sex": "female" if PEOPLE[spec["body"]]["shape"]["gender"] > 0.5 else "male",
            "outfit": spec["outfit"],
            "room": spec["room"],
            "rest_pelvis_line_deg": rest_line(take.body, "pelvis", "l5"),
            "rest_thorax_line_deg": rest_line(take.body, "thorax", "chest"),
        },
        "post": spec.get("post", {}),
        "neutral": {"start_s": take.neutral[0], "end_s": take.neutral[1]},
        "lumbar_offset_deg": round(float(np.median(table["lumbar_absolute_deg"][neutral])), 3),
        "reps": reps,
        "evaluated_faults": evaluated_faults(clip.exercise, table, take.who.near, neutral),
        "cannot_judge": blocked,
        "definitions": DEFINITIONS,
        "frames": frames_json(table, fps, take.placements, marks, camera, warp),
    }


def rest_line(body: Body, low: str, high: str) -> float:
    """Sagittal direction (deg forward of up) of the rest line between two joints."""
    d = body.rest(high) - body.rest(low)
    return round(float(np.degrees(np.arctan2(d[0], d[2]))), 4)


def write_truth(truth: dict, path: Path) -> None:
    """One JSON; long columns on one line each."""
    head = {k: v for k, v in truth.items() if k != "frames"}
    text = json.dumps(head, indent=1)[:-2] + ',\n "frames": {\n'
    rows = [f"  {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in truth["frames"].items()]
    path.write_text(text + ",\n".join(rows) + "\n }\n}\n")
