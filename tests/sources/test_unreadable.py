"""What cannot be analysed is refused in one line that says what it is and what is needed."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from formcheck.errors import UnreadableInputError
from formcheck.sources.file_kind import list_videos
from formcheck.sources.video import VideoSource
from tests.clips import cut, even_times, numbered, scramble, write_clip, write_photo, write_sound

FASTSTART = {"movflags": "+faststart"}


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def renamed(path: Path, name: str) -> Path:
    return path.rename(path.with_name(name))


def short(path: Path, seconds: float, fps: float) -> Path:
    return write_clip(path, numbered(even_times(seconds, fps)))


def concat_script(folder: Path) -> Path:
    """A script of libav's that would read the file beside it, which may be somebody else's."""
    short(folder / "private.mp4", 2.0, 30.0)
    return written(folder / "a.mp4", b"ffconcat version 1.0\nfile 'private.mp4'\n")


def unfinished(folder: Path) -> Path:
    """MP4 writes its index last: what an interrupted recording lacks."""
    return cut(short(folder / "whole.mp4", 2.0, 30.0), folder / "a.mp4", 0.6)


CASES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda d: d / "none.mp4", "no such file"),
    "folder": (lambda d: d, "folder"),
    "empty": (lambda d: written(d / "a.mp4", b""), "empty"),
    "text": (lambda d: written(d / "a.mp4", "Übungen für Dienstag\n".encode() * 300), "a text file"),
    "playlist": (
        lambda d: written(d / "a.mp4", b"#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n"),
        "a text file",
    ),
    "script": (concat_script, "a text file"),
    "noise": (lambda d: written(d / "a.mp4", bytes(range(256)) * 200), "no video that can be decoded"),
    "sound": (lambda d: write_sound(d / "a.mp4"), "sound but no moving picture"),
    "sound file": (lambda d: write_sound(d / "a.m4a"), "sound but no moving picture"),
    "jpeg": (lambda d: write_photo(d / "a.jpg"), r"a photo \(JPEG\)"),
    "png": (lambda d: write_photo(d / "a.png"), r"a photo \(PNG\)"),
    "jpeg named mp4": (lambda d: renamed(write_photo(d / "a.jpg"), "b.mp4"), r"a photo \(JPEG\)"),
    "png named mp4": (lambda d: renamed(write_photo(d / "a.png"), "b.mp4"), r"a photo \(PNG\)"),
    "0.3 s": (lambda d: short(d / "a.mp4", 0.3, 30.0), r"only 9 frames in 0\.30 s"),
    "10 frames": (lambda d: short(d / "a.mp4", 2.0, 5.0), r"only 10 frames in 2\.00 s"),
    "1 frame": (lambda d: short(d / "a.mp4", 1.0, 1.0), "only 1 frame "),
    "unfinished": (unfinished, "cut off before its index was written"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_in_one_line_that_names_it(tmp_path: Path, case: str) -> None:
    make, words = CASES[case]
    path = make(tmp_path)
    with pytest.raises(UnreadableInputError, match=words) as caught, VideoSource(path) as source:
        list(source)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert not re.search(r"Errno|avformat|moov|Invalid data", message), "libav's words are not for people"
    assert caught.value.exit_status == 3


@pytest.mark.parametrize(("seconds", "fps"), [(1.0, 30.0), (1.0, 12.0), (1.2, 10.0)])
def test_a_second_and_twelve_frames_are_enough(tmp_path: Path, seconds: float, fps: float) -> None:
    with VideoSource(short(tmp_path / "a.mp4", seconds, fps)) as source:
        assert len(list(source)) == round(seconds * fps)


def test_a_cut_off_video_is_read_to_where_it_ends(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.mp4", numbered(even_times(4.0)), options=FASTSTART)
    with VideoSource(cut(whole, tmp_path / "a.mp4", 0.6)) as source:
        times = [frame.t_s for frame in source]
        damage = source.origin.damage
    assert 1.0 < times[-1] < 3.5
    stop_s = float(re.search(r"stopped at (\d\.\d) s of 4\.0 s", damage)[1])  # type: ignore[index]
    assert stop_s == pytest.approx(times[-1] + 1 / 30, abs=0.1)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_damaged_middle_is_skipped_and_told(tmp_path: Path, suffix: str) -> None:
    whole = write_clip(tmp_path / f"whole.{suffix}", numbered(even_times(4.0)))
    with VideoSource(scramble(whole, tmp_path / f"a.{suffix}", 0.4, 0.5)) as source:
        times = [frame.t_s for frame in source]
        damage = source.origin.damage
    gaps = [(a, b) for a, b in itertools.pairwise(times) if b - a > 0.05]
    assert times[-1] > 3.9
    assert gaps
    from_s, to_s = (float(v) for v in re.search(r"between (\d\.\d) s and (\d\.\d) s", damage).groups())  # type: ignore[union-attr]
    assert from_s <= gaps[0][0] + 0.1
    assert to_s == pytest.approx(gaps[-1][1], abs=0.06)


def test_a_whole_video_has_no_damage(clip: Path) -> None:
    with VideoSource(clip) as source:
        list(source)
        assert source.origin.damage == ""


def test_a_folder_lists_its_videos_by_name(tmp_path: Path) -> None:
    for name in ("b.MP4", "a.mov", "notes.txt", "c.webm"):
        (tmp_path / name).touch()
    (tmp_path / "d.mp4").mkdir()
    assert [path.name for path in list_videos(tmp_path)] == ["a.mov", "b.MP4", "c.webm"]


def test_a_folder_without_videos_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UnreadableInputError, match="holds no video"):
        list_videos(tmp_path)
