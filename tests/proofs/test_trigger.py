"""The performance trigger: does it tell other tracks from another truth, and with how few rows?

Each model is of a world of its own: fitted on weeks 0 to 7 of 200 tracks and tested on weeks 8 to
11. Then come windows of labelled tracks in which the label signs otherwise, or tastes turn, or
both. The rule is asked of each window, and so are two others: the same test on average precision,
and a detector of drift in the inputs, which needs no label.
"""

from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
from jukebox import (
    COUNTRIES,
    Catalogue,
    Drift,
    Limits,
    Settings,
    calibration_slope,
    drift,
    has_fallen,
    judge,
    labels,
    predict,
    score,
    session,
    train,
)
from jukebox.world.simulation import REGIONS, standardise
from scipy.stats import binomtest, norm

SIZES = {"models": (3, 100)}  # (small, full)
EACH = 10  # windows of a model where only the tracks change; in other worlds, and of other rules, 1
LEARNT = 15  # weeks that have passed when a model is trained: the charts of 12 are known
WEEK, FIRST = 200, 30  # tracks of a window, if nothing else is said; its first week
PROMISED, AT_MOST = 0.05, 0.07  # of false alarms: the share, and the end of its interval
SPREADS, ROWS = (0.1, 0.25, 0.5, 1.0), (30, 60, 100, 200, 400)
RULES = ("slope", "ap", "inputs")
GATE = 8  # windows on which each challenger is judged; a training costs more than a window


class World(NamedTuple):
    """What happens after the training: drifts, how many tracks a window has, and which are kept."""

    drifts: tuple[Drift, ...] = ()
    rows: int = WEEK
    kept: str = ""  # "region" or "genre": of four times as many, the quarter that fits best


def turned(size, choice=0.0):
    """Give the drifts of tastes that turn, with a label that chooses."""
    chosen = (Drift("prevalence", size=choice),) if choice else ()
    return (Drift("concept", start=FIRST, size=size), *chosen)


MIXES = {
    "nothing": World(),
    "least_70": World((Drift("prevalence", size=-0.3),)),
    "least_50": World((Drift("prevalence", size=-0.5),)),
    "least_50_of_800": World((Drift("prevalence", size=-0.5),), 800),
    "most_50": World((Drift("prevalence", size=0.5),)),
    "covariate_0.5": World((Drift("covariate", size=0.5),)),
    "covariate_1.0": World((Drift("covariate", size=1.0),)),
    "region": World(kept="region"),
    "genre": World(kept="genre"),
    "rows_60": World(rows=60),
    "rows_30": World(rows=30),
}
FALLS = {
    **{f"turned_{size}": World(turned(size)) for size in SPREADS},
    **{
        f"turned_{size}_{name}": World(turned(size, choice))
        for size, (name, choice) in product((0.25, 0.5), (("least_50", -0.5), ("most_50", 0.5)))
    },
    **{
        f"turned_{size}_of_{rows}": World(turned(size), rows)
        for size, rows in product((0.25, 0.5), ROWS)
        if rows != WEEK
    },
    **{f"long_{size}": World((Drift("long", size=size),)) for size in (0.02, 0.05, 0.1, 0.2)},
}
LEVELS = {f"label_{size}": World((Drift("label", size=size),)) for size in (-0.5, -0.25, 0.25, 0.5)}
WORLDS = MIXES | FALLS | LEVELS
NUMBERS = {name: number for number, name in enumerate(WORLDS)}
# The small size has the same seeds, so it finds no more than the full.
PARTS = {f"{name}_{rule}_percent": "models" for name, rule in product(WORLDS, RULES[:2])}
PARTS |= {f"{name}_slope_percent": "windows" for name in MIXES}
PARTS |= {f"{name}_inputs_percent": "models" for name in WORLDS if WORLDS[name].rows == WEEK}
PARTS |= {f"gate_of_{rows}_percent": "gated" for rows in ROWS}


@cache
def learnt(seed):
    """Give a model of a world as a session, its score on the tested weeks, and what it learnt from."""
    tracks, charts = Catalogue(seed).weeks(range(LEARNT))
    model = train(tracks, charts)
    tested = tracks[tracks["released"].between(*model.record.tested_weeks)]
    running = session(model.onnx)
    before = score(labels(tested, charts), predict(running, tested), resamples=100)
    return running, before, tracks[tracks["released"] <= model.record.fitted_weeks[1]]


