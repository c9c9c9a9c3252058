"""``Pose``: one instant as it was seen. ``PoseTrack``: many of them as arrays.

Both hold raw, unfiltered observations and no image, so that they may be stored and shared, and facing,
side, neutral and exercise can be corrected later and judged again. Missing is NaN.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from formcheck.body.landmarks import MIRROR, N_LANDMARKS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EDGE_STATIONS: Floats = np.linspace(-0.25, 1.20, 59)
"""Where the trunk's edges are sampled, as a fraction of the line from mid-hip (0) to mid-shoulder (1).

Fixed in formcheck and in stored tracks; from a little below the hip to a little above the shoulder.
"""
N_EDGE = len(EDGE_STATIONS)


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """One person at one instant.

    Parameters
    ----------
    t_s : float
        Presentation time in seconds.
    landmarks_px : ndarray, shape (33, 2)
        Image landmarks in pixels of the upright picture, x right, y down. NaN: not seen.
    landmarks_m : ndarray, shape (33, 3)
        MediaPipe's world landmarks in metres, origin between the hips, x right, y down, z away.
    visibility : ndarray, shape (33,)
        MediaPipe's own 0 to 1; known to be overconfident.
    edges_px : ndarray, shape (2, N_EDGE, 2)
        The silhouette's edge on either side of the trunk at ``EDGE_STATIONS``. Index 0 lies on the left
        hand of somebody who walks in the picture from the hip to the shoulder, 1 on the right hand. Which
        of them is the back depends on the facing, and is decided later.
    edge_confidence : ndarray, shape (2, N_EDGE)
        0 to 1: how sharply the picture changes there, or else how sharply the mask falls from person to
        background; less where what lies beside it makes the edge unsure.
    edge_occluded : ndarray of bool, shape (2, N_EDGE)
        True where an arm lies over the edge, so that the edge is not the trunk's.
    edge_beside_arm : ndarray of bool, shape (2, N_EDGE)
        True where an arm is near, and the picture shows the trunk itself between it and the edge.
    """

    t_s: float
    landmarks_px: Floats
    landmarks_m: Floats
    visibility: Floats
    edges_px: Floats
    edge_confidence: Floats
    edge_occluded: Bools
    edge_beside_arm: Bools = field(default_factory=lambda: np.zeros((2, N_EDGE), dtype=np.bool_))

    @classmethod
    def missing(cls, t_s: float) -> "Pose":
        """Return the pose of an instant at which nobody was found."""
        return cls.from_landmarks(t_s, np.full((N_LANDMARKS, 2), np.nan))

    @classmethod
    def from_landmarks(
        cls,
        t_s: float,
        landmarks_px: Floats,
        *,
        landmarks_m: Floats | None = None,
        visibility: Floats | None = None,
    ) -> "Pose":
        """Return a pose without trunk edges, such as a stick figure or a foreign data set gives."""
        seen: Bools = np.asarray(np.isfinite(landmarks_px).all(axis=1))
        return cls(
            t_s=float(t_s),
            landmarks_px=landmarks_px,
            landmarks_m=np.full((N_LANDMARKS, 3), np.nan) if landmarks_m is None else landmarks_m,
            visibility=seen.astype(np.float64) if visibility is None else visibility,
            edges_px=np.full((2, N_EDGE, 2), np.nan),
            edge_confidence=np.zeros((2, N_EDGE)),
            edge_occluded=np.zeros((2, N_EDGE), dtype=np.bool_),
        )

    @property
    def found(self) -> bool:
        """Whether somebody was found at all."""
        return bool(np.isfinite(self.landmarks_px).any())


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a track comes from; carried into every report that is made of it.

    ``fps`` is the mean rate of the presentation times, for information only.
    """

    name: str = ""
    sha256: str = ""
    duration_s: float = 0.0
    fps: float = 0.0
    width_px: int = 0
    height_px: int = 0
    rotation_deg: int = 0
    model_name: str = ""
    model_sha256: str = ""
    smoothing: str = "none"
    damage: str = ""
    """What kept the source from being read to its end, in a sentence; empty when it was read whole."""


_UNKNOWN: Bools = np.zeros((0, 2, N_EDGE), dtype=np.bool_)
_ARRAYS = (
    "t_s",
    "landmarks_px",
    "landmarks_m",
    "visibility",
    "edges_px",
    "edge_confidence",
    "edge_occluded",
    "edge_beside_arm",
)


