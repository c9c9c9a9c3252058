"""What the accuracy benchmark runs over: rendered clips, filmed tracks, and shared footage where present."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from predictions import Prediction, of_product

from formcheck.body.pose import PoseTrack
from formcheck.coach.judge import Corrections, judge
from formcheck.errors import UsageError
from formcheck.exercises.load import load
from formcheck.sources.extract import extract
from formcheck.sources.track_file import read_track, write_track

ROOT = Path(__file__).parents[1]
CACHE = Path(__file__).parent / ".cache"
MODEL = ROOT / "models" / "pose_landmarker_full.task"
SHARED = ROOT.parent / "shared" / "data"
# Real footage whose repetitions of a squat were counted by eye.
REAL_SQUATS = {
    "squat_side_2reps_rohanx01": 2,
    "gait_side_sports2d_demo": 0,
    "balance_front_pose2sim_cam02": 0,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One recording; ``truth`` is in the samples' schema, None where only a count is known."""

    name: str
    source: str  # "rendered clip", "filmed track" or "real"
    split: str
    track: PoseTrack
    truth: dict[str, Any] | None
    true_reps: int | None = None


def cases(quick: bool = False) -> Iterator[Case]:
    """Yield every recording that is there: clips first, then tracks, then real footage."""
    for video in sorted((ROOT / "samples").glob("*.mp4")):
        truth = json.loads(video.with_suffix(".json").read_text())
        yield Case(video.stem, "rendered clip", truth["split"], extracted(video), truth)
    filmed = ROOT / "tools" / "silhouettes" / ".cache"
    made = [folder for folder in (filmed / "dev", filmed / "test") if folder.is_dir()]
    folders = made if made and not quick else [ROOT / "tests" / "data" / "backs"]
    for folder in folders:
        for path in sorted(folder.glob("*.parquet")):
            truth = json.loads(path.with_suffix(".json").read_text())
            yield Case(path.stem, "filmed track", truth["split"], read_track(path), truth)
    for name, count in REAL_SQUATS.items():
        video = SHARED / "videos" / f"{name}.mp4"
        if video.exists():
            yield Case(name, "real", "test", extracted(video), None, count)


def predicted(case: Case) -> Prediction:
    """Run the product over a recording as a user does.

    Where nothing is exercised a squat is asked for. An exercise that the library does not hold is measured
    and not counted. Filmed tracks are too short to hold the start posture for three seconds: it is named
    for them, as a user may.
    """
    truth = case.truth or {}
    start = truth.get("neutral") if case.source == "filmed track" else None
    corrections = Corrections(neutral_s=(start["start_s"], start["end_s"])) if start else Corrections()
    try:
        loaded, counted = load(truth.get("exercise") or "squat"), True
    except UsageError:
        loaded, counted = load("squat"), False
    near = truth["camera"]["near_side"] if truth else None
    return of_product(judge(case.track, loaded, corrections), case.track, near, counted)


def extracted(video: Path) -> PoseTrack:
    """Return a video's track by the product's own extraction, kept until video, model or code change."""
    parts = (b"raw", video.read_bytes(), MODEL.read_bytes()[:4096], _extraction())
    path = CACHE / f"{hashlib.sha256(b''.join(parts)).hexdigest()[:16]}.parquet"
    if not path.exists():
        CACHE.mkdir(exist_ok=True)
        # Recordings are read without MediaPipe's own filter (formcheck/report/analysis.py).
        write_track(extract(video, MODEL, smoothed=False), path)
    return read_track(path)


@cache
def _extraction() -> bytes:
    """Return the code that makes poses of pictures."""
    return b"".join(path.read_bytes() for path in sorted((ROOT / "formcheck" / "sources").glob("*.py")))
