"""Logging in at a clinic's own service: a small OpenID provider, a real server, a real browser."""

import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from playwright.sync_api import Browser, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.system.conftest import free_port
from tests.system.test_store_server import SOON_MS, Server, in_app, photograph, started

__all__ = ["started"]  # the fixture

pytestmark = pytest.mark.system


class Provider:
    """Says that everybody who comes is Kim."""

    def __init__(self) -> None:
        self.address = f"http://localhost:{free_port()}"
        self._key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self._nonce = ""

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self._about),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/keys", lambda _: JSONResponse({"keys": [self._key.as_dict(private=False)]})),
        ]

    def _about(self, _request: Request) -> Response:
        where = {"authorization": "authorize", "token": "token"}
        known = {f"{name}_endpoint": f"{self.address}/{path}" for name, path in where.items()}
        return JSONResponse({**known, "issuer": self.address, "jwks_uri": f"{self.address}/keys"})

    def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        self._nonce = asked.get("nonce", "")
        back = urlencode({"code": "once", "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 303)

    def _token(self, _request: Request) -> Response:
        now = int(time.time())
        claims = {"iss": self.address, "sub": "kim-at-work", "aud": "formcheck", "nonce": self._nonce}
        times = {"iat": now, "exp": now + 600}
        token = jwt.encode({"alg": "RS256", "kid": "1"}, {**claims, **times}, self._key)
        return JSONResponse(
            {"access_token": "x", "token_type": "Bearer", "id_token": token, "expires_in": 600}
        )


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider that answers."""
    ours = Provider()
    port = int(ours.address.rpartition(":")[2])
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=ours.routes()), host="localhost", port=port, log_level="warning")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield ours
    server.should_exit = True
    thread.join(20)


def configure(server: Server, provider: Provider) -> None:
    """Write what an operator writes."""
    server.environment["FORMCHECK_OPENID"] = "1"
    folder = server.folder / ".streamlit"
    folder.mkdir()
    (folder / "secrets.toml").write_text(
        f"""[auth]
redirect_uri = "{server.address}/oauth2callback"
cookie_secret = "a long random text of nobody, at least"
client_id = "formcheck"
client_secret = "of nobody"
server_metadata_url = "{provider.address}/.well-known/openid-configuration"
""",
        encoding="utf-8",
    )


def test_an_organisation_logs_in_who_has_an_account(
    browser: Browser, started: Callable[..., Server], provider: Provider
) -> None:
    """Nobody, known elsewhere, joined by a code, in; films and uploads ask for the same cookie; out again."""
    server = started("clinic", lambda server: configure(server, provider))
    page = browser.new_context().new_page()
    page.set_default_timeout(SOON_MS)
    page.goto(server.address)
    expect(page.get_by_role("heading", name="Please log in")).to_be_visible(timeout=60_000)
    photograph(page, "openid-before")
    page.get_by_role("button", name="Log in with your organisation").click()
    expect(page.get_by_text("there is no account here yet")).to_be_visible(timeout=SOON_MS)
    photograph(page, "openid-join")
    page.get_by_label("Code").fill(server.run("store", "invite-clinician", "Kim"))
    page.get_by_label("Your name").fill("Kim Near")
    page.get_by_role("button", name="Join").click()
    page.get_by_role("link", name="Continue").click()
    in_app(page)
    expect(page.locator(".st-key-nav").get_by_role("link", name="Patients")).to_be_visible()
    page.reload()
    in_app(page)
    assert page.evaluate("async () => (await fetch('/formcheck/export')).status") == 200
    page.goto(f"{server.address}/sets")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in with your organisation")).to_be_visible(timeout=SOON_MS)
    assert page.evaluate("async () => (await fetch('/formcheck/export')).status") == 404
