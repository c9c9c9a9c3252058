"""Rays along the trunk's normals, and the picture's colours along them: what an edge is looked for in.

Each station's ray runs through the picture from the mask's edge far enough inwards to cover a hollow that the
mask filled, and a little outwards, to where the wall is. Only the side that may be the back is sampled.
"""

from dataclasses import dataclass, replace
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from formcheck.body.pose import EDGE_STATIONS, N_EDGE, Bools, Floats
from formcheck.body.scale import BodyScale
from formcheck.body.view import facing_evidence
from formcheck.sources.frames import Image
from formcheck.sources.trunk_edges import TrunkEdges, trunk_axis

Singles = npt.NDArray[np.float32]
Number = TypeVar("Number", np.float32, np.float64)

# Lengths are fractions of the trunk; all settled on dev recordings and low-contrast versions of them [M].
STEP = 0.005  # between places on a ray
INWARDS = 0.12  # a filled hollow is up to .08 deep
OUTWARDS = 0.04
_MARGIN = 6 * STEP  # beyond, so that windows around the outermost places are whole
_FINEST = 170.0  # pixels to a trunk: a finer picture is averaged to this, it only costs more
_SPIKE = 7  # stations; what the mask has more narrowly than half of this is no back
_ALONG = 1.0  # stations; standard deviation of the average along the back
_REACH = 3  # stations that it goes to either side
# Colours of neighbouring rays that differ by so many times the noise, of this many levels at least, are
# hardly averaged: where a picture's frame ends beside the back it would be mixed with the wall, to the
# brightness of the shirt. Of 3, 6, 10 and 16 times 6 is best on 22 dev clips, dim ones and such with frames
# among them: 1.68 degrees for 1.90 without [M].
_APART = 6.0
_LEAST_NOISE = 2.0
_MIN_STATIONS = 12  # with fewer the mask's edge is no line to search along
_AGREES = (
    0.0125  # so near to where the shirt was seen to end beside an arm the edge is the back's; our choice
)
_TURNED = 1.0  # of 5: a person who faces this clearly to one side shows the back on the other

