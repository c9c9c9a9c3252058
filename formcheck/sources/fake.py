"""A source for tests and demonstrations: what it is given comes out."""

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

import numpy as np

from formcheck.body.pose import Origin


class _Timed(Protocol):
    @property
    def t_s(self) -> float: ...


T = TypeVar("T", bound=_Timed)


class FakeSource(Generic[T]):
    """Yields given frames or poses, in the manner of a recording.

    Parameters
    ----------
    items : iterable
        Frames or poses in the order of their times.
    origin : Origin, optional
        What to say of them; name, duration and rate are filled in from the items where it is not given.

    Raises
    ------
    ValueError
        When the times are not finite or do not increase: such a source would break the contract of all.
    """

    def __init__(self, items: Iterable[T], origin: Origin | None = None) -> None:
        self._items = tuple(items)
        self._closed = False
        times_s = np.array([item.t_s for item in self._items])
        if not np.isfinite(times_s).all() or (np.diff(times_s) <= 0).any():
            raise ValueError("the times of a fake source must be finite and increase strictly")
        self._origin = origin or _describe(times_s)

    @property
    def origin(self) -> Origin:
        """What was given, or what the items' times say."""
        return self._origin

    def __iter__(self) -> Iterator[T]:
        if self._closed:
            raise ValueError("this fake source is closed")
        return iter(self._items)

    def close(self) -> None:
        """Forbid further reading."""
        self._closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _describe(times_s: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Origin:
    if len(times_s) < 2:
        return Origin(name="fake")
    fps = (len(times_s) - 1) / float(times_s[-1] - times_s[0])
    return Origin(name="fake", fps=fps, duration_s=len(times_s) / fps)
