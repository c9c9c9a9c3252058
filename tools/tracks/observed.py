"""What the pose network saw of the rendered clips and the filmed scenes, against what was exactly there."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import setup_path  # noqa: F401
from clip import Clip, load
from exact import exact
from frames import axes, depth_at, mirrored, trunk_px
from post import Post
from scenes import KINDS, spec_of

from formcheck.body.landmarks import LEG, MIRROR, Landmark
from formcheck.body.pose import PoseTrack
from formcheck.sources.track_file import read_track
from formcheck.sources.trunk_edges import trunk_axis

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from accuracy_cases import extracted

Floats = npt.NDArray[np.float64]
ROOT = Path(__file__).parents[2]
FILMED = ROOT / "tools" / "silhouettes" / ".cache"
CLIPS = (
    *("couch-clean", "couch-lumbar", "hinge-clean", "hinge-round", "hinge-arch", "hinge-clean-left"),
    "hinge-round-left",
    *(
        "hinge-dim-shake",
        "lowering-clean",
        "lowering-arch",
        "lowering-too-fast",
        "march-clean",
        "march-round",
    ),
    *("march-shake", "march-arch", "march-clean-right", "march-dim", "march-dropping", "march-stance-bend"),
    *("seated-clean", "seated-slump", "seated-lean-back", "seated-momentum", "squat-clean"),
)
RENDERED, FILM = "rendered clip", "filmed scene"
SCENE_KINDS = ("hinge", "march", "lower", "couch", "seated", "squat")
# A leg counts as exchanged where naming it the other way brings its joints this much nearer, trunk lengths,
# while the legs are apart by more than that.
_EXCHANGED_BY = 0.1
_BY_ARM = 1e-3  # where the outline lies so far outside of the trunk's, an arm is the edge; trunk lengths
_LOW, _HIGH = 1e-3, 1 - 1e-4


@dataclass(frozen=True)
class Observed:
    """One recording in canonical form (facing right); T frames at even times.

    Parameters
    ----------
    name, body, exercise, split, source : str
    t_s, q, speed : ndarray, shape (T,)
        Times, scripted progress and its rate in 1/s.
    marks : ndarray, shape (T, 66)
        Landmark errors along and across, trunk lengths.
    edges, confidence : ndarray, shape (T, N_EDGE)
        Error of the back's edge, outwards positive, trunk lengths; and MediaPipe's own sharpness.
    logits : ndarray, shape (T, 33)
        Log odds of visibility.
    exchanged, apart : ndarray of bool, shape (T,)
        Legs named the wrong way round; legs far enough apart to tell.
    """

    name: str
    body: str
    exercise: str
    split: str
    source: str
    t_s: Floats
    q: Floats
    speed: Floats
    marks: Floats
    edges: Floats
    confidence: Floats
    logits: Floats
    exchanged: npt.NDArray[np.bool_]
    apart: npt.NDArray[np.bool_]


def recordings(split: str) -> Iterator[Observed]:
    """Yield every clip and filmed scene of a split that is there and seen from the side."""
    for name in CLIPS:
        video = ROOT / "samples" / f"{name}.mp4"
        if not video.exists() or json.loads(video.with_suffix(".json").read_text())["split"] != split:
            continue
        yield observed(clip_of(name, RENDERED), extracted(video), RENDERED)
    for kind in KINDS:
        for path in sorted((FILMED / split).glob(f"{kind.name}-*.parquet")):
            if kind.name in SCENE_KINDS and path.stem.rpartition("-")[0] == kind.name:
                yield observed(clip_of(path.stem, FILM), read_track(path), FILM)


def clip_of(name: str, source: str) -> Clip:
    """Return the scripted clip of a recording, by its name and where it comes from."""
    if source == RENDERED:
        clip = load(name)
        return replace(clip, spec={"neutral_s": 3.0, "seed": 1} | clip.spec)
    kind, _, body = name.rpartition("-")
    return Clip(name, spec_of(next(each for each in KINDS if each.name == kind), body))


def observed(clip: Clip, track: PoseTrack, source: str) -> Observed:
    """Compare one track with the exact truth of its own clip."""
    scene, camera = exact(clip, with_arms=_arms(clip) != "crossed"), clip.camera
    t_s = np.arange(len(track)) / clip.fps
    post = Post(clip.spec.get("post", {}), len(track), clip.fps, camera.width_px, camera.height_px)
    true, outline = scene.seen(t_s, post)
    _, trunk = replace(scene, arms=scene.arms[:0]).seen(t_s, post)
    points, visibility = track.landmarks_px, track.visibility
    axis = [trunk_axis(p, v) for p, v in zip(points, visibility, strict=True)]
    hip, shoulder = (np.array(each) for each in zip(*axis, strict=True))
    across = shoulder - hip
    left = np.stack([across[:, 1], -across[:, 0]], axis=1)
    offset = track.edges_px - hip[:, None, None]
    depth = np.einsum("tekc,tc->tek", offset, left) / (across**2).sum(axis=1)[:, None, None]
    back, sign = (0, 1.0) if camera.facing == "right" else (1, -1.0)
    at_trunk, at_outline = (depth_at(each, hip, shoulder)[:, back] for each in (trunk, outline))
    error = sign * (depth[:, back] - at_trunk)
    error[np.abs(at_outline - at_trunk) > _BY_ARM] = np.nan  # an arm's edge: made-up sets have arms, too
    if camera.facing == "left":
        points, true = mirrored(points, camera.width_px), mirrored(true, camera.width_px)
        visibility = visibility[:, MIRROR]
    size = float(np.median(trunk_px(true)))
    exchanged, apart = exchanges(points, true, size)
    points = np.where(exchanged[:, None, None], _exchange(points), points)
    marks = np.einsum("tlij,tlj->tli", axes(true), points - true) / size
    q = scene.progress(t_s)
    return Observed(
        clip.name,
        clip.spec["body"],
        clip.exercise,
        clip.spec["split"],
        source,
        t_s,
        q,
        np.gradient(q, t_s),
        marks.reshape(len(t_s), -1),
        error,
        track.edge_confidence[:, back],
        _logit(visibility),
        exchanged,
        apart,
    )


def _arms(clip: Clip) -> str:
    return str(clip.spec.get("motion", {}).get("arms", "crossed"))


def _logit(visibility: Floats) -> Floats:
    clipped = np.clip(visibility, _LOW, _HIGH)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _exchange(points: Floats) -> Floats:
    result = points.copy()
    result[:, LEG["left"]], result[:, LEG["right"]] = points[:, LEG["right"]], points[:, LEG["left"]]
    return result


def exchanges(
    points: Floats, true: Floats, size_px: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return in which frames the legs are named the wrong way round, and in which this can be told."""
    joints = [Landmark[f"{side}_{part}"] for side in ("LEFT", "RIGHT") for part in ("KNEE", "ANKLE")]

    def away(a: Floats, b: Floats) -> Floats:
        return np.asarray(np.linalg.norm(a[:, joints] - b[:, joints], axis=-1).mean(axis=1))

    apart = away(true, _exchange(true)) / size_px > 2 * _EXCHANGED_BY
    nearer = away(points, true) - away(_exchange(points), true)
    return apart & (nearer / size_px > _EXCHANGED_BY), apart
