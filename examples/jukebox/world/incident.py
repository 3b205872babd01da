"""The incident: one change of the world, and what it costs by how often somebody looks.

Tastes turn in week 20. Every way of working here has the same first model, the same charts three
weeks late, the same test for a fall and the same gate; only the weeks in which anybody looks differ.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from jukebox.data.versions import labels
from jukebox.model.gate import Limits, gate
from jukebox.model.training import Model, Settings, predict, train
from jukebox.problem import LABEL_DELAY
from jukebox.watch.monitoring import has_fallen, promised_scores, score
from jukebox.world.simulation import Catalogue, Drift

RELEASE_WEEK = 16  # week of the first model
TURN_WEEK = 20  # week of the change
END_WEEK = RELEASE_WEEK + 26  # half a year after the first model
QUARTER = 13  # weeks
CAMPAIGNS = 20  # that a country pays for in a week
RECOVERED = 0.9  # of the hits before the change, from which on the service counts as recovered
# The story's, and tastes do not turn back.
TURNING_WORLD = Catalogue(21, [Drift("concept", start=TURN_WEEK)])


class Week(NamedTuple):
    """What a week was like: the version that answered, its hits, and what a look at it led to."""

    week: int
    version: int
    hits: int
    found: str  # "", "fell", "promoted" or "refused"


class Cost(NamedTuple):
    """What an incident cost: weeks from the change on, None for never, and hits that were lost."""

    detect: int | None
    recover: int | None
    lost: int


def count_hits(y: np.ndarray, p: np.ndarray, campaigns: int = CAMPAIGNS) -> int:
    """Return how many campaigns met a chart, if each country has them for its surest tracks.

    y: labels (n, 72). p: probabilities (n, 72). The most there can be is 72 times `campaigns`.
    """
    surest = np.argsort(-p, axis=0, kind="stable")[:campaigns]
    return int(np.take_along_axis(y, surest, 0).sum())


def weekly(week: int) -> bool:
    """Somebody, or the loop, looks each week."""
    return True


def never(week: int) -> bool:
    """Nobody looks."""
    return False


def quarterly(week: int, first: int = RELEASE_WEEK + QUARTER) -> bool:
    """Somebody looks at a report, every 13 weeks from the first one on."""
    return week >= first and (week - first) % QUARTER == 0


@cache
def train_first(end: int) -> tuple[pd.DataFrame, pd.DataFrame, Model]:
    """Return (tracks, charts) up to a week, and the first model: the same for every way of working."""
    tracks, charts = TURNING_WORLD.weeks(range(end))
    return tracks, charts, train(*select_known(tracks, charts, RELEASE_WEEK))


def select_known(
    tracks: pd.DataFrame, charts: pd.DataFrame, week: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what is known of tracks and charts in a week."""
    return tracks.loc[tracks["released"] <= week], charts.loc[charts["known"] <= week]


def live_through(looks: Callable[[int], bool], end: int = END_WEEK) -> Iterator[Week]:
    """Yield each `Week` from the release on, in the order of a week: charts, a look, answers.

    looks: says of a week whether anybody looks. Whoever has found a fall looks each week until a
    new model is in. A look trains where the newest answers have fallen, on the weeks since, or
    where four weeks of charts are new, on all that the champion knew; the gate decides.
    """
    tracks, charts, champion = train_first(end)
    version, since, tried = 1, RELEASE_WEEK, RELEASE_WEEK - LABEL_DELAY
    fallen, answers = [], {}  # weeks; labels and probabilities by week
    for week in range(RELEASE_WEEK, end):
        newest, found = week - LABEL_DELAY, ""
        if looks(week) or fallen:
            old = select_known(tracks, charts, week)
            then, fallen, before = promised_scores(champion, *old), [], newest
            while before >= since and has_fallen(then, score(*answers[before])):
                fallen, before = [before, *fallen], before - 1
            found = "fell" if fallen else ""
            if len(fallen) > 1 or (not fallen and newest >= tried + Limits().newest):
                first, held = (fallen[0], 1) if fallen else (0, Limits().newest)
                first = max(first, champion.record.fitted_weeks[0])
                model = train(old[0][old[0]["released"] >= first], old[1], Settings(newest=held))
                verdict = gate(model, champion, *old, replace(Limits(), newest=held))
                tried, found = newest, "promoted" if verdict.passed else "refused"
                if verdict.passed:
                    champion, version, since, fallen = model, version + 1, week, []
        now = tracks.loc[tracks["released"] == week]
        answers[week] = labels(now, charts), predict(champion.onnx, now)
        yield Week(week, version, count_hits(*answers[week]), found)


def cost(weeks: Sequence[Week]) -> Cost:
    """Return the `Cost` of an incident that was lived through, from all its weeks."""
    before = np.mean([w.hits for w in weeks if w.week < TURN_WEEK])
    after = [w for w in weeks if w.week >= TURN_WEEK]
    seen = (w.week - TURN_WEEK for w in after if w.found and w.week >= TURN_WEEK + LABEL_DELAY)
    well = (w.week - TURN_WEEK for w in after if w.hits >= RECOVERED * before)
    return Cost(next(seen, None), next(well, None), round(sum(before - w.hits for w in after)))
