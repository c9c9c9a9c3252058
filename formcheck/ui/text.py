"""Text for pages."""

import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~$:-])")
MINUTE_S = 60


def plain(text: str) -> str:
    """Return text that Markdown shows as it is, such as the name of a file."""
    return _MARKDOWN.sub(r"\\\1", text)


def time_left(seconds: float | None) -> str:
    """Return a forecast in words, coarse enough not to jump about."""
    if seconds is None:
        return ""
    if seconds < 5:
        return "a few seconds left"
    if seconds < MINUTE_S:
        return f"about {5 * round(seconds / 5)} seconds left"
    minutes = max(1, round(seconds / MINUTE_S))
    return f"about {minutes} minute{'s' if minutes > 1 else ''} left"
