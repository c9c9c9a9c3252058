"""Tracks of the clips in ``samples/``, small enough to be kept; ``benchmarks/keep_tracks.py`` makes them.

What the pose model saw of a clip, rounded to an eighth (landmarks) and a quarter (edges) of a pixel, without
the model's metres. An edge's point lies on its station's ray, so that its distance from the line from hip to
shoulder says where it is. Differences from frame to frame are packed; a track of 15 s takes some 35 kB.
"""

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import EDGE_STATIONS, N_EDGE, Floats, Origin, PoseTrack

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "data" / "samples"
MISSING = -(2**15)
# Array of the packed file: steps to a unit, and shape of a frame.
ARRAYS: dict[str, tuple[int, tuple[int, ...]]] = {
    "landmarks_px": (8, (33, 2)),
    "visibility": (16, (33,)),
    "edge_depth_px": (4, (2, N_EDGE)),
    "edge_confidence": (16, (2, N_EDGE)),
    "edge_occluded": (1, (2, N_EDGE)),
    "edge_beside_arm": (1, (2, N_EDGE)),
    "t_s": (1000, ()),
}


def truth_of(name: str) -> dict[str, Any]:
    """Return the truth file of a clip."""
    truth: dict[str, Any] = json.loads((ROOT / "samples" / f"{name}.json").read_text())
    return truth


@cache
def track_of(name: str) -> PoseTrack:
    """Return the stored track of a clip."""
    return unpacked((FOLDER / f"{name}.xz").read_bytes())


def packed(track: PoseTrack) -> bytes:
    """Return a track as bytes: a JSON line of its origin and length, then the arrays of `ARRAYS`."""
    values = {
        "landmarks_px": track.landmarks_px,
        "visibility": track.visibility,
        "edge_depth_px": _depth(track),
        "edge_confidence": track.edge_confidence,
        "edge_occluded": track.edge_occluded.astype(np.float64),
        "edge_beside_arm": track.edge_beside_arm.astype(np.float64),
        "t_s": track.t_s,
    }
    origin = track.origin
    head = {"n": len(track), "name": origin.name, "width_px": origin.width_px, "height_px": origin.height_px}
    body = b"".join(_shrunk(values[name], steps) for name, (steps, _) in ARRAYS.items())
    return lzma.compress(json.dumps(head).encode() + b"\n" + body, preset=9 | lzma.PRESET_EXTREME)


def unpacked(data: bytes) -> PoseTrack:
    """Return the track of `packed` bytes."""
    head, _, body = lzma.decompress(data).partition(b"\n")
    about = json.loads(head)
    n, at, values = about.pop("n"), 0, {}
    for name, (steps, shape) in ARRAYS.items():
        size = 2 * n * int(np.prod(shape, dtype=int))
        values[name] = _grown(body[at : at + size], n, steps, shape)
        at += size
    landmarks = values["landmarks_px"]
    return PoseTrack(
        t_s=values["t_s"],
        landmarks_px=landmarks,
        landmarks_m=np.full((n, 33, 3), np.nan),
        visibility=values["visibility"],
        edges_px=_points(landmarks, values["edge_depth_px"]),
        edge_confidence=values["edge_confidence"],
        edge_occluded=values["edge_occluded"] > 0,
        edge_beside_arm=values["edge_beside_arm"] > 0,
        origin=Origin(**about),
    )


def _shrunk(values: Floats, steps: int) -> bytes:
    """Return differences in time of whole steps, low bytes before high ones."""
    whole = np.where(np.isfinite(values), np.round(values * steps), MISSING).astype(np.int16)
    change = np.diff(whole, axis=0, prepend=np.zeros_like(whole[:1]))
    halves = np.ascontiguousarray(np.moveaxis(change, 0, -1)).view(np.uint8).reshape(-1, 2)
    return halves[:, 0].tobytes() + halves[:, 1].tobytes()


def _grown(data: bytes, n: int, steps: int, shape: tuple[int, ...]) -> Floats:
    halves = np.frombuffer(data, np.uint8).reshape(2, -1).T
    change = np.ascontiguousarray(halves).view(np.int16).reshape(*shape, n)
    whole = np.cumsum(np.moveaxis(change, -1, 0), axis=0, dtype=np.int16)
    return np.where(whole == MISSING, np.nan, whole / steps)


def _axis(landmarks_px: npt.NDArray[np.floating[Any]]) -> tuple[Floats, Floats]:
    """Return stations on the line from mid-hip to mid-shoulder, (T, N_EDGE, 2), and its normal, (T, 2)."""
    middle = {
        part: landmarks_px[:, [Landmark[f"LEFT_{part}"], Landmark[f"RIGHT_{part}"]]].mean(axis=1)
        for part in ("HIP", "SHOULDER")
    }
    line = middle["SHOULDER"] - middle["HIP"]
    unit = line / np.linalg.norm(line, axis=1, keepdims=True)
    stations = middle["HIP"][:, None] + EDGE_STATIONS[:, None] * line[:, None]
    return stations, np.stack([-unit[:, 1], unit[:, 0]], axis=-1)


def _depth(track: PoseTrack) -> Floats:
    stations, normal = _axis(track.landmarks_px)
    depth: Floats = ((track.edges_px - stations[:, None]) * normal[:, None, None]).sum(axis=-1)
    off = np.abs(track.edges_px - _points(track.landmarks_px, depth))
    if np.nanmax(off, initial=0.0) > 0.05:
        raise ValueError("edges no longer lie on the rays of their stations: store their points")
    return depth


def _points(landmarks_px: Floats, depth_px: Floats) -> Floats:
    stations, normal = _axis(landmarks_px)
    points: Floats = stations[:, None] + depth_px[..., None] * normal[:, None, None]
    return points
