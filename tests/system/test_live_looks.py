"""The live page for eyes, keys and screen readers: every state of the board, drawn by a real browser.

The states are made up and given to the board as the server gives them; the camera shows nobody.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from formcheck.live.checks import Check
from formcheck.live.gauges import BackGauge, RangeGauge
from formcheck.live.pacer import Pace
from formcheck.live.state import LiveState, ShownCue, Speed
from formcheck.live.voice import Line
from formcheck.ui.live import board
from tests.system.conftest import photograph
from tests.system.live_room import CAMERA, Server, browser_with, room
from tests.system.readable import pairs, unreadable

pytestmark = pytest.mark.system

PATIENCE_MS = 60_000

MOVING = LiveState(
    t_s=20.0,
    stage="moving",
    say="lower",
    set_number=1,
    sets=2,
    count=3,
    target=8,
    pace=Pace("eccentric", "lower", 0.4, 2.1),
    range=RangeGauge(64.0, 0.9, 0.8),
    back=BackGauge(3.0, -10.0, 12.0, "", "ok"),
    last_verdict="ok",
    lines=(Line(1, 18.0, "count", "3"), Line(2, 20.0, "pace", "lower")),
)
UNSEEN = BackGauge(None, -10.0, 12.0, "arm_over_back", "not_judged")
STATES = {
    "checks": LiveState(
        2.0,
        "set_up",
        "Turn a little to your left.",
        checks=(Check("You in view", ""), Check("Side to the camera", "Turn a little to your left.")),
    ),
    "hold": LiveState(5.0, "neutral", "Grow tall, hold still.", checks=(Check("Light", ""),), wait_s=2.0),
    "good": MOVING,
    "leaving": replace(
        MOVING,
        back=BackGauge(14.0, -10.0, 12.0, "", "amber"),
        cue=ShownCue("amber", "Stay tall; lift only as high as the back stays quiet."),
        last_verdict="borderline",
    ),
    "outside": replace(
        MOVING,
        back=BackGauge(25.0, -10.0, 12.0, "", "red"),
        cue=ShownCue("red", "Stay tall."),
        last_verdict="fault",
        range=RangeGauge(20.0, 0.3, 0.8),
    ),
    "unseen": replace(
        MOVING,
        back=UNSEEN,
        withheld="hip bend",
        withheld_why="A joint was hidden.",
        last_verdict="cannot_judge",
        speed=Speed(note="This computer is slow: 40 pictures were left out so far."),
    ),
    "paused": replace(
        MOVING, stage="paused", say="Paused. Come back to where you stood.", hint="I cannot see you."
    ),
    "resting": replace(MOVING, stage="resting", say="Rest.", wait_s=75.0),
}


@pytest.fixture(scope="module")
def page(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The live page, started, and then cut off from its own session."""
    with room(tmp_path_factory.mktemp("looks")) as here:
        server = Server(here)
        server.start()
        try:
            with browser_with(driver, here, *CAMERA) as browser:
                yield started(browser.new_page(viewport={"width": 1440, "height": 900}), server)
        finally:
            server.end()


def started(page: Page, server: Server) -> Page:
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{server.address}/live")
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    assert pairs(page), "there is something to be read"
    assert unreadable(page) == []
    photograph(page, "live-form")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".fc-board[data-stage]")).to_be_visible(timeout=PATIENCE_MS)
    # the toolkit fades what is to go while the page is still being drawn
    expect(page.get_by_role("button", name="Leave")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Put the laptop or phone on a chair")).to_have_count(0, timeout=PATIENCE_MS)
    return page


def show(page: Page, state: LiveState) -> None:
    """Give the board a state, as the server would, and keep the session's own away."""
    page.evaluate(
        """data => {
          const board = document.querySelector(".fc-board").fcBoard;
          board.events.onmessage = null;
          board.voice.muted = true;
          board.show(data);
        }""",
        shown(state),
    )
    expect(page.locator(f'.fc-board[data-stage="{state.stage}"]')).to_be_visible()


def shown(state: LiveState) -> dict[str, Any]:
    return {
        "stage": state.stage,
        "over": False,
        "texts": {**board.texts(state), "trouble": ""},
        "htmls": board.gauges(state),
        "epoch_ms": 0,
        "rate": 25,
        "overlay_ms": 40,
        "picture": "1280x720",
        "dropped": 0,
        "lines": [board._line(each) for each in state.lines],
    }


@pytest.mark.parametrize("name", STATES)
def test_every_text_has_enough_contrast(page: Page, name: str) -> None:
    show(page, STATES[name])
    words = " ".join(each["words"] for each in pairs(page)).lower()
    assert STATES[name].say.lower() in words, "the state is what is measured"
    assert unreadable(page) == []
    photograph(page, f"live-{name}")


@pytest.mark.parametrize("name", STATES)
def test_no_state_is_wider_than_a_telephone(page: Page, name: str) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    show(page, STATES[name])
    wide = page.evaluate(
        """() => [...document.querySelectorAll(".fc-board *")]
          .filter(each => each.checkVisibility() && !each.closest(".fc-sr"))
          .filter(each => each.getBoundingClientRect().right > innerWidth + 1)
          .map(each => each.className || each.tagName)"""
    )
    page.set_viewport_size({"width": 1440, "height": 900})
    assert wide == []


def test_a_screen_reader_is_told_what_is_what(page: Page) -> None:
    show(page, STATES["leaving"])
    told = page.locator(".fc-board").aria_snapshot()
    for line in SAID.strip().splitlines():
        assert line.strip() in told, told


def test_keys_reach_everything_and_stop_from_anywhere(page: Page) -> None:
    show(page, MOVING)
    page.locator('[data-part="stop"]').focus()
    names = []
    for _ in range(4):
        names.append(page.evaluate("document.activeElement.innerText || document.activeElement.dataset.part"))
        page.keyboard.press("Tab")
    assert [each.split("\n")[0] for each in names] == ["Stop", "mute", "volume", "tones"]
    page.evaluate("document.activeElement.blur()")
    with page.expect_request("**/act?what=stop"):
        page.keyboard.press("Space")


SAID = """
- paragraph: Set 1 of 2
- heading "Lower" [level=2]
- region "Pace":
- region "Range":
- region "Lower back":
- button "Stop space bar, or raise a hand"
- checkbox "Mute"
- slider "Volume"
- checkbox "Tones instead of a voice"
- log "What was said"
"""
