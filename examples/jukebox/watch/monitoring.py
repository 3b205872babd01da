"""Monitoring: is the service well, is the data good, has it drifted, is the model still right?

Four questions in the order in which they can be answered: a call at once, a batch on arrival,
drift within the week, performance only when the charts are known. Only the last one speaks
of the model: inputs may move and do no harm, and a model may fail while they do not move.
"""

from typing import TypedDict, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from prometheus_client import CollectorRegistry, Gauge
from scipy import stats
from scipy.special import expit, logit

from jukebox.data.checks import read_numbers
from jukebox.data.versions import labels
from jukebox.model.gate import weighted_precisions
from jukebox.model.training import Model, labelled_tracks, predict
from jukebox.problem import LABEL_DELAY
from jukebox.schema import BOUNDS, COLUMNS, FEATURES, WHOLE, is_id
from jukebox.watch.drift import FEWEST

# What `rules.yml` reads, besides the figures that the service shows: help, and a label.
GAUGES = {
    "jukebox_batch_rows": ("Rows of the newest batch", ()),
    "jukebox_data_quality_share": ("Share of the newest batch's rows at fault", ("check",)),
    "jukebox_drifted": ("Columns whose newest window has drifted", ("of",)),
    "jukebox_performance_fell": ("1 if the champion has fallen by its interval, else 0", ()),
    "jukebox_week": ("The current week", ()),
    "jukebox_newest_labelled_week": ("Release week of the newest tracks with known charts", ()),
    "jukebox_newest_trained_week": ("Release week of the champion's newest training tracks", ()),
}


class DataQuality(TypedDict):
    """How many rows a raw batch has, and the shares of them (0 to 1) that are at fault."""

    rows: int
    missing: float
    wrong_type: float
    out_of_range: float
    wrong_encoding: float
    duplicate: float
    late: float


class Scores(TypedDict):
    """Four scores of one window, each with the ends of its interval: see `score`."""

    tracks: float
    ap: float
    ap_low: float
    ap_high: float
    brier: float
    brier_low: float
    brier_high: float
    level: float
    level_low: float
    level_high: float
    slope: float
    slope_low: float
    slope_high: float


def register_gauges(registry: CollectorRegistry) -> dict[str, Gauge]:
    """Register the gauges in a registry of prometheus_client; return them by name, to be set."""
    return {
        name: Gauge(name, about, labelnames, registry=registry)
        for name, (about, labelnames) in GAUGES.items()
    }


def data_quality(batch: pd.DataFrame, week: int) -> DataQuality:
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
    no_number = (cells.isna() & raw[cells.columns].notna()).any(axis=1)
    not_whole = (cells[list(WHOLE)] % 1 > 0).any(axis=1)
    beyond = ((features < lowest) | (features > highest)).any(axis=1)
    ids = raw["track_id"].dropna()
    rows = len(raw)

    def share(bad: ArrayLike) -> float:
        return float(np.count_nonzero(bad) / rows) if rows else np.nan

    return {
        "rows": rows,
        "missing": share(raw.isna().any(axis=1)),
        "wrong_type": share(no_number | not_whole),
        "out_of_range": share(beyond | (cells["released"] > week)),
        "wrong_encoding": share(~ids.map(is_id).astype(bool)),
        "duplicate": share(ids.duplicated()),
        "late": share(cells["released"] < week),
    }


MEASURES = ("ap", "brier", "level", "slope")
SCORES = list(Scores.__annotations__)
MARGIN = 0.05  # of the calibration slope: a smaller fall is not worth a training


