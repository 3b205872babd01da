"""The problem: in which of 72 countries will a track chart?

Seventy-two yes-or-no questions about one track, asked of one model: a track may chart in
many countries or in none, so the answers are independent probabilities, not shares of one.
"""

from typing import NamedTuple

import numpy as np

# ISO 3166 codes of the countries where K.R.A.P. Records sells.
COUNTRIES = (
    "AE", "AR", "AT", "AU", "BE", "BG", "BO", "BR", "BY", "CA", "CH", "CL",
    "CO", "CR", "CZ", "DE", "DK", "DO", "EC", "EE", "EG", "ES", "FI", "FR",
    "GB", "GR", "GT", "HK", "HN", "HU", "ID", "IE", "IL", "IN", "IS", "IT",
    "JP", "KR", "KZ", "LT", "LU", "LV", "MA", "MX", "MY", "NG", "NI", "NL",
    "NO", "NZ", "PA", "PE", "PH", "PK", "PL", "PT", "PY", "RO", "SA", "SE",
    "SG", "SK", "SV", "TH", "TR", "TW", "UA", "US", "UY", "VE", "VN", "ZA",
)  # fmt: skip

LABEL_DELAY = 3  # weeks from the release of a track until its charts are known


class Objectives(NamedTuple):
    """What the service promises: latency in milliseconds, share of requests answered, freshness.

    Freshness is how many weeks ago the newest track in the champion's training was released.
    """

    p99_ms: float = 50
    availability: float = 0.999
    freshness_weeks: int = 12


class Costs(NamedTuple):
    """The cost of each kind of error, in euros: K.R.A.P. Records' own estimate."""

    wasted: float = 1_000  # a campaign for a track that does not chart
    missed: float = 5_000  # no campaign for a track that would have charted

    @property
    def threshold(self) -> float:
        """Return the probability from which a campaign pays.

        Source: Elkan, "The foundations of cost-sensitive learning", IJCAI 2001,
        section 2.
        """
        return self.wasted / (self.wasted + self.missed)


COSTS = Costs()


def expected_cost(y: np.ndarray, p: np.ndarray, costs: Costs = COSTS) -> float:
    """Return what errors cost for a track, in euros, on average over the tracks.

    y: whether each track charted in each country, bool (n, 72). p: the probabilities, (n, 72).
    A campaign is paid for wherever the probability reaches the threshold. In the functions
    below, `y` and `p` are the same.
    """
    campaign = p >= costs.threshold
    lost = costs.wasted * (campaign & ~y) + costs.missed * (~campaign & y)
    return float(lost.sum(1).mean())


def average_precisions(y: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return the average precision of each country, 0 to 1, (72,); NaN where no track charted.

    It is the sum over thresholds of precision times the gain in recall, without interpolation:
    scikit-learn's user guide, "Precision, recall and F-measures". The same numbers as its
    `average_precision_score` in an eighth of the time, for a bootstrap asks thousands of times.
    """
    order = np.argsort(-p, axis=0, kind="stable")
    y, p = np.take_along_axis(y, order, 0), np.take_along_axis(p, order, 0)
    hits, rank, last = y.cumsum(0), np.arange(len(y))[:, None], np.ones(y.shape, dtype=bool)
    last[:-1] = p[:-1] != p[1:]  # equal probabilities share a threshold: the last one's rank
    threshold = np.minimum.accumulate(np.where(last, rank, len(y))[::-1])[::-1]
    precision = np.take_along_axis(hits, threshold, 0) / (threshold + 1)
    with np.errstate(invalid="ignore"):
        return (precision * y).sum(0) / hits[-1]


def average_precision(y: np.ndarray, p: np.ndarray) -> float:
    """Return the macro average precision, 0 to 1: the mean over countries where a track charted.

    Raises ValueError if there are none.
    """
    if not y.any():
        raise ValueError("no track charted in any country: average precision is not defined")
    return float(np.nanmean(average_precisions(y, p)))


def brier(y: np.ndarray, p: np.ndarray) -> float:
    """Return the Brier score, 0 to 1, lower is better: the mean squared error over all answers.

    Source: Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather
    Review 78, 1950; here for each yes or no, half of his sum over both.
    """
    return float(np.mean((p - y) ** 2))


def calibration_error(y: np.ndarray, p: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error, 0 to 1, over all answers.

    The answers fall into bins of equal width by their probability; the error is the mean distance
    of a bin's mean probability from its share of charts, weighted by its answers. Source: Naeini,
    Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015.
    """
    which = np.minimum((p * bins).astype(int), bins - 1).ravel()
    gaps = np.bincount(which, weights=(p - y).ravel(), minlength=bins)
    return float(np.abs(gaps).sum() / p.size)


class Chance(NamedTuple):
    """What knowing nothing of a track scores: to be beaten."""

    rates: np.ndarray  # base rate of each country, (72,)
    average_precision: float
    brier: float
    expected_cost: float


def base_rates(y: np.ndarray) -> np.ndarray:
    """Return the base rate of each country as the answer for every track, (n, 72)."""
    return np.broadcast_to(y.mean(0), y.shape)


def chance(y: np.ndarray) -> Chance:
    """Return the base rates of the labels, and their scores as an answer for every track."""
    p = base_rates(y)
    return Chance(y.mean(0), average_precision(y, p), brier(y, p), expected_cost(y, p))
