"""A picture's frame that touches the back: found by where it stands, and the back read beside it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from formcheck.body import spine_room
from formcheck.body.filters import smooth_track
from formcheck.body.pose import EDGE_STATIONS, Bools, PoseTrack
from formcheck.body.room_line import RoomLine, along
from formcheck.body.scale import BodyScale, mid_hip_px, mid_shoulder_px
from formcheck.body.spine import LumbarReading, back_neutral, lumbar_flexion, righted
from formcheck.body.spine_contour import STATIONS, back_contour, back_side, without_jumps
from formcheck.body.spine_hidden import tilted, uncovered
from formcheck.body.spine_room import LONG, REACH
from formcheck.body.spine_shape import slides_of
from formcheck.body.spine_stations import at_ease
from formcheck.body.view import estimate_view
from formcheck.sources.track_file import read_track

BACKS = Path(__file__).parents[1] / "data" / "backs"
NAMES = sorted(path.stem for path in BACKS.glob("*.parquet"))
REST = slice(0, 28)  # the films begin with 1.4 s of rest


def filmed(name: str) -> tuple[PoseTrack, int]:
    track = smooth_track(read_track(BACKS / f"{name}.parquet"))
    return track, estimate_view(track, BodyScale.of(track)).forward_x


def room_lines(track: PoseTrack, forward_x: int) -> tuple[RoomLine, ...]:
    return spine_room.room_lines(track, forward_x, np.arange(len(track)) < REST.stop)


def with_a_frame(track: PoseTrack, forward_x: int) -> tuple[PoseTrack, float]:
    """The same before a frame whose outer side lies .03 of the trunk behind the upper back at rest."""
    points = track.edges_px[:, back_side(forward_x)]
    trunk_px = np.median(np.hypot(*(mid_shoulder_px(track.landmarks_px) - mid_hip_px(track.landmarks_px)).T))
    at_rest = np.median(points[REST], axis=0)
    middle, upper = (int(np.argmin(np.abs(EDGE_STATIONS - at))) for at in (0.36, 0.55))
    at_px = float(at_rest[upper, 0] - 0.03 * trunk_px * forward_x)
    inside_px = (points[..., 0] - at_px) * forward_x
    touched = (points[..., 1] < at_rest[middle, 1]) & (inside_px > 0) & (inside_px < 0.08 * trunk_px)
    edges = track.edges_px.copy()
    edges[:, back_side(forward_x), :, 0] = np.where(touched, at_px, points[..., 0])
    return replace(track, edges_px=edges), at_px


def read(track: PoseTrack, forward_x: int, lines: tuple[RoomLine, ...]) -> LumbarReading:
    contour = without_jumps(back_contour(track, forward_x, lines), track.t_s)
    return lumbar_flexion(contour, back_neutral(contour[REST], lines), track.t_s)


@pytest.mark.parametrize("name", NAMES)
def test_a_back_is_no_line_of_the_room(name: str) -> None:
    assert room_lines(*filmed(name)) == ()


def test_a_frame_that_touches_the_back_is_found_where_it_stands() -> None:
    track, forward_x = filmed("march-ana")
    framed, at_px = with_a_frame(track, forward_x)
    (line,) = room_lines(framed, forward_x)
    assert line.axis == 0
    assert abs(line.at_px - at_px) <= line.reach_px


def test_a_hollow_is_no_line_where_the_end_of_a_thing_sticks_out_below_it() -> None:
    track, forward_x = filmed("march-ana")
    side = back_side(forward_x)
    trunk_px = np.median(np.hypot(*(mid_shoulder_px(track.landmarks_px) - mid_hip_px(track.landmarks_px)).T))
    hollow = (EDGE_STATIONS >= 0.3) & (EDGE_STATIONS < 0.45)
    below = (EDGE_STATIONS >= 0.2) & (EDGE_STATIONS < 0.3)
    hollow_px = float(np.median(track.edges_px[REST, side][:, hollow, 0]))

    def with_a_thing(over: Bools) -> tuple[RoomLine, ...]:
        edges = track.edges_px.copy()
        edges[REST, side, :, 0] = np.where(hollow, hollow_px, edges[REST, side, :, 0])
        edges[REST, side, :, 0] -= 0.02 * trunk_px * forward_x * over
        return room_lines(replace(track, edges_px=edges), forward_x)

    assert with_a_thing(below) == ()
    (line,) = with_a_thing(hollow)
    assert abs(abs(line.at_px - hollow_px) - 0.02 * trunk_px) <= line.reach_px


def test_a_line_that_moves_with_the_camera_is_none_of_the_room() -> None:
    track, forward_x = filmed("march-ana")
    framed, _ = with_a_frame(track, forward_x)
    shift_px = np.random.default_rng(1).normal(0.0, 8.0, (len(track), 1, 1))
    edges = framed.edges_px + np.stack([shift_px, np.zeros_like(shift_px)], axis=-1)
    landmarks = framed.landmarks_px + np.concatenate([shift_px, np.zeros_like(shift_px)], axis=2)
    assert room_lines(replace(framed, edges_px=edges, landmarks_px=landmarks), forward_x) == ()


def test_straight_pieces_that_lie_side_by_side_are_no_line() -> None:
    track, forward_x = filmed("march-ana")
    trunk_px = np.median(np.hypot(*(mid_shoulder_px(track.landmarks_px) - mid_hip_px(track.landmarks_px)).T))
    reach_px, first = REACH * float(trunk_px), int(np.argmin(np.abs(EDGE_STATIONS - 0.3)))
    edges = track.edges_px.copy()
    edges[..., 0] += 5 * reach_px * (-1.0) ** np.arange(len(EDGE_STATIONS))  # elsewhere nothing is straight
    cell = np.floor(track.landmarks_px[0, 0, 0] / reach_px)
    for i, shares in enumerate(np.array([0.01, 0.98])[np.arange(len(track)) % 2]):
        edges[i, :, first : first + LONG, 0] = reach_px * (cell + shares)
        edges[i, :, first : first + LONG // 2, 0] -= 0.99 * reach_px
        edges[i, :, first + LONG // 2 : first + LONG, 0] += 0.99 * reach_px
    assert room_lines(replace(track, edges_px=edges), forward_x) == ()


def test_what_is_met_away_from_the_start_posture_alone_may_be_a_bent_back() -> None:
    track, forward_x = filmed("march-ana")
    framed, _ = with_a_frame(track, forward_x)
    first = replace(
        framed,
        edges_px=np.where(
            np.arange(len(track))[:, None, None, None] < REST.stop, track.edges_px, framed.edges_px
        ),
    )
    assert room_lines(framed, forward_x)
    assert room_lines(first, forward_x) == ()


def test_a_back_beside_a_frame_is_read_where_it_would_be_withheld() -> None:
    track, forward_x = filmed("hinge-omar")
    framed, _ = with_a_frame(track, forward_x)
    assert not np.isfinite(read(framed, forward_x, ()).deg).any()
    true, beside = read(track, forward_x, ()), read(framed, forward_x, room_lines(framed, forward_x))
    assert np.isfinite(beside.deg).mean() > 0.7
    assert np.nanmax(np.abs(beside.deg - true.deg)) < 5.0


def test_a_back_that_stays_arched_is_not_told_to_be_as_it_was() -> None:
    track, forward_x = filmed("lower-ana")  # between her lowerings ana stands arched by up to 12 degrees
    framed, _ = with_a_frame(track, forward_x)
    arched = read(track, forward_x, ()).deg < -9.0
    assert arched.sum() > 30
    reading = read(framed, forward_x, room_lines(framed, forward_x))
    assert (reading.reason[arched] == "back_hidden").mean() > 0.85


@pytest.mark.parametrize(("name", "judged"), [("march-ana", 0.9), ("lower-ana", 0.8)])
def test_a_back_beside_a_frame_is_read_within_what_is_said_of_it(name: str, judged: float) -> None:
    track, forward_x = filmed(name)
    framed, _ = with_a_frame(track, forward_x)
    true, beside = read(track, forward_x, ()), read(framed, forward_x, room_lines(framed, forward_x))
    assert np.isfinite(beside.deg).mean() > judged
    assert np.nanmedian(np.abs(beside.deg - true.deg) / beside.sd_deg) < 2.0
    assert np.nanmedian(np.abs(beside.deg - true.deg)[REST]) < 3.0


def test_a_start_posture_that_a_line_hides_wholly_is_refused() -> None:
    track, forward_x = filmed("march-ana")
    contour = back_contour(track, forward_x)[REST]
    hidden = replace(contour, room=np.broadcast_to((STATIONS > 0.1) & (STATIONS < 0.64), contour.room.shape))
    lines = (RoomLine(axis=0, at_px=0.0, reach_px=1.0),)
    assert back_neutral(contour).reason == ""
    assert back_neutral(hidden, lines).reason == "back_hidden_at_start"


def test_moments_that_read_as_bent_do_not_right_a_made_up_start() -> None:
    track, forward_x = filmed("march-ana")
    contour = without_jumps(back_contour(track, forward_x), track.t_s)
    bent = np.nan_to_num(read(track, forward_x, ()).deg) > 15.0
    start = replace(back_neutral(contour[REST]), made_up_deg=4.0)
    assert righted(start, contour[bent]).reads_deg == 0.0
    assert righted(replace(start, made_up_deg=20.0), contour[bent]).reads_deg > 15.0


def test_a_back_tilted_against_what_is_free_of_its_start_is_told() -> None:
    free = np.where(STATIONS < 0.25, 0.25, np.nan)
    for tilt in (-0.05, 0.05):
        assert tilted(0.25 + tilt * STATIONS, free)
    assert not tilted(0.3 + 0.02 * STATIONS, free)
    assert tilted(np.full(len(STATIONS), 0.25), np.where(STATIONS < 0.1, 0.25, np.nan))  # too little is free


@pytest.mark.parametrize(("hidden_from", "same"), [(0.52, True), (0.35, False)])
def test_a_back_that_slid_is_as_it_was_only_where_most_of_it_is_free(hidden_from: float, same: bool) -> None:
    track, forward_x = filmed("march-ana")
    contour = at_ease(back_contour(track, forward_x)[REST])
    start = np.median(contour.depth, axis=0)
    slid = start - 1.2 * slides_of(start)[:, 0]
    hidden = hidden_from < STATIONS
    room = np.broadcast_to(hidden, contour.room.shape)
    moved = replace(
        contour, depth=np.broadcast_to(np.where(hidden, slid + 0.01, slid), room.shape), room=room
    )
    known = np.ones(room.shape, dtype=np.bool_)
    beside = uncovered(moved, known, start, float(np.median(contour.thighs_deg)), always=True)
    assert beside.same.all() == same
    if same:
        np.testing.assert_allclose(
            beside.depth[:, hidden], np.broadcast_to(slid[hidden], (28, hidden.sum())), atol=0.004
        )


@pytest.mark.parametrize("hidden_from", [0.3, 0.25, 0.22, 0.19])
def test_a_back_that_a_frame_hides_while_it_bends_is_not_read(hidden_from: float) -> None:
    track, forward_x = filmed("march-ana")
    framed, _ = with_a_frame(track, forward_x)
    lines = room_lines(framed, forward_x)
    contour = without_jumps(back_contour(track, forward_x), track.t_s)
    bent = np.nan_to_num(read(track, forward_x, ()).deg) > 15.0
    assert bent.sum() > 10
    room = contour.room | (bent[:, None] & (hidden_from < STATIONS))
    hidden = replace(contour, room=room)
    reading = lumbar_flexion(hidden, back_neutral(contour[REST], lines))
    assert set(reading.reason[bent]) == {"back_hidden"}


def test_points_lie_along_a_line_only_on_end() -> None:
    x = np.array([[3.0, 3.1, 9.0, 2.9, 3.0, 9.0, 9.0, 3.0, 3.0, np.nan]])
    points = np.stack([x, np.zeros_like(x)], axis=-1)
    on = along(points, RoomLine(axis=0, at_px=3.0, reach_px=0.2), 4)
    np.testing.assert_array_equal(on[0], [True] * 5 + [False] * 5)
