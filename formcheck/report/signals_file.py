"""``signals.parquet`` read back: what `formcheck.report.tables` wrote, with all its digits."""

from typing import IO, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from formcheck.body.pose import Floats
from formcheck.body.signals import Reasons, Signals
from formcheck.errors import UnreadableInputError

_SD, _REASON = "_sd", "_reason"


def read_signals(file: IO[bytes]) -> Signals:
    """Return the signals of a stored table.

    Raises
    ------
    UnreadableInputError
        When it is damaged, or another table.
    """
    try:
        table = pq.read_table(file)
        names = [name.removesuffix(_REASON) for name in table.column_names if name.endswith(_REASON)]
        return Signals(
            t_s=_numbers(table, "t_s"),
            deg={name: _numbers(table, name) for name in names},
            sd_deg={name: _numbers(table, f"{name}{_SD}") for name in names},
            reason={name: _keys(table, f"{name}{_REASON}") for name in names},
        )
    except (pa.ArrowException, KeyError, OSError) as error:
        raise UnreadableInputError("The angles of this set are damaged: analyse it again.") from error


def _numbers(table: pa.Table, column: str) -> Floats:
    values: Any = table.column(column).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=np.float64)


def _keys(table: pa.Table, column: str) -> Reasons:
    encoded = table.column(column).combine_chunks().dictionary_encode()
    words = np.array(encoded.dictionary.to_pylist() or [""], dtype=np.object_)
    return cast(Reasons, words[encoded.indices.to_numpy(zero_copy_only=False)])
