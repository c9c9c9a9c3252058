"""The files that a set may have, and from which level of sharing on each is seen by a clinician."""

from dataclasses import dataclass
from typing import Literal

from formcheck.store.access import Level

Kind = Literal["track", "signals", "pdf", "page", "replay", "blurred", "overlay", "video"]


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file. ``derived``: it can be drawn again, and goes when less is shared."""

    level: Level
    content_type: str
    derived: bool = False


KINDS: dict[str, FileKind] = {
    "signals": FileKind(Level.NUMBERS, "application/vnd.apache.parquet"),
    "pdf": FileKind(Level.NUMBERS, "application/pdf"),
    "page": FileKind(Level.NUMBERS, "text/html; charset=utf-8"),
    "track": FileKind(Level.REPLAY, "application/vnd.apache.parquet"),
    "replay": FileKind(Level.REPLAY, "video/mp4", derived=True),
    "blurred": FileKind(Level.BLURRED, "video/mp4", derived=True),
    "overlay": FileKind(Level.VIDEO, "video/mp4", derived=True),
    "video": FileKind(Level.VIDEO, "application/octet-stream"),
}
FILMS: tuple[Kind, ...] = ("overlay", "blurred", "replay")
"""What is watched, the most telling first."""
