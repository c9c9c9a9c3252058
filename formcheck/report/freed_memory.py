"""Keeps down the memory that is free, but still held for this process.

Judging a long recording and turning it into tables takes large arrays for a moment. The C library keeps what
was freed for the next time, which here is the next set, and the film's workers need it now. Who draws a film
decodes, draws and encodes in several threads, and glibc would keep a store of freed memory for each.
"""

import ctypes
from contextlib import suppress

_M_ARENA_MAX = -8  # malloc.h


def give_back() -> None:
    """Give back what is free; does nothing where the C library has no such call."""
    with suppress(OSError, AttributeError, TypeError):  # glibc has it; no library of that kind on Windows
        ctypes.CDLL(None).malloc_trim(0)


def keep_one_store() -> None:
    """Have all threads of this process share one store: 40 MB less in a film's worker [M]."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
