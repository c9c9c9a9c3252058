"""Download one file over HTTP: short timeouts, the environment's proxies, the system's certificates."""

import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import BinaryIO, Final

Progress = Callable[[str, int, int], None]
"""Called with what is being fetched, the bytes had so far, and the bytes in all."""

_CONNECT_TIMEOUT_S: Final = 5.0  # a firewall that drops packets must not keep anyone waiting
_READ_TIMEOUT_S: Final = 30.0  # a poor line may pause for longer than it takes to connect
_CHUNK_BYTES: Final = 1 << 16


class FetchError(Exception):
    """One way to a model failed; the message says why in a few words. Never leaves the library."""


class _Connection(http.client.HTTPConnection):
    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(_READ_TIMEOUT_S)


class _TlsConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock.settimeout(_READ_TIMEOUT_S)


class _Handler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, req)


class _TlsHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_TlsConnection, req)


def download(address: str, target: BinaryIO, size_bytes: int, label: str, progress: Progress) -> None:
    """Copy what is at ``address`` into ``target``, at most one chunk more than ``size_bytes``.

    Parameters
    ----------
    address
        An http or https address.
    target
        Where the bytes go; the caller checks them.
    size_bytes
        How many there should be.
    label
        What to call the file in ``progress``.
    progress
        Called after each chunk.

    Raises
    ------
    FetchError
        Nothing came, or not the right number of bytes.
    """
    opener = urllib.request.build_opener(_Handler, _TlsHandler)  # adds the proxies of the environment
    done_bytes = 0
    progress(label, 0, size_bytes)
    try:
        with opener.open(address, timeout=_CONNECT_TIMEOUT_S) as response:
            while done_bytes <= size_bytes and (chunk := response.read(_CHUNK_BYTES)):
                target.write(chunk)
                done_bytes += len(chunk)
                progress(label, min(done_bytes, size_bytes), size_bytes)
    except (
        urllib.error.URLError,
        http.client.HTTPException,
        TimeoutError,
        ConnectionError,
        ssl.SSLError,
    ) as error:
        raise FetchError(_reason(error)) from error
    if done_bytes < size_bytes:
        raise FetchError(f"it broke off after {done_bytes:,} of {size_bytes:,} bytes")
    if done_bytes > size_bytes:
        raise FetchError(f"it is larger than the {size_bytes:,} bytes that it should have")


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code} {error.reason}"
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(cause) or type(cause).__name__
