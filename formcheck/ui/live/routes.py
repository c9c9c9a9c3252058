"""The board's own routes: its state as it changes, and keys. Runs of a page are too slow for it.

Who knows a session's id, 128 random bits, may follow and stop it; a display's code only follows.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from weakref import WeakValueDictionary

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from formcheck.live.session import Command
from formcheck.ui.accounts.asking import from_our_pages
from formcheck.ui.live.board import board_state
from formcheck.ui.live.coach import Coach

STEP_S = 0.08
"""How often the state is looked at: a cue is on the page well within what a person notices."""
ALIVE_S = 5.0
"""After so long without a change something is sent all the same, so that a lost page is noticed."""
_COMMANDS: dict[str, Command] = {"stop": "stop", "next": "next", "again": "again"}

# Sessions that run in this process; a page holds its own, so that a closed page leaves nothing here.
_running: "WeakValueDictionary[str, Coach]" = WeakValueDictionary()


def let_follow(live: Coach, key: str) -> str:
    """Let a session be followed under its id or under a display's code; return the address of its events."""
    _running[key] = live
    return f"/formcheck/live/{key}/events"


def followed(key: str) -> Coach | None:
    """Return the session that a key belongs to."""
    return _running.get(key)


def routes() -> list[Route]:
    """Return the routes for the server."""
    return [
        Route("/formcheck/live/{key}/events", _events),
        Route("/formcheck/live/{key}/act", _act, methods=["POST"]),
    ]


async def _events(request: Request) -> Response:
    live = followed(request.path_params["key"])
    if live is None:
        return PlainTextResponse("This session is over.", 404)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_states(request, live), media_type="text/event-stream", headers=headers)


async def _states(request: Request, live: Coach) -> AsyncIterator[str]:
    """Yield every change of the board; lines only once."""
    keys = request.path_params["key"] == live.id  # a display only shows
    told, before, quiet_s = 0, "", 0.0
    while not await request.is_disconnected():
        worker = live.worker
        if worker is None:
            return
        state = board_state(worker, told, live.watch, keys=keys)
        now = json.dumps(state)
        quiet_s += STEP_S
        if now != before or quiet_s >= ALIVE_S:
            yield f"data: {now}\n\n"
            before, quiet_s = now, 0.0
            if state["lines"]:
                told = state["lines"][-1]["n"]
        if state["over"]:
            return
        await asyncio.sleep(STEP_S)


async def _act(request: Request) -> Response:
    key = request.path_params["key"]
    live = followed(key)
    what = request.query_params.get("what", "")
    if live is None or live.worker is None or live.id != key or not from_our_pages(request):
        return PlainTextResponse("Not possible.", 404)
    if what in _COMMANDS:
        live.worker.command(_COMMANDS[what])
    elif live.watch is not None and what == "unwatch":
        live.watch.end()
    elif live.watch is not None and what == "watch":
        live.watch.renew()
    else:
        return PlainTextResponse("Not possible.", 404)
    return PlainTextResponse("ok")
