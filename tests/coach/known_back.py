"""Judges a stick person as if its back had been seen: its lumbar angle is the motion's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

import numpy as np

from formcheck.body import spine_signal
from formcheck.body.measure import Calibration
from formcheck.body.pose import PoseTrack
from formcheck.body.signals import Signals
from formcheck.coach import judge as judging
from formcheck.coach.set_report import Neutral, SetReport
from formcheck.exercises.load import LoadedExercise
from tests.synthetic import CLEAN, Camera, Flaws, Motion, film

WIDE = Camera(width_px=1280)
OTHER_WAY = Camera(width_px=1280, yaw_deg=180.0)
FRONT = Camera(width_px=1280, yaw_deg=90.0)


def seen(
    motion: Motion,
    exercise: LoadedExercise,
    camera: Camera = WIDE,
    flaws: Flaws = CLEAN,
    *,
    fps: float = 30.0,
    sd_deg: float = 3.0,
    offset_deg: float | None = None,
    object_height_cm: float | None = None,
) -> SetReport:
    """Return the report of a motion whose back is known; `offset_deg` is its start against quiet standing."""
    corrections = judging.Corrections(object_height_cm=object_height_cm)
    with _known(motion, sd_deg, offset_deg):
        return judging.judge(film(motion, camera, flaws, fps=fps), exercise, corrections).report


@contextmanager
def _known(motion: Motion, sd_deg: float, offset_deg: float | None) -> Iterator[None]:
    def with_back(track: PoseTrack, calibration: Calibration, signals: Signals, *_: object) -> Signals:
        t_s = track.t_s
        lumbar = motion.at(t_s)["lumbar_flexion"] - motion.at(np.zeros(1))["lumbar_flexion"]
        reason = np.asarray(signals.reason["trunk_lean"], dtype="<U24")
        judged = reason == ""
        return spine_signal._with_hips(
            signals, np.where(judged, lumbar, np.nan), np.where(judged, sd_deg, np.nan), reason
        )

    report_of = judging._neutral_report

    def neutral(*args: object) -> Neutral:
        known = report_of(*args)  # type: ignore[arg-type]
        if offset_deg is None:
            return known
        return replace(known, standing_reference=True, lumbar_offset_deg=offset_deg)

    with patch.object(judging, "with_spine", with_back), patch.object(judging, "_neutral_report", neutral):
        yield
