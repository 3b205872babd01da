"""Explanations: how far each feature moved one answer of a model, exactly.

It asks the model and looks at nothing inside it, so it explains any model, and nothing but the model.
"""

from collections.abc import Callable
from math import comb

import numpy as np

MOST_FEATURES = 16  # features: twice the questions with each one more


def shapley(
    ask: Callable[[np.ndarray], np.ndarray], row: np.ndarray, background: np.ndarray
) -> np.ndarray:
    """Return how far each feature moved the answer about a row, (n,), in the unit of the answers.

    ask: rows (m, n) to their answers (m,). row: (n,). background: the rows that it is compared with,
    (k, n). It asks about every coalition, which is a set of features: these are taken from the row,
    and the others from a row of the background, each in turn. The values add up to the answer about
    the row less the mean answer about the background. Raises ValueError if the background has no rows
    or other columns, and for more than MOST_FEATURES features.

    Sources: Shapley, "A value for n-person games", 1953; Lundberg and Lee, "A unified approach to
    interpreting model predictions", NeurIPS 2017.
    """
    n = len(row)
    if n > MOST_FEATURES:
        raise ValueError(f"{n} features make {2**n:,} coalitions: explain {MOST_FEATURES} or fewer")
    if background.ndim != 2 or not len(background) or background.shape[1] != n:
        raise ValueError(f"give a background of 1 or more rows of {n}, not {background.shape}")
    members = (np.arange(2**n)[:, None] >> np.arange(n) & 1) == 1  # a coalition in each row
    worth = np.mean([ask(np.where(members, row, other)) for other in background], axis=0)
    size = members.sum(1)
    # `share` weighs each gain: the share of all orders of the features in which the
    # coalition comes first and `feature` next. Coalitions of one size have one share.
    share = np.array([1 / (n * comb(n - 1, before)) for before in range(n)])
    values = []
    for feature in range(n):
        without = np.flatnonzero(~members[:, feature])
        gain = worth[without + 2**feature] - worth[without]
        values.append(share[size[without]] @ gain)
    return np.array(values)


def nearest_change(
    ask: Callable[[np.ndarray], np.ndarray],
    row: np.ndarray,
    feature: int,
    bounds: tuple[float, float],
    threshold: float,
) -> float | None:
    """Return the value of one feature, nearest to its own, at which the answer reaches a threshold.

    ask: rows (m, n) to their answers (m,). row: (n,). bounds: the lowest and the highest value that
    make sense, between which 2,001 values at equal distances are tried. None if none of them turns the
    answer. Raises ValueError if the answer has reached the threshold already.

    Source: Wachter, Mittelstadt and Russell, "Counterfactual explanations without opening the black
    box", Harvard Journal of Law & Technology 31, 2018; there all features may change together.
    """
    if (answer := ask(row[None])[0]) >= threshold:
        raise ValueError(f"the answer is {answer:.3f}, which reaches {threshold:.3f} as it is")
    changed = np.tile(row, (2001, 1))
    changed[:, feature] = np.linspace(*bounds, 2001)
    turned = changed[ask(changed) >= threshold, feature]
    if not len(turned):
        return None
    return float(turned[np.argmin(abs(turned - row[feature]))])
