"""Takes recordings in as a stream: bytes go to a file as they come, and no more than a block is in memory.

The conversation is small: begin (or find again), ask how much has come, append from there, keep or cancel.
A browser that loses its connection asks and goes on.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any, TypeVar

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
from formcheck.ui.small_body import small_json

UPLOADS = "/formcheck/uploads"
OFFSET = "Upload-Offset"
_BLOCK_BYTES = 1 << 20
_MAX_WISH_BYTES = 10_000
_MAX_DIGITS = 18  # of a number of bytes; Python refuses to read thousands

T = TypeVar("T")
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
    said = await small_json(request, _MAX_WISH_BYTES)
    wish = None if said is None else _wish(said)
    if wish is None:
        return refused(DAMAGED, 400)
    return _answer(await in_thread(store.uploads.begin, actor, wish))


async def tell(request: Request, store: Store, actor: Actor) -> Response:
    """Say how much has come."""
    return _answer(await in_thread(store.uploads.get, actor, request.path_params["id"]))


async def append(request: Request, store: Store, actor: Actor) -> Response:
    """Take more bytes."""
    upload_id, offset = request.path_params["id"], request.headers.get(OFFSET, "")
    if not (offset.isdecimal() and len(offset) <= _MAX_DIGITS):
        return refused(DAMAGED, 400)
    arriving = await in_thread(store.uploads.get, actor, upload_id)
    room = arriving.size_bytes - int(offset)
    async with _entered(store.uploads.appending(actor, upload_id, int(offset))) as file:
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
        await in_thread(file.write, bytes(waiting))
    return _answer(await in_thread(store.uploads.get, actor, upload_id))


@asynccontextmanager
async def _entered(slow: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Enter and leave something slow in a thread; after an error at once, because this may be cancelled."""
    found = await in_thread(slow.__enter__)
    try:
        yield found
    except BaseException as error:
        slow.__exit__(type(error), error, error.__traceback__)
        raise
    await in_thread(slow.__exit__, None, None, None)


async def cancel(request: Request, store: Store, actor: Actor) -> Response:
    """Give it up and delete what has come."""
    await in_thread(store.uploads.discard, actor, request.path_params["id"])
    return JSONResponse({})


async def keep(request: Request, store: Store, actor: Actor) -> Response:
    """Make a set of it."""
    return JSONResponse({"set": await in_thread(store.uploads.keep, actor, request.path_params["id"])})


def _wish(said: dict[str, Any]) -> Wish | None:
    try:
        return Wish(
            name=str(said["name"]),
            size_bytes=int(said["size"]),
            fingerprint=str(said["fingerprint"]),
            exercise_id=str(said.get("exercise") or ""),
        )
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


def _answer(arriving: Arriving) -> Response:
    known = {"id": arriving.id, "received": arriving.received_bytes, "size": arriving.size_bytes}
    return JSONResponse(known, headers={"Cache-Control": "no-store"})
