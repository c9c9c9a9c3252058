"""Verdicts and words over HTTP: by everybody, at every level of sharing, with guessed ids and bad bodies."""

# ruff: noqa: F811 - fixtures are asked for by the names that they are imported under
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from formcheck.store.access import Level
from formcheck.ui.clinic.routes import MAX_BYTES
from formcheck.ui.clinic.routes import address as said_at
from tests.store.world import keep, mine
from tests.ui.test_accounts_routes import (  # noqa: F401 - the served clinic's fixtures
    EVERYBODY,
    Browser,
    Server,
    address,
    clinic,
    server,
)

STRANGERS = ("nobody", "other", "foreign", "withdrawn")
Body = dict[str, Any]
SAY = {"words": "Slower, please.", "moment_s": 2.5}
Act = tuple[str, Callable[[str], Body], set[str]]
ACTS: list[Act] = [
    # what is done, with what (a remark of the patient's in hand), and who may once numbers are shared
    ("mark", lambda _: {"rep": 1}, {"clinician"}),
    ("mark", lambda _: {"rep": 2, "verdict": "fault", "faults": ["rounding"]}, {"clinician"}),
    ("unmark", lambda _: {"rep": 1}, {"clinician"}),
    ("say", lambda _: SAY, {"clinician", "patient"}),
    ("say", lambda said: {"words": "Why?", "answer_to": said}, {"clinician", "patient"}),
    ("take-back", lambda said: {"id": said}, {"patient"}),
    ("keep-phrase", lambda _: {"words": "Well done."}, {"clinician"}),
]


def post(browser: Browser, set_id: str, what: str, body: Any) -> tuple[int, Body]:  # noqa: ANN401 - any JSON
    answer = browser.post(f"{said_at(set_id)}/{what}", json=body)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act[0])
def test_what_is_said_is_for_who_may(server: Server, act: Act) -> None:
    what, body, may = act
    store, patient = server.world.store, server.world.patient
    for level in (Level.NOTHING, Level.NUMBERS, Level.VIDEO):
        set_id = keep(server.world, level=level)
        allowed = may if level else may - {"clinician"}
        for name in EVERYBODY:
            said = store.remarks.add(patient, set_id, "It felt odd.")
            status, answer = post(server.client(name), set_id, what, body(said))
            assert (status == HTTPStatus.OK) == (name in allowed), (name, level, answer)
            assert status in (HTTPStatus.OK, HTTPStatus.NOT_FOUND)
            assert ("talk" in answer) == (name in allowed)


def test_what_was_said_is_read_by_who_sees_the_set(server: Server) -> None:
    for level in (Level.NOTHING, Level.NUMBERS):
        set_id = keep(server.world, level=level)
        server.world.store.remarks.add(server.world.patient, set_id, "unmistakable")
        readers = {"patient", "clinician"} if level else {"patient"}
        for name in EVERYBODY:
            answer = server.client(name).get(f"{said_at(set_id)}/said")
            assert ("unmistakable" in answer.text) == (name in readers)
            assert answer.status_code == (HTTPStatus.OK if name in readers else HTTPStatus.NOT_FOUND)


@pytest.mark.parametrize("set_id", ["0" * 32, "x", "' OR 1=1 --"])
def test_guessed_sets_are_answered_like_foreign_ones(server: Server, set_id: str) -> None:
    foreign = keep(server.world, level=Level.NOTHING)
    for name in ("clinician", *STRANGERS):
        browser = server.client(name)
        assert post(browser, set_id, "mark", {"rep": 1}) == post(browser, foreign, "mark", {"rep": 1})


def test_verdicts_and_words_come_back_at_once(server: Server) -> None:
    set_id = keep(server.world, level=Level.NUMBERS)
    clinician, patient = server.client("clinician"), server.client("patient")
    _, state = post(clinician, set_id, "mark", {"rep": 1})
    assert [mark["said"] for mark in state["marks"]] == ["You agree with formcheck."]
    post(clinician, set_id, "mark", {"rep": 1, "verdict": "ok"})
    _, state = post(clinician, set_id, "say", {"words": "<b>Well</b>", "moment_s": 3.4})
    assert "&lt;b&gt;Well&lt;/b&gt;" in state["talk"]
    assert 'data-start="3.400"' in state["talk"]
    seen = patient.get(f"{said_at(set_id)}/said").json()
    assert [mark["said"] for mark in seen["marks"]] == ["The near: no fault seen."]
    assert "&lt;b&gt;Well&lt;/b&gt;" in seen["talk"]
    assert seen["phrases"] == []
    _, state = post(clinician, set_id, "unmark", {"rep": 1})
    assert state["marks"] == []


def test_phrases_are_the_clinician_s_own(server: Server) -> None:
    set_id = keep(server.world, level=Level.NUMBERS)
    clinician = server.client("clinician")
    _, state = post(clinician, set_id, "keep-phrase", {"words": "Long back."})
    phrase = next(each for each in state["phrases"] if each["words"] == "Long back.")
    _, state = post(clinician, set_id, "drop-phrase", {"id": phrase["id"]})
    assert phrase not in state["phrases"]


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("mark", {}),
        ("mark", {"rep": "1"}),
        ("mark", {"rep": True}),
        ("mark", {"rep": 99}),
        ("mark", {"rep": 1, "verdict": "perfect"}),
        ("mark", {"rep": 1, "verdict": "fault", "faults": "rounding"}),
        ("mark", {"rep": 1, "verdict": "fault", "faults": ["x" * 200]}),
        ("mark", [1]),
        ("say", {"words": "  "}),
        ("say", {"words": "a", "moment_s": "soon"}),
        ("say", {"words": "a", "moment_s": -1}),
        ("say", {"words": "a" * MAX_BYTES}),
    ],
)
def test_bad_requests_are_answered_kindly_and_keep_nothing(server: Server, what: str, body: Any) -> None:  # noqa: ANN401
    set_id = keep(server.world, level=Level.NUMBERS)
    status, answer = post(server.client("clinician"), set_id, what, body)
    assert status == HTTPStatus.BAD_REQUEST
    assert answer["problem"].endswith(".")
    assert server.world.store.reviews.marks(server.world.patient, set_id) == []
    assert server.world.store.remarks.of_set(server.world.patient, set_id) == []


def test_no_other_site_says_anything(server: Server) -> None:
    set_id = keep(server.world, level=Level.NUMBERS)
    clinician = server.client("clinician")
    clinician.headers["Sec-Fetch-Site"] = "cross-site"
    assert post(clinician, set_id, "mark", {"rep": 1})[0] == HTTPStatus.FORBIDDEN
    assert server.world.store.reviews.marks(server.world.patient, set_id) == []
    assert post(clinician, set_id, "delete", {})[0] == HTTPStatus.NOT_FOUND
    assert mine(server.world)


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("mark", {"rep": 1, "verdict": ["fault"]}),
        ("mark", {"rep": 1, "verdict": "\ud800"}),
        ("unmark", {"rep": 10**30}),
        ("unmark", {"rep": -1}),
        ("say", {"words": "half \ud800"}),
        ("say", {"words": "nul \0"}),
        ("keep-phrase", {"words": "nul \0"}),
    ],
)
def test_what_no_database_keeps_is_refused(server: Server, what: str, body: Body) -> None:
    set_id = keep(server.world, level=Level.NUMBERS)
    status, answer = post(server.client("clinician"), set_id, what, body)
    assert status == HTTPStatus.BAD_REQUEST
    assert answer["problem"]
