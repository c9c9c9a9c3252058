"""Tracks without pixels: ``generate.py dev|test COUNT [--poses]``; resumable, seeded, with truth beside them.

Each is a scripted set of a drawn person: exact landmarks and the exact outline of the trunk, with the pose
network's measured noise (``noise.json``). Needs ``make -C tools/render bodies`` once. Kept under ``.cache``:
the posed scenes, which take long, apart from what is drawn over them; ``--poses`` makes the former alone.
"""

import hashlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import setup_path  # noqa: F401
from exact import Exact, exact, keep, kept
from frames import axes, depth_at, mirrored, trunk_px
from measures import measured
from motion import starts_s
from noise import draw
from sets import KINDS, NEUTRAL_S, Recording, exercise_bounds, recipe
from truth import DEFINITIONS, SCHEMA, phases

from formcheck.body.landmarks import MIRROR
from formcheck.body.pose import EDGE_STATIONS, N_EDGE, Origin, PoseTrack
from formcheck.sources.trunk_edges import trunk_axis

Floats = npt.NDArray[np.float64]
HERE = Path(__file__).parent
CACHE = HERE / ".cache"
_RENDER = HERE.parent / "render"
_POSED_BY = (
    *(_RENDER / f"{name}.py" for name in ("camera", "clip", "contact", "exercises", "garments", "motion")),
    *(_RENDER / f"{name}.py" for name in ("posture", "skeleton", "truth")),
    *(_RENDER / name for name in ("bodies.toml", "outfits.toml")),
    *(HERE / f"{name}.py" for name in ("contour", "exact", "posed", "sets")),
)
_DRAWN_BY = tuple(
    HERE / name for name in ("frames.py", "generate.py", "measures.py", "noise.json", "noise.py")
)
TRUTH_FPS = 20.0
_STEP_PX = 32.0  # pixels are kept to a thirty-second


def frame_times(recording: Recording, end_s: float, rng: np.random.Generator) -> Floats:
    """Return when frames were taken: uneven and with gaps, as asked for."""
    t_s = np.arange(0.0, end_s, 1 / recording.fps)
    t_s = t_s + recording.jitter * rng.uniform(0, 1, len(t_s)) / recording.fps
    return np.asarray(t_s[rng.random(len(t_s)) >= recording.dropped])


def track_of(scene: Exact, recording: Recording) -> PoseTrack:
    """Return what the pose network would have seen of a scene."""
    clip, camera = scene.clip, scene.clip.camera
    rng = np.random.default_rng(clip.spec["seed"])
    t_s = frame_times(recording, float(scene.t_s[-1]), rng)
    marks, outline = scene.seen(t_s)
    errors = draw(clip.exercise, t_s, scene.progress(t_s), rng)
    left = camera.facing == "left"
    canonical = mirrored(marks, camera.width_px) if left else marks
    size = float(np.median(trunk_px(canonical)))
    canonical = canonical + size * np.einsum("tli,tlij->tlj", errors.marks, axes(canonical))
    points = mirrored(canonical, camera.width_px) if left else canonical
    visibility = errors.visibility[:, MIRROR] if left else errors.visibility
    edges, sharpness = _edges(points, visibility, outline, errors.edges, errors.sharpness, 1 if left else 0)
    track = PoseTrack(
        t_s=t_s,
        landmarks_px=np.round(points * _STEP_PX) / _STEP_PX,
        landmarks_m=np.full((len(t_s), 33, 3), np.nan),
        visibility=np.round(visibility, 3),
        edges_px=np.round(edges * _STEP_PX) / _STEP_PX,
        edge_confidence=np.round(sharpness, 3),
        edge_occluded=np.zeros((len(t_s), 2, N_EDGE), dtype=np.bool_),
        origin=Origin(
            clip.name, "", float(t_s[-1]), recording.fps, camera.width_px, camera.height_px, 0, "drawn noise"
        ),
    )
    return _nobody(track, recording)


def _edges(
    points: Floats, visibility: Floats, outline: Floats, error: Floats, sharpness: Floats, back: int
) -> tuple[Floats, Floats]:
    """Return both edges at the stations of the axis as it was seen; only the back's has noise."""
    axis = [trunk_axis(p, v) for p, v in zip(points, visibility, strict=True)]
    hip, shoulder = (np.array(each) for each in zip(*axis, strict=True))
    depth = depth_at(outline, hip, shoulder)
    depth[:, back] += error if back == 0 else -error
    along = (shoulder - hip)[:, None, None]
    left = np.stack([along[..., 1], -along[..., 0]], axis=-1)
    edges = hip[:, None, None] + EDGE_STATIONS[:, None] * along + depth[..., None] * left
    confidence = np.ones(depth.shape)
    confidence[:, back] = sharpness
    return edges, np.where(np.isfinite(depth), confidence, 0.0)


def _nobody(track: PoseTrack, recording: Recording) -> PoseTrack:
    """Return the track with nobody found while the person is out of view."""
    gone = track.t_s < recording.late_s
    if recording.away_s is not None:
        gone |= (track.t_s >= recording.away_s[0]) & (track.t_s < recording.away_s[1])
    for values in (track.landmarks_px, track.edges_px):
        values[gone] = np.nan
    track.visibility[gone] = 0.0
    track.edge_confidence[gone] = 0.0
    return track


