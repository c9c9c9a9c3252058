"""The parts of a session: checks, voice, sink, keeper, pacer, gauges, pictures."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from formcheck.body.pose import Origin, Pose, PoseTrack
from formcheck.body.scale import BodyScale
from formcheck.body.view import estimate_view
from formcheck.errors import OutputError, UnreadableInputError
from formcheck.exercises.load import load
from formcheck.live.checks import Check, look, posture
from formcheck.live.pacer import Pacer
from formcheck.live.picture import evidence, mirrored
from formcheck.live.sink import ABOUT, POSES, AboutSet, FolderSink, kept_sets, kept_track
from formcheck.live.voice import KEPT, REPEATED_AFTER_S, Voice
from formcheck.report.words import Focus
from formcheck.sources.frames import Frame
from tests.synthetic import (
    Camera,
    Motion,
    bench_lowerings,
    couch_stretches,
    film,
    posed,
    seated_lifts,
    squats,
    standing,
    supine_marches,
)

GOOD = Camera(width_px=1280, height_px=720, distance_m=3.4, focal=1.2)
MARCH = load("march-neutral").exercise


def fix(camera: Camera, brightness: float = 120.0) -> str:
    """What the checks ask of somebody who stands before a camera; empty where all is well."""
    checks = look(film(standing(1.0), camera), brightness, MARCH)
    return next((check.fix for check in checks if not check.ok), "")


# ---- checks ------------------------------------------------------------------------------------


def test_a_good_set_up_passes_every_check() -> None:
    checks = look(film(standing(1.0), GOOD), 120.0, MARCH)
    assert [check.fix for check in checks if not check.ok] == []
    assert {"Whole body", "Distance", "Side to the camera", "Camera level"} <= {each.name for each in checks}


@pytest.mark.parametrize(
    ("camera", "words"),
    [
        (replace(GOOD, distance_m=7.0), "closer"),
        (replace(GOOD, distance_m=2.0, shift=(0.0, -0.1)), "ack"),
        (replace(GOOD, shift=(0.0, 0.3)), "feet"),
        (replace(GOOD, shift=(0.0, -0.35)), "head"),
        (replace(GOOD, shift=(0.95, 0.0)), "middle"),
        (replace(GOOD, roll_deg=18.0), "tilted"),
        (replace(GOOD, yaw_deg=90.0), "side to the camera"),
    ],
)
def test_each_fault_of_the_set_up_is_named_with_its_remedy(camera: Camera, words: str) -> None:
    assert words in fix(camera)


@pytest.mark.parametrize("side", [0.0, 180.0])
@pytest.mark.parametrize("off", [-32.0, 32.0])
def test_the_turn_that_is_asked_for_is_the_one_that_helps(side: float, off: float) -> None:
    """Whoever turns as told stands side-on: a camera further round sees a turn to the other hand."""
    words = fix(replace(GOOD, yaw_deg=side + off))
    assert "Turn a little to your" in words
    # a turn to the left by the angle that the camera is off undoes it, or doubles it
    towards = abs(off) if "left" in words else -abs(off)
    helped = film(posed(1.0, heading=towards), replace(GOOD, yaw_deg=side + off))
    checks = look(helped, 120.0, MARCH)
    assert all(check.ok for check in checks if check.name == "Side to the camera"), words


def test_steps_are_counted() -> None:
    far, further = fix(replace(GOOD, distance_m=4.8)), fix(replace(GOOD, distance_m=5.8))
    assert "two steps" in far
    assert "four steps" in further


def test_nobody_and_darkness_are_told_first() -> None:
    nobody = PoseTrack.from_poses(
        [Pose.missing(i / 30) for i in range(30)], Origin(width_px=640, height_px=480)
    )
    assert "cannot see you" in look(nobody, 120.0, MARCH)[0].fix
    assert "dark" in fix(GOOD, brightness=12.0)


def test_too_few_pictures_are_no_reason_not_to_begin() -> None:
    slow = film(standing(2.0), GOOD, fps=6.0)
    checks = {check.name: check for check in look(slow, 120.0, MARCH)}
    assert not checks["Pictures"].ok
    assert not checks["Pictures"].needed


def test_who_sits_is_not_told_that_the_camera_is_tilted() -> None:
    sitting = {f"hip_flexion_{side}": 90.0 for side in ("left", "right")}
    checks = look(film(posed(1.0, **sitting), GOOD), 120.0, load("seated-lift-over").exercise)
    assert Check("Camera level", "") in checks


@pytest.mark.parametrize(
    ("motion", "held"),
    [
        (standing(1.0), "upright"),
        (couch_stretches(1), "upright"),
        (seated_lifts(1), "sitting"),
        (supine_marches(1), "lying"),
        (bench_lowerings(1), "lying"),
    ],
    ids=["standing", "half-kneeling", "sitting", "lying", "at the edge of a bench"],
)
def test_nobody_who_lies_is_told_to_grow_tall(motion: Motion, held: str) -> None:
    for camera in (GOOD, replace(GOOD, yaw_deg=180.0)):
        track = film(motion, camera)
        start = track[track.t_s < 0.5]
        view = estimate_view(start, BodyScale.of(start))
        assert posture(start, view.forward_x) == held


# ---- voice -------------------------------------------------------------------------------------


def test_the_voice_does_not_nag_but_counts_every_repetition() -> None:
    voice = Voice()
    for t_s in (0.0, 1.0, REPEATED_AFTER_S + 1.5):
        voice.say(t_s, "setup", "Step back.")
        voice.say(t_s, "count", "1")
    assert [line.text for line in voice.lines].count("Step back.") == 2
    assert [line.text for line in voice.lines].count("1") == 3


def test_lines_are_numbered_and_only_the_newest_are_kept() -> None:
    voice = Voice()
    for i in range(3 * KEPT):
        voice.say(float(i), "count", str(i))
    numbers = [line.number for line in voice.lines]
    assert numbers == list(range(2 * KEPT + 1, 3 * KEPT + 1))
    assert [line.number for line in voice.since(numbers[-3])] == numbers[-2:]


# ---- sink --------------------------------------------------------------------------------------

ABOUT_SET = AboutSet(1, "squat", (0.5, 3.5), "right", Origin(name="live", width_px=1280, height_px=720))


def test_what_was_kept_is_what_was_seen(tmp_path: Path) -> None:
    track = film(squats(1), GOOD)
    sink = FolderSink(tmp_path)
    sink.begin(ABOUT_SET)
    for pose in track:
        sink.add(pose)
    kept = sink.end()()
    assert np.array_equal(kept.t_s, track.t_s)
    assert np.allclose(kept.landmarks_px, track.landmarks_px, atol=1e-3, equal_nan=True)
    assert kept.origin.fps == pytest.approx(track.origin.fps, rel=0.02)
    about, place, ended = next(kept_sets(tmp_path))
    assert (about, ended) == (ABOUT_SET, True)
    assert not (place / POSES).exists()


def test_a_server_that_dies_in_the_middle_costs_a_second_at_most(tmp_path: Path) -> None:
    """Nothing is closed, and the last record is torn."""
    track = film(squats(2), GOOD)
    sink = FolderSink(tmp_path)
    sink.begin(ABOUT_SET)
    for pose in track:
        sink.add(pose)
    place = tmp_path / "set-1"
    content = (place / POSES).read_bytes()  # what the disk holds without the program's last buffer
    (place / POSES).write_bytes(content[:-100])
    about, place, ended = next(kept_sets(tmp_path))
    assert not ended
    kept = kept_track(place)
    assert float(track.t_s[-1] - kept.t_s[-1]) <= 1.0
    assert about.neutral_s == (0.5, 3.5)


def test_damage_is_said_and_skipped(tmp_path: Path) -> None:
    (tmp_path / "set-1").mkdir()
    (tmp_path / "set-1" / ABOUT).write_text("{")
    assert list(kept_sets(tmp_path)) == []
    with pytest.raises(UnreadableInputError):
        kept_track(tmp_path / "set-1")


def test_a_full_or_forbidden_disk_is_a_kind_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="cannot be kept"):
        FolderSink(tmp_path / "file").begin(ABOUT_SET)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's full disk")
def test_a_disk_that_fills_in_the_middle_of_a_set_is_a_kind_error(tmp_path: Path) -> None:
    sink = FolderSink(tmp_path)
    sink.begin(ABOUT_SET)
    with Path("/dev/full").open("wb") as full:
        sink._file = full
        with pytest.raises(OutputError, match="cannot be kept"):
            sink.add(Pose.missing(1.0))
        sink.close()


# ---- pacer -------------------------------------------------------------------------------------


def test_the_pacer_follows_the_movement_and_counts_the_way_back() -> None:
    exercise = load("lengthened-lowering").exercise  # lower for four
    pacer = Pacer(exercise, Focus("trunk_thigh"))
    said, phases = [], []
    for i in range(int(9.0 * 30)):
        t_s = i / 30
        way = np.interp(t_s, [0.0, 1.0, 2.5, 4.0, 8.0], [0.0, 0.0, 1.0, 1.0, 0.0])
        pace = pacer.feed(t_s, float(way), moving=1.1 < t_s < 7.8)
        said += [pace.say] if pace.say else []
        phases += [pace.phase] if not phases or phases[-1] != pace.phase else []
    assert phases == ["resting", "concentric", "hold", "eccentric", "resting"]
    lowered = said[said.index("Lower") :]
    seconds = round(exercise.targets.eccentric_s)
    assert lowered == ["Lower", "two", "three", "four", "five"][:seconds]


def test_the_pacer_calls_the_way_back_by_the_exercise_s_own_word() -> None:
    """Nobody lowers anything when coming out of a stretch."""
    exercise = load("couch-stretch-active").exercise
    pacer = Pacer(exercise, Focus("trunk_thigh"))
    ways = np.interp(np.arange(0.0, 6.0, 1 / 30), [0.0, 1.0, 3.0, 5.0], [0.0, 0.0, 1.0, 0.0])
    said = [pacer.feed(i / 30, float(way), moving=True).say for i, way in enumerate(ways)]
    assert [each for each in said if each] == ["Out", "two"]


# ---- pictures ----------------------------------------------------------------------------------


def scene() -> tuple[Frame, Pose]:
    noise = np.random.default_rng(3).integers(0, 255, (720, 1280, 3), dtype=np.uint8)
    return Frame.from_image(0.0, noise), film(standing(0.2), GOOD).pose(0)


def test_the_person_sees_a_mirror_and_the_body_stays_on_them() -> None:
    frame, pose = scene()
    plain = mirrored(frame, None, "ok", "right", "right")
    halved = frame.image_rgb[:, ::-1].reshape(360, 2, 640, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(plain, halved, atol=1.0)
    drawn = mirrored(frame, pose, "ok", "right", "right")
    changed = np.argwhere((drawn != plain).any(axis=2))
    middle_x = (1280 - float(np.nanmean(pose.landmarks_px[:, 0]))) / 2
    assert changed[:, 1].mean() == pytest.approx(middle_x, abs=15)


def test_a_small_picture_is_shown_as_it_is() -> None:
    small = Frame.from_image(0.0, scene()[0].image_rgb[:480, :640])
    assert np.array_equal(mirrored(small, None, "ok", "right", "right"), small.image_rgb[:, ::-1])


def test_evidence_shows_no_more_than_was_allowed() -> None:
    frame, pose = scene()
    shown = {
        showing: cv2.imdecode(
            np.frombuffer(evidence(frame, pose, showing, "red", "right", "right"), np.uint8), cv2.IMREAD_COLOR
        )
        for showing in ("skeleton", "blurred", "picture")
    }
    corner = np.s_[:100, :100]
    assert shown["skeleton"][corner].std() < 3, "nothing of the room"
    assert shown["picture"][corner].std() > 30
    x, y = (round(float(v)) for v in pose.landmarks_px[0])
    face = np.s_[y - 12 : y + 12, x - 12 : x + 12]
    assert shown["blurred"][corner].std() > 30
    assert shown["blurred"][face].std() < 0.5 * shown["picture"][face].std()


def test_a_face_that_cannot_be_found_is_not_shown() -> None:
    frame, pose = scene()
    points = pose.landmarks_px.copy()
    points[0] = np.nan
    jpeg = evidence(frame, replace(pose, landmarks_px=points), "blurred", "ok", "right", "right")
    shown = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown[:100, :100].std() < 3