def calibration_slope(y: np.ndarray, p: np.ndarray, rounds: int = 25) -> tuple[float, float]:
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
    mixed = y.any(0) & ~y.all(0)  # a country where none charted, or all, has no say
    if not mixed.any():
        return np.nan, np.nan
    odds = logit(np.asarray(p, float)[:, mixed].clip(1e-6, 1 - 1e-6))
    y = y[:, mixed].astype(float)
    level, slope = logit(y.mean(0)), 0.0  # the answers tell nothing: from there, Newton arrives
    information, pull = 0.0, np.zeros(y.shape)  # on the slope, and what moves it
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for _ in range(rounds):
            chance = expit(level + slope * odds)
            weight, rest = chance * (1 - chance), y - chance
            middle = (weight * odds).sum(0) / weight.sum(0)
            away = odds - middle
            information, pull = (weight * away**2).sum(), rest * away
            step = pull.sum() / information
            level, slope = level + rest.sum(0) / weight.sum(0) - step * middle, slope + step
            if not abs(step) > 1e-6:
                break
        if not information > 1e-6:  # the same answer for all
            return np.nan, np.nan
        error = np.sqrt(len(y) / (len(y) - 1) * (pull.sum(1) ** 2).sum()) / information
    return float(slope), float(error)


def score(
    y: np.ndarray, p: np.ndarray, seed: int = 0, resamples: int = 200, level: float = 0.95
) -> Scores:
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
        return Scores(tracks=0, **dict.fromkeys(SCORES[1:], np.nan))
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
    return Scores(tracks=n, **dict(zip(SCORES[1:], map(float, np.ravel(ends)), strict=True)))


def performance(log: pd.DataFrame, charts: pd.DataFrame, week: int, seed: int = 0) -> pd.DataFrame:
    """Score the logged predictions whose charts are known by `week`: a row a week and version.

    log: a DataFrame of request_id, model_version, week (of the request), track_id, probabilities
    (72 floats in the order of COUNTRIES). A track counts once a version, by the first answer; a
    request that named no track cannot count.

    A track that charts nowhere has no row in `charts`, which look the same if they are late. So a
    prediction counts when charts have arrived that became known LABEL_DELAY weeks after it, or
    later. Returns a DataFrame by (week, model_version), columns SCORES; empty before any chart is
    known, which is no news and not good news: the alert StaleLabels watches over that.
    """
    known = charts.loc[charts["known"] <= week]
    log = log.loc[log["week"] + LABEL_DELAY <= known["known"].max()]  # none, if no chart is known
    log = log.dropna(subset=["track_id"]).drop_duplicates(["model_version", "track_id"])
    rows = {}
    for key, answers in log.groupby(["week", "model_version"]):
        p = np.stack(list(answers["probabilities"]))
        rows[key] = score(labels(answers, known), p, seed)
    index = pd.MultiIndex.from_tuples(rows, names=["week", "model_version"])
    return pd.DataFrame(list(rows.values()), index, pd.Index(SCORES))


def has_fallen(before: Scores | pd.Series, now: Scores | pd.Series, margin: float = MARGIN) -> bool:
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


def promised_scores(model: Model, tracks: pd.DataFrame, charts: pd.DataFrame) -> Scores:
    """Return what the function `score` gives for a model on the weeks of its test.

    tracks, charts: those of the test weeks, or of more weeks. Later scores of the model
    are compared with this one.
    """
    if not model.record.tested_weeks:
        raise ValueError("The model's record names no tested weeks: train it again.")
    first, last = model.record.tested_weeks
    tested = tracks.loc[tracks["released"].between(first, last)]
    return score(labels(tested, charts), predict(model.onnx, tested))


def score_newest_week(
    log: pd.DataFrame, tracks: pd.DataFrame, charts: pd.DataFrame, version: int | None
) -> tuple[int | None, Scores | None]:
    """Return the newest labelled week of release, and what a version scored on it.

    log: the registry's predictions. The score is a row of `performance`, or None if the version
    answered for no track of that week: what it scored in an earlier reign is no news.
    """
    known = labelled_tracks(tracks, charts)
    if known.empty:
        return None, None
    week = int(known["released"].max())
    of_week = log["track_id"].isin(known.loc[known["released"] == week, "track_id"])
    ours = log.loc[(log["model_version"] == version) & of_week].assign(week=week)
    table = performance(ours, charts, int(charts["known"].max()))
    if version is None or table.empty:
        return week, None
    # The columns are those scores, which pandas cannot say.
    return week, cast("Scores", table.loc[[(week, version)]].iloc[0].to_dict())
