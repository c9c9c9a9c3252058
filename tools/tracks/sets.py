"""Which sets are tracked: exercise, faults, near misses, tempo, body, view, frame rate; all from the seed."""

import tomllib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from clip import PEOPLE, Clip
from scenes import KNEELING, OUTFITS, SEATED

Span = tuple[float, float]
Row = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """One way to spoil a repetition: what it changes, by how much; near misses stay within the bound.

    ``key`` is a field of the renderer's ``Rep`` or one of its fault channels.
    """

    name: str
    key: str
    beyond: Span
    near: Span


@dataclass(frozen=True)
class Kind:
    """One exercise: its clean tempo and its faults."""

    exercise: str
    up_s: Span
    hold_s: Span
    down_s: Span
    faults: tuple[Fault, ...]
    framing: Row
    arms: tuple[str, ...] = ("crossed",)


SHORT = Fault("short", "peak", (0.45, 0.70), (0.84, 0.92))
KINDS = (
    Kind(
        "march-neutral",
        (1.0, 1.9),
        (0.3, 2.2),
        (1.8, 3.0),
        (
            Fault("round", "round_deg", (11, 32), (3, 9)),
            Fault("round", "round_deg", (11, 32), (3, 9)),
            Fault("arch", "arch_deg", (28, 45), (10, 23)),
            Fault("lean-back", "lean_back_deg", (9, 22), (3, 7)),
            Fault("lean-forward", "lean_back_deg", (-22, -9), (-7, -3)),
            Fault("stance-leg-bend", "stance_knee_deg", (13, 30), (4, 10)),
            Fault("dropping", "down_s", (0.6, 1.4), (1.6, 1.8)),
            SHORT,
        ),
        {},
    ),
    Kind(
        "hip-hinge",
        (1.2, 2.4),
        (0.1, 0.8),
        (1.0, 2.0),
        (
            Fault("round", "round_deg", (15, 44), (3, 11)),
            Fault("round", "round_deg", (15, 44), (3, 11)),
            Fault("arch", "round_deg", (-46, -29), (-22, -12)),
            Fault("dropping", "up_s", (0.42, 0.56), (0.68, 0.9)),
            SHORT,
        ),
        {},
    ),
    Kind(
        "squat",
        (1.2, 2.4),
        (0.1, 0.8),
        (1.0, 2.0),
        (
            Fault("round", "round_deg", (14, 34), (3, 10)),
            Fault("dropping", "up_s", (0.42, 0.56), (0.68, 0.9)),
            SHORT,
        ),
        {},
        ("crossed", "forward"),
    ),
    Kind(
        "seated-lift-over",
        (0.8, 1.6),
        (0.2, 1.6),
        (0.8, 1.8),
        (
            Fault("slump", "slump_deg", (11, 30), (3, 8)),
            Fault("slump", "slump_deg", (11, 30), (3, 8)),
            Fault("lean-back", "lean_back_deg", (7, 20), (2, 5)),
            Fault("knee-bend", "knee_deg", (13, 30), (4, 10)),
            Fault("momentum", "up_s", (0.3, 0.42), (0.58, 0.75)),
            Fault("short", "peak", (0.25, 0.42), (0.54, 0.7)),
        ),
        SEATED,
    ),
    Kind(
        "lengthened-lowering",
        (1.0, 2.0),
        (0.8, 2.0),
        (3.3, 4.8),
        (
            Fault("arch", "arch_deg", (12, 30), (3, 8)),
            Fault("arch", "arch_deg", (12, 30), (3, 8)),
            Fault("too-fast", "down_s", (1.2, 2.7), (3.1, 3.3)),
            Fault("short", "peak", (0.35, 0.52), (0.66, 0.8)),
        ),
        {"height_m": 0.78, "distance_m": 2.9, "aim": [0.0, 0.0, 0.80]},
    ),
    Kind(
        "couch-stretch-active",
        (1.0, 1.8),
        (0.3, 1.5),
        (1.0, 1.8),
        (
            Fault("lumbar-dominated", "lumbar_deg", (12, 24), (2, 6)),
            Fault("lumbar-dominated", "lumbar_deg", (12, 24), (2, 6)),
            Fault("static", "hold_s", (3.5, 5.0), (2.0, 2.6)),
            SHORT,
        ),
        KNEELING,
    ),
)
RATES_FPS = (12.0, 15.0, 20.0, 24.0, 25.0, 30.0, 30.0, 30.0, 50.0, 60.0)
CLEAN, NEAR = 0.45, 0.20  # of the repetitions; the others have a fault
NEUTRAL_S = 3.0


