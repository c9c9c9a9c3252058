"""How far two judges of the same repetitions agree: formcheck and a clinician, or two clinicians.

Only repetitions that both judged are compared; how many one of them could not judge is told apart.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from formcheck.clinic.kappa import Kappa, kappa
from formcheck.coach.set_report import Verdict

VERDICTS: tuple[Verdict, ...] = ("ok", "borderline", "fault")
ENOUGH = 30
"""Below so many repetitions that both judged, agreement counts as unknown: our choice; the interval of a
kappa of .6 is then still about .3 to either side."""
MIN_PATIENTS = 5
"""From so many patients on, their differences widen the interval; with fewer they cannot be estimated."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One repetition as two judges saw it; faults are the ids of those that either called a fault."""

    patient_id: str
    exercise_id: str
    first: Verdict
    second: Verdict
    first_faults: frozenset[str] = frozenset()
    second_faults: frozenset[str] = frozenset()

    @property
    def judged(self) -> bool:
        """Whether both could judge it."""
        return "cannot_judge" not in (self.first, self.second)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one thing.

    Parameters
    ----------
    exercise_id : str
        Empty for all exercises together.
    fault_id : str
        Empty for the verdict as a whole.
    kappa : Kappa
        Over the repetitions that both judged.
    low, high : float, optional
        The 95 % interval of kappa: the large-sample one, or the one between patients where that is wider.
    patients : int
        From how many.
    between_patients : bool
        Whether ``low`` and ``high`` are those between patients.
    only_first, only_second : int
        How often only one of them saw a fault (or this fault).
    withheld : int
        Repetitions left out because one of them could not judge.
    """

    exercise_id: str
    fault_id: str
    kappa: Kappa
    low: float | None
    high: float | None
    patients: int
    between_patients: bool
    only_first: int
    only_second: int
    withheld: int

    @property
    def known(self) -> bool:
        """Whether there were enough repetitions to speak of agreement."""
        return self.kappa.n >= ENOUGH


Counted = tuple[int, int]


def verdict_agreement(pairs: Sequence[Pair], exercise_id: str = "") -> Agreement | None:
    """Return the agreement on verdicts, over all exercises or one; None where nothing can be compared."""
    own = [pair for pair in pairs if exercise_id in ("", pair.exercise_id)]
    return _agreement(own, exercise_id, "", len(VERDICTS), _verdicts)


def fault_agreement(pairs: Sequence[Pair], exercise_id: str, fault_id: str) -> Agreement | None:
    """Return the agreement on whether one fault was there; None where nothing can be compared."""

    def seen(pair: Pair) -> Counted:
        return int(fault_id in pair.first_faults), int(fault_id in pair.second_faults)

    own = [pair for pair in pairs if pair.exercise_id == exercise_id]
    return _agreement(own, exercise_id, fault_id, 2, seen)


def by_exercise(pairs: Sequence[Pair]) -> list[Agreement]:
    """Return the agreement on verdicts for every exercise, the most often compared first."""
    names = Counter(pair.exercise_id for pair in pairs)
    found = [verdict_agreement(pairs, name) for name, _ in names.most_common()]
    return [each for each in found if each is not None]


def by_fault(pairs: Sequence[Pair]) -> list[Agreement]:
    """Return the agreement on every fault that either of them saw, the most often seen first."""
    seen: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        seen.update((pair.exercise_id, fault) for fault in pair.first_faults | pair.second_faults)
    found = [fault_agreement(pairs, *key) for key, _ in seen.most_common()]
    return [each for each in found if each is not None]


def _verdicts(pair: Pair) -> Counted:
    return VERDICTS.index(pair.first), VERDICTS.index(pair.second)


def _agreement(
    pairs: Iterable[Pair], exercise_id: str, fault_id: str, k: int, read: Callable[[Pair], Counted]
) -> Agreement | None:
    every = list(pairs)
    judged = [pair for pair in every if pair.judged]
    if not judged:
        return None
    tables: dict[str, np.ndarray] = {}
    for pair in judged:
        table = tables.setdefault(pair.patient_id, np.zeros((k, k)))
        table[read(pair)] += 1
    whole = sum(tables.values(), np.zeros((k, k)))
    found = kappa(whole)
    low, high, between = found.low, found.high, False
    spread = _between_patients(list(tables.values()), whole, found.value)
    if spread is not None and low is not None and high is not None and spread[1] - spread[0] > high - low:
        (low, high), between = spread, True
    worst = k - 1
    return Agreement(
        exercise_id,
        fault_id,
        found,
        low,
        high,
        len(tables),
        between,
        only_first=int(whole[worst, :worst].sum()),
        only_second=int(whole[:worst, worst].sum()),
        withheld=len(every) - len(judged),
    )


def _between_patients(
    tables: Sequence[np.ndarray], whole: np.ndarray, value: float | None
) -> tuple[float, float] | None:
    """Return kappa's interval when whole patients are left out in turn (jackknife).

    Repetitions of one person resemble one another, which the large-sample formula does not know.
    """
    count = len(tables)
    if value is None or count < MIN_PATIENTS:
        return None
    without = [kappa(whole - table).value for table in tables if (whole - table).sum() > 0]
    known = [each for each in without if each is not None]
    if len(known) < count:
        return None
    variance = (count - 1) / count * float(np.square(np.array(known) - np.mean(known)).sum())
    half = float(student.ppf(0.975, count - 1)) * math.sqrt(variance)
    return max(-1.0, value - half), min(1.0, value + half)
