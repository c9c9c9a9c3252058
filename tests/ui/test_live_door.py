"""Who may come in from the home network: one device, by a token that works once."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import ifaddr
import pytest
from cryptography import x509
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from formcheck.cli.lan import invitation, lan_address, write_certificate
from formcheck.errors import UsageError
from formcheck.ui.live.door import COOKIE, Door, Invitations, new_token
from formcheck.ui.live.ice import VARIABLE, ice_servers

TOKEN = "a-token-that-nobody-guesses"  # noqa: S105 - the tests' own
HERE = "https://10.0.0.7:8501"


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("in")


def client(invited: Invitations | None = None) -> TestClient:
    inside = Starlette(
        routes=[Route("/live", lambda _: PlainTextResponse("in")), WebSocketRoute("/stream", _socket)]
    )
    return TestClient(Door(inside, invited or Invitations(TOKEN)), base_url=HERE, follow_redirects=False)


def test_nobody_comes_in_without_the_token() -> None:
    phone = client()
    for path in ("/live", "/live?token=wrong", "/live?token=", "/"):
        assert phone.get(path).status_code == 403
    with pytest.raises(WebSocketDisconnect), phone.websocket_connect("/stream"):
        pass


def test_the_token_lets_one_device_in_and_leaves_the_address() -> None:
    phone = client()
    answer = phone.get(f"/live?token={TOKEN}&exercise=squat")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/live?exercise=squat"
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "secure", "samesite=strict"))
    assert phone.get("/live").text == "in"
    # a test client asks a host of its own over ws:// otherwise, to which a secure cookie is not sent
    with phone.websocket_connect(f"{HERE.replace('https', 'wss')}/stream") as stream:
        assert stream.receive_text() == "in"


def test_the_token_works_once() -> None:
    phone = client()
    phone.get(f"/live?token={TOKEN}")
    phone.cookies.clear()
    assert phone.get(f"/live?token={TOKEN}").status_code == 403
    phone.cookies.set(COOKIE, "made up")
    assert phone.get("/live").status_code == 403


def test_cookies_of_other_programs_do_not_lock_a_device_out() -> None:
    """Cookies know no ports: what another program of this computer sets comes here too."""
    phone = client()
    known = phone.get(f"/live?token={TOKEN}").headers["set-cookie"].partition(";")[0]
    phone.cookies.clear()
    for foreign in ("a/b=1", 'settings={"a": 1}', "="):
        assert phone.get("/live", headers={"cookie": f"{foreign}; {known}"}).text == "in"
        assert phone.get("/live", headers={"cookie": foreign}).status_code == 403


def test_a_look_ahead_does_not_use_the_token_up() -> None:
    phone = client()
    assert phone.head(f"/live?token={TOKEN}").status_code == 403
    assert phone.get(f"/live?token={TOKEN}").status_code == 303


def test_a_second_screen_gets_a_token_of_its_own() -> None:
    invited = Invitations(TOKEN)
    screen = invited.token("a display's code")
    assert screen == invited.token("a display's code") != TOKEN
    client(invited).get(f"/live?token={screen}&display=code")
    assert client(invited).get(f"/live?token={screen}").status_code == 403
    assert invited.token("a display's code") not in (screen, ""), "the next screen needs a new one"
    assert Invitations().token("a display's code") == "", "where there is no door"


def test_the_certificate_is_for_this_address_and_its_key_is_private(tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path, "192.168.1.20")
    known = x509.load_pem_x509_certificate(certificate.read_bytes())
    names = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(each) for each in names.get_values_for_type(x509.IPAddress)] == ["192.168.1.20"]
    assert known.not_valid_before_utc <= datetime.now(UTC) <= known.not_valid_after_utc
    assert key.stat().st_mode & 0o077 == 0
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)


def test_the_terminal_shows_a_code_the_address_and_the_warning() -> None:
    shown = invitation("192.168.1.20", 8501, TOKEN, "another")
    assert f"https://192.168.1.20:8501/live?token={TOKEN}" in shown
    assert "token=another" in shown
    assert "not private" in shown
    rows = [line for line in shown.splitlines() if line and set(line) <= set(" \u2588\u2580\u2584")]
    assert len({len(row) for row in rows}) == 1
    assert abs(2 * len(rows) - len(rows[0])) <= 1, "a square"
    assert new_token() != new_token()


@pytest.mark.parametrize(("cable", "found"), [(None, ""), ("10.42.0.1", "10.42.0.1")])
def test_a_network_that_leads_nowhere_will_do_and_none_is_said_kindly(
    monkeypatch: pytest.MonkeyPatch, cable: str | None, found: str
) -> None:
    def nowhere(*_: object) -> None:
        raise OSError(101, "Network is unreachable")

    here = [
        ifaddr.Adapter("lo", "lo", [ifaddr.IP("127.0.0.1", 8, "lo"), ifaddr.IP(("::1", 0, 0), 128, "lo")])
    ]
    if cable is not None:
        here.append(ifaddr.Adapter("hotspot", "hotspot", [ifaddr.IP(cable, 24, "hotspot")]))
    monkeypatch.setattr("socket.socket.connect", nowhere)
    monkeypatch.setattr("ifaddr.get_adapters", lambda: here)
    if found:
        assert lan_address() == found
    else:
        with pytest.raises(UsageError, match="on no network"):
            lan_address()


def test_no_server_of_others_is_asked_unless_somebody_said_so() -> None:
    assert ice_servers({}) == []
    own = '[{"urls": "turn:turn.example.org:3478", "username": "clinic", "credential": "word"}]'
    assert ice_servers({VARIABLE: own})[0]["username"] == "clinic"


@pytest.mark.parametrize("wrong", ["turn:a", "[1]", '[{"url": "turn:a"}]', '[{"urls": "http://a"}]', "{}"])
def test_a_wrong_configuration_is_said(wrong: str) -> None:
    with pytest.raises(UsageError, match=VARIABLE):
        ice_servers({VARIABLE: wrong})


def test_an_empty_list_keeps_the_library_from_public_servers() -> None:
    from streamlit_webrtc.config import compile_rtc_configuration

    assert compile_rtc_configuration({"iceServers": ice_servers({})}).iceServers == []
