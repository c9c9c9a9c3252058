"""The back beside an arm that hangs in front of it: told from the arm by the shirt's colour.

Most people let their arms hang, and the near one then lies over the trunk, close to the back's edge. Where
its colour is not the shirt's, as below a short sleeve, the strip of shirt between arm and wall can be seen.
It is looked for along the rays of `formcheck.sources.edge_rays`, beginning at stations that no arm is near,
because shirts change their colour gradually. Where there is one, the arm is painted over with the shirt's
colour, so that its edge is not taken for the back's. Where there is none, or arm and shirt are alike,
nothing is said: whether an arm hides the back is then decided by where it lies.

Sleeves are alike on both sides. Where the shirt shows at a place of one arm that is bare on the other, no arm
lies before the trunk there, such as the far one, of which the network guesses where it is.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from formcheck.body.pose import Bools, Floats
from formcheck.sources.edge_rays import OFFSETS, STEP, Sampled, Singles, runs
from formcheck.sources.frames import Image
from formcheck.sources.trunk_edges import arm_parts, distance_to_segments

# Lengths are fractions of the trunk. All our choice: three dev clips and 28 dev films with hanging arms, in
# short sleeves and in long ones, gave no reason to change any but the strip's width (docs/lumbar-sensor.md).
_NEAR = 0.22  # further from an arm's centre line nothing is ever taken for covered (body/spine_contour.py)
_SPOTS = np.linspace(0.06, 0.94, 8)  # shares of an arm's part at which its colour is looked at
_CLOTH = (-0.045, -0.015)  # where the shirt is looked at, from the mask's edge, at stations without an arm
_WALL = (0.02, 0.05)  # and the wall, at any
_MIN_CLOTH = 3  # stations without an arm
# Differences of colour in levels of 255, all channels together.
_APART = 40.0  # arm and shirt that differ by less are alike
_ALIKE = 45.0  # what differs more from the shirt is not it
_RATHER = 0.6  # nor is what differs from it by more than this share of how it differs from arm and wall
_STRIP = 4  # samples in a row: 2 % of the trunk, 1 cm; with 3 the arm's edge was found inside of some [M]
_TO_MASK = 0.015  # the strip ends no further inside of the mask's edge: an arm may lie beyond
_FOLLOW = np.float32(0.5)  # how much of the shirt's colour is taken over from one station to the next


def beside_arms(samples: Sampled, picture: Image, landmarks_px: Floats, size_px: tuple[int, int]) -> Sampled:
    """Return samples with arms painted over where the shirt shows beside them, and where it does.

    Parameters
    ----------
    samples : Sampled
        Of the picture.
    picture : ndarray of uint8, shape (h, w, 3)
        RGB, at any resolution.
    landmarks_px : ndarray, shape (33, 2)
        In pixels of the upright original.
    size_px : tuple of int
        Width and height of the upright original.
    """
    length = float(np.hypot(*samples.lines.axis))
    starts, ends = (each / length for each in arm_parts(landmarks_px))
    edge = _at_mask(samples)
    with np.errstate(invalid="ignore"):  # NaN: where a part is not known nothing is said of any station
        near: Bools = np.asarray(distance_to_segments(edge, starts, ends).min(axis=-1) < _NEAR)
    if not near.any():
        return samples
    spots = (starts[:, None] + _SPOTS[:, None] * (ends - starts)[:, None]).reshape(-1, 2)
    to_picture = length * np.array(picture.shape[1::-1]) / size_px
    arm = _colours_at(picture, np.nan_to_num(spots) * to_picture)
    arm[~np.isfinite(spots).all(axis=1)] = np.nan
    colours, ends_at = samples.colours.copy(), samples.cloth_ends.copy()
    for side in np.flatnonzero(near.any(axis=1)):
        with np.errstate(invalid="ignore"):
            close = np.hypot(*np.moveaxis(edge[side][:, None] - spots, -1, 0)) < _NEAR
        ends_at[side] = _Rays.of(colours[side], samples.mask[side], near[side], arm, close).painted()
    return replace(samples, colours=colours, cloth_ends=ends_at)


@dataclass(frozen=True, slots=True, eq=False)
class _Rays:
    """The rays of one side.

    ``colours`` (stations, 3, offsets) are painted over in place; ``cloth`` (stations, 3) is what lies inside
    of the mask's edge; ``from_wall_sq`` (stations, offsets), ``from_arm_sq`` (stations, offsets, spots) are
    how much each sample differs from the wall and from the arms, squared; ``near`` (stations) where an arm
    may be, ``arm`` (spots, 3) its colours, of which ``close`` (stations, spots) concern a station.
    """

    colours: Singles
    cloth: Singles
    from_wall_sq: Singles
    from_arm_sq: Singles
    mask: Floats
    near: Bools
    arm: Singles
    close: Bools

    @classmethod
    def of(cls, colours: Singles, mask: Floats, near: Bools, arm: Singles, close: Bools) -> "_Rays":
        wall = _mean_colours(colours, mask, _WALL)
        from_wall_sq = ((colours - wall[..., None]) ** 2).sum(axis=1)
        samples = colours.swapaxes(1, 2)  # |c - a|^2 of all samples and spots at once
        from_arm_sq = (samples**2).sum(axis=2)[..., None] - 2 * samples @ arm.T + (arm**2).sum(axis=1)
        cloth = _mean_colours(colours, mask, _CLOTH)
        return cls(colours, cloth, from_wall_sq, from_arm_sq, mask, near, arm, close)

    def painted(self) -> Floats:
        """Paint arms over with the shirt's colour; return where it ends beside them, NaN where none shows."""
        ends = np.full(len(self.near), np.nan)
        if (~self.near).sum() < _MIN_CLOTH:
            return ends
        stations = range(len(self.near))
        for order in (stations, reversed(stations)):
            cloth: Singles | None = None
            for station in order:
                if not self.near[station]:
                    cloth = self.cloth[station]
                elif cloth is not None and np.isnan(ends[station]):
                    strip = self._strip(station, cloth)
                    if strip is not None:
                        ends[station] = OFFSETS[strip.stop - 1]
                        seen = self.colours[station][:, strip].mean(axis=1)
                        self.colours[station][:, : strip.start] = seen[:, None]
                        cloth = cloth + _FOLLOW * (seen - cloth)
        return ends

    def _strip(self, station: int, cloth: Singles) -> slice | None:
        """Return which samples of a ray show shirt beside the arm; None where none do."""
        close = self.close[station]
        with np.errstate(invalid="ignore"):
            bare = ((self.arm - cloth) ** 2).sum(axis=1) >= _APART**2
        if not close.any() or not (bare | _of_other_arm(bare))[close].all():
            return None
        concern = bare & (close | _of_other_arm(close))
        others_sq = np.minimum(self.from_wall_sq[station], self.from_arm_sq[station][:, concern].min(axis=1))
        differs_sq = ((self.colours[station] - cloth[:, None]) ** 2).sum(axis=0)
        alike = (differs_sq < _ALIKE**2) & (differs_sq < _RATHER**2 * others_sq)
        if not alike.any():
            return None
        last = len(alike) - 1 - int(alike[::-1].argmax())
        if OFFSETS[last] < self.mask[station] - _TO_MASK:
            return None
        unlike = np.flatnonzero(~alike[:last])
        first = int(unlike[-1]) + 1 if len(unlike) else 0
        return slice(first, last + 1) if last + 1 - first >= _STRIP else None


