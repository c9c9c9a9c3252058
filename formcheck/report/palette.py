"""Colours. Chosen to stay apart for colour-blind eyes, and never the only carrier of a meaning.

The verdicts use the hues of Okabe and Ito (teal, orange, vermilion), darkened on paper until text in them
has a contrast of at least 4.5 to 1.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one look, as CSS colours."""

    paper: str
    panel: str
    ink: str
    muted: str
    grid: str
    signal: str
    ok: str
    borderline: str
    fault: str
    not_judged: str

    def verdict(self, verdict: str) -> str:
        """Return the colour of a verdict or of a fault's severity."""
        by_name = {
            "ok": self.ok,
            "borderline": self.borderline,
            "amber": self.borderline,
            "fault": self.fault,
            "red": self.fault,
            "info": self.signal,
        }
        return by_name.get(verdict, self.not_judged)


LIGHT = Palette(
    paper="#ffffff",
    panel="#f3f6f8",
    ink="#14212b",
    muted="#55636e",
    grid="#d7dfe5",
    signal="#0b6aa2",
    ok="#00725a",
    borderline="#9a5b00",
    fault="#b53f05",
    not_judged="#66727c",
)
DARK = Palette(
    paper="#10181f",
    panel="#1a252e",
    ink="#eef3f6",
    muted="#a3b1bc",
    grid="#33424e",
    signal="#6cbcf0",
    ok="#3ccfa6",
    borderline="#f2b33d",
    fault="#ff8a54",
    not_judged="#9fadb8",
)
CSS = Palette(**{field.name: f"var(--{field.name.replace('_', '-')})" for field in fields(Palette)})
"""Refers to CSS variables, so that one drawing follows the reader's light or dark setting."""


def css_variables(palette: Palette) -> str:
    """Return the declarations that `CSS` refers to."""
    return "".join(
        f"--{field.name.replace('_', '-')}:{getattr(palette, field.name)};" for field in fields(Palette)
    )
