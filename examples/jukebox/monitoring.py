"""Monitoring: is the service well, is the data good, has it drifted, is the model still right?

Four questions in the order in which they can be answered: a call at once, a batch on arrival,
drift within the week, performance only when the charts are known. Only the last one speaks
of the model: inputs may move and do no harm, and a model may fail while they stand still.
"""

import numpy as np
import pandas as pd
from prometheus_client import Gauge
from scipy import stats

from jukebox.catalogue import labels
from jukebox.problem import FEATURES, LABEL_DELAY

CATEGORICAL = ("is_explicit", "key", "mode")
FEWEST = 30  # rows of a window, below which nothing is concluded

# What `rules.yml` reads, besides the service's own counters: name, help, labels.
GAUGES = {
    "jukebox_batch_rows": ("Rows of the newest batch", ()),
    "jukebox_data_quality_share": ("Share of the newest batch's rows at fault", ("check",)),
    "jukebox_drifted": ("Columns whose newest window has drifted", ("of",)),
    "jukebox_performance_fell": ("1 if the champion has fallen by its interval, else 0", ()),
    "jukebox_week": ("The current week", ()),
    "jukebox_newest_labelled_week": ("Release week of the newest tracks with known charts", ()),
    "jukebox_champion_trained_week": ("The week in which the champion was trained", ()),
}


def gauges(registry):
    """Register the gauges on a prometheus_client registry; give them back by name, to be set."""
    return {
        name: Gauge(name, text, labels, registry=registry)
        for name, (text, labels) in GAUGES.items()
    }


def service(calls):
    """Give the figures of a list of calls, each (time in seconds, HTTP status, seconds taken).

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
    """Give the shares of a raw batch's rows (0 to 1) that are at fault, and how many rows it has.

    missing: no value, or no column; wrong_type: text where a number belongs; out_of_range:
    outside `FEATURES`; duplicate: a track_id seen above; late: released before `week`.
    A row may be at fault in several ways. Shares of an empty batch are NaN: `rows` tells why.
    Which row and why is told by `catalogue.validate`; these figures are for the alert.
    """
    raw = batch.reindex(columns=["track_id", "released", *FEATURES])
    numbers = raw.drop(columns="track_id").apply(pd.to_numeric, errors="coerce")
    features = numbers[list(FEATURES)]
    lowest, highest = ([f[side] for f in FEATURES.values()] for side in (0, 1))
    at_fault = {
        "missing": raw.isna().any(axis=1),
        "wrong_type": (numbers.isna() & raw[numbers.columns].notna()).any(axis=1),
        "out_of_range": ((features < lowest) | (features > highest)).any(axis=1),
        "duplicate": raw["track_id"].duplicated() & raw["track_id"].notna(),
        "late": numbers["released"] < week,
    }
    shares = {check: float(rows.mean()) if len(raw) else np.nan for check, rows in at_fault.items()}
    return {"rows": len(raw), **shares}


def counts(reference, current, categorical, bins=10):
    """Count two windows in bins fixed by the reference: two arrays of equal length.

    Numbers: bins of equal counts in the reference, fewer where it repeats itself. Categories:
    first all that the reference never had, then those it has.
    """
    windows = (reference, current)
    if categorical:
        known = pd.Index(np.unique(reference))
        places, size = [known.get_indexer(values) + 1 for values in windows], len(known) + 1
    else:
        edges = np.unique(np.quantile(reference, np.linspace(0, 1, bins + 1)[1:-1]))
        places, size = (
            [np.searchsorted(edges, values, "right") for values in windows],
            len(edges) + 1,
        )
    return [np.bincount(place, minlength=size) for place in places]


def psi(reference, current):
    """Give the population stability index of two arrays of counts in the same bins.

    PSI = sum of (q - p) ln(q / p) over the bins' shares p before and q now: the divergence of
    Jeffreys (1946), named and used for credit scores (Lewis 1994; Siddiqi 2006). Half a row is
    added to each bin, so that an empty one gives no infinity.

    The rule of thumb (below 0.1 little, above 0.25 much) comes without error rates and without
    regard to the number of rows. With no change at all, PSI is about (1/n + 1/m) times a
    chi-square of bins - 1 degrees (Yurdakul and Naranjo 2020, Journal of Risk Model Validation
    14(4)): with 10 bins and two windows of 100 rows it averages 0.18, with two of 10,000, 0.0018.
    """
    p, q = ((window + 0.5) / (window + 0.5).sum() for window in (reference, current))
    return float(np.sum((q - p) * np.log(q / p)))


def chi_square(reference, current, fewest=5):
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
    return float(test.statistic), float(test.pvalue)


def holm(p):
    """Correct p values so that the chance of *any* false alarm among them is at most alpha.

    The k-th smallest of m is multiplied by m - k + 1, and none may be below one before it.
    Asks nothing of how the tests depend on each other. Holm 1979, Scandinavian Journal of
    Statistics 6(2), 65-70.
    """
    p = np.asarray(p, float)
    order = np.argsort(p)
    corrected = np.empty_like(p)
    corrected[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return np.minimum(corrected, 1)


# Benjamini and Hochberg 1995 bound the share of false alarms among all alarms instead.
CORRECTIONS = {
    "holm": holm,
    "benjamini-hochberg": stats.false_discovery_control,
    "none": np.asarray,  # to show what happens
}


def drift(reference, current, alpha=0.05, floor=0.1, correction="holm"):
    """Compare each column of two windows; give a table, one row a column of `reference`.

    Works on tracks (the columns of `FEATURES`) and on predictions (a frame of probabilities, a
    column for each country): whatever is shared and not an identifier. Missing values are left
    out here, because `data_quality` counts them. Columns of the table:

    - test, statistic, p: chi-square for `CATEGORICAL`, else the two-sample Kolmogorov-Smirnov
      test (Smirnov 1939; p as by Hodges 1958 for large samples, too high where values repeat);
    - corrected: p after the `correction` for all the columns of the call;
    - effect: the largest difference in the share of any event: D of Kolmogorov-Smirnov ("x <= t")
      or the total variation distance of the categories. 0 to 1, not a function of the rows;
    - psi (see there), and psi_noise: what PSI stays below in 95 of 100 windows without any change;
    - verdict: "drift" if corrected <= alpha and effect >= floor; "negligible" if only the former:
      large windows find differences that matter to nobody; else "stable".

    Raises ValueError for a window with fewer than FEWEST values in a column, and for a column
    that `current` lacks: silence is not stability.
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
    names = ["test", "statistic", "p", "effect", "psi", "psi_noise"]
    table = pd.DataFrame(rows, columns, names)
    table.insert(3, "corrected", CORRECTIONS[correction](table["p"].to_numpy()))
    small = np.where(table["effect"] < floor, "negligible", "drift")
    table["verdict"] = np.where(table["corrected"] <= alpha, small, "stable")
    return table


