"""Monitoring: is the service well, is the data good, has it drifted, is the model still right?

Four questions in the order in which they can be answered: a call at once, a batch on arrival,
drift within the week, performance only when the charts are known. Only the last one speaks
of the model: inputs may move and do no harm, and a model may fail while they do not move.
"""

import numpy as np
import pandas as pd
from prometheus_client import Gauge
from scipy import stats
from scipy.special import expit, logit

from jukebox.data.checks import read_numbers
from jukebox.data.versions import labels
from jukebox.model.gate import weighted_precisions
from jukebox.model.training import labelled, predict
from jukebox.problem import LABEL_DELAY
from jukebox.schema import BOUNDS, COLUMNS, FEATURES, WHOLE, is_id
from jukebox.watch.drift import FEWEST

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

    missing: no value, or no column; wrong_type: no number where one belongs, or no whole one;
    out_of_range: outside `FEATURES`, or released after `week`; wrong_encoding: a track_id that is
    none; duplicate: one that stands above; late: released before `week`. A row may be at fault in
    several ways, and is in none exactly if `checks.validate` keeps it, which also says why not.
    Shares of an empty batch are NaN.
    """
    raw = batch.reindex(columns=COLUMNS)
    cells = raw[list(BOUNDS)].apply(read_numbers)
    features = cells[list(FEATURES)]
    lowest, highest = ([f[side] for f in FEATURES.values()] for side in (0, 1))
    at_fault = {
        "missing": raw.isna().any(axis=1),
        "wrong_type": (cells.isna() & raw[cells.columns].notna()).any(axis=1)
        | (cells[list(WHOLE)] % 1 > 0).any(axis=1),
        "out_of_range": ((features < lowest) | (features > highest)).any(axis=1)
        | (cells["released"] > week),
        "wrong_encoding": ~raw["track_id"].dropna().map(is_id).astype(bool),
        "duplicate": raw["track_id"].dropna().duplicated(),
        "late": cells["released"] < week,
    }
    rows = len(raw)
    shares = {check: float(bad.sum() / rows) if rows else np.nan for check, bad in at_fault.items()}
    return {"rows": rows} | shares


MEASURES = ("ap", "brier", "level", "slope")
SCORES = ["tracks", *(f"{name}{end}" for name in MEASURES for end in ("", "_low", "_high"))]
MARGIN = 0.05  # of the calibration slope: a smaller fall is not worth a training


def calibration_slope(y, p, rounds=25):
    """Return the calibration slope of answers, and its standard error; NaN where it is not defined.

    y: bool (n, countries); p: probabilities of the same shape. The slope is b in the logistic
    regression log-odds(chart) = a + b log-odds(p), with an a for each country, fitted by Newton's
    method (Cox 1958, Biometrika 45, 562-565). At 1 a difference between two tracks is as large
    as the model says, at 0 the answers tell nothing. It is a property of what is true of a track,
    not of which tracks there are: where the truth stays, other tracks leave it as it was, while
    average precision moves with them.

    The standard error is taken over *tracks* (Liang and Zeger 1986, Biometrika 73, 13-22): one
    track's countries depend on each other.
    """
    told = y.any(0) & ~y.all(0)  # a country where none charted, or all, has no say
    if not told.any():
        return np.nan, np.nan
    odds, y = logit(np.asarray(p, float)[:, told].clip(1e-6, 1 - 1e-6)), y[:, told].astype(float)
    level, slope = logit(y.mean(0)), 0.0  # the answers tell nothing: from there, Newton arrives
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(rounds):
            chance = expit(level + slope * odds)
            weight, rest = chance * (1 - chance), y - chance
            middle = (weight * odds).sum(0) / weight.sum(0)
            away = odds - middle
            known = (weight * away**2).sum()  # the information on the slope
            step = (rest * away).sum() / known
            level, slope = level + rest.sum(0) / weight.sum(0) - step * middle, slope + step
            if not abs(step) > 1e-6:
                break
        if not known > 1e-6:  # the same answer for all
            return np.nan, np.nan
        error = np.sqrt(len(y) / (len(y) - 1) * ((rest * away).sum(1) ** 2).sum()) / known
    return float(slope), float(error)


def score(y, p, seed=0, resamples=200, level=0.95):
    """Return four scores of one window with their intervals: SCORES.

    ap: macro average precision; countries without a positive are left out. brier: the Brier score.
    level: the charts that came over those promised, the sum of p. slope: see `calibration_slope`.
    y: bool (n, countries); p: probabilities of the same shape.

    Interval: the score plus and minus a normal quantile of its standard error. But for the slope it
    is taken from `resamples` bootstrap samples of *tracks* (Efron 1979): one track's countries
    depend on each other. Fewer than FEWEST tracks have NaN for an interval. Average precision as in
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
    levels = (weights @ y.sum(axis=1)) / np.maximum(weights @ p.sum(axis=1), 1e-6)
    briers = weights @ ((p - y) ** 2).mean(axis=1) / n
    slope, error = calibration_slope(y, p) if n >= FEWEST else (np.nan, np.nan)
    drawn = np.array([aps, briers, levels])
    errors = [*np.nanstd(drawn[:, 1:], axis=1, ddof=1), error]
    wide = stats.norm.ppf((1 + level) / 2) if n >= FEWEST else np.nan
    ends = [
        (found, found - wide * error, found + wide * error)
        for found, error in zip((*drawn[:, 0], slope), errors, strict=True)
    ]
    return dict(zip(SCORES, [n, *map(float, np.ravel(ends))], strict=True))


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


def fell(before, now, margin=MARGIN):
    """Say whether the calibration slope is lower than before, by more than chance and `margin`.

    before, now: rows of `performance`, of two windows that hold different tracks. (Two models on
    the same tracks are compared in pairs instead, as in `gate`.)

    A lower slope alone proves nothing, because about every second week is worse than the one before
    it. So the intervals of the two slopes give an interval of the fall (Zou and Donner 2008,
    Statistics in Medicine 27(10), 1693-1702). True if all of that interval is above the margin;
    False where an interval is NaN.

    Average precision is not used. It also falls when fewer tracks chart, or when the tracks differ
    less, although each answer is as right as before. No model is perfect, so other tracks move the
    slope a little, too; the margin is wider than that. If the odds of all tracks change alike, the
    slope stays as it was: that change is seen in the level.
    """
    down, up = before["slope"] - before["slope_low"], now["slope_high"] - now["slope"]
    return bool(before["slope"] - now["slope"] - np.hypot(down, up) > margin)


def promised(model, tracks, charts):
    """Return what the function `score` gives for a model on the weeks of its test.

    tracks, charts: those of the test weeks, or of more weeks. Later scores of the model
    are compared with this one.
    """
    first, last = model.record.tested_weeks
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
