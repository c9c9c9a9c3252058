"""Contrast of text on its ground, as WCAG 2.2 defines it (1.4.3, level AA), from what a browser draws."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AA, AA_LARGE = 4.5, 3.0
"""Of text, and of text of 24 pixels or of 18.66 bold ones."""

_PAIRS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def pairs(page: Page) -> list[dict[str, Any]]:
    """Return every text that is shown: ``words``, its ``ratio`` to the ground, whether it is ``large``."""
    found: list[dict[str, Any]] = page.evaluate(_PAIRS)
    return found


def unreadable(page: Page) -> list[str]:
    """Return the texts whose contrast is below AA, light and dark, with the ratio."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_timeout(600)  # colours fade over
        found += [
            f"{scheme}: {each['ratio']:.2f} {each['words']}"
            for each in pairs(page)
            if each["ratio"] < (AA_LARGE if each["large"] else AA)
        ]
    page.emulate_media(color_scheme="light")
    return found
