"""Small pictures with transparency - panels, text, marks - made once with Pillow and blended with OpenCV.

Everything here depends on its arguments alone and is cached: a frame only pays for the blending.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw

from formcheck.report.fonts import font
from formcheck.report.words import Phase
from formcheck.sources.frames import Image

Rgb = tuple[int, int, int]
Mark = Literal["ok", "back_unseen", "borderline", "fault", "cannot_judge", "info", "amber", "red"]

PANEL = (13, 23, 31, 205)
WHITE: Rgb = (250, 252, 253)
SOFT: Rgb = (190, 203, 212)
OK: Rgb = (64, 214, 172)
AMBER: Rgb = (246, 183, 60)
RED: Rgb = (255, 122, 66)
SKY: Rgb = (110, 192, 244)
GREY: Rgb = (196, 204, 210)
MARK_COLOUR: dict[str, Rgb] = {
    "ok": OK,
    "borderline": AMBER,
    "amber": AMBER,
    "fault": RED,
    "red": RED,
    "info": SKY,
    "cannot_judge": GREY,
    "back_unseen": GREY,
}
_FINER = 4  # shapes are drawn this much larger and scaled down: Pillow does not smooth their edges


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """Premultiplied colour and what is let through, both (h, w, 3) of uint8."""

    colour: Image
    through: Image

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.colour.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.colour.shape[0])


def blend(image: Image, tile: Tile, x: int, y: int) -> None:
    """Lay a tile over a picture, in place; what lies outside is cut off."""
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + tile.width, image.shape[1]), min(y + tile.height, image.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = image[y0:y1, x0:x1]
    within = np.s_[y0 - y : y1 - y, x0 - x : x1 - x]
    dimmed = cv2.multiply(part, tile.through[within], scale=1 / 255)
    part[:] = cv2.add(dimmed, tile.colour[within])


def _tile(picture: PillowImage.Image) -> Tile:
    rgba = np.asarray(picture, dtype=np.uint16)
    alpha = rgba[..., 3:]
    colour = (rgba[..., :3] * alpha + 127) // 255
    through = np.broadcast_to(255 - alpha, colour.shape)
    return Tile(colour.astype(np.uint8), np.ascontiguousarray(through.astype(np.uint8)))


def _blank(width: int, height: int) -> PillowImage.Image:
    return PillowImage.new("RGBA", (max(1, width), max(1, height)), (0, 0, 0, 0))


def _rounded(width: int, height: int, radius: int, fill: tuple[int, ...]) -> PillowImage.Image:
    width, height = max(1, width), max(1, height)
    large = _blank(width * _FINER, height * _FINER)
    box = (0, 0, width * _FINER - 1, height * _FINER - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius * _FINER, fill=fill)
    return large.resize((width, height), PillowImage.Resampling.LANCZOS)


@lru_cache(maxsize=64)
def panel(width: int, height: int, radius: int) -> Tile:
    """Return a dark, slightly transparent panel with round corners."""
    return _tile(_rounded(width, height, radius, PANEL))


@lru_cache(maxsize=256)
def text_width(text: str, size_px: int, *, bold: bool = False) -> int:
    """Return the width of a text in pixels."""
    return round(font(size_px, bold=bold).getlength(text))


@lru_cache(maxsize=256)
def text(content: str, size_px: int, colour: Rgb = WHITE, *, bold: bool = False) -> Tile:
    """Return one line of text; the tile is ``1.3 * size_px`` high with the baseline at ``size_px``."""
    picture = _blank(text_width(content, size_px, bold=bold) + 2, round(1.3 * size_px))
    # transparent pixels carry the colour, so that smoothing at the edges does not darken it
    picture.paste((*colour, 0), (0, 0, *picture.size))
    draw = ImageDraw.Draw(picture)
    draw.text((1, size_px), content, font=font(size_px, bold=bold), fill=(*colour, 255), anchor="ls")
    return _tile(picture)


def fitted(content: str, size_px: int, width: int, *, bold: bool = False) -> int:
    """Return the largest size up to ``size_px``, and no less than half of it, at which a text fits."""
    for size in range(size_px, size_px // 2, -1):
        if text_width(content, size, bold=bold) <= width:
            return size
    return max(1, size_px // 2)


@lru_cache(maxsize=64)
def wrapped(
    content: str, size_px: int, width: int, max_lines: int = 2, *, bold: bool = False
) -> tuple[str, ...]:
    """Return a text in lines that fit; the last one ends in an ellipsis where it was cut."""
    lines: list[str] = []
    words = content.split()
    while words and len(lines) < max_lines:
        n = 1
        while n < len(words) and text_width(" ".join(words[: n + 1]), size_px, bold=bold) <= width:
            n += 1
        lines.append(" ".join(words[:n]))
        words = words[n:]
    if words and lines:
        last = lines[-1]
        while last and text_width(f"{last}…", size_px, bold=bold) > width:
            last = last[:-1]
        lines[-1] = f"{last.rstrip()}…"
    return tuple(lines)


@lru_cache(maxsize=16)
def large_lines(content: str, size_px: int, width: int) -> tuple[int, tuple[str, ...]]:
    """Return the largest size up to ``size_px`` at which bold text fits, and its lines.

    One line as long as that takes at most a fifth of the size, two else; below half the size it is cut.
    """
    for max_lines, smallest in ((1, 0.8 * size_px), (2, 0.5 * size_px)):
        size = size_px
        while size >= smallest:
            lines = wrapped(content, size, width, max_lines, bold=True)
            if " ".join(lines) == content and all(text_width(s, size, bold=True) <= width for s in lines):
                return size, lines
            size -= 1
    size = max(1, size_px // 2)
    return size, wrapped(content, size, width, 2, bold=True)


@lru_cache(maxsize=64)
def mark(kind: Mark, size: int) -> Tile:
    """Return the sign of a verdict or severity: each has its own shape, colour only repeats it.

    A round tick is fine, a ring is that but for the back, a triangle is borderline or amber, an octagon is a
    fault or red, a round question mark could not be judged, a round i is information.
    """
    n = size * _FINER
    large = _blank(n, n)
    draw = ImageDraw.Draw(large)
    fill = (*MARK_COLOUR[kind], 255)
    ink = (13, 23, 31, 255)
    if kind in ("borderline", "amber"):
        draw.polygon([(n * 0.5, n * 0.04), (n * 0.99, n * 0.94), (n * 0.01, n * 0.94)], fill=fill)
    elif kind in ("fault", "red"):
        corner = np.radians(np.arange(22.5, 360, 45))
        points = zip(n / 2 + n / 2 * np.cos(corner), n / 2 + n / 2 * np.sin(corner), strict=True)
        draw.polygon([(float(x), float(y)) for x, y in points], fill=fill)
    elif kind == "back_unseen":
        draw.ellipse((n * 0.08, n * 0.08, n * 0.92, n * 0.92), outline=fill, width=round(n * 0.14))
    else:
        draw.ellipse((0, 0, n - 1, n - 1), fill=fill)
    if kind == "ok":
        tick = [(n * 0.27, n * 0.53), (n * 0.44, n * 0.70), (n * 0.75, n * 0.33)]
        draw.line(tick, fill=ink, width=round(n * 0.12), joint="curve")
    else:
        sign = {"cannot_judge": "?", "info": "i", "back_unseen": ""}.get(kind, "!")
        middle = 0.60 if kind in ("borderline", "amber") else 0.5
        draw.text((n / 2, n * middle), sign, font=font(round(n * 0.68), bold=True), fill=ink, anchor="mm")
    return _tile(large.resize((size, size), PillowImage.Resampling.LANCZOS))


@lru_cache(maxsize=32)
def phase_sign(phase: Phase, size: int) -> Tile:
    """Return the sign of a phase: up, down, two bars for a hold, a ring for rest."""
    n = size * _FINER
    large = _blank(n, n)
    draw = ImageDraw.Draw(large)
    fill = (*WHITE, 255)
    if phase == "concentric":
        draw.polygon([(n * 0.5, n * 0.1), (n * 0.95, n * 0.85), (n * 0.05, n * 0.85)], fill=fill)
    elif phase == "eccentric":
        draw.polygon([(n * 0.5, n * 0.9), (n * 0.95, n * 0.15), (n * 0.05, n * 0.15)], fill=fill)
    elif phase == "hold":
        for left in (0.15, 0.58):
            draw.rectangle((n * left, n * 0.1, n * (left + 0.27), n * 0.9), fill=fill)
    else:
        draw.ellipse((n * 0.14, n * 0.14, n * 0.86, n * 0.86), outline=(*SOFT, 255), width=round(n * 0.14))
    return _tile(large.resize((size, size), PillowImage.Resampling.LANCZOS))
