"""What each part of the lumbar sensor buys, in degrees: ``python benchmarks/ablation.py``.

Every rendered clip within 20 degrees of a side view whose back can be judged is read with the mask's edges
and with the picture's, and the lumbar angle is made of them in several ways; dev and test bodies apart. The
first row is the geometry of the first prototype: the slope of the back over two windows, against that of the
start posture. All rows are compared on the instants that the product judges. Prints a table, writes
``benchmarks/ablation.json``.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from accuracy_cases import CACHE, MODEL, ROOT, extracted
from accuracy_tables import table

from formcheck.body.filters import smooth_track
from formcheck.body.pose import PoseTrack
from formcheck.body.repair import repair_legs
from formcheck.body.scale import BodyScale, mid_hip_px, mid_shoulder_px
from formcheck.body.spine import LumbarReading, back_neutral, lumbar_flexion
from formcheck.body.spine_contour import back_contour, without_jumps
from formcheck.body.spine_signal import steadied
from formcheck.body.view import estimate_view
from formcheck.sources.mediapipe_pose import PoseEstimator
from formcheck.sources.track_file import read_track, write_track
from formcheck.sources.video import VideoSource

Floats = npt.NDArray[np.float64]
TARGET = Path(__file__).parent / "ablation.json"
MAX_YAW_DEG = 20.0
# measurement.md, section 2: the windows of the first prototype, in shares of the line from hip to shoulder.
SACRAL, THORACOLUMBAR = (0.08, 0.22), (0.62, 0.85)


@dataclass(frozen=True)
class Seen:
    """A clip as the network saw it; ``mask`` and ``picture`` hold the edges of either."""

    truth: dict[str, Any]
    mask: PoseTrack
    picture: PoseTrack

    @property
    def true_deg(self) -> Floats:
        """The true lumbar angle at the track's times."""
        frames = self.truth["frames"]
        angle = np.interp(self.picture.t_s, frames["t_s"], frames["lumbar_flexion_deg"])
        return np.asarray(angle, dtype=np.float64)

    def at_rest(self, track: PoseTrack) -> npt.NDArray[np.bool_]:
        """Tell which instants are the start posture."""
        neutral = self.truth["neutral"]
        return np.asarray((track.t_s >= neutral["start_s"]) & (track.t_s <= neutral["end_s"]))


def filtered(track: PoseTrack) -> PoseTrack:
    """Return the track as a recording is judged."""
    return smooth_track(repair_legs(track, BodyScale.of(track)))


def windows(track: PoseTrack, seen: Seen) -> Floats:
    """Return the prototype's angle: the back's slope over two windows, from the start posture."""
    forward = 1 if seen.truth["camera"]["facing"] == "right" else -1
    hip = mid_hip_px(track.landmarks_px)
    axis = mid_shoulder_px(track.landmarks_px) - hip
    back = np.stack([axis[:, 1], -axis[:, 0]], axis=1) * forward
    offset = track.edges_px[:, 0 if forward > 0 else 1] - hip[:, None]
    along, depth = (
        np.einsum("tnc,tc->tn", offset, each) / (axis**2).sum(axis=1)[:, None] for each in (axis, back)
    )
    lower, upper = (np.degrees(np.arctan(slopes(along, depth, window))) for window in (SACRAL, THORACOLUMBAR))
    deg = lower - upper
    return steadied(track.t_s, deg - np.nanmedian(deg[seen.at_rest(track)]))


def slopes(along: Floats, depth: Floats, window: tuple[float, float]) -> Floats:
    """Return the slope of a straight line through each row's points in a window; NaN with fewer than 3."""
    result = np.full(len(along), np.nan)
    for i, (x, y) in enumerate(zip(along, depth, strict=True)):
        inside = (x >= window[0]) & (x <= window[1]) & np.isfinite(y)
        if inside.sum() >= 3:
            result[i] = np.polyfit(x[inside], y[inside], 1)[0]
    return result


def learnt(track: PoseTrack, seen: Seen) -> LumbarReading:
    """Return the product's reading of a track, unsmoothed."""
    forward = 1 if seen.truth["camera"]["facing"] == "right" else -1
    contour = without_jumps(back_contour(track, forward), track.t_s)
    return lumbar_flexion(contour, back_neutral(contour[seen.at_rest(track)]))