SCORES = ["tracks", "ap", "ap_low", "ap_high", "brier", "brier_low", "brier_high"]


def score(y, p, seed=0, resamples=200, level=0.95):
    """Give macro average precision ("ap") and the Brier score of one window with their intervals.

    y: bool (n, countries); p: probabilities of the same shape. Countries without a positive are
    left out of the macro average. Keys: SCORES.

    Interval: the score plus and minus a normal quantile of its standard error, which is taken
    from `resamples` bootstrap samples of *tracks* (Efron 1979): one track's countries depend on
    each other. Fewer than FEWEST tracks have NaN for an interval. A sample is a weight for each
    track, so that countries are sorted only once. Average precision as in scikit-learn's user
    guide: the sum over thresholds of precision times recall gained, ties sharing a threshold.
    Brier 1950: the mean squared error of a probability.
    """
    y, p = np.asarray(y, bool), np.asarray(p, float)
    order = np.argsort(-p, axis=0, kind="stable")
    hit, ranked = np.take_along_axis(y, order, 0), np.take_along_axis(p, order, 0)
    n = len(y)
    ends = np.vstack([ranked[1:] != ranked[:-1], np.ones_like(ranked[:1], bool)])
    last = np.where(ends, np.arange(n)[:, None], n)  # for each rank, the last that ties with it
    last = np.minimum.accumulate(last[::-1], axis=0)[::-1]
    squares = ((p - y) ** 2).mean(axis=1)

    def once(weights):
        w = weights[order]
        found = w * hit
        precision = np.cumsum(found, axis=0) / np.maximum(np.cumsum(w, axis=0), 1)
        positives = found.sum(axis=0)
        gained = (found * np.take_along_axis(precision, last, 0)).sum(axis=0)
        ap = (gained[positives > 0] / positives[positives > 0]).mean() if found.any() else np.nan
        return ap, weights @ squares / n

    draws = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), resamples)
    error = np.nanstd([once(weights) for weights in draws], axis=0, ddof=1)
    wide = stats.norm.ppf((1 + level) / 2) * error if n >= FEWEST else (np.nan, np.nan)
    ap, brier = once(np.ones(n, int))
    ends = [ap, ap - wide[0], ap + wide[0], brier, brier - wide[1], brier + wide[1]]
    return dict(zip(SCORES, [n, *map(float, ends)], strict=True))


def performance(log, charts, week, seed=0):
    """Score the logged predictions whose charts are known by `week`: a row a week and version.

    log: a DataFrame of request_id, model_version, week (of the request), track_id, probabilities
    (72 floats in the order of COUNTRIES). charts: track_id, country, known (a week).

    A track that charts nowhere has no row in `charts`, so absence says two things. A prediction
    counts when charts have arrived that became known LABEL_DELAY weeks after it, or later; never
    before. Asked twice, a track counts once a version, in the week of the first answer.

    Returns a DataFrame by (week, model_version), with the columns of `score`; empty before any
    chart is known: no news, not good news (the alert StaleLabels watches over that).
    """
    known = charts[charts["known"] <= week]
    log = log[log["week"] + LABEL_DELAY <= known["known"].max()]  # none, if no chart is known
    log = log.drop_duplicates(["model_version", "track_id"])
    groups = log.groupby(["week", "model_version"])
    rows = {
        key: score(labels(group, known), np.stack(group["probabilities"]), seed)
        for key, group in groups
    }
    index = pd.MultiIndex.from_tuples(rows, names=["week", "model_version"])
    return pd.DataFrame(list(rows.values()), index, SCORES)


def fell(before, now, measure="ap"):
    """Say whether `now` is worse than `before` (rows of `performance`) by more than chance.

    True if the whole interval of the difference is on the wrong side of nought: above for
    "brier", an error, and below for "ap". The interval follows from the two intervals by
    Zou and Donner (2008, Statistics in Medicine 27(10), 1693-1702). A point that fell proves
    nothing: every second week is worse than the one before. The windows must be independent
    (different tracks); to compare two models on the same tracks, pair them as `validation` does.
    False where an interval is NaN. Both measures also move with the share of tracks that chart.
    """
    high, low = (now, before) if measure == "brier" else (before, now)
    down = high[measure] - high[f"{measure}_low"]
    up = low[f"{measure}_high"] - low[measure]
    return bool(high[measure] - low[measure] > np.hypot(down, up))
