"""``formcheck app``: starts the pages in a browser-sized window of this machine."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from formcheck.errors import UsageError
from formcheck.ui import entry_file

LOCAL = "localhost"


def app(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the local server.")] = 8501,
) -> None:
    """Open formcheck in the browser of this machine; nothing leaves it."""
    entry = entry_file()
    if not entry.is_file():
        raise UsageError(f"{entry} is missing: install formcheck again.")
    typer.echo(f"formcheck is at http://{LOCAL}:{port} (Ctrl+C ends it)")
    command = _command(port)
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606 - becomes the server, so that ending one ends the other
    raise typer.Exit(subprocess.run(command, check=False).returncode)


def _command(port: int) -> list[str]:
    """Return the server's command; what privacy depends on is set here, whatever else is configured."""
    return [
        sys.executable,
        "-m",
        "formcheck.ui.server",
        f"server.port={port}",
        f"server.address={LOCAL}",
        "server.headless=true",
        "browser.gatherUsageStats=false",
        "server.fileWatcherType=none",
        # the live page runs several times a second: a full collection after each would stop the camera
        "runner.postScriptGC=false",
        "client.toolbarMode=minimal",
        "client.showErrorDetails=none",
    ]
