"""What is left of a thin thing beside the edge, drawn on rays: a frame that tapers, a shirt's dark rim."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from formcheck.body.pose import Floats
from formcheck.sources.edge_rays import N_SEARCHED, OFFSETS, STEP
from formcheck.sources.edge_slivers import beside_slivers

SHIRT, FRAME, WALL = (
    np.array([85.0, 165.0, 170.0]),
    np.array([95.0, 70.0, 55.0]),
    np.array([238.0, 242.0, 252.0]),
)
THIN = np.arange(N_SEARCHED) >= 24


def rays(wide: Floats, rim: float = 0.0) -> Floats:
    """Colours (stations, 3, offsets): shirt up to 0, darker by a share towards there, a frame, the wall."""
    at = np.arange(-0.2, 0.1, STEP / 20)
    shade = rim * np.exp(np.minimum(at, 0.0) / 0.008)[:, None]
    inside = SHIRT * (1.0 - shade)
    frame = (at >= 0) & (at < wide[:, None])
    fine = np.where(frame[..., None], FRAME, np.where((at < 0)[:, None], inside, WALL))
    blurred = gaussian_filter1d(fine, 0.006 / (STEP / 20), axis=1)
    return np.stack([[np.interp(OFFSETS, at, ray) for ray in station.T] for station in blurred])


def corrected(colour: Floats, edge: Floats) -> Floats:
    return np.asarray(beside_slivers(colour[None].astype(np.float32), edge[None], THIN[None])[0])


def test_a_shirts_dark_rim_below_a_frame_is_left_alone() -> None:
    wide = np.where(THIN, 0.03, 0.0)
    edge = np.zeros(N_SEARCHED)
    below = slice(11, 22)
    np.testing.assert_allclose(corrected(rays(wide, rim=0.3), edge)[below], 0.0, atol=0.002)


@pytest.mark.parametrize("found", [0.004, -0.004])
def test_a_frame_that_tapers_is_taken_off_where_it_goes_on_from_what_is_surely_seen(found: float) -> None:
    wide = np.where(THIN, 0.03, np.clip(0.018 - 0.0012 * (24 - np.arange(N_SEARCHED)), 0.0, None))
    edge = np.where(THIN, 0.0, found)
    tapers = slice(15, 22)
    assert np.abs(corrected(rays(wide), edge)[tapers]).max() < 0.6 * abs(found)


def test_what_is_as_narrow_elsewhere_is_no_sliver_of_the_frame() -> None:
    """A dark line at the back's edge that nothing joins to where the frame is surely seen."""
    apart = (np.arange(N_SEARCHED) >= 11) & (np.arange(N_SEARCHED) < 16)
    wide = np.where(THIN, 0.03, np.where(apart, 0.01, 0.0))
    edge = np.where(apart, 0.004, 0.0)
    np.testing.assert_allclose(corrected(rays(wide), edge)[apart], 0.004, atol=1e-9)
