"""Repetitions, phases, faults and guesses on the rendered clips: ``repetitions.py [dev|test]``.

Compares with the truth beside each clip, by its definitions: a repetition starts and ends where it passes
25 % and 15 % of its height, its phases are those of the whole movement. Prints tables, writes
``repetitions.json``.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from accuracy import table
from accuracy_cases import ROOT, Case, extracted

from formcheck.coach.guess import guess_exercise
from formcheck.coach.judge import judge
from formcheck.coach.set_report import SetReport
from formcheck.exercises.load import library, load

TIMES = ("start_s", "peak_s", "end_s")
PHASES = ("concentric_s", "hold_s", "eccentric_s")
# The truth's names of faults, where the product's differ.
NAMES = {"rounding": "round", "arching": "arch"}
NAMES_IN_MARCH = {"lean-forward": "lean", "lean-back": "lean"}
OPPOSITES = (("round", "arch"), ("slump", "arch"))


@dataclass(slots=True)
class Row:
    """One clip."""

    name: str
    split: str
    exercise: str
    counted: int
    true: int
    error_s: dict[str, float | None]
    verdicts: list[str]
    said: list[list[str]]
    real: list[list[str]]
    info: list[list[str]]
    guess: str | None
    fits: dict[str, float] = field(default_factory=dict)


def main() -> None:
    """Judge every clip of the asked split, both by default."""
    asked = [each for each in ("dev", "test") if each in sys.argv] or ["dev", "test"]
    rows = []
    for video in sorted((ROOT / "samples").glob("*.mp4")):
        truth = json.loads(video.with_suffix(".json").read_text())
        if truth["split"] in asked:
            rows.append(row_of(Case(video.stem, "rendered clip", truth["split"], extracted(video), truth)))
    print(text_of(rows))
    if len(asked) == 2:
        result = {"summary": summary(rows), "clips": [as_json(row) for row in rows]}
        path = Path(__file__).parent / "repetitions.json"
        path.write_text(json.dumps(result, indent=1) + "\n")


def row_of(case: Case) -> Row:
    """Judge one clip as its exercise, and guess which it is."""
    truth = case.truth or {}
    exercise = truth["exercise"]
    known = library()
    guess = guess_exercise(case.track, known.values())
    report = judge(case.track, load(exercise or "march-neutral")).report
    return Row(
        name=case.name,
        split=case.split,
        exercise=exercise or "none",
        counted=len(report.reps),
        true=len(truth["reps"]),
        error_s=times_of(report, truth),
        verdicts=[rep.verdict for rep in report.reps],
        said=[
            sorted({name_of(f.id, exercise) for f in rep.faults if f.severity != "info"})
            for rep in report.reps
        ],
        real=[sorted({f["id"] for f in rep["faults"]}) for rep in truth["reps"]],
        info=[sorted({f.id for f in rep.faults if f.severity == "info"}) for rep in report.reps],
        guess=guess.chosen.exercise.id if guess.chosen else None,
        fits={each.loaded.exercise.id: round(each.fit, 2) for each in guess.candidates},
    )


def name_of(fault_id: str, exercise: str | None) -> str:
    """Return the truth's name of a fault."""
    names = NAMES | (NAMES_IN_MARCH if exercise == "march-neutral" else {})
    return names.get(fault_id, fault_id)


def times_of(report: SetReport, truth: dict[str, Any]) -> dict[str, float | None]:
    """Return mean absolute errors of times and phases; None where the count is wrong."""
    pairs = list(zip(report.reps, truth["reps"], strict=False))
    if len(report.reps) != len(truth["reps"]) or not pairs:
        return dict.fromkeys((*TIMES, *PHASES))
    return {
        name: float(np.mean([abs(getattr(a, name) - b[name]) for a, b in pairs]))
        for name in (*TIMES, *PHASES)
    }


def faults_of(rows: list[Row]) -> dict[str, Counter[str]]:
    """Return found, missed and invented faults by name, over clips that were counted right."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        if row.counted != row.true:
            continue
        for said, real in zip(row.said, row.real, strict=True):
            for name in {*said, *real}:
                both = (name in said) + 2 * (name in real)
                counts.setdefault(name, Counter())[("", "invented", "missed", "found")[both]] += 1
    return dict(sorted(counts.items()))


def summary(rows: list[Row]) -> dict[str, Any]:
    """Return the pooled numbers of both splits."""
    return {split: pooled([row for row in rows if row.split == split]) for split in ("dev", "test")}


def pooled(rows: list[Row]) -> dict[str, Any]:
    """Return the numbers of a group of clips."""
    moving = [row for row in rows if row.true]
    clean = [
        (said, verdict)
        for row in moving
        if row.counted == row.true
        for said, real, verdict in zip(row.said, row.real, row.verdicts, strict=True)
        if not real
    ]
    confused = sum(
        any((a in said and b in real) or (b in said and a in real) for a, b in OPPOSITES)
        for row in moving
        for said, real in zip(row.said, row.real, strict=False)
    )
    return {
        "clips": len(rows),
        "counted_right": sum(row.counted == row.true for row in rows),
        "largest_miscount": max((abs(row.counted - row.true) for row in rows), default=0),
        "error_s": {name: mean([row.error_s[name] for row in moving]) for name in (*TIMES, *PHASES)},
        "clean_repetitions": len(clean),
        "false_alarms": sum(bool(said) for said, _ in clean),
        "opposites_confused": confused,
        "faults": faults_of(rows),
        "guessed_right": sum(row.guess == row.exercise for row in moving),
        "guessed_wrong": sum(row.guess not in (None, row.exercise) for row in rows),
        "guessable": len(moving),
    }


def mean(values: list[float | None]) -> float | None:
    """Return the mean of what is known."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def as_json(row: Row) -> dict[str, Any]:
    """Return a row as plain data."""
    return {name: getattr(row, name) for name in Row.__slots__}


def text_of(rows: list[Row]) -> str:
    """Return the tables."""
    header = ["clip", "split", "reps (true)", "start", "peak", "end", "concentric", "hold", "eccentric"]
    header += ["verdicts", "said", "true", "information", "guess", "fit", "next"]
    body = []
    for row in rows:
        fits = sorted(row.fits.values(), reverse=True)
        cells: list[object] = [row.name, row.split, f"{row.counted} ({row.true})", *row.error_s.values()]
        cells += [", ".join(v.replace("cannot_judge", "cannot judge") for v in row.verdicts)]
        cells += [
            " / ".join(", ".join(each) or "-" for each in lists) for lists in (row.said, row.real, row.info)
        ]
        right = "right" if row.guess == row.exercise else "unsure" if row.guess is None else row.guess
        body.append([*cells, right, fits[0], fits[1]])
    parts = [table(header, body)]
    for split, numbers in summary(rows).items():
        if numbers["clips"]:
            parts.append(f"{split}: " + json.dumps(numbers))
    return "\n\n".join(parts)


if __name__ == "__main__":
    main()
