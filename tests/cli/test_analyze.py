"""``formcheck analyze`` as a user runs it: every row of the output contract's input table, and its outputs.

Run as real processes: the exit status and what reaches the terminal are what is promised.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from formcheck.sources import model_files
from formcheck.sources.track_file import write_track
from tests import clips, synthetic
from tests.cli.commands import assert_kind, run

SQUAT = clips.SQUAT


@pytest.fixture(scope="session")
def grey_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds without anybody in view."""
    path = tmp_path_factory.mktemp("clips") / "grey.mp4"
    return clips.write_clip(path, clips.numbered(clips.even_times(2.0, fps=15)))


# ---- what cannot be read: exit status 3 -------------------------------------------------------------


def test_missing_file(tmp_path: Path) -> None:
    result = run("analyze", tmp_path / "none.mp4", "--exercise", "squat", "--out", tmp_path / "out")
    assert_kind(result, 3, "none.mp4")
    assert not (tmp_path / "out").exists()


def test_folder_without_videos(tmp_path: Path) -> None:
    assert_kind(run("analyze", tmp_path, "--exercise", "squat"), 3, "no video")


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    assert_kind(run("analyze", path, "--exercise", "squat"), 3, "empty.mp4")


def test_text_named_as_video(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("These are only words.\n" * 50)
    assert_kind(run("analyze", path, "--exercise", "squat"), 3, "notes.mp4", "text")


def test_sound_only(tmp_path: Path) -> None:
    path = clips.write_sound(tmp_path / "song.mp4")
    assert_kind(run("analyze", path, "--exercise", "squat"), 3, "song.mp4")


def test_photo_named_as_video(tmp_path: Path) -> None:
    photo = clips.write_photo(tmp_path / "me.jpg").rename(tmp_path / "me.mp4")
    assert_kind(run("analyze", photo, "--exercise", "squat"), 3, "me.mp4", "photo")


@pytest.mark.parametrize(("seconds", "fps"), [(0.5, 30.0), (1.1, 9.0)], ids=["half a second", "10 frames"])
def test_too_short(tmp_path: Path, seconds: float, fps: float) -> None:
    path = clips.write_clip(tmp_path / "brief.mp4", clips.numbered(clips.even_times(seconds, fps=fps)))
    out = tmp_path / "out"
    assert_kind(run("analyze", path, "--exercise", "squat", "--out", out), 3, "brief.mp4", "12 frames")
    assert not out.exists()


def test_output_folder_that_cannot_be_written(tmp_path: Path, grey_clip: Path) -> None:
    """Found out before minutes are spent, and nothing is left behind."""
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    result = run("analyze", grey_clip, "--exercise", "squat", "--out", blocker / "report")
    assert_kind(result, 3, "report")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


# ---- what can be read although something is wrong: exit status 0 --------------------------------------


@pytest.mark.model
def test_nobody_in_view(tmp_path: Path, grey_clip: Path) -> None:
    out = tmp_path / "out"
    result = run("analyze", grey_clip, "--exercise", "squat", "--out", out)
    assert_kind(result, 0)
    report = json.loads((out / "report.json").read_text())
    assert report["set"]["reps"] == 0
    assert {"Nobody was in view."} == {item["reason"] for item in report["cannot_judge"]}
    assert all(item["how_to_fix"] for item in report["cannot_judge"])


@pytest.mark.model
def test_truncated_video_is_read_as_far_as_possible(tmp_path: Path) -> None:
    whole = clips.write_clip(tmp_path / "whole.mkv", clips.numbered(clips.even_times(4.0, fps=15)))
    cut = clips.cut(whole, tmp_path / "cut.mkv", 0.6)
    out = tmp_path / "out"
    assert_kind(run("analyze", cut, "--exercise", "squat", "--out", out, "--no-video"), 0)
    report = json.loads((out / "report.json").read_text())
    assert 1.0 <= report["source"]["duration_s"] < 3.9
    assert any("Reading stopped" in note for note in report["set"]["notes"])


# ---- wrong usage: exit status 2 -----------------------------------------------------------------------


def test_unknown_exercise_offers_the_nearest(grey_clip: Path) -> None:
    assert_kind(run("analyze", grey_clip, "--exercise", "squad"), 2, "squad", "squat")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("analyze", "x.mp4", "--facing", "up"), "--facing"),
        (("analyze", "x.mp4", "--nonsense"), "--nonsense"),
        (("analyze",), "VIDEO_OR_TRACK"),
        (("analyse",), "analyse"),
    ],
)
def test_wrong_usage_is_told_in_one_line(arguments: tuple[str, ...], named: str) -> None:
    result = run(*arguments)
    assert_kind(result, 2, named, "--help")
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


def test_without_a_command_the_help_is_shown() -> None:
    result = run()
    assert result.returncode == 2
    assert "analyze" in result.stdout + result.stderr
    assert "defect" not in result.stderr


