"""Names that others give to files, made harmless: each can name a file in a folder of ours."""

MAX_NAME_BYTES = 200
"""File systems take 255 bytes; the rest is left for what is put before or behind a name. Our choice."""
NAMELESS = "recording"


def file_name(said: str) -> str:
    """Return the last part of a name, without what cannot be shown, from its end where it is too long."""
    last = said.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable())
    short = shown.encode()[-MAX_NAME_BYTES:].decode(errors="ignore").strip()
    return short if short.strip(".") else NAMELESS
