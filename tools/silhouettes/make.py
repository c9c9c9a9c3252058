"""Film every scene and keep what the pose network saw of it: ``make.py dev|test [NAME...]``; resumable.

Writes to ``tools/silhouettes/.cache/SPLIT/``: ``NAME.parquet`` (the track, as the product extracts it),
``NAME.json`` (the truth, in the samples' schema, without joint positions) and ``NAME.npz`` (the exact
silhouette's edges at the true landmarks, to tell the network's error from the skin's).
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "render"), str(HERE.parents[1])]

import shade  # noqa: E402
from clip import Clip, Take, perform, truth_of, write_truth  # noqa: E402
from scenes import scenes  # noqa: E402
from truth import landmark_rest_points, landmarks_of  # noqa: E402

from formcheck.body.pose import Origin, Pose, PoseTrack  # noqa: E402
from formcheck.sources.frames import Frame  # noqa: E402
from formcheck.sources.mediapipe_pose import PoseEstimator  # noqa: E402
from formcheck.sources.track_file import write_track  # noqa: E402
from formcheck.sources.trunk_edges import trunk_edges  # noqa: E402

CACHE = HERE / ".cache"
MODEL = HERE.parents[1] / "models" / "pose_landmarker_full.task"
NOT_KEPT = ("joints_m", "joints_px", "landmarks_px")


def film(take: Take) -> tuple[PoseTrack, np.ndarray]:
    """Return the track and the true edges, shape (T, 2, N_EDGE, 2)."""
    camera, fps = take.clip.camera, take.clip.fps
    drawn, rng = shade.sheets(take), np.random.default_rng(take.clip.spec["seed"])
    background = shade.room(camera, take.clip.spec["seed"])
    shoes = next(layer.surface for layer in take.layers if layer.material == "shoe").vertices
    rest = landmark_rest_points(take.body, shoes)
    poses: list[Pose] = []
    edges: list[np.ndarray] = []
    with PoseEstimator(MODEL) as estimator:
        for k, placement in enumerate(take.placements):
            picture, silhouette = shade.draw(take, drawn, k, background, rng)
            poses.append(estimator.estimate(Frame.from_image(k / fps, picture)))
            marks = camera.project(landmarks_of(take.body, rest, placement))
            mask = (silhouette > 0).astype(np.float32)
            size = (camera.width_px, camera.height_px)
            edges.append(trunk_edges(mask, marks, np.ones(33), size).points_px)
        smoothing = estimator.smoothing
    n = len(poses)
    origin = Origin(take.clip.name, "", n / fps, fps, *size, 0, MODEL.stem, "", smoothing)
    return PoseTrack.from_poses(poses, origin), np.array(edges, dtype=np.float32)


def truth(take: Take) -> dict:
    """Return the truth without what only pictures need."""
    full = truth_of(take, lambda k, points: points)
    full["frames"] = {name: values for name, values in full["frames"].items() if name not in NOT_KEPT}
    return full


def make(clip: Clip, folder: Path) -> None:
    """Film one scene."""
    take = perform(clip)
    track, edges = film(take)
    np.savez_compressed(folder / f"{clip.name}.npz", edges_px=edges)
    write_truth(truth(take), folder / f"{clip.name}.json")
    write_track(replace(track), folder / f"{clip.name}.parquet")


def main() -> None:
    """Film what is not there yet."""
    split, names = sys.argv[1], set(sys.argv[2:])
    folder = CACHE / split
    folder.mkdir(parents=True, exist_ok=True)
    for clip, _ in scenes(split):
        if (names and clip.name not in names) or (folder / f"{clip.name}.parquet").exists():
            continue
        make(clip, folder)
        print(clip.name, flush=True)


if __name__ == "__main__":
    main()