def learnt_deg(track: PoseTrack, seen: Seen) -> Floats:
    """Return the product's angle."""
    reading = learnt(track, seen)
    smooth = steadied(track.t_s, reading.deg)
    return np.where(reading.reason == "", smooth, np.nan)


def for_yaw(track: PoseTrack, seen: Seen) -> Floats:
    """Return the product's angle, divided by what the view off the side leaves of a depth."""
    yaw_deg = estimate_view(track, BodyScale.of(track)).yaw_deg or 0.0
    return np.asarray(learnt_deg(track, seen) / np.cos(np.radians(yaw_deg)), dtype=np.float64)


WAYS: dict[str, Callable[[Seen], Floats]] = {
    "two windows, mask's edge": lambda seen: windows(filtered(seen.mask), seen),
    "two windows, picture's edge": lambda seen: windows(filtered(seen.picture), seen),
    "learnt, mask's edge": lambda seen: learnt_deg(filtered(seen.mask), seen),
    "learnt, picture's edge, landmarks not filtered": lambda seen: learnt_deg(seen.picture, seen),
    "learnt, picture's edge: the product": lambda seen: learnt_deg(filtered(seen.picture), seen),
    "the same, corrected for yaw by its cosine": lambda seen: for_yaw(filtered(seen.picture), seen),
}


def clips() -> dict[str, Seen]:
    """Return the clips whose back can be judged, by name."""
    found = {}
    for video in sorted((ROOT / "samples").glob("*.mp4")):
        truth = json.loads(video.with_suffix(".json").read_text())
        side = abs(truth["camera"]["yaw_from_sagittal_deg"]) <= MAX_YAW_DEG
        if side and truth["reps"] and not truth["cannot_judge"]:
            found[video.stem] = Seen(truth, with_masks_edges(video), extracted(video))
    return found


def with_masks_edges(video: Path) -> PoseTrack:
    """Return a video's track with the edges of the mask, kept like `extracted`."""
    key = hashlib.sha256(b"mask" + video.read_bytes() + MODEL.read_bytes()[:4096]).hexdigest()[:16]
    path = CACHE / f"{key}.parquet"
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        with VideoSource(video) as source, PoseEstimator(MODEL, smoothed=False, refine=False) as estimator:
            write_track(PoseTrack.from_poses([estimator.estimate(frame) for frame in source]), path)
    return read_track(path)


def row(way: Callable[[Seen], Floats], group: list[Seen]) -> dict[str, float]:
    """Return the errors of one way over some clips, in degrees; each clip counts by itself in the median."""
    errors, trues = [], []
    for seen in group:
        judged = np.isfinite(learnt_deg(filtered(seen.picture), seen))
        errors.append((way(seen) - seen.true_deg)[judged])
        trues.append(seen.true_deg[judged])
    each = [float(np.sqrt(np.nanmean(e**2))) for e in errors if np.isfinite(e).any()]
    error, true = np.concatenate(errors), np.concatenate(trues)
    given = np.isfinite(error)
    rest = np.abs(error[given & (np.abs(true) < 1)])
    return {
        "rmse": float(np.sqrt(np.mean(error[given] ** 2))),
        "median": float(np.median(each)),
        "worst": max(each),
        "gain": float(np.polyfit(true[given], (true + error)[given], 1)[0]),
        "at rest p99": float(np.percentile(rest, 99)) if rest.size else np.nan,
        "given": float(given.mean()),
    }


def main() -> None:
    """Run every way over every clip."""
    every = clips()
    result: dict[str, dict[str, dict[str, float]]] = {}
    for split in ("dev", "test"):
        group = [seen for seen in every.values() if seen.truth["split"] == split]
        result[f"{split}, {len(group)} clips"] = {name: row(way, group) for name, way in WAYS.items()}
    body = [
        [split, name, *(round(value, 2) for value in numbers.values())]
        for split, rows in result.items()
        for name, numbers in rows.items()
    ]
    header = ["clips", "how", "RMSE", "median clip", "worst clip", "gain", "at rest p99", "given"]
    print(table(header, body))
    TARGET.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
