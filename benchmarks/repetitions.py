"""The rendered clips one by one: what each is taken for, and its repetitions: ``repetitions.py [dev|test]``.

Scores as ``accuracy.py`` does, which pools angles, times and faults over kinds of recordings; here are the
guess of the exercise, false alarms in clean repetitions, and faults that were taken for their opposites.
Prints tables, writes ``repetitions.json``.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from accuracy import rounded
from accuracy_cases import Case, cases, predicted
from accuracy_metrics import RepScore, Scored, count_row, fault_rows, score, time_row
from accuracy_tables import table

from formcheck.coach.guess import Guess, guess_exercise
from formcheck.exercises.load import library

OPPOSITES = ({"round", "arch"}, {"slump", "arch"})
TARGET = Path(__file__).parent / "repetitions.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One clip: its score, and which exercise it was taken for."""

    case: Case
    scored: Scored
    guess: Guess

    @property
    def exercise(self) -> str | None:
        """Which exercise it shows; None where none."""
        return (self.case.truth or {})["exercise"]

    @property
    def guessed(self) -> str:
        """Return "right", "unsure", or the wrong exercise that it was taken for."""
        if self.guess.chosen is None:
            return "unsure"
        chosen = self.guess.chosen.exercise.id
        return "right" if chosen == self.exercise else chosen


def main() -> None:
    """Judge every clip of the asked split, both by default."""
    asked = [each for each in ("dev", "test") if each in sys.argv] or ["dev", "test"]
    rows = [row_of(case) for case in cases(quick=True) if case.truth and case.split in asked and _clip(case)]
    print(text_of(rows))
    if len(asked) == 2:
        result = {"summary": summary(rows), "clips": [as_json(row) for row in rows]}
        TARGET.write_text(json.dumps(rounded(result), indent=1) + "\n")


def _clip(case: Case) -> bool:
    return case.source == "rendered clip"


def row_of(case: Case) -> Row:
    """Judge one clip as its exercise, and guess which it is."""
    return Row(case, score(predicted(case), case.truth or {}), guess_exercise(case.track, library().values()))


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the pooled numbers of both splits."""
    return {split: pooled([row for row in rows if row.case.split == split]) for split in ("dev", "test")}


def pooled(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the numbers of a group of clips."""
    scored = [row.scored for row in rows]
    reps = [rep for each in scored for rep in each.reps]
    clean = [rep for rep in reps if rep.kind in ("clean", "cannot judge") and not rep.found | rep.missed]
    moving = [row for row in rows if row.exercise]
    return {
        "counts": count_row(scored),
        "times_s": time_row(reps),
        "clean_repetitions": len(clean),
        "false_alarms": sum(bool(rep.invented) for rep in clean),
        "opposites_confused": sum(confused(rep) for rep in reps),
        "faults": fault_rows(scored),
        "guessable": len(moving),
        "guessed_right": sum(row.guessed == "right" for row in moving),
        "guessed_wrong": sum(row.guessed not in ("right", "unsure") for row in rows),
    }


def confused(rep: RepScore) -> bool:
    """Return whether a fault was taken for its opposite."""
    real = rep.found | rep.missed
    return any(pair & real and pair & rep.invented for pair in OPPOSITES)


def as_json(row: Row) -> dict[str, Any]:
    """Return a row as plain data."""
    return {
        "name": row.case.name,
        "split": row.case.split,
        "exercise": row.exercise,
        "counted": row.scored.counted,
        "true": row.scored.true,
        "times_s": time_row(row.scored.reps),
        "verdicts": [rep.verdict for rep in row.scored.reps],
        **{
            name: [sorted(getattr(rep, name)) for rep in row.scored.reps]
            for name in ("found", "missed", "invented")
        },
        "guessed": row.guessed,
        "fits": {each.loaded.exercise.id: each.fit for each in row.guess.candidates},
    }


def text_of(rows: Sequence[Row]) -> str:
    """Return the tables."""
    header = [
        "clip",
        "split",
        "reps (true)",
        "verdicts",
        "found",
        "missed",
        "invented",
        "guess",
        "fit",
        "next",
    ]
    body: list[list[object]] = []
    for row in rows:
        reps = row.scored.reps
        fits = [each.fit for each in row.guess.candidates]
        cells: list[object] = [row.case.name, row.case.split, f"{row.scored.counted} ({row.scored.true})"]
        cells.append(", ".join(rep.verdict.replace("_", " ") for rep in reps))
        cells += [
            " / ".join(", ".join(sorted(getattr(rep, name))) or "-" for rep in reps)
            for name in ("found", "missed", "invented")
        ]
        body.append([*cells, row.guessed, *fits[:2]])
    numbers = [f"{split}: {json.dumps(rounded(each))}" for split, each in summary(rows).items()]
    return "\n\n".join([table(header, body), *numbers])


if __name__ == "__main__":
    main()