@dataclass(frozen=True)
class Recording:
    """How a set is filmed, apart from the camera's place."""

    fps: float
    jitter: float  # of a frame's length
    dropped: float  # share of frames
    late_s: float  # nobody in view at first
    away_s: tuple[float, float] | None  # nobody in view in between


def bodies(split: str) -> list[str]:
    """Return a split's people."""
    return [name for name, who in PEOPLE.items() if who["split"] == split]


def recipe(split: str, number: int) -> tuple[Clip, Recording]:
    """Return one set of a split; the same number is always the same set."""
    kind = KINDS[number % len(KINDS)]
    name = f"{split}-{kind.exercise}-{number:05d}"
    seed = zlib.crc32(name.encode())
    rng = np.random.default_rng(seed)
    special = str(
        rng.choice(
            ["", "hanging", "late", "pause", "two-sets", "clean"], p=[0.68, 0.05, 0.06, 0.06, 0.05, 0.10]
        )
    )
    arms = str(rng.choice(kind.arms))
    arms = "hanging" if special == "hanging" else arms
    reps = [_rep(kind, rng, special == "clean") for _ in range(int(rng.integers(3, 6)))]
    late_s = float(rng.uniform(1.0, 3.0)) if special == "late" else 0.0
    middle = len(reps) // 2 - 1
    if special in ("pause", "two-sets"):
        reps[middle] = _rep(kind, rng, clean=True)  # who pauses stands as they began
        reps[middle]["rest_s"] = float(rng.uniform(9.0, 12.0))
    begin_s = late_s + NEUTRAL_S + float(rng.uniform(0.2, 1.0))
    lengths = np.cumsum([row["up_s"] + row["hold_s"] + row["down_s"] + row["rest_s"] for row in reps])
    rest_end_s = begin_s + float(lengths[middle])
    yaw = float(rng.uniform(-5, 5) if rng.random() < 0.6 else rng.uniform(-10, 10))
    spec = {
        "title": name,
        "exercise": kind.exercise,
        "split": split,
        "variant": special or "plain",
        "body": str(rng.choice(bodies(split))),
        "outfit": str(rng.choice(OUTFITS)),
        "room": "none",
        "seed": int(seed % 100_000),
        "fps": 20,
        "neutral_s": begin_s,
        "camera": kind.framing | {"near_side": str(rng.choice(["left", "right"])), "yaw_deg": round(yaw, 2)},
        "motion": {"arms": arms}
        | ({"arm_drift_deg": float(rng.uniform(0, 25))} if arms == "hanging" else {}),
        "reps": reps,
    }
    recording = Recording(
        fps=float(rng.choice(RATES_FPS)),
        jitter=float(rng.choice([0.0, 0.0, 0.25])),
        dropped=float(rng.choice([0.0, 0.0, 0.05, 0.2])),
        late_s=late_s,
        away_s=(rest_end_s - 7.0, rest_end_s - 3.0) if special == "two-sets" else None,
    )
    return Clip(name, spec), recording


def _rep(kind: Kind, rng: np.random.Generator, clean: bool) -> Row:
    row: Row = {
        "side": "near",
        "up_s": _within(rng, kind.up_s),
        "hold_s": _within(rng, kind.hold_s),
        "down_s": _within(rng, kind.down_s),
        "rest_s": _within(rng, (0.5, 1.6)),
        "peak": _within(rng, (0.93, 1.07)),
    }
    draw = 0.0 if clean else rng.random()
    if draw >= CLEAN:
        fault = kind.faults[int(rng.integers(len(kind.faults)))]
        row[fault.key] = _within(rng, fault.near if draw < CLEAN + NEAR else fault.beyond)
        row["scripted"] = 1.0  # told apart from clean ones; the renderer knows no such fault
    return row


def _within(rng: np.random.Generator, span: Span) -> float:
    return round(float(rng.uniform(*span)), 3)


def exercise_file(exercise: str) -> dict[str, Any]:
    """Return an exercise's TOML, for its bounds."""
    folder = Path(__file__).parents[2] / "formcheck" / "exercises" / "library"
    return tomllib.loads((folder / f"{exercise}.toml").read_text())


def exercise_bounds(exercise: str) -> dict[str, Any]:
    """Return what the truth of a set depends on in its exercise's TOML: the bounds and the target."""
    content = exercise_file(exercise)
    names = ("id", "kind", "phase", "info", "amber", "red")
    faults = [{name: rule[name] for name in names if name in rule} for rule in content["faults"]]
    return {"target_deg": content["repetition"]["target_deg"], "faults": faults}
