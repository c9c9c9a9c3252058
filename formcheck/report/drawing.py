"""Drawing a frame's state over its picture; what is shown was decided in `frame_state`."""

from dataclasses import dataclass, replace

import cv2

from formcheck.body.pose import Pose
from formcheck.report.frame_state import Gauge, OverlayState
from formcheck.report.skeleton import draw_body
from formcheck.report.tiles import (
    OK,
    SKY,
    SOFT,
    WHITE,
    Rgb,
    blend,
    fitted,
    large_lines,
    mark,
    panel,
    phase_sign,
    text,
    text_width,
    wrapped,
)
from formcheck.report.words import VERDICT_WORD, clock, degrees
from formcheck.sources.frames import Image

_GAUGE_BED: Rgb = (70, 86, 98)
_COLUMN = 0.29
"""Width of the column beside the count, as a share of the picture's shorter side."""
_SHIFT = 4


@dataclass(frozen=True, slots=True)
class _Layout:
    """Sizes in pixels that follow from the picture's size; ``base`` is its shorter side."""

    width: int
    height: int

    @property
    def base(self) -> int:
        return min(self.width, self.height)

    def of(self, share: float) -> int:
        """Return a share of the shorter side, at least one pixel."""
        return max(1, round(share * self.base))

    @property
    def margin(self) -> int:
        return self.of(0.03)


def scaled_pose(pose: Pose, factor_x: float, factor_y: float) -> Pose:
    """Return a pose in the pixels of a picture that is ``factor`` times as large as the original."""
    factors = (factor_x, factor_y)
    return replace(pose, landmarks_px=pose.landmarks_px * factors, edges_px=pose.edges_px * factors)


def draw(image: Image, pose: Pose | None, state: OverlayState) -> Image:
    """Draw over a picture, in place, and return it.

    Parameters
    ----------
    image : ndarray of uint8, shape (h, w, 3)
        Upright RGB picture, contiguous and writable.
    pose : Pose or None
        The body in pixels of this picture (`scaled_pose`); None where nobody was found.
    state : OverlayState
        What is to be shown.
    """
    layout = _Layout(image.shape[1], image.shape[0])
    if pose is not None and pose.found:
        draw_body(image, pose, state.back, state.near_side, state.facing)
    bottom = _draw_count(image, layout, state)
    _draw_last_verdict(image, layout, state, bottom)
    _draw_cue(image, layout, state, _draw_foot(image, layout, state))
    return image


def _draw_count(image: Image, layout: _Layout, state: OverlayState) -> int:
    """Draw the panel with count, phase and gauge; return where it ends."""
    x, y, pad = layout.margin, layout.margin, layout.of(0.028)
    size = layout.of(0.19)
    count_width = max(text_width(str(state.count), size, bold=True), layout.of(0.13))
    width = count_width + 3 * pad + layout.of(_COLUMN)
    digits_height = round(size * 0.76)
    height = digits_height + 2 * pad + (layout.of(0.1) if state.gauge else 0)
    blend(image, panel(width, height, layout.of(0.025)), x, y)
    number = text(str(state.count), size, bold=True)
    left = x + pad + (count_width - number.width) // 2
    blend(image, number, left, y + pad + digits_height - size)
    column = x + count_width + 2 * pad
    _draw_phase(image, layout, state, column, y + pad)
    if state.gauge:
        _draw_gauge(image, layout, state.gauge, (x + pad, y + digits_height + 2 * pad), width - 2 * pad)
    return y + height


def _draw_phase(image: Image, layout: _Layout, state: OverlayState, x: int, y: int) -> None:
    small, large, sign = layout.of(0.036), layout.of(0.05), layout.of(0.04)
    total = "repetitions" if state.total is None else f"of {state.total}"
    blend(image, text(total, small, SOFT), x, y + layout.of(0.004))
    blend(image, phase_sign(state.phase, sign), x, y + layout.of(0.09))
    word_x = x + sign + layout.of(0.016)
    room = x + layout.of(_COLUMN) - word_x
    size = fitted(state.phase_word, large, room, bold=True)
    blend(image, text(state.phase_word, size, bold=True), word_x, y + layout.of(0.126) - size)


