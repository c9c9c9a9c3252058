"""The command line as a user runs it, and what every message of it must be."""

import os
import subprocess
import sys


def run(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "formcheck", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "COLUMNS": "200", **environment},
    )


def assert_kind(result: "subprocess.CompletedProcess[str]", status: int, *words: str) -> None:
    """The status is as promised, the message names what matters, and there is no traceback."""
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    for word in words:
        assert word in result.stderr, f"{word!r} is not in: {result.stderr}"
