"""Cohen's kappa of two raters, with its interval."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from formcheck.body.pose import Floats

Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Kappa:
    """How far two raters agree beyond chance.

    ``share`` is how often they agree, from ``share_low`` to ``share_high`` (Wilson's 95 % interval).
    ``value`` is kappa, None where both used a single category only, the same one: then chance explains
    everything and kappa is not defined. ``se`` is its large-sample standard error; the interval runs from
    ``low`` to ``high``.
    """

    n: int
    share: float
    share_low: float
    share_high: float
    value: float | None
    se: float | None
    low: float | None
    high: float | None


def kappa(table: Floats) -> Kappa:
    """Return Cohen's kappa of a table of counts.

    Parameters
    ----------
    table : ndarray, shape (k, k)
        How often the first rater said row i and the second column j.

    Notes
    -----
    Kappa: Cohen 1960, Educ Psychol Meas 20:37. Standard error where kappa is not zero: Fleiss, Cohen and
    Everitt 1969, Psychol Bull 72:323. Where the raters always agree that formula gives zero, whatever the
    number of ratings; the lower end is then kappa with the agreement put at Wilson's lower bound (our
    choice).

    Raises
    ------
    ValueError
        When the table is not square, is empty, or holds less than nothing.
    """
    counts = np.asarray(table, float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"a table of k x k counts is needed, not one of shape {counts.shape}")
    n = counts.sum()
    if n <= 0 or (counts < 0).any():
        raise ValueError("a table needs counts that are not negative, and at least one rating")
    share = float(np.trace(counts) / n)
    within = binomtest(round(float(np.trace(counts))), round(float(n))).proportion_ci(method="wilson")
    chance = float(counts.sum(axis=1) @ counts.sum(axis=0) / n**2)
    value = se = low = high = None
    if chance < 1:
        value = (share - chance) / (1 - chance)
        se = _standard_error(counts / n, float(n))
        low, high = max(-1.0, value - Z95 * se), min(1.0, value + Z95 * se)
        if math.isclose(share, 1.0):
            low = (float(within.low) - chance) / (1 - chance)
    return Kappa(round(float(n)), share, float(within.low), float(within.high), value, se, low, high)


def _standard_error(p: Floats, n: float) -> float:
    """Return the large-sample standard error; ``p`` are the cells' shares."""
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    agreed, chance = float(np.trace(p)), float(rows @ columns)
    off = p * (columns[:, None] + rows[None, :]) ** 2
    diagonal = np.diag(p) * ((1 - chance) - (rows + columns) * (1 - agreed)) ** 2
    spread = (
        diagonal.sum()
        + (1 - agreed) ** 2 * (off.sum() - np.trace(off))
        - (agreed * chance - 2 * chance + agreed) ** 2
    )
    return math.sqrt(max(0.0, float(spread)) / (n * (1 - chance) ** 4))
