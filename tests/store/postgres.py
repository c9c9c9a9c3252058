"""A throw-away PostgreSQL on the loopback, from Debian's package; skips loudly where it cannot be had."""

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

USER = "postgres"


@dataclass(frozen=True)
class Server:
    """Where it listens."""

    port: int

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give the address of an empty database, gone afterwards."""
        name = f"formcheck_{uuid.uuid4().hex}"
        with self._connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"
        finally:
            with self._connect() as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            f"host=127.0.0.1 port={self.port} user={USER} dbname=postgres", autocommit=True
        )


def running() -> Iterator[Server]:
    """Start a server in a temporary folder, and end it."""
    folder = tempfile.mkdtemp(prefix="formcheck-postgres-")
    try:
        initdb = program("initdb")
        as_user = _as_user(folder)
        data = f"{folder}/data"
        _run([*as_user, initdb, "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C"])
        port = _free_port()
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
        control = [*as_user, program("pg_ctl"), "-D", data, "-w"]
        _run([*control, "-o", options, "-l", f"{folder}/log", "start"])
        try:
            yield Server(port)
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def program(name: str) -> str:
    """Return the newest installed program of that name, or skip."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    if found:
        return str(found[-1])
    elsewhere = shutil.which(name)
    if elsewhere is None:
        pytest.skip(f"needs PostgreSQL ({name}): run tests/system/prepare.py as root")
    return elsewhere


def _as_user(folder: str) -> list[str]:
    """Return what to put before a command: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, USER)
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]


def _run(command: list[str]) -> None:
    result = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", timeout=60)
    if result.returncode:
        pytest.skip(f"PostgreSQL does not run here: {result.stderr.strip()[-300:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
