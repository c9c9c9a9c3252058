"""The accuracy benchmark's own arithmetic: the truth scores perfectly, and what is wrong does not."""

import csv
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

from accuracy_metrics import (
    angle_row,
    count_row,
    evaluated,
    fault_rows,
    score,
    time_row,
    verdict_rows,
    wilson,
)
from predictions import ANGLES, PredictedFault, PredictedRep, Prediction, of_files, of_product

from formcheck.coach.judge import judge
from formcheck.errors import UsageError
from formcheck.exercises.load import load
from formcheck.report import json_report, tables
from tests.sample_tracks import track_of, truth_of

ROOT = Path(__file__).parents[2]
CLIPS = sorted(path.stem for path in (ROOT / "samples").glob("*.json"))


def perfect(truth: dict[str, Any]) -> Prediction:
    frames, near = truth["frames"], truth["camera"]["near_side"]
    true = {name: frames[f"{name}_deg"] for name in ANGLES}
    deg = {name: np.array(v[near] if isinstance(v, dict) else v) for name, v in true.items()}
    return Prediction(np.array(frames["t_s"]), deg, reps=tuple(map(perfect_rep, truth["reps"])))


def perfect_rep(true: dict[str, Any]) -> PredictedRep:
    faults = tuple(PredictedFault(fault["id"], fault["start_s"]) for fault in true["faults"])
    times = (true[key] for key in ("start_s", "end_s", "concentric_s", "hold_s", "eccentric_s"))
    return PredictedRep(true["peak_s"], *times, "fault" if faults else "ok", faults)


@pytest.mark.parametrize("name", CLIPS)
def test_the_truth_scores_perfectly_against_itself(name: str) -> None:
    truth = truth_of(name)
    scored = score(perfect(truth), truth)
    for angle in scored.angles.values():
        row = angle_row([angle])
        assert row.get("max", 0.0) == pytest.approx(0.0, abs=1e-9)
        assert row.get("judged", 1.0) == 1.0
        assert row.get("withheld", 0.0) == 0.0  # where nothing can be judged, answering is wrong
    assert scored.counted == scored.true
    assert not any(rep.missed or rep.invented for rep in scored.reps)
    assert all(abs(row["mae"]) < 1e-9 for row in time_row(scored.reps).values())


def test_bias_gain_and_tails_are_what_was_put_in() -> None:
    truth = truth_of("march-round")
    given = perfect(truth)
    lumbar = given.deg["lumbar_flexion"]
    wrong = replace(given, deg={"lumbar_flexion": 0.8 * lumbar + 3.0})
    row = angle_row([score(wrong, truth).angles["lumbar_flexion"]])
    assert row["gain"] == pytest.approx(0.8)
    assert row["r"] == pytest.approx(1.0)
    assert row["bias"] == pytest.approx(3.0 - 0.2 * lumbar.mean(), abs=1e-3)
    assert row["rmse"] == pytest.approx(np.sqrt(((3.0 - 0.2 * lumbar) ** 2).mean()), abs=1e-3)


def test_other_angles_are_compared_from_the_start_posture() -> None:
    truth = truth_of("hinge-clean")
    given = perfect(truth)
    shifted = replace(given, deg={"trunk_lean": given.deg["trunk_lean"] + 7.0})
    assert angle_row([score(shifted, truth).angles["trunk_lean"]])["max"] == pytest.approx(0.0, abs=1e-9)


def test_withholding_is_counted_and_never_an_error() -> None:
    truth = truth_of("march-clean")
    given = perfect(truth)
    half = np.where(np.arange(len(given.t_s)) % 2, given.deg["lumbar_flexion"] + 30.0, np.nan)
    row = angle_row([score(replace(given, deg={"lumbar_flexion": half}), truth).angles["lumbar_flexion"]])
    assert row["judged"] == pytest.approx(0.5, abs=0.01)
    assert row["bias"] == pytest.approx(30.0)
    assert row["withheld_or_right"] == pytest.approx(0.5, abs=0.01)


def test_answers_where_the_back_cannot_be_judged_stand_apart() -> None:
    truth = truth_of("march-45")
    blind = score(perfect(truth), truth)
    assert angle_row([blind.angles["lumbar_flexion"]])["withheld"] == 0.0
    assert {rep.kind for rep in blind.reps} == {"cannot judge"}
    assert sum(rep.back_said_blindly for rep in blind.reps) == 1
    silent = replace(perfect(truth), deg={})
    assert angle_row([score(silent, truth).angles["lumbar_flexion"]])["withheld"] == 1.0


def test_stated_deviations_are_checked_against_normal_intervals() -> None:
    truth = truth_of("march-round")
    given, rng = perfect(truth), np.random.default_rng(3)
    n = len(given.t_s)
    noisy = {"lumbar_flexion": given.deg["lumbar_flexion"] + rng.normal(0, 4.0, n)}
    row = angle_row(
        [
            score(replace(given, deg=noisy, sd_deg={"lumbar_flexion": np.full(n, 4.0)}), truth).angles[
                "lumbar_flexion"
            ]
        ]
    )
    assert row["in_80_interval"] == pytest.approx(0.8, abs=0.08)
    assert row["in_50_interval"] < row["in_80_interval"] < row["in_95_interval"]


