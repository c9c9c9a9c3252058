"""Puts the renderer, the filmed scenes and the package on the import path; import it before NumPy.

One thread for linear algebra: matrices here are small, and threads that wait for each other cost more.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
_TOOLS = Path(__file__).parents[1]
sys.path[:0] = [
    str(path)
    for path in (_TOOLS / "tracks", _TOOLS / "silhouettes", _TOOLS / "render", _TOOLS.parent)
    if str(path) not in sys.path
]
