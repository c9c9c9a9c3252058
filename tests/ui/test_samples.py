"""*Try a sample*: what the pose model saw is stored, everything after it is the page's own."""

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.ui.review import review as review_module
from tests.sample_tracks import track_of, truth_of
from tests.ui.conftest import finished, review_of, said, wait_for


@pytest.mark.parametrize("name", ["march-round", "couch-lumbar", "march-arms-behind"])
def test_a_sample_is_reviewed_at_a_press(app: AppTest, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(review_module, "load_track", lambda *_, **__: track_of(name))
    app.button(key=f"sample-{name}").click().run()
    wait_for(lambda: finished(review_of(app)))
    app.run()
    assert not app.exception
    analysis = review_of(app).analysis
    assert analysis is not None
    assert len(analysis.judged.report.reps) == len(truth_of(name)["reps"])
    assert "counted." in said(app)


def test_nobody_is_asked_to_try_a_clip_in_which_nothing_is_exercised(app: AppTest) -> None:
    keys = {button.key for button in app.button}
    assert "sample-march-round" in keys
    assert "sample-nothing" not in keys
