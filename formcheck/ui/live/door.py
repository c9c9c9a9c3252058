"""The door of ``formcheck app --lan``: who comes with a one-time token is let in, nobody else."""

import hmac
import os
import secrets
from collections.abc import Mapping
from functools import cache
from urllib.parse import parse_qsl, urlencode

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

VARIABLE = "FORMCHECK_LAN_TOKENS"
"""The first tokens, with spaces between: one a device that the terminal invites."""
COOKIE = "formcheck_lan"
TOKEN = "token"  # noqa: S105 - the name of a parameter
CLOSED = (
    "This formcheck is somebody else's, or the code was used already: each lets one device in. "
    "Whoever runs it can start it again for a new one."
)


class Invitations:
    """The tokens that still let a device in; each works once.

    Parameters
    ----------
    tokens : tuple of str
        Those that the terminal shows; without any there is no door, and nobody needs inviting.
    """

    def __init__(self, *tokens: str) -> None:
        self.needed = bool(tokens)
        self._open = dict.fromkeys(tokens, "")

    def token(self, purpose: str) -> str:
        """Return an open token, the same one until it was used; empty where none is needed."""
        if not self.needed:
            return ""
        known = next((token for token, what in self._open.items() if what == purpose), None)
        if known is None:
            known = new_token()
            self._open[known] = purpose
        return known

    def use(self, given: str) -> bool:
        """Use a token up; return whether it was one."""
        same = [token for token in self._open if hmac.compare_digest(token.encode(), given.encode())]
        for token in same:
            del self._open[token]
        return bool(same)


def new_token() -> str:
    """Return a token that nobody guesses."""
    return secrets.token_urlsafe(16)


@cache
def invitations() -> Invitations:
    """Return those of this server; the first leave the environment, which other programs inherit."""
    return Invitations(*os.environ.pop(VARIABLE, "").split())


class Door:
    """Lets a device in by a token, and knows it afterwards by a cookie.

    A token works once: who reads the address over a shoulder comes too late.

    Parameters
    ----------
    app : ASGIApp
        What lies behind.
    invited : Invitations
        Who may come in.
    """

    def __init__(self, app: ASGIApp, invited: Invitations) -> None:
        self._app = app
        self._invited = invited
        self._known: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] == "lifespan" or self._knows(HTTPConnection(scope).cookies):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif self._may_enter(scope):
            await self._welcome(HTTPConnection(scope))(scope, receive, send)
        else:
            await PlainTextResponse(CLOSED, 403)(scope, receive, send)

    def _knows(self, cookies: Mapping[str, str]) -> bool:
        given = cookies.get(COOKIE, "").encode()
        return any(hmac.compare_digest(given, each.encode()) for each in self._known)

    def _may_enter(self, scope: Scope) -> bool:
        """Return whether a token is given; a look ahead, such as a HEAD request, does not use it up."""
        return scope["method"] == "GET" and self._invited.use(
            HTTPConnection(scope).query_params.get(TOKEN, "")
        )

    def _welcome(self, connection: HTTPConnection) -> RedirectResponse:
        """Send the device on without the token in the address."""
        known = secrets.token_urlsafe(24)
        self._known.add(known)
        rest = urlencode([pair for pair in parse_qsl(connection.url.query) if pair[0] != TOKEN])
        answer = RedirectResponse(connection.url.path + (f"?{rest}" if rest else ""), 303)
        answer.set_cookie(COOKIE, known, httponly=True, secure=True, samesite="strict")
        return answer
