"""The stick figure of a live set as SVG: lines from body points, drawn in the reader's own browser."""

from collections.abc import Iterable

import numpy as np

from formcheck.body.landmarks import of_side
from formcheck.body.pose import Floats, Pose
from formcheck.body.view import LeftRight
from formcheck.live.watch import Sight
from formcheck.report.frame_state import Back
from formcheck.report.skeleton import (
    ACROSS,
    BACK_STATIONS,
    JOINTS,
    MIN_EDGE_CONFIDENCE,
    MIN_VISIBILITY,
    SIDE_BONES,
)

# Of the picture's shorter side: clear on a phone, and thinner than a forearm. Our choice.
LINE = 1 / 90
_SIDES: tuple[LeftRight, LeftRight] = ("left", "right")
BACK_WORD: dict[Back, str] = {
    "ok": "in the band",
    "beyond": "past the band",
    "amber": "leaving the band",
    "red": "outside the band",
    "not_judged": "not judged",
}


def figure_svg(sight: Sight, back: Back, near: LeftRight | None, facing: LeftRight | None) -> str:
    """Return the figure in the frame of the camera's picture, which stays empty where nobody is seen.

    Parameters
    ----------
    sight : Sight
        What is seen.
    back : Back
        How the lower back is judged now.
    near, facing : {"left", "right"} or None
        The side next to the camera and the facing in the picture; None where unknown.
    """
    width, height = sight.width_px, sight.height_px
    pose = sight.pose if sight.pose is not None and sight.pose.found else None
    parts, box = (_body(pose, back, near, facing), _box(pose)) if pose is not None else ("", "")
    line = min(width, height) * LINE
    said = f"Stick figure, back {BACK_WORD[back]}" if parts else "Nobody is seen"
    return (
        f'<svg class="fc-figure" viewBox="0 0 {width} {height}" data-box="{box}" role="img" '
        f'aria-label="{said}" style="--line:{line:.1f}px">{parts}</svg>'
    )


def _body(pose: Pose, back: Back, near: LeftRight | None, facing: LeftRight | None) -> str:
    points = np.where(pose.visibility[:, None] >= MIN_VISIBILITY, pose.landmarks_px, np.nan)
    if near is None:
        far, close = "", _lines(points[[a, b]] for a, b in ACROSS)
        close += "".join(_side(points, side) for side in _SIDES)
    else:
        far = _side(points, "left" if near == "right" else "right")
        close = _side(points, near)
    edge = _back(pose, back, 0 if facing == "right" else 1) if facing is not None else ""
    return f'<g class="fc-far">{far}</g><g class="fc-near">{close}</g>{edge}'


def _box(pose: Pose) -> str:
    """Return what the body takes up, left, top, right and bottom: a page may show that part larger."""
    seen = pose.landmarks_px[pose.visibility >= MIN_VISIBILITY]
    return " ".join(f"{each:.0f}" for each in (*seen.min(axis=0), *seen.max(axis=0))) if len(seen) else ""


def _side(points: Floats, side: LeftRight) -> str:
    joints = (points[of_side(part, side)] for part in JOINTS)
    dots = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="1"/>' for x, y in joints if np.isfinite([x, y]).all()
    )
    return _lines(points[[of_side(a, side), of_side(b, side)]] for a, b in SIDE_BONES) + dots


def _back(pose: Pose, back: Back, dorsal: int) -> str:
    """Return the contour of the back as far as it is seen."""
    edge = pose.edges_px[dorsal]
    seen = BACK_STATIONS & np.isfinite(edge).all(axis=1)
    seen &= ~pose.edge_occluded[dorsal] | pose.edge_beside_arm[dorsal]
    seen &= pose.edge_confidence[dorsal] >= MIN_EDGE_CONFIDENCE
    return f'<g class="fc-back fc-{back}">{_lines([edge[seen]])}</g>' if seen.sum() > 1 else ""


def _lines(lines: Iterable[Floats]) -> str:
    drawn = (" ".join(f"{x:.0f},{y:.0f}" for x, y in line) for line in lines if np.isfinite(line).all())
    return "".join(f'<polyline points="{points}"/>' for points in drawn)
