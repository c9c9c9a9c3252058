"""Store the tracks of clips for the tests, small: ``python benchmarks/keep_tracks.py NAME...``."""

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[1]))

from accuracy_cases import ROOT, extracted

from tests.sample_tracks import FOLDER, packed


def main() -> None:
    """Pack the tracks of the named clips."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:]:
        track = extracted(ROOT / "samples" / f"{name}.mp4")
        data = packed(replace(track, origin=replace(track.origin, name=f"{name}.mp4")))
        (FOLDER / f"{name}.xz").write_bytes(data)
        print(f"{name}: {len(track)} frames, {len(data) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
