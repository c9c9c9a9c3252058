"""Which exercise is this: right or unsure, and never wrong."""

from dataclasses import replace

import pytest

from formcheck.coach.guess import guess_exercise
from formcheck.exercises.load import library
from tests.coach.known_back import OTHER_WAY, WIDE
from tests.synthetic import (
    CLEAN,
    REAL,
    Camera,
    Motion,
    couch_stretches,
    film,
    hinges,
    lowerings,
    marches,
    seated_lifts,
    squats,
    standing,
    supine_marches,
    walking,
)

LIBRARY = tuple(library().values())


def done_by(exercise: str, side: str) -> Motion:
    return {
        "squat": squats(2),
        "hip-hinge": hinges(2),
        "march-neutral": marches(3),
        "seated-lift-over": seated_lifts(2, sides=(side,)),
        "lengthened-lowering": lowerings(2, side=side),
        "couch-stretch-active": couch_stretches(2, side=side),
    }[exercise]


def guessed(motion: Motion, camera: Camera, seed: int | None) -> str | None:
    flaws = CLEAN if seed is None else replace(REAL, seed=seed)
    chosen = guess_exercise(film(motion, camera, flaws), LIBRARY).chosen
    return None if chosen is None else chosen.exercise.id


@pytest.mark.parametrize("exercise", sorted(library()))
@pytest.mark.parametrize(("camera", "side"), [(WIDE, "right"), (OTHER_WAY, "left")])
def test_clean_sets_are_recognised_and_noisy_ones_never_taken_for_another(
    exercise: str, camera: Camera, side: str
) -> None:
    motion = done_by(exercise, side)
    assert guessed(motion, camera, None) == exercise
    assert guessed(motion, camera, 1) in (exercise, None)


@pytest.mark.parametrize("motion", [standing(8.0), walking(6.0)], ids=["standing", "walking"])
def test_who_exercises_nothing_is_guessed_to_do_nothing(motion: Motion) -> None:
    assert guessed(motion, WIDE, None) is None
    assert guessed(motion, WIDE, 1) is None


@pytest.mark.parametrize("yaw_deg", [40.0, 90.0])
def test_from_the_front_a_slow_lowering_is_never_taken_for_a_march(yaw_deg: float) -> None:
    """Angles are withheld there, and tempo alone may tell them apart."""
    camera = replace(WIDE, yaw_deg=yaw_deg)
    assert guessed(lowerings(2), camera, None) in ("lengthened-lowering", None)
    assert guessed(marches(3), camera, None) == "march-neutral"


def test_a_march_lying_down_is_recognised() -> None:
    assert guessed(supine_marches(2), WIDE, None) == "march-neutral"


def test_from_the_front_a_squat_is_no_hinge_and_a_hinge_no_squat() -> None:
    front = replace(WIDE, yaw_deg=90.0)
    assert guessed(squats(2), front, None) == "squat"
    assert guessed(hinges(2), front, None) == "hip-hinge"
