"""The Review page from the choice of a recording to the corrected report, without a browser."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.report.words import VERDICT_MARK, VERDICT_WORD, shown_verdict
from formcheck.sources.track_file import write_track
from formcheck.ui.review import downloads
from tests import clips, synthetic
from tests.ui.conftest import finished, review_of, said, wait_for

Upload = Callable[[str, bytes], AppTest]


def reps(app: AppTest) -> int:
    analysis = review_of(app).analysis
    assert analysis is not None
    return len(analysis.judged.report.reps)


def faults(app: AppTest) -> list[set[str]]:
    analysis = review_of(app).analysis
    assert analysis is not None
    return [{fault.id for fault in rep.faults} for rep in analysis.judged.report.reps]


def lifts(height_deg: float) -> bytes:
    """The stored track of two seated lifts to a height."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "track.parquet"
        lifted = synthetic.seated_lifts(2, height_deg=height_deg)
        write_track(synthetic.film(lifted, synthetic.Camera()), path)
        return path.read_bytes()


def button(app: AppTest, label: str) -> object:
    found = [each for each in app.button if label in each.label]
    assert found, f"no button says {label!r}: {[each.label for each in app.button]}"
    return found[0]


def test_the_first_page_asks_for_a_recording(app: AppTest) -> None:
    assert not app.exception
    assert app.title[0].value == "Review a recording"
    box = app.selectbox(key="exercise")
    assert box.options[box.index or 0] == "Find out for me"
    assert "500 MB" in said(app)


def test_a_track_is_counted_and_its_exercise_found(upload: Upload, squats: bytes) -> None:
    app = upload("track.parquet", squats)
    assert not app.exception
    assert reps(app) == 3
    assert "3 squats counted." in said(app)
    assert "found out from the movement" in said(app)


def test_verdicts_have_a_mark_and_a_word(upload: Upload, squats: bytes) -> None:
    """Colour must never be the only carrier of a verdict."""
    app = upload("track.parquet", squats)
    analysis = review_of(app).analysis
    assert analysis is not None
    shown = json.loads(app.get("bidi_component")[0].proto.json)["html"]
    for rep in analysis.judged.report.reps:
        assert VERDICT_WORD[shown_verdict(rep)] in shown
        assert VERDICT_MARK[shown_verdict(rep)] in shown


def test_an_unclear_exercise_is_asked_for_kindly(upload: Upload, still: bytes) -> None:
    app = upload("still.parquet", still)
    assert not app.exception
    assert app.title[0].value == "Which exercise was it?"
    button(app, "Squat").click().run()  # type: ignore[attr-defined]
    assert not app.exception
    assert reps(app) == 0
    assert "No squats counted" in said(app)


def test_a_chosen_exercise_is_not_guessed(app: AppTest, upload: Upload, squats: bytes) -> None:
    app.selectbox(key="exercise").set_value("hip-hinge").run()
    app = upload("track.parquet", squats)
    analysis = review_of(app).analysis
    assert analysis is not None
    assert analysis.loaded.exercise.id == "hip-hinge"
    assert not analysis.guessed


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.mp4", b"These are notes, not a video.\n" * 20, "text"),
        ("empty.mp4", b"", "empty"),
        ("track.parquet", b"PAR1 but nothing else", "Parquet"),
    ],
)
def test_a_broken_file_gets_a_kind_message(upload: Upload, name: str, content: bytes, words: str) -> None:
    """Says which file and what is wrong; no traceback, no path of the server."""
    app = upload(name, content)
    assert not app.exception
    message = app.error[0].value
    assert words in message
    assert name.split(".")[0] in message
    assert str(review_of(app).workspace.folder) not in message.replace("\\", "")
    assert app.file_uploader[0].value is None, "another recording can be chosen at once"
    app.run()
    assert review_of(app).attempts == 1, "the broken file is not tried again by itself"
    assert not list(review_of(app).workspace.folder.glob("upload-*")), "nothing useless is kept"


@pytest.mark.model
def test_a_video_without_anybody_is_answered_with_a_fix(upload: Upload, tmp_path: Path) -> None:
    """Nobody is asked which exercise an empty room did."""
    clip = clips.write_clip(tmp_path / "room.mp4", clips.numbered(clips.even_times(1.5)))
    app = upload("room.mp4", clip.read_bytes())
    assert not app.exception
    assert app.title[0].value == "Review a recording"
    assert "room.mp4: nobody was found" in app.error[0].value.replace("\\", "")
    assert "from head to feet" in app.error[0].value
    assert not list(review_of(app).workspace.folder.glob("upload-*")), "nothing useless is kept"


