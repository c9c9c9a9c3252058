"""Writing SVG: shapes, text, hatching; strings in, one string out."""

from dataclasses import dataclass, field
from html import escape

from formcheck.report.fonts import FAMILY
from formcheck.report.tiles import text_width

FONTS = f"'{FAMILY}', Verdana, system-ui, sans-serif"
HATCHES = {
    # which way the lines run and how far apart they are: the same meaning without colour
    "cannot_judge": (45, 5),
    "red": (135, 4),
    "amber": (90, 5),
    "info": (0, 5),
    "target": (45, 9),
}

Point = tuple[float, float]


def number(value: float) -> str:
    """Return a coordinate with at most two decimals and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


@dataclass(slots=True)
class Drawing:
    """An SVG picture in the making.

    Parameters
    ----------
    width, height : float
        Size in user units, which are CSS pixels at full size.
    name : str
        Prefix of the ids in it, unique within a page.
    title, description : str
        What a screen reader says.
    """

    width: float
    height: float
    name: str
    title: str
    description: str = ""
    _parts: list[str] = field(default_factory=list)
    _patterns: dict[str, str] = field(default_factory=dict)

    def add(self, tag: str, content: str = "", **attributes: str | float | None) -> None:
        """Add an element; underscores in attribute names become hyphens, None is left out."""
        self._parts.append(_element(tag, content, attributes))

    def rect(self, x: float, y: float, width: float, height: float, **style: str | float | None) -> None:
        """Add a rectangle."""
        self.add("rect", "", x=x, y=y, width=max(0.0, width), height=max(0.0, height), **style)

    def line(self, a: Point, b: Point, **style: str | float | None) -> None:
        """Add a line."""
        self.add("line", "", x1=a[0], y1=a[1], x2=b[0], y2=b[1], **style)

    def curve(self, points: list[Point], **style: str | float | None) -> None:
        """Add an open line through points; nothing for fewer than two."""
        if len(points) < 2:
            return
        path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
        style = {"stroke_linejoin": "round", "stroke_linecap": "round", **style}
        self.add("path", "", d=path, fill="none", **style)

    def area(self, points: list[Point], **style: str | float | None) -> None:
        """Add a filled polygon."""
        if len(points) < 3:
            return
        path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + "Z"
        self.add("path", "", d=path, **style)

    def text(
        self,
        at: Point,
        content: str,
        size: float,
        fill: str,
        *,
        anchor: str = "start",
        bold: bool = False,
        halo: str | None = None,
    ) -> None:
        """Add a line of text with its baseline at a point; a halo keeps it legible on lines."""
        self.add(
            "text",
            escape(content),
            x=at[0],
            y=at[1],
            font_size=size,
            fill=fill,
            text_anchor=anchor,
            font_weight="bold" if bold else None,
            stroke=halo,
            stroke_width=3 if halo else None,
            stroke_linejoin="round" if halo else None,
            paint_order="stroke" if halo else None,
        )

    def hatch(self, kind: str, colour: str) -> str:
        """Return a fill that hatches in a colour."""
        angle, step = HATCHES[kind]
        pattern = f"{self.name}-{kind}"
        self._patterns[pattern] = _element(
            "pattern",
            _element("path", "", {"d": f"M0 0V{step}", "stroke": colour, "stroke-width": 2}),
            {
                "id": pattern,
                "width": step,
                "height": step,
                "patternUnits": "userSpaceOnUse",
                "patternTransform": f"rotate({angle})",
            },
        )
        return f"url(#{pattern})"

    def svg(self) -> str:
        """Return the picture."""
        heading = _element("title", escape(self.title), {"id": f"{self.name}-title"})
        if self.description:
            heading += _element("desc", escape(self.description), {"id": f"{self.name}-desc"})
        patterns = "".join(self._patterns.values())
        definitions = _element("defs", patterns, {}) if patterns else ""
        labelled = f"{self.name}-title" + (f" {self.name}-desc" if self.description else "")
        return _element(
            "svg",
            heading + definitions + "".join(self._parts),
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {number(self.width)} {number(self.height)}",
                "width": self.width,
                "height": self.height,
                "role": "img",
                "aria-labelledby": labelled,
                "font-family": FONTS,
            },
        )


def _element(tag: str, content: str, attributes: dict[str, str | float | None]) -> str:
    written = []
    for name, value in attributes.items():
        if value is not None:
            shown = escape(value) if isinstance(value, str) else number(value)
            written.append(f' {name.replace("_", "-")}="{shown}"')
    return f"<{tag}{''.join(written)}>{content}</{tag}>" if content else f"<{tag}{''.join(written)}/>"


def wrapped_lines(content: str, size: float, width: float) -> list[str]:
    """Return a text in lines that fit, none of them cut."""
    lines: list[str] = []
    for word in content.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, round(size)) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
