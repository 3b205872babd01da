"""The calls of a service, as whoever made them saw them."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np


class CallFigures(TypedDict):
    """How many calls there were, how many a second, the share of errors, and seconds taken."""

    requests: int
    rate: float
    errors: float
    p50: float
    p99: float


def describe_calls(calls: Sequence[tuple[float, int, float]]) -> CallFigures:
    """Return the figures of calls, each (time in seconds, HTTP status, seconds taken).

    `errors` is the share of answers of 500 and above: a client's mistake (4xx) is not an outage.
    `p50` and `p99` are seconds that a call really took (the inverse of the empirical
    distribution: Hyndman and Fan 1996, type 1). Without calls these are NaN, not a healthy zero.
    """
    if not calls:
        return {"requests": 0, "rate": 0.0, "errors": np.nan, "p50": np.nan, "p99": np.nan}
    times, statuses, seconds = map(np.asarray, zip(*calls, strict=True))
    p50, p99 = np.quantile(seconds, [0.5, 0.99], method="inverted_cdf")
    return {
        "requests": len(calls),
        "rate": len(calls) / max(float(np.ptp(times)), 1.0),  # a second; a burst counts as one
        "errors": float(np.mean(statuses >= 500)),
        "p50": float(p50),
        "p99": float(p99),
    }