@pytest.mark.model
def test_an_empty_room_that_was_named_says_so_in_its_report(
    app: AppTest, upload: Upload, tmp_path: Path
) -> None:
    app.selectbox(key="exercise").set_value("squat").run()
    clip = clips.write_clip(tmp_path / "room.mp4", clips.numbered(clips.even_times(1.5)))
    app = upload("room.mp4", clip.read_bytes())
    assert reps(app) == 0
    assert "Nobody was in view." in said(app)


def test_facing_is_corrected_and_back(upload: Upload, squats: bytes) -> None:
    app = upload("track.parquet", squats)
    seen = review_of(app).analysis.judged.report.view.facing  # type: ignore[union-attr]
    other = {"left": "Right", "right": "Left"}[str(seen)]
    app.segmented_control(key="correct-facing").set_value(other).run()
    assert not app.exception
    assert review_of(app).corrections.facing == other.lower()
    assert review_of(app).analysis.judged.report.view.facing == other.lower()  # type: ignore[union-attr]
    app.segmented_control(key="correct-facing").set_value("As seen").run()
    assert review_of(app).corrections.facing is None
    assert reps(app) == 3


def test_a_repetition_is_dismissed_and_restored(upload: Upload, squats: bytes) -> None:
    app = upload("track.parquet", squats)
    button(app, "2 at").click().run()  # type: ignore[attr-defined]
    assert not app.exception
    assert reps(app) == 2
    assert "2 squats counted." in said(app)
    button(app, "again").click().run()  # type: ignore[attr-defined]
    assert reps(app) == 3


def test_the_neutral_is_chosen_and_left_to_formcheck_again(upload: Upload, squats: bytes) -> None:
    app = upload("track.parquet", squats)
    app.toggle(key="own-neutral").set_value(True).run()
    app.slider(key="correct-neutral").set_value((0.2, 1.4)).run()
    assert not app.exception
    neutral = review_of(app).analysis.judged.report.neutral  # type: ignore[union-attr]
    assert (neutral.start_s, neutral.end_s) == pytest.approx((0.2, 1.4), abs=0.2)
    app.toggle(key="own-neutral").set_value(False).run()
    assert review_of(app).corrections.neutral_s is None


def test_the_height_of_an_object_is_asked_for_where_a_foot_goes_over_one(
    app: AppTest, upload: Upload
) -> None:
    app.selectbox(key="exercise").set_value("squat").run()
    app = upload("track.parquet", lifts(height_deg=8.0))
    assert not [each for each in app.number_input if each.key == "correct-object"]
    app.selectbox(key="correct-exercise").set_value("seated-lift-over").run()
    assert "its height was not given" in said(app)
    app.number_input(key="correct-object").set_value(25.0).run()
    assert not app.exception
    assert "its height was not given" not in said(app)
    assert all("not-clear" in found for found in faults(app))
    app.number_input(key="correct-object").set_value(10.0).run()
    assert not any("not-clear" in found for found in faults(app))
    app.number_input(key="correct-object").set_value(None).run()
    assert review_of(app).corrections.object_height_cm is None


def test_another_exercise_is_judged_at_once(upload: Upload, squats: bytes) -> None:
    app = upload("track.parquet", squats)
    app.selectbox(key="correct-exercise").set_value("hip-hinge").run()
    assert not app.exception
    assert "judged as Hip hinge" in said(app)
    assert "found out" not in said(app)


def test_every_file_of_a_track_is_offered(upload: Upload, squats: bytes) -> None:
    app = upload("track.parquet", squats)
    drawing = review_of(app).drawing
    assert drawing is not None
    wait_for(lambda: drawing.done)
    app.run()
    assert not app.exception
    offered = {each.label for each in app.get("download_button")}
    assert offered == {file.label for file in downloads.FILES if file.name != "overlay.mp4"}


def test_another_recording_starts_afresh(upload: Upload, squats: bytes) -> None:
    """What one person corrected must not be there for the next."""
    app = upload("track.parquet", squats)
    first = review_of(app)
    button(app, "2 at").click().run()  # type: ignore[attr-defined]
    button(app, "Another recording").click().run()  # type: ignore[attr-defined]
    assert app.title[0].value == "Review a recording"
    assert not list(first.workspace.folder.glob("upload-*"))
    app = upload("track.parquet", squats)
    assert reps(app) == 3


def test_a_rerun_does_not_disturb_the_search(app: AppTest, squats: bytes) -> None:
    app.file_uploader[0].set_value(("track.parquet", squats, "")).run()
    review = review_of(app)
    app.run()
    assert review_of(app) is review
    wait_for(lambda: finished(review))
    app.run()
    assert reps(app) == 3


def test_after_a_broken_file_a_good_one_is_looked_at(upload: Upload, squats: bytes) -> None:
    upload("notes.mp4", b"These are notes, not a video.\n" * 20)
    app = upload("track.parquet", squats)
    assert reps(app) == 3
    assert not app.error
