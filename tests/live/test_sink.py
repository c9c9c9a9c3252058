"""Where the poses of a live set go."""

import subprocess
import sys

PACK = """
import sys, tempfile
from pathlib import Path
import numpy as np
from formcheck.body.pose import Origin, Pose
from formcheck.live.sink import AboutSet, FolderSink, get_ready

get_ready()
known = set(sys.modules)
sink = FolderSink(Path(tempfile.mkdtemp()))
sink.begin(AboutSet(1, "squat", (0.0, 1.0), "right", Origin()))
for i in range(5):
    sink.add(Pose.from_landmarks(i / 30, np.zeros((33, 2))))
assert len(sink.end()()) == 5
print(sorted(set(sys.modules) - known))
"""


def test_the_first_set_loads_nothing_in_the_middle_of_a_session() -> None:
    done = subprocess.run([sys.executable, "-c", PACK], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
