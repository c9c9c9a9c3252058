"""Does a live set come to the same answer as its recording? ``python benchmarks/live_agreement.py``.

Every rendered clip, and every filmed track that is there, is judged twice from the same poses: once as a
recording, once pose by pose through the causal filters of the live coach, which knows only its set-up. Prints
tables, writes ``live_agreement.json``. Delays are in seconds of the video.
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
from accuracy_cases import Case, cases
from accuracy_metrics import canonical

from formcheck.body.pose import PoseTrack
from formcheck.coach.events import Cue, Event, FaultStarted
from formcheck.coach.judge import Corrections, judge
from formcheck.coach.set_report import Fault, Repetition
from formcheck.exercises.load import LoadedExercise, load
from formcheck.live.stream import LiveStream, set_up_baseline

# A live set's repetition is the recording's where their peaks lie within this of each other.
SAME_S = 0.8


@dataclass(slots=True)
class Compared:
    """One set, judged both ways; onsets and delays against the truth, in seconds."""

    name: str
    split: str
    exercise: str
    recorded: int
    live: int
    true: int
    same: int = 0
    different: list[str] = field(default_factory=list)
    onset_s: list[float] = field(default_factory=list)
    live_onset_s: list[float] = field(default_factory=list)
    noticed_s: list[float] = field(default_factory=list)
    said_s: list[float] = field(default_factory=list)


def main() -> None:
    """Compare everything and write it down."""
    rows = [compare(case) for case in cases() if case.truth and case.truth["exercise"]]
    print(text_of(rows))
    result = {"summary": {s: pooled([r for r in rows if r.split == s]) for s in ("dev", "test")},
              "sets": [{n: getattr(r, n) for n in Compared.__slots__} for r in rows]}  # fmt: skip
    (Path(__file__).parent / "live_agreement.json").write_text(json.dumps(result, indent=1) + "\n")


def compare(case: Case) -> Compared:
    """Judge one track both ways."""
    truth = case.truth or {}
    loaded = load(truth["exercise"])
    start_s, end_s = truth["neutral"]["start_s"], truth["neutral"]["end_s"]
    named = Corrections(neutral_s=(start_s, end_s)) if case.source == "filmed track" else Corrections()
    recorded = judge(case.track, loaded, named).report.reps
    live, events = coached(case.track, loaded, (start_s, end_s))
    row = Compared(case.name, case.split, loaded.exercise.id, len(recorded), len(live), len(truth["reps"]))
    for one, other in pairs(recorded, live):
        if said(one) == said(other):
            row.same += 1
        else:
            row.different.append(f"{one.index}: {shown(one)}; live {shown(other)}")
    if len(recorded) == len(truth["reps"]):
        _time(row, truth["reps"], recorded, live, events)
    return row


def coached(
    track: PoseTrack, loaded: LoadedExercise, neutral_s: tuple[float, float]
) -> tuple[list[Repetition], list[Event]]:
    """Return the repetitions of a live set whose start posture was held then, and all events."""
    before = track[track.t_s <= neutral_s[1]]
    stream = LiveStream(set_up_baseline(before, loaded.exercise, neutral_s), before)
    events = [event for pose in track[track.t_s > neutral_s[1]] for event in stream.feed(pose).events]
    events += stream.finish()
    return stream.analyzer.repetitions, events


def pairs(recorded: tuple[Repetition, ...], live: list[Repetition]) -> list[tuple[Repetition, Repetition]]:
    """Return the repetitions that both ways counted."""
    return [(a, b) for a in recorded for b in live if abs(a.peak_s - b.peak_s) <= SAME_S]


def said(rep: Repetition) -> set[str]:
    """Return the faults of a repetition that count for its verdict."""
    return {fault.id for fault in rep.faults if fault.severity != "info"}


def shown(rep: Repetition) -> str:
    """Return a repetition's faults and verdict as text."""
    return f"{', '.join(sorted(said(rep))) or '-'} ({rep.verdict.replace('_', ' ')})"


def _time(
    row: Compared,
    true: list[dict[str, Any]],
    recorded: tuple[Repetition, ...],
    live: list[Repetition],
    events: list[Event],
) -> None:
    """Add onset errors, and how long after the true onset a fault was noticed and said."""
    for real, rep in zip(true, recorded, strict=True):
        beside = next((b for a, b in pairs((rep,), live)), None)
        until_s = rep.move_end_s + 1.5
        for fault in real["faults"]:
            if fault["unit"] != "deg":
                continue  # of tempo and share there is no moment
            row.onset_s += [f.start_s - fault["start_s"] for f in _of(rep, fault["id"])]
            if beside is None:
                continue
            row.live_onset_s += [f.start_s - fault["start_s"] for f in _of(beside, fault["id"])]
            for kind, delays in ((FaultStarted, row.noticed_s), (Cue, row.said_s)):
                times = [
                    event.t_s
                    for event in events
                    if isinstance(event, kind)
                    and canonical(event.fault_id) == canonical(fault["id"])
                    and rep.move_start_s <= event.t_s <= until_s
                ]
                delays += [times[0] - fault["start_s"]] if times else []


def _of(rep: Repetition, name: str) -> list[Fault]:
    return [f for f in rep.faults if canonical(f.id) == canonical(name) and f.severity != "info"]


def pooled(rows: list[Compared]) -> dict[str, Any]:
    """Return the numbers of a group of sets."""
    paired = sum(row.same + len(row.different) for row in rows)
    return {
        "sets": len(rows),
        "same_count": sum(row.live == row.recorded for row in rows),
        "right_count_live": sum(row.live == row.true for row in rows),
        "repetitions": paired,
        "same_faults": sum(row.same for row in rows),
        "onset_error_s": spread([abs(x) for row in rows for x in row.onset_s]),
        "live_onset_error_s": spread([abs(x) for row in rows for x in row.live_onset_s]),
        "noticed_after_s": spread([x for row in rows for x in row.noticed_s]),
        "cue_after_s": spread([x for row in rows for x in row.said_s]),
    }


def spread(values: list[float]) -> dict[str, float | int | None]:
    """Return number, median, mean and 95th percentile."""
    if not values:
        return {"n": 0, "median": None, "mean": None, "p95": None}
    return {
        "n": len(values),
        "median": round(float(np.median(values)), 3),
        "mean": round(float(np.mean(values)), 3),
        "p95": round(float(np.percentile(values, 95)), 3),
    }


def text_of(rows: list[Compared]) -> str:
    """Return the tables."""
    header = [
        "set",
        "split",
        "recorded",
        "live",
        "true",
        "same faults",
        "different",
        "onset",
        "noticed after",
    ]
    header += ["cue after"]
    body = []
    for row in rows:
        times = [" ".join(f"{x:.2f}" for x in xs) for xs in (row.onset_s, row.noticed_s, row.said_s)]
        same = f"{row.same} of {row.same + len(row.different)}"
        body.append(
            [row.name, row.split, row.recorded, row.live, row.true, same, "; ".join(row.different), *times]
        )
    kinds = Counter(row.exercise for row in rows)
    parts = [table(header, body), json.dumps(kinds)]
    groups = {split: [row for row in rows if row.split == split] for split in ("dev", "test")}
    parts += [f"{split}: {json.dumps(pooled(group))}" for split, group in groups.items()]
    return "\n\n".join(parts)


if __name__ == "__main__":
    main()
