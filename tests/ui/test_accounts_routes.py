"""The routes beside the pages, over HTTP: logging in, media, uploads; by everybody, also with guessed ids."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest
import requests
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from formcheck.store.access import NOBODY, Actor, Level, NotThereError
from formcheck.store.sessions import begin_session
from formcheck.store.uploads import Wish
from formcheck.ui.accounts import routes as accounts
from formcheck.ui.accounts.asking import COOKIE, request_actor
from formcheck.ui.accounts.gate import LOGIN, Gate
from formcheck.ui.clinic.routes import routes as clinic_routes
from formcheck.ui.kept import kept
from formcheck.ui.uploads import media, routes
from formcheck.ui.watch.routes import routes as watch_routes
from tests.store.world import World, keep, make_world

PASSWORD = "three small words"  # noqa: S105 - of nobody
EVERYBODY = ("nobody", "patient", "other", "clinician", "foreign", "withdrawn")
WHEN_SHARED = {
    "track": Level.REPLAY,
    "replay": Level.REPLAY,
    "blurred": Level.BLURRED,
    "overlay": Level.VIDEO,
    "video": Level.VIDEO,
}
SOON_S = 20.0


class Browser(requests.Session):
    """A browser that follows no redirection by itself."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.trust_env = False

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:  # type: ignore[override]  # noqa: ANN401
        kwargs = {**kwargs, "allow_redirects": False, "timeout": SOON_S}
        return super().request(method, f"{self.address}{url}", **kwargs)


