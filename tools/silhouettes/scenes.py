"""What is filmed: every body in every exercise, clean and faulty, from several views and with several arms.

Seeded by name, so that a scene is the same whenever it is made. The split follows the bodies of the
renderer's ``bodies.toml``: whoever tunes looks at dev bodies alone.
"""

import tomllib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from clip import PEOPLE, Clip

PEOPLE.update(tomllib.loads((Path(__file__).parent / "bodies.toml").read_text()))
OUTFITS = ("tee-teal", "tank-red", "tee-grey", "long-purple", "tee-white", "tee-mustard")
FPS = 20
NEUTRAL_S = 1.4
SEATED = {
    "shape": "landscape",
    "distance_m": 2.7,
    "height_m": 0.45,
    "aim": [0.34, 0.0, 0.50],
}
KNEELING = {"height_m": 0.65, "distance_m": 2.9, "aim": [0.0, 0.0, 0.72]}
LYING = {"shape": "landscape", "distance_m": 3.4, "height_m": 0.5, "aim": [0.0, 0.0, 0.4]}


@dataclass(frozen=True)
class Kind:
    """One kind of scene; ``fault`` and ``size_deg`` shape its later repetitions."""

    name: str
    exercise: str
    fault: str = ""
    size_deg: tuple[float, float] = (0.0, 0.0)
    arms: str = "crossed"
    drift_deg: tuple[float, float] = (0.0, 0.0)
    yaw_deg: tuple[float, float] = (-4.0, 4.0)
    outfit: str = ""
    judgeable: bool = True
    camera: str = "standing"
    down_s: float = 1.5
    motion: Mapping[str, float] = field(default_factory=dict)
    thoracic_deg: tuple[float, float] = (0.0, 0.0)


KINDS = (  # most useful first
    Kind("hinge", "hip-hinge", "round_deg", (22, 44)),
    Kind("march", "march-neutral", "round_deg", (12, 28)),
    Kind("march-hang", "march-neutral", "round_deg", (12, 25), "hanging", (4, 32)),
    Kind("lower", "lengthened-lowering", "arch_deg", (12, 26), down_s=3.4),
    Kind("couch", "couch-stretch-active", "lumbar_deg", (8, 22), camera="kneeling"),
    Kind("seated", "seated-lift-over", "slump_deg", (12, 28), camera="seated"),
    Kind("squat", "squat", "round_deg", (18, 34), "forward"),
    Kind("hinge-15", "hip-hinge", "round_deg", (20, 40), yaw_deg=(11, 18)),
    Kind("march-arch", "march-neutral", "arch_deg", (12, 26)),
    Kind("hinge-hang", "hip-hinge", "round_deg", (20, 40), "hanging", (0, 10)),
    Kind("hinge-30", "hip-hinge", "round_deg", (20, 40), yaw_deg=(26, 34)),
    Kind("march-15", "march-neutral", "round_deg", (12, 25), yaw_deg=(-18, -11)),
    Kind("march-behind", "march-neutral", "round_deg", (12, 25), "behind", judgeable=False),
    Kind("hinge-loose", "hip-hinge", "round_deg", (20, 40), outfit="loose-stripe"),
    Kind("hinge-back-30", "hip-hinge", "round_deg", (20, 40), yaw_deg=(-34, -26)),
    Kind("squat-crossed", "squat", "round_deg", (18, 34)),
    Kind("march-45", "march-neutral", "round_deg", (12, 25), yaw_deg=(42, 50), judgeable=False),
    Kind("hinge-45", "hip-hinge", "round_deg", (20, 40), yaw_deg=(-50, -42), judgeable=False),
    Kind("supine", "march-supine", arms="sides", camera="lying", judgeable=False),
    Kind("seated-hang", "seated-lift-over", "slump_deg", (12, 25), "hanging", camera="seated"),
    Kind("lower-hang", "lengthened-lowering", "arch_deg", (12, 26), "hanging", (0, 20), down_s=3.4),
    Kind("couch-15", "couch-stretch-active", "lumbar_deg", (8, 22), yaw_deg=(-18, 18), camera="kneeling"),
    Kind("hinge-2", "hip-hinge", "round_deg", (10, 30)),
    Kind("march-2", "march-neutral", "round_deg", (6, 20)),
    Kind("seated-2", "seated-lift-over", "slump_deg", (8, 20), camera="seated"),
    # every posture with the back bent either way: a hollow back in a hinge looks otherwise than standing
    Kind("hinge-arch", "hip-hinge", "round_deg", (-40, -16)),
    Kind("squat-arch", "squat", "round_deg", (-36, -14)),
    Kind("march-arch-2", "march-neutral", "arch_deg", (28, 46)),
    Kind("seated-tall", "seated-lift-over", "slump_deg", (-24, -10), camera="seated"),
    Kind("squat-deep", "squat", "round_deg", (14, 38), motion={"depth_deg": 116}),
    Kind("stoop", "hip-hinge", "round_deg", (36, 50), motion={"hinge_deg": 48}),
    # the upper back bends with the lower one, or against it, as people please
    Kind("squat-slouch", "squat", "round_deg", (14, 34), thoracic_deg=(6, 24)),
    Kind("hinge-flat", "hip-hinge", "round_deg", (20, 44), thoracic_deg=(-18, -6)),
    Kind("march-slouch", "march-neutral", "round_deg", (12, 28), thoracic_deg=(5, 22)),
    Kind("seated-flat", "seated-lift-over", "slump_deg", (12, 28), camera="seated", thoracic_deg=(-14, -4)),
)


