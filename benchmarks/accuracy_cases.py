"""What the accuracy benchmark runs over: rendered clips, filmed tracks, and shared footage where present."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from formcheck.body.pose import PoseTrack
from formcheck.sources.extract import extract
from formcheck.sources.track_file import read_track, write_track

ROOT = Path(__file__).parents[1]
CACHE = Path(__file__).parent / ".cache"
MODEL = ROOT / "models" / "pose_landmarker_full.task"
SHARED = ROOT.parent / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Case:
    """One recording; ``truth`` is in the samples' schema, None where none is known."""

    name: str
    source: str  # "rendered clip", "filmed track" or "real"
    split: str
    track: PoseTrack
    truth: dict[str, Any] | None


def cases(quick: bool = False) -> Iterator[Case]:
    """Yield every recording that is there: clips first, then tracks, then real footage."""
    for video in sorted((ROOT / "samples").glob("*.mp4")):
        truth = json.loads(video.with_suffix(".json").read_text())
        yield Case(video.stem, "rendered clip", truth["split"], extracted(video), truth)
    filmed = ROOT / "tools" / "silhouettes" / ".cache"
    folders = [ROOT / "tests" / "data" / "backs"] if quick else [filmed / "dev", filmed / "test"]
    for folder in folders:
        for path in sorted(folder.glob("*.parquet")):
            truth = json.loads(path.with_suffix(".json").read_text())
            yield Case(path.stem, "filmed track", truth["split"], read_track(path), truth)
    squat = SHARED / "videos" / "squat_side_2reps_rohanx01.mp4"
    if squat.exists():
        yield Case("squat_side_2reps_rohanx01", "real", "test", extracted(squat), None)


def extracted(video: Path) -> PoseTrack:
    """Return a video's track by the product's own extraction, kept by the content of video and model."""
    key = hashlib.sha256(b"raw" + video.read_bytes() + MODEL.read_bytes()[:4096]).hexdigest()[:16]
    path = CACHE / f"{key}.parquet"
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        # Recordings are read without MediaPipe's own filter (formcheck/report/analysis.py).
        write_track(extract(video, MODEL, smoothed=False), path)
    return read_track(path)
