"""Which servers help browser and server to find each other: none, unless somebody configured their own."""

import json
import os
from collections.abc import Mapping
from typing import Any

from formcheck.errors import UsageError

VARIABLE = "FORMCHECK_ICE_SERVERS"
_KNOWN = {"urls", "username", "credential"}
_WRONG = (
    f"{VARIABLE} is wrong. Needed is JSON such as "
    '[{"urls": "turn:turn.example.org:3478", "username": "clinic", "credential": "..."}].'
)


def ice_servers(environment: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Return the configured STUN and TURN servers.

    An empty list is handed on as such: left out, both the browser's and the server's library would ask public
    servers on the internet.

    Raises
    ------
    UsageError
        When the variable makes no sense.
    """
    given = (os.environ if environment is None else environment).get(VARIABLE, "").strip()
    if not given:
        return []
    try:
        servers = json.loads(given)
    except ValueError as error:
        raise UsageError(_WRONG) from error
    if not isinstance(servers, list) or not all(_server(each) for each in servers):
        raise UsageError(_WRONG)
    return servers


def _server(entry: object) -> bool:
    if not isinstance(entry, dict) or not set(entry) <= _KNOWN or "urls" not in entry:
        return False
    urls = entry["urls"] if isinstance(entry["urls"], list) else [entry["urls"]]
    return all(isinstance(url, str) and url.startswith(("stun:", "turn:", "turns:")) for url in urls)
