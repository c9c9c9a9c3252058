"""Our kappa beside that of statsmodels, on random tables: the largest differences.

statsmodels is no dependency of formcheck; run this where it is installed beside formcheck's own:
``python benchmarks/kappa.py``.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from statsmodels.stats.inter_rater import cohens_kappa

from formcheck.clinic.kappa import kappa

TABLES = 2000


def main() -> None:
    """Print the largest difference of each number."""
    rng = np.random.default_rng(7)
    worst = dict.fromkeys(("kappa", "standard error", "lower end", "upper end"), 0.0)
    compared = 0
    for _ in range(TABLES):
        k = int(rng.integers(2, 5))
        table = rng.integers(0, 40, (k, k))
        ours = kappa(table)
        if ours.value is None or ours.share in (0.0, 1.0):
            continue
        theirs = cohens_kappa(table)
        compared += 1
        pairs = {
            "kappa": (ours.value, theirs.kappa),
            "standard error": (ours.se, theirs.std_kappa),
            "lower end": (ours.low, max(-1.0, theirs.kappa_low)),
            "upper end": (ours.high, min(1.0, theirs.kappa_upp)),
        }
        for name, (own, other) in pairs.items():
            worst[name] = max(worst[name], abs(own - other))
    print(f"{compared} random tables of 2 to 4 categories, largest difference to statsmodels:")
    for name, difference in worst.items():
        print(f"  {name:15} {difference:.1e}")


if __name__ == "__main__":
    main()
