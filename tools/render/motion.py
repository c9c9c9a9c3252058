"""Time: eased repetitions, small sway, and the channels that drive a pose."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

SWAY_PERIOD_S = 3.0
SWAY_SIZE = {
    "x_m": 0.0025,
    "y_m": 0.003,
    "tilt_deg": 0.35,
    "lumbar_deg": 0.3,
    "thoracic_deg": 0.4,
    "head_deg": 0.6,
}


@dataclass(frozen=True)
class Rep:
    """One scripted repetition; `faults` holds peak sizes by channel name."""

    side: str = "both"
    peak: float = 1.0
    up_s: float = 1.6
    hold_s: float = 0.5
    down_s: float = 1.6
    rest_s: float = 0.6
    drop: float = 0.0  # share of the way back that is let fall in the last fifth of its time
    faults: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Moment:
    """Everything that shapes the pose at one instant."""

    t_s: float
    q: float = 0.0  # progress of the repetition, 0 to about 1
    side: str = "both"
    bottom: float = 0.0  # 0 to 1 while a lowered limb nears and keeps its end position
    parity: float = 0.0  # 0 to 1 to 0: which side of an object the limb is on
    faults: dict[str, float] = field(default_factory=dict)
    bottom_faults: dict[str, float] = field(
        default_factory=dict
    )  # of the repetition that `bottom` belongs to
    arms: float = 1.0  # 0 hanging, 1 in the clip's arm posture
    head_turn: float = 0.0  # 0 ahead, 1 at the camera
    sway: dict[str, float] = field(default_factory=dict)


def ease(t: np.ndarray | float) -> np.ndarray | float:
    """Minimum-jerk step from 0 to 1."""
    t = np.clip(t, 0, 1)
    return t**3 * (10 - 15 * t + 6 * t * t)


def glide(t: float, ends: float = 0.35) -> float:
    """Step from 0 to 1 at an even speed, with eased ends that take `ends` of the time each."""
    t = float(np.clip(t, 0, 1))
    if t > 0.5:
        return 1 - glide(1 - t, ends)
    top = 1 / (1 - ends)
    if t >= ends:
        return top * (t - ends / 2)
    return top * (t / 2 - ends / (2 * np.pi) * np.sin(np.pi * t / ends))


def rep_progress(rep: Rep, t_s: float) -> float:
    """Progress q of one repetition, `t_s` after its first movement."""
    if t_s < rep.up_s:
        return rep.peak * glide(t_s / rep.up_s)
    if t_s < rep.up_s + rep.hold_s:
        return rep.peak
    back = (t_s - rep.up_s - rep.hold_s) / rep.down_s
    fallen = (1 - rep.drop) * glide(back) + rep.drop * glide((back - 0.8) / 0.2)
    return rep.peak * (1 - fallen)


def duration_s(rep: Rep) -> float:
    """Whole length of a repetition with the rest after it."""
    return rep.up_s + rep.hold_s + rep.down_s + rep.rest_s


def sway_at(t_s: float, seed: int, moving: float) -> dict[str, float]:
    """Small sway: even over `SWAY_PERIOD_S` (so that quiet frames recur exactly), livelier while moving."""
    rng = np.random.default_rng(seed)
    values = {}
    for name, size in SWAY_SIZE.items():
        a, b, c = rng.normal(size=3) * (0.7, 0.5, 0.3)
        phase = 2 * np.pi * t_s / SWAY_PERIOD_S
        quiet = a * np.cos(phase) + b * np.cos(2 * phase) + c * np.cos(3 * phase)
        frequency, offset = rng.uniform(0.25, 0.8, 3), rng.uniform(0, 2 * np.pi, 3)
        lively = np.sin(2 * np.pi * frequency * t_s + offset).sum() / 1.5
        values[name] = float(size * (quiet + 1.3 * moving * lively))
    return values


def moments(
    reps: list[Rep], fps: float, neutral_s: float, tail_s: float, seed: int, setup: dict | None = None
) -> list[Moment]:
    """Make the moments of a clip, one per frame.

    Parameters
    ----------
    setup : optional `until_s` of standing about (arms hanging, looking at the screen) before the neutral
    """
    starts = starts_s(reps, neutral_s, setup)
    count = round((starts[-1] + tail_s) * fps)
    return [moment_at(reps, starts, k / fps, seed, setup) for k in range(count)]


def starts_s(reps: list[Rep], neutral_s: float, setup: dict | None = None) -> np.ndarray:
    """Time (s) at which each repetition's movement begins, and the end of the last one's rest."""
    begin = neutral_s + (setup["until_s"] if setup else 0.0)
    return begin + np.concatenate([[0.0], np.cumsum([duration_s(r) for r in reps])])


def moment_at(
    reps: list[Rep], starts: np.ndarray, t_s: float, seed: int, setup: dict | None = None
) -> Moment:
    """Make the moment of any instant; `starts` as `starts_s` gives them."""
    i = int(np.searchsorted(starts, t_s, side="right")) - 1
    rep, local = (reps[i], t_s - starts[i]) if 0 <= i < len(reps) else (None, 0.0)
    q = rep_progress(rep, local) if rep else 0.0
    moving = min(1.0, 4 * q)
    arms, turn = setup_channels(t_s, setup)
    return Moment(
        t_s,
        q,
        rep.side if rep else (reps[0].side if reps else "both"),
        bottom_at(reps, i, local),
        parity_at(reps, i, local),
        faults_at(reps, i, local),
        bottom_faults_at(reps, i, local),
        arms,
        turn,
        sway_at(t_s, seed, moving),
    )


def setup_channels(t_s: float, setup: dict | None) -> tuple[float, float]:
    """Arm posture and head turn during set-up."""
    if not setup:
        return 1.0, 0.0
    end = setup["until_s"]
    return float(ease((t_s - end + 3.0) / 1.5)), 1 - float(ease((t_s - end + 1.6) / 0.8))


def bottom_at(reps: list[Rep], i: int, local_s: float) -> float:
    """How far a lowered limb has come to its end position: rises late in lowering, fades in the next lift."""
    if i >= len(reps):
        return 1.0 if reps else 0.0
    if i < 0:
        return 0.0
    rep = reps[i]
    fading = 1 - ease(local_s / (0.5 * rep.up_s)) if i > 0 else 0.0
    rising = ease(((local_s - rep.up_s - rep.hold_s) / rep.down_s - 0.35) / 0.55)
    return float(max(fading, rising))


def parity_at(reps: list[Rep], i: int, local_s: float) -> float:
    """Which side of an object a lifted limb is on: changes once in every repetition."""
    if i < 0:
        return 0.0
    if i >= len(reps):
        return float(len(reps) % 2)
    rep = reps[i]
    through = float(ease((local_s / (rep.up_s + rep.hold_s + rep.down_s) - 0.2) / 0.6))
    return through if i % 2 == 0 else 1 - through


def faults_at(reps: list[Rep], i: int, local_s: float) -> dict[str, float]:
    """Peak fault sizes of the repetition in force; at rest between two, of the one just done."""
    if not reps or i < 0:
        return {}
    return reps[min(i, len(reps) - 1)].faults


def bottom_faults_at(reps: list[Rep], i: int, local_s: float) -> dict[str, float]:
    """Fault sizes that go with `bottom_at`: the last repetition's until the next lift has undone them."""
    if 0 < i < len(reps) and local_s < 0.5 * reps[i].up_s:
        return reps[i - 1].faults
    return faults_at(reps, i, local_s)
