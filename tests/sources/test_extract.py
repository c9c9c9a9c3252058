"""From a video to a track, without and with the model."""

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import Pose, PoseTrack
from formcheck.errors import UnreadableInputError
from formcheck.sources.decoding import Reading
from formcheck.sources.extract import (
    Part,
    Settings,
    TrackBuilder,
    extract,
    extract_interval,
    join_parts,
    read_ahead,
)
from formcheck.sources.track_file import read_track, write_track
from formcheck.sources.video import VideoSource
from tests.clips import SQUAT, even_times, irregular, numbered, recode, shared, write_clip

BODY = [
    Landmark[f"{side}_{part}"] for side in ("LEFT", "RIGHT") for part in ("SHOULDER", "HIP", "KNEE", "ANKLE")
]


# -- reading ahead --


def decode_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "formcheck-decode"]


def test_reading_ahead_changes_nothing() -> None:
    assert list(read_ahead(range(1000), 4)) == list(range(1000))
    assert decode_threads() == []


def test_reading_ahead_is_bounded() -> None:
    """No frames are retained: a slow model must not let a whole recording pile up in memory."""
    made: list[int] = []

    def items() -> Iterator[int]:
        for i in range(100):
            made.append(i)
            yield i

    for i in read_ahead(items(), 4):
        assert len(made) <= i + 1 + 4 + 1  # handed over, waiting, and the one that waits for a place
    assert len(made) == 100


def test_an_error_while_decoding_is_raised_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise UnreadableInputError("broken")

    seen: list[int] = []
    with pytest.raises(UnreadableInputError, match="broken"):
        seen.extend(read_ahead(items(), 2))
    assert seen == [0, 1, 2]
    assert decode_threads() == []


def test_stopping_early_ends_the_thread() -> None:
    ahead = read_ahead(itertools.count(), 2)
    assert next(ahead) == 0
    ahead.close()  # type: ignore[attr-defined]
    assert decode_threads() == []


# -- building and joining --


def poses(times: list[float]) -> list[Pose]:
    rng = np.random.default_rng(0)
    return [
        Pose.from_landmarks(t, rng.normal(300, 90, (33, 2)).astype(np.float32).astype(np.float64))
        for t in times
    ]


@pytest.mark.parametrize("n", [0, 1, 255, 256, 257, 600])
def test_the_builder_gives_what_was_added(n: int) -> None:
    items = poses(even_times(n / 30.0))
    builder = TrackBuilder()
    for pose in items:
        builder.add(pose)
    track, expected = builder.track(), PoseTrack.from_poses(items)
    assert len(track) == n
    for name in (
        "t_s",
        "landmarks_px",
        "landmarks_m",
        "visibility",
        "edges_px",
        "edge_occluded",
        "edge_beside_arm",
    ):
        np.testing.assert_array_equal(getattr(track, name), getattr(expected, name))


def part(times: list[float], **reading: float) -> Part:
    return Part(
        PoseTrack.from_poses(poses(times)),
        Reading(pictures=len(times), end_s=times[-1] + 1 / 30 if times else 0.0, **reading),  # type: ignore[arg-type]
    )


def test_parts_join_without_a_seam(clip: Path, tmp_path: Path) -> None:
    model = tmp_path / "some.task"
    model.write_bytes(b"model")
    times = even_times(2.0)
    with VideoSource(clip) as source:
        track = join_parts(source, Settings(model), [part(times[:25]), part(times[25:], to_end=True)])
    np.testing.assert_array_equal(track.t_s, times)
    assert track.origin.fps == pytest.approx(30.0)
    assert track.origin.duration_s == pytest.approx(2.0)
    assert track.origin.damage == ""
    assert track.origin.model_name == "some"
    assert len(track.origin.model_sha256) == 64


def test_joining_tells_the_damage_of_every_part(clip: Path, tmp_path: Path) -> None:
    model = tmp_path / "some.task"
    model.write_bytes(b"model")
    times = even_times(2.0)
    damaged = part(times[:20], lost_from_s=0.2, lost_to_s=0.4)
    with VideoSource(clip) as source:
        track = join_parts(source, Settings(model), [damaged, part(times[20:35]), part([], to_end=True)])
    assert "between 0.2 s and 0.4 s" in track.origin.damage
    assert "stopped at 1.2 s of 2.0 s" in track.origin.damage


def test_too_little_in_all_parts_together_is_refused(clip: Path) -> None:
    with VideoSource(clip) as source, pytest.raises(UnreadableInputError, match="only 11 frames"):
        join_parts(source, Settings(clip), [part(even_times(2.0)[:5]), part(even_times(2.0)[5:11])])


# -- with the model --


@pytest.fixture(scope="module")
def track(squat_stretch: Path, model_path: Path) -> PoseTrack:
    return extract(squat_stretch, model_path)


def difference(a: PoseTrack, b: PoseTrack) -> float:
    """Median distance of the body's landmarks in % of the person's height."""
    height = np.ptp(a.landmarks_px[:, :, 1], axis=1).mean() * 1.08
    apart = np.linalg.norm(a.landmarks_px[:, BODY] - b.landmarks_px[:, BODY], axis=-1)
    return float(np.median(apart)) / height * 100


