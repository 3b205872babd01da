"""Monitoring: is the service well, is the data good, has it drifted, is the model still right?

Four questions in the order in which they can be answered: a call at once, a batch on arrival,
drift within the week, performance only when the charts are known. Only the last one speaks
of the model: inputs may move and do no harm, and a model may fail while they stand still.
"""

import numpy as np
import pandas as pd
from prometheus_client import Gauge
from scipy import stats

from jukebox.catalogue import PLAIN, labels
from jukebox.drift import FEWEST, drift
from jukebox.problem import FEATURES, LABEL_DELAY
from jukebox.training import labelled, predict
from jukebox.validation import weighted_precisions

__all__ = [
    "GAUGES",
    "SCORES",
    "data_quality",
    "drift",
    "fell",
    "gauges",
    "live",
    "performance",
    "promised",
    "score",
    "service",
]

# What `rules.yml` reads, besides the figures that the service shows: help, and a label.
GAUGES = {
    "jukebox_batch_rows": ("Rows of the newest batch",),
    "jukebox_data_quality_share": ("Share of the newest batch's rows at fault", ["check"]),
    "jukebox_drifted": ("Columns whose newest window has drifted", ["of"]),
    "jukebox_performance_fell": ("1 if the champion has fallen by its interval, else 0",),
    "jukebox_week": ("The current week",),
    "jukebox_newest_labelled_week": ("Release week of the newest tracks with known charts",),
    "jukebox_newest_trained_week": ("Release week of the champion's newest training tracks",),
}


def gauges(registry):
    """Register the gauges in a registry of prometheus_client; return them by name, to be set."""
    return {name: Gauge(name, *about, registry=registry) for name, about in GAUGES.items()}


