"""The server: Streamlit's pages, and beside them the routes that pages cannot be.

Routes of our own serve what is kept, take recordings in as a stream, and log people in with a cookie that
no script can read. The worker that analyses uploads lives and ends with the server.
"""

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from formcheck.errors import FormcheckError
from formcheck.ui import entry_file
from formcheck.ui.accounts.gate import Gate
from formcheck.ui.accounts.routes import routes as account_routes
from formcheck.ui.clinic.routes import routes as clinic_routes
from formcheck.ui.kept import kept
from formcheck.ui.live.door import Door, invitations
from formcheck.ui.live.routes import routes as live_routes
from formcheck.ui.uploads.media import routes as media_routes
from formcheck.ui.uploads.routes import routes as upload_routes
from formcheck.ui.uploads.worker import Worker
from formcheck.ui.watch.routes import routes as watch_routes
from formcheck.ui.welcome import say_welcome


def application() -> st.App:
    """Return the pages with our own routes beside them."""
    return st.App(
        entry_file(),
        routes=[
            *account_routes(),
            *media_routes(),
            *upload_routes(),
            *live_routes(),
            *clinic_routes(),
            *watch_routes(),
        ],
        middleware=[*_door(), Middleware(Gate)],
        lifespan=_lifespan,
    )


def _door() -> list[Middleware]:
    """Return the door of a server that the home network can reach; none at this computer alone."""
    return [Middleware(Door, invited=invitations())] if invitations().needed else []


def _forget_key() -> None:
    """Remove the certificate made for this start, and its key: both are in memory by now."""
    if invitations().needed:
        shutil.rmtree(Path(st.get_option("server.sslKeyFile")).parent, ignore_errors=True)


def main() -> None:
    """Serve until told to end; each argument is one ``option=value`` of Streamlit's configuration."""
    options = dict(argument.split("=", 1) for argument in sys.argv[1:])
    sys.argv = ["-c"]  # so that Streamlit finds its configuration beside the pages, not beside this module
    try:
        kept()
    except FormcheckError as error:
        sys.exit(str(error))  # before anything is served: who starts it reads why
    application().run(config={name: _value(text) for name, text in options.items()})


@asynccontextmanager
async def _lifespan(_app: object) -> AsyncIterator[None]:
    _forget_key()
    say_welcome()  # the port is ours by now
    worker = Worker(kept())
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def _value(text: str) -> str | int | bool:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isdigit() else text


if __name__ == "__main__":
    main()
