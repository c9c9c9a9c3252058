"""How fast recordings are judged: ``python benchmarks/throughput.py [--rounds 3] [--seconds 60] [--legacy]``.

Side by side in one run, round by round: a plain single-process loop of decoding and raw MediaPipe with masks
(and with ``--legacy`` the same with ``mp.solutions`` of mediapipe 0.10.21, in an environment of its own that
is made on first use), ``formcheck analyze`` without and with the overlay video, with two workers and with
one. Whole processes are timed, start-up included. Then: whether one and two workers say the same, and how
fast a stored track is judged again. Prints a table and writes ``benchmarks/throughput.json``.

Times of a busy machine mean little, so the load is said with them; so is CPU time, which does not depend on
it as much: half of it is what two idle cores would need at best.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from recordings import CACHE, recording
from running import Run, run

from formcheck.coach.judge import judge
from formcheck.exercises.load import load
from formcheck.sources.model_files import resolve
from formcheck.sources.track_file import read_track

# What was promised: times the plain loop's speed, and frames a second.
TARGETS = {"two workers": 1.7, "two workers, video": 1.4}
MIN_REJUDGED_PER_S = 1000.0
MAX_JOIN_DEG = 1.0
NEAR_JOIN_S = 0.5
ANGLES = ("thigh_elevation", "knee_flexion", "trunk_lean", "trunk_thigh")
LEGACY = ("mediapipe==0.10.21", "numpy<2", "av")  # needs Python 3.9 to 3.12
SCRIPTS = Path(__file__).parent


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--legacy", action="store_true", help="also against mp.solutions of 0.10.21")
    options = parser.parse_args()
    clip = recording(options.seconds)
    with tempfile.TemporaryDirectory() as folder:
        commands = commands_for(clip, Path(folder), legacy=options.legacy)
        runs: dict[str, list[Run]] = {name: [] for name in commands}
        for _ in range(options.rounds):
            for name, command in commands.items():
                runs[name].append(run(command))
                print(f"  {name}: {runs[name][-1].wall_s:.1f} s", flush=True)
        tracks = [Path(folder) / name / "track.parquet" for name in ("one-worker", "two-workers")]
        result = {
            "seconds": options.seconds,
            "cores": len(os.sched_getaffinity(0)),
            "runs": {name: summary(each, runs["plain loop"]) for name, each in runs.items()},
            "agreement": agreement(*tracks),
            "rejudged_frames_per_s": rejudged_per_s(tracks[0]),
        }
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")
    print(table(result))


def commands_for(clip: Path, folder: Path, *, legacy: bool) -> dict[str, list[str | Path]]:
    """Return what is run, by name."""
    model = Path(resolve("full").path)
    analyze: list[str | Path] = [sys.executable, "-m", "formcheck", "analyze", clip, "--exercise", "squat"]
    commands: dict[str, list[str | Path]] = {
        "plain loop": [sys.executable, SCRIPTS / "plain_loop.py", clip, model],
        "two workers": [*analyze, "--no-video", "--workers", "2", "--out", folder / "two-workers"],
        "two workers, video": [*analyze, "--workers", "2", "--out", folder / "video"],
        "one worker": [*analyze, "--no-video", "--workers", "1", "--out", folder / "one-worker"],
    }
    if legacy:
        commands["mp.solutions 0.10.21"] = [legacy_python(), SCRIPTS / "plain_loop.py", clip]
    return commands


def legacy_python() -> Path:
    """Return the interpreter of an environment with the last mediapipe that is usual in older programs."""
    place = CACHE / "legacy"
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *LEGACY], check=True)
    return python


def summary(runs: list[Run], plain: list[Run]) -> dict[str, Any]:
    """Return the median and spread of some runs, and their ratio to the plain loop's of the same rounds."""
    ratios = [base.wall_s / each.wall_s for base, each in zip(plain, runs, strict=True)]
    return {
        "wall_s": statistics.median(each.wall_s for each in runs),
        "wall_s_all": [round(each.wall_s, 2) for each in runs],
        "cpu_s": statistics.median(each.cpu_s for each in runs),
        "ratio": statistics.median(ratios),
        "ratio_all": [round(each, 3) for each in ratios],
        "load": [each.load for each in runs],
    }


def agreement(one: Path, two: Path) -> dict[str, Any]:
    """Return whether tracks of one and of two workers are judged alike, and how far angles differ."""
    first, second = (judge(read_track(path), load("squat")) for path in (one, two))
    t_s = first.signals.t_s
    near = np.abs(t_s - first.report.origin.duration_s / 2) <= NEAR_JOIN_S
    result: dict[str, Any] = {
        "same_repetitions_and_verdicts": [rep.verdict for rep in first.report.reps]
        == [rep.verdict for rep in second.report.reps],
        "repetitions": len(first.report.reps),
    }
    for name in ANGLES:
        difference = np.abs(first.signals.deg[name] - second.signals.deg[name])
        result[name] = {
            "at_join_deg": float(np.nanmax(difference[near])),
            "anywhere_deg": float(np.nanmax(difference)),
            "rms_deg": float(np.sqrt(np.nanmean(difference**2))),
        }
    return result


def rejudged_per_s(path: Path) -> float:
    """Return how many frames of a stored track are judged in a second, at best of five."""
    track, exercise = read_track(path), load("squat")
    took = []
    for _ in range(5):
        began = time.perf_counter()
        judge(track, exercise)
        took.append(time.perf_counter() - began)
    return len(track) / min(took)


def table(result: dict[str, Any]) -> str:
    """Return everything in words."""
    lines = [f"{'':24}{'wall s':>8}{'CPU s':>8}{'times the plain loop':>24}  load"]
    for name, row in result["runs"].items():
        spread = f"{row['ratio']:.2f} ({min(row['ratio_all']):.2f}-{max(row['ratio_all']):.2f})"
        wanted = f"  at least {TARGETS[name]}" if name in TARGETS else ""
        loads = f"{min(row['load']):.0f}-{max(row['load']):.0f}"
        lines.append(f"{name:24}{row['wall_s']:8.1f}{row['cpu_s']:8.1f}{spread:>24}  {loads}{wanted}")
    same = result["agreement"]
    verdicts = "same" if same["same_repetitions_and_verdicts"] else "OTHER"
    lines.append(f"one and two workers: {same['repetitions']} repetitions, {verdicts} verdicts; differences")
    for name in ANGLES:
        row = same[name]
        lines.append(
            f"  {name}: {row['at_join_deg']:.2f} of {MAX_JOIN_DEG} deg within {NEAR_JOIN_S} s of the join, "
            f"{row['anywhere_deg']:.2f} anywhere, {row['rms_deg']:.2f} root mean square"
        )
    rejudged = result["rejudged_frames_per_s"]
    lines.append(f"judged again: {rejudged:.0f} frames/s, at least {MIN_REJUDGED_PER_S:.0f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