def _of_other_arm(spots: Bools) -> Bools:
    """Return what is so of the same places of the other arm, shape (spots,)."""
    return np.roll(spots, len(spots) // 2)


def _at_mask(samples: Sampled) -> Floats:
    """Return where the mask's edge meets each ray, shape (n, stations, 2), in trunk lengths."""
    at = np.rint((samples.mask - OFFSETS[0]) / STEP).astype(np.intp)
    at = np.minimum(np.maximum(at, 0), len(OFFSETS) - 1)
    sides, stations = (np.arange(n) for n in at.shape)
    return np.moveaxis(samples.places[:, sides[:, None], stations, at], 0, -1)


def _mean_colours(colours: Singles, mask: Floats, where: tuple[float, float]) -> Singles:
    """Return each ray's mean colour (stations, 3) between two distances outside of the mask's edge."""
    width = round((where[1] - where[0]) / STEP)
    first = np.ceil((mask + where[0] - OFFSETS[0]) / STEP).astype(np.intp)
    first = np.minimum(np.maximum(first, 0), len(OFFSETS) - width)
    return np.asarray(runs(colours, width)[np.arange(len(mask)), :, first].mean(axis=2), np.float32)


def _colours_at(picture: Image, places: Floats) -> Singles:
    """Return the picture's colours at places (n, 2), pixels of it, each the mean of nine pixels: (n, 3)."""
    around = np.array([(x, y) for y in (-1.0, 0.0, 1.0) for x in (-1.0, 0.0, 1.0)])
    x, y = np.moveaxis((places[:, None] + around - 0.5).astype(np.float32), -1, 0)
    seen = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(np.asarray(seen, np.float32).mean(axis=1), np.float32)
