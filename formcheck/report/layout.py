"""Sizes of what is drawn over a picture, as shares of its shorter side."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes in pixels that follow from the picture's size; ``base`` is its shorter side."""

    width: int
    height: int

    @property
    def base(self) -> int:
        """The shorter side, in pixels."""
        return min(self.width, self.height)

    def of(self, share: float) -> int:
        """Return a share of the shorter side, at least one pixel."""
        return max(1, round(share * self.base))

    @property
    def margin(self) -> int:
        """What is left free at the edges of the picture."""
        return self.of(0.03)
