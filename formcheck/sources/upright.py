"""Pictures are turned the way a player shows them, whatever way the phone stored them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
from av.buffer import Buffer
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame

from formcheck.sources.frames import Image


@dataclass(frozen=True, slots=True)
class Upright:
    """How a decoded picture becomes upright: mirrored first where asked for, then turned.

    Parameters
    ----------
    quarter_turns : int
        Counter-clockwise quarter turns, 0 to 3.
    mirrored : bool
        Whether the picture is flipped left to right before it is turned.
    """

    quarter_turns: int = 0
    mirrored: bool = False

    @classmethod
    def of(cls, frame: VideoFrame) -> "Upright":
        """Read the display matrix that comes with a picture."""
        side_data = cast("Mapping[SideDataType, Buffer]", frame.side_data)  # PyAV's own hint is too narrow
        try:
            matrix = np.frombuffer(bytes(side_data[SideDataType.DISPLAYMATRIX]), dtype=np.int32)
        except KeyError:
            return cls()
        a, b, c, d = (float(matrix[i]) for i in (0, 1, 3, 4))
        mirrored = a * d - b * c < 0
        if mirrored:
            a, b = -a, -b
        degrees = -math.degrees(math.atan2(b, a))
        return cls(quarter_turns=round(degrees / 90) % 4, mirrored=mirrored)

    @property
    def sideways(self) -> bool:
        """Whether width and height change places."""
        return self.quarter_turns % 2 == 1

    @property
    def rotation_deg(self) -> int:
        """Clockwise angle by which a player turns the stored picture: 0, 90, 180 or 270."""
        return -self.quarter_turns % 4 * 90

    def apply(self, image: Image) -> Image:
        """Return the upright picture, contiguous."""
        if self.mirrored:
            image = image[:, ::-1]
        return np.ascontiguousarray(np.rot90(image, self.quarter_turns))


def upright_image(picture: VideoFrame, upright: Upright, width_px: int, height_px: int) -> Image:
    """Convert a picture to upright RGB of the given upright size, shape (height_px, width_px, 3)."""
    stored = (height_px, width_px) if upright.sideways else (width_px, height_px)
    # "AREA" averages what it drops; bilinear would alias edges that the contour needs
    scaled = picture.reformat(
        width=stored[0], height=stored[1], format="rgb24", interpolation="AREA", threads=1
    )
    image: Image = np.asarray(scaled.to_ndarray(), dtype=np.uint8)
    return upright.apply(image)
