"""What a watcher sees comes over a route of its own, and so does a cue: runs of a page are too slow for it.

Who asks is asked anew all the time: whoever is out of care, logged out or not let any more sees nothing.
"""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from formcheck.errors import FormcheckError, UsageError
from formcheck.store.access import Actor, NotThereError
from formcheck.ui.accounts.asking import from_our_pages, in_thread, request_actor
from formcheck.ui.kept import kept
from formcheck.ui.refused import DAMAGED, STRANGE, refused
from formcheck.ui.small_body import small_json
from formcheck.ui.watch.going_on import Shown, watched
from formcheck.ui.watch.seen import OVER, watch_state

WATCH = "/formcheck/watch"
STEP_S = 0.1
"""Ten readings a second: a movement looks like one, and a slow line is not filled up. Our choice."""
ASKED_AGAIN_S = 1.0
"""How often it is asked whether who watches still may; what the patient ends, ends within `STEP_S`."""
ALIVE_S = 2.0
"""After so long without a change a reading is sent all the same: silence then means that the line is cut."""
MAX_BYTES = 1 << 12
_FRESH = {"Cache-Control": "no-store"}


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        Route(f"{WATCH}/{{watch_id}}/events", events, methods=["GET"]),
        Route(f"{WATCH}/{{watch_id}}/cue", cue, methods=["POST"]),
    ]


def address(watch_id: str) -> str:
    """Return where a set is watched."""
    return f"{WATCH}/{watch_id}"


async def events(request: Request) -> Response:
    """Send what is seen for as long as it may be seen."""
    watch_id = request.path_params["watch_id"]
    try:
        actor = await request_actor(request)
        shown = await in_thread(watched, actor, watch_id)
        if not shown.watch.noted:  # a browser asks anew after a hiccup of the network
            await in_thread(kept().watching.begin, actor, shown.consent)
            shown.watch.noted = True
    except FormcheckError as error:
        return PlainTextResponse(str(error), 404, headers=_FRESH)
    headers = {**_FRESH, "X-Accel-Buffering": "no"}
    return StreamingResponse(_readings(request, shown), media_type="text/event-stream", headers=headers)


async def _readings(request: Request, shown: Shown) -> AsyncIterator[str]:
    """Yield what is seen as it changes; the last one says that it is over."""
    before, quiet_s, asked_s = "", 0.0, 0.0
    with shown.watch.looking():
        while not await request.is_disconnected():
            may, asked_s = True, asked_s + STEP_S
            if asked_s >= ASKED_AGAIN_S:
                may, asked_s = await _still_may(request, shown.watch.id), 0.0
            state = watch_state(shown.watch) if may else OVER
            now = json.dumps({**state, "age_ms": None})
            if now != before or quiet_s >= ALIVE_S:
                yield f"data: {json.dumps(state)}\n\n"
                before, quiet_s = now, 0.0
            if state["over"]:
                return
            await asyncio.sleep(STEP_S)
            quiet_s += STEP_S


async def _still_may(request: Request, watch_id: str) -> bool:
    try:
        await in_thread(watched, await request_actor(request), watch_id)
    except FormcheckError:  # also where the database is away: who cannot be asked about sees nothing
        return False
    return True


async def cue(request: Request) -> Response:
    """Send one cue."""
    if not from_our_pages(request):
        return refused(STRANGE, 403)
    said = await small_json(request, MAX_BYTES)
    words = said.get("words") if said is not None else None
    actor = await request_actor(request)
    try:
        await in_thread(_send, actor, request.path_params["watch_id"], words)
    except NotThereError as error:
        return refused(str(error), 404)
    except FormcheckError as error:
        return refused(str(error), 400)
    return JSONResponse({"sent": True}, headers=_FRESH)


def _send(actor: Actor, watch_id: str, words: object) -> None:
    shown = watched(actor, watch_id)
    if not isinstance(words, str):
        raise UsageError(DAMAGED)
    moment = shown.moment
    shown.watch.send(words, lambda said: kept().watching.cue(actor, shown.consent, said, moment))
