"""Render sample clips: `render.py CLIP... | all | list`; resumable frame by frame, most useful clips first.

`--truth` writes truth files alone. `--stills N` draws N pictures of each clip at its extremes to
`.cache/stills/` and writes no clip.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from clip import HERE, Take, load, perform, truth_of, write_truth
from extras import Extra, extras_of, props
from post import Post
from scene import Stage, read_png
from scipy.ndimage import gaussian_filter
from shadow import FloorShadow, vertex_areas

SAMPLES = HERE.parents[1] / "samples"
CACHE = HERE / ".cache"
LOOK_VERSION = 8  # raise when anything that changes pixels changes


def order() -> list[str]:
    """Clip names, most useful first (clips/ORDER)."""
    lines = (HERE / "clips" / "ORDER").read_text().split()
    return [line for line in lines if not line.startswith("#")]


class Renderer:
    """Draws the frames of one take, through a cache keyed by everything that shapes the pixels."""

    def __init__(self, take: Take, pause: Path | None) -> None:
        self.take, self.clip, self.camera, self.pause = take, take.clip, take.clip.camera, pause
        spec = self.clip.spec
        self.samples = spec.get("samples", 3)
        self.extras: list[Extra] = extras_of(take)
        fixed = [
            LOOK_VERSION,
            spec["body"],
            spec["outfit"],
            take.look,
            spec["room"],
            repr(self.camera),
            self.samples,
            spec.get("props", []),
            spec.get("motion", {}).get("near_side", ""),
            spec.get("extras", []),
        ]
        self.key = hashlib.sha1(
            json.dumps(fixed, sort_keys=True, default=str).encode(), usedforsecurity=False
        ).hexdigest()[:12]
        self.folder = CACHE / "frames" / self.key
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stage: Stage | None = None
        self.shadow: FloorShadow | None = None

    def setting(self) -> Stage:
        """Build the stage when the first frame really has to be drawn."""
        if self.stage is None:
            self.stage = Stage(self.clip.spec["room"], self.camera, self.samples)
            self.stage.add_person(0, self.take.layers, self.take.look)
            for i, extra in enumerate(self.extras):
                self.stage.add_person(i + 1, extra.layers, extra.look)
            props(self.stage, self.take)
            self.stage.show(True)
        return self.stage

    def plate(self) -> np.ndarray:
        """Draw the empty room."""
        path = self.folder / "plate.png"
        if not path.exists():
            stage = self.setting()
            stage.show(False)
            stage.draw(self.folder / "plate-new.png", None, 24)
            (self.folder / "plate-new.png").rename(path)
            stage.show(True)
        return read_png(path)

    def frame(self, k: int) -> tuple[np.ndarray, bool]:
        """Picture of frame k, and whether it had to be drawn."""
        people = [self.take.vertices(k), *(extra.vertices(k) for extra in self.extras)]
        digest = hashlib.sha1(usedforsecurity=False)
        for person in people:
            for points in person[:2]:
                digest.update(np.round(points, 4).tobytes())
        name = digest.hexdigest()[:16]
        crop = self.crop(people)
        path = self.folder / f"{name}.png"
        drawn = not path.exists()
        if drawn:
            self.wait()
            stage = self.setting()
            for number, person in enumerate(people):
                stage.pose(number, person)
            new = self.folder / "frame-new.png"
            stage.draw(new, crop)
            new.rename(path)
        return self.composite(read_png(path, alpha=True), crop[:2], people), drawn

    def wait(self) -> None:
        """Hold while somebody asks for the machine."""
        while self.pause and self.pause.exists():
            time.sleep(1.0)

    def crop(self, people: list[list[np.ndarray]]) -> tuple[int, int, int, int]:
        """Find the people's rectangle in the picture, in pixels."""
        camera = self.camera
        pictures = [camera.project(np.vstack(person)) for person in people]
        seen = np.vstack([p for p in pictures if p[:, 0].max() > 0 and p[:, 0].min() < camera.width_px])
        low, high = np.floor(seen.min(axis=0)).astype(int) - 4, np.ceil(seen.max(axis=0)).astype(int) + 4
        low = np.clip(low, 0, [camera.width_px - 8, camera.height_px - 8])
        high = np.clip(high, low + 8, [camera.width_px, camera.height_px])
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    def composite(
        self, crop: np.ndarray, corner: tuple[int, int], people: list[list[np.ndarray]]
    ) -> np.ndarray:
        """Lay the people over the empty room, which they shade."""
        if self.shadow is None:
            lamp = np.array([0, 0, 2.65]) + 0.2 * self.camera.right - 0.9 * self.camera.forward
            self.shadow = FloorShadow(
                self.camera, lamp, 0.01 if "mat" in self.clip.spec.get("props", []) else 0.0
            )
            self.areas = [
                np.concatenate([vertex_areas(layer) for layer in layers])
                for layers in (self.take.layers, *(extra.layers for extra in self.extras))
            ]
            self.empty = self.plate().astype(np.float32)
            self.solid = self.setting().solid_props()
        picture = self.empty.copy()
        for person, areas in zip(people, self.areas, strict=True):
            picture *= np.where(self.solid, 1.0, self.shadow.shade(np.vstack(person), areas))[..., None]
        (left, top), (h, w) = corner, crop.shape[:2]
        colour, cover = softened(crop)
        spot = picture[top : top + h, left : left + w]
        spot += colour - spot * cover
        return picture


def softened(crop: np.ndarray, sigma_px: float = 0.7) -> tuple[np.ndarray, np.ndarray]:
    """Premultiply an RGBA crop and blur its outline, which a few samples a pixel leave saw-toothed."""
    cover = crop[..., 3:].astype(np.float32) / 255
    colour = crop[..., :3] * cover
    soft_cover = gaussian_filter(cover, (sigma_px, sigma_px, 0))
    soft_colour = gaussian_filter(colour, (sigma_px, sigma_px, 0))
    outline = (soft_cover > 0.01) & (soft_cover < 0.99)
    return np.where(outline, soft_colour, colour), np.where(outline, soft_cover, cover)


