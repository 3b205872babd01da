"""Validation: the gate between a trained model and production. It can say no, and says why.

A challenger is judged on the newest labelled weeks, which it must not have seen, against chance
and against the champion on the very same tracks. To be ahead on them is not enough: of two equal
models one is always ahead. It has to be ahead in nearly all the test sets that might as well have
been drawn, which the bootstrap imitates by drawing tracks again, with replacement (Efron,
"Bootstrap methods: another look at the jackknife", Annals of Statistics 7, 1979). Both models are
scored on each draw: a hard draw is hard for both, so the difference varies less than the scores.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from jukebox.data.versions import labels
from jukebox.model.features import matrix
from jukebox.model.training import Model, find_weeks, labelled_tracks, predict, session, split
from jukebox.problem import COUNTRIES, Objectives, brier, chance

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


@dataclass(frozen=True)
class Limits:
    """What the gate insists on.

    level: the interval of a difference holds 1 - level of the draws, and has to lie above 0. So an
        equal model is admitted in about half of `level` of the weeks in which one is offered.
    draws: test sets that the bootstrap draws. newest: labelled weeks to test on.
    margin: how far the average precision of one country may fall, if it surely falls.
    positives: charts that a country needs in those weeks to be looked at alone.
    milliseconds: for a call with `batch` tracks, median: a tenth of what the service promises, for
        the model is one step among several.
    """

    level: float = 0.05
    draws: int = 500
    newest: int = 4
    margin: float = 0.1
    positives: int = 20
    batch: int = 100
    milliseconds: float = Objectives().p99_ms / 10


class GateFigures(TypedDict, total=False):
    """What a verdict rests on, as JSON has it; what was not come to is not there.

    A lead is in macro average precision: on the test set, and the two ends of its interval.
    """

    weeks: list[int]  # the first and the last of the test
    limits: dict[str, float]
    tracks_heard_before: int
    tracks: int
    average_precision: float
    average_precision_of_chance: float
    lead_over_chance: list[float]
    brier: float
    ceiling: float | None
    average_precision_of_champion: float
    lead_over_champion: list[float]
    brier_of_champion: float
    lowest_change_of_a_country: float | None  # in average precision
    milliseconds: float


@dataclass(frozen=True)
class Verdict:
    """The gate's answer: why not or, if passed, why; and the figures that it rests on."""

    passed: bool
    reasons: tuple[str, ...]
    figures: GateFigures


