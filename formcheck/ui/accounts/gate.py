"""In a clinic nobody who is not logged in gets past the login page: neither pages nor their WebSocket."""

import os

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from formcheck.store.access import NOBODY
from formcheck.ui.accounts.asking import in_thread, request_actor
from formcheck.ui.kept import kept

LOGIN = "/formcheck/login"
OPENID = "FORMCHECK_OPENID"
"""Set to 1 where ``.streamlit/secrets.toml`` names a login service: its page is one of Streamlit's."""
_OPEN = ("/formcheck/", "/static/", "/_stcore/health", "/favicon")


class Gate:
    """Lets through who is logged in, and everybody to the login page.

    Parameters
    ----------
    app : ASGIApp
        What lies behind.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] == "lifespan" or await self._may_pass(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif "text/html" in HTTPConnection(scope).headers.get("accept", ""):
            await RedirectResponse(LOGIN, 303)(scope, receive, send)
        else:
            await PlainTextResponse("Please log in.", 401)(scope, receive, send)

    async def _may_pass(self, scope: Scope) -> bool:
        if scope["path"].startswith(_OPEN) or os.environ.get(OPENID) == "1":
            return True  # our own routes ask for themselves, and so does every page
        store = await in_thread(kept)
        if store.settings.mode == "home":
            return True
        return await request_actor(HTTPConnection(scope)) != NOBODY
