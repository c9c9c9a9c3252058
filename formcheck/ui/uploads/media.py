"""Serves the files of sets to who may have them, whole or in part, and one's own export.

A player asks for a part of a film at a time (RFC 9110, section 14); any other kind of range gets it whole.
"""

import re
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from formcheck.errors import FormcheckError
from formcheck.store.records import FileRow
from formcheck.ui.accounts.asking import in_thread, request_actor
from formcheck.ui.kept import kept

MEDIA, EXPORT = "/formcheck/media", "/formcheck/export"
_BLOCK_BYTES = 1 << 18
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")  # Python reads no number of thousands of digits
HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Encoding": "identity",  # or Streamlit would pack it, which breaks ranges
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Accept-Ranges": "bytes",
}


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        Route(f"{MEDIA}/{{key}}", media, methods=["GET", "HEAD"]),
        Route(EXPORT, export, methods=["GET"]),
    ]


def address(file: FileRow) -> str:
    """Return where a file is served."""
    return f"{MEDIA}/{file.key}"


async def media(request: Request) -> Response:
    """Serve one file."""
    store, actor = await in_thread(kept), await request_actor(request)
    try:
        file = await in_thread(store.sets.file, actor, request.path_params["key"])
        opened = await in_thread(store.media.open, file.key)
    except FormcheckError as error:
        return PlainTextResponse(str(error), 404, headers={"Cache-Control": "no-store"})
    film = file.content_type == "video/mp4"
    headers = {
        **HEADERS,
        "Content-Type": file.content_type if film else "application/octet-stream",
        "Content-Disposition": "inline" if film else f"attachment; filename*=UTF-8''{quote(file.name)}",
    }
    first, last, status = _part(request.headers.get("range", ""), file.size_bytes)
    if status == 416:
        await in_thread(opened.close)
        return Response(status_code=416, headers={"Content-Range": f"bytes */{file.size_bytes}"})
    headers["Content-Length"] = str(last - first + 1)
    if status == 206:
        headers["Content-Range"] = f"bytes {first}-{last}/{file.size_bytes}"
    if request.method == "HEAD":
        await in_thread(opened.close)
        return Response(status_code=status, headers=headers)
    return StreamingResponse(_blocks(opened, first, last), status, headers=headers)


async def export(request: Request) -> Response:
    """Serve everything that is one's own as a ZIP file."""
    store, actor = await in_thread(kept), await request_actor(request)
    folder = tempfile.TemporaryDirectory(prefix="formcheck-export-")
    path = Path(folder.name) / "formcheck-export.zip"
    try:
        await in_thread(store.takeout.write, actor, path)
    except FormcheckError as error:
        folder.cleanup()
        return PlainTextResponse(str(error), 404)
    headers = {"Cache-Control": "no-store", "Content-Encoding": "identity"}
    gone = BackgroundTask(folder.cleanup)
    return FileResponse(
        path, media_type="application/zip", filename=path.name, headers=headers, background=gone
    )


def _part(asked: str, size_bytes: int) -> tuple[int, int, int]:
    """Return the first and last byte to send, and the status."""
    whole = (0, size_bytes - 1, 200)
    match = _RANGE.fullmatch(asked.strip())
    if match is None or match.groups() == ("", ""):
        return whole
    start, end = match.groups()
    first = int(start) if start else max(0, size_bytes - int(end))
    last = min(int(end), size_bytes - 1) if start and end else size_bytes - 1
    if first >= size_bytes:
        return 0, 0, 416
    return (first, last, 206) if first <= last else whole


async def _blocks(file: IO[bytes], first: int, last: int) -> AsyncIterator[bytes]:
    try:
        await in_thread(file.seek, first)
        left = last - first + 1
        while left > 0 and (block := await in_thread(file.read, min(_BLOCK_BYTES, left))):
            left -= len(block)
            yield block
    finally:
        await in_thread(file.close)
