"""A clinic's server, really started: two browsers, a large upload, and a crash in the middle of the work."""

import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.system.conftest import free_port, photograph, wait_until_up

pytestmark = pytest.mark.system

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "hinge-round.mp4"
PASSWORD = "three small words"  # noqa: S105 - of nobody
LARGE_BYTES = 500_000_000
LOOKS_S = 1.0
"""How long somebody looks at a page before the next one."""
BLOCK_BYTES = 8 << 20
MAX_GROWTH_BYTES = 50_000_000
SOON_MS, PATIENCE_MS = 20_000, 240_000
OPEN = "[class*=st-key-open-] button"


class Server:
    """One server on a folder that outlives it."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.folder, self.port = folder, free_port()
        self.address = f"http://localhost:{self.port}"
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "FORMCHECK_MODE": mode,
            "FORMCHECK_DATA_DIR": str(folder / "data"),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is well."""
        log = self.folder / "log.txt"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "formcheck", "app", "--port", str(self.port)],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
            )
        wait_until_up(self.address, log)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End all of it."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, how)
            self.process.wait(30)

    def run(self, *arguments: str) -> str:
        """Run a command of formcheck beside it."""
        command = [sys.executable, "-m", "formcheck", *arguments]
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def memory_bytes(self) -> int:
        """Return what its processes have in memory."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) * 1024

    def ask(
        self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> dict[str, int]:
        """Ask one of our routes."""
        known = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(  # noqa: S310 - the loopback
            f"{self.address}{path}", data=body, method=method, headers=known
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            found: dict[str, int] = json.loads(answer.read())
            return found


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[[str], Server]]:
    """Start servers, and end them."""
    servers: list[Server] = []

    def start(mode: str, configure: Callable[[Server], None] = lambda _: None) -> Server:
        servers.append(Server(tmp_path, mode))
        configure(servers[-1])
        servers[-1].start()
        return servers[-1]

    yield start
    for server in servers:
        server.end()
    assert "Traceback" not in (tmp_path / "log.txt").read_text(encoding="utf-8", errors="replace")


def fill(page: Page, **fields: str) -> None:
    """Fill in a form of ours and send it."""
    for name, value in fields.items():
        page.locator(f"input[name={name}]").fill(value)
    page.locator("form button").click()


def go(page: Page, name: str) -> None:
    """Go to another page by the navigation."""
    page.locator(".st-key-nav").get_by_role("link", name=name).click()
    here = page.locator(".fc-here").filter(has_text=name)  # the page before may still be going
    expect(here).to_be_visible(timeout=PATIENCE_MS)


def in_app(page: Page) -> None:
    """Wait until somebody is in."""
    expect(page.locator(".st-key-nav")).to_be_visible(timeout=60_000)


def test_two_browsers(browser: Browser, started: Callable[[str], Server]) -> None:
    """Invite, join, log out, lock out, log in, reload, upload, share, look, withdraw."""
    server = started("clinic")
    clinician, patient = (browser.new_context().new_page() for _ in range(2))
    for page in (clinician, patient):
        page.set_default_timeout(SOON_MS)

    clinician.goto(server.address)
    expect(clinician.get_by_role("heading", name="Log in")).to_be_visible()
    snap(clinician, "login")
    clinician.get_by_role("link", name="I was invited").click()
    fill(clinician, code=server.run("store", "invite-clinician", "Kim"))
    snap(clinician, "join")
    fill(clinician, name="Kim Near", login="kim", password=PASSWORD)
    in_app(clinician)
    clinician.reload()
    in_app(clinician)  # the session survives a reload
    go(clinician, "Patients")
    clinician.get_by_label("For whom").fill("the knee of Monday")
    clinician.get_by_role("button", name="Make a code").click()
    code = clinician.locator(".fc-code strong").inner_text()
    address = clinician.locator(".fc-code code").inner_text()
    assert address == f"{server.address}/formcheck/join?code={code}"
    photograph(clinician, "patients-code")

    patient.goto(address)
    expect(patient.get_by_text("Kim Near invites you")).to_be_visible()
    fill(patient, name="Alex Far", login="alex", password=PASSWORD)
    in_app(patient)

    patient.goto(f"{server.address}/sets")
    patient.get_by_role("button", name="Log out").click()
    expect(patient.get_by_role("heading", name="Please log in")).to_be_visible()
    patient.reload()
    expect(patient.get_by_role("heading", name="Log in")).to_be_visible()
    for _ in range(5):
        fill(patient, login="alex", password=PASSWORD.upper())
        expect(patient.get_by_role("alert")).to_contain_text("not right")
    fill(patient, login="alex", password=PASSWORD)
    expect(patient.get_by_role("alert")).to_contain_text("locked")
    snap(patient, "locked")
    unlock(server)
    fill(patient, login="alex", password=PASSWORD)
    in_app(patient)

    patient.goto(f"{server.address}/sets")
    patient.locator(".fc-upload input").set_input_files(SAMPLE)
    expect(patient.get_by_text("Your recording has come")).to_be_visible(timeout=60_000)
    patient.reload()  # the work goes on without the page
    patient.locator(OPEN).first.click(timeout=60_000)
    expect(patient.locator(".fc-count strong")).to_have_text("3", timeout=PATIENCE_MS)
    expect(patient.locator(".st-key-review-video video")).to_be_visible(timeout=PATIENCE_MS)

    open_patient(clinician, server)
    expect(clinician.get_by_text("Squat")).to_have_count(0)
    expect(clinician.locator(OPEN)).to_have_count(0)
    clinician.get_by_role("link", name="Plan").click()
    expect(clinician.get_by_role("heading", name="A few questions first")).to_be_visible(timeout=SOON_MS)
    patient.get_by_text("Stick figure", exact=True).first.click()
    photograph(patient, "set-shared")
    open_patient(clinician, server)
    clinician.locator(OPEN).first.click()
    expect(clinician.get_by_text("3 hip hinges counted")).to_be_visible(timeout=SOON_MS)
    film = clinician.locator(".st-key-review-video video")
    expect(film).to_be_visible(timeout=PATIENCE_MS)
    film_address = film.get_attribute("src")
    assert film_address
    assert status_of(clinician, film_address) == 200
    expect(clinician.get_by_role("link", name="Recording", exact=True)).to_have_count(0)
    photograph(clinician, "set-seen-by-clinician")

    patient.get_by_text("Nothing", exact=True).first.click()
    expect(patient.get_by_text("was deleted")).to_be_visible(timeout=SOON_MS)
    assert status_of(clinician, film_address) == 404
    clinician.reload()
    expect(clinician.get_by_text("There is no such thing here")).to_be_visible(timeout=SOON_MS)
    photograph(clinician, "withdrawn")
    photograph(patient, "set-withdrawn")


def open_patient(page: Page, server: Server) -> None:
    """Open the one patient."""
    page.goto(f"{server.address}/patients")
    expect(page.get_by_text("Alex Far")).to_be_visible()
    page.locator("[class*=st-key-to-] button").click()
    expect(page.get_by_role("heading", name="Alex Far")).to_be_visible()
    page.wait_for_timeout(500)


def status_of(page: Page, path: str) -> int:
    """Ask as this browser does."""
    found: int = page.evaluate("async (path) => (await fetch(path)).status", path)
    return found


def unlock(server: Server) -> None:
    """Let the quarter of an hour pass."""
    with contextlib.closing(sqlite3.connect(server.folder / "data" / "formcheck.sqlite3")) as database:
        database.execute("UPDATE account SET locked_until = '2020-01-01 00:00:00'")
        database.commit()


def snap(page: Page, name: str) -> None:
    """Save one of the pages before Streamlit's, where the environment names a folder."""
    if folder := os.environ.get("FORMCHECK_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        for width in (360, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(folder) / f"{name}-{width}.png")
        page.set_viewport_size({"width": 1280, "height": 900})


def test_a_large_upload_fills_no_memory_and_goes_on_after_a_cut(
    browser: Browser, started: Callable[[str], Server]
) -> None:
    """500 MB in pieces, the connection cut once, while somebody else goes from page to page."""
    server = started("home")
    others = browser.new_context().new_page()
    others.goto(server.address)
    in_app(others)
    for name in ("About", "Exercises"):  # the first time also loads code
        go(others, name)
    wish = {"name": "large.mp4", "size": LARGE_BYTES, "fingerprint": "large"}
    begun = server.ask("/formcheck/uploads", method="POST", body=json.dumps(wish).encode())
    path = f"/formcheck/uploads/{begun['id']}"
    before, longest_s = server.memory_bytes(), 0.0
    with ThreadPoolExecutor(1) as sender:
        sending = sender.submit(send_all, server, path)
        while not sending.done():
            for name in ("About", "Exercises"):
                begun_s = time.perf_counter()
                go(others, name)
                longest_s = max(longest_s, time.perf_counter() - begun_s)
                time.sleep(LOOKS_S)
        most = sending.result()
    others.context.close()
    sys.stderr.write(f"{(most - before) / 1e6:.1f} MB more; others' pages took {longest_s:.2f} s at most\n")
    assert most - before < MAX_GROWTH_BYTES
    assert list((server.folder / "data" / "uploads").iterdir()) == []


def send_all(server: Server, path: str) -> int:
    """Send it in pieces, cut the connection once within one, and keep it; return the most memory."""
    block, received, cut, most = bytes(BLOCK_BYTES), 0, False, 0
    while received < LARGE_BYTES:
        piece = block[: min(BLOCK_BYTES, LARGE_BYTES - received)]
        if received > LARGE_BYTES // 2 and not cut:
            cut = True
            send_half(server, path, received, piece)
            received = settled(server, path)
            continue
        received = server.ask(path, method="PATCH", body=piece, Upload_Offset=str(received))["received"]
        most = max(most, server.memory_bytes())
    assert server.ask(f"{path}/keep", method="POST", body=b"")["set"]
    return max(most, server.memory_bytes())


def send_half(server: Server, path: str, offset: int, piece: bytes) -> None:
    """Send half of a piece, and drop the connection."""
    with socket.create_connection(("localhost", server.port)) as wire:
        head = f"PATCH {path} HTTP/1.1\r\nHost: localhost:{server.port}\r\nUpload-Offset: {offset}\r\n"
        wire.sendall(f"{head}Content-Length: {len(piece)}\r\n\r\n".encode() + piece[: len(piece) // 2])


def settled(server: Server, path: str) -> int:
    """Wait until the server has noticed the cut; return what it has."""
    last = -1
    while True:
        received = server.ask(path)["received"]
        if received == last:
            return received
        last = received
        time.sleep(0.5)


def test_work_goes_on_after_the_server_was_killed(started: Callable[[str], Server]) -> None:
    """``kill -9`` while a recording is looked at; the next server finishes it."""
    server = started("home")
    wish = {"name": SAMPLE.name, "size": SAMPLE.stat().st_size, "fingerprint": "x"}
    begun = server.ask("/formcheck/uploads", method="POST", body=json.dumps(wish).encode())
    path = f"/formcheck/uploads/{begun['id']}"
    server.ask(path, method="PATCH", body=SAMPLE.read_bytes(), Upload_Offset="0")
    server.ask(f"{path}/keep", method="POST", body=b"")
    time.sleep(2.5)
    server.end(signal.SIGKILL)
    assert state_of(server) == "waiting"
    server.start()
    deadline_s = time.monotonic() + 180
    while state_of(server) != "done":
        assert time.monotonic() < deadline_s, "nobody takes the work up again"
        time.sleep(0.5)


def state_of(server: Server) -> str:
    """Return the state of the one set."""
    with contextlib.closing(sqlite3.connect(server.folder / "data" / "formcheck.sqlite3")) as database:
        (state,) = database.execute("SELECT state FROM exercise_set").fetchone()
    return str(state)