def weighted_precisions(y: np.ndarray, p: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the average precision of each country under each weighting: (draws, 72).

    y: labels (n, 72). p: probabilities (n, 72). weights: how often each track counts, (draws, n).
    The same as scikit-learn's with `sample_weight`, for all draws at once. NaN where no track of a
    draw charted. Whole weights in float32 add up exactly, in any order, on any number of cores.
    """
    result = np.full((len(weights), y.shape[1]), np.nan)
    of_track = np.ascontiguousarray(weights.T)  # a row a track: rows are quick to pick and add
    ones = np.ones(len(y), np.float32)
    for country in np.flatnonzero(y.any(0)):
        order = np.argsort(-p[:, country], kind="stable")  # the surest track first
        ranked, charted = -p[order, country], np.flatnonzero(y[order, country])
        # After which rank the tracks that tie with a hit end; what lies between is added at once.
        stop = np.searchsorted(ranked, ranked[charted], "right")
        ends, tied = np.unique(stop, return_inverse=True)
        between = csr_array(
            (ones[: ends[-1]], order[: ends[-1]], np.r_[0, ends]), (len(ends), len(y))
        )
        found = (between @ of_track).cumsum(0)[tied]
        own = of_track[order[charted]]
        last = np.searchsorted(charted, stop) - 1  # the last hit of each tie
        precision = own.cumsum(0)[last] / np.maximum(found, 1)  # nothing found: a weight of 0 below
        total = own.sum(0)
        total[total == 0] = np.nan
        result[:, country] = (own * precision).sum(0) / total
    return result


def ceiling(truth: np.ndarray, seed: int = 0, draws: int = 20) -> float:
    """Return the mean average precision of somebody who knows the true probabilities, (n, 72).

    Charts are drawn from the truth again and again; what is left is luck, which no model foresees.
    Outside a simulation the truth is unknown, and a ceiling is somebody's stated judgement.
    """
    rng = np.random.default_rng(seed)
    once = np.ones((1, len(truth)), np.float32)
    scores = [
        weighted_precisions(rng.random(truth.shape) < truth, truth, once) for _ in range(draws)
    ]
    return float(np.nanmean(scores))


def judge(
    y: np.ndarray,
    challenger: np.ndarray,
    champion: np.ndarray | None = None,
    limits: Limits | None = None,
    ceiling: float | None = None,
    seed: int = 0,
) -> tuple[list[str], GateFigures]:
    """Return the reasons against a challenger, a list of sentences, and the figures of both models.

    y: labels (n, 72). challenger, champion: probabilities (n, 72); None if there is no champion yet.
    ceiling: the highest average precision that is possible without a leak; None if it is unknown.
    The same inputs give the same answer.
    """
    limits = limits or Limits()
    rng = np.random.default_rng(seed)
    n = len(y)
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=limits.draws)
    weights = np.vstack([np.ones(n), drawn]).astype(np.float32)  # the first is the test set itself
    ours = weighted_precisions(y, challenger, weights)
    tail = limits.level / 2

    def lead(theirs: np.ndarray) -> list[float]:
        """Return the lead in macro average precision: on the test set, and its interval."""
        leads = np.nanmean(ours, 1) - np.nanmean(theirs, 1)
        return [float(leads[0]), *map(float, np.quantile(leads[1:], [tail, 1 - tail]))]

    # Chance: the same answers, given to the wrong tracks. The base rate would be too easy to beat:
    # where few tracks chart, even a random order has a higher average precision.
    over_chance = lead(weighted_precisions(y, rng.permutation(challenger), weights))
    score, spread = float(np.nanmean(ours[0])), float(np.nanmean(ours[1:], 1).std())
    figures: GateFigures = {
        "tracks": n,
        "average_precision": score,
        "average_precision_of_chance": chance(y).average_precision,
        "lead_over_chance": over_chance,
        "brier": brier(y, challenger),
        "ceiling": ceiling,
    }
    against = []
    if over_chance[1] <= 0:
        against.append(
            f"no better than chance: its lead is {over_chance[0]:.3f}, and the "
            f"interval goes down to {over_chance[1]:.3f}"
        )
    if ceiling is not None and score - NormalDist().inv_cdf(1 - tail) * spread > ceiling:
        against.append(
            f"too good to be true: average precision {score:.3f}, where {ceiling:.3f} is the most "
            "that can be known: look for labels among its features or its training rows"
        )
    if champion is None:
        return against, figures

    theirs = weighted_precisions(y, champion, weights)
    over_champion = lead(theirs)
    if over_champion[1] <= 0:
        against.append(
            f"not surely better than the champion: its lead is {over_champion[0]:.3f}, and "
            f"the interval goes down to {over_champion[1]:.3f}"
        )
    errors = ((challenger - y) ** 2 - (champion - y) ** 2).mean(1)
    worse = np.quantile(weights[1:] @ errors / n, tail)
    if worse > 0:
        against.append(f"worse probabilities: its Brier score is higher, by {worse:.4f} or more")
    looked_at = np.flatnonzero(y.sum(0) >= limits.positives)
    change = (ours - theirs)[:, looked_at]
    # Of 72 countries, some seem to fall by chance alone: Bonferroni's correction allows for that.
    sure = NormalDist().inv_cdf(1 - tail / max(1, len(looked_at))) * change[1:].std(0)
    for i in np.flatnonzero((change[0] < -limits.margin) & (change[0] < -sure)):
        against.append(
            f"{COUNTRIES[looked_at[i]]} falls by {-change[0, i]:.3f}, more than {limits.margin}"
        )
    figures |= {
        "average_precision_of_champion": float(np.nanmean(theirs[0])),
        "lead_over_champion": over_champion,
        "brier_of_champion": brier(y, champion),
        "lowest_change_of_a_country": float(change[0].min()) if len(looked_at) else None,
    }
    return against, figures


def median_milliseconds(
    running: "InferenceSession",
    rows: np.ndarray,
    calls: int = 50,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Return the median time of a call of a session with rows, (n, 13), in milliseconds."""
    predict(running, rows)  # the first call sets up
    times = []
    for _ in range(calls):
        start = clock()
        predict(running, rows)
        times.append(clock() - start)
    return float(np.median(times)) * 1000


def gate(
    challenger: Model,
    champion: Model | None,
    tracks: pd.DataFrame,
    charts: pd.DataFrame,
    limits: Limits | None = None,
    ceiling: float | None = None,
    seed: int = 0,
    clock: Callable[[], float] = time.perf_counter,
) -> Verdict:
    """Return the `Verdict` on a challenger, a `Model`, on the newest labelled weeks of the data.

    champion: the `Model` to beat; None if there is none yet. ceiling: see `judge`.
    Raises ValueError if there are no labelled weeks to test on.
    """
    limits = limits or Limits()
    known = labelled_tracks(tracks, charts)
    (older, _), (newer, y) = split(known, labels(known, charts), limits.newest)
    first, last = find_weeks(newer)
    figures: GateFigures = {"weeks": [first, last], "limits": asdict(limits)}
    fitted = challenger.record.fitted_weeks
    if not fitted:
        return Verdict(
            False, ("leak: its record does not say which weeks it was fitted on",), figures
        )
    if fitted[1] >= first:
        return Verdict(
            False,
            (
                f"leak: fitted on weeks up to {fitted[1]}, and the gate's test begins with week "
                f"{first}",
            ),
            figures,
        )
    # A track that was released again is no test either: the model may remember its charts.
    heard = {row.tobytes() for row in matrix(older)}
    new = np.array([row.tobytes() not in heard for row in matrix(newer)])
    newer, y = newer[new], y[new]
    figures["tracks_heard_before"] = int((~new).sum())
    if not y.any():
        raise ValueError(
            f"no new track of weeks {first} to {last} charted: there is nothing to test"
        )
    rows, running = matrix(newer), session(challenger.onnx)
    p = predict(running, rows)
    if not ((p >= 0) & (p <= 1)).all():  # NaN is neither
        return Verdict(False, ("its answers are not all between 0 and 1",), figures)
    against, found = judge(
        y, p, predict(champion.onnx, rows) if champion else None, limits, ceiling, seed
    )
    took = median_milliseconds(running, rows[: limits.batch], clock=clock)
    figures |= found
    figures["milliseconds"] = took
    if took > limits.milliseconds:
        against.append(
            f"too slow: {took:.1f} ms for a call with {limits.batch} tracks, above "
            f"{limits.milliseconds:.1f} ms"
        )
    return Verdict(not against, tuple(against) or (say_lead(found),), figures)


def say_lead(figures: GateFigures) -> str:
    """Return the sentence that admits a challenger, by the figures of `judge`."""
    rival, lead = "chance", figures.get("lead_over_chance", [])
    if "lead_over_champion" in figures:
        rival, lead = "the champion", figures["lead_over_champion"]
    return f"better than {rival}, by {lead[1]:.3f} to {lead[2]:.3f}"