def quarter(tracks, world, kept, rng):
    """Give the quarter of tracks that fits best a region's taste, or one narrow genre."""
    seen = standardise(tracks)
    if kept == "region":
        ours = [country in REGIONS[rng.integers(len(REGIONS))].split() for country in COUNTRIES]
        fit = seen @ world.tastes[ours].mean(0)
    else:
        way = rng.normal(size=seen.shape[1])
        fit = -np.abs(seen @ way / np.linalg.norm(way) - 1.2)
    return tracks.iloc[np.sort(np.argsort(-fit)[: len(tracks) // 4])]


def window(seed, name, number):
    """Give the tracks of a window, and their labels."""
    drifts, rows, kept = WORLDS[name]
    world = Catalogue(seed, drifts, rows * 4 if kept else rows)
    tracks, charts = world.week(FIRST + number)
    if kept:
        rng = np.random.default_rng([seed, NUMBERS[name], number])
        tracks = quarter(tracks, world, kept, rng)
    return tracks, labels(tracks, charts)


def sloped(y, p):
    """Give the slope of a `score` alone, which takes a tenth of the time."""
    slope, error = calibration_slope(y, p)
    wide = norm.ppf(0.975) * error
    return {"slope": slope, "slope_low": slope - wide, "slope_high": slope + wide}


def test_the_short_cut_is_the_score():
    """Most windows that follow are judged by it."""
    tracks, y = window(0, "least_50", 0)
    p = predict(learnt(0)[0], tracks)

    assert sloped(y, p) == {name: score(y, p)[name] for name in sloped(y, p)}


def sank(before, now):
    """Say whether average precision is lower by more than chance: no part of Jukebox."""
    gap = np.hypot(before["ap"] - before["ap_low"], now["ap_high"] - now["ap"])
    return bool(before["ap"] - now["ap"] > gap)


@pytest.fixture(scope="module")
def fired(sizes, figures):
    """Give a function that asks a rule about the windows of a world: bool, (models, windows)."""
    figures["models"], figures["windows"] = sizes.models, sizes.models * EACH

    @cache
    def ask(name):
        found = {rule: [] for rule in RULES}
        for seed in range(sizes.models):
            running, before, old = learnt(seed)
            windows = [window(seed, name, number) for number in range(EACH if name in MIXES else 1)]
            scored = [sloped(y, predict(running, tracks)) for tracks, y in windows]
            found["slope"].append([has_fallen(before, now) for now in scored])
            tracks, y = windows[0]
            first = score(y, predict(running, tracks), resamples=100)
            found["ap"].append([sank(before, first)])
            if len(tracks) == WEEK:
                found["inputs"].append([bool((drift(old, tracks)["verdict"] == "drift").any())])
        for rule, of in found.items():
            if of:
                figures[f"{name}_{rule}_percent"] = round(100 * np.mean(of), 1)
        return {rule: np.array(of) for rule, of in found.items()}

    return lambda name, rule: ask(name)[rule]


def highest(found):
    """Give the upper end of a rate's 95 % interval: exact, or over models, whichever is higher.

    Clopper and Pearson 1934 take the windows for independent; those of one model share its promise.
    """
    exact = binomtest(int(found.sum()), found.size).proportion_ci(0.95, "exact").high
    rates = found.mean(1)
    over = rates.mean() + norm.ppf(0.975) * rates.std(ddof=1) / np.sqrt(len(rates))
    return max(exact, over)


@pytest.mark.parametrize("name", MIXES)
def test_other_tracks_fire_no_more_often_than_promised(fired, name, figures, recording):
    """What is true of a track is as it was: at most one in twenty, in each such world."""
    found = fired(name, "slope")
    figures[f"{name}_high_percent"] = round(100 * highest(found), 1)

    assert found.mean() <= PROMISED + 0.05 * (not recording)  # three models are few
    assert not recording or highest(found) <= AT_MOST


def test_average_precision_fires_at_other_tracks(fired):
    """Else the test above would pass with either rule."""
    for name in ("least_70", "least_50"):
        assert fired(name, "ap").mean() > 0.5


@pytest.mark.parametrize("name", [name for name in FALLS if name != "turned_0.1"])
def test_a_fall_is_found_as_often_as_by_average_precision(fired, name):
    """On the same windows, or more often; of what lowers average precision anyway, see below.

    Where less promising tracks come as well, average precision fires at them, not at the fall.
    """
    ours, theirs = (fired(name, rule).mean() for rule in ("slope", "ap"))

    assert "least" in name or ours >= theirs


@pytest.mark.parametrize(
    "name", [name for name in FALLS if name.startswith(("turned_0.5", "turned_1.0"))]
)
def test_half_a_turn_is_found_whatever_the_tracks(fired, name):
    """In nineteen windows of twenty, and more; of thirty tracks, in most."""
    assert fired(name, "slope").mean() >= (0.6 if name.endswith("_of_30") else 0.95)


def test_odds_that_change_everywhere_alike_are_not_found(fired):
    """The order of the tracks is as it was, and the page says so."""
    for name in LEVELS:
        assert fired(name, "slope").mean() <= PROMISED


def test_inputs_speak_of_other_tracks_and_never_of_another_truth(fired):
    """Their detector fires where nothing is broken, and sleeps where tastes turn."""
    for name in ("least_50", "most_50", "covariate_0.5", "covariate_1.0", "long_0.2"):
        assert fired(name, "inputs").mean() >= 0.9
    for size in SPREADS:
        assert fired(f"turned_{size}", "inputs").mean() <= 0.34


def test_the_rows_that_the_gate_needs(sizes, figures):
    """After a quarter turn: how often does it admit a model of the new tastes, by its test's rows?

    One model in ten has a challenger, which has learnt from eleven weeks of them.
    """
    seeds = range(0, sizes.models, 10)
    admitted = {rows: [] for rows in ROWS}
    for seed in seeds:
        world = (Drift("concept", size=0.25),)
        challenger = train(*Catalogue(seed, world).weeks(range(8 + 4)), Settings(newest=1))
        running, champion = session(challenger.onnx), learnt(seed)[0]
        for rows, number in product(ROWS, range(GATE)):
            new = Catalogue(seed, world, rows)
            tracks, charts = new.week(FIRST + number)
            y, limits = labels(tracks, charts), Limits(draws=200)
            against, _ = judge(y, predict(running, tracks), predict(champion, tracks), limits)
            admitted[rows].append(not against)
    figures["gated"] = len(seeds) * GATE
    for rows, found in admitted.items():
        figures[f"gate_of_{rows}_percent"] = round(100 * np.mean(found), 1)

    assert np.mean(admitted[ROWS[-1]]) >= np.mean(admitted[ROWS[0]])
