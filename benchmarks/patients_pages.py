"""The made-up patients of `patients.py` through the real pages: six weeks of tapping, and what was said.

``python benchmarks/patients_pages.py`` lives all of them, with a name only that one; a minute or two each.
Every answer is given in the page's own fields and every set is kept in the store, so nothing is known here
that a person does not see. What the page offered is compared, day by day, with what the rules alone say, and
the program ends with an error on the first day on which they differ. Prints the log; ``--out`` keeps it.
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import streamlit as st
from patients import DAYS, FIRST, PATIENTS, PLACE, Felt, Patient, live_a_day
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

from formcheck.exercises.load import library
from formcheck.plan.context import Ask, Today
from formcheck.plan.entries import Entry, Moment
from formcheck.plan.screen import QUESTIONS
from formcheck.store.access import Actor
from formcheck.store.records import NewSet, Outcome
from formcheck.store.sessions import begin_session
from formcheck.store.store import Store
from formcheck.ui.accounts.asking import COOKIE
from formcheck.ui.kept import kept
from formcheck.ui.plan import clock
from formcheck.ui.plan.words import ASKED, SPOTS, STATE_TITLE
from tests.store.world import make_world, report

PATIENCE_S = 60.0
DOSE = re.compile(r"(one set|(\d+) sets) of (\d+)")
MOMENT: dict[str, Moment] = {words: moment for moment, words in ASKED.items()}
EXERCISES = {name: loaded.exercise for name, loaded in library().items()}
BY_NAME = {exercise.name: name for name, exercise in EXERCISES.items()}


@dataclass(frozen=True)
class Shown:
    """What a page says of a day: its title, what it offers with the rules behind it, and what waits."""

    title: str
    offers: tuple[tuple[str, int, int, tuple[str, ...]], ...] = ()
    waits: tuple[tuple[str, tuple[str, ...]], ...] = ()
    told: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return it for the log."""
        each = [f"{name}: {sets} x {reps} [{', '.join(why)}]" for name, sets, reps, why in self.offers]
        each += [f"waits: {name} [{', '.join(why)}]" for name, why in self.waits]
        return [self.title, *each, *(f"says: {words}" for words in self.told)]


def by_the_rules(plan: Today) -> Shown:
    """Return what a page has to say of a plan."""
    told = [reason.text for reason in plan.reasons] + [notice.reason.text for notice in plan.notices]
    return Shown(
        STATE_TITLE[plan.state],
        tuple(
            (offer.name, offer.sets, offer.repetitions, tuple(reason.rule_id for reason in offer.reasons))
            for offer in plan.offers
        ),
        tuple((each.name, tuple(reason.rule_id for reason in each.reasons)) for each in plan.not_today),
        tuple(told),
    )


def plan_page() -> None:
    """Run the page as the app does."""
    from formcheck.ui.guarded import guarded
    from formcheck.ui.plan.page import page

    guarded(page)()


