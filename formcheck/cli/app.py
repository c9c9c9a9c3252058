"""``formcheck app``: starts the pages in a browser-sized window of this machine."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from formcheck.cli.lan import invitation, lan_address, write_certificate
from formcheck.cli.port import USUAL_PORT, free_port
from formcheck.errors import UsageError
from formcheck.ui import entry_file
from formcheck.ui.live.door import VARIABLE, new_token
from formcheck.ui.welcome import WELCOME

LOCAL = "localhost"


def app(
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help=f"Port of the server; else the first free one from {USUAL_PORT} on."
        ),
    ] = None,
    lan: Annotated[
        bool, typer.Option("--lan", help="Let a phone of the home network in, by a QR code.")
    ] = False,
) -> None:
    """Open formcheck in the browser of this machine; nothing leaves it.

    With --lan a phone on the same network may be the camera: the connection is encrypted, and only the device
    that scans the code gets in.
    """
    entry = entry_file()
    if not entry.is_file():
        raise UsageError(f"{entry} is missing: install formcheck again.")
    command = _for_the_network(port) if lan else _for_this_machine(port)
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606 - becomes the server, so that ending one ends the other
    raise typer.Exit(subprocess.run(command, check=False).returncode)


def _for_this_machine(asked_port: int | None) -> list[str]:
    """Return the command of a server that this machine alone reaches."""
    port = free_port(LOCAL, asked_port)
    elsewhere = asked_port is None and port != USUAL_PORT
    why = f", since another program uses port {USUAL_PORT}" if elsewhere else ""
    os.environ[WELCOME] = f"formcheck is at http://{LOCAL}:{port}{why} (Ctrl+C ends it)"
    return _command(port)


def _for_the_network(asked_port: int | None) -> list[str]:
    """Return the command of a server that a phone reaches, and that shows how."""
    address, tokens = lan_address(), (new_token(), new_token())
    port = free_port(address, asked_port)
    folder = Path(tempfile.mkdtemp(prefix="formcheck-lan-"))
    certificate, key = write_certificate(folder, address)
    os.environ[VARIABLE] = " ".join(tokens)
    os.environ[WELCOME] = invitation(address, port, *tokens)
    secure = [f"server.sslCertFile={certificate}", f"server.sslKeyFile={key}"]
    return [*_command(port, address), *secure]


def _command(port: int, address: str = LOCAL) -> list[str]:
    """Return the server's command; what privacy depends on is set here, whatever else is configured."""
    return [
        sys.executable,
        "-m",
        "formcheck.ui.server",
        f"server.port={port}",
        f"server.address={address}",
        "server.headless=true",
        "browser.gatherUsageStats=false",
        "server.fileWatcherType=none",
        # the live page runs several times a second: a full collection after each would stop the camera
        "runner.postScriptGC=false",
        "client.toolbarMode=minimal",
        "client.showErrorDetails=none",
        "logger.hideWelcomeMessage=true",  # we have our own, which is said once the server can be reached
    ]
