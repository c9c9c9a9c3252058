"""The store of this server: opened at the first use, shared by pages, routes and the worker."""

from functools import cache

from formcheck.store.settings import Settings
from formcheck.store.store import Store


def kept() -> Store:
    """Return the store that the environment names."""
    return _opened(Settings.from_environment())


@cache
def _opened(settings: Settings) -> Store:
    return Store.open(settings)
