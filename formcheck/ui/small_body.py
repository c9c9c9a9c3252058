"""What a small request brings: no more of it is read than it can hold, and only what can be kept."""

import json
from typing import Any

from starlette.requests import Request


async def small_body(request: Request, max_bytes: int) -> bytes | None:
    """Return the body of a request; None where it is larger than it may be."""
    body = b""
    async for block in request.stream():
        body += block
        if len(body) > max_bytes:
            return None
    return body


async def small_json(request: Request, max_bytes: int) -> dict[str, Any] | None:
    """Return what a request says; None where it is no JSON object, too large, or holds what is no text."""
    body = await small_body(request, max_bytes)
    try:
        found = json.loads(body or b"{}") if body is not None else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _can_be_kept(found) else None


def _can_be_kept(value: object) -> bool:
    """Return whether databases can keep every string in a value: PostgreSQL no NUL, none half a character."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return all(_can_be_kept(key) and _can_be_kept(each) for key, each in value.items())
    return all(map(_can_be_kept, value)) if isinstance(value, list) else True