class Visitor:
    """One person before the page: reads it, and answers in its fields."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self.store, self.actor = store, actor
        self.at = FIRST
        self.app = AppTest.from_function(plan_page, default_timeout=PATIENCE_S)

    def now(self) -> datetime:
        """Return the time that the pages take it to be."""
        return self.at

    def open(self, at: datetime) -> None:
        """Come to the page anew, as on another day."""
        self.at = at
        self.app = AppTest.from_function(plan_page, default_timeout=PATIENCE_S)
        self.look()

    def look(self) -> None:
        """See the page anew, a minute later."""
        self.at += timedelta(minutes=1)
        self.app.run()
        assert not self.app.exception, self.app.exception

    def press(self, key: str) -> None:
        """Press a button, five minutes after the last one."""
        self.at += timedelta(minutes=5)
        self.app.button(key=key).click()
        self.look()

    def asked(self) -> Ask | None:
        """Return which report the page asks for, read from its heading."""
        for heading in self.app.subheader:
            words, _, rest = str(heading.value).partition(" (")
            if words in MOMENT:
                return Ask(MOMENT[words], BY_NAME.get(unplain(rest.removesuffix(")"))))
        return None

    def answer_questions(self) -> None:
        """Answer all with no."""
        for question in QUESTIONS:
            self.app.radio(key=f"plan-screen-{question.id}").set_value("No")
        self.app.run()
        self.press("plan-screen-keep")

    def feel(self, ask: Ask, felt: Felt) -> None:
        """Say where and how much it hurts."""
        zone, nprs = felt
        side = "middle" if zone == 1 else "left"
        hurts = bool(zone and nprs)
        place = SPOTS[PLACE[zone], side] if hurts else ""  # type: ignore[index]
        self.app.pills(key="plan-where").set_value([place] if hurts else []).run()
        if hurts:
            self.app.radio(key=f"plan-nprs-{place}").set_value(nprs)
        if ask.moment == "after":
            self.app.radio(key="plan-worst").set_value(nprs if hurts else 0).run()
        self.press(f"plan-keep-{ask.moment}")

    def film(self, exercise_id: str, reps: int, clean: int) -> None:
        """Do a set before the camera: it is kept, and the page finds it among the sets."""
        self.at += timedelta(minutes=5)
        new = NewSet("live", exercise_id, self.at, exercise_id=exercise_id)
        judged = {**report(reps=reps, red=0, exercise=exercise_id)}
        judged["set"] = {**judged["set"], "ok": clean, "borderline": reps - clean}
        self.store.sets.save(self.actor, new, Outcome(judged, {}, {}))
        self.look()

    def next_offer(self) -> str | None:
        """Return the exercise that has its buttons."""
        keys = [str(button.key) for button in self.app.button]
        return next((key.removeprefix("plan-did-") for key in keys if key.startswith("plan-did-")), None)

    def shown(self) -> Shown:
        """Read the page from top to bottom."""
        title = str(self.app.title[0].value)
        offers, told, waits = [], [], []
        name = dose = ""
        for element in everything(self.app.main):
            words = str(getattr(element, "value", "") or "")
            if element.type == "subheader":
                name = unplain(words).removeprefix("✓ ")
            elif element.type == "markdown" and DOSE.match(words):
                dose = words
            elif element.type in ("info", "warning", "error", "alert"):
                told.append(unplain(words))
            elif element.type == "html":
                body = str(element.proto.body)
                rules = tuple(re.findall(r'data-rule="([^"]+)"', body))
                if "fc-waits" in body:
                    found = re.search(r"<strong>(.*?)</strong>", body)
                    waits.append((unescape(found[1]) if found else "", rules))
                elif rules:
                    match = DOSE.match(dose)
                    assert match
                    offers.append((name, int(match[2] or 1), int(match[3]), rules))
        return Shown(title, tuple(offers), tuple(waits), tuple(told))


def everything(block: Block | Element) -> Iterator[Element]:
    """Yield the elements of a page in their order."""
    if isinstance(block, Block):
        for child in block.children.values():
            yield from everything(child)
    else:
        yield block


def unplain(words: str) -> str:
    """Return words without the backslashes that keep them from being markup."""
    return re.sub(r"\\(.)", r"\1", words)


def live_a_day_on_the_pages(visitor: Visitor, patient: Patient, day: int) -> Shown:
    """Do what the page says until it says no more; return it as it stood before the first set."""
    visitor.open(FIRST + timedelta(days=day - 1))
    before = patient.morning(day)
    shown, sets = visitor.shown(), 0
    for _ in range(60):
        ask = visitor.asked()
        if visitor.app.title[0].value == STATE_TITLE["screen"]:
            visitor.answer_questions()
        elif ask is not None:
            felt = before if ask.exercise_id is None else patient.answer(ask.exercise_id, day, before)
            visitor.feel(ask, felt)
        elif (exercise := visitor.next_offer()) is not None:
            offered = next(o for o in visitor.shown().offers if BY_NAME[o[0]] == exercise)
            visitor.film(exercise, offered[2], min(offered[2], patient.clean(day)))
            sets += 1
        else:
            break
        if not sets and visitor.shown().offers:
            shown = visitor.shown()
    if visitor.app.title[0].value == STATE_TITLE["rest"] and before[1]:
        visitor.press("plan-note-now-button")
        visitor.feel(Ask("next_morning", None), before)
    ended = visitor.app.title[0].value in (STATE_TITLE["stop"], STATE_TITLE["see_someone"])
    return visitor.shown() if ended and not shown.offers else shown


def live(patient: Patient, days: int = DAYS) -> Iterator[str]:
    """Yield the log of a patient, day by day; AssertionError where the page differs from the rules."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="formcheck-patient-"))
        where = {"FORMCHECK_MODE": patient.mode, "FORMCHECK_DATA_DIR": folder}
        stack.enter_context(mock.patch.dict(os.environ, where))
        store = kept()
        stack.callback(store.close)
        visitor = Visitor(store, enter(store, stack))
        stack.enter_context(mock.patch.object(clock, "now", visitor.now))
        log: list[Entry] = []
        for day in range(1, days + 1):
            if not patient.comes(day):
                yield f"day {day:2d}  did not come"
                continue
            shown = live_a_day_on_the_pages(visitor, patient, day)
            expected = by_the_rules(live_a_day(patient, day, log, EXERCISES))
            assert shown == expected, f"day {day}: the page says\n{shown}\nand the rules\n{expected}"
            zone, nprs = patient.morning(day)
            yield f"day {day:2d}  zone {zone}, {nprs} of 10: " + "\n          ".join(shown.lines())
            if (last := visitor.shown()).title == STATE_TITLE["stop"]:
                yield f"          ended: {' '.join(last.told)}"


def enter(store: Store, stack: ExitStack) -> Actor:
    """Return who looks until the stack ends: at home the one person, in a clinic a patient, logged in."""
    context = type(st.context)
    stack.enter_context(mock.patch.object(context, "ip_address", None))  # this computer's own
    if store.settings.mode == "home":
        return store.people.at_home()
    actor = make_world(store).patient
    with store.database.write() as session:
        token = begin_session(session, actor.account_id)
    stack.enter_context(mock.patch.object(context, "cookies", {COOKIE: token}))
    return actor


def main() -> None:
    """Live the patients that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--out", type=Path, help="File to keep the log in.")
    asked = parser.parse_args()
    lines = []
    for patient in PATIENTS:
        if asked.names and patient.name not in asked.names:
            continue
        lines += ["", f"=== {patient.name} ({patient.mode}) ==="]
        print("\n".join(lines[-2:]))
        for line in live(patient, asked.days):
            print(line, flush=True)
            lines.append(line)
    if asked.out:
        asked.out.write_text("\n".join(lines[1:]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
