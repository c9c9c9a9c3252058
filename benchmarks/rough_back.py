"""How well a back is read roughly, where its start posture is hidden or restless: made so on purpose.

``python benchmarks/rough_back.py [dev|test]``. The squats and hinges of a split, as they are and made worse:
cloth that moves the edge for half a second on end, neighbouring stations alike, and arms that leave the upper
part of the back free for three half seconds of standing only. Turning points are compared with standing, and
with where the person has begun to bow. Prints errors in degrees, and how often the intervals hold them; the
same of the curve over the movement, with its gain and correlation.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from accuracy_cases import cases
from accuracy_tables import table
from scipy.ndimage import gaussian_filter1d

from formcheck.body.filters import smooth_track
from formcheck.body.measure import Calibration
from formcheck.body.pose import Bools, Floats, PoseTrack
from formcheck.body.repair import repair_legs, without_guessed_legs
from formcheck.body.scale import BodyScale
from formcheck.body.spine import back_seen
from formcheck.body.spine_contour import STATIONS, BackContour
from formcheck.body.spine_course import HALF_STEP, rough_course
from formcheck.body.spine_rough import rough_bend
from formcheck.body.spine_signal import recorded_back
from formcheck.body.view import estimate_view
from formcheck.coach.baseline import counting_signal, find_baseline
from formcheck.coach.rough_back import Moments, moments_of
from formcheck.exercises.load import load

EXERCISES = ("squat", "hip-hinge")
# Standard deviation of the edge, trunk lengths: .007 from moment to moment in the shared squat clip.
CLOTH_SD = (0.0, 0.005, 0.008, 0.012)
CLOTH_ALONG, CLOTH_S = 0.06, 0.6
FREE_S, MOMENTS_FREE, ARM_ABOVE = 0.5, 3, 0.47
DRAWS = 4
Z_80, Z_95 = 1.2816, 1.96
FROM: dict[str, Callable[[Moments], tuple[Bools, tuple[Bools, ...]]]] = {
    "upright": lambda moments: (moments.upright, moments.turning),
    "a bow": lambda moments: (moments.bowed, moments.deep),
}


@dataclass(frozen=True)
class Recording:
    """One recording's back, and the moments that are compared."""

    name: str
    t_s: Floats
    true_deg: Floats
    contour: BackContour
    moments: Moments


@dataclass(frozen=True)
class Curve:
    """What was read of one recording's levels, and what is true: arrays of shape (levels,).

    ``at`` is the place in the repetition, as in `Moments.courses`.
    """

    at: Floats
    deg: Floats
    sd_deg: Floats
    true_deg: Floats


def main() -> None:
    """Read every recording in every state, and print."""
    split = sys.argv[1] if len(sys.argv) > 1 else "dev"
    recordings = list(_recordings(split))
    rng = np.random.default_rng(1)
    rows: list[list[str]] = []
    for beside, moments_of_each in FROM.items():
        everything = []
        for cloth_sd, arms in product(CLOTH_SD, (False, True) if beside == "upright" else (False,)):
            draws = DRAWS if cloth_sd or arms else 1
            read = [
                _read(each, *moments_of_each(each.moments), cloth_sd, arms, rng)
                for each in recordings
                for _ in range(draws)
            ]
            given = np.array([pair for pair in read if pair is not None]).reshape(-1, 2)
            everything.append(given)
            cells = _cells(given, len(read))
            rows.append([beside, f"{1000 * cloth_sd:.0f}", "yes" if arms else "no", *cells])
        rows.append([beside, "all", "", *_cells(np.concatenate(everything), 0)])
    print(", ".join(each.name for each in recordings))
    head = ["from", "cloth, .001", "arms", "read", "RMSE", "median", "deviation", "80 % holds", "95 % holds"]
    print(table(head, rows))
    _print_curves(recordings)


def _print_curves(recordings: list[Recording]) -> None:
    """Print how right the curve over the movement is, at its levels and at the turning point."""
    rng = np.random.default_rng(1)
    rows: list[list[str]] = []
    everything: list[Curve] = []
    for cloth_sd, arms in product(CLOTH_SD, (False, True)):
        draws = DRAWS if cloth_sd or arms else 1
        read = [_read_curve(each, cloth_sd, arms, rng) for each in recordings for _ in range(draws)]
        given = [curve for curve in read if curve is not None]
        everything += given
        rows.append([f"{1000 * cloth_sd:.0f}", "yes" if arms else "no", *_curve_cells(given, len(read))])
    rows.append(["all", "", *_curve_cells(everything, 0)])
    head = ["cloth, .001", "arms", "curves", "levels", "RMSE", "deviation", "80 % holds", "95 % holds"]
    print(table([*head, "turning", "80 % holds", "gain", "correlation"], rows))


def _recordings(split: str) -> Iterator[Recording]:
    for case in cases():
        if case.split != split or case.truth is None or case.truth["exercise"] not in EXERCISES:
            continue
        scale = BodyScale.of(case.track)
        clean = smooth_track(repair_legs(case.track, scale))
        view = estimate_view(clean, scale)
        clean = without_guessed_legs(clean, view)
        calibration = Calibration(view, scale, view.near_side or "right")
        baseline, raw = find_baseline(clean, calibration, load(case.truth["exercise"]).exercise)
        reps_s = [(rep["start_s"], rep["peak_s"], rep["end_s"]) for rep in case.truth["reps"]]
        signal = counting_signal(baseline.exercise, raw, clean)
        moments = moments_of(clean, baseline, raw, signal, reps_s)
        if moments is not None and moments.turning:
            yield Recording(
                case.name, clean.t_s, _truth(case.truth, clean), recorded_back(clean, calibration), moments
            )


