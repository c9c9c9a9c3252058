"""On which port the pages are served: the one that was asked for, or the first free one."""

import errno
import os
import socket

from formcheck.errors import UsageError

USUAL_PORT = 8501
"""Streamlit's own, which its users know."""
TRIED = 20
"""How many ports are tried before something else must be wrong; our choice [D]."""


def free_port(address: str, asked: int | None) -> int:
    """Return the port to serve at: the one that was asked for, else the first free one from 8501 on.

    Raises
    ------
    UsageError
        When the one that was asked for cannot be had, or no port near the usual one is free.
    """
    if asked is None:
        port = _first_free(address, USUAL_PORT)
        if port is None:
            last = USUAL_PORT + TRIED - 1
            raise UsageError(f"Ports {USUAL_PORT} to {last} are all in use. Name a free one with --port.")
        return port
    wrong = _error_of(address, asked)
    if wrong is None:
        return asked
    if wrong.errno in (errno.EACCES, errno.EPERM):
        raise UsageError(f"Port {asked} is not open to ordinary programs here. Choose one from 1024 on.")
    other = _first_free(address, asked + 1) or _first_free(address, USUAL_PORT)
    instead = f"--port {other}" if other else "--port and a number from 1024 to 65535"
    raise UsageError(
        f"Port {asked} is in use, perhaps by a formcheck that still runs (see http://{address}:{asked}). "
        f"Choose another one: {instead}"
    )


def _first_free(address: str, first: int) -> int | None:
    ports = range(first, min(first + TRIED, 65536))
    return next((port for port in ports if _error_of(address, port) is None), None)


def _error_of(address: str, port: int) -> OSError | None:
    """Return why nothing can listen there; None where it can. The port is free again at once."""
    try:
        with socket.socket() as probe:
            if os.name == "posix":  # a port that was just left may be taken; on Windows so might a used one
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
            probe.listen()
    except OSError as error:
        return error
    return None