def _draw_gauge(image: Image, layout: _Layout, gauge: Gauge, at: tuple[int, int], width: int) -> None:
    """Draw the scale: its bed, posts around what is asked for, what is reached, number and name."""
    x, y = at
    size = layout.of(0.038)
    number = degrees(gauge.value_deg)
    room = text_width(degrees(-188), size, bold=True)
    length, thick = width - room, layout.of(0.018)
    middle = y + round(size * 0.55)
    blend(
        image,
        text(number, size, WHITE, bold=True),
        x + width - text_width(number, size, bold=True),
        y - size // 8,
    )
    blend(image, text(gauge.label, layout.of(0.03), SOFT), x, y + layout.of(0.046))
    ends = (x + thick // 2, x + length - thick)

    def at_share(share: float) -> tuple[int, int]:
        return round((ends[0] + share * (ends[1] - ends[0])) * (1 << _SHIFT)), middle << _SHIFT

    cv2.line(image, at_share(0), at_share(1), _GAUGE_BED, thick, cv2.LINE_AA, _SHIFT)
    if gauge.target:
        low, high = gauge.target
        cv2.line(image, at_share(low), at_share(high), OK, max(2, thick // 4), cv2.LINE_AA, _SHIFT)
        for bound in (low, high):  # the band's ends stand out of the scale like goal posts
            if bound >= 1.0:
                continue  # open upwards: more is fine
            post = at_share(bound)
            up, down = (post[0], post[1] - (thick << _SHIFT)), (post[0], post[1] + (thick << _SHIFT))
            cv2.line(image, up, down, OK, max(2, thick // 4), cv2.LINE_AA, _SHIFT)
    if gauge.share is not None:
        cv2.line(image, at_share(0), at_share(gauge.share), SKY, max(2, thick // 2), cv2.LINE_AA, _SHIFT)
        for radius, colour in ((0.8, WHITE), (0.5, SKY)):
            dot = round(radius * thick * (1 << _SHIFT))
            cv2.circle(image, at_share(gauge.share), dot, colour, cv2.FILLED, cv2.LINE_AA, _SHIFT)


def _draw_last_verdict(image: Image, layout: _Layout, state: OverlayState, top: int) -> None:
    if state.last_verdict is None:
        return
    size, sign, pad = layout.of(0.042), layout.of(0.055), layout.of(0.018)
    words = f"{state.count}: {VERDICT_WORD[state.last_verdict]}"
    x, y = layout.margin, top + layout.of(0.015)
    width = sign + 3 * pad + text_width(words, size, bold=True)
    blend(image, panel(width, sign + 2 * pad, layout.of(0.02)), x, y)
    blend(image, mark(state.last_verdict, sign), x + pad, y + pad)
    line = text(words, size, bold=True)
    blend(image, line, x + sign + 2 * pad, y + pad + round(sign / 2 + size * 0.37) - size)


def _draw_foot(image: Image, layout: _Layout, state: OverlayState) -> tuple[int, int]:
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


def _draw_withheld(image: Image, layout: _Layout, state: OverlayState, room: int) -> int:
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


def _draw_cue(image: Image, layout: _Layout, state: OverlayState, foot: tuple[int, int]) -> None:
    """Draw the cue above the foot, or beside it where that leaves room: feet should stay in sight."""
    if state.cue is None:
        return
    foot_top, free_until = foot
    sign, pad = layout.of(0.08), layout.of(0.024)
    room = layout.width - 2 * layout.margin - sign - 3 * pad
    size, lines = large_lines(state.cue.text, layout.of(0.06), room)
    step = round(size * 1.25)
    width = sign + 3 * pad + max(text_width(line, size, bold=True) for line in lines)
    height = 2 * pad + max(sign, step * len(lines))
    x, y = (layout.width - width) // 2, foot_top - layout.of(0.02) - height
    if x + width <= free_until:
        y = layout.height - layout.margin - height
    blend(image, panel(width, height, layout.of(0.025)), x, y)
    blend(image, mark(state.cue.severity, sign), x + pad, y + (height - sign) // 2)
    baseline = y + (height - step * (len(lines) - 1)) // 2 + round(size * 0.37)
    for i, line in enumerate(lines):
        blend(image, text(line, size, bold=True), x + sign + 2 * pad, baseline + i * step - size)
