"""Reads exercise files, and says of a wrong one which line and field is wrong and why.

Those that come with formcheck lie beside this module, those of one's own in a folder of the data folder.
"""

import difflib
import hashlib
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from formcheck.data_folder import data_folder
from formcheck.errors import UsageError
from formcheck.exercises.rules import KINDS
from formcheck.exercises.schema import Exercise

LIBRARY = Path(__file__).parent / "library"


@dataclass(frozen=True, slots=True)
class LoadedExercise:
    """An exercise with the hash of the file that it was read from, for the report."""

    exercise: Exercise
    sha256: str


def load_file(path: Path) -> LoadedExercise:
    """Read one exercise file.

    Raises
    ------
    UsageError
        When the file is no valid exercise; the message names line, field and what is wrong, one line
        for each mistake.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read ({error.strerror}). Check the name and the folder."
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: this is no text file. Needed is an exercise as a TOML file.") from None
    try:
        fields = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from None
    try:
        exercise = Exercise.model_validate(fields)
    except ValidationError as error:
        lines = [_explain(path, text, item["loc"], item["msg"]) for item in error.errors()]
        raise UsageError("\n".join(lines)) from None
    return LoadedExercise(exercise, hashlib.sha256(data).hexdigest())


def library() -> dict[str, LoadedExercise]:
    """Return the exercises that may be chosen, by id: those that come with formcheck, then one's own.

    Pages ask for them many times; files are read again only when one of them has changed.
    """
    return {**shipped(), **_read_own(_stamped(own_folder()))}


def shipped() -> dict[str, LoadedExercise]:
    """Return the exercises that come with formcheck, by id."""
    return dict(_read(_stamped(LIBRARY)))


def own_folder() -> Path:
    """Return where exercises of one's own are kept; it need not exist."""
    return data_folder() / "exercises"


def own_exercise(path: Path) -> LoadedExercise:
    """Read a file of one's own for the app, where it stands beside those that come with formcheck.

    Raises
    ------
    UsageError
        When it is no valid exercise, or has the id of one of those.
    """
    loaded = load_file(path)
    if loaded.exercise.id in shipped():
        raise UsageError(f"{path}: formcheck comes with an exercise '{loaded.exercise.id}': change the id.")
    # The plan's four steps are those that come with formcheck.
    return replace(loaded, exercise=loaded.exercise.model_copy(update={"step": None}))


_Stamps = tuple[tuple[Path, int, int], ...]


def _stamped(folder: Path) -> _Stamps:
    """Return a folder's exercise files with their times of change (ns) and sizes (bytes)."""
    stamps = [(path, path.stat()) for path in sorted(folder.glob("*.toml"))]
    return tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in stamps)


@lru_cache(maxsize=1)
def _read(files: _Stamps) -> Mapping[str, LoadedExercise]:
    loaded = [load_file(path) for path, _, _ in files]
    return {item.exercise.id: item for item in loaded}


@lru_cache(maxsize=1)
def _read_own(files: _Stamps) -> Mapping[str, LoadedExercise]:
    """Read files of one's own without those that are wrong: a slip in one must not take the others away."""
    known = {}
    for path, _, _ in files:
        with suppress(UsageError):
            loaded = own_exercise(path)
            known[loaded.exercise.id] = loaded
    return known


def load(id_or_path: str) -> LoadedExercise:
    """Return an exercise by its id, or from a file of one's own.

    Raises
    ------
    UsageError
        When there is none; the nearest ids are offered.
    """
    return load_file(Path(id_or_path)) if id_or_path.endswith(".toml") else of_library(id_or_path)


def of_library(exercise_id: str) -> LoadedExercise:
    """Return an exercise that may be chosen.

    For ids that come from elsewhere, such as a browser: they never name a file of the server.

    Raises
    ------
    UsageError
        When there is none; the nearest ids are offered.
    """
    known = library()
    if exercise_id in known:
        return known[exercise_id]
    near = difflib.get_close_matches(exercise_id, known, n=3, cutoff=0.4) or list(known)
    raise UsageError(f"There is no exercise '{exercise_id}'. Did you mean: {', '.join(near)}?")


def _explain(path: Path, text: str, loc: tuple[int | str, ...], message: str) -> str:
    # Pydantic names the chosen kind of a fault in the location; the file does not.
    in_message = re.match(r"Value error, (faults\.\d+\.\w+): ", message)
    if in_message:
        parts = in_message.group(1).split(".")
        loc = tuple(int(part) if part.isdigit() else part for part in parts)
        message = message.replace(in_message.group(1) + ": ", "")
    steps = [step for i, step in enumerate(loc) if not (i == 2 and step in KINDS)]
    field = ".".join(str(step) for step in steps) or "(whole file)"
    return f"{path}, line {line_of(text, steps)}: {field}: {message.removeprefix('Value error, ')}"


def line_of(text: str, steps: list[int | str]) -> int:
    """Return the line (from 1) of a field in TOML text, or of the nearest table that holds it.

    Knows ``[table]``, ``[[array]]`` and ``key = ``, which is all that exercise files use.
    """
    lines = text.splitlines()
    best, first, end, item = 1, 0, len(lines), 0
    path: list[str] = []
    for i, step in enumerate(steps):
        if isinstance(step, int):
            continue
        path.append(step)
        following = steps[i + 1] if i + 1 < len(steps) else None
        nth = following if isinstance(following, int) else 0
        header = _nth(lines, re.compile(rf"^\s*\[\[?\s*{re.escape('.'.join(path))}\s*\]\]?"), nth, item)
        if header is not None:
            # What belongs to one item of an array of tables follows its header.
            item = header if isinstance(following, int) else item
            best, first = header + 1, header + 1
            end = _nth(lines, re.compile(r"^\s*\["), 0, first) or len(lines)
            continue
        key = _nth(lines[:end], re.compile(rf"^\s*\"?{re.escape(step)}\"?\s*="), 0, first)
        if key is not None:
            best = key + 1
    return best


def _nth(lines: list[str], pattern: re.Pattern[str], n: int, first: int) -> int | None:
    hits = [i for i in range(first, len(lines)) if pattern.match(lines[i])]
    return hits[n] if n < len(hits) else None
