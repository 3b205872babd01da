"""Scores: what a wrong answer costs, and how far a mean may be off by luck."""

import numpy as np
import pandas as pd

from own.schema import KIND


def loss(truth: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Return the loss of each answer; less is better.

    Of a probability it is the squared error, whose mean is the Brier score; of a number it is the
    absolute error, in the unit of the label.
    """
    error = answers - np.asarray(truth, float)
    return error**2 if KIND == "yes/no" else np.abs(error)


def interval(values: np.ndarray, ids: pd.Series, draws: int = 1000) -> tuple[float, float, float]:
    """Return the mean of values, and the ends of the interval that holds 95 % of its redraws.

    ids: whom each value is about. The bootstrap draws ids and not rows, because twelve months of
    one customer are not twelve customers. The same values, the same interval.
    """
    groups = pd.Series(values).groupby(np.asarray(ids))
    sums, counts = groups.sum().to_numpy(), groups.size().to_numpy()
    drawn = np.random.default_rng(0).integers(len(sums), size=(draws, len(sums)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(np.mean(values)), float(low), float(high)


def shown(value: float) -> str:
    """Write a loss, a lead or an answer: a small one with four decimals, a large one with none."""
    return f"{value:.4f}" if abs(value) < 10 else f"{value:,.0f}"