def test_wrong_neutral(grey_clip: Path) -> None:
    assert_kind(run("analyze", grey_clip, "--exercise", "squat", "--neutral", "5-2"), 2, "--neutral")


def test_unsure_which_exercise_names_the_candidates(tmp_path: Path) -> None:
    still = tmp_path / "track.parquet"
    write_track(synthetic.film(synthetic.standing(4.0), synthetic.Camera()), still)
    result = run("analyze", still, "--out", tmp_path / "out")
    assert_kind(result, 2, "squat", "hip-hinge", "--exercise")
    assert not (tmp_path / "out").exists()


def test_start_posture_named_beyond_the_end(tmp_path: Path) -> None:
    short = tmp_path / "track.parquet"
    write_track(synthetic.film(synthetic.standing(4.0), synthetic.Camera()), short)
    result = run("analyze", short, "--exercise", "squat", "--neutral", "50-60", "--out", tmp_path / "out")
    assert_kind(result, 2, "--neutral 50-60", "beyond its end")
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.model
def test_nobody_in_view_is_said_rather_than_asked_for_an_exercise(tmp_path: Path, grey_clip: Path) -> None:
    result = run("analyze", grey_clip, "--out", tmp_path / "out")
    assert_kind(result, 2, "grey.mp4: nobody was found", "from head to feet")
    assert "--exercise" not in result.stderr
    assert not (tmp_path / "out").exists()


# ---- no model: exit status 4 --------------------------------------------------------------------------


def test_no_model_to_be_had(tmp_path: Path, grey_clip: Path) -> None:
    result = run(
        "analyze", grey_clip, "--exercise", "squat", "--out", tmp_path / "out",
        "--model-file", tmp_path / "none.task",
    )  # fmt: skip
    assert_kind(result, 4, "none.task")
    assert not (tmp_path / "out").exists()


# ---- what is written ------------------------------------------------------------------------------------


@pytest.mark.model
def test_everything_that_is_promised_is_written(squat_report: Path) -> None:
    written = {p.name for p in squat_report.iterdir()}
    assert written == {
        "report.json", "signals.csv", "signals.parquet", "track.parquet", "overlay.mp4",
        "report.html", "report.pdf", "motion.mot", "motion.trc",
    }  # fmt: skip
    assert [p.name for p in squat_report.parent.iterdir()] == [squat_report.name]


@pytest.mark.model
def test_two_squats_where_they_were(squat_report: Path) -> None:
    report = json.loads((squat_report / "report.json").read_text())
    assert report["exercise"]["id"] == "squat"
    ends = [rep["end_s"] for rep in report["reps"]]
    assert ends == pytest.approx([11.2, 18.0], abs=0.7)


@pytest.mark.model
def test_stored_track_gives_the_same_report(squat_report: Path, tmp_path: Path) -> None:
    """The video may be deleted: nothing that was judged depends on it."""
    out = tmp_path / "again"
    track = squat_report / "track.parquet"
    assert_kind(run("analyze", track, "--exercise", "squat", "--out", out), 0)
    first = json.loads((squat_report / "report.json").read_text())
    again = json.loads((out / "report.json").read_text())
    for field in ("source", "formcheck_version"):
        first.pop(field)
        again.pop(field)
    assert again == first
    assert not (out / "overlay.mp4").exists()


@pytest.mark.model
def test_corrections_are_judged_from_the_track(squat_report: Path, tmp_path: Path) -> None:
    """A corrected facing turns every sagittal sign; a corrected exercise names another one."""
    track = squat_report / "track.parquet"
    result = run("analyze", track, "--exercise", "squat", "--facing", "left", "--json")
    assert_kind(result, 0)
    assert json.loads(result.stdout)["view"]["facing"] == "left"
    assert json.loads((squat_report / "report.json").read_text())["view"]["facing"] == "right"
    result = run("analyze", track, "--exercise", "hip-hinge", "--json")
    assert json.loads(result.stdout)["exercise"]["id"] == "hip-hinge"
    result = run("analyze", track, "--exercise", "squat", "--side", "left", "--neutral", "3-6", "--json")
    assert json.loads(result.stdout)["neutral"]["start_s"] == 3.0


@pytest.mark.model
def test_json_prints_the_report_and_nothing_else(squat_report: Path, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "formcheck", "analyze", str(squat_report / "track.parquet"), "--json"],
        capture_output=True, text=True, check=False, cwd=tmp_path, timeout=120,
    )  # fmt: skip
    assert result.returncode == 0
    assert json.loads(result.stdout)["exercise"]["id"] == "squat"  # guessed
    assert list(tmp_path.iterdir()) == []


