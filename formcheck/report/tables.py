"""``signals.csv`` and ``signals.parquet``: every signal at every frame.

One row a frame: ``t_s``, then for every signal, in alphabetical order, its value and its standard
deviation in degrees and, where it was withheld, the key of the reason.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from formcheck.body.pose import Floats
from formcheck.body.signals import Signals

CSV_DECIMALS_DEG = 3
CSV_DECIMALS_S = 6
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def columns(signals: Signals) -> list[str]:
    """Return the names of the table's columns, in order."""
    names = [(name, f"{name}_sd", f"{name}_reason") for name in sorted(signals.deg)]
    return ["t_s", *(column for triple in names for column in triple)]


def signals_table(signals: Signals) -> pa.Table:
    """Return the signals as an Arrow table; null where withheld, an empty reason where judged."""
    data = [_numbers(signals.t_s)]
    for name in sorted(signals.deg):
        data.append(_numbers(signals.deg[name]))
        data.append(_numbers(signals.sd_deg[name]))
        data.append(pa.array(signals.reason[name].tolist(), type=pa.string()))
    return pa.table(data, names=columns(signals))


def write_signals_parquet(signals: Signals, path: Path) -> None:
    """Write the signals with all their digits.

    Parameters
    ----------
    signals : Signals
        What was measured.
    path : Path
        Where to; replaced if it is there.
    """
    pq.write_table(signals_table(signals), path, compression="zstd")


def write_signals_csv(signals: Signals, path: Path) -> None:
    """Write the signals for a spreadsheet: three decimals of a degree, microseconds, empty where null.

    Names and reasons come from exercise files, which anybody may write: whatever a spreadsheet would take
    for a formula is written with an apostrophe before it.

    Parameters
    ----------
    signals : Signals
        What was measured.
    path : Path
        Where to; replaced if it is there.
    """
    table = signals_table(signals)
    with path.open("wb") as file, pa.PythonFile(file, mode="w") as sink:
        header = ",".join(_quoted(harmless(name)) for name in table.column_names)
        sink.write(f"{header}\n".encode())
        options = pa_csv.WriteOptions(include_header=False, quoting_style="needed")
        pa_csv.write_csv(_for_csv(table), sink, write_options=options)


def _for_csv(table: pa.Table) -> pa.Table:
    """Return the table with rounded numbers and harmless text."""
    result = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_string(column.type):
            # empty text as null: CSV then has nothing between the commas, not a pair of quotes
            result.append(pa.array([harmless(text) or None for text in column.to_pylist()], pa.string()))
        else:
            digits = CSV_DECIMALS_S if name == "t_s" else CSV_DECIMALS_DEG
            values = column.to_numpy(zero_copy_only=False)
            result.append(_numbers(np.round(values, digits) + 0.0))
    return pa.table(result, names=table.column_names)


def _numbers(values: Floats) -> pa.Array:
    return pa.array(values, type=pa.float64(), mask=~np.isfinite(values))


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def _quoted(text: str) -> str:
    needs_quotes = any(mark in text for mark in ',"\n\r')
    return '"' + text.replace('"', '""') + '"' if needs_quotes else text
