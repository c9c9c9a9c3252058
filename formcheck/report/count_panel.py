"""The panel with count, phase and gauge: its forms, where it may stand, how it is drawn."""

from dataclasses import dataclass

import cv2

from formcheck.report.frame_state import Gauge, OverlayState
from formcheck.report.layout import Layout
from formcheck.report.tiles import (
    OK,
    SKY,
    SOFT,
    WHITE,
    Rgb,
    blend,
    fitted,
    panel,
    phase_sign,
    text,
    text_width,
)
from formcheck.report.words import degrees
from formcheck.sources.frames import Image

_GAUGE_BED: Rgb = (70, 86, 98)
_PAD, _COUNT, _COLUMN, _GAUGE, _PHASE = 0.028, 0.19, 0.29, 0.1, 0.075
"""Padding, size of the count, width of the column beside or below it, heights of the gauge and the phase."""
_DIGITS = 0.76
"""Height of a digit as a share of its size."""
_SHIFT = 4


@dataclass(frozen=True, slots=True)
class Place:
    """A form and a corner: ``tall`` has the phase below the count; at the left where not ``right``."""

    tall: bool
    right: bool


PLACES = (Place(tall=False, right=False), Place(False, True), Place(True, False), Place(True, True))
"""The usual one first."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a picture, in pixels."""

    x: int
    y: int
    width: int
    height: int


def panel_box(layout: Layout, place: Place, count: int, *, gauge: bool) -> Box:
    """Return where the panel stands."""
    pad, column = layout.of(_PAD), layout.of(_COLUMN)
    beside = max(_count_width(layout, count), column) if place.tall else _count_width(layout, count) + column
    width = beside + (2 if place.tall else 3) * pad
    height = round(layout.of(_COUNT) * _DIGITS) + 2 * pad
    height += layout.of(_PHASE) if place.tall else 0
    height += layout.of(_GAUGE) if gauge else 0
    x = layout.width - layout.margin - width if place.right else layout.margin
    return Box(x, layout.margin, width, height)


def draw_count(image: Image, layout: Layout, state: OverlayState, place: Place) -> None:
    """Draw the panel."""
    box = panel_box(layout, place, state.count, gauge=state.gauge is not None)
    pad, size = layout.of(_PAD), layout.of(_COUNT)
    left, top = box.x + pad, box.y + pad
    blend(image, panel(box.width, box.height, layout.of(0.025)), box.x, box.y)
    count_width, digits_height = _count_width(layout, state.count), round(size * _DIGITS)
    number = text(str(state.count), size, bold=True)
    blend(image, number, left + (count_width - number.width) // 2, top + digits_height - size)
    beside = left + count_width + pad
    total = f"of {state.total}" if state.total else "repetitions"
    small = fitted(total, layout.of(0.036), box.x + box.width - pad - beside)
    blend(image, text(total, small, SOFT), beside, top + layout.of(0.004))
    if place.tall:
        _draw_phase(image, layout, state, left, top + digits_height + layout.of(0.022))
    else:
        _draw_phase(image, layout, state, beside, top + layout.of(0.09))
    if state.gauge:
        at = left, box.y + box.height - pad - layout.of(_GAUGE) + pad
        _draw_gauge(image, layout, state.gauge, at, box.width - 2 * pad)


def _count_width(layout: Layout, count: int) -> int:
    return max(text_width(str(count), layout.of(_COUNT), bold=True), layout.of(0.13))


def _draw_phase(image: Image, layout: Layout, state: OverlayState, x: int, y: int) -> None:
    large, sign = layout.of(0.05), layout.of(0.04)
    blend(image, phase_sign(state.phase, sign), x, y)
    word_x = x + sign + layout.of(0.016)
    size = fitted(state.phase_word, large, x + layout.of(_COLUMN) - word_x, bold=True)
    blend(image, text(state.phase_word, size, bold=True), word_x, y + layout.of(0.036) - size)


def _draw_gauge(image: Image, layout: Layout, gauge: Gauge, at: tuple[int, int], width: int) -> None:
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
