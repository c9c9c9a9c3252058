"""How long a newcomer waits: from a clone of this tree to the first judged clip in a browser.

Run ``python benchmarks/newcomer.py``; it clones the last commit into an empty folder, says ``make run``
there, opens the page, and presses the first sample. Prints a table and writes ``newcomer.json``. Packages
come from the machine's own index or cache: the set-up's time is the network's as much as formcheck's.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import sync_playwright

from tests.system.conftest import CHROMIUM, FLAGS, free_port

ROOT = Path(__file__).parents[1]
PATIENCE_S = 900.0
SAMPLE = "Clean"


def main() -> None:
    """Go a newcomer's way with a watch."""
    with tempfile.TemporaryDirectory(prefix="formcheck-newcomer-") as folder:
        watch = Watch()
        tree = Path(folder) / "formcheck"
        subprocess.run(["git", "clone", "--quiet", ROOT, tree], check=True)
        watch.lap("git clone")
        port = free_port()
        # the person who tries this has no environment of ours yet
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        server = subprocess.Popen(
            ["make", "run", f"PORT={port}"], cwd=tree, env=environment, start_new_session=True
        )
        try:
            wait_until_answered(f"http://localhost:{port}", server)
            watch.lap("make run answers")
            judged(f"http://localhost:{port}", watch)
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)
    result = {**watch.laps_s, "together": sum(watch.laps_s.values()), "load": os.getloadavg()[0]}
    for name, value in result.items():
        print(f"{name:28}{value:8.1f}")
    Path(__file__).with_suffix(".json").write_text(json.dumps(result, indent=1) + "\n")


class Watch:
    """Notes how long each step took, in seconds."""

    def __init__(self) -> None:
        self._last_s = time.monotonic()
        self.laps_s: dict[str, float] = {}

    def lap(self, name: str) -> None:
        """Note a step that has just ended."""
        now_s = time.monotonic()
        self.laps_s[name] = now_s - self._last_s
        self._last_s = now_s


def wait_until_answered(address: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the app answers."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health"):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("make run did not come up")


def judged(address: str, watch: Watch) -> None:
    """Press the first sample and wait for its verdicts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(address)
        sample = page.get_by_role("button", name=SAMPLE, exact=True).first
        sample.wait_for()
        watch.lap("first page with its samples")
        sample.click()
        page.get_by_text("counted.").first.wait_for()
        watch.lap("first sample judged")
        browser.close()


if __name__ == "__main__":
    main()