@pytest.mark.model
def test_one_bad_file_does_not_stop_the_others(squat_report: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    track = squat_report / "track.parquet"
    result = run("analyze", tmp_path / "none.mp4", track, "--exercise", "squat", "--out", out)
    assert_kind(result, 3, "none.mp4")
    assert (out / "track" / "report.json").is_file()


def test_a_folder_without_videos_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    track = tmp_path / "track.parquet"
    write_track(synthetic.film(synthetic.squats(1), synthetic.Camera()), track)
    out = tmp_path / "out"
    result = run("analyze", tmp_path / "bare", track, "--exercise", "squat", "--out", out)
    assert_kind(result, 3, "bare", "no video")
    assert (out / "track" / "report.json").is_file()


def test_recordings_of_one_name_get_a_folder_each(tmp_path: Path) -> None:
    poses = synthetic.film(synthetic.squats(2), synthetic.Camera())
    for place in ("front", "side"):
        (tmp_path / place).mkdir()
        write_track(poses, tmp_path / place / "track.parquet")
    both = (tmp_path / "front" / "track.parquet", tmp_path / "side" / "track.parquet")
    result = run("analyze", *both, "--exercise", "squat", "--out", tmp_path / "out")
    assert_kind(result, 0)
    assert {path.parent.name for path in (tmp_path / "out").glob("*/report.json")} == {"track", "track-2"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are text")
def test_a_name_that_is_no_text_is_told(tmp_path: Path, grey_clip: Path) -> None:
    strange = tmp_path / os.fsdecode(b"set\xff.mp4")
    strange.write_bytes(grey_clip.read_bytes())
    assert_kind(run("analyze", strange, "--exercise", "squat", "--out", tmp_path / "out"), 3, "UTF-8")


def test_a_name_too_long_for_a_folder_is_told(tmp_path: Path, grey_clip: Path) -> None:
    long = tmp_path / f"{'x' * 250}.mp4"
    long.write_bytes(grey_clip.read_bytes())
    result = subprocess.run(
        [sys.executable, "-m", "formcheck", "analyze", long.name, "--exercise", "squat"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=tmp_path,
    )
    assert_kind(result, 3, "too long", "--out")


@pytest.mark.skipif(os.name != "posix", reason="there are no named pipes elsewhere")
def test_interrupted_by_a_person(tmp_path: Path) -> None:
    # Ctrl+C reaches the process while it reads a pipe that never gives anything
    fifo = tmp_path / "set.mp4"
    os.mkfifo(fifo)
    # tests that run in the background inherit that Ctrl+C is ignored: as in a terminal, it is not
    as_in_a_terminal = (
        "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "runpy.run_module('formcheck', run_name='__main__', alter_sys=True)"
    )
    asked = ["analyze", fifo, "--exercise", "squat", "--out", tmp_path / "out"]
    going = subprocess.Popen(
        [sys.executable, "-c", as_in_a_terminal, *asked], stderr=subprocess.PIPE, text=True
    )
    with fifo.open("wb"):  # opens once the other side reads: by then Ctrl+C is looked for
        going.send_signal(signal.SIGINT)
        _, said = going.communicate(timeout=60)
    assert going.returncode == 130
    assert said.strip() == "Stopped. Nothing half-written was left behind."


# ---- the rest of the command line -------------------------------------------------------------------


def test_exercises_list_and_show() -> None:
    listed = run("exercises", "list")
    assert listed.returncode == 0
    assert "squat" in listed.stdout
    assert "hip-hinge" in listed.stdout
    assert "thigh_elevation" in run("exercises", "show", "squat").stdout


def test_exercise_file_with_a_mistake_names_line_and_field(tmp_path: Path) -> None:
    right = (Path(model_files.__file__).parents[1] / "exercises" / "library" / "squat.toml").read_text()
    wrong = tmp_path / "mine.toml"
    wrong.write_text(right.replace("min_deg = 30.0", "min_deg = -3"))
    line = next(i for i, text in enumerate(wrong.read_text().splitlines(), 1) if "min_deg" in text)
    assert_kind(run("exercises", "check", wrong), 2, f"line {line}", "min_deg")
    wrong.write_text(right)
    assert run("exercises", "check", wrong).returncode == 0


def test_new_exercise_works_without_code(tmp_path: Path) -> None:
    path = tmp_path / "my-squat.toml"
    result = run("exercises", "new", "my-squat", "--out", path)
    assert result.returncode == 0, result.stderr
    assert run("exercises", "check", path).returncode == 0
    assert_kind(run("exercises", "new", "my-squat", "--out", path), 2, "there already")


def test_an_added_exercise_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(tmp_path / "data"))
    path = tmp_path / "my-squat.toml"
    run("exercises", "new", "my-squat", "--out", path)
    added = run("exercises", "add", path)
    assert added.returncode == 0
    assert str(tmp_path / "data" / "exercises" / "my-squat.toml") in added.stdout
    assert "my-squat: My squat." in run("exercises", "list").stdout
    assert_kind(run("exercises", "add", tmp_path / "nothing.toml"), 2, "cannot be read")
