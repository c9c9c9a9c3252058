"""Who asks: read from the session's cookie, by routes and by pages alike, and by nothing else."""

import ipaddress
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

import streamlit as st
from anyio import to_thread
from starlette.requests import HTTPConnection

from formcheck.errors import FormcheckError
from formcheck.store.access import NOBODY, Actor, Role
from formcheck.store.settings import Settings
from formcheck.ui.kept import kept

COOKIE = "formcheck_session"
LOOPBACK = ("127.0.0.1", "::1", "localhost", "testclient")

P = ParamSpec("P")
T = TypeVar("T")


def page_actor() -> Actor:
    """Return who looks at a page. At home that is the one person there is, at this computer only."""
    store = kept()
    if store.settings.mode == "home":
        address = st.context.ip_address  # none for the computer itself, and outside of a browser
        elsewhere = isinstance(address, str) and address not in LOOPBACK
        return NOBODY if elsewhere else store.people.at_home()
    token = st.context.cookies.get(COOKIE)
    return store.sessions.actor(token if isinstance(token, str) else None)


def page_role() -> Role:
    """Return what the person who looks may be shown in the navigation; nobody when the store is away."""
    try:
        return page_actor().role
    except FormcheckError:
        return "nobody"  # each page says it kindly by itself


def must_log_in() -> bool:
    """Return whether nobody looks at a page of a clinic: with a login service the gate leaves this to us."""
    return Settings.from_environment().mode == "clinic" and page_role() == "nobody"


async def request_actor(connection: HTTPConnection) -> Actor:
    """Return who asks for something by HTTP."""
    store = kept()
    if store.settings.mode == "home":
        host = connection.client.host if connection.client else ""
        named = host in LOOPBACK and not _is_foreign_name(connection.headers.get("host", ""))
        return await in_thread(store.people.at_home) if named else NOBODY
    return await in_thread(store.sessions.actor, connection.cookies.get(COOKIE))


def from_our_pages(connection: HTTPConnection) -> bool:
    """Return whether a request that changes something comes from a page of ours, not from a foreign one."""
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = connection.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == connection.headers.get("host")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do something slow without holding the other requests up."""
    return await to_thread.run_sync(lambda: work(*args, **kwargs))


def _is_foreign_name(host: str) -> bool:
    """Return whether a Host header is a name: a foreign site may have let its name point to this computer."""
    name = urlsplit(f"//{host}").hostname or ""
    if name in ("localhost", "testserver"):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return True
    return False
