"""Axes of a chart: places of values, round tick values, a curve that breaks where nothing is known."""

import math
from dataclasses import dataclass

import numpy as np

from formcheck.body.pose import Floats
from formcheck.report.palette import Palette
from formcheck.report.svg import Drawing, Point
from formcheck.report.words import DEGREE, MINUS

TICK_SIZE = 11.0
LABEL_SIZE = 12.0


@dataclass(frozen=True, slots=True)
class Plot:
    """A rectangle of a drawing with a scale in x and in y."""

    left: float
    top: float
    right: float
    bottom: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def x(self, value: float) -> float:
        """Return the place of an x value, kept within the rectangle."""
        low, high = self.x_range
        place = self.left + (value - low) / (high - low) * (self.right - self.left)
        return min(max(place, self.left), self.right)

    def y(self, value: float) -> float:
        """Return the place of a y value, kept within the rectangle."""
        low, high = self.y_range
        place = self.bottom - (value - low) / (high - low) * (self.bottom - self.top)
        return min(max(place, self.top), self.bottom)

    def frame(
        self,
        drawing: Drawing,
        palette: Palette,
        *,
        x_unit: str = " s",
        y_unit: str = DEGREE,
        max_ticks: int = 8,
    ) -> None:
        """Draw grid lines with their values: degrees upwards and seconds along, unless said otherwise."""
        self.grid(drawing, palette, y_unit)
        values = ticks(*self.x_range, max_ticks)
        for value in values:
            x = self.x(value)
            drawing.line((x, self.bottom), (x, self.bottom + 4), stroke=palette.muted, stroke_width=1)
            unit = x_unit if value == values[-1] else ""
            drawing.text((x, self.bottom + 16), f"{value:g}{unit}", TICK_SIZE, palette.muted, anchor="middle")

    def grid(self, drawing: Drawing, palette: Palette, y_unit: str = DEGREE) -> None:
        """Draw the level grid lines with their values."""
        for value in ticks(*self.y_range, 5):
            y = self.y(value)
            drawing.line((self.left, y), (self.right, y), stroke=palette.grid, stroke_width=1)
            label = f"{value:g}{y_unit}".replace("-", MINUS)
            drawing.text((self.left - 5, y + 4), label, TICK_SIZE, palette.muted, anchor="end")


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values from low to high, at most ``most`` of them."""
    if not high > low:
        return [low]
    raw = (high - low) / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 3, 5, 10, 20) if factor * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(i * step, 10) + 0.0 for i in range(first, last + 1)]


def padded(values: Floats, *also: float, least: float = 30.0) -> tuple[float, float]:
    """Return a range around finite values with some air, at least ``least`` wide."""
    finite = [*values[np.isfinite(values)].tolist(), *(value for value in also if math.isfinite(value))]
    low, high = (min(finite), max(finite)) if finite else (0.0, least)
    missing = max(0.0, least - (high - low)) / 2
    air = 0.06 * max(high - low, least)
    return low - missing - air, high + missing + 2.5 * air  # room for the peaks' numbers above them


def stretches(t_s: Floats, values: Floats, plot: Plot) -> list[list[Point]]:
    """Return a curve as places, broken where values are missing, thinned to what can be seen."""
    known = np.isfinite(values)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(int)))
    result = []
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        keep = _thinned(t_s[first:end], values[first:end], plot) + first
        result.append([(plot.x(float(t_s[i])), plot.y(float(values[i]))) for i in keep])
    return result


def _thinned(t_s: Floats, values: Floats, plot: Plot) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Return which samples to keep: of each pixel column the lowest and the highest, and both ends."""
    column = np.array([plot.x(float(t)) for t in t_s]).astype(int)
    if len(t_s) <= 2 * len(set(column.tolist())) + 2:
        return np.arange(len(t_s))
    bounds = np.flatnonzero(np.diff(column)) + 1
    kept = {0, len(t_s) - 1}
    for part in np.split(np.arange(len(t_s)), bounds):
        kept |= {int(part[values[part].argmin()]), int(part[values[part].argmax()])}
    return np.array(sorted(kept))