def test_a_missed_repetition_and_one_too_many_are_off_by_one() -> None:
    truth = truth_of("march-round")
    given = perfect(truth)
    assert given.reps is not None
    fewer = replace(given, reps=given.reps[:-1])
    more = replace(given, reps=(*given.reps, PredictedRep(1.0, faults=(PredictedFault("round"),))))
    rows = [score(each, truth) for each in (given, fewer, more)]
    counts = count_row(rows)
    assert (counts["exact"], counts["off_by_one_or_less"], counts["errors"]) == (1, 3, [0, -1, 1])
    assert rows[1].reps[-1].verdict == "not counted"
    assert rows[1].reps[-1].missed == {"round"}
    assert rows[2].invented_elsewhere["round"] == 1


def test_faults_are_found_missed_and_invented() -> None:
    truth = truth_of("march-round")
    given = perfect(truth)
    assert given.reps is not None
    late = replace(
        given.reps[1], faults=(PredictedFault("round", truth["reps"][1]["faults"][0]["start_s"] + 0.2),)
    )
    wrong = replace(given.reps[2], faults=(PredictedFault("lean"), PredictedFault("unheard-of")))
    rows = fault_rows([score(replace(given, reps=(given.reps[0], late, wrong)), truth)])
    assert (rows["round"]["found"], rows["round"]["missed"], rows["round"]["invented"]) == (1, 1, 0)
    assert (rows["lean"]["found"], rows["lean"]["invented"]) == (0, 1)
    assert rows["all"]["f1"] == pytest.approx(0.5)
    assert rows["round"]["onset_s"]["bias"] == pytest.approx(0.2)
    assert "unheard-of" not in rows
    assert "unheard-of" not in evaluated(truth)


def test_verdicts_are_counted_by_what_was_true() -> None:
    truth = truth_of("march-round")
    rows = verdict_rows(score(perfect(truth), truth).reps)
    assert rows["clean"]["ok"] == 1
    assert rows["fault"]["fault"] + rows["red"]["fault"] == 2


def test_wilson_intervals_are_the_published_ones() -> None:
    low, high = wilson(8, 10)
    assert (low, high) == (pytest.approx(0.490, abs=1e-3), pytest.approx(0.943, abs=1e-3))
    assert wilson(0, 0) == (0.0, 1.0)


# -- files of other systems ------------------------------------------------------------------------


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_another_systems_files_are_scored_alike(tmp_path: Path) -> None:
    truth = truth_of("march-round")
    given = perfect(truth)
    near, far = ("left", "right") if truth["camera"]["near_side"] == "left" else ("right", "left")
    table = [
        {
            "t_s": t,
            "lumbar_flexion": lumbar,
            "lumbar_flexion_sd": 3.0,
            f"knee_flexion_{near}": knee,
            f"knee_flexion_{far}": "",
        }
        for t, lumbar, knee in zip(
            given.t_s, given.deg["lumbar_flexion"], given.deg["knee_flexion"], strict=True
        )
    ]
    write(tmp_path / "march-round.csv", table)
    reps = [
        {
            "peak_s": rep["peak_s"],
            "out_s": rep["concentric_s"],
            "verdict": "fault",
            "faults": "round@8.1 lean",
        }
        for rep in truth["reps"]
    ]
    write(tmp_path / "march-round.reps.csv", reps)
    read = of_files(tmp_path, "march-round", near)
    assert read is not None
    scored = score(read, truth)
    for name in ("lumbar_flexion", "knee_flexion"):
        assert angle_row([scored.angles[name]])["max"] == pytest.approx(0.0, abs=1e-9)
    assert scored.counted == 3
    assert set(time_row(scored.reps)) == {"peak_s", "out_s"}
    assert fault_rows([scored])["lean"]["invented"] == 3
    assert of_files(tmp_path, "march-clean", near) is None


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("time,lumbar_flexion\n0,1\n", "t_s"),
        ("t_s,back\n0,1\n", "lumbar_flexion"),
        ("t_s,lumbar_flexion\n0,much\n", "numbers"),
        ("t_s,lumbar_flexion\n", "no row"),
    ],
)
def test_files_that_are_wrong_say_so(tmp_path: Path, table: str, said: str) -> None:
    (tmp_path / "nothing.csv").write_text(table)
    with pytest.raises(UsageError, match=said):
        of_files(tmp_path, "nothing", "left")


def test_what_analyze_writes_is_scored_as_what_the_product_says(tmp_path: Path) -> None:
    name = "hinge-round"
    track, truth = track_of(name), truth_of(name)
    judged = judge(track, load(truth["exercise"]))
    (tmp_path / name).mkdir()
    json_report.write(judged.report, tmp_path / name / "report.json")
    tables.write_signals_csv(judged.signals, tmp_path / name / "signals.csv")
    read = of_files(tmp_path, name, "right")
    assert read is not None
    direct = of_product(judged, track, "right")
    there, here = score(read, truth), score(direct, truth)
    for angle in here.angles:
        a, b = angle_row([there.angles[angle]]), angle_row([here.angles[angle]])
        assert a == pytest.approx(b, abs=0.01)
    assert [rep.found for rep in there.reps] == [rep.found for rep in here.reps]
    assert count_row([there]) == count_row([here])
    assert time_row(there.reps)["out_s"]["mae"] == pytest.approx(
        time_row(here.reps)["out_s"]["mae"], abs=0.002
    )
