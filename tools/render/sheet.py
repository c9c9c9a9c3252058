"""Contact sheet and table of the samples: samples/contact-sheet.jpg, and the table in samples/README.md."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np

SAMPLES = Path(__file__).parents[2] / "samples"
BEGIN, END = "<!-- written by tools/render/sheet.py -->", "<!-- end of the table -->"
TILE_H, TILE_W, COLUMNS = 200, 150, 10


def frame_at(path: Path, index: int) -> np.ndarray:
    """One RGB frame of a video."""
    with av.open(str(path)) as container:
        for k, frame in enumerate(container.decode(video=0)):
            if k == index:
                return frame.reformat(
                    width=TILE_H * frame.width // frame.height, height=TILE_H, format="rgb24"
                ).to_ndarray()
    raise IndexError(index)


def tile(name: str) -> np.ndarray:
    """Show a clip at rest and in the middle of its largest fault or movement."""
    truth = json.loads((SAMPLES / f"{name}.json").read_text())
    q = np.array(truth["frames"]["q"])
    worst = max((f["start_s"] + f["end_s"] for r in truth["reps"] for f in r["faults"]), default=None)
    peak = int(worst / 2 * truth["fps"]) if worst else int(np.argmax(q)) if q.any() else len(q) // 2
    pair = [middle(frame_at(SAMPLES / f"{name}.mp4", k)) for k in (0, peak)]
    return np.hstack(pair)


def middle(picture: np.ndarray) -> np.ndarray:
    """Cropped or padded to the tile's width."""
    w = picture.shape[1]
    if w > TILE_W:
        picture = picture[::1, :]
        step = w / TILE_W
        keep = (np.arange(TILE_W) * step).astype(int)
        rows = (np.arange(int(TILE_H / step)) * step).astype(int)
        small = picture[rows][:, keep]
        canvas = np.full((TILE_H, TILE_W, 3), 245, np.uint8)
        canvas[(TILE_H - len(rows)) // 2 :][: len(rows)] = small
        return canvas
    return picture[:, :TILE_W]


def row(name: str) -> str:
    """One clip's row of the table."""
    truth = json.loads((SAMPLES / f"{name}.json").read_text())
    faults: dict[str, int] = {}
    for rep in truth["reps"]:
        for fault in rep["faults"]:
            faults[fault["id"]] = faults.get(fault["id"], 0) + 1
    said = ", ".join(f"{k} {fault}" for fault, k in faults.items()) or "-"
    blind = ", ".join(dict.fromkeys(each["what"] for each in truth["cannot_judge"])) or "-"
    cells = [
        f"`{name}`",
        truth["title"],
        truth["body"]["name"],
        truth["split"],
        len(truth["reps"]),
        said,
        blind,
    ]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def write_table(names: list[str]) -> None:
    """Put the table of clips into the README, between its marks."""
    head = ["clip", "what it shows", "person", "split", "repetitions", "faults in truth (repetitions)"]
    head += ["cannot be judged"]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *map(row, names)]
    page = (SAMPLES / "README.md").read_text()
    before, _, rest = page.partition(BEGIN)
    text = "\n".join(lines)
    (SAMPLES / "README.md").write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}")


def main() -> None:
    """Write the sheet, clips in alphabetical order, row by row, and the table."""
    names = sorted(p.stem for p in SAMPLES.glob("*.mp4"))
    tiles = [tile(n) for n in names]
    per_row = COLUMNS // 2
    while len(tiles) % per_row:
        tiles.append(np.full_like(tiles[0], 245))
    sheet = np.vstack([np.hstack(tiles[i : i + per_row]) for i in range(0, len(tiles), per_row)])
    with av.open(str(SAMPLES / "contact-sheet.jpg"), "w", format="image2") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = sheet.shape[1], sheet.shape[0], "yuvj444p"
        stream.options = {"qmin": "3", "qmax": "3"}
        for packet in [*stream.encode(av.VideoFrame.from_ndarray(sheet, format="rgb24")), *stream.encode()]:
            container.mux(packet)
    write_table(names)
    print(", ".join(names))


if __name__ == "__main__":
    main()
