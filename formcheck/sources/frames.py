"""What every source has in common, and ``Frame``: one picture and when it was seen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Protocol, Self, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from formcheck.body.pose import Origin

Image = npt.NDArray[np.uint8]

# The pose model's networks see the person in 256 x 256; a finer picture only costs more, because the mask is
# enlarged to its size. What the shorter side keeps at least when a picture is made smaller for them: a person
# who fills it is measured as well (docs/lumbar-sensor.md) [M].
LEAST_SIDE_PX = 360


@dataclass(frozen=True, eq=False)
class Frame:
    """One upright picture at one instant.

    Parameters
    ----------
    t_s : float
        Presentation time in seconds.
    image_rgb : ndarray of uint8, shape (h, w, 3)
        The picture, contiguous, possibly smaller than the original.
    width_px, height_px : int
        Size of the upright original. Coordinates handed on are in its pixels: x runs from 0 at the left
        edge of the picture to ``width_px`` at the right edge, so that pixel i covers i to i + 1.
    full_size : callable, optional
        Makes the picture at its original size; not to be called once the source has moved on for long,
        because it keeps the decoded picture alive. None: ``image_rgb`` is the original.
    """

    t_s: float
    image_rgb: Image
    width_px: int
    height_px: int
    full_size: Callable[[], Image] | None = field(default=None, repr=False)

    @classmethod
    def from_image(cls, t_s: float, image_rgb: Image) -> "Frame":
        """Return a frame whose picture is the original."""
        height, width = image_rgb.shape[:2]
        return cls(t_s=t_s, image_rgb=np.ascontiguousarray(image_rgb), width_px=width, height_px=height)

    @cached_property
    def small_rgb(self) -> Image:
        """The picture as small as the pose model may see it, each pixel the mean of a whole number of them.

        Made once: a live set shows it too. Not to be changed.
        """
        height, width = self.image_rgb.shape[:2]
        factor = min(height, width) // LEAST_SIDE_PX
        if factor < 2:
            return self.image_rgb
        size = width // factor, height // factor
        return np.asarray(cv2.resize(self.image_rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)

    def original_rgb(self) -> Image:
        """Return the picture at its original size, shape (height_px, width_px, 3)."""
        return self.image_rgb if self.full_size is None else self.full_size()


Item = TypeVar("Item", covariant=True)


class Source(Protocol[Item]):
    """Where frames or poses come from: a file, a camera, a recorded track, a test.

    Iterating yields items whose ``t_s`` is finite and strictly increases. A recording may be iterated
    again from its start; closing twice is harmless, and iterating after closing is a ``ValueError``.
    """

    @property
    def origin(self) -> Origin:
        """What is known of the source so far; ``damage`` is final after the last item."""
        ...

    def __iter__(self) -> Iterator[Item]: ...

    def close(self) -> None:
        """Give back files, cameras and threads."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
