"""Watching over HTTP: by everybody, with guessed ids, and how it ends; nothing is left but what is said."""

# ruff: noqa: F811 - fixtures are asked for by the names that they are imported under
import json
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from formcheck.ui.live.coach import Coach
from formcheck.ui.watch.routes import MAX_BYTES
from formcheck.ui.watch.routes import address as watched_at
from tests.store.test_watching import rows
from tests.store.world import mine
from tests.ui.live_sets import give, showing, until_stage
from tests.ui.test_accounts_routes import (  # noqa: F401 - the served clinic's fixtures
    EVERYBODY,
    Browser,
    Server,
    address,
    clinic,
    server,
)

READY_S = 7.0
"""The known poses stand still for six seconds: by then the set has begun."""
CUE = {"words": "Slower, please."}
Reading = dict[str, Any]


@pytest.fixture
def live(server: Server, tmp_path: Path) -> Iterator[Coach]:
    """A live set at its set-up that the clinician in care may watch."""
    with showing(server.world, tmp_path) as coach:
        yield coach


@pytest.fixture
def moving(live: Coach) -> Coach:
    """The same set once it has begun."""
    give(live, 0.2, READY_S)
    until_stage(live, "moving")
    return live


def at(live: Coach) -> str:
    assert live.watch is not None
    return watched_at(live.watch.id)


def readings(browser: Browser, path: str) -> Iterator[Reading]:
    """Yield what is sent, as it comes."""
    with browser.get(f"{path}/events", stream=True) as answer:
        assert answer.status_code == HTTPStatus.OK
        for line in answer.iter_lines():
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))


def test_a_set_is_watched_by_who_is_let(server: Server, moving: Coach) -> None:
    for name in EVERYBODY:
        browser = server.client(name)
        may = name == "clinician"
        expected = HTTPStatus.OK if may else HTTPStatus.NOT_FOUND
        with browser.get(f"{at(moving)}/events", stream=True) as answer:
            assert answer.status_code == expected
        cue = browser.post(f"{at(moving)}/cue", json=CUE)
        assert cue.status_code == expected
        assert may or "There is no such thing here" in cue.json()["problem"]


@pytest.mark.parametrize("watch_id", ["0" * 32, "x", "0123abcd", "' OR 1=1 --"])
def test_a_guessed_set_is_answered_like_a_foreign_one(server: Server, live: Coach, watch_id: str) -> None:
    """The session's own id is no way in either."""
    for name in ("clinician", "foreign"):
        browser, guessed = server.client(name), watched_at(watch_id)
        answers = [browser.get(f"{guessed}/events"), browser.post(f"{guessed}/cue", json=CUE)]
        foreign = server.client("foreign")
        told = [foreign.get(f"{at(live)}/events"), foreign.post(f"{at(live)}/cue", json=CUE)]
        assert [(each.status_code, each.text) for each in answers] == [
            (each.status_code, each.text) for each in told
        ]


def test_what_is_seen_is_a_figure_and_numbers(server: Server, moving: Coach) -> None:
    reading = next(readings(server.client("clinician"), at(moving)))
    assert reading["over"] is False
    assert reading["texts"]["count"] == "0"
    assert "<polyline" in reading["htmls"]["figure"]
    assert "back" in reading["htmls"]["back"]
    assert reading["age_ms"] >= 0
    sent = json.dumps(reading)
    assert len(sent) < 10_000
    assert not any(word in sent for word in ("data:", "jpeg", "<img", "<video", "0123abcd"))


@pytest.mark.parametrize("how", ["the key", "the session", "the care"])
def test_it_ends_at_once(server: Server, moving: Coach, how: str) -> None:
    world = server.world
    link = {"patient_id": mine(world), "clinician_id": world.clinician.account_id}
    assert moving.watch is not None
    seen = readings(server.client("clinician"), at(moving))
    next(seen)
    ways: dict[str, Callable[[], None]] = {
        "the key": moving.watch.end,
        "the session": moving.close,
        "the care": lambda: world.store.people.end_care(world.patient, **link),
    }
    path = at(moving)
    ways[how]()
    try:
        last = list(seen)[-1]
        assert (last["over"], last["texts"], last["htmls"]) == (True, {}, {})
        browser = server.client("clinician")
        assert browser.get(f"{path}/events").status_code == HTTPStatus.NOT_FOUND
        assert browser.post(f"{path}/cue", json=CUE).status_code == HTTPStatus.NOT_FOUND
    finally:
        if how == "the care":  # the clinic is shared by the tests of this module
            code = world.store.invitations.invite_patient(world.clinician, "patient")
            world.store.invitations.accept(world.patient, code)


def test_one_cue_is_said_shown_and_kept_with_the_set(server: Server, moving: Coach) -> None:
    world, clinician = server.world, server.client("clinician")
    before = rows(world.store)
    seen = readings(clinician, at(moving))
    next(seen)
    assert clinician.post(f"{at(moving)}/cue", json=CUE).status_code == HTTPStatus.OK
    again = clinician.post(f"{at(moving)}/cue", json={"words": "And again."})
    assert again.status_code == HTTPStatus.BAD_REQUEST
    assert "One cue at a time" in again.json()["problem"]
    reading = next(each for each in seen if each["texts"]["sent"])
    assert reading["texts"]["sent"] == "The near: Slower, please."
    assert reading["wait_ms"] > 0
    seen.close()  # type: ignore[attr-defined]
    assert moving.worker is not None
    assert moving.worker.state is not None
    spoken = [line.text for line in moving.worker.state.lines if line.kind in ("clinician", "info")]
    assert spoken[-2:] == ["The near is watching.", "The near: Slower, please."]
    after = rows(world.store)
    kept = {name: after[name] - before[name] for name in after if after[name] - before[name]}
    own = {"login_session", "exercise_set", "track_piece"}  # the browser's, and the set as it goes on
    assert {name: len(new) for name, new in kept.items() if name not in own} == {
        "audit_entry": 2,
        "remark": 1,
    }
    assert moving.moment is not None
    (said,) = world.store.remarks.of_set(world.patient, moving.moment.set_id)
    assert (said.words, said.live) == ("Slower, please.", True)
    assert said.moment_s is not None
    assert said.moment_s > 0


def test_a_set_that_is_not_kept_keeps_no_cues(
    server: Server, moving: Coach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Coach, "moment", None)
    before = rows(server.world.store)["remark"]
    assert server.client("clinician").post(f"{at(moving)}/cue", json=CUE).status_code == HTTPStatus.OK
    assert rows(server.world.store)["remark"] == before


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"7", b'{"words": 1}', b'{"words": " "}', b"x" * (MAX_BYTES + 1)]
)
def test_bad_cues_are_answered_kindly(server: Server, moving: Coach, body: bytes) -> None:
    answer = server.client("clinician").post(f"{at(moving)}/cue", data=body)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["problem"].endswith(".")


def test_no_cue_before_the_set(server: Server, live: Coach) -> None:
    answer = server.client("clinician").post(f"{at(live)}/cue", json=CUE)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "once the set has begun" in answer.json()["problem"]


def test_no_other_site_sends_a_cue(server: Server, moving: Coach) -> None:
    clinician = server.client("clinician")
    clinician.headers["Sec-Fetch-Site"] = "cross-site"
    assert clinician.post(f"{at(moving)}/cue", json=CUE).status_code == HTTPStatus.FORBIDDEN