class Writer:
    """H.264 in MP4: yuv420p, index first, no metadata."""

    def __init__(self, path: Path, fps: float, width_px: int, height_px: int, crf: int) -> None:
        self.container = av.open(
            str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}
        )
        self.stream = self.container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
        self.stream.width, self.stream.height, self.stream.pix_fmt = width_px, height_px, "yuv420p"
        self.stream.options = {"crf": str(crf), "preset": "slow", "x264-params": "threads=1"}
        self.stream.codec_context.flags |= av.codec.context.Flags.bitexact

    def add(self, picture: np.ndarray) -> None:
        """Append one RGB frame."""
        for packet in self.stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
            self.container.mux(packet)

    def close(self) -> None:
        """Flush and finish."""
        for packet in self.stream.encode():
            self.container.mux(packet)
        self.container.close()


def render_clip(name: str, pause: Path | None, progress: Path | None) -> None:
    """Draw what is missing, encode, write the truth; both files appear only when complete."""
    began = time.time()
    clip = load(name)
    take = perform(clip)
    n, camera = len(take.placements), clip.camera
    post = Post(clip.spec.get("post", {}), n, clip.fps, camera.width_px, camera.height_px)
    renderer = Renderer(take, pause)
    partial = CACHE / f"{name}.part.mp4"
    writer = Writer(partial, clip.fps, camera.width_px, camera.height_px, clip.spec.get("crf", 25))
    drawn, draw_s = 0, 0.0
    for k in range(n):
        start = time.time()
        picture, fresh = renderer.frame(k)
        if fresh:
            drawn, draw_s = drawn + 1, draw_s + time.time() - start
        writer.add(post.apply(k, picture))
        if k % 20 == 0:
            each = (time.time() - began) / (k + 1)
            print(
                f"{name}: frame {k}/{n}, {each:.2f} s each, about {each * (n - k) / 60:.1f} min left",
                flush=True,
            )
    writer.close()
    SAMPLES.mkdir(exist_ok=True)
    write_truth(truth_of(take, post.warp), SAMPLES / f"{name}.json")
    partial.replace(SAMPLES / f"{name}.mp4")
    size_kb = (SAMPLES / f"{name}.mp4").stat().st_size / 1000
    line = (
        f"{time.strftime('%H:%M:%S')} {name}: {n} frames, {drawn} drawn at {draw_s / max(drawn, 1):.2f} s, "
        f"{time.time() - began:.0f} s in all, {size_kb:.0f} kB"
    )
    print(line, flush=True)
    if progress:
        with progress.open("a") as log:
            log.write(line + "\n")


def rewrite_truth(name: str) -> None:
    """Write a clip's truth again without drawing anything."""
    clip = load(name)
    take = perform(clip)
    post = Post(
        clip.spec.get("post", {}), len(take.placements), clip.fps, clip.camera.width_px, clip.camera.height_px
    )
    write_truth(truth_of(take, post.warp), SAMPLES / f"{name}.json")
    print(name, "truth written", flush=True)


def stills(name: str, count: int) -> None:
    """Pictures at the start and at the extremes of a clip's first repetitions."""
    clip = load(name)
    take = perform(clip)
    camera = clip.camera
    post = Post(clip.spec.get("post", {}), len(take.placements), clip.fps, camera.width_px, camera.height_px)
    renderer = Renderer(take, None)
    q = np.array([m.q for m in take.moments])
    chosen = np.unique(
        np.concatenate(
            [
                [0],
                np.linspace(0, len(q) - 1, 40).astype(int)[
                    np.argsort(-np.abs(q[np.linspace(0, len(q) - 1, 40).astype(int)]))
                ][:1],
                np.linspace(len(q) * 0.2, len(q) - 1, max(count - 2, 0)).astype(int),
            ]
        )
    )
    pictures = []
    for k in chosen:
        picture, _ = renderer.frame(int(k))
        pictures.append(post.apply(int(k), picture))
    folder = CACHE / "stills"
    folder.mkdir(exist_ok=True)
    write_png(folder / f"{name}.png", np.hstack(pictures))
    print(folder / f"{name}.png", chosen.tolist(), flush=True)


def write_png(path: Path, picture: np.ndarray) -> None:
    """Save an RGB picture."""
    with av.open(str(path), "w", format="image2") as container:
        stream = container.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = picture.shape[1], picture.shape[0], "rgb24"
        for packet in [*stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")), *stream.encode()]:
            container.mux(packet)


def main(arguments: list[str]) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="+", help="clip names, or all, or list")
    parser.add_argument("--stills", type=int, default=0, metavar="N")
    parser.add_argument("--pause-file", type=Path, help="rendering waits while this file exists")
    parser.add_argument("--progress-file", type=Path, help="one line is appended for every finished clip")
    parser.add_argument("--again", action="store_true", help="encode clips that exist already, too")
    parser.add_argument(
        "--truth", action="store_true", help="only write the truth files of clips that exist, again"
    )
    options = parser.parse_args(arguments)
    names = order() if options.clips[0] in ("all", "list") else options.clips
    for name in names:
        done = (SAMPLES / f"{name}.mp4").exists()
        if options.clips[0] == "list":
            print(name, "done" if done else "")
        elif options.truth:
            if done:
                rewrite_truth(name)
        elif options.stills:
            stills(name, options.stills)
        elif options.again or options.clips[0] != "all" or not done:
            render_clip(name, options.pause_file, options.progress_file)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
