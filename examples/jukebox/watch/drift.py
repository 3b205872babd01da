"""Drift: does one window of tracks, or of predictions, still look like another?

A statistic, a correction for having asked many times, and a size below which the answer does not
matter. It speaks of the data alone; what a drift does to the model, `monitoring.performance` says.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from jukebox.schema import FEATURES, WHOLE

CATEGORICAL = tuple(name for name in FEATURES if name in WHOLE)
FEWEST = 30  # rows of a window, below which nothing is concluded


def counts(
    reference: np.ndarray, current: np.ndarray, categorical: bool, bins: int = 10
) -> list[np.ndarray]:
    """Count two windows in bins fixed by the reference: two arrays of equal length.

    Numbers: bins of equal counts in the reference, fewer where it repeats itself. Categories:
    first all that the reference never had, then those it has.
    """
    if categorical:
        known = pd.Index(np.unique(reference))
        places = [known.get_indexer(values) + 1 for values in (reference, current)]
        size = len(known) + 1
    else:
        edges = np.unique(np.quantile(reference, np.linspace(0, 1, bins + 1)[1:-1]))
        places = [np.searchsorted(edges, values, "right") for values in (reference, current)]
        size = len(edges) + 1
    return [np.bincount(place, minlength=size) for place in places]


def psi(reference: np.ndarray, current: np.ndarray) -> float:
    """Return the population stability index of two arrays of counts in the same bins.

    PSI = sum of (q - p) ln(q / p) over the bins' shares p before and q now: the divergence of
    Jeffreys (1946), named and used for credit scores (Lewis 1994; Siddiqi 2006). Half a row is
    added to each bin, so that an empty one gives no infinity.

    The rule of thumb (below 0.1 little, above 0.25 much) has no error rates behind it and asks
    nothing of the number of rows. With no change at all, PSI is about (1/n + 1/m) times a
    chi-square of bins - 1 degrees (Yurdakul and Naranjo 2020, Journal of Risk Model Validation
    14(4)): with 10 bins and two windows of 100 rows it averages 0.18, with two of 10,000, 0.0018.
    """
    p, q = ((window + 0.5) / (window + 0.5).sum() for window in (reference, current))
    return float(np.sum((q - p) * np.log(q / p)))


def chi_square(
    reference: np.ndarray, current: np.ndarray, fewest: float = 5
) -> tuple[float, float]:
    """Test two arrays of counts in the same categories for one distribution: (statistic, p).

    Pearson (1900), on the 2 x k table of homogeneity, without continuity correction. Categories
    of which fewer than `fewest` rows are expected in either window are pooled (Cochran 1954).
    """
    table = np.array([reference, current])
    both = table.sum(axis=0)
    rare = both * table.sum(axis=1).min() / table.sum() < fewest
    table = np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2:
        return 0.0, 1.0
    test = stats.chi2_contingency(table, correction=False)
    return float(test.statistic), float(test.pvalue)  # pyright: ignore[reportAttributeAccessIssue] - SciPy makes the class at run time


def holm(p: Sequence[float] | np.ndarray) -> np.ndarray:
    """Correct p values so that the chance of *any* false alarm among them is at most alpha.

    The smallest of m p values is multiplied by m, the next one by m - 1, and so on; then each is at
    least as large as the one before it, and at most 1. This holds however the tests depend on each
    other. Holm 1979, Scandinavian Journal of Statistics 6(2), 65-70.
    """
    p = np.asarray(p, float)
    order = np.argsort(p)
    corrected = np.empty_like(p)
    corrected[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return np.minimum(corrected, 1)


# Benjamini and Hochberg 1995 bound the share of false alarms among all alarms instead.
CORRECTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "holm": holm,
    "benjamini-hochberg": stats.false_discovery_control,
    "none": np.asarray,  # to show what happens
}


def drift(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    alpha: float = 0.05,
    floor: float = 0.1,
    correction: str = "holm",
) -> pd.DataFrame:
    """Compare each column of two windows: a table with one row a column of `reference`.

    For tracks (without track_id and released) and for predictions (a frame of probabilities with
    a column for each country). Missing values are left to `data_quality`. Columns of the table:

    - test, statistic, p: chi-square for CATEGORICAL, else the two-sample test of Kolmogorov and
      Smirnov (Smirnov 1939; p for large samples as by Hodges 1958, too high where values repeat);
    - corrected: p after the `correction` for all the columns of the call;
    - effect: the largest difference in the share of any event: D of Kolmogorov-Smirnov ("x <= t")
      or the total variation distance of the categories. 0 to 1, not a function of the rows;
    - psi (see there), and psi_noise: what PSI stays below in 95 of 100 windows without any change;
    - verdict: "drift" if corrected <= alpha and effect >= floor; "negligible" if only the former:
      large windows find differences that matter to nobody; else "stable".

    Raises ValueError if `current` lacks a column, or either has fewer than FEWEST values in it.
    """
    rows = []
    columns = reference.columns.drop(["track_id", "released"], errors="ignore")
    for column in columns:
        if column not in current:
            raise ValueError(f"The current window has no column {column}.")
        old, new = (frame[column].dropna().to_numpy(float) for frame in (reference, current))
        if min(len(old), len(new)) < FEWEST:
            sizes = f"{len(old)} values in the reference and {len(new)} in the current window"
            raise ValueError(f"{column} has {sizes}: join weeks until each has {FEWEST}.")
        categorical = column in CATEGORICAL
        before, now = counts(old, new, categorical)
        if categorical:
            statistic, p = chi_square(before, now)
            effect = np.abs(before / len(old) - now / len(new)).sum() / 2
        else:
            statistic, p = stats.ks_2samp(old, new, method="asymp")
            effect = statistic
        free = max(np.count_nonzero(before) - 1, 1)  # degrees of freedom: bins less one
        noise = stats.chi2.ppf(0.95, free) * (1 / len(old) + 1 / len(new))
        test = "chi-square" if categorical else "Kolmogorov-Smirnov"
        rows.append((test, statistic, p, effect, psi(before, now), noise))
    names = pd.Index(["test", "statistic", "p", "effect", "psi", "psi_noise"])
    table = pd.DataFrame(rows, columns, names)
    table.insert(3, "corrected", CORRECTIONS[correction](table["p"].to_numpy()))
    small = np.where(table["effect"] < floor, "negligible", "drift")
    table["verdict"] = np.where(table["corrected"] <= alpha, small, "stable")
    return table
