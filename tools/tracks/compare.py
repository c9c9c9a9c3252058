"""Is drawn noise as large and as quick as the network's? ``compare.py``; run it after ``measure.py``.

For every dev recording that the noise was measured from, angles are made from its true landmarks with the
recording's own errors, and with four draws of noise for the same movement. Printed for each exercise, drawn
over recorded, root mean square: what the angle errs by beside its mean at rest, and by how much its error
changes within .1, .3 and 1 s. Noise of the right size but the wrong speed makes false starts and ends.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import setup_path  # noqa: F401
from exact import exact
from frames import HIPS, SHOULDERS, axes, mirrored, trunk_px
from noise import draw
from observed import Observed, clip_of, recordings

from formcheck.body.geometry import flexion_deg, forward_of_down_deg
from formcheck.body.landmarks import Landmark

Floats = npt.NDArray[np.float64]
LAGS_S = (0.1, 0.3, 1.0)
DRAWS = 4
FORWARD_X = 1  # canonical form faces right
NEAR_LEG = (Landmark.RIGHT_HIP, Landmark.RIGHT_KNEE, Landmark.RIGHT_ANKLE)


@dataclass
class Sizes:
    """Mean squares by angle and measure, one for each recording or draw."""

    of: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, errors_deg: dict[str, Floats], each: Observed) -> None:
        """Take one recording's errors of its angles, shape (T,) each."""
        rest = each.q <= 0
        for name, error in errors_deg.items():
            self.of[name, "size"].append(float(np.mean((error - error[rest].mean()) ** 2)))
            for lag_s in LAGS_S:
                step = max(1, round(lag_s / float(each.t_s[1])))
                self.of[name, f"{lag_s} s"].append(float(np.mean((error[step:] - error[:-step]) ** 2)))


def angles_deg(marks: Floats) -> dict[str, Floats]:
    """Return three angles of landmarks in canonical form (T, 33, 2), shape (T,) each."""
    trunk = marks[:, list(HIPS)].mean(axis=1) - marks[:, list(SHOULDERS)].mean(axis=1)
    hip, knee, ankle = (marks[:, joint] for joint in NEAR_LEG)
    thigh, shank = knee - hip, ankle - knee
    return {
        "trunk lean": forward_of_down_deg(trunk, FORWARD_X),
        "trunk against thigh": flexion_deg(trunk, thigh, FORWARD_X),
        "knee": flexion_deg(thigh, shank, -FORWARD_X),
    }


def main() -> None:
    """Compare and print."""
    recorded: dict[str, Sizes] = defaultdict(Sizes)
    drawn: dict[str, Sizes] = defaultdict(Sizes)
    for each in recordings("dev"):
        clip = clip_of(each.name, each.source)
        true, _ = exact(clip, with_arms=False).seen(each.t_s)
        if clip.camera.facing == "left":
            true = mirrored(true, clip.camera.width_px)
        size_px, along, known = float(np.median(trunk_px(true))), axes(true), angles_deg(true)
        draws = [draw(each.exercise, each.t_s, each.q, np.random.default_rng(n)).marks for n in range(DRAWS)]
        own = np.nan_to_num(each.marks).reshape(len(each.t_s), 33, 2)
        for errors, sizes in [(own, recorded), *((each_draw, drawn) for each_draw in draws)]:
            seen = angles_deg(true + size_px * np.einsum("tli,tlij->tlj", errors, along))
            sizes[each.exercise].add({name: seen[name] - known[name] for name in known}, each)
    for exercise in sorted(recorded):
        for key, squares in recorded[exercise].of.items():
            real_deg, drawn_deg = (np.sqrt(np.mean(part)) for part in (squares, drawn[exercise].of[key]))
            ratio = f"{drawn_deg / real_deg:.2f} of {real_deg:.2f} degrees"
            print(f"{exercise:22s} {key[0]:20s} {key[1]:6s} {ratio}")


if __name__ == "__main__":
    main()