def _truth(truth: dict, track: PoseTrack) -> Floats:
    frames = truth["frames"]
    return np.asarray(np.interp(track.t_s, frames["t_s"], frames["lumbar_flexion_deg"]), dtype=np.float64)


def _read(
    each: Recording,
    start: Bools,
    turning: tuple[Bools, ...],
    cloth_sd: float,
    arms: bool,
    rng: np.random.Generator,
) -> tuple[float, float] | None:
    """Return the error and the stated deviation of turning points beside ``start``; None where not read."""
    contour = _made_worse(each, start, cloth_sd, arms, rng)
    bend = rough_bend(contour, start, turning)
    if bend is None:
        return None
    seen = back_seen(contour)
    bottoms = [np.median(each.true_deg[about & seen]) for about in turning if (about & seen).any()]
    true_deg = np.mean(bottoms) - np.median(each.true_deg[start & seen])
    return float(bend.deg - true_deg), bend.sd_deg


def _made_worse(
    each: Recording, start: Bools, cloth_sd: float, arms: bool, rng: np.random.Generator
) -> BackContour:
    contour = each.contour
    if cloth_sd:
        contour = replace(contour, depth=contour.depth + cloth_sd * _cloth(each.t_s, rng))
    if arms and start.any():
        free = rng.choice(each.t_s[start], MOMENTS_FREE)
        hidden = start & (np.abs(each.t_s[:, None] - free) > 0.5 * FREE_S).all(axis=1)
        contour = replace(contour, covered=contour.covered | (hidden[:, None] & (STATIONS > ARM_ABOVE)))
    return contour


def _read_curve(each: Recording, cloth_sd: float, arms: bool, rng: np.random.Generator) -> Curve | None:
    """Return the curve that is read and what is true; None where nothing is read."""
    contour = _made_worse(each, each.moments.upright, cloth_sd, arms, rng)
    rests = each.moments.rests
    curve = rough_course(contour, rests, each.moments.courses)
    if not curve:
        return None
    seen = [rest & back_seen(contour) for rest in rests]
    upright_deg = np.mean([np.median(each.true_deg[rest]) for rest in seen if rest.any()])
    at = np.array([(1 - level.share) * (-1 if level.way == "out" else 1) for level in curve])
    true_deg = np.array([_true_at(each, place) for place in at]) - upright_deg
    deg, sd_deg = (np.array([getattr(level, name) for level in curve]) for name in ("deg", "sd_deg"))
    return Curve(at, deg, sd_deg, true_deg)


def _true_at(each: Recording, place: float) -> float:
    """Return the true angle at a level, the mean of the repetitions."""
    here = [np.abs(course - place) <= HALF_STEP for course in each.moments.courses]
    return float(np.mean([np.median(each.true_deg[moments]) for moments in here if moments.any()]))


def _cloth(t_s: Floats, rng: np.random.Generator) -> Floats:
    """Return a displacement of every station (T, K) of unit deviation, smooth in time and along the back."""
    alike = np.exp(-0.5 * (np.subtract.outer(STATIONS, STATIONS) / CLOTH_ALONG) ** 2)
    along = np.linalg.cholesky(alike + 1e-6 * np.eye(len(STATIONS)))
    rough = rng.normal(size=(len(t_s), len(STATIONS)))
    slow = gaussian_filter1d(rough, CLOTH_S / float(np.median(np.diff(t_s))), axis=0, mode="wrap")
    return np.asarray(slow / slow.std() @ along.T)


def _cells(given: Floats, asked: int) -> list[str]:
    error, sd = given[:, 0], given[:, 1]
    share = f"{len(given) / asked:.2f}" if asked else f"{len(given)}"
    holds = (f"{(np.abs(error) <= z * sd).mean():.2f}" for z in (Z_80, Z_95))
    size = f"{np.sqrt((error**2).mean()):.1f}"
    return [share, size, f"{np.median(np.abs(error)):.1f}", f"{np.median(sd):.1f}", *holds]


def _curve_cells(given: list[Curve], asked: int) -> list[str]:
    """Return what is said of some curves; the start itself, where nothing can be wrong, is not counted."""
    at, deg, sd, true = (
        np.concatenate([getattr(curve, name) for curve in given])
        for name in ("at", "deg", "sd_deg", "true_deg")
    )
    error, moving, turning = deg - true, np.abs(at) < 0.95, np.abs(at) < 0.05
    holds = [np.abs(error) <= z * sd for z in (Z_80, Z_95)]
    return [
        f"{len(given) / asked:.2f}" if asked else f"{len(given)}",
        f"{moving.sum() / len(given):.1f}",
        f"{_rms(error[moving]):.1f}",
        f"{np.median(sd[moving]):.1f}",
        *(f"{each[moving].mean():.2f}" for each in holds),
        f"{_rms(error[turning]):.1f}",
        f"{holds[0][turning].mean():.2f}",
        f"{np.polyfit(true[moving], deg[moving], 1)[0]:.2f}",
        f"{np.corrcoef(true[moving], deg[moving])[0, 1]:.2f}",
    ]


def _rms(error: Floats) -> float:
    return float(np.sqrt((error**2).mean()))


if __name__ == "__main__":
    main()
