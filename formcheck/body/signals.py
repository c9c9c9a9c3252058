"""``Signals``: named angles over time, each with a standard deviation and, where withheld, a reason."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from formcheck.body.pose import Bools, Floats

Reasons = np.ndarray[tuple[int], np.dtype[np.str_]]


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Named angles over T instants.

    Parameters
    ----------
    t_s : ndarray, shape (T,)
        Presentation times.
    deg : mapping of str to ndarray, shape (T,)
        Degrees, signed as in `formcheck.body.signal_table`; NaN where withheld.
    sd_deg : mapping of str to ndarray, shape (T,)
        One standard deviation of each value; NaN where withheld.
    reason : mapping of str to ndarray of str, shape (T,)
        Empty where judged, else why not, as a key of `formcheck.body.reasons`. Kept as `shared_keys`.
    """

    t_s: Floats
    deg: Mapping[str, Floats]
    sd_deg: Mapping[str, Floats]
    reason: Mapping[str, Reasons]

    def __post_init__(self) -> None:
        shared = {name: shared_keys(keys) for name, keys in self.reason.items()}
        object.__setattr__(self, "reason", shared)

    def __len__(self) -> int:
        return len(self.t_s)

    @classmethod
    def joined(cls, parts: Sequence["Signals"]) -> "Signals":
        """Return parts of one recording, in the order of their times, as one."""
        if len(parts) == 1:
            return parts[0]
        columns = (
            {name: np.concatenate([getattr(part, field)[name] for part in parts]) for name in parts[0].deg}
            for field in ("deg", "sd_deg", "reason")
        )
        return cls(np.concatenate([part.t_s for part in parts]), *columns)

    def between(self, start_s: float, end_s: float) -> Bools:
        """Return which instants lie in a closed interval; shape (T,)."""
        result: Bools = (self.t_s >= start_s) & (self.t_s <= end_s)
        return result

    def only(self, names: Set[str]) -> "Signals":
        """Return those of the named signals that there are."""
        return replace(
            self,
            deg={name: values for name, values in self.deg.items() if name in names},
            sd_deg={name: values for name, values in self.sd_deg.items() if name in names},
            reason={name: values for name, values in self.reason.items() if name in names},
        )

    def __getitem__(self, which: slice | Bools) -> "Signals":
        return replace(
            self,
            t_s=self.t_s[which],
            deg={name: values[which] for name, values in self.deg.items()},
            sd_deg={name: values[which] for name, values in self.sd_deg.items()},
            reason={name: values[which] for name, values in self.reason.items()},
        )


def shared_keys(keys: Reasons) -> Reasons:
    """Return reason keys as references to one string of each: 8 bytes an instant.

    Fixed-width text takes 96, which over all signals is more than the poses themselves.
    """
    if keys.dtype.kind != "U":
        return keys
    if len(keys) == 1:  # a live pose: sorting one key costs more than all its angles
        return cast(Reasons, np.array([str(keys[0])], dtype=np.object_))
    different, which = np.unique(keys, return_inverse=True)
    return cast(Reasons, different.astype(np.object_)[which])
