"""What is said about a set goes over routes of its own: runs of a page are too slow for one key a verdict.

Every answer is what the set's page shows by then, so that two who look at it see the same.
"""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from formcheck.errors import FormcheckError, UsageError
from formcheck.store.access import Actor, NotThereError
from formcheck.store.store import Store
from formcheck.ui.accounts.asking import from_our_pages, in_thread, request_actor
from formcheck.ui.clinic.talk import state_of
from formcheck.ui.guarded import kind_words
from formcheck.ui.kept import kept
from formcheck.ui.player.player import PLAYER
from formcheck.ui.refused import DAMAGED, STRANGE, refused
from formcheck.ui.small_body import small_json

SETS = "/formcheck/sets"
MAX_BYTES = 1 << 15
MAX_WHOLE = 2**31 - 1
"""What an integer column holds; a larger number is no repetition."""
Act = Callable[[Store, Actor, str, dict[str, Any]], object]


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        Route(f"{SETS}/{{set_id}}/said", said, methods=["GET"]),
        Route(f"{SETS}/{{set_id}}/{{what}}", act, methods=["POST"]),
    ]


def address(set_id: str) -> str:
    """Return where what is said about a set is asked for and changed."""
    return f"{SETS}/{set_id}"


async def said(request: Request) -> Response:
    """Answer with what has been said about a set."""
    return await _answer(request, None, {})


async def act(request: Request) -> Response:
    """Do one thing to a set, and answer with what has been said by then."""
    what = ACTS.get(request.path_params["what"])
    if what is None:
        return refused(str(NotThereError()), 404)
    if not from_our_pages(request):
        return refused(STRANGE, 403)
    body = await small_json(request, MAX_BYTES)
    return refused(DAMAGED, 400) if body is None else await _answer(request, what, body)


async def _answer(request: Request, what: Act | None, body: dict[str, Any]) -> Response:
    set_id = request.path_params["set_id"]
    actor = await request_actor(request)

    def done() -> dict[str, Any]:
        store = kept()
        if what is not None:
            what(store, actor, set_id, body)
        return state_of(store, actor, set_id, player=PLAYER, zone_name=_zone(request))

    try:
        return JSONResponse(await in_thread(done), headers={"Cache-Control": "no-store"})
    except NotThereError as error:
        return refused(str(error), 404)
    except FormcheckError as error:
        return refused(kind_words(error), 400)


def _zone(request: Request) -> str | None:
    """Return the reader's time zone, where there is such a one."""
    name = request.query_params.get("zone", "")
    try:
        return ZoneInfo(name).key if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _mark(store: Store, actor: Actor, set_id: str, body: dict[str, Any]) -> None:
    verdict, faults = body.get("verdict"), _strings(body.get("faults"))
    if isinstance(verdict, list | dict):
        raise UsageError(DAMAGED)
    store.reviews.mark(actor, set_id, _whole(body.get("rep")), verdict, faults)


def _unmark(store: Store, actor: Actor, set_id: str, body: dict[str, Any]) -> None:
    store.reviews.unmark(actor, set_id, _whole(body.get("rep")))


def _say(store: Store, actor: Actor, set_id: str, body: dict[str, Any]) -> None:
    moment_s, answer_to = body.get("moment_s"), body.get("answer_to")
    if not (moment_s is None or (isinstance(moment_s, int | float) and 0 <= moment_s < float("inf"))):
        raise UsageError(DAMAGED)
    store.remarks.add(
        actor,
        set_id,
        str(body.get("words") or ""),
        moment_s=None if moment_s is None else float(moment_s),
        answer_to=None if answer_to is None else str(answer_to),
    )


def _take_back(store: Store, actor: Actor, set_id: str, body: dict[str, Any]) -> None:
    store.sets.get(actor, set_id)
    store.remarks.take_back(actor, str(body.get("id")))


def _keep_phrase(store: Store, actor: Actor, set_id: str, body: dict[str, Any]) -> None:
    store.sets.get(actor, set_id)
    store.remarks.keep_phrase(actor, str(body.get("words") or ""))


def _drop_phrase(store: Store, actor: Actor, set_id: str, body: dict[str, Any]) -> None:
    store.sets.get(actor, set_id)
    store.remarks.drop_phrase(actor, str(body.get("id")))


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_WHOLE:
        raise UsageError(DAMAGED)
    return value


def _strings(value: object) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str) and len(each) <= 100 for each in value):
        raise UsageError(DAMAGED)
    return value


ACTS: dict[str, Act] = {
    "mark": _mark,
    "unmark": _unmark,
    "say": _say,
    "take-back": _take_back,
    "keep-phrase": _keep_phrase,
    "drop-phrase": _drop_phrase,
}
