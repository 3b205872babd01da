"""The observation: what is known of a store and of its champion, all at once."""

import pandas as pd

from jukebox.watch.drift import FEWEST, drift
from jukebox.watch.monitoring import data_quality, fell, live, promised

NEWEST = 4  # weeks of release that are held against those of the training


def observe(data, models):
    """Return what is known of a store and of the champion of a registry, as nested dicts.

    week, champion (version), quality (see `monitoring.data_quality`), drift (its table, by
    column), performance (week, the scores of its answers, those promised, fell), labelled_week,
    trained_week. None where nothing can be said yet.
    """
    (tracks, charts), week = data.read(), data.week
    seen = dict.fromkeys(("drift", "performance", "trained_week"))
    seen |= {"week": week, "champion": models.standing().champion}
    batch = tracks[tracks["released"] == week].astype(object)
    seen["quality"] = data_quality(pd.concat([batch, data.quarantined(week)]), week)
    log = models.predictions(version=seen["champion"] or 0)  # without a champion, none
    seen["labelled_week"], scored = live(log, tracks, charts, seen["champion"])
    if seen["champion"] is None:
        return seen
    model = models.champion()
    first, seen["trained_week"] = model.record.fitted_weeks
    before = tracks[tracks["released"].between(first, seen["trained_week"])]
    now = tracks[tracks["released"] > max(week - NEWEST, seen["trained_week"])]
    if min(len(before), len(now)) >= FEWEST:
        seen["drift"] = drift(before, now).to_dict("index")
    if scored is not None:
        then = promised(model, tracks, charts)
        seen["performance"] = {"week": seen["labelled_week"], "now": dict(scored)}
        seen["performance"] |= {"promised": then, "fell": fell(then, scored)}
    return seen


def gauged(seen):
    """Return what was observed under the names of `monitoring.GAUGES`; what is not known is left out."""
    quality, figures = dict(seen["quality"]), {"jukebox_week": seen["week"]}
    figures["jukebox_batch_rows"] = quality.pop("rows")
    figures["jukebox_data_quality_share"] = quality
    if seen["drift"]:
        drifted = sum(row["verdict"] == "drift" for row in seen["drift"].values())
        figures["jukebox_drifted"] = {"tracks": drifted}
    if seen["performance"]:
        figures["jukebox_performance_fell"] = int(seen["performance"]["fell"])
    figures["jukebox_newest_labelled_week"] = seen["labelled_week"]
    figures["jukebox_newest_trained_week"] = seen["trained_week"]
    return {name: figure for name, figure in figures.items() if figure is not None}
