"""*Try a sample*: what the pose model saw is stored, everything after it is the page's own."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from formcheck.ui.review import review as review_module
from formcheck.ui.samples import STILL_HEIGHT_PX, Sample, samples, still
from tests.sample_tracks import track_of, truth_of
from tests.ui.conftest import finished, review_of, said, wait_for


def sample_exercises(app: AppTest) -> Any:  # noqa: ANN401 - AppTest does not export the type
    """Return the row of exercises over the samples."""
    return next(each for each in app.get("button_group") if str(each.key).startswith("samples-of"))


def offered(app: AppTest, place: int) -> list[str]:
    """Return the samples under one of the exercises."""
    row = sample_exercises(app)
    row.set_value(row.options[place]).run()
    return [str(button.key) for button in app.button if str(button.key).startswith("sample-")]


@pytest.mark.parametrize("name", ["march-round", "couch-lumbar", "march-arms-behind"])
def test_a_sample_is_reviewed_at_a_press(app: AppTest, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(review_module, "load_track", lambda *_, **__: track_of(name))
    sample_exercises(app).select(truth_of(name)["exercise"]).run()
    app.button(key=f"sample-{name}").click().run()
    wait_for(lambda: finished(review_of(app)))
    app.run()
    assert not app.exception
    analysis = review_of(app).analysis
    assert analysis is not None
    assert len(analysis.judged.report.reps) == len(truth_of(name)["reps"])
    assert "counted." in said(app)


def test_samples_are_shown_an_exercise_at_a_time(app: AppTest) -> None:
    shown: list[str] = []
    for place in range(len(sample_exercises(app).options)):
        now = offered(app, place)
        assert now
        shown += now
    assert sorted(shown) == sorted(f"sample-{sample.path.stem}" for sample in samples())


def test_the_exercise_that_is_chosen_opens_its_own_samples(app: AppTest) -> None:
    app.selectbox(key="exercise").select("march-neutral").run()
    assert "sample-march-round" in {button.key for button in app.button}


def test_every_sample_has_a_picture_of_its_telling_moment() -> None:
    there = samples()
    assert there
    for sample in there:
        picture = cv2.imdecode(np.frombuffer(still(sample), np.uint8), cv2.IMREAD_COLOR)
        assert max(picture.shape[:2]) == STILL_HEIGHT_PX
    round_back = next(sample for sample in there if sample.path.stem == "march-round")
    faulty = next(rep for rep in truth_of("march-round")["reps"] if rep["faults"])
    assert round_back.telling_s == faulty["peak_s"]


def test_a_sample_that_cannot_be_read_has_no_picture(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film")
    assert still(Sample("Broken", broken, "squat", clean=True)) == b""
