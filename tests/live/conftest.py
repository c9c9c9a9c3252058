"""Sessions that are fed as a camera feeds them, and what they said."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import Pose, PoseTrack
from formcheck.exercises.load import load
from formcheck.live.session import LiveSession, Plan
from formcheck.live.sink import FolderSink
from formcheck.live.voice import Kind

Begin = Callable[..., LiveSession]


@pytest.fixture
def begin(tmp_path: Path) -> Begin:
    """Makes a session for a track's camera."""

    def begun(track: PoseTrack, exercise: str = "squat", **plan: float) -> LiveSession:
        numbers = {"repetitions": 3, "sets": 1, **plan}
        return LiveSession(load(exercise), Plan(**numbers), track.origin, FolderSink(tmp_path))  # type: ignore[arg-type]

    return begun


def play(session: LiveSession, poses: Iterable[Pose], until: str = "ended") -> LiveSession:
    """Feed poses until the session comes to a stage."""
    for pose in poses:
        session.feed(pose)
        if session.stage == until:
            break
    return session


def said(session: LiveSession, *kinds: Kind) -> list[str]:
    """What was said of some kinds, in order."""
    return [line.text for line in session.voice.lines if line.kind in kinds]


def with_raised_hand(pose: Pose) -> Pose:
    """The same person with the right hand half a trunk above the head."""
    points = pose.landmarks_px.copy()
    trunk_px = np.linalg.norm(points[Landmark.RIGHT_SHOULDER] - points[Landmark.RIGHT_HIP])
    points[Landmark.RIGHT_WRIST] = points[Landmark.NOSE] - [0, 0.5 * trunk_px]
    return replace(pose, landmarks_px=points)


def later(poses: Iterable[Pose], by_s: float) -> list[Pose]:
    """The same poses at another time."""
    return [replace(pose, t_s=pose.t_s + by_s) for pose in poses]
