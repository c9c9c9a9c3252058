"""A second of poses as bytes, and back. No pixels; no pickle."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, fields

import numpy as np

from formcheck.body.pose import Origin, PoseTrack

_ARRAYS = tuple(each.name for each in fields(PoseTrack) if each.name != "origin")


def pack(track: PoseTrack) -> bytes:
    """Return a stretch of a track as bytes; numbers keep single precision, times double."""
    arrays = {name: np.asarray(getattr(track, name)) for name in _ARRAYS}
    single = {
        name: values.astype(np.float32) if values.dtype == np.float64 and name != "t_s" else values
        for name, values in arrays.items()
    }
    origin = np.frombuffer(json.dumps(asdict(track.origin)).encode(), np.uint8)
    target = io.BytesIO()
    np.savez_compressed(target, allow_pickle=False, origin=origin, **single)
    return target.getvalue()


def unpack(pieces: Sequence[bytes]) -> PoseTrack:
    """Return the track that stretches in their order make; what does not go on in time is left out."""
    parts = [_unpacked(piece) for piece in pieces]
    if not parts:
        return PoseTrack.from_poses([])
    kept: list[PoseTrack] = []
    last_s = -np.inf
    for part in parts:
        later = part[part.t_s > last_s]
        if len(later):
            kept.append(later)
            last_s = float(later.t_s[-1])
    joined = {name: np.concatenate([getattr(part, name) for part in kept or parts[:1]]) for name in _ARRAYS}
    return PoseTrack(**joined, origin=parts[-1].origin)


def _unpacked(piece: bytes) -> PoseTrack:
    with np.load(io.BytesIO(piece), allow_pickle=False) as arrays:
        origin = Origin(**json.loads(arrays["origin"].tobytes()))
        wide = {
            name: values.astype(np.float64) if values.dtype == np.float32 else values
            for name, values in ((name, arrays[name]) for name in _ARRAYS if name in arrays)  # older: fewer
        }
    return PoseTrack(**wide, origin=origin)
