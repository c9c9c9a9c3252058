from dataclasses import replace

import numpy as np
import pytest

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import Floats, Pose
from formcheck.exercises.load import library
from formcheck.report.drawing import draw, scaled_pose
from formcheck.report.frame_state import Back, OverlayState, ShownCue, frame_state
from formcheck.report.tiles import MARK_COLOUR, Rgb, large_lines, text_width
from formcheck.report.words import Focus
from formcheck.sources.frames import Image
from tests.report import builders

GREY = 110
FOCUS = Focus(builders.SIGNAL, builders.TARGET, "eccentric")


def blank(width: int = 640, height: int = 480) -> Image:
    return np.full((height, width, 3), GREY, np.uint8)


def bare(t_s: float = 1.0) -> OverlayState:
    return replace(
        frame_state(builders.report(), builders.signals(), t_s, focus=FOCUS), withheld="", withheld_why=""
    )


def large_pose(t_s: float = 0.0) -> Pose:
    return scaled_pose(builders.pose(t_s), 2.0, 2.0)


def changed(before: Image, after: Image) -> Floats:
    return np.abs(before.astype(float) - after.astype(float)).max(axis=-1)


def has_colour(image: Image, colour: Rgb, tolerance: int = 6) -> bool:
    return bool((np.abs(image.astype(int) - colour).max(axis=-1) <= tolerance).any())


def test_bones_of_the_near_side_are_drawn_where_they_are_and_the_far_side_only_faintly() -> None:
    pose = large_pose()
    points = pose.landmarks_px.copy()
    for landmark in Landmark:  # the far leg well away, so that nothing covers it
        if landmark.name.startswith("LEFT"):
            points[landmark, 0] += 120
    pose = replace(pose, landmarks_px=points)
    image = draw(blank(), pose, bare())
    middle = {
        side: (points[Landmark[f"{side}_HIP"]] + points[Landmark[f"{side}_KNEE"]]) / 2
        for side in ("LEFT", "RIGHT")
    }
    near, far = (image[round(y), round(x)].astype(int) for x, y in (middle["RIGHT"], middle["LEFT"]))
    assert near.min() > 240
    assert GREY + 30 < far.min() < 200


def test_without_a_near_side_both_are_drawn_alike() -> None:
    pose = large_pose()
    image = draw(blank(), pose, replace(bare(), near_side=None, facing=None))
    for side in ("LEFT", "RIGHT"):
        x, y = (
            pose.landmarks_px[Landmark[f"{side}_KNEE"]] + pose.landmarks_px[Landmark[f"{side}_ANKLE"]]
        ) / 2
        assert image[round(y), round(x)].min() > 200


@pytest.mark.parametrize("facing", ["right", "left"])
def test_contour_is_drawn_on_the_back_and_not_on_the_belly(facing: str) -> None:
    pose = large_pose()
    dorsal = 0 if facing == "right" else 1
    state = replace(bare(), back="red", facing=facing)  # type: ignore[arg-type]
    image = draw(blank(), pose, state)
    station = 30  # mid-back
    back, belly = pose.edges_px[dorsal, station], pose.edges_px[1 - dorsal, station]
    assert has_colour(
        image[round(back[1]) : round(back[1]) + 1, round(back[0]) - 2 : round(back[0]) + 3],
        MARK_COLOUR["red"],
    )
    assert (image[round(belly[1]), round(belly[0]) - 1 : round(belly[0]) + 2] == GREY).all()


def test_every_state_of_the_back_differs_in_shape_not_only_in_colour() -> None:
    states: tuple[Back, ...] = ("ok", "beyond", "amber", "red", "not_judged")
    covered = [
        changed(blank(), draw(blank(), large_pose(), replace(bare(), back=back))) > 0 for back in states
    ]
    for i, one in enumerate(covered):
        for other in covered[i + 1 :]:
            assert (one != other).sum() > 20