def truth_of(scene: Exact, recording: Recording) -> dict[str, Any]:
    """Return a track's truth in the samples' schema (20 rows a second), with each bound's true measure."""
    clip, spec, camera = scene.clip, scene.clip.spec, scene.clip.camera
    end_s = float(starts_s(clip.reps, spec["neutral_s"])[-1]) + 0.5
    t_s = np.arange(0.0, end_s, 1 / TRUTH_FPS)
    table = scene.angles(t_s)
    start_s, stop_s = recording.late_s + 0.1, recording.late_s + NEUTRAL_S
    neutral = slice(round(start_s * TRUTH_FPS), round(stop_s * TRUTH_FPS))
    table["lumbar_flexion_deg"] -= np.median(table["lumbar_flexion_deg"][neutral])
    reps = phases(clip.reps, spec["neutral_s"], TRUTH_FPS, table["q"])
    near = scene.near
    for k, rep in enumerate(reps):
        rep["side"] = near
        until_s = reps[k + 1]["move_start_s"] if k + 1 < len(reps) else rep["move_end_s"] + 0.4
        rep["scripted"] = "scripted" in clip.reps[k].faults
        rep["measures"] = measured(
            clip.exercise, rep, min(until_s, rep["move_end_s"] + 0.6), table, TRUTH_FPS, near, neutral
        )
        rep["faults"] = [
            {"id": name, "level": "red" if m["red"] and abs(m["value"]) > m["red"] else "amber", **m}
            for name, m in rep["measures"].items()
            if m["over"] > 0
        ]
    frames: dict[str, Any] = {"t_s": np.round(t_s, 4).tolist()}
    for name, values in table.items():
        base, _, side = name.rpartition("_")
        target = frames.setdefault(base, {}) if side in ("left", "right") else frames
        target[side if side in ("left", "right") else name] = np.round(values, 2).tolist()
    return {
        "schema": SCHEMA,
        "name": clip.name,
        "title": spec["title"],
        "split": spec["split"],
        "exercise": clip.exercise,
        "variant": spec["variant"],
        "fps": TRUTH_FPS,
        "recording": {"fps": recording.fps, "jitter": recording.jitter, "dropped": recording.dropped},
        "n_frames": len(t_s),
        "camera": {
            "yaw_from_sagittal_deg": camera.yaw_deg,
            "near_side": camera.near_side,
            "facing": camera.facing,
        },
        "body": {"name": spec["body"], "outfit": spec["outfit"]},
        "arms": spec["motion"]["arms"],
        "neutral": {"start_s": start_s, "end_s": stop_s},
        "reps": reps,
        "cannot_judge": [],
        "definitions": DEFINITIONS,
        "frames": frames,
    }


_KEPT = ("t_s", "landmarks_px", "visibility", "edges_px", "edge_confidence")


def save(path: Path, track: PoseTrack, truth: dict[str, Any]) -> None:
    """Keep a track and its truth in one compressed file."""
    arrays = {
        name: getattr(track, name).astype(np.float64 if name == "t_s" else np.float32) for name in _KEPT
    }
    facts = np.array(
        json.dumps({"truth": truth, "width_px": track.origin.width_px, "height_px": track.origin.height_px})
    )
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, facts=facts, **arrays)
    part.rename(path)


def load(path: Path) -> tuple[PoseTrack, dict[str, Any]]:
    """Read what ``save`` kept."""
    data = np.load(path)
    facts = json.loads(str(data["facts"]))
    truth = facts["truth"]
    arrays = {name: data[name].astype(np.float64) for name in _KEPT}
    n = len(arrays["t_s"])
    origin = Origin(
        truth["name"],
        "",
        float(arrays["t_s"][-1]),
        truth["recording"]["fps"],
        facts["width_px"],
        facts["height_px"],
        0,
        "drawn noise",
    )
    return PoseTrack(
        landmarks_m=np.full((n, 33, 3), np.nan),
        edge_occluded=np.zeros((n, 2, N_EDGE), dtype=np.bool_),
        origin=origin,
        **arrays,
    ), truth


def tracks(split: str) -> Iterator[tuple[PoseTrack, dict[str, Any]]]:
    """Yield every track of a split that was made, in order."""
    for path in made(split):
        yield load(path)


def made(split: str) -> list[Path]:
    """Return the tracks of a split that were made by today's scripts, noise and bounds."""
    return [path for path in sorted(_folder("tracks", split).glob("*.npz")) if ".part" not in path.name]


def _folder(what: str, split: str) -> Path:
    """Return where scenes or tracks are kept: another place once what they are made of has changed."""
    parts = [path.read_bytes() for path in _POSED_BY]
    if what == "tracks":
        parts += [path.read_bytes() for path in _DRAWN_BY]
        parts.append(json.dumps({kind.exercise: exercise_bounds(kind.exercise) for kind in KINDS}).encode())
    return CACHE / f"{what}-{hashlib.sha256(b''.join(parts)).hexdigest()[:8]}" / split


def scene_of(split: str, number: int) -> tuple[Exact, Recording]:
    """Return one posed scene, kept from an earlier time or posed now."""
    clip, recording = recipe(split, number)
    path = _folder("scenes", split) / f"{number:05d}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        keep(exact(clip, with_arms=clip.spec["motion"]["arms"] != "crossed"), path)
    return kept(path), recording


def main() -> None:
    """Make what is not there yet."""
    split, count = sys.argv[1], int(sys.argv[2])
    folder = _folder("tracks", split)
    folder.mkdir(parents=True, exist_ok=True)
    begun, new = time.monotonic(), 0
    for number in range(count):
        path = folder / f"{number:05d}.npz"
        if path.exists():
            continue
        scene, recording = scene_of(split, number)
        if "--poses" not in sys.argv:
            save(path, track_of(scene, recording), truth_of(scene, recording))
        new += 1
        if new % 20 == 0:
            print(
                f"{split} {number + 1} of {count}, {(time.monotonic() - begun) / new:.1f} s each", flush=True
            )


if __name__ == "__main__":
    main()