@dataclass
class Server:
    """The routes behind the gate, and the clinic behind them."""

    address: str
    world: World

    def client(self, name: str) -> Browser:
        """Return the browser of one of them, logged in."""
        browser = Browser(self.address)
        actor: Actor = self.world.actor(name)
        if actor.account_id:
            with self.world.store.database.write() as session:
                browser.cookies.set(COOKIE, begin_session(session, actor.account_id))
        return browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The routes, really served on the loopback; which store they serve is up to each test."""
    pages = Route("/{page:path}", lambda request: PlainTextResponse("a page"))
    every = [*accounts.routes(), *media.routes(), *routes.routes(), *clinic_routes(), *watch_routes(), pages]
    app = Starlette(routes=every, middleware=[Middleware(Gate)])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline_s = time.monotonic() + SOON_S
    while not server.started:
        assert time.monotonic() < deadline_s, "the server does not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(SOON_S)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One clinic for all tests: each keeps sets of its own."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FORMCHECK_MODE", "clinic")
        environment.setenv("FORMCHECK_DATA_DIR", str(tmp_path_factory.mktemp("clinic")))
        world = make_world(kept())
    yield world
    world.store.close()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, address: str, clinic: World) -> Server:
    """The clinic behind its routes."""
    monkeypatch.setenv("FORMCHECK_MODE", "clinic")
    monkeypatch.setenv("FORMCHECK_DATA_DIR", str(clinic.store.settings.data_dir))
    return Server(address, clinic)


def test_media_are_served_to_who_may_see_them(server: Server) -> None:
    """Every kind of file just below and at its level, by everybody."""
    clients = {name: server.client(name) for name in EVERYBODY}
    set_id = keep(server.world, level=Level.NOTHING)
    files = {file.kind: file for file in server.world.store.sets.files(server.world.patient, set_id)}
    for level in Level:
        server.world.store.sets.share(server.world.patient, set_id, level)
        for kind, file in files.items():
            needed = WHEN_SHARED.get(kind, Level.NUMBERS)
            if level not in (needed - 1, needed):
                continue
            for name, client in clients.items():
                may = name == "patient" or (name == "clinician" and level >= needed)
                answer = client.get(media.address(file))
                assert answer.status_code == (HTTPStatus.OK if may else HTTPStatus.NOT_FOUND)
                assert (b"pixels" in answer.content) is may


@pytest.mark.parametrize("key", ["0" * 64, "..formcheck.sqlite3", "formcheck.sqlite3", "' OR 1=1 --"])
def test_a_guessed_address_is_answered_like_a_foreign_one(server: Server, key: str) -> None:
    file = server.world.store.sets.files(server.world.patient, keep(server.world))[0]
    answers = set()
    for path in (media.address(file), f"{media.MEDIA}/{key}"):
        answer = server.client("other").get(path)
        answers.add((answer.status_code, answer.text))
    assert answers == {(HTTPStatus.NOT_FOUND, str(NotThereError()))}


@pytest.mark.parametrize(
    ("asked", "status", "got"),
    [
        (None, 200, b"pixels video"),
        ("bytes=0-5", 206, b"pixels"),
        ("bytes=7-", 206, b"video"),
        ("bytes=-5", 206, b"video"),
        ("bytes=7-9999", 206, b"video"),
        ("bytes=99-", 416, b""),
        ("bytes=-0", 416, b""),
        (f"bytes=0-{'9' * 5000}", 200, b"pixels video"),
        ("bytes=5-2", 200, b"pixels video"),
        ("lines=1-2", 200, b"pixels video"),
    ],
)
def test_players_ask_for_a_part(server: Server, asked: str | None, status: int, got: bytes) -> None:
    set_id = keep(server.world)
    files = {file.kind: file for file in server.world.store.sets.files(server.world.patient, set_id)}
    headers = {"Range": asked} if asked else {}
    answer = server.client("patient").get(media.address(files["video"]), headers=headers)
    assert (answer.status_code, answer.content) == (status, got)
    assert "no-store" in answer.headers.get("cache-control", "no-store")


def test_reports_are_never_run_as_pages_of_ours(server: Server) -> None:
    files = server.world.store.sets.files(server.world.patient, keep(server.world))
    page = next(file for file in files if file.kind == "page")
    answer = server.client("patient").get(media.address(page))
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("name", EVERYBODY)
def test_an_upload_belongs_to_who_began_it(server: Server, name: str) -> None:
    arriving = server.world.store.uploads.begin(server.world.patient, Wish("a.mp4", 6, "x"))
    address, client = f"{routes.UPLOADS}/{arriving.id}", server.client(name)
    own = name == "patient"
    expected = HTTPStatus.OK if own else HTTPStatus.NOT_FOUND
    assert client.get(address).status_code == expected
    assert client.patch(address, data=b"abc", headers={routes.OFFSET: "0"}).status_code == expected
    assert client.post(f"{address}/keep").status_code == (
        HTTPStatus.CONFLICT if own else HTTPStatus.NOT_FOUND
    )
    more = client.patch(address, data=b"defXYZ", headers={routes.OFFSET: "3"})
    assert more.status_code == expected
    if own:
        assert more.json()["received"] == 6, "no more is taken than was announced"
        assert client.post(f"{address}/keep").status_code == HTTPStatus.OK
    else:
        assert client.delete(address).status_code == HTTPStatus.NOT_FOUND
        assert server.world.store.uploads.get(server.world.patient, arriving.id).received_bytes == 0


def test_who_may_begin_an_upload(server: Server) -> None:
    wish = {"name": "a.mp4", "size": 6, "fingerprint": "x"}
    for name in EVERYBODY:
        answer = server.client(name).post(routes.UPLOADS, json=wish)
        may = name in ("patient", "other")
        assert answer.status_code == (HTTPStatus.OK if may else HTTPStatus.NOT_FOUND)
    for wrong in (b"", b"[]", b'{"name": 1}', b"x" * 20_000):
        assert server.client("patient").post(routes.UPLOADS, data=wrong).status_code == HTTPStatus.BAD_REQUEST


def test_the_export_is_ones_own(server: Server) -> None:
    keep(server.world, marker="secretive")
    for name in EVERYBODY:
        answer = server.client(name).get(media.EXPORT)
        assert answer.status_code == (HTTPStatus.NOT_FOUND if name == "nobody" else HTTPStatus.OK)
        assert (b"secretive" in answer.content) is (name == "patient")


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_foreign_sites_cannot_act_for_somebody(server: Server, headers: dict[str, str]) -> None:
    client = server.client("patient")
    wish = {"name": "a.mp4", "size": 6, "fingerprint": "x"}
    assert client.post(routes.UPLOADS, json=wish, headers=headers).status_code == HTTPStatus.FORBIDDEN
    assert client.post(accounts.LOGOUT, headers=headers).status_code == HTTPStatus.FORBIDDEN
    assert client.get("/", headers={"Accept": "text/html"}).text == "a page"


# -- the gate, the login and the code --------------------------------------------------------------


def test_nobody_gets_past_the_login_page(server: Server) -> None:
    client = server.client("nobody")
    sent = client.get("/sets", headers={"Accept": "text/html"})
    assert (sent.status_code, sent.headers["location"]) == (HTTPStatus.SEE_OTHER, LOGIN)
    assert client.get("/_stcore/host-config").status_code == HTTPStatus.UNAUTHORIZED
    assert client.get(LOGIN).status_code == HTTPStatus.OK
    for name in EVERYBODY[1:]:
        assert server.client(name).get("/sets", headers={"Accept": "text/html"}).text == "a page"
    client.cookies.set(COOKIE, "guessed")
    assert client.get("/sets").status_code == HTTPStatus.UNAUTHORIZED


def test_joining_logging_out_and_in(server: Server) -> None:
    code = server.world.store.invitations.invite_patient(server.world.clinician, "new")
    client = server.client("nobody")
    welcome = client.post(accounts.JOIN, data={"code": code.lower()})
    assert "The near invites you" in welcome.text
    member = {"code": code, "name": "Ann", "login": "ann", "password": PASSWORD}
    short = client.post(accounts.JOIN, data={**member, "password": "x"})
    assert "at least" in short.text
    assert 'value="Ann"' in short.text, "what was typed is not lost"
    assert "three" not in short.text
    joined = client.post(accounts.JOIN, data=member)
    assert joined.status_code == HTTPStatus.SEE_OTHER
    cookie = joined.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert client.get("/sets").text == "a page"
    assert client.get(LOGIN).status_code == HTTPStatus.SEE_OTHER  # already in
    token = client.cookies[COOKIE]
    client.post(accounts.LOGOUT)
    client.cookies.set(COOKIE, token)
    assert client.get("/sets").status_code == HTTPStatus.UNAUTHORIZED, "the token is worth nothing any more"
    client.cookies.clear()
    assert client.post(LOGIN, data={"login": "ANN", "password": PASSWORD}).status_code == HTTPStatus.SEE_OTHER
    assert "not valid" in server.client("nobody").post(accounts.JOIN, data={"code": code}).text


def test_what_was_typed_is_no_markup(server: Server) -> None:
    answer = server.client("nobody").post(
        LOGIN, data={"login": '"><script>alert(1)</script>', "password": "x"}
    )
    assert "<script" not in answer.text
    assert re.search(r"default-src 'none'", answer.headers["content-security-policy"])


def test_a_ticket_becomes_a_cookie_once(server: Server) -> None:
    ticket = server.world.store.sessions.ticket(server.world.patient)
    client = server.client("nobody")
    elsewhere = {"Sec-Fetch-Site": "cross-site"}  # a link to somebody else's ticket would log one in as them
    sent = client.get(accounts.ENTER, params={"ticket": ticket}, headers=elsewhere)
    assert sent.status_code == HTTPStatus.FORBIDDEN
    assert client.get(accounts.ENTER, params={"ticket": ticket}).status_code == HTTPStatus.SEE_OTHER
    assert client.get("/sets").text == "a page"
    assert (
        server.client("nobody").get(accounts.ENTER, params={"ticket": ticket}).status_code
        == HTTPStatus.FORBIDDEN
    )


@pytest.mark.parametrize(
    ("client", "host", "may"),
    [
        ("127.0.0.1", "localhost:8501", True),
        ("::1", "[::1]:8501", True),
        ("192.168.1.7", "192.168.1.2:8501", False),
        ("127.0.0.1", "evil.example:8501", False),  # a foreign name that points to this computer
    ],
)
def test_home_knows_this_computer_only(
    monkeypatch: pytest.MonkeyPatch, client: str, host: str, may: bool
) -> None:
    monkeypatch.setenv("FORMCHECK_MODE", "home")
    scope = {"type": "http", "headers": [(b"host", host.encode())], "client": (client, 1)}
    assert (asyncio.run(request_actor(Request(scope))) != NOBODY) is may
    kept().close()


def test_home_needs_no_login(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("FORMCHECK_MODE", "home")
    browser = Browser(address)
    assert browser.get("/sets").text == "a page"
    assert browser.get(LOGIN).headers["location"] == "/"
    wish = {"name": "a.mp4", "size": 6, "fingerprint": "x"}
    assert browser.post(routes.UPLOADS, json=wish).json()["received"] == 0
    kept().close()


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "a.mp4", "size": float("inf"), "fingerprint": "f"},
        {"name": "a.mp4", "size": 9, "fingerprint": "half \ud800"},
        {"name": "a.mp4", "size": 9, "fingerprint": "nul \0"},
        ["a.mp4"],
    ],
)
def test_a_wish_that_cannot_be_read_is_refused(server: Server, wish: object) -> None:
    answer = server.client("patient").post(routes.UPLOADS, data=json.dumps(wish))
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["problem"]


@pytest.mark.parametrize("offset", ["²", "-1", "", "9" * 5000])
def test_an_offset_that_is_none_is_refused(server: Server, offset: str) -> None:
    patient = server.client("patient")
    upload = patient.post(routes.UPLOADS, json={"name": "a", "size": 9, "fingerprint": offset[:1]}).json()
    headers = {routes.OFFSET: offset.encode("latin-1")}
    answer = patient.patch(f"{routes.UPLOADS}/{upload['id']}", data=b"abc", headers=headers)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    patient.delete(f"{routes.UPLOADS}/{upload['id']}")
