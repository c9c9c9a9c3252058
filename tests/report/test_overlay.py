import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import Floats, PoseTrack
from formcheck.report.overlay import fitted_image, pose_at, steadied, write_overlay, write_overlay_of
from formcheck.report.words import Focus
from formcheck.sources.frames import Frame, Image
from tests.clips import even_times, numbered, uneven_times, write_clip
from tests.report import builders

FOCUS = Focus(builders.SIGNAL, builders.TARGET, "eccentric")
GREY = 110
SIZE = (builders.HEIGHT, builders.WIDTH, 3)


def frames(times_s: Floats) -> list[Frame]:
    return [Frame.from_image(float(t_s), np.full(SIZE, GREY, np.uint8)) for t_s in times_s]


def decoded(path: Path) -> list[tuple[float, Image]]:
    with av.open(str(path)) as container:
        return [(float(frame.time), frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def write(path: Path, times_s: Floats, track: PoseTrack | None = None) -> list[tuple[float, Image]]:
    write_overlay(
        frames(times_s), track or builders.track(), builders.signals(), builders.report(), path, focus=FOCUS
    )
    return decoded(path)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("overlay") / "overlay.mp4"
    write(path, builders.times()[:100])
    return path


def test_every_frame_comes_back_at_its_own_time(video: Path) -> None:
    times = [t_s for t_s, _ in decoded(video)]
    assert np.allclose(times, builders.times()[:100], atol=1e-4)


def test_uneven_times_are_kept_as_they_are(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    times = np.cumsum(rng.uniform(0.004, 0.3, 40)) - 0.004
    assert np.allclose([t_s for t_s, _ in write(tmp_path / "v.mp4", times)], times, atol=1e-4)


def test_times_closer_than_the_time_base_still_advance(tmp_path: Path) -> None:
    times = [t_s for t_s, _ in write(tmp_path / "v.mp4", np.array([0.0, 1e-7, 2e-7, 0.1]))]
    assert len(times) == 4
    assert all(later > earlier for earlier, later in pairwise(times))


def test_skeleton_is_where_the_person_is_and_the_rest_of_the_picture_is_untouched(video: Path) -> None:
    image = decoded(video)[10][1].astype(int)
    pose = builders.pose(10 / builders.RATE_HZ)
    for part in ("HIP", "KNEE", "ANKLE"):
        x, y = pose.landmarks_px[Landmark[f"RIGHT_{part}"]]
        around = image[round(y) - 3 : round(y) + 4, round(x) - 3 : round(x) + 4]
        assert np.abs(around - GREY).max() > 60
    assert np.abs(image[110:190, 230:310] - GREY).max() < 12  # beside the person, away from panels


def test_a_browser_can_play_it(video: Path) -> None:
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
    content = video.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # it starts before it is loaded


def test_colours_survive_and_the_file_says_how_to_read_them(tmp_path: Path) -> None:
    image = np.empty(SIZE, np.uint8)
    image[:] = (255, 122, 66)
    write_overlay(
        [Frame.from_image(0.0, image)],
        builders.track()[50:],
        builders.signals(),
        builders.report(),
        tmp_path / "v.mp4",
    )
    with av.open(str(tmp_path / "v.mp4")) as container:
        frame = next(container.decode(video=0))
        assert frame.colorspace == 6  # BT.601
        middle = frame.to_ndarray(format="rgb24")[100:120, 200:300].reshape(-1, 3).mean(axis=0)
    assert np.abs(middle - (255, 122, 66)).max() < 5


def test_picture_that_was_scaled_before_gets_the_pose_in_its_own_size(tmp_path: Path) -> None:
    small = np.full((builders.HEIGHT // 2, builders.WIDTH // 2, 3), GREY, np.uint8)
    half = [Frame(float(t_s), small, builders.WIDTH, builders.HEIGHT) for t_s in builders.times()[:5]]
    write_overlay(
        half, builders.track(), builders.signals(), builders.report(), tmp_path / "v.mp4", focus=FOCUS
    )
    image = decoded(tmp_path / "v.mp4")[2][1].astype(int)
    x, y = builders.pose().landmarks_px[Landmark.RIGHT_KNEE] / 2
    assert np.abs(image[round(y) - 2 : round(y) + 3, round(x) - 2 : round(x) + 3] - GREY).max() > 60


def test_frames_that_the_track_does_not_know_show_no_body(tmp_path: Path) -> None:
    track = builders.track()[:5]
    late = write(tmp_path / "v.mp4", np.array([5.0, 5.04]), track)[0][1].astype(int)
    assert np.abs(late[125:190, 100:310] - GREY).max() < 12


@pytest.mark.parametrize(
    ("size", "expected"), [((3840, 2160), (1280, 720)), ((2160, 3840), (720, 1280)), ((641, 361), (640, 360))]
)
def test_output_is_at_most_1280_long_with_even_sides(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    image = fitted_image(np.zeros((size[1], size[0], 3), np.uint8), 1280)
    assert (image.shape[1], image.shape[0]) == expected


def test_the_source_picture_is_never_drawn_into(tmp_path: Path) -> None:
    given = frames(builders.times()[:3])
    write_overlay(given, builders.track(), builders.signals(), builders.report(), tmp_path / "v.mp4")
    assert all((frame.image_rgb == GREY).all() for frame in given)


def test_no_frame_is_an_error_and_not_an_empty_video(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        write(tmp_path / "v.mp4", np.array([]))


def test_progress_is_told_the_time_that_is_reached(tmp_path: Path) -> None:
    seen: list[float] = []
    write_overlay(
        frames(builders.times()[:4]),
        builders.track(),
        builders.signals(),
        builders.report(),
        tmp_path / "v.mp4",
        progress=seen.append,
    )
    assert seen == pytest.approx([0.0, 0.04, 0.08, 0.12])


def test_jitter_of_landmarks_is_steadied_for_the_eye_but_movement_stays() -> None:
    track = builders.track()
    noise = np.random.default_rng(1).normal(0, 2.0, track.landmarks_px.shape)
    shaken = replace(track, landmarks_px=track.landmarks_px + noise)
    knee = Landmark.RIGHT_KNEE
    before = shaken.landmarks_px[:, knee] - track.landmarks_px[:, knee]
    after = steadied(shaken).landmarks_px[:, knee] - track.landmarks_px[:, knee]
    assert after[10:-10].std() < 0.75 * before[10:-10].std()
    assert np.abs(steadied(track).landmarks_px[:, knee] - track.landmarks_px[:, knee]).max() < 1.5


def test_pose_is_the_nearest_one() -> None:
    track = builders.track()
    assert pose_at(track, 0.045) is not None
    assert pose_at(track, 0.045).t_s == pytest.approx(0.04)  # type: ignore[union-attr]
    assert pose_at(track, 99.0) is None
    assert pose_at(track[:0], 0.0) is None


FULL = """
import resource, sys
from pathlib import Path
import numpy as np
from formcheck.errors import OutputError
from formcheck.report.folder import atomic_folder
from formcheck.report.overlay import fitted_image, pose_at, steadied, write_overlay, write_overlay_of
from formcheck.sources.frames import Frame
from tests.clips import even_times, numbered, uneven_times, write_clip
from tests.report import builders
noise = np.random.default_rng(1)
def frames():
    for t_s in builders.times()[:60]:
        yield Frame.from_image(float(t_s), noise.integers(0, 255, (240, 320, 3), dtype=np.uint8))
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
try:
    with atomic_folder(Path(sys.argv[1])) as folder:
        path = folder / "overlay.mp4"
        write_overlay(frames(), builders.track(), builders.signals(), builders.report(), path)
except OutputError as error:
    print("OutputError", error)
"""


def test_full_disk_while_encoding_is_an_output_error(tmp_path: Path) -> None:

    run = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "out")], capture_output=True, text=True, check=False
    )
    assert run.stdout.startswith("OutputError"), run.stderr
    assert list(tmp_path.iterdir()) == []


def test_stretches_drawn_at_once_make_the_video_of_one_pass(tmp_path: Path) -> None:
    """Uneven times, reordered pictures, cuts anywhere: each picture once, at its time, as in one pass."""
    clip = write_clip(tmp_path / "clip.mp4", numbered(uneven_times(16.0)))
    one, several = tmp_path / "one.mp4", tmp_path / "several.mp4"
    told: list[float] = []
    judged = builders.track(), builders.signals(), builders.report()
    write_overlay_of(clip, *judged, one, workers=1)
    write_overlay_of(clip, *judged, several, workers=3, progress=told.append)
    first, second = decoded(one), decoded(several)
    assert [t_s for t_s, _ in second] == [t_s for t_s, _ in first]
    assert np.allclose([t_s for t_s, _ in first], uneven_times(16.0), atol=1e-4)
    differences = [np.abs(a.astype(int) - b).mean() for (_, a), (_, b) in zip(first, second, strict=True)]
    assert max(differences) < 3.0  # another key frame is other rounding
    assert told[-1] == pytest.approx(16.0, abs=0.5)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["clip.mp4", "one.mp4", "several.mp4"]


def test_joined_video_has_one_key_frame_at_each_cut_and_times_to_decode_by_that_increase(
    tmp_path: Path,
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered(even_times(10.0)))
    write_overlay_of(
        clip, builders.track(), builders.signals(), builders.report(), tmp_path / "v.mp4", workers=2
    )
    with av.open(str(tmp_path / "v.mp4")) as container:
        packets = [packet for packet in container.demux(video=0) if packet.dts is not None]
    assert [float(packet.pts * packet.time_base) for packet in packets if packet.is_keyframe] == [0.0, 5.0]
    assert all(a.dts < b.dts for a, b in pairwise(packets))
    assert all(packet.dts <= packet.pts for packet in packets)
