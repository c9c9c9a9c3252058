"""How much memory ``formcheck analyze`` takes: ``python benchmarks/memory.py [--minutes 20] [--fps 30] ...``.

Peak memory of the command and its workers together (PSS), for a recording of one minute and for a long one,
with and without the overlay video, and for a recording in 4K against the same in 720p. Prints a table and
writes ``benchmarks/memory.json``.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from recordings import recording
from running import Run, run

# What was promised.
MAX_BYTES_PER_FRAME = 6000.0
MAX_4K_MB = 300.0


def main() -> None:
    """Measure, print and write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="length of the long recording")
    parser.add_argument("--fps", type=int, default=30)
    parser.add_argument("--size", type=int, nargs=2, default=(1280, 720), metavar=("WIDTH", "HEIGHT"))
    parser.add_argument("--model-file", help="a quicker model than the full one; memory grows alike")
    options = parser.parse_args()
    rows = [growth(options, video=video) for video in (False, True)]
    result = {"growth": rows, "4k": large(options)}
    for row in rows:
        print(
            f"{'with' if row['video'] else 'without'} video: {row['minute_mb']:.0f} MB at 1 min, "
            f"{row['long_mb']:.0f} MB at {options.minutes:g} min ({row['frames']} frames): "
            f"{row['bytes_per_frame']:.0f} bytes a frame more, {MAX_BYTES_PER_FRAME:.0f} allowed"
        )
    print("4K: {4k_mb:.0f} MB, 720p: {720p_mb:.0f} MB, ".format(**result["4k"]), end="")
    print(f"{result['4k']['more_mb']:.0f} MB more, {MAX_4K_MB:.0f} allowed")
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")


def growth(options: argparse.Namespace, *, video: bool) -> dict[str, Any]:
    """Return the peaks of a minute and of a long recording, and the growth per frame between them."""
    peaks = [
        peak_mb(recording(seconds, *options.size, options.fps), options, video=video)
        for seconds in (60.0, 60.0 * options.minutes)
    ]
    frames = round((60.0 * options.minutes - 60.0) * options.fps)
    return {
        "video": video,
        "minute_mb": peaks[0],
        "long_mb": peaks[1],
        "minutes": options.minutes,
        "frames": frames,
        "bytes_per_frame": (peaks[1] - peaks[0]) * 1e6 / frames,
    }


def large(options: argparse.Namespace) -> dict[str, float]:
    """Return the peaks of 20 s in 4K and in 720p, with video."""
    small, uhd = (
        peak_mb(recording(20.0, *size), options, video=True) for size in ((1280, 720), (3840, 2160))
    )
    return {"720p_mb": small, "4k_mb": uhd, "more_mb": uhd - small}


def peak_mb(path: Path, options: argparse.Namespace, *, video: bool) -> float:
    """Return the most memory that analysing a recording held."""
    with tempfile.TemporaryDirectory() as folder:
        done: Run = run(
            [
                *(sys.executable, "-m", "formcheck", "analyze", path, "--exercise", "squat"),
                *("--workers", "2", "--out", Path(folder) / "out"),
                *([] if video else ["--no-video"]),
                *(["--model-file", options.model_file] if options.model_file else []),
            ],
            memory=True,
        )
    print(f"  {path.name} {'with' if video else 'without'} video: {done.peak_mb:.0f} MB", flush=True)
    return done.peak_mb


if __name__ == "__main__":
    main()
