"""Takes recordings in as a stream: bytes go to a file as they come, and no more than a block is in memory.

The conversation is small: begin (or find again), ask how much has come, append from there, keep or cancel.
A browser that loses its connection asks and goes on.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from formcheck.errors import FormcheckError
from formcheck.store.access import Actor, NotThereError
from formcheck.store.store import Store
from formcheck.store.uploads import Arriving, BusyError, Wish
from formcheck.ui.accounts.asking import from_our_pages, in_thread, request_actor
from formcheck.ui.kept import kept
from formcheck.ui.refused import DAMAGED, STRANGE, refused

UPLOADS = "/formcheck/uploads"
OFFSET = "Upload-Offset"
_BLOCK_BYTES = 1 << 20
_MAX_WISH_BYTES = 10_000

Handler = Callable[[Request, Store, Actor], Awaitable[Response]]


def routes() -> list[Route]:
    """Return the routes of this module."""
    one = f"{UPLOADS}/{{id}}"
    return [
        Route(UPLOADS, _guarded(begin), methods=["POST"]),
        Route(one, _guarded(tell), methods=["GET"]),
        Route(one, _guarded(append), methods=["PATCH"]),
        Route(one, _guarded(cancel), methods=["DELETE"]),
        Route(f"{one}/keep", _guarded(keep), methods=["POST"]),
    ]


def _guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler that knows who asks and says every refusal in a sentence."""

    async def handled(request: Request) -> Response:
        if not from_our_pages(request):
            return refused(STRANGE, 403)
        store = await in_thread(kept)
        try:
            return await handler(request, store, await request_actor(request))
        except NotThereError as error:
            return refused(str(error), 404)
        except BusyError as error:
            return refused(str(error), 423)
        except FormcheckError as error:
            return refused(str(error), 409)

    return handled


async def begin(request: Request, store: Store, actor: Actor) -> Response:
    """Begin an upload, or find the one that was cut."""
    wish = _wish(await _small_body(request))
    if wish is None:
        return refused(DAMAGED, 400)
    return _answer(await in_thread(store.uploads.begin, actor, wish))


async def tell(request: Request, store: Store, actor: Actor) -> Response:
    """Say how much has come."""
    return _answer(await in_thread(store.uploads.get, actor, request.path_params["id"]))


async def append(request: Request, store: Store, actor: Actor) -> Response:
    """Take more bytes."""
    upload_id, offset = request.path_params["id"], request.headers.get(OFFSET, "")
    if not offset.isdigit():
        return refused(DAMAGED, 400)
    arriving = await in_thread(store.uploads.get, actor, upload_id)
    room = arriving.size_bytes - int(offset)
    appending = store.uploads.appending(actor, upload_id, int(offset))
    file = await in_thread(appending.__enter__)
    waiting = bytearray()
    try:
        async for chunk in request.stream():
            waiting += chunk[: max(0, room)]
            room -= len(chunk)
            if len(waiting) >= _BLOCK_BYTES:
                await in_thread(file.write, bytes(waiting))
                waiting.clear()
    except ClientDisconnect:
        pass  # what has come is kept: the browser asks and goes on
    finally:
        await in_thread(file.write, bytes(waiting))
        await in_thread(appending.__exit__, None, None, None)
    return _answer(await in_thread(store.uploads.get, actor, upload_id))


async def cancel(request: Request, store: Store, actor: Actor) -> Response:
    """Give it up and delete what has come."""
    await in_thread(store.uploads.discard, actor, request.path_params["id"])
    return JSONResponse({})


async def keep(request: Request, store: Store, actor: Actor) -> Response:
    """Make a set of it."""
    return JSONResponse({"set": await in_thread(store.uploads.keep, actor, request.path_params["id"])})


async def _small_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_WISH_BYTES:
            return b""
    return body


def _wish(body: bytes) -> Wish | None:
    try:
        said: dict[str, Any] = json.loads(body)
        return Wish(
            name=str(said["name"]),
            size_bytes=int(said["size"]),
            fingerprint=str(said["fingerprint"]),
            purpose="review" if said.get("purpose") == "review" else "keep",
            exercise_id=str(said.get("exercise") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _answer(arriving: Arriving) -> Response:
    known = {"id": arriving.id, "received": arriving.received_bytes, "size": arriving.size_bytes}
    return JSONResponse(known, headers={"Cache-Control": "no-store"})