def test_edge_that_an_arm_covers_or_that_is_unsure_is_not_drawn() -> None:
    pose = large_pose()
    hidden = replace(pose, edge_occluded=np.ones_like(pose.edge_occluded))
    unsure = replace(pose, edge_confidence=np.zeros_like(pose.edge_confidence))
    for one in (hidden, unsure):
        assert not has_colour(draw(blank(), one, replace(bare(), back="red")), MARK_COLOUR["red"])
    beside = replace(hidden, edge_beside_arm=np.ones_like(pose.edge_occluded))
    assert has_colour(draw(blank(), beside, replace(bare(), back="red")), MARK_COLOUR["red"])


def test_missing_and_absurd_points_draw_nothing_and_break_nothing() -> None:
    pose = large_pose()
    points = pose.landmarks_px.copy()
    points[Landmark.RIGHT_KNEE] = np.nan
    points[Landmark.LEFT_KNEE] = 1e12
    image = draw(blank(), replace(pose, landmarks_px=points, edges_px=pose.edges_px * np.nan), bare())
    knee = pose.landmarks_px[Landmark.RIGHT_KNEE]
    assert (image[round(knee[1]), round(knee[0])] == GREY).all()
    nobody = draw(blank(), Pose.missing(0.0), bare())
    assert np.array_equal(nobody, draw(blank(), None, bare()))


def test_person_partly_outside_the_picture_is_drawn_as_far_as_it_goes() -> None:
    pose = large_pose()
    away = replace(pose, landmarks_px=pose.landmarks_px - [330, 0], edges_px=pose.edges_px - [330, 0])
    image = draw(blank(), away, replace(bare(), back="ok"))
    assert changed(draw(blank(), None, bare()), image).max() > 50


def test_cue_and_withheld_strip_appear_at_the_foot_without_overlapping() -> None:
    plain = draw(blank(), None, bare())
    cue = draw(blank(), None, replace(bare(), cue=ShownCue("red", "Stay long.")))
    strip = draw(blank(), None, replace(bare(), withheld="lower back", withheld_why="No sensor."))
    both = draw(
        blank(),
        None,
        replace(bare(), cue=ShownCue("red", "Stay long."), withheld="lower back", withheld_why="No sensor."),
    )
    half = plain.shape[0] // 2
    for image in (cue, strip, both):
        assert (changed(plain, image)[:half] == 0).all()
    strip_rows = np.flatnonzero(changed(plain, strip).any(axis=1))
    assert np.array_equal(both[strip_rows[0] :], strip[strip_rows[0] :])
    assert changed(strip, both).max() > 50


@pytest.mark.parametrize("size", [(1280, 720), (608, 1080), (360, 640), (160, 120), (40, 30), (2, 2)])
def test_every_size_of_picture_can_be_drawn_on(size: tuple[int, int]) -> None:
    long = "A very long cue that nobody should write but somebody will, and that has to fit."
    state = replace(bare(3.0), cue=ShownCue("amber", long), withheld="lower back", withheld_why=long * 3)
    image = blank(*size)
    assert draw(image, scaled_pose(builders.pose(), size[0] / 320, size[1] / 240), state) is image
    assert (image != GREY).any()


def test_drawing_is_a_function_of_its_arguments() -> None:
    state = bare(3.0)
    assert np.array_equal(draw(blank(), large_pose(3.0), state), draw(blank(), large_pose(3.0), state))
    assert not np.array_equal(draw(blank(), None, state), draw(blank(), None, replace(state, count=9)))


CUES = sorted({fault.cue for loaded in library().values() for fault in loaded.exercise.faults})


@pytest.mark.parametrize("cue", CUES)
@pytest.mark.parametrize("width", [300, 420, 1000])
def test_every_cue_fits_into_its_panel_whole_and_large(cue: str, width: int) -> None:
    """Cues are read from three metres: none may be cut, run over, or shrink to half where it need not."""
    size, lines = large_lines(cue, 29, width)
    assert " ".join(lines) == cue
    assert max(text_width(line, size, bold=True) for line in lines) <= width
    assert len(lines) <= 2
    assert size > 29 / 2
