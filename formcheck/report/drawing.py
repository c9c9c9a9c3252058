"""Drawing a frame's state over its picture; what is shown was decided in `frame_state`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from formcheck.body.pose import Pose
from formcheck.coach.set_report import Severity
from formcheck.report.count_panel import PLACES, Place, draw_count, panel_box
from formcheck.report.frame_state import OverlayState
from formcheck.report.layout import Layout
from formcheck.report.skeleton import draw_body
from formcheck.report.tiles import (
    SOFT,
    WHITE,
    blend,
    large_lines,
    mark,
    panel,
    text,
    text_width,
    wrapped,
)
from formcheck.report.words import SHORT_VERDICT_WORD, Shown, clock
from formcheck.sources.frames import Image


def scaled_pose(pose: Pose, factor_x: float, factor_y: float) -> Pose:
    """Return a pose in the pixels of a picture that is ``factor`` times as large as the original."""
    factors = (factor_x, factor_y)
    return replace(pose, landmarks_px=pose.landmarks_px * factors, edges_px=pose.edges_px * factors)


def draw(image: Image, pose: Pose | None, state: OverlayState, place: Place = PLACES[0]) -> Image:
    """Draw over a picture, in place, and return it.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w, 3)
        Upright RGB picture, contiguous and writable.
    pose : Pose or None
        The body in pixels of this picture (`scaled_pose`); None where nobody was found.
    state : OverlayState
        What is to be shown.
    place : Place
        Where the panel with the count stands.
    """
    layout = Layout(image.shape[1], image.shape[0])
    if pose is not None and pose.found:
        draw_body(image, pose, state.back, state.near_side, state.facing)
    draw_count(image, layout, state, place)
    _draw_last_verdict(image, layout, state, place)
    _draw_cue(image, layout, state, _draw_foot(image, layout, state))
    return image


@dataclass(frozen=True, slots=True)
class _Sign:
    """A mark with words beside it; all lengths in pixels of the picture, ``size`` that of the letters."""

    kind: Shown | Severity
    lines: Sequence[str]
    size: int
    mark_size: int
    pad: int
    radius: int

    @property
    def step(self) -> int:
        return round(self.size * 1.25)

    @property
    def width(self) -> int:
        words = max(text_width(line, self.size, bold=True) for line in self.lines)
        return self.mark_size + 3 * self.pad + words

    @property
    def height(self) -> int:
        return 2 * self.pad + max(self.mark_size, self.step * len(self.lines))

    def draw(self, image: Image, x: int, y: int) -> None:
        """Draw it with its upper left corner at a place."""
        blend(image, panel(self.width, self.height, self.radius), x, y)
        blend(image, mark(self.kind, self.mark_size), x + self.pad, y + (self.height - self.mark_size) // 2)
        first = y + (self.height - self.step * (len(self.lines) - 1)) // 2 + round(self.size * 0.37)
        for i, line in enumerate(self.lines):
            words = text(line, self.size, bold=True)
            blend(image, words, x + self.mark_size + 2 * self.pad, first + i * self.step - self.size)


def _draw_last_verdict(image: Image, layout: Layout, state: OverlayState, place: Place) -> None:
    """Draw the last repetition's verdict below the panel with the count, as wide as that at most."""
    if state.last_verdict is None:
        return
    above = panel_box(layout, place, state.count, gauge=state.gauge is not None)
    size, mark_size, pad = layout.of(0.042), layout.of(0.055), layout.of(0.018)
    words = f"{state.count}: {SHORT_VERDICT_WORD[state.last_verdict]}"
    lines = wrapped(words, size, above.width - mark_size - 3 * pad, 3, bold=True)
    sign = _Sign(state.last_verdict, lines, size, mark_size, pad, layout.of(0.02))
    x = above.x + above.width - sign.width if place.right else above.x
    sign.draw(image, x, above.y + above.height + layout.of(0.015))


def _draw_foot(image: Image, layout: Layout, state: OverlayState) -> tuple[int, int]:
    """Draw the time and, where something is withheld, the strip that says so.

    Returns the height at which they begin, and how far to the right the lowest line is free.
    """
    small, pad = layout.of(0.028), layout.of(0.014)
    stamp = clock(state.t_s)
    stamp_width = text_width("00:00.0", small) + 2 * pad
    stamp_height = round(small * 1.1) + 2 * pad
    x = layout.width - layout.margin - stamp_width
    y = layout.height - layout.margin - stamp_height
    blend(image, panel(stamp_width, stamp_height, layout.of(0.012)), x, y)
    blend(image, text(stamp, small, SOFT), x + stamp_width - pad - text_width(stamp, small), y + pad)
    if not state.withheld:
        return y, x
    return min(y, _draw_withheld(image, layout, state, x - layout.of(0.015) - layout.margin)), 0


def _draw_withheld(image: Image, layout: Layout, state: OverlayState, room: int) -> int:
    """Draw ``cannot judge: <what>`` and why, at the lower left, at most ``room`` pixels wide."""
    size, sign, pad = layout.of(0.03), layout.of(0.046), layout.of(0.016)
    indent = sign + 2 * pad
    room = min(room, layout.of(1.15))
    lines = wrapped(f"Cannot judge: {state.withheld}. {state.withheld_why}", size, room - indent - pad, 3)
    step = round(size * 1.32)
    width = indent + pad + max(text_width(line, size) for line in lines)
    height = 2 * pad + max(sign, step * len(lines))
    x, y = layout.margin, layout.height - layout.margin - height
    blend(image, panel(width, height, layout.of(0.015)), x, y)
    blend(image, mark("cannot_judge", sign), x + pad, y + (height - sign) // 2)
    first = y + (height - step * len(lines)) // 2
    for i, line in enumerate(lines):
        blend(image, text(line, size, WHITE), x + indent, first + i * step)
    return y


def _draw_cue(image: Image, layout: Layout, state: OverlayState, foot: tuple[int, int]) -> None:
    """Draw the cue above the foot, or beside it where that leaves room: feet should stay in sight."""
    if state.cue is None:
        return
    foot_top, free_until = foot
    mark_size, pad = layout.of(0.08), layout.of(0.024)
    room = layout.width - 2 * layout.margin - mark_size - 3 * pad
    size, lines = large_lines(state.cue.text, layout.of(0.06), room)
    sign = _Sign(state.cue.severity, lines, size, mark_size, pad, layout.of(0.025))
    x, y = (layout.width - sign.width) // 2, foot_top - layout.of(0.02) - sign.height
    if x + sign.width <= free_until:
        y = layout.height - layout.margin - sign.height
    sign.draw(image, x, y)