SEARCHED = slice(8, 46)
"""Stations from -.05 to .875: nothing beyond is ever judged."""
N_SEARCHED = SEARCHED.stop - SEARCHED.start
OFFSETS = np.arange(-INWARDS - _MARGIN, OUTWARDS + _MARGIN + 1e-9, STEP)
"""Where a ray is sampled, from the mask's edge outwards."""


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """The edges of a mask, and the picture's colours near those that may be the back's.

    Parameters
    ----------
    edges : TrunkEdges
        Of the mask.
    lines : Lines
        Where the mask's edges lie, and how a place beside them becomes a point of the picture.
    colours : ndarray of float32, shape (n, N_SEARCHED, 3, len(OFFSETS))
        Of the n sides that may be the back, averaged along the back.
    noise : float
        Standard deviation between neighbouring rays, levels of 255.
    mask : ndarray, shape (n, N_SEARCHED)
        How far outside of its line the mask's edge lies, in trunk lengths.
    places : ndarray, shape (2, n, N_SEARCHED, len(OFFSETS))
        Where each ray is sampled, x and y, in trunk lengths.
    cloth_ends : ndarray, shape (n, N_SEARCHED)
        Where the shirt is seen to end beside an arm, on the ray; NaN where no arm is near or none is seen.
    """

    edges: TrunkEdges
    lines: "Lines"
    colours: Singles
    noise: float
    mask: Floats
    places: Floats
    cloth_ends: Floats

    def moved(self, found: Floats, confidence: Floats) -> TrunkEdges:
        """Return the edges where they were found, with how sure they are.

        Parameters
        ----------
        found : ndarray, shape (n, N_SEARCHED)
            How far outside of its line each side's edge lies, in trunk lengths.
        confidence : ndarray, shape (n, N_SEARCHED)
            0 to 1.
        """
        points, sure = self.edges.points_px.copy(), self.edges.confidence.copy()
        beside = self.edges.beside_arm.copy()
        for i, side in enumerate(self.lines.sides):
            known = np.isfinite(points[side, :, 0])
            points[side] = np.where(known[:, None], self.lines.points_px(i, found[i]), np.nan)
            sure[side, SEARCHED] = np.where(known[SEARCHED], confidence[i], 0.0)
            with np.errstate(invalid="ignore"):
                agrees = np.abs(found[i] - self.cloth_ends[i]) < _AGREES
            beside[side, SEARCHED] = known[SEARCHED] & agrees
        return replace(self.edges, points_px=points, confidence=sure, beside_arm=beside)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The mask's edges without spikes, from which the rays are measured.

    Parameters
    ----------
    sides : tuple of int
        Which of the trunk's two sides: 0 is the left-hand one of whoever walks from hip to shoulder.
    hip, axis : ndarray, shape (2,)
        Where the trunk's line begins, and how it runs to the shoulder, in pixels.
    outwards : ndarray, shape (n, 2)
        One trunk length outwards on each side, in pixels.
    depth : ndarray, shape (n, N_EDGE)
        How far from the trunk's line they lie, in trunk lengths.
    """

    sides: tuple[int, ...]
    hip: Floats
    axis: Floats
    outwards: Floats
    depth: Floats

    def places_px(self) -> Floats:
        """Return where each ray is sampled, x and y, shape (2, n, N_SEARCHED, len(OFFSETS))."""
        depth = self.depth[:, SEARCHED, None] + OFFSETS
        feet = self.hip + EDGE_STATIONS[SEARCHED, None] * self.axis
        return np.asarray(feet.T[:, None, :, None] + depth * self.outwards.T[:, :, None, None])

    def points_px(self, i: int, found: Floats) -> Floats:
        """Return the points (N_EDGE, 2) of the i-th side, moved outwards by trunk lengths (N_SEARCHED,)."""
        depth = self.depth[i].copy()
        depth[SEARCHED] += found
        return np.asarray(self.hip + EDGE_STATIONS[:, None] * self.axis + depth[:, None] * self.outwards[i])


def sampled(
    edges: TrunkEdges, picture: Image, landmarks_px: Floats, visibility: Floats, size_px: tuple[int, int]
) -> Sampled | None:
    """Return the colours near the edges of a mask; None where there is no line to look along.

    Parameters
    ----------
    edges : TrunkEdges
        Of the mask.
    picture : ndarray of uint8, shape (h, w, 3)
        RGB, at any resolution.
    landmarks_px : ndarray, shape (33, 2)
        In pixels of the upright original, as the edges.
    visibility : ndarray, shape (33,)
        0 to 1.
    size_px : tuple of int
        Width and height of the upright original.
    """
    hip, shoulder = trunk_axis(landmarks_px, visibility)
    axis = shoulder - hip
    length = float(np.hypot(*axis))
    if not np.isfinite(length) or length <= 0:
        return None
    left = np.array([axis[1], -axis[0]]) / length
    origins = hip + EDGE_STATIONS[:, None] * axis
    depth = ((edges.points_px - origins) @ left) * np.array([[1.0], [-1.0]]) / length
    known = np.isfinite(depth)
    turned = _maybe_back(landmarks_px, length)
    sides = tuple(side for side in turned if known[side, SEARCHED].sum() >= _MIN_STATIONS)
    if not sides:
        return None
    mask = np.stack([_filled(depth[side], known[side]) for side in sides])
    outwards = np.array([left, -left])[list(sides)] * length
    lines = Lines(sides, hip, axis, outwards, _without_spikes(mask))
    places_px = lines.places_px()
    to_picture = np.array([picture.shape[1] / size_px[0], picture.shape[0] / size_px[1]])
    in_picture = places_px * to_picture[:, None, None, None]
    colours, noise = _colours(picture, in_picture, length * float(to_picture.mean()))
    mask_at, none = (mask - lines.depth)[:, SEARCHED], np.full((len(sides), N_SEARCHED), np.nan)
    return Sampled(edges, lines, colours, noise, mask_at, places_px / length, none)


def _maybe_back(landmarks_px: Floats, length: float) -> tuple[int, ...]:
    """Return which sides of the trunk may be the back: one where the person clearly faces to the other."""
    facing = float(facing_evidence(landmarks_px, BodyScale(length, length, {})))
    if abs(facing) < _TURNED:
        return 0, 1
    return (0,) if facing > 0 else (1,)


def _filled(values: Floats, known: Bools) -> Floats:
    return np.interp(EDGE_STATIONS, EDGE_STATIONS[known], values[known])


def _without_spikes(depth: Floats) -> Floats:
    """Return edges (n, N_EDGE) without what sticks out over a few stations, such as a picture on the wall."""
    return np.asarray(steady(depth, _SPIKE) @ _SMOOTHED, dtype=np.float64)


def steady(values: Floats, width: int) -> Floats:
    """Return each row's running median; its ends go on as they are."""
    padded = np.concatenate(
        [values[:, :1].repeat(width // 2, axis=1), values, values[:, -1:].repeat(width // 2, axis=1)], axis=1
    )
    ordered = np.partition(runs(padded, width), width // 2, axis=2)
    return np.asarray(ordered[..., width // 2], dtype=np.float64)


def runs(values: npt.NDArray[Number], width: int) -> npt.NDArray[Number]:
    """Return each run of neighbours along the last axis, shape (..., n - width + 1, width).

    Not to be written to. NumPy's own sliding windows take ten times as long: .2 ms of a live picture [M].
    """
    values = np.ascontiguousarray(values)
    shape = (*values.shape[:-1], values.shape[-1] - width + 1, width)
    return np.ndarray(shape, values.dtype, values, strides=(*values.strides, values.itemsize))


def _colours(picture: Image, places: Floats, length: float) -> tuple[Singles, float]:
    """Return colours along the stations' rays, averaged along the back, and the noise that was in them.

    Returns
    -------
    colours : ndarray, shape (n, stations, 3, offsets)
    noise : float
        Standard deviation between neighbouring rays, levels of 255.
    """
    height, width = picture.shape[:2]
    n, rays, offsets = places.shape[1:]
    flat = places.reshape(2, n * rays, offsets)
    most = np.array([width, height])
    low = np.minimum(np.maximum(np.floor(flat.min(axis=(1, 2))) - 2, 0), most - 1).astype(int)
    high = np.minimum(np.maximum(np.ceil(flat.max(axis=(1, 2))) + 2, low + 1), most).astype(int)
    part = picture[low[1] : high[1], low[0] : high[0]]
    shrink = min(1.0, _FINEST / length)
    if shrink < 1:
        size = np.maximum(np.rint((high - low) * shrink), 1).astype(int)
        how = cv2.INTER_AREA if shrink < 0.5 else cv2.INTER_LINEAR
        part = np.asarray(cv2.resize(part, (int(size[0]), int(size[1])), interpolation=how), np.uint8)
    scale = np.array(part.shape[1::-1]) / (high - low)
    x, y = (((flat[i] - low[i]) * scale[i] - 0.5).astype(np.float32) for i in (0, 1))
    # a picture's border repeats: what lies outside the picture shows no edge
    raw = cv2.remap(part, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    values = np.asarray(raw, np.float32).reshape(n, rays, offsets * 3)
    some = values[:, :, ::5]  # a fifth tells as much of the noise
    bend = some[:, 2:] - 2 * some[:, 1:-1] + some[:, :-2]
    noise = _median(np.abs(bend).reshape(-1)) / (0.6745 * 6**0.5)
    blended = _averaged(values.reshape(n, rays, offsets, 3), noise)
    return np.ascontiguousarray(blended.swapaxes(2, 3)), noise


def _averaged(colour: Singles, noise: float) -> Singles:
    """Return colours (n, rays, offsets, 3) averaged with what is alike on the rays beside."""
    rays = np.arange(colour.shape[1])
    apart = np.float32(6 * (_APART * max(noise, _LEAST_NOISE)) ** 2)  # twice the variance of three channels
    total, weights = colour.copy(), np.ones((*colour.shape[:3], 1), dtype=np.float32)
    for step in range(1, _REACH + 1):
        near = np.float32(np.exp(-0.5 * (step / _ALONG) ** 2))
        for beside in (np.maximum(rays - step, 0), np.minimum(rays + step, rays[-1])):
            other = colour[:, beside]
            differs = cv2.blur(((other - colour) ** 2).sum(axis=3).reshape(-1, colour.shape[2]), (3, 1))
            weight = near * np.exp(-differs.reshape(weights.shape) / apart)
            total += weight * other
            weights += weight
    return np.asarray(total / weights)


def _median(values: Singles) -> float:
    """Return the median of numbers (n,); NumPy's own takes four times as long for a single picture."""
    middle = len(values) // 2
    some = np.partition(values, (middle - 1, middle))
    return float(some[middle] if len(values) % 2 else (some[middle - 1] + some[middle]) / np.float32(2))


def _averaging(sd: float) -> Floats:
    """Return what an edge (N_EDGE,) is multiplied by for a Gaussian mean along it; its ends are repeated."""
    reach = np.arange(-round(4 * sd), round(4 * sd) + 1)
    weights = np.exp(-0.5 * (reach / sd) ** 2)
    result = np.zeros((N_EDGE, N_EDGE))
    for station in range(N_EDGE):
        np.add.at(result[:, station], np.clip(station + reach, 0, N_EDGE - 1), weights / weights.sum())
    return result


_SMOOTHED = _averaging(_ALONG)
