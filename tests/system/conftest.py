"""A real server and a real browser, for the tests of this folder."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from formcheck.ui.workspace import PREFIX
from tests import clips

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SAMPLES = Path(__file__).parents[2] / "samples"
SCREENSHOTS = "FORMCHECK_SCREENSHOTS"
START_S, END_S = 60.0, 30.0
TEMPORARY = "temporary"


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """What drives browsers; there may be one in a process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    if not CHROMIUM.exists():
        pytest.skip(f"needs {CHROMIUM}: run tests/system/prepare.py as root")
    browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS), headless=True)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of ``formcheck app``, started as a user starts it, from a folder that is not ours."""
    port = free_port()
    folder = tmp_path_factory.mktemp("server")
    log = folder / "log.txt"
    temporary = folder / TEMPORARY
    temporary.mkdir()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "formcheck", "app", "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            env={
                **os.environ,
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "TMPDIR": str(temporary),
                "FORMCHECK_DATA_DIR": str(folder / "data"),
            },
            start_new_session=True,  # so that all of it can be ended
        )
    address = f"http://localhost:{port}"
    try:
        wait_until_up(address, log)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
    deadline_s = time.monotonic() + END_S
    while list(temporary.glob(f"{PREFIX}*")):
        assert time.monotonic() < deadline_s, "a session's files outlive the server"
        time.sleep(0.2)
    assert "Traceback" not in log.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="session")
def recording() -> Path:
    """The shared squat clip with two repetitions, or a sample."""
    if clips.SQUAT.exists():
        return clips.SQUAT
    samples = sorted(SAMPLES.glob("*squat*.mp4"))
    if not samples:
        pytest.skip("needs ../shared/data or a squat in samples/")
    return samples[0]


@pytest.fixture(scope="session")
def short_recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few seconds of the shared squat clip, one repetition."""
    path = tmp_path_factory.mktemp("clips") / "short.mp4"
    return clips.recode(clips.shared(clips.SQUAT), path, start_s=7.0, end_s=12.5, keep=lambda i: i % 2 == 0)


@pytest.fixture(scope="session")
def program() -> list[str]:
    """The command line as a command."""
    return [sys.executable, "-m", "formcheck"]


def free_port() -> int:
    """Return a port of the loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_up(address: str, log: Path) -> None:
    """Wait for the server's own word that it is well."""
    deadline_s = time.monotonic() + START_S
    while time.monotonic() < deadline_s:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server did not start: {log.read_text(encoding='utf-8', errors='replace')}")


def need(program: str) -> str:
    """Return the path of a program, or skip."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"needs {program}: run tests/system/prepare.py as root")
    return path


def photograph(page: Page, name: str) -> None:
    """Save the whole page at three widths, light and dark, where the environment names a folder."""
    if not os.environ.get(SCREENSHOTS):
        return
    folder = Path(os.environ[SCREENSHOTS])
    folder.mkdir(parents=True, exist_ok=True)
    for width in (360, 768, 1440):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 800})
            page.wait_for_timeout(400)
            height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
            page.set_viewport_size({"width": width, "height": max(800, min(int(height), 8000))})
            page.wait_for_timeout(400)
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
