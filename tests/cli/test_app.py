"""``formcheck app`` as a user starts it: its address is told only where it can be reached."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from formcheck.cli.app import LOCAL
from formcheck.cli.port import TRIED, USUAL_PORT, free_port
from tests.cli.commands import assert_kind, run


def test_no_address_is_told_where_nothing_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    ended = run("app", "--port", 8599, FORMCHECK_DATA_DIR=str(tmp_path / "data"))
    assert_kind(ended, 1, "cannot be made")
    assert "http://" not in ended.stdout


def test_a_port_that_is_taken_is_named_and_another_one_offered(tmp_path: Path) -> None:
    with socket.create_server(("localhost", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("app", "--port", port, FORMCHECK_DATA_DIR=str(tmp_path / "data"))
    assert_kind(ended, 2, f"Port {port} is in use", "--port ")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def test_the_first_free_port_is_taken_where_none_is_asked_for() -> None:
    with ExitStack() as held:
        with suppress(OSError):  # somebody else holds it, which is as good
            held.enter_context(socket.create_server((LOCAL, USUAL_PORT)))
        port = free_port(LOCAL, None)
        assert USUAL_PORT < port < USUAL_PORT + TRIED
        held.enter_context(socket.create_server((LOCAL, port)))
        assert free_port(LOCAL, None) > port


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the server is another process, ended otherwise")
def test_where_the_address_is_told_formcheck_answers(tmp_path: Path) -> None:
    with socket.create_server(("localhost", 0)) as free:
        port = free.getsockname()[1]
    going = subprocess.Popen(
        [sys.executable, "-m", "formcheck", "app", "--port", str(port)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "FORMCHECK_DATA_DIR": str(tmp_path / "data")},
    )
    assert going.stdout is not None
    said = going.stdout.readline()
    try:
        assert f"http://localhost:{port} " in said
        assert urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=30).status == 200
    finally:
        going.send_signal(signal.SIGTERM)
        going.communicate(timeout=60)
