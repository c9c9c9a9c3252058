"""``formcheck app --lan`` as a phone on the home network meets it, in a network namespace."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import START_S
from tests.system.live_room import ADDRESS, ROOT, Room, room

pytestmark = pytest.mark.system

PORT = 8534
# Asks one question over HTTPS and prints the answer's status and headers.
ASK = f"""
import http.client, json, ssl, sys
path, headers = sys.argv[1], json.loads(sys.argv[2])
line = http.client.HTTPSConnection("{ADDRESS}", {PORT}, context=ssl._create_unverified_context(), timeout=10)
line.request("GET", path, headers=headers)
answer = line.getresponse()
print(json.dumps([answer.status, dict(answer.getheaders())]))
"""
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
STREAM = "/_stcore/stream"


def ask(here: Room, path: str, **headers: str) -> tuple[int, dict[str, Any]]:
    """Ask from inside; status 0 where nobody answers."""
    asked = subprocess.run(
        here.inside(sys.executable, "-c", ASK, path, json.dumps(headers)),
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode != 0:
        return 0, {}
    status, given = json.loads(asked.stdout)
    return status, {name.lower(): value for name, value in given.items()}


def test_one_phone_gets_in_and_nobody_else(tmp_path: Path) -> None:
    with room(tmp_path, chromium=False) as here:
        # a network is where an address beyond it would be sought
        subprocess.run(here.inside("ip", "route", "add", "default", "dev", "cable0"), check=True)
        log = tmp_path / "log.txt"
        with log.open("wb") as output:
            server = subprocess.Popen(
                here.inside(sys.executable, "-m", "formcheck", "app", "--lan", "--port", str(PORT)),
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=tmp_path,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "FORMCHECK_DATA_DIR": str(tmp_path / "data"),
                    "TMPDIR": str(tmp_path),
                },
                start_new_session=True,
            )
        try:
            deadline_s = time.monotonic() + START_S
            while (status := ask(here, "/live")[0]) == 0:
                assert time.monotonic() < deadline_s, log.read_text(encoding="utf-8")
                time.sleep(0.3)
            assert status == 403
            assert ask(here, STREAM, **UPGRADE)[0] == 403, "nor by a WebSocket"
            link = re.search(r"On the phone, once: https://[^/]+(/live\?token=\S+)", log.read_text("utf-8"))
            assert link is not None
            status, given = ask(here, link[1])
            assert (status, given["location"]) == (303, "/live")
            cookie = given["set-cookie"].partition(";")[0]
            assert ask(here, link[1])[0] == 403, "the token works once"
            assert ask(here, "/live", Cookie=cookie)[0] == 200
            assert ask(here, STREAM, Cookie=cookie, **UPGRADE)[0] == 101
            assert not list(tmp_path.glob("formcheck-lan-*")), "the key is on no disk"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)
