"""Whether the machine keeps up with the camera, and what is said and done where it does not."""

from collections import deque
from dataclasses import dataclass, field
from statistics import median

from formcheck.live.state import Speed

# Below 12 pictures a second (measurement.md, section 4) quick phases are hard to follow. Judged over so many.
SLOW_S = 1 / 12
SLOW_OVER = 30
RATE_OVER_S = 3.0


@dataclass(slots=True)
class KeepingUp:
    """How many pictures come through, and how long each takes.

    Parameters
    ----------
    dropped : int
        How many were thrown away because newer ones came.
    """

    dropped: int = 0
    _times_s: deque[float] = field(default_factory=deque, init=False)
    _took_s: deque[float] = field(default_factory=lambda: deque(maxlen=SLOW_OVER), init=False)
    _overlays_s: deque[float] = field(default_factory=lambda: deque(maxlen=SLOW_OVER), init=False)

    def analysed(self, t_s: float) -> None:
        """Note that the picture of an instant was judged."""
        self._times_s.append(t_s)
        while t_s - self._times_s[0] > RATE_OVER_S:
            self._times_s.popleft()

    def took(self, turn_s: float) -> None:
        """Note how long a turn took: the model looked at one picture, the one before was judged and drawn."""
        self._took_s.append(turn_s)

    def drawn(self, since_arrival_s: float) -> None:
        """Note how long a picture took from its arrival to its overlay."""
        self._overlays_s.append(since_arrival_s)

    def forget_turns(self) -> None:
        """Begin anew with another model."""
        self._took_s.clear()

    @property
    def slow(self) -> bool:
        """Whether too few pictures come through for quick phases to be followed."""
        return len(self._took_s) == SLOW_OVER and median(self._took_s) > SLOW_S

    def speed(self, model: str, picture_px: tuple[int, int], *, lighter: bool) -> Speed:
        """Return what the page shows; ``lighter``: whether a lighter model was changed to."""
        times_s = self._times_s
        rate = (len(times_s) - 1) / (times_s[-1] - times_s[0]) if len(times_s) > 1 else 0.0
        overlay_s = median(self._overlays_s) if self._overlays_s else 0.0
        return Speed(rate, self.dropped, overlay_s, picture_px, model, self._note(lighter=lighter))

    def _note(self, *, lighter: bool) -> str:
        if lighter:
            return "This computer is slow: the lighter model is used, and angles are a little less sure."
        if self.slow:
            return (
                f"This computer is slow: {self.dropped} pictures were left out so far. "
                "Close other programs for surer angles."
            )
        return ""
