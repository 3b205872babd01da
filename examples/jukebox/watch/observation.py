"""The observation: what is known of a store and of its champion, all at once."""

from typing import TypedDict, cast

import pandas as pd

from jukebox.data.store import Store
from jukebox.registry.models import Registry
from jukebox.watch.drift import FEWEST, drift
from jukebox.watch.monitoring import (
    DataQuality,
    Scores,
    data_quality,
    has_fallen,
    promised_scores,
    score_newest_week,
)

NEWEST = 4  # weeks of release that are held against those of the training


class DriftRow(TypedDict):
    """A column's row of the table that `drift` gives."""

    test: str
    statistic: float
    p: float
    corrected: float
    effect: float
    psi: float
    psi_noise: float
    verdict: str


class Performance(TypedDict):
    """What the champion's answers for a week scored, what was promised, and whether it has fallen."""

    week: int
    now: Scores
    promised: Scores
    fell: bool


class Observation(TypedDict):
    """What is known of a store and of its champion, as `monitor --json` prints it.

    drift: by column. labelled_week, trained_week: the newest. None where nothing can be said yet.
    """

    drift: dict[str, DriftRow] | None
    performance: Performance | None
    trained_week: int | None
    week: int | None
    champion: int | None
    quality: DataQuality
    labelled_week: int | None


def observe(data: Store, models: Registry) -> Observation:
    """Return what is known of a store and of the champion of a registry."""
    (tracks, charts), week = data.read(), data.week
    champion = models.standing().champion
    batch = tracks.loc[tracks["released"] == week].astype(object)
    # Before the first week there is no row, so that any week will do.
    quality = data_quality(pd.concat([batch, data.quarantined_rows(week)]), week or 0)
    log = models.predictions(version=champion or 0)  # without a champion, none
    labelled_week, scored = score_newest_week(log, tracks, charts, champion)
    seen: Observation = {
        "drift": None,
        "performance": None,
        "trained_week": None,
        "week": week,
        "champion": champion,
        "quality": quality,
        "labelled_week": labelled_week,
    }
    if champion is None:
        return seen
    model = models.champion()
    if not model.record.fitted_weeks:
        raise ValueError(
            f"The record of version {champion} does not say on which weeks it was fitted: train it again."
        )
    first, last = model.record.fitted_weeks
    seen["trained_week"] = last
    before = tracks.loc[tracks["released"].between(first, last)]
    now = tracks.loc[tracks["released"] > max((week or 0) - NEWEST, last)]
    if min(len(before), len(now)) >= FEWEST:
        # The table's columns are those of a row, which pandas cannot say.
        rows = cast("dict[str, DriftRow]", drift(before, now).to_dict("index"))
        seen["drift"] = rows
    if scored is not None and labelled_week is not None:
        then = promised_scores(model, tracks, charts)
        seen["performance"] = {
            "week": labelled_week,
            "now": scored,
            "promised": then,
            "fell": has_fallen(then, scored),
        }
    return seen


def gauge_figures(seen: Observation) -> dict[str, float | dict[str, float]]:
    """Return what was observed under the names of `monitoring.GAUGES`; what is not known is left out."""
    quality = seen["quality"]
    figures: dict[str, float | dict[str, float] | None] = {
        "jukebox_week": seen["week"],
        "jukebox_batch_rows": quality["rows"],
        "jukebox_data_quality_share": {
            check: share for check, share in quality.items() if isinstance(share, float)
        },
    }
    if seen["drift"]:
        drifted = sum(row["verdict"] == "drift" for row in seen["drift"].values())
        figures["jukebox_drifted"] = {"tracks": drifted}
    if seen["performance"]:
        figures["jukebox_performance_fell"] = int(seen["performance"]["fell"])
    figures["jukebox_newest_labelled_week"] = seen["labelled_week"]
    figures["jukebox_newest_trained_week"] = seen["trained_week"]
    return {name: figure for name, figure in figures.items() if figure is not None}
