"""Poses in the making: what the model said of a picture, before its edges are looked for in the picture.

What must be taken from a picture at once, its colours near the mask's edges, is small; with it the edges of
several pictures are found together, which costs less than half as much.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from formcheck.body.pose import Floats, Pose
from formcheck.sources.edge_rays import Sampled
from formcheck.sources.edge_refine import looked_at, refined
from formcheck.sources.frames import Frame
from formcheck.sources.trunk_edges import Mask, TrunkEdges, trunk_edges


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """A pose that has the mask's edges so far.

    Parameters
    ----------
    pose : Pose
        In single precision, so that a stored track is what was judged.
    samples : Sampled, optional
        What the picture shows near them; None where there is nothing to look for.
    """

    pose: Pose
    samples: Sampled | None = None

    @classmethod
    def of(cls, bare: Pose, mask: Mask | None, frame: Frame, *, refine: bool = True) -> "Sketch":
        """Find the mask's edges, and sample the picture near them if they are to be refined.

        Parameters
        ----------
        bare : Pose
            Without edges.
        mask : ndarray of float32, shape (h, w), optional
            How much each cell is person, 0 to 1, at any resolution.
        frame : Frame
            The picture.
        refine : bool
            False: the mask's edges are all that is wanted.
        """
        pose = replace(
            bare,
            landmarks_px=to_single_precision(bare.landmarks_px),
            landmarks_m=to_single_precision(bare.landmarks_m),
            visibility=to_single_precision(bare.visibility),
        )
        if mask is None:
            return cls(pose)
        size_px = (frame.width_px, frame.height_px)
        edges = trunk_edges(mask, pose.landmarks_px, pose.visibility, size_px)
        samples = None
        if refine:
            samples = looked_at(edges, frame.image_rgb, pose.landmarks_px, pose.visibility, size_px)
        return cls(_with_edges(pose, edges), samples)


def finished(sketches: Sequence[Sketch]) -> list[Pose]:
    """Return the poses of several pictures, in their order, with their edges where the pictures show them."""
    edges = iter(refined([each.samples for each in sketches if each.samples is not None]))
    return [each.pose if each.samples is None else _with_edges(each.pose, next(edges)) for each in sketches]


def _with_edges(pose: Pose, edges: TrunkEdges) -> Pose:
    return replace(
        pose,
        edges_px=to_single_precision(edges.points_px),
        edge_confidence=to_single_precision(edges.confidence),
        edge_occluded=edges.occluded,
        edge_beside_arm=edges.beside_arm,
    )


def to_single_precision(values: Floats) -> Floats:
    """Round to the nearest single-precision number; the result is still of double precision."""
    return values.astype(np.float32).astype(np.float64)
