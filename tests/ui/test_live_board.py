"""Between browser and session: times and sizes of pictures, what the board shows, who may follow and stop."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from formcheck.body.pose import Pose
from formcheck.exercises.load import load
from formcheck.live.gauges import BackGauge, RangeGauge
from formcheck.live.session import Plan
from formcheck.live.sink import FolderSink
from formcheck.live.state import LiveState, ShownCue
from formcheck.live.voice import Line
from formcheck.live.watch import Party, Watch
from formcheck.live.worker import LiveWorker, Work
from formcheck.sources.frames import Frame
from formcheck.sources.model_files import ModelFile
from formcheck.ui.live import board
from formcheck.ui.live.bridge import AHEAD_S, BEHIND_S, FixedSize, SourceClock
from formcheck.ui.live.coach import Coach
from formcheck.ui.live.routes import followed, let_follow, routes

PICTURE = np.full((480, 640, 3), 120, dtype=np.uint8)
OURS = {"origin": "http://testserver"}


class Nobody:
    """Stands for the pose model: sees nobody."""

    def look(self, frame: Frame) -> Callable[[], Pose]:
        return partial(Pose.missing, frame.t_s)

    def close(self) -> None:
        """Nothing to give back."""


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Coach]:
    coach = Coach(tmp_path)
    model = ModelFile("full", Path("full"), "full", "made up")
    work = Work(load("squat"), Plan(2, 1), FolderSink(tmp_path), (model,), lambda _: Nobody())
    coach.id, coach.display_code, coach.worker = "0123abcd", "screen", LiveWorker(work)
    coach.worker.submit(Frame.from_image(0.0, PICTURE)).done.wait(10)
    yield coach
    coach.close()


@pytest.fixture
def browser(live: Coach) -> TestClient:
    let_follow(live, live.id)
    let_follow(live, live.display_code)
    return TestClient(Starlette(routes=routes()))


def test_a_hiccup_of_the_network_neither_turns_time_back_nor_stretches_it() -> None:
    clock = SourceClock()
    assert clock.at(900.0, 5.0) == pytest.approx(5.0), "a connection starts from any number"
    assert clock.at(900.1, 5.3) == pytest.approx(5.1), "when it was taken, not when it came"
    late = clock.at(900.2, 5.2 + BEHIND_S + 0.5)
    assert late == pytest.approx(5.2 + BEHIND_S + 0.5), "after a long hiccup the clocks are set together"
    assert clock.at(3.0, 9.0) == pytest.approx(9.0), "so they are after a new connection"
    assert clock.at(3.0, 9.0) > 9.0, "never twice the same time"
    assert clock.at(3.0 + 2 * AHEAD_S, 9.1) == pytest.approx(9.1), "nor in the future"


def test_a_body_does_not_shrink_with_the_picture() -> None:
    size = FixedSize()
    assert size.frame(0.0, PICTURE).width_px == 640
    smaller = size.frame(0.1, PICTURE[::2, ::2])
    assert (smaller.width_px, smaller.height_px) == (640, 480)
    turned = size.frame(0.2, PICTURE.transpose(1, 0, 2))
    assert (turned.width_px, turned.height_px) == (480, 640)


def test_the_board_says_plainly_what_cannot_be_judged_and_says_it_once() -> None:
    unseen = BackGauge(None, -10.0, 10.0, "arm_over_back", "not_judged")
    state = LiveState(
        1.0, "moving", "Lifting", back=unseen, withheld="lower back", withheld_why="An arm was over it."
    )
    assert "Cannot judge the back." in board.gauges(state)["back"]
    assert "Cross your arms" in board.gauges(state)["back"]
    assert board.texts(state)["withheld"] == "", "the gauge says it"
    other = LiveState(1.0, "moving", "Lifting", withheld="hip bend", withheld_why="A joint was hidden.")
    assert board.texts(other)["withheld"] == "Cannot judge: hip bend. A joint was hidden."


def test_the_board_shows_count_cue_range_and_the_band() -> None:
    band = BackGauge(14.0, -10.0, 12.0, "", "amber")
    cue = ShownCue("amber", "Stay tall.")
    state = LiveState(
        1.0, "moving", "lower", count=3, target=8, cue=cue, back=band, range=RangeGauge(60.0, 0.9, 0.8)
    )
    texts, htmls = board.texts(state), board.gauges(state)
    assert (texts["say"], texts["count"], texts["of"], texts["cue"]) == ("Lower", "3", "of 8", "Stay tall.")
    assert "leaving the band" in htmls["back"]
    assert "far enough" in htmls["range"]
    assert board.texts(LiveState(1.0, "resting", "Rest.", wait_s=75.0))["wait"] == "1:15"


def test_the_session_stops_by_its_key_and_a_display_only_shows(browser: TestClient, live: Coach) -> None:
    act = "/formcheck/live/{}/act?what={}"
    assert browser.post(act.format(live.display_code, "stop"), headers=OURS).status_code == 404
    assert browser.post(act.format(live.id, "dance"), headers=OURS).status_code == 404
    assert browser.post(act.format("guessed", "stop"), headers=OURS).status_code == 404
    elsewhere = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
    assert browser.post(act.format(live.id, "stop"), headers=elsewhere).status_code == 404
    assert browser.post(act.format(live.id, "stop"), headers=OURS).status_code == 200


def test_a_second_screen_has_neither_keys_nor_a_voice_to_set() -> None:
    frames = [board.board_data("key", "path", "voice", display=display)["frame"] for display in (False, True)]
    controls = [[f'data-part="{name}"' in frame for name in ("stop", "mute", "volume")] for frame in frames]
    assert controls == [[True] * 3, [False] * 3]


def test_the_board_follows_to_the_end_and_hears_every_line_once(browser: TestClient, live: Coach) -> None:
    assert live.worker is not None
    live.worker.command("stop")
    told = browser.get(f"/formcheck/live/{live.display_code}/events").text
    assert '"stage": "ended"' in told
    assert told.count("Stopped. Rest now.") == 1


def test_a_session_that_is_over_is_forgotten(tmp_path: Path) -> None:
    gone = Coach(tmp_path)
    let_follow(gone, "key")
    assert followed("key") is gone
    del gone
    assert followed("key") is None
    assert TestClient(Starlette(routes=routes())).get("/formcheck/live/key/events").status_code == 404


def test_the_board_says_all_the_time_who_may_watch_and_one_key_ends_it(
    browser: TestClient, live: Coach
) -> None:
    assert live.worker is not None
    act = "/formcheck/live/{}/act?what={}"
    assert browser.post(act.format(live.id, "unwatch"), headers=OURS).status_code == 404, "nobody watches"
    assert board.board_state(live.worker)["htmls"].get("watched") == ""
    live.watch = Watch(live.worker, Party("p", "Alex"), Party("c", "Kim <3"))
    shown = board.board_state(live.worker, 0, live.watch)["htmls"]["watched"]
    assert "Kim &lt;3 may watch this set" in shown
    assert "no picture" in shown
    assert 'data-act="unwatch"' in shown
    with live.watch.looking():
        assert "is watching" in board.watched_html(live.watch, keys=True)
    assert "data-act" not in board.watched_html(live.watch, keys=False), "a display only shows"
    assert browser.post(act.format(live.display_code, "unwatch"), headers=OURS).status_code == 404
    assert browser.post(act.format(live.id, "unwatch"), headers=OURS).status_code == 200
    assert not live.watch.open
    assert "Nobody watches." in board.watched_html(live.watch, keys=True)


def test_a_clinician_s_cue_stays_in_sight_for_a_while() -> None:
    said = (Line(1, 4.0, "clinician", "Kim: Slower."), Line(2, 5.0, "count", "3"))
    state = LiveState(6.0, "moving", "Lift", lines=said)
    assert board.texts(state)["advice"] == "Kim: Slower."
    later = LiveState(4.0 + board.ADVICE_STAYS_S, "moving", "Lift", lines=said)
    assert board.texts(later)["advice"] == ""
