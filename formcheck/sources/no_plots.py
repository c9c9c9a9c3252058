"""MediaPipe imported without Matplotlib, which only its own three-dimensional plots need.

Importing it takes nearly half a second of processor time in every process that looks for poses, and memory
besides; formcheck draws for itself.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_PLOTS = ("matplotlib", "matplotlib.pyplot")


@contextmanager
def plots_left_out() -> Iterator[None]:
    """Have empty modules stand in for Matplotlib while the block imports, unless it is there already.

    Whoever imports it afterwards gets the real one.
    """
    stand_ins = {} if "matplotlib" in sys.modules else {name: ModuleType(name) for name in _PLOTS}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]
