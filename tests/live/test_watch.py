"""Watching a set: who sees what and for how long, one cue at a time, and the figure."""

import re
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from formcheck.body.pose import N_EDGE, Pose
from formcheck.errors import OutputError, UsageError
from formcheck.live.figure import figure_svg
from formcheck.live.state import LiveState, Stage
from formcheck.live.voice import Kind
from formcheck.live.watch import COOLDOWN_S, EXPIRES_S, MAX_CHARACTERS, Party, Sight, Watch
from tests.synthetic import Camera, film, squats

PATIENT, CLINICIAN = Party("p", "Alex"), Party("c", "Kim")
SEEN = next(iter(film(squats(1), Camera(width_px=640, height_px=480, distance_m=3.4, focal=1.2))))


def with_back(pose: Pose) -> Pose:
    """The same pose with the outline of a back."""
    edges = np.stack([np.linspace([300.0, 300.0], [310.0, 150.0], N_EDGE)] * 2)
    return replace(pose, edges_px=edges, edge_confidence=np.ones((2, N_EDGE)))


@dataclass
class Going:
    """Stands for a running session: its clock and stage are the test's to say."""

    stage: Stage = "moving"
    now_s: float = 100.0
    alive: bool = True
    sets_over: int = 0
    sight: Sight | None = None
    said: list[tuple[Kind, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sight = Sight(self.now_s, SEEN, 640, 480)

    @property
    def state(self) -> LiveState:
        return LiveState(self.now_s, self.stage, "Lift")

    def say(self, kind: Kind, text: str) -> None:
        self.said.append((kind, text))


@pytest.fixture
def going() -> Going:
    return Going()


@pytest.fixture
def watch(going: Going) -> Watch:
    return Watch(going, PATIENT, CLINICIAN)


def nowhere(_words: str) -> None:
    """Keep nothing."""


def seen(watch: Watch) -> bool:
    """Whether anything at all is seen; the parts must agree."""
    parts = {watch.state is not None, watch.sight is not None, watch.fresh}
    assert len(parts) == 1
    return parts.pop()


def test_what_is_taken_back_is_gone_at_once(watch: Watch) -> None:
    assert seen(watch)
    watch.end()
    assert not seen(watch)
    assert watch.age_s is None
    with pytest.raises(UsageError, match="not shown to you"):
        watch.send("Slower.", nowhere)


def test_it_ends_with_the_set_and_not_with_the_next_one(going: Going, watch: Watch) -> None:
    going.sets_over, going.stage = 1, "resting"
    assert not seen(watch)
    going.stage = "moving"
    assert not seen(watch)


@pytest.mark.parametrize("how", ["ended", "dead"])
def test_it_ends_with_the_session(going: Going, watch: Watch, how: str) -> None:
    if how == "ended":
        going.stage = "ended"
    else:
        going.alive = False
    assert not seen(watch)
    assert not watch.renewable or how == "dead"


def test_the_next_set_is_shown_only_where_the_person_says_so_again(going: Going, watch: Watch) -> None:
    going.sets_over, going.stage = 1, "resting"
    assert watch.renewable
    watch.renew()
    assert seen(watch)
    going.stage = "moving"
    watch.end()
    assert not watch.renewable, "a set that goes on is not shown again"
    watch.renew()
    assert not seen(watch)


def test_an_old_reading_is_not_shown(going: Going, watch: Watch) -> None:
    going.now_s += EXPIRES_S
    assert seen(watch)
    going.now_s += 0.01
    assert not seen(watch)
    assert watch.age_s == pytest.approx(EXPIRES_S + 0.01), "how old it is, is said all the same"
    going.sight = None
    assert watch.age_s is None


def test_one_cue_at_a_time(going: Going, watch: Watch) -> None:
    kept: list[str] = []
    watch.send("  Slower,\n please. ", kept.append)
    assert going.said == [("clinician", "Kim: Slower, please.")]
    assert kept == ["Slower, please."]
    going.now_s += COOLDOWN_S - 0.1
    with pytest.raises(UsageError, match="One cue at a time"):
        watch.send("Again.", kept.append)
    going.now_s += 0.1
    watch.send("Again.", kept.append)
    assert kept == ["Slower, please.", "Again."]


@pytest.mark.parametrize("words", ["", " \n ", "x" * (MAX_CHARACTERS + 1)])
def test_what_cannot_be_said_is_not_said(going: Going, watch: Watch, words: str) -> None:
    with pytest.raises(UsageError):
        watch.send(words, nowhere)
    assert going.said == []
    assert watch.wait_s == 0


@pytest.mark.parametrize("stage", ["set_up", "neutral"])
def test_cues_belong_to_a_set(going: Going, watch: Watch, stage: Stage) -> None:
    going.stage = stage
    assert seen(watch)
    assert not watch.hears
    with pytest.raises(UsageError, match="once the set has begun"):
        watch.send("Slower.", nowhere)


def test_a_cue_that_cannot_be_kept_is_not_said(going: Going, watch: Watch) -> None:
    def broken(_words: str) -> None:
        raise OutputError("What is kept cannot be reached.")

    with pytest.raises(OutputError):
        watch.send("Slower.", broken)
    assert going.said == []
    assert watch.wait_s == 0, "it may be tried again"


def test_the_person_hears_that_somebody_watches(going: Going, watch: Watch) -> None:
    with watch.looking(), watch.looking():
        assert watch.looked_at
    assert not watch.looked_at
    with watch.looking():  # the page was opened anew
        assert watch.looked_at
    assert going.said == [("info", "Kim is watching.")]


def test_the_figure_is_lines_in_the_frame_of_the_picture() -> None:
    svg = figure_svg(Sight(1.0, with_back(SEEN), 640, 480), "red", "right", "right")
    assert 'viewBox="0 0 640 480"' in svg
    assert "back outside the band" in svg
    assert re.search(r'<g class="fc-far">.*<g class="fc-near">.*<g class="fc-back fc-red">', svg)
    assert re.search(r'data-box="(\d+ ){3}\d+"', svg)
    assert not re.search(r"nan|image|href|data:", svg)
    tags = set(re.findall(r"<(\w+)", svg))
    assert tags == {"svg", "g", "polyline", "circle"}


def test_nobody_is_an_empty_frame() -> None:
    for pose in (None, Pose.missing(1.0)):
        svg = figure_svg(Sight(1.0, pose, 640, 480), "not_judged", None, None)
        assert "polyline" not in svg
        assert "Nobody is seen" in svg
