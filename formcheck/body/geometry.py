"""Angles between directions in the picture. Pixels, x right, y down; degrees out."""

import numpy as np

from formcheck.body.pose import Floats

# Joint angles are reported in (-90, 270]: no hip or knee extends by 90 degrees, and deep flexion plus
# noise passes 180, where the customary (-180, 180] would jump by a whole turn.
LOWEST_JOINT_DEG = -90.0


def wrap_deg(angle_deg: Floats, lowest_deg: float = -180.0) -> Floats:
    """Return angles brought into ``[lowest_deg, lowest_deg + 360)``."""
    return np.mod(angle_deg - lowest_deg, 360.0) + lowest_deg


def forward_of_down_deg(vector_px: Floats, forward_x: int) -> Floats:
    """Return how far a segment points forward of straight down.

    Parameters
    ----------
    vector_px : ndarray, shape (..., 2)
        From the upper joint to the lower one.
    forward_x : {1, -1}
        The person's forward direction along the picture's x axis.

    Returns
    -------
    ndarray, shape (...)
        0 hangs down, 90 points forward, negative backward; in [-180, 180).
    """
    angle_deg = np.degrees(np.arctan2(forward_x * vector_px[..., 0], vector_px[..., 1]))
    return wrap_deg(angle_deg)


def flexion_deg(proximal_px: Floats, distal_px: Floats, forward_x: int) -> Floats:
    """Return the signed turn from one segment's direction to the next.

    ``sigma * atan2(u x v, u . v)`` of the measurement specification: positive where the distal segment
    turns ventrally. Works standing, seated and lying, because no vertical is involved.

    Parameters
    ----------
    proximal_px, distal_px : ndarray, shape (..., 2)
        Directions of the two segments, both pointing away from the trunk's upper end.
    forward_x : {1, -1}
        The person's ventral direction along the picture's x axis when upright.

    Returns
    -------
    ndarray, shape (...)
        In [-90, 270).
    """
    ux, uy, vx, vy = (each[..., i] for each in (proximal_px, distal_px) for i in (0, 1))
    cross, dot = ux * vy - uy * vx, ux * vx + uy * vy
    # y points down, so a turn towards +x of a downward segment is a negative cross product.
    return wrap_deg(np.degrees(np.arctan2(-forward_x * cross, dot)), LOWEST_JOINT_DEG)


def foreshortened_deg(vertical_px: Floats, upright_px: float | Floats) -> Floats:
    """Return a segment's inclination from how much of its length is still vertical.

    A level camera sees the vertical part of a segment unchanged from every side, so
    ``arccos(vertical / upright)`` needs no particular view; it has no sign and is coarse near 0.

    Parameters
    ----------
    vertical_px : ndarray, shape (...)
        Vertical extent, positive in the segment's rest direction.
    upright_px : float or ndarray
        The same extent at rest.
    """
    return np.degrees(np.arccos(np.clip(vertical_px / upright_px, -1.0, 1.0)))
