"""Log entries as JSON and back. Each carries the schema version, so that it may be stored by itself."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from formcheck.errors import UnreadableInputError
from formcheck.plan.entries import Entry, in_order

SCHEMA_VERSION = 1

_ADAPTER: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="kind")])


def entry_json(entry: Entry) -> dict[str, Any]:
    """Return an entry as plain data for JSON."""
    return {"schema_version": SCHEMA_VERSION, **_ADAPTER.dump_python(entry, mode="json")}


def entry_from_json(data: Mapping[str, Any]) -> Entry:
    """Return the entry that `entry_json` wrote.

    Raises
    ------
    UnreadableInputError
        When it is of another schema version, or no entry.
    """
    version = data.get("schema_version") if isinstance(data, Mapping) else None
    if version != SCHEMA_VERSION:
        raise UnreadableInputError(
            f"This is no log entry of schema {SCHEMA_VERSION} (its schema_version is {version!r})."
        )
    try:
        return _ADAPTER.validate_python({k: v for k, v in data.items() if k != "schema_version"})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise UnreadableInputError(f"The log entry is damaged at {where}: {first['msg']}.") from error


def log_text(entries: Iterable[Entry]) -> str:
    """Return a whole log as text, one entry a line, in order of time."""
    return "".join(json.dumps(entry_json(entry), ensure_ascii=False) + "\n" for entry in in_order(entries))


def log_from_text(text: str) -> tuple[Entry, ...]:
    """Return the log that `log_text` wrote.

    Raises
    ------
    UnreadableInputError
        Names the first line that is no entry.
    """
    entries = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            entries.append(entry_from_json(json.loads(line)))
        except json.JSONDecodeError as error:
            raise UnreadableInputError(f"Line {number} of the log is not JSON: {error.msg}.") from error
        except UnreadableInputError as error:
            raise UnreadableInputError(f"Line {number} of the log: {error}") from error
    return in_order(entries)