@pytest.mark.model
def test_a_real_squat_is_found_in_every_frame(track: PoseTrack, squat_stretch: Path) -> None:
    assert len(track) == 45
    assert track.found.all()
    assert (track.origin.width_px, track.origin.height_px) == (608, 1080)
    assert track.origin.smoothing == "none"
    hip, knee, ankle = (track.landmarks_px[:, Landmark[f"LEFT_{p}"]] for p in ("HIP", "KNEE", "ANKLE"))
    assert (np.maximum(hip, knee)[:, 1] < ankle[:, 1]).all()
    assert hip[:, 1].max() - hip[0, 1] > 40, "he goes down"
    assert ((track.visibility >= 0) & (track.visibility <= 1)).all()


@pytest.mark.model
def test_his_back_lies_between_the_background_and_the_hips(track: PoseTrack) -> None:
    """He faces right: his back is on the left hand of somebody who walks from the hip to the shoulder."""
    middle = slice(10, 40)
    back, front = track.edges_px[:, 0, middle], track.edges_px[:, 1, middle]
    hips_x = track.landmarks_px[:, [Landmark.LEFT_HIP, Landmark.RIGHT_HIP], 0].mean(axis=1)
    assert np.isfinite(back).mean() > 0.95
    assert (np.nanmedian(back[..., 0], axis=1) < hips_x).all()
    assert (np.nanmedian(front[..., 0], axis=1) > hips_x).all()
    assert np.median(track.edge_confidence[:, 0, middle]) > 0.7


@pytest.mark.model
def test_an_extracted_track_comes_back_from_disk_bit_for_bit(track: PoseTrack, tmp_path: Path) -> None:
    write_track(track, tmp_path / "track.parquet")
    stored = read_track(tmp_path / "track.parquet")
    assert stored.origin == track.origin
    for name in ("t_s", "landmarks_px", "landmarks_m", "visibility", "edges_px", "edge_confidence"):
        np.testing.assert_array_equal(getattr(stored, name), getattr(track, name), strict=True)


@pytest.mark.model
def test_a_phone_video_that_is_stored_turned_gives_the_same_landmarks(
    track: PoseTrack, model_path: Path, tmp_path: Path
) -> None:
    turned = recode(shared(SQUAT), tmp_path / "a.mp4", start_s=9.5, end_s=11.0, rotation_deg=90)
    other = extract(turned, model_path)
    assert other.origin.rotation_deg == 90
    np.testing.assert_array_equal(other.t_s, track.t_s)
    assert difference(track, other) < 1.0


@pytest.mark.model
def test_a_variable_rate_keeps_the_landmarks_at_their_times(
    track: PoseTrack, model_path: Path, tmp_path: Path
) -> None:
    uneven = recode(shared(SQUAT), tmp_path / "a.mp4", start_s=9.5, end_s=11.0, keep=irregular)
    other = extract(uneven, model_path)
    kept = [i for i in range(45) if irregular(i)]
    np.testing.assert_allclose(other.t_s, track.t_s[kept], atol=1e-4)
    assert difference(track[np.array(kept)], other) < 1.0


@pytest.mark.model
def test_without_smoothing_landmarks_neither_lag_nor_are_calmed(
    track: PoseTrack, squat_stretch: Path, model_path: Path
) -> None:
    """MediaPipe's filter is switched off by a trick that a new version could undo."""
    calmed = extract(squat_stretch, model_path, smoothed=True)
    assert (track.origin.smoothing, calmed.origin.smoothing) == ("none", "mediapipe")
    assert difference(track, calmed) < 2.0, "the same person, all the same"
    raw_px, smoothed_px = track.landmarks_px[:, BODY], calmed.landmarks_px[:, BODY]
    velocity = np.gradient(raw_px, track.t_s, axis=0)
    lag_s = -((smoothed_px - raw_px) * velocity).sum() / (velocity**2).sum()
    assert 0.004 < lag_s < 0.05
    assert np.abs(np.diff(raw_px, 2, axis=0)).mean() > 1.3 * np.abs(np.diff(smoothed_px, 2, axis=0)).mean()


@pytest.mark.model
def test_scaling_gives_landmarks_in_pixels_of_the_original(
    track: PoseTrack, squat_stretch: Path, model_path: Path
) -> None:
    """358 columns at this scale: a width for which MediaPipe would end the process if it were let."""
    small = extract(squat_stretch, model_path, max_side_px=636)
    assert difference(track, small) < 1.0
    edges = np.linalg.norm(track.edges_px - small.edges_px, axis=-1)
    assert np.nanmedian(edges) < 6.0  # of a person of 550 pixels


@pytest.mark.model
def test_stretches_with_a_warm_up_join_to_the_whole(
    track: PoseTrack, squat_stretch: Path, model_path: Path
) -> None:
    """What reading in parallel processes will rely on."""
    settings = Settings(model_path)
    with VideoSource(squat_stretch, max_side_px=settings.max_side_px) as source:
        first = extract_interval(source, settings, 0.0, 0.7)
        second = extract_interval(source, settings, 0.7, 99.0, warm_up_s=0.4)
        joined = join_parts(source, settings, [first, second])
    np.testing.assert_array_equal(joined.t_s, track.t_s)
    assert joined.origin == track.origin
    assert difference(track, joined) < 1.0


@pytest.mark.model
def test_progress_tells_the_seconds_that_are_done(model_path: Path, clips: Path) -> None:
    path = write_clip(clips / "progress.mp4", numbered(even_times(1.0)))
    calls: list[tuple[float, float]] = []
    track = extract(path, model_path, progress=lambda done, total: calls.append((done, total)))
    assert [done for done, _ in calls] == pytest.approx(list(track.t_s))
    assert {round(total, 2) for _, total in calls} == {1.0}
    assert not track.found.any(), "coloured squares are nobody"
    assert np.isnan(track.landmarks_px).all()
