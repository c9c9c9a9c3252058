"""What a perfect observer would see of a set at given times: landmarks, outline and angles, without noise."""

import json
from dataclasses import dataclass
from pathlib import Path

import contour
import numpy as np
import numpy.typing as npt
from clip import Clip
from frames import HIPS, SHOULDERS, outline_px
from motion import rep_progress, starts_s
from posed import posed
from post import Post
from scipy.interpolate import CubicSpline
from skeleton import SIDES
from truth import landmark_rest_points, landmarks_of, table_of

Floats = npt.NDArray[np.float64]
_ARRAYS = ("t_s", "marks_m", "trunk", "arms")


@dataclass(frozen=True)
class Exact:
    """A set at its poses' own times, ready to be asked for any others.

    Parameters
    ----------
    clip : Clip
    near : {"left", "right"}
        The person's side next to the camera.
    t_s : ndarray, shape (P,)
    marks_m : ndarray, shape (P, 33, 3)
        World positions of the landmarks.
    trunk : ndarray, shape (P, 2, K)
        Least and greatest depth of the trunk's outline; see ``contour``.
    arms : ndarray, shape (A, P, 2, K)
        The same of each arm; empty where the arms stay in front.
    table : dict of str to ndarray, shape (P,)
        The truth's angles.
    """

    clip: Clip
    near: str
    t_s: Floats
    marks_m: Floats
    trunk: Floats
    arms: Floats
    table: dict[str, Floats]

    def angles(self, t_s: Floats) -> dict[str, Floats]:
        """Return the truth's angles at some times; progress q from the script itself."""
        result = {name: CubicSpline(self.t_s, values)(t_s) for name, values in self.table.items()}
        return result | {"q": self.progress(t_s)}

    def progress(self, t_s: Floats) -> Floats:
        """Return the scripted progress at some times."""
        clip = self.clip
        starts = starts_s(clip.reps, clip.spec["neutral_s"])
        which = np.searchsorted(starts, t_s, side="right") - 1
        return np.array(
            [
                rep_progress(clip.reps[i], float(t - starts[i])) if 0 <= i < len(clip.reps) else 0.0
                for i, t in zip(which, t_s, strict=True)
            ]
        )

    def seen(self, t_s: Floats, post: Post | None = None) -> tuple[Floats, Floats]:
        """Return landmarks (T, 33, 2) and the outline (T, 2, K, 2) in pixels at some times."""
        marks = self.clip.camera.project(CubicSpline(self.t_s, self.marks_m)(t_s))
        outline = self._outline(marks, t_s)
        if post is not None:
            marks = np.stack([post.warp(k, each) for k, each in enumerate(marks)])
            outline = np.stack([post.warp(k, each) for k, each in enumerate(outline)])
        return marks, outline

    def _outline(self, marks: Floats, t_s: Floats) -> Floats:
        span = _spline(self.t_s, self.trunk, t_s)
        if len(self.arms):
            arms = np.stack([_straight(self.t_s, arm, t_s) for arm in self.arms])
            span, _ = contour.joined(span, arms)
        hip, shoulder = (marks[:, list(which)].mean(axis=1) for which in (HIPS, SHOULDERS))
        return outline_px(hip, shoulder, contour.STATIONS, span)


def exact(clip: Clip, with_arms: bool) -> Exact:
    """Pose a set and find its outline; ``with_arms`` where an arm may come to the back."""
    take, t_s = posed(clip)
    parts = contour.parts_of(take)
    camera, body = clip.camera, take.body
    trunk = np.stack([contour.spans(parts["trunk"], body, camera, place) for place in take.placements])
    arms = np.zeros((0, *trunk.shape))
    if with_arms:
        each = [
            [contour.spans(parts[side], body, camera, place) for place in take.placements] for side in SIDES
        ]
        arms = np.array(each)
    rest = landmark_rest_points(body, take.who.shoes.vertices)
    marks = np.stack([landmarks_of(body, rest, place) for place in take.placements])
    hz = 1 / (t_s[1] - t_s[0])
    neutral = slice(*(round(t * hz) for t in take.neutral))
    return Exact(
        clip, take.who.near, t_s, marks, trunk, arms, table_of(take.moments, take.placements, neutral)
    )


def keep(scene: Exact, path: Path) -> None:
    """Keep a scene: to pose it costs ten times what drawing its noise does."""
    facts = json.dumps({"name": scene.clip.name, "spec": scene.clip.spec, "near": scene.near})
    arrays = {name: getattr(scene, name) for name in _ARRAYS}
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(
            file,
            facts=np.array(facts),
            **{name: values.astype(np.float32) for name, values in arrays.items()},
            **{f"table {name}": values.astype(np.float32) for name, values in scene.table.items()},
        )
    part.rename(path)


def kept(path: Path) -> Exact:
    """Return a kept scene."""
    data = np.load(path)
    facts = json.loads(str(data["facts"]))
    table = {name.removeprefix("table "): data[name] for name in data.files if name.startswith("table ")}
    arrays = {name: data[name].astype(np.float64) for name in _ARRAYS}
    return Exact(
        Clip(facts["name"], facts["spec"]),
        facts["near"],
        table={name: values.astype(np.float64) for name, values in table.items()},
        **arrays,
    )


def _spline(at: Floats, values: Floats, t_s: Floats) -> Floats:
    """Interpolate smoothly over time where a column is known throughout, NaN elsewhere."""
    flat = values.reshape(len(at), -1)
    known = np.isfinite(flat).all(axis=0)
    result = np.full((len(t_s), flat.shape[1]), np.nan)
    if known.any():
        result[:, known] = CubicSpline(at, flat[:, known])(t_s)
    return result.reshape(len(t_s), *values.shape[1:])


def _straight(at: Floats, values: Floats, t_s: Floats) -> Floats:
    """Interpolate linearly over time; NaN beside a moment at which there was nothing."""
    after = np.clip(np.searchsorted(at, t_s), 1, len(at) - 1)
    share = ((t_s - at[after - 1]) / (at[after] - at[after - 1]))[:, None, None]
    return np.asarray((1 - share) * values[after - 1] + share * values[after])
