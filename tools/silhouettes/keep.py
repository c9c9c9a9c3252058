"""Copy filmed tracks into the tests, small: ``keep.py dev|test NAME...``.

Pixels are rounded to a sixteenth and the model's metres are dropped, since the back needs neither.
"""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]

from formcheck.sources.track_file import read_track, write_track  # noqa: E402

TARGET = HERE.parents[1] / "tests" / "data" / "backs"


def main() -> None:
    """Copy the named tracks and their truth."""
    split, names = sys.argv[1], sys.argv[2:]
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in names:
        source = HERE / ".cache" / split / f"{name}.parquet"
        track = read_track(source)
        small = replace(
            track,
            landmarks_px=np.round(track.landmarks_px * 16) / 16,
            edges_px=np.round(track.edges_px * 16) / 16,
            landmarks_m=np.full_like(track.landmarks_m, np.nan),
            visibility=np.round(track.visibility * 64) / 64,
            edge_confidence=np.round(track.edge_confidence * 64) / 64,
        )
        write_track(small, TARGET / source.name)
        shutil.copy(source.with_suffix(".json"), TARGET / f"{name}.json")


if __name__ == "__main__":
    main()
