"""How it feels, told in a real browser by keyboard alone, by touch alone, and by names alone.

Each way ends with the report kept. How many steps it took goes to stderr, and how long the pages needed: what
remains of half a minute is the person's.
"""

import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from formcheck.plan.entries import Pain, ScreenAnswers, SymptomReport
from formcheck.plan.screen import QUESTIONS
from formcheck.store.settings import Settings
from formcheck.store.store import Store
from formcheck.ui.plan.plan_log import StoredLog
from tests.system.conftest import photograph
from tests.system.test_store_server import SOON_MS, Server, started

__all__ = ["started"]  # the fixture

pytestmark = pytest.mark.system

PLACE, NPRS = "Thigh, left", 4
MAX_STEPS = 60
"""At two presses a second, half a minute."""


@pytest.fixture
def server(started: Callable[[str], Server], tmp_path: Path) -> Server:
    """A home whose person has answered the questions: how it feels is what is asked next."""
    log, store = opened(tmp_path)
    log.add(ScreenAnswers(datetime.now(UTC), (), tuple(question.id for question in QUESTIONS)))
    store.close()
    return started("home")


def opened(folder: Path) -> tuple[StoredLog, Store]:
    """Return the log beside the server, and the store to close."""
    store = Store.open(Settings.at(folder / "data"))
    me = store.people.at_home()
    return StoredLog(store, me, me.account_id, UTC), store


class Steps:
    """Counts what a person does, and waits as a person would."""

    def __init__(self, page: Page) -> None:
        self.page, self.count, self.begun_s = page, 0, time.monotonic()

    def key(self, name: str) -> None:
        self.count += 1
        self.page.keyboard.press(name)

    def tab_to(self, there: Locator) -> None:
        """Press Tab until something has the focus."""
        for _ in range(MAX_STEPS):
            if there.evaluate("element => element === document.activeElement"):
                return
            self.key("Tab")
        pytest.fail(f"the keyboard does not get to {there}")

    def tell(self, way: str) -> None:
        took_s = time.monotonic() - self.begun_s
        sys.stderr.write(f"{way}: {self.count} steps; the pages took {took_s:.1f} s\n")
        assert self.count <= MAX_STEPS


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A phone's browser at the plan."""
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(SOON_MS)
    page.goto(f"{server.address}/plan")
    expect(spot(page)).to_be_visible(timeout=60_000)
    yield page
    context.close()


def spot(page: Page) -> Locator:
    return page.get_by_role("checkbox", name=PLACE)


def number(page: Page) -> Locator:
    return page.get_by_role("radiogroup", name=f"{PLACE}: 0").get_by_role("radio", name=str(NPRS), exact=True)


def kept(page: Page, folder: Path) -> None:
    """The report is there as it was told."""
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible(timeout=SOON_MS)
    expect(page.get_by_role("button", name="Keep this")).to_have_count(0, timeout=SOON_MS)
    log, store = opened(folder)
    (report,) = [entry for entry in log.entries() if isinstance(entry, SymptomReport)]
    store.close()
    assert (report.moment, report.pains) == ("before", (Pain("thigh", "left", NPRS),))


def test_by_keyboard(page: Page, tmp_path: Path) -> None:
    steps = Steps(page)
    steps.tab_to(spot(page))
    steps.key("Space")
    expect(spot(page)).to_be_checked()
    first = page.get_by_role("radiogroup", name=f"{PLACE}: 0").get_by_role("radio").first
    expect(first).to_be_attached(timeout=SOON_MS)
    steps.tab_to(first)
    steps.key("Space")
    for _ in range(NPRS):
        steps.key("ArrowRight")
    expect(number(page)).to_be_checked(timeout=SOON_MS)
    steps.tab_to(page.get_by_role("button", name="Keep this"))
    steps.key("Enter")
    kept(page, tmp_path)
    steps.tell("keyboard")


def test_by_touch(page: Page, tmp_path: Path) -> None:
    """Every place is large enough for a finger, and nothing needs scrolling sideways."""
    steps = Steps(page)
    for each in page.get_by_role("group", name="Body chart").get_by_role("checkbox").all():
        box = each.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 12
        assert max(box["width"], box["height"]) >= 24
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    spot(page).tap()
    number(page).locator("xpath=ancestor::label").tap()
    expect(number(page)).to_be_checked(timeout=SOON_MS)
    page.get_by_role("button", name="Keep this").tap()
    kept(page, tmp_path)
    steps.count += 3
    steps.tell("touch")
    photograph(page, "plan-today")


def test_by_names(page: Page, tmp_path: Path) -> None:
    """What a screen reader says is enough: each place is a checkbox in a named group, each scale is named."""
    chart = page.get_by_role("group", name="Body chart")
    names = [each.get_attribute("aria-label") for each in chart.get_by_role("checkbox").all()]
    assert len(names) == len(set(names)) == 13
    expect(spot(page)).not_to_be_checked()
    photograph(page, "plan-how-it-feels")
    steps = Steps(page)
    spot(page).press("Enter")
    expect(spot(page)).to_be_checked()
    number(page).press("Space")
    page.get_by_role("button", name="Keep this").press("Enter")
    kept(page, tmp_path)
    steps.count += 3
    steps.tell("names")


def test_what_was_noted_is_drawn_under_progress(page: Page, server: Server) -> None:
    """A figure that the page's sanitiser takes out is no figure."""
    spot(page).press("Enter")
    number(page).press("Space")
    page.get_by_role("button", name="Keep this").press("Enter")
    page.goto(f"{server.address}/progress")
    figures = page.locator(".fc-trend svg")
    expect(figures.first).to_be_visible(timeout=60_000)
    assert figures.count() == page.locator(".fc-trend").count()