LEARNT = (
    *("hinge", "seated", "march", "lower", "couch", "squat-crossed", "hinge-15", "march-arch", "seated-2"),
    *("hinge-arch", "squat-arch", "march-arch-2", "seated-tall", "squat-deep", "stoop"),
    *("squat-slouch", "hinge-flat", "march-slouch", "seated-flat"),
)


def scenes(split: str) -> Iterator[tuple[Clip, Kind]]:
    """Yield every scene of a split, kind by kind; the further bodies of "learn" do the kinds that teach."""
    for kind in KINDS:
        if split == "learn" and kind.name not in LEARNT:
            continue
        for body, person in PEOPLE.items():
            if person["split"] == split:
                yield Clip(f"{kind.name}-{body}", spec_of(kind, body)), kind


def spec_of(kind: Kind, body: str) -> dict:
    """Return the clip file's content that a scene would have."""
    seed = zlib.crc32(f"{kind.name}-{body}".encode())
    rng = np.random.default_rng(seed)
    framing = {"standing": {}, "kneeling": KNEELING, "seated": SEATED, "lying": LYING}[kind.camera]
    near = str(rng.choice(["left", "right"]))
    camera = framing | {"near_side": near, "yaw_deg": round(float(rng.uniform(*kind.yaw_deg)), 1)}
    return {
        "title": f"{kind.name}, {body}",
        "exercise": kind.exercise,
        "split": PEOPLE[body]["split"],
        "body": body,
        "outfit": kind.outfit or str(rng.choice(OUTFITS)),
        "room": "plain",
        "variant": kind.name,
        "seed": int(seed % 1000),
        "fps": FPS,
        "neutral_s": NEUTRAL_S,
        "camera": camera,
        "motion": {"arms": kind.arms, "arm_drift_deg": round(float(rng.uniform(*kind.drift_deg)), 1)}
        | dict(kind.motion),
        "reps": _reps(kind, rng),
        "cannot_judge": [] if kind.judgeable else [{"what": "lumbar_flexion", "reason": kind.name}],
    }


def _reps(kind: Kind, rng: np.random.Generator) -> list[dict]:
    """Return a clean repetition and a faulty one, in either order."""
    result = []
    for faulty in (False, True):
        rep = {
            "side": "near",
            "up_s": round(float(rng.uniform(1.2, 1.7)), 2),
            "hold_s": round(float(rng.uniform(0.2, 0.6)), 2),
            "down_s": round(float(kind.down_s * rng.uniform(0.85, 1.15)), 2),
            "rest_s": 0.6,
            "peak": round(float(rng.uniform(0.9, 1.05)), 2),
        }
        if faulty and kind.fault:
            rep[kind.fault] = round(float(rng.uniform(*kind.size_deg)), 1)
        if any(kind.thoracic_deg):
            rep["thoracic_deg"] = round(float(rng.uniform(*kind.thoracic_deg)), 1)
        result.append(rep)
    return result if rng.random() < 0.6 else result[::-1]