def service(calls):
    """Return the figures of a list of calls, each (time in seconds, HTTP status, seconds taken).

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


def data_quality(batch, week):
    """Return how many rows a raw batch has, and the shares of them (0 to 1) that are at fault.

    missing: no value, or no column; wrong_type: no number where one belongs; out_of_range:
    outside `FEATURES`; wrong_encoding: a track_id that is not plain; duplicate: one that stands
    above; late: released before `week`. A row may be at fault in several ways; which row and why,
    `catalogue.validate` tells. Shares of an empty batch are NaN.
    """
    raw = batch.reindex(columns=["track_id", "released", *FEATURES])
    numbers = raw.drop(columns="track_id").apply(pd.to_numeric, errors="coerce")
    features = numbers[list(FEATURES)]
    lowest, highest = ([f[side] for f in FEATURES.values()] for side in (0, 1))
    at_fault = {
        "missing": raw.isna().any(axis=1),
        "wrong_type": (numbers.isna() & raw[numbers.columns].notna()).any(axis=1),
        "out_of_range": ((features < lowest) | (features > highest)).any(axis=1),
        "wrong_encoding": ~raw["track_id"].dropna().astype(str).str.fullmatch(PLAIN),
        "duplicate": raw["track_id"].dropna().duplicated(),
        "late": numbers["released"] < week,
    }
    rows = len(raw)
    shares = {check: float(bad.sum() / rows) if rows else np.nan for check, bad in at_fault.items()}
    return {"rows": rows} | shares


SCORES = ["tracks", "ap", "ap_low", "ap_high", "brier", "brier_low", "brier_high"]


def score(y, p, seed=0, resamples=200, level=0.95):
    """Return macro average precision ("ap") and the Brier score of one window with their intervals.

    y: bool (n, countries); p: probabilities of the same shape. Countries without a positive are
    left out of the macro average. Keys: SCORES.

    Interval: the score plus and minus a normal quantile of its standard error, which is taken
    from `resamples` bootstrap samples of *tracks* (Efron 1979): one track's countries depend on
    each other. Fewer than FEWEST tracks have NaN for an interval. Average precision as in
    scikit-learn's user guide: the sum over thresholds of precision times recall gained, ties
    sharing a threshold. Brier 1950: the mean squared error of a probability.
    """
    y, p = np.asarray(y, bool), np.asarray(p, float)
    if not (n := len(y)):
        return dict.fromkeys(SCORES, np.nan) | {"tracks": 0}
    draws = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), resamples)
    weights = np.vstack([np.ones(n), draws]).astype(np.float32)  # the first is the window itself
    precisions = weighted_precisions(y, p, weights)
    with np.errstate(invalid="ignore"):  # where nothing charted, 0 / 0 is the NaN that is meant
        aps = np.nansum(precisions, axis=1) / np.isfinite(precisions).sum(axis=1)
    briers = weights @ ((p - y) ** 2).mean(axis=1) / n
    error = np.nanstd([aps[1:], briers[1:]], axis=1, ddof=1)
    wide = stats.norm.ppf((1 + level) / 2) * error if n >= FEWEST else (np.nan, np.nan)
    ap, brier = aps[0], briers[0]
    ends = [ap, ap - wide[0], ap + wide[0], brier, brier - wide[1], brier + wide[1]]
    return dict(zip(SCORES, [n, *map(float, ends)], strict=True))


def performance(log, charts, week, seed=0):
    """Score the logged predictions whose charts are known by `week`: a row a week and version.

    log: a DataFrame of request_id, model_version, week (of the request), track_id, probabilities
    (72 floats in the order of COUNTRIES). A track counts once a version, by the first answer; a
    request that named no track cannot count.

    A track that charts nowhere has no row in `charts`, which look the same if they are late. So a
    prediction counts when charts have arrived that became known LABEL_DELAY weeks after it, or
    later. Returns a DataFrame by (week, model_version), columns SCORES; empty before any chart is
    known, which is no news and not good news: the alert StaleLabels watches over that.
    """
    known = charts[charts["known"] <= week]
    log = log[log["week"] + LABEL_DELAY <= known["known"].max()]  # none, if no chart is known
    log = log.dropna(subset=["track_id"]).drop_duplicates(["model_version", "track_id"])
    rows = {}
    for key, answers in log.groupby(["week", "model_version"]):
        p = np.stack(answers["probabilities"])
        rows[key] = score(labels(answers, known), p, seed)
    index = pd.MultiIndex.from_tuples(rows, names=["week", "model_version"])
    return pd.DataFrame(list(rows.values()), index, SCORES)


def fell(before, now, measure="ap"):
    """Say whether `now` is worse than `before` (rows of `performance`) by more than chance.

    True if the whole interval of the difference is on the wrong side of nought: above for
    "brier", an error, and below for "ap". The interval follows from the two intervals by
    Zou and Donner (2008, Statistics in Medicine 27(10), 1693-1702). A point that fell proves
    nothing: every second week is worse than the one before. For windows of different tracks; two
    models on the same tracks are compared in pairs, as in `validation`. False where an interval is
    NaN. Both measures also move with the share of tracks that chart.
    """
    high, low = (now, before) if measure == "brier" else (before, now)
    down = high[measure] - high[f"{measure}_low"]
    up = low[f"{measure}_high"] - low[measure]
    return bool(high[measure] - low[measure] > np.hypot(down, up))


def promised(model, tracks, charts):
    """Return the `score` of a model on the weeks that it was tested on, a row of `performance`.

    tracks, charts: of those weeks or more. This is what its answers are held to from then on.
    """
    first, last = model.record["tested_weeks"]
    tested = tracks[tracks["released"].between(first, last)]
    return score(labels(tested, charts), predict(model.onnx, tested))


def live(log, tracks, charts, version):
    """Return the newest labelled week of release, and what a version scored on it.

    log: the registry's predictions. The score is a row of `performance`, or None if the version
    answered for no track of that week: what it scored in an earlier reign is no news.
    """
    known = labelled(tracks, charts)
    if known.empty:
        return None, None
    week = int(known["released"].max())
    of_week = log["track_id"].isin(known["track_id"][known["released"] == week])
    ours = log[(log["model_version"] == version) & of_week].assign(week=week)
    table = performance(ours, charts, charts["known"].max())
    return week, table.loc[(week, version)] if len(table) else None
