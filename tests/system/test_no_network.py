"""``formcheck analyze`` with a cached model needs no network and opens no internet socket.

Two proofs: it runs in a network namespace that has no interface but a loopback that is down, so nothing
could be sent; and strace, which sees every system call of the program and of its worker processes, finds no
socket of an internet family.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.system.conftest import need

pytestmark = pytest.mark.system

INTERNET = re.compile(r"socket\((?:AF_|PF_)(?:INET6?|PACKET)")


def alone() -> list[str]:
    """Return the command that puts another into a network namespace without routes, or skip."""
    unshare = need("unshare")
    for command in ([unshare, "--net"], [unshare, "--net", "--map-root-user"]):
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    pytest.skip("this machine allows no network namespaces")


def test_the_namespace_has_no_way_out() -> None:
    """The proof below is worth nothing if there were a route."""
    result = subprocess.run([*alone(), need("ip"), "-o", "addr"], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "", "there is an address in the namespace"


def test_analyze_opens_no_internet_socket_and_needs_no_network(
    program: list[str], short_recording: Path, tmp_path: Path
) -> None:
    calls, out = tmp_path / "calls", tmp_path / "out"
    strace = [need("strace"), "-f", "--seccomp-bpf", "-e", "trace=socket,connect", "-o", str(calls)]
    analyze = [*program, "analyze", str(short_recording), "--exercise", "squat", "--out", str(out)]
    result = subprocess.run(
        [*alone(), *strace, *analyze],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "FORMCHECK_DEBUG": "1"},
    )
    assert result.returncode == 0, result.stderr
    assert (out / "report.json").is_file()
    traced = calls.read_text(encoding="utf-8", errors="replace")
    assert "exited with 0" in traced, "strace saw the program end"
    assert not INTERNET.findall(traced), [line for line in traced.splitlines() if INTERNET.search(line)]


def test_the_tracer_would_have_seen_a_socket(tmp_path: Path) -> None:
    """A test that cannot fail proves nothing."""
    calls = tmp_path / "calls"
    script = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"
    command = [need("strace"), "-f", "--seccomp-bpf", "-e", "trace=socket,connect", "-o", str(calls)]
    subprocess.run([*command, "python3", "-c", script], check=True, capture_output=True)
    assert INTERNET.search(calls.read_text(encoding="utf-8"))
