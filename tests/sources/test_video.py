"""Video files: upright pictures at the container's own times, whatever the container does to them."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from formcheck.sources.video import VideoSource
from tests.clips import (
    HEIGHT,
    WIDTH,
    corners_of,
    even_times,
    index_of,
    numbered,
    uneven_times,
    write_clip,
)


def read(path: Path, **kwargs: int) -> tuple[list[float], list[int]]:
    with VideoSource(path, **kwargs) as source:
        frames = [(frame.t_s, index_of(frame.image_rgb)) for frame in source]
    return [t for t, _ in frames], [i for _, i in frames]


@pytest.mark.parametrize("b_frames", [0, 2, 4])
def test_pictures_come_in_the_order_they_are_shown(tmp_path: Path, b_frames: int) -> None:
    times = even_times(1.5)
    path = write_clip(tmp_path / "a.mp4", numbered(times), b_frames=b_frames)
    read_times, indices = read(path)
    assert indices == list(range(45))
    assert read_times == pytest.approx(times, abs=1e-4)


def test_a_variable_rate_keeps_every_time(tmp_path: Path) -> None:
    times = uneven_times(2.0)
    read_times, indices = read(write_clip(tmp_path / "a.mp4", numbered(times)))
    assert np.ptp(np.diff(times)) > 0.05  # the clip is uneven indeed
    assert read_times == pytest.approx(times, abs=1e-4)
    assert indices == list(range(len(times)))


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_a_stream_that_starts_late_starts_at_0(tmp_path: Path, suffix: str) -> None:
    path = write_clip(tmp_path / f"a.{suffix}", numbered(even_times(1.5, start_s=5.0)))
    with VideoSource(path) as source:
        times = [frame.t_s for frame in source]
        assert source.duration_s == pytest.approx(1.5, abs=0.05)
        assert source.origin.damage == ""
    assert times == pytest.approx(even_times(1.5), abs=2e-3)  # Matroska rounds to milliseconds


@pytest.mark.parametrize("hflip", [False, True])
@pytest.mark.parametrize("rotation_deg", [0, 90, 180, 270])
def test_pictures_are_upright_whatever_the_display_matrix_says(
    tmp_path: Path, rotation_deg: int, *, hflip: bool
) -> None:
    clip = numbered(even_times(1.2))
    path = write_clip(tmp_path / "a.mp4", clip, rotation_deg=rotation_deg, hflip=hflip)
    with VideoSource(path) as source:
        frame = next(iter(source))
        assert corners_of(frame.image_rgb) == "rgb"
        assert frame.image_rgb.shape == (HEIGHT, WIDTH, 3)
        assert (frame.width_px, frame.height_px) == (WIDTH, HEIGHT)
        assert (source.origin.width_px, source.origin.height_px) == (WIDTH, HEIGHT)
        if not hflip:
            assert source.origin.rotation_deg == rotation_deg


def test_the_stored_picture_is_turned_indeed(tmp_path: Path) -> None:
    """Guards the generator: without a turned picture the test above would prove nothing."""
    from tests.clips import decoded

    path = write_clip(tmp_path / "a.mp4", numbered(even_times(1.2)), rotation_deg=90)
    _, stored = next(decoded(path))
    assert stored.shape == (WIDTH, HEIGHT, 3)
    assert corners_of(stored) != "rgb"


@pytest.mark.parametrize("rotation_deg", [0, 90])
def test_scaling_keeps_the_original_within_reach(tmp_path: Path, rotation_deg: int) -> None:
    path = write_clip(tmp_path / "a.mp4", numbered(even_times(1.2)), rotation_deg=rotation_deg)
    with VideoSource(path, max_side_px=96) as source:
        frame = list(source)[5]
    assert frame.image_rgb.shape == (64, 96, 3)
    assert (frame.width_px, frame.height_px) == (WIDTH, HEIGHT)
    assert frame.original_rgb().shape == (HEIGHT, WIDTH, 3)
    assert corners_of(frame.original_rgb()) == corners_of(frame.image_rgb) == "rgb"
    assert index_of(frame.image_rgb) == index_of(frame.original_rgb()) == 5


def test_small_pictures_are_not_enlarged(clip: Path) -> None:
    with VideoSource(clip, max_side_px=1280) as source:
        frame = next(iter(source))
    assert frame.image_rgb.shape == (HEIGHT, WIDTH, 3)
    assert frame.original_rgb() is frame.image_rgb


def test_pictures_are_contiguous_bytes(tmp_path: Path) -> None:
    """MediaPipe ignores strides, and turning a picture makes some."""
    path = write_clip(tmp_path / "a.mp4", numbered(even_times(1.2)), rotation_deg=270)
    with VideoSource(path) as source:
        image = next(iter(source)).image_rgb
    assert image.flags.c_contiguous
    assert image.dtype == np.uint8


def test_oblong_pixels_are_made_square(tmp_path: Path) -> None:
    """Old camcorders store 720 columns that are shown as 1024: angles need them shown so."""
    path = write_clip(tmp_path / "a.mp4", numbered(even_times(1.2)), pixel_aspect=Fraction(4, 3))
    with VideoSource(path) as read_back:
        frame = next(iter(read_back))
    assert frame.image_rgb.shape == (HEIGHT, 256, 3)
    assert corners_of(frame.image_rgb) == "rgb"


@pytest.mark.parametrize(("start_s", "end_s"), [(0.0, 0.5), (0.71, 1.3), (1.0, 99.0), (1.999, 99.0)])
def test_a_stretch_holds_the_frames_that_a_whole_reading_gives(
    clip: Path, start_s: float, end_s: float
) -> None:
    with VideoSource(clip) as source:
        whole = {frame.t_s: frame.image_rgb for frame in source if start_s <= frame.t_s < end_s}
        stretch = list(source.frames(start_s, end_s))
        assert [frame.t_s for frame in stretch] == list(whole)
        for frame in stretch:
            np.testing.assert_array_equal(frame.image_rgb, whole[frame.t_s])


def test_a_stretch_of_a_late_stream_counts_from_its_start(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mkv", numbered(even_times(2.0, start_s=5.0)))
    with VideoSource(path) as source:
        indices = [index_of(frame.image_rgb) for frame in source.frames(0.9834, 1.1167)]
    assert indices == [30, 31, 32, 33]


def test_the_origin_describes_the_file(clip: Path) -> None:
    import hashlib

    with VideoSource(clip) as source:
        list(source)
        origin = source.origin
    assert origin.name == "plain.mp4"
    assert origin.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert origin.fps == pytest.approx(30.0, abs=0.01)
    assert origin.duration_s == pytest.approx(2.0, abs=0.01)
    assert origin.damage == ""


def test_reading_is_silent(tmp_path: Path, clip: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """libav would complain on the terminal about every damaged piece."""
    from tests.clips import scramble

    with VideoSource(scramble(clip, tmp_path / "a.mp4", 0.3, 0.5)) as source:
        list(source)
    captured = capfd.readouterr()
    assert captured.err == captured.out == ""
