"""Things behind the back that were taken for it: found where they are, and only there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.body.pose import Bools, Floats
from formcheck.body.scale import BodyScale
from formcheck.body.spine import back_neutral, lumbar_flexion
from formcheck.body.spine_contour import STATIONS, BackContour, back_contour
from formcheck.body.spine_foreign import LONGEST, foreign, unlike_the_rest
from formcheck.body.spine_shape import learnt_shape
from formcheck.body.view import estimate_view
from formcheck.sources.track_file import read_track

BACKS = Path(__file__).parents[1] / "data" / "backs"
REST = slice(0, 28)  # the films begin with 1.4 s of rest
BESIDE = (STATIONS >= 0.35) & (STATIONS < 0.6)
FRAME = 0.05  # how far it stands out: two and a half centimetres


def filmed(name: str) -> BackContour:
    track = read_track(BACKS / f"{name}.parquet")
    return back_contour(track, estimate_view(track, BodyScale.of(track)).forward_x)


def with_a_frame(contour: BackContour, when: slice | Bools, wide: float = FRAME) -> BackContour:
    """The same, with a frame beside the middle of the back at some instants."""
    depth = contour.depth.copy()
    depth[when] += wide * BESIDE
    return replace(contour, depth=depth)


def all_seen(depth: Floats) -> Bools:
    return np.ones(depth.shape, dtype=np.bool_)


@pytest.mark.parametrize("name", ["march-ana", "hinge-omar", "lower-ana"])
def test_a_back_that_bends_is_no_thing(name: str) -> None:
    contour = filmed(name)
    depth = learnt_shape().at_ease(contour.depth, contour.thighs_deg)
    assert foreign(depth, contour.usable).mean() < 0.03


@given(st.integers(0, len(STATIONS) - 6), st.integers(4, 8), st.floats(0.02, 0.06))
def test_a_thing_is_found_where_it_stands_out(first: int, length: int, wide: float) -> None:
    run = slice(first, min(first + length, len(STATIONS) - 1))
    depth = learnt_shape().mean[None].copy()
    depth[:, run] += wide
    found = foreign(depth, all_seen(depth))[0]
    assert found[run].mean() >= 0.75
    assert found.sum() <= length + 3


@given(st.floats(-0.1, 0.1), st.floats(-0.15, 0.15), st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
def test_where_the_line_lies_and_who_it_is_are_no_thing(
    offset: float, tilt: float, one: float, other: float
) -> None:
    shape = learnt_shape()
    person = np.array([one, other]) * shape.scale @ shape.axes
    depth = (shape.mean + person + offset + tilt * STATIONS)[None]
    assert not foreign(depth, all_seen(depth)).any()


def test_never_most_of_the_back_is_a_thing() -> None:
    noise: npt.NDArray[np.float64] = np.random.default_rng(1).normal(0.0, 0.02, (50, len(STATIONS)))
    depth = learnt_shape().mean + noise
    assert foreign(depth, all_seen(depth)).sum(axis=1).max() <= LONGEST


def test_a_frame_for_a_moment_withholds_that_moment_and_no_other() -> None:
    contour = filmed("march-ana")
    beside = np.zeros(len(contour.depth), dtype=np.bool_)
    beside[60:80] = True
    start = back_neutral(contour[REST])
    before, after = lumbar_flexion(contour, start), lumbar_flexion(with_a_frame(contour, beside), start)
    assert set(after.reason[beside]) == {"back_unlike"}
    np.testing.assert_allclose(after.deg[~beside], before.deg[~beside])


def test_a_start_posture_that_shows_a_frame_now_and_then_is_measured_from_the_other_moments() -> None:
    contour = filmed("march-ana")[REST]
    touched = np.isin(np.arange(len(contour.depth)), [5, 15])
    clear, mixed = back_neutral(contour[~touched]), back_neutral(with_a_frame(contour, touched))
    assert mixed.reason == clear.reason == ""
    assert np.abs(mixed.depth - clear.depth).max() < 0.001


def test_a_start_posture_that_always_shows_a_frame_is_kept_whole() -> None:
    contour = filmed("march-ana")[REST]
    beside = with_a_frame(contour, slice(None), 0.5 * FRAME)
    clear, touched = back_neutral(contour), back_neutral(beside)
    assert (clear.beside_thing, touched.beside_thing) == (False, True)
    # the same frame beside the back later on is no change of the back
    assert np.median(np.abs(lumbar_flexion(beside, touched).deg)) < 2.0


@pytest.mark.parametrize(("first", "last"), [(8, 20), (19, 27)])
def test_a_part_that_lies_outside_is_unlike_the_rest_and_one_that_lies_inside_is_so_below_zero(
    first: int, last: int
) -> None:
    part = np.zeros((1, len(STATIONS)), dtype=np.bool_)
    part[0, first:last] = True
    mean = learnt_shape().mean[None]
    outside, inside = (
        unlike_the_rest(mean + off * part, all_seen(mean), part).item() for off in (0.02, -0.02)
    )
    assert outside == pytest.approx(-inside)
    assert outside > 3.0
    assert abs(unlike_the_rest(mean + 0.02, all_seen(mean), part).item()) < 0.1  # where the line lies
