"""A back first seen when the trunk has tipped a little may have bent already: how far, its course tells."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest

from formcheck.body.pose import Floats
from formcheck.body.spine import BESIDE_DEG, BackNeutral, back_neutral, lumbar_flexion
from formcheck.body.spine_contour import BackContour, back_contour
from formcheck.coach.back_start import bent_beside
from tests.body.test_spine import arc_back

TIPPED: Floats = np.concatenate([np.linspace(0.0, 40.0, 33), np.linspace(40.0, 0.0, 33)])
UPRIGHT = TIPPED <= 15.0
FREE = TIPPED >= 4.0  # an arm hides the back before


@cache
def contour_at(angle_deg: float) -> BackContour:
    return back_contour(arc_back(angle_deg), 1)


def bending(course: Callable[[Floats], Floats]) -> tuple[BackContour, BackNeutral]:
    """Return a back that bends as the trunk tips, and its start posture from moments beside the held one."""
    each = [contour_at(float(angle_deg)) for angle_deg in np.round(course(TIPPED), 1)]
    whole = BackContour(
        *(np.concatenate([getattr(one, part.name) for one in each]) for part in fields(BackContour))
    )
    contour = replace(whole, depth=np.where(FREE[:, None], whole.depth, np.nan))
    neutral = replace(back_neutral(contour[UPRIGHT & FREE]), beside=True)
    return contour, bent_beside(neutral, contour, TIPPED, UPRIGHT)


@pytest.mark.parametrize("share", [0.6, 0.8, -0.7])
def test_what_had_bent_from_the_outset_is_added(share: float) -> None:
    contour, neutral = bending(lambda tipped: share * tipped)
    usual_deg = float(np.median(TIPPED[UPRIGHT & FREE]))
    assert neutral.beside_deg == pytest.approx(share * usual_deg, abs=2.5)
    read_deg = lumbar_flexion(contour, neutral).deg[32]
    assert read_deg == pytest.approx(share * 40.0, abs=6.0)
    unaware = replace(neutral, beside_deg=BESIDE_DEG)
    assert abs(lumbar_flexion(contour, unaware).deg[32]) < abs(read_deg) - 3.0


@pytest.mark.parametrize("late", [True, False])
def test_a_back_that_rounds_late_or_hardly_is_measured_as_before(late: bool) -> None:
    def course(tipped: Floats) -> Floats:
        return np.maximum(0.0, 2.0 * (tipped - 25.0)) if late else 0.15 * tipped

    assert bending(course)[1].beside_deg == BESIDE_DEG


def test_where_only_the_first_degrees_are_seen_nothing_is_made_of_their_course() -> None:
    contour, neutral = bending(lambda tipped: 0.8 * tipped)
    known = replace(neutral, beside_deg=BESIDE_DEG)
    first = (TIPPED >= 4.0) & (TIPPED <= 12.0)
    part = replace(contour, depth=np.where(first[:, None], contour.depth, np.nan))
    assert bent_beside(known, part, TIPPED, UPRIGHT).beside_deg == BESIDE_DEG
