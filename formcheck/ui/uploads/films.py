"""Films for sharing: the skeleton alone, and the recording with the face made unrecognisable."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import PoseTrack
from formcheck.report.analysis import Analysis
from formcheck.report.overlay import MAX_SIDE_PX, write_overlay
from formcheck.sources.frames import Frame, Image
from formcheck.sources.video import VideoSource
from formcheck.ui.job import Tell

ROOM_RGB = (24, 33, 40)
# With hair and chin a head reaches about 1.5 times as far from its middle as its landmarks (ears, mouth,
# eyes); 2 leaves room for their own error. Our choice.
FACE_REACH = 2.0
# A face seen edge-on has its landmarks close together: at least this share of the height. Our choice.
MIN_REACH = 0.05
# Landmarks of neighbouring pictures count too, so that a face is covered when one picture misses it.
NEAR_S = 0.25
# A face is left this many blocks across: no feature of it can be told. Our choice.
BLOCKS = 5
HEAD = [int(Landmark[name]) for name in Landmark.__members__ if int(Landmark[name]) <= 10]


def write_replay(analysis: Analysis, path: Path, tell: Tell) -> None:
    """Write the skeleton of a set before an empty room."""
    _write(analysis, _empty_room(analysis.track), path, tell)


def write_blurred(analysis: Analysis, recording: Path, path: Path, tell: Tell) -> None:
    """Write the annotated recording with the face covered in every picture."""
    with VideoSource(recording, max_side_px=MAX_SIDE_PX) as frames:
        _write(analysis, without_face(frames, analysis.track), path, tell)


def write_film(analysis: Analysis, recording: Path, path: Path, tell: Tell) -> None:
    """Write the annotated recording as it is."""
    with VideoSource(recording, max_side_px=MAX_SIDE_PX) as frames:
        _write(analysis, frames, path, tell)


def without_face(frames: Iterable[Frame], track: PoseTrack) -> Iterator[Frame]:
    """Yield pictures in which no face can be recognised.

    Where nobody was found near a picture's time the whole of it is made coarse: a face might be there.
    """
    for frame in frames:
        image = np.ascontiguousarray(frame.image_rgb).copy()
        height, width = image.shape[:2]
        scale = np.array([width / frame.width_px, height / frame.height_px])
        circles = [(middle * scale, reach_px * scale[1]) for middle, reach_px in _faces(track, frame)]
        for middle, reach_px in circles:
            _coarsen(image, middle, reach_px)
        if not circles:
            _coarsen(image, np.array([width / 2, height / 2]), math.hypot(width, height))
        yield replace(frame, image_rgb=image, full_size=None)


def _faces(track: PoseTrack, frame: Frame) -> list[tuple[np.ndarray, float]]:
    """Return the middle of the face and its reach, in pixels of the original, at the times near a picture."""
    found = []
    for i in np.flatnonzero(np.abs(track.t_s - frame.t_s) <= NEAR_S):
        points = track.landmarks_px[i, HEAD]
        points = points[np.isfinite(points).all(axis=1)]
        if len(points):
            middle = points.mean(axis=0)
            spread_px = float(np.linalg.norm(points - middle, axis=1).max())
            found.append((middle, max(FACE_REACH * spread_px, MIN_REACH * frame.height_px)))
    return found


def _coarsen(image: Image, middle: np.ndarray, reach_px: float) -> None:
    """Replace a square of the picture with a few large blocks, in place."""
    height, width = image.shape[:2]
    left, top = (max(0, math.floor(value - reach_px)) for value in middle)
    right, bottom = (
        min(size, math.ceil(value + reach_px)) for value, size in zip(middle, (width, height), strict=True)
    )
    if right <= left or bottom <= top:
        return
    part = image[top:bottom, left:right]
    small = cv2.resize(part, (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA)
    image[top:bottom, left:right] = cv2.resize(
        small, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST
    )


def _empty_room(track: PoseTrack) -> Iterator[Frame]:
    width, height = track.origin.width_px or 640, track.origin.height_px or 480
    shrink = min(1.0, MAX_SIDE_PX / max(width, height))
    room = np.empty((max(2, round(height * shrink)), max(2, round(width * shrink)), 3), np.uint8)
    room[:] = ROOM_RGB
    for t_s in track.t_s:
        yield Frame(float(t_s), room, width, height)


def _write(analysis: Analysis, frames: Iterable[Frame], path: Path, tell: Tell) -> None:
    judged = analysis.judged
    duration_s = judged.report.origin.duration_s
    write_overlay(
        frames,
        judged.track,
        judged.signals,
        judged.report,
        path,
        focus=analysis.focus,
        progress=lambda done_s: tell("Drawing the video", done_s, duration_s),
    )