@dataclass(frozen=True, slots=True, eq=False)
class PoseTrack:
    """T poses of one recording or set as arrays; the only input that analysis needs.

    Parameters
    ----------
    t_s : ndarray, shape (T,)
        Presentation times, strictly increasing.
    landmarks_px, landmarks_m, visibility, edges_px, edge_confidence, edge_occluded : ndarray
        As in `Pose`, with a leading axis of length T.
    edge_beside_arm : ndarray, optional
        The same; nowhere, where nothing is known of it.
    origin : Origin
        Where they come from.

    Raises
    ------
    ValueError
        When shapes disagree or times do not increase.
    """

    t_s: Floats
    landmarks_px: Floats
    landmarks_m: Floats
    visibility: Floats
    edges_px: Floats
    edge_confidence: Floats
    edge_occluded: Bools
    edge_beside_arm: Bools = field(default_factory=lambda: _UNKNOWN)
    origin: Origin = field(default_factory=Origin)

    def __post_init__(self) -> None:
        n = len(self.t_s)
        if self.edge_beside_arm is _UNKNOWN:
            object.__setattr__(self, "edge_beside_arm", np.zeros((n, 2, N_EDGE), dtype=np.bool_))
        expected: dict[str, tuple[int, ...]] = {
            "t_s": (n,),
            "landmarks_px": (n, N_LANDMARKS, 2),
            "landmarks_m": (n, N_LANDMARKS, 3),
            "visibility": (n, N_LANDMARKS),
            "edges_px": (n, 2, N_EDGE, 2),
            "edge_confidence": (n, 2, N_EDGE),
            "edge_occluded": (n, 2, N_EDGE),
            "edge_beside_arm": (n, 2, N_EDGE),
        }
        for name, shape in expected.items():
            actual = getattr(self, name).shape
            if actual != shape:
                raise ValueError(f"PoseTrack.{name} has shape {actual}, expected {shape}")
        if n and not (np.isfinite(self.t_s).all() and (np.diff(self.t_s) > 0).all()):
            raise ValueError("PoseTrack.t_s must be finite and strictly increasing")

    @classmethod
    def from_poses(cls, poses: Iterable[Pose], origin: Origin | None = None) -> "PoseTrack":
        """Stack poses, which must come in the order of their times."""
        items: Sequence[Pose] = list(poses)
        if not items:
            return cls.from_poses([Pose.missing(0.0)], origin)[:0]
        stacked: dict[str, Any] = {
            name: np.array([getattr(pose, name) for pose in items]) for name in _ARRAYS
        }
        return cls(origin=origin or Origin(), **stacked)

    @classmethod
    def joined(cls, parts: Sequence["PoseTrack"]) -> "PoseTrack":
        """Return parts of one recording, in the order of their times, as one."""
        if len(parts) == 1:
            return parts[0]
        whole: dict[str, Any] = {
            name: np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS
        }
        return replace(parts[0], **whole)

    def __len__(self) -> int:
        return len(self.t_s)

    def __iter__(self) -> Iterator[Pose]:
        return (self.pose(i) for i in range(len(self)))

    def pose(self, i: int) -> Pose:
        """Return the pose at index ``i``."""
        return Pose(*(getattr(self, name)[i] for name in _ARRAYS))

    def __getitem__(self, which: slice | Bools | npt.NDArray[np.intp]) -> "PoseTrack":
        return replace(self, **{name: getattr(self, name)[which] for name in _ARRAYS})

    @property
    def found(self) -> Bools:
        """Return, per instant, whether somebody was found; shape (T,)."""
        return np.asarray(np.isfinite(self.landmarks_px).any(axis=(1, 2)))

    def mirrored(self) -> "PoseTrack":
        """Return the track as the mirrored video would give it: x flipped, the sides exchanged."""
        width_px = float(self.origin.width_px)
        landmarks_px = self.landmarks_px[:, MIRROR].copy()
        landmarks_px[..., 0] = width_px - landmarks_px[..., 0]
        landmarks_m = self.landmarks_m[:, MIRROR].copy()
        landmarks_m[..., 0] *= -1
        edges_px = self.edges_px[:, ::-1].copy()
        edges_px[..., 0] = width_px - edges_px[..., 0]
        return replace(
            self,
            landmarks_px=landmarks_px,
            landmarks_m=landmarks_m,
            visibility=self.visibility[:, MIRROR],
            edges_px=edges_px,
            edge_confidence=self.edge_confidence[:, ::-1],
            edge_occluded=self.edge_occluded[:, ::-1],
            edge_beside_arm=self.edge_beside_arm[:, ::-1],
        )
