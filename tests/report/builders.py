"""A made-up side view squat set whose every number is known, for the tests of what is shown of it."""

from dataclasses import replace

import numpy as np

from formcheck.body.landmarks import Landmark
from formcheck.body.pose import N_EDGE, Floats, Origin, Pose, PoseTrack
from formcheck.body.signals import Signals
from formcheck.coach.set_report import (
    AngleRange,
    ExerciseRef,
    Fault,
    LumbarRange,
    Neutral,
    Repetition,
    SetReport,
    SetSummary,
    Tempo,
    UsableRange,
    View,
    Withheld,
)

WIDTH, HEIGHT = 320, 240
RATE_HZ = 25.0
DURATION_S = 12.0
SIGNAL = "trunk_thigh"
TARGET = (80.0, 120.0)
REP_STARTS_S = (2.0, 5.0, 8.0)
PEAKS_DEG = (100.0, 96.0, 60.0)

NOT_JUDGED = LumbarRange(None, None, None, None, judged=False, reason="no_lumbar_sensor")
JUDGED = LumbarRange(-1.5, 12.25, 11.5, 3.0, judged=True, reason="")


def shallow(start_s: float = 9.0, end_s: float = 9.4, severity: str = "amber") -> Fault:
    return Fault(
        id="shallow",
        signal="thigh_elevation",
        severity=severity,  # type: ignore[arg-type]
        start_s=start_s,
        end_s=end_s,
        peak=60.0,
        unit="deg",
        threshold=80.0,
        cue="Sit a little deeper.",
        evidence="D",
    )


