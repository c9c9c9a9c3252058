"""Says what a file is that is no usable video, so that the message can name it."""

from pathlib import Path

from formcheck.errors import UnreadableInputError

VIDEO_SUFFIXES = frozenset(
    {".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv"}
    | {".ts", ".webm", ".wmv"}
)

NEEDED = "Needed is a video of at least 1 second and 12 frames, such as a phone or a browser records."

_SIGNATURES = (
    # (offset, bytes, what a person calls it)
    (0, b"\xff\xd8\xff", "a photo (JPEG)"),
    (0, b"\x89PNG\r\n\x1a\n", "a photo (PNG)"),
    (0, b"BM", "a photo (BMP)"),
    (0, b"II*\x00", "a photo (TIFF)"),
    (0, b"MM\x00*", "a photo (TIFF)"),
    (4, b"ftypheic", "a photo (HEIC)"),
    (4, b"ftypheix", "a photo (HEIC)"),
    (4, b"ftypmif1", "a photo (HEIC)"),
    (4, b"ftypavif", "a photo (AVIF)"),
    (8, b"WEBPVP8", "a photo (WebP)"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"PAR1", "a Parquet file that is no formcheck track"),
)


def list_videos(folder: Path) -> list[Path]:
    """Return the video files directly inside a folder, by name.

    Raises
    ------
    UnreadableInputError
        When there is none.
    """
    videos = sorted(p for p in folder.iterdir() if p.is_file() and p.suffix.lower() in VIDEO_SUFFIXES)
    if not videos:
        raise UnreadableInputError(
            f"{folder}: this folder holds no video. Put videos (.mp4, .mov, .webm, ...) into it, or name one."
        )
    return videos


def require_file(path: Path) -> None:
    """Raise ``UnreadableInputError`` unless ``path`` is a readable file with something in it."""
    if path.is_dir():
        raise UnreadableInputError(f"{path}: this is a folder, not a video file. Name a file inside it.")
    try:
        with path.open("rb") as file:
            first = file.read(1)
    except FileNotFoundError:
        raise UnreadableInputError(f"{path}: there is no such file. Check the name and the folder.") from None
    except OSError as error:
        raise UnreadableInputError(
            f"{path}: the file cannot be opened ({error.strerror}). Check that you may read it."
        ) from None
    if not first:
        raise UnreadableInputError(f"{path}: the file is empty (0 bytes). Copy or record it again. {NEEDED}")


def recognise(path: Path) -> str:
    """Return what a file is in a person's words, or an empty string when that is not obvious."""
    with path.open("rb") as file:
        head = file.read(4096)
    for offset, signature, words in _SIGNATURES:
        if head[offset:].startswith(signature):
            return words
    return "a text file" if _looks_like_text(head) else ""


def _looks_like_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        # the last character may have been cut in two
        text = head[:-3].decode("utf-8") if len(head) == 4096 else head.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)
