"""What every source promises, whatever it reads: one suite for all of them."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from formcheck.body.pose import Origin, Pose, PoseTrack
from formcheck.sources.fake import FakeSource
from formcheck.sources.frames import Frame, Source
from formcheck.sources.track_file import TrackSource, write_track
from formcheck.sources.video import VideoSource
from tests.clips import numbered, picture, uneven_times, write_clip

TIMES = uneven_times(2.0)


def video(folder: Path) -> Source[Frame]:
    return VideoSource(write_clip(folder / "video.mp4", numbered(TIMES)), max_side_px=96)


def late_video(folder: Path) -> Source[Frame]:
    late = ((t_s + 3.0, image) for t_s, image in numbered(TIMES))
    return VideoSource(write_clip(folder / "video.mkv", late, rotation_deg=90))


def track_file(folder: Path) -> Source[Pose]:
    origin = Origin(name="video.mp4", duration_s=2.0, fps=20.0, width_px=192, height_px=128)
    write_track(PoseTrack.from_poses([Pose.missing(t) for t in TIMES], origin), folder / "track.parquet")
    return TrackSource(folder / "track.parquet")


def fake_frames(folder: Path) -> Source[Frame]:
    return FakeSource([Frame.from_image(t, picture(i)) for i, t in enumerate(TIMES)])


def fake_poses(folder: Path) -> Source[Pose]:
    return FakeSource([Pose.missing(t) for t in TIMES])


SOURCES: list[Callable[[Path], Source[Any]]] = [video, late_video, track_file, fake_frames, fake_poses]


@pytest.fixture(params=SOURCES, ids=lambda make: make.__name__)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source[Any]:
    made: Source[Any] = request.param(tmp_path)
    return made


def test_times_are_finite_and_strictly_increase_from_0(source: Source[Any]) -> None:
    times = [item.t_s for item in source]
    assert np.isfinite(times).all()
    assert all(a < b for a, b in pairwise(times))
    assert times == pytest.approx(TIMES, abs=2e-3)  # Matroska rounds to milliseconds
    assert all(isinstance(t, float) for t in times)


def test_it_starts_anew_with_every_iteration(source: Source[Any]) -> None:
    first = [item.t_s for item in source]
    assert [item.t_s for item in source] == first
    assert len(first) == len(TIMES)


def test_stopping_early_does_no_harm(source: Source[Any]) -> None:
    for item in source:
        if item.t_s > 0.5:
            break
    assert len(list(source)) == len(TIMES)


def test_two_iterations_do_not_disturb_each_other(source: Source[Any]) -> None:
    assert [(a.t_s, b.t_s) for a, b in zip(source, source, strict=True)] == [
        (item.t_s, item.t_s) for item in source
    ]


def test_the_origin_is_filled_in(source: Source[Any]) -> None:
    list(source)
    origin = source.origin
    assert origin.name
    assert origin.duration_s == pytest.approx(2.0, abs=0.1)
    assert origin.fps == pytest.approx(len(TIMES) / 2.0, rel=0.1)
    assert origin.damage == ""


def test_closing_twice_is_harmless_and_reading_afterwards_an_error(source: Source[Any]) -> None:
    source.close()
    source.close()
    with pytest.raises(ValueError, match="closed"):
        list(source)


def test_leaving_the_context_closes(source: Source[Any]) -> None:
    with source as entered:
        assert entered is source
    with pytest.raises(ValueError, match="closed"):
        list(source)


def test_frames_carry_what_inference_needs(source: Source[Any]) -> None:
    for item in source:
        if isinstance(item, Frame):
            assert item.image_rgb.dtype == np.uint8
            assert item.image_rgb.flags.c_contiguous
            assert (item.width_px, item.height_px) == (192, 128)
            assert item.original_rgb().shape == (128, 192, 3)


@pytest.mark.parametrize("times", [[0.0, 0.0], [1.0, 0.5], [0.0, float("nan")]])
def test_a_fake_that_would_break_the_contract_is_refused(times: list[float]) -> None:
    poses = [Pose.missing(t) for t in times]
    with pytest.raises(ValueError, match="increase"):
        FakeSource(poses)
