"""Reach and contact: two-bone limbs that end where they must, and bodies that rest on the ground."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from skeleton import Body, Placement, Surface, cross, frame, rot_about, skin, unit


def bend_two_bones(
    root: np.ndarray, target: np.ndarray, upper_m: float, lower_m: float, pole: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Middle joint and reached end of a two-bone chain.

    Parameters
    ----------
    root, target : (3,) m
    upper_m, lower_m : bone lengths
    pole : direction towards which the middle joint bulges

    Returns
    -------
    middle, end : (3,) m; `end` equals `target` unless it is out of reach
    """
    span = target - root
    distance = np.clip(np.linalg.norm(span), abs(upper_m - lower_m) + 1e-4, (upper_m + lower_m) * 0.99995)
    along = unit(span)
    bulge = unit(pole - along * (along @ pole))
    cosine = (upper_m**2 + distance**2 - lower_m**2) / (2 * upper_m * distance)
    middle = root + upper_m * (cosine * along + np.sqrt(max(0.0, 1 - cosine**2)) * bulge)
    return middle, root + distance * along


def align(
    rest_along: np.ndarray, rest_normal: np.ndarray, along: np.ndarray, normal: np.ndarray
) -> np.ndarray:
    """Rotation that carries one (direction, hinge axis) pair onto another."""
    return frame(along, normal) @ frame(rest_along, rest_normal).T


def shortest_turn(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Smallest rotation from one direction to another."""
    a, b = unit(before), unit(after)
    axis = cross(a, b)
    length = np.linalg.norm(axis)
    if length < 1e-9:
        return np.eye(3)
    return rot_about(axis / length, np.degrees(np.arctan2(length, a @ b)))


def lowest_z(surface: Surface, body: Body, place: Placement) -> float:
    """Height of the lowest posed vertex of a surface."""
    return float(skin(surface, body, place)[:, 2].min())


def bisect(function: Callable[[float], float], low: float, high: float, steps: int = 40) -> float:
    """Root of a function that is monotonic between two bounds (or the bound nearer to a root)."""
    sign = np.sign(function(high) - function(low)) or 1.0
    for _ in range(steps):
        middle = (low + high) / 2
        if sign * function(middle) > 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2
