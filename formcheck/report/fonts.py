"""Where the one typeface is: DejaVu Sans, which comes with matplotlib, which comes with mediapipe."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

FAMILY = "DejaVu Sans"


def font_folder() -> Path:
    """Return the folder that holds the typeface; found without importing matplotlib, which is slow."""
    spec = find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("matplotlib is not installed: its fonts are needed to draw text")
    return Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"


@lru_cache(maxsize=64)
def font(size_px: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return the typeface at a size in pixels."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(font_folder() / name, size_px)
