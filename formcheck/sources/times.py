"""Mean rate and length of what was read, and the least that can be analysed."""

from collections.abc import Iterable
from pathlib import Path

from formcheck.errors import UnreadableInputError
from formcheck.sources.file_kind import NEEDED

MIN_FRAMES = 12
MIN_DURATION_S = 1.0


class Times:
    """Counts frames and their times, for the mean rate and for the least that can be analysed."""

    def __init__(self, times_s: Iterable[float] = ()) -> None:
        self.count = 0
        self._first_s = 0.0
        self._last_s = 0.0
        for t_s in times_s:
            self.add(float(t_s))

    def add(self, t_s: float) -> None:
        """Note the time of one more frame."""
        if not self.count:
            self._first_s = t_s
        self._last_s = t_s
        self.count += 1

    @property
    def fps(self) -> float:
        """Mean rate of the times; 0 for fewer than two."""
        span_s = self._last_s - self._first_s
        return (self.count - 1) / span_s if span_s > 0 else 0.0

    @property
    def duration_s(self) -> float:
        """From the first frame to the end of the last, which is taken to last as long as the mean."""
        return self.count / self.fps if self.fps else 0.0

    def require_enough(self, path: Path, damage: str = "") -> None:
        """Raise ``UnreadableInputError`` below 12 frames or 1 second."""
        if self.count >= MIN_FRAMES and round(self.duration_s, 2) >= MIN_DURATION_S:
            return
        frames = "1 frame" if self.count == 1 else f"{self.count} frames"
        because = f" {damage}" if damage else ""
        raise UnreadableInputError(
            f"{path}: too short: only {frames} in {self.duration_s:.2f} s could be read.{because} {NEEDED}"
        )
