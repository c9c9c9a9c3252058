import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from formcheck.body.signals import Signals
from formcheck.report.tables import write_signals_csv, write_signals_parquet
from tests.report import builders


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_one_row_a_frame_with_value_deviation_and_reason(tmp_path: Path) -> None:
    signals = builders.signals()
    write_signals_csv(signals, tmp_path / "s.csv")
    table = rows(tmp_path / "s.csv")
    assert len(table) == len(signals) == 300
    assert list(table[0]) == [
        "t_s",
        *("knee_flexion", "knee_flexion_sd", "knee_flexion_reason"),
        *("lumbar_flexion", "lumbar_flexion_sd", "lumbar_flexion_reason"),
        *("trunk_thigh", "trunk_thigh_sd", "trunk_thigh_reason"),
    ]
    at_peak = table[75]  # 3.0 s, the bottom of the first squat
    assert float(at_peak["t_s"]) == 3.0
    assert float(at_peak["trunk_thigh"]) == 100.0
    assert float(at_peak["trunk_thigh_sd"]) == 5.0
    assert at_peak["trunk_thigh_reason"] == ""
    assert (at_peak["lumbar_flexion"], at_peak["lumbar_flexion_sd"]) == ("", "")
    assert at_peak["lumbar_flexion_reason"] == "no_lumbar_sensor"


def test_columns_do_not_depend_on_the_order_in_which_signals_were_computed(tmp_path: Path) -> None:
    signals = builders.signals()
    backwards = replace(signals, deg=dict(reversed(signals.deg.items())))
    for name, one in (("a", signals), ("b", backwards)):
        write_signals_csv(one, tmp_path / f"{name}.csv")
        write_signals_parquet(one, tmp_path / f"{name}.parquet")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_parquet_keeps_every_digit_and_null_where_withheld(tmp_path: Path) -> None:
    signals = builders.signals()
    write_signals_parquet(signals, tmp_path / "s.parquet")
    table = pq.read_table(tmp_path / "s.parquet")
    assert np.array_equal(table["t_s"].to_numpy(), signals.t_s)
    assert np.array_equal(table["trunk_thigh"].to_numpy(), signals.deg["trunk_thigh"], equal_nan=True)
    assert table["lumbar_flexion"].null_count == len(signals)


def test_nothing_in_the_file_is_a_formula_to_a_spreadsheet(tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x","y")'
    signals = Signals(
        t_s=np.array([0.0, 0.1]),
        deg={evil: np.array([-1.5, np.nan])},
        sd_deg={evil: np.array([1.0, np.nan])},
        reason={evil: np.array(["", "@SUM(1)"])},
    )
    write_signals_csv(signals, tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(newline="") as file:
        header, first, second = list(csv.reader(file))
    assert header[1] == "'" + evil
    assert first[1] == "-1.5"  # a negative number stays a number
    assert second[3] == "'@SUM(1)"


def test_negative_zero_and_float_noise_do_not_show(tmp_path: Path) -> None:
    signals = Signals(
        t_s=np.array([1 / 3]),
        deg={"a": np.array([-0.0001])},
        sd_deg={"a": np.array([0.1 + 0.2])},
        reason={"a": np.array([""])},
    )
    write_signals_csv(signals, tmp_path / "s.csv")
    assert rows(tmp_path / "s.csv") == [{"t_s": "0.333333", "a": "0", "a_sd": "0.3", "a_reason": ""}]