def repetition(index: int = 1, **changes: object) -> Repetition:
    """Two seconds: 0.8 s there, 0.4 s held, 0.8 s back."""
    start_s = REP_STARTS_S[index - 1] if index <= 3 else 8.0 + 3.0 * (index - 3)
    plain = Repetition(
        index=index,
        side="both",
        move_start_s=start_s,
        move_end_s=start_s + 2.0,
        start_s=start_s,
        peak_s=start_s + 1.0,
        end_s=start_s + 2.0,
        concentric_s=0.8,
        hold_s=0.4,
        eccentric_s=0.8,
        verdict="ok",
        reasons=(),
        usable_range=None,
        range={
            "trunk_thigh": AngleRange(4.0, PEAKS_DEG[(index - 1) % 3], 3.5, PEAKS_DEG[(index - 1) % 3]),
            "knee_flexion": AngleRange(2.0, 95.12, 1.0, 96.0),
        },
        lumbar_flexion_deg=NOT_JUDGED,
        faults=(),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def summary(reps: tuple[Repetition, ...], notes: tuple[str, ...] = ()) -> SetSummary:
    verdicts = [rep.verdict for rep in reps]
    judged = len(verdicts) - verdicts.count("cannot_judge")
    return SetSummary(
        reps=len(reps),
        ok=verdicts.count("ok"),
        borderline=verdicts.count("borderline"),
        fault=verdicts.count("fault"),
        cannot_judge=verdicts.count("cannot_judge"),
        judged_share=judged / len(reps) if reps else None,
        tempo_s=Tempo(0.8, 0.4, 0.8) if reps else Tempo(None, None, None),
        notes=notes,
    )


def report(reps: tuple[Repetition, ...] | None = None, **changes: object) -> SetReport:
    """Three squats, the third too shallow, the back never judged."""
    if reps is None:
        reps = (
            repetition(1),
            repetition(2),
            repetition(3, verdict="fault", reasons=("shallow",), faults=(shallow(),)),
        )
    plain = SetReport(
        formcheck_version="0.1.0",
        origin=Origin(
            name="squat.mp4",
            sha256="ab" * 32,
            duration_s=DURATION_S,
            fps=RATE_HZ,
            width_px=WIDTH,
            height_px=HEIGHT,
            model_name="pose_landmarker_full",
            model_sha256="cd" * 32,
        ),
        exercise=ExerciseRef("squat", 1, "ef" * 32, "Squat"),
        view=View("right", "right", 8.0, judged=True, reason=""),
        neutral=Neutral(0.0, 1.5, None, accepted=True, reason=""),
        reps=reps,
        set=summary(reps),
        cannot_judge=(
            Withheld("lumbar_flexion", 0.0, DURATION_S, "no_lumbar_sensor", "Treat the back as not checked."),
        ),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def usable() -> UsableRange:
    return UsableRange("thigh_elevation", 71.234, 65.0, 78.0)


def times() -> Floats:
    return np.arange(0, DURATION_S, 1 / RATE_HZ)


def bend_deg(t_s: Floats) -> Floats:
    """The trunk-thigh angle of the set: 4 degrees at rest, a smooth bump for every repetition."""
    angle = np.full_like(t_s, 4.0)
    for start_s, peak_deg in zip(REP_STARTS_S, PEAKS_DEG, strict=True):
        phase = np.clip((t_s - start_s) / 2.0, 0, 1)
        angle += (peak_deg - 4.0) * np.sin(np.pi * phase) ** 2
    return angle


def signals(lumbar: bool = False) -> Signals:
    t_s = times()
    bend = bend_deg(t_s)
    bend[(t_s > 11.0) & (t_s < 11.5)] = np.nan
    values = {
        "trunk_thigh": bend,
        "knee_flexion": bend * 0.95,
        "lumbar_flexion": bend * 0.12 if lumbar else np.full_like(t_s, np.nan),
    }
    why = {"trunk_thigh": "hidden", "knee_flexion": "hidden", "lumbar_flexion": "no_lumbar_sensor"}
    if lumbar:
        why["lumbar_flexion"] = "hidden"
    return Signals(
        t_s=t_s,
        deg=values,
        sd_deg={name: np.where(np.isfinite(value), 5.0, np.nan) for name, value in values.items()},
        reason={name: np.where(np.isfinite(value), "", why[name]) for name, value in values.items()},
    )


def pose(t_s: float = 0.0) -> Pose:
    """A side view stick figure that faces the picture's right and squats as `bend_deg` says."""
    bend = np.radians(float(bend_deg(np.array([t_s]))[0]))
    hip = np.array([150.0, 130.0 + 25.0 * np.sin(bend / 2)])
    lean, thigh = 0.45 * bend, 0.55 * bend
    shoulder = hip + 70 * np.array([np.sin(lean), -np.cos(lean)])
    knee = hip + 42 * np.array([np.sin(thigh), np.cos(thigh)])
    ankle = np.array([knee[0] - 8.0, 214.0])
    points = np.full((33, 2), np.nan)
    for side, shift in (("LEFT", -4.0), ("RIGHT", 0.0)):
        for part, at in {
            "SHOULDER": shoulder,
            "ELBOW": shoulder + np.array([14, 26]),
            "WRIST": shoulder + np.array([34, 14]),
            "HIP": hip,
            "KNEE": knee,
            "ANKLE": ankle,
            "HEEL": ankle + np.array([-5, 6]),
            "FOOT_INDEX": ankle + np.array([18, 7]),
        }.items():
            points[Landmark[f"{side}_{part}"]] = at + np.array([shift, shift / 2])
    points[Landmark.NOSE] = shoulder + np.array([14, -24])
    points[Landmark.LEFT_EAR] = points[Landmark.RIGHT_EAR] = shoulder + np.array([4, -24])
    result = Pose.from_landmarks(t_s, points)
    along = np.linspace(-0.25, 1.2, N_EDGE)[:, None] * (shoulder - hip)
    across = np.array([np.cos(lean), np.sin(lean)])
    edges = np.stack([hip + along - 16 * across, hip + along + 14 * across])
    return replace(result, edges_px=edges, edge_confidence=np.ones((2, N_EDGE)))


def track() -> PoseTrack:
    rng = np.random.default_rng(7)
    poses = []
    for t_s in times():
        one = pose(float(t_s))
        world = rng.normal(0, 0.3, (33, 3))
        poses.append(replace(one, landmarks_m=world))
    return PoseTrack.from_poses(poses, report().origin)
