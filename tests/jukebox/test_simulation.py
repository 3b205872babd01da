"""The simulated world does what it says, and nothing else."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from jukebox import (
    COUNTRIES,
    DIRT,
    FEATURES,
    Catalogue,
    Drift,
    average_precision,
    chance,
    dirty,
    labels,
)
from jukebox.world.simulation import LONG_TRACK, MOVED
from scipy.special import logit

STILL = Catalogue(7, tracks_a_week=1000)  # the world without drift
TRACKS, CHARTS = STILL.week(30)
OTHERS = [name for name in TRACKS if name not in MOVED]


def drifting(kind, **settings):
    """The same world with one drift."""
    return Catalogue(7, [Drift(kind, **settings)], tracks_a_week=1000)


def same(one, other):
    """Whether two pairs of frames are equal, to the last bit and type."""
    return all(
        a.equals(b) and (a.dtypes == b.dtypes).all() for a, b in zip(one, other, strict=True)
    )


def test_the_order_of_the_calls_does_not_count():
    """A week is the same after others, before others, and alone."""
    catalogue, again = Catalogue(3), Catalogue(3)
    forwards = [catalogue.week(n) for n in range(4)]
    backwards = [again.week(n) for n in reversed(range(4))][::-1]

    assert all(same(a, b) for a, b in zip(forwards, backwards, strict=True))
    assert same(forwards[2], Catalogue(3).week(2))


def test_another_seed_or_week_is_another_world():
    """Else the test above would pass on a constant."""
    tracks, _ = Catalogue(3).week(2)
    values = tracks["tempo"].tolist()

    assert values != Catalogue(4).week(2)[0]["tempo"].tolist()
    assert values != Catalogue(3).week(3)[0]["tempo"].tolist()
    assert values != Catalogue(4).week(1)[0]["tempo"].tolist()  # a seed of 3 + 2 would be 4 + 1


def test_the_tastes_do_not_share_their_stream_with_week_0(monkeypatch):
    """NumPy seeds from 3 and from [3, 0] alike: a trap, and week 0 would know the tastes."""
    real, streams = np.random.default_rng, []

    def noted(seed):
        streams.append(str(real(seed).bit_generator.state))
        return real(seed)

    monkeypatch.setattr(np.random, "default_rng", noted)
    Catalogue(3).weeks(range(3))

    assert real(3).random() == real([3, 0]).random()
    assert 4 == len(streams) == len(set(streams))


def test_tracks_have_their_columns_types_and_bounds():
    """And 72 answers for each."""
    kinds = {name: TRACKS[name].dtype.kind for name in TRACKS}
    whole = {"released", "is_explicit", "key", "mode"}

    assert ["track_id", "released", *FEATURES] == list(TRACKS)
    assert whole == {name for name, kind in kinds.items() if kind == "i"}
    assert all(TRACKS[n].between(f.lowest, f.highest).all() for n, f in FEATURES.items())
    assert (1000, 72) == labels(TRACKS, CHARTS).shape == STILL.truth(TRACKS, 30).shape


def test_charts_are_known_three_weeks_after_release():
    """Labels are late, and every consumer has to live with it."""

    assert {33} == set(CHARTS["known"])


def test_track_ids_do_not_repeat_over_the_weeks():
    """Whatever the number of tracks a week."""
    tracks, _ = Catalogue(0, tracks_a_week=7).weeks(range(50))

    assert 350 == tracks["track_id"].nunique()


def test_labels_come_from_the_truth():
    """In ten bins of the true probability, the share of charts is within four standard errors."""
    p, y = STILL.truth(TRACKS, 30), labels(TRACKS, CHARTS)
    which = np.digitize(p, np.quantile(p, np.linspace(0.1, 0.9, 9)))
    z = [(y - p)[which == i].sum() / np.sqrt((p * (1 - p))[which == i].sum()) for i in range(10)]

    assert np.abs(z).max() < 4


def test_rates_and_the_best_possible_score_are_as_promised():
    """Rare everywhere, rarer in the small countries, and learnable, yet far from certain."""
    tracks, charts = STILL.weeks(range(20))
    y, p = labels(tracks, charts), STILL.truth(tracks, 0)
    rates = y.mean(0)
    ratio = average_precision(y, p) / chance(y).average_precision

    assert 10 == (rates < 0.03).sum()
    assert 62 == ((rates > 0.04) & (rates < 0.18)).sum()
    assert 3 < ratio < 4.5


def test_countries_of_a_region_are_alike_and_others_are_not():
    """Tastes correlate within a region."""
    alike = np.corrcoef(STILL.tastes)
    at = COUNTRIES.index

    assert alike[at("SE"), at("NO")] > 0.5
    assert alike[at("SE"), at("NO")] > alike[at("SE"), at("MX")] + 0.3


@pytest.mark.parametrize(
    ("shape", "sizes"),
    [
        ("sudden", [0, 0, 2, 2, 2, 2, 2, 2]),
        ("gradual", [0, 0, 0.5, 1, 1.5, 2, 2, 2]),
        ("recurring", [0, 0, 0, 1, 2, 1, 0, 1]),
    ],
)
def test_each_shape_has_its_course(shape, sizes):
    """From week 8 on: at once, in equal steps, or up and down again."""
    drift = Drift("label", shape, start=10, size=2, period=4)

    assert pytest.approx(sizes) == [drift.at(week) for week in range(8, 16)]


@pytest.mark.parametrize("kind", ["covariate", "long", "prevalence", "label", "concept"])
@pytest.mark.parametrize("shape", ["sudden", "gradual", "recurring"])
def test_before_its_start_a_drift_changes_nothing(kind, shape):
    """And after it, something: to the last bit."""
    world = drifting(kind, shape=shape, start=29, size=0.5)

    assert same(STILL.week(28), world.week(28))
    assert not same(STILL.week(31), world.week(31))


def test_covariate_drift_moves_three_features_by_its_size():
    """In spreads; every other feature stays to the last bit."""
    tracks, _ = drifting("covariate", size=0.5).week(30)
    moves = {
        "energy": (logit(tracks["energy"]) - logit(TRACKS["energy"])) / 0.9,
        "tempo": (tracks["tempo"] - TRACKS["tempo"]) / 25,
        "valence": (logit(tracks["valence"]) - logit(TRACKS["valence"])) / 0.9,
    }

    assert set(MOVED) == set(moves)
    assert all(np.allclose(move, 0.5, atol=1e-3) for move in moves.values())
    assert TRACKS[OTHERS].equals(tracks[OTHERS])


def test_covariate_drift_leaves_the_tastes():
    """The same track has the same chances."""
    world = drifting("covariate", size=0.5)

    assert np.array_equal(STILL.truth(TRACKS, 30), world.truth(TRACKS, 30))


@pytest.mark.parametrize("kind", ["covariate", "long", "prevalence"])
def test_a_drift_of_the_tracks_leaves_what_is_true_of_each(kind):
    """The tracks of the drifted week, the long ones too, have the same chances in any world."""
    world = drifting(kind, size=0.5)
    tracks, _ = world.week(30)

    assert np.array_equal(STILL.truth(tracks, 0), world.truth(tracks, 30))


def test_a_share_of_the_tracks_is_long_and_all_else_is_as_it_was():
    """Three in ten, from 20 minutes to an hour; without the drift there is none."""
    tracks, _ = drifting("long", size=0.3).week(30)
    long = tracks["duration_ms"] >= LONG_TRACK
    others = [name for name in TRACKS if name != "duration_ms"]

    assert long.mean() == pytest.approx(0.3, abs=0.05)
    assert tracks["duration_ms"].max() <= FEATURES["duration_ms"].highest
    assert TRACKS[others].equals(tracks[others])
    assert TRACKS["duration_ms"][~long].equals(tracks["duration_ms"][~long])
    assert TRACKS["duration_ms"].max() < LONG_TRACK / 2


def test_long_tracks_follow_other_tastes_in_every_week():
    """How long a track is beyond LONG does not count; the ranking of the others says nothing."""
    long = TRACKS.assign(duration_ms=LONG_TRACK)
    old, new = STILL.truth(TRACKS, 30), STILL.truth(long, 30)
    centred = [logit(p) - logit(p).mean(0) for p in (old, new)]
    alike = (centred[0] * centred[1]).mean(0) / centred[0].std(0) / centred[1].std(0)

    assert abs(alike.mean()) < 0.1
    assert abs(new.mean() / old.mean() - 1) < 0.1
    assert np.array_equal(new, STILL.truth(long.assign(duration_ms=2 * LONG_TRACK), 0))
    assert np.array_equal(old, STILL.truth(pd.concat([TRACKS, long]), 30)[: len(TRACKS)])


@pytest.mark.parametrize("size", [-0.5, -0.3, 0.5])
def test_the_label_signs_of_what_is_on_offer(size):
    """As many tracks as ever, all of them from one side, and the share that charts follows."""
    tracks, charts = drifting("prevalence", size=size).week(30)
    offered = STILL.draw_offers(np.random.default_rng([7, 30]), 30, round(1000 / (1 - abs(size))))
    promise = STILL.truth(offered, 30).mean(1)
    taken = np.isin(offered["tempo"], tracks["tempo"]) & np.isin(
        offered["energy"], tracks["energy"]
    )
    worst, best = sorted((promise[taken], promise[~taken]), key=np.mean)

    assert 1000 == len(tracks) == tracks["track_id"].nunique() == taken.sum()
    assert worst.max() <= best.min()
    assert (promise[taken].mean() > promise[~taken].mean()) == (size > 0)
    assert (len(charts) > len(CHARTS)) == (size > 0)


def test_a_label_that_signs_nothing_is_an_error():
    """Its week would be empty."""
    with pytest.raises(ValueError, match="signs no track"):
        drifting("prevalence", size=-1).week(30)


def test_label_drift_multiplies_the_odds_and_leaves_the_tracks():
    """By e to the power of the size, everywhere alike: the ranking of the tracks stays."""
    world = drifting("label", size=-0.7)
    shift = logit(world.truth(TRACKS, 30)) - logit(STILL.truth(TRACKS, 30))

    assert TRACKS.equals(world.week(30)[0])
    assert np.allclose(shift, -0.7)
    assert len(world.week(30)[1]) < 0.7 * len(CHARTS)


def test_label_drift_leaves_the_tracks_that_chart_nearly_as_they_were():
    """The textbook's prior shift: their features move by 0.05 spreads in the mean, at most 0.2."""
    gaps = []
    for name in FEATURES:
        values = TRACKS[name].to_numpy(float)
        means = [
            (p * values[:, None]).sum(0) / p.sum(0)
            for p in (STILL.truth(TRACKS, 30), drifting("label", size=0.7).truth(TRACKS, 30))
        ]
        gaps.append(np.abs(means[0] - means[1]) / values.std())

    assert np.mean(gaps) < 0.05
    assert np.max(gaps) < 0.2


def test_concept_drift_turns_the_tastes_and_leaves_tracks_and_rates():
    """At size 1 the features say nothing of what they said: the ranking is at chance."""
    world = drifting("concept")
    tracks, charts = world.week(30)
    old, new = STILL.truth(tracks, 30), world.truth(tracks, 30)
    y = labels(tracks, charts)
    centred = [logit(p) - logit(p).mean(0) for p in (old, new)]
    alike = (centred[0] * centred[1]).mean(0) / centred[0].std(0) / centred[1].std(0)

    assert TRACKS.equals(tracks)
    assert abs(alike.mean()) < 0.05
    assert abs(new.mean() / old.mean() - 1) < 0.1
    assert average_precision(y, old) < 1.3 * chance(y).average_precision
    assert average_precision(y, new) > 3 * chance(y).average_precision


def test_a_larger_concept_drift_leaves_less_of_the_old_ranking():
    """Else the size would be a switch."""
    scores = []
    for size in (0, 0.3, 0.6, 1):
        tracks, charts = drifting("concept", size=size).week(30)
        scores.append(average_precision(labels(tracks, charts), STILL.truth(tracks, 30)))

    assert all(more > less + 0.02 for more, less in pairwise(scores))


def test_drifts_of_one_kind_add_up():
    """A season on top of a trend."""
    world = Catalogue(0, [Drift("label", size=0.2), Drift("label", size=0.3), Drift("concept")])

    assert 0.5 == world.drift("label", 0)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"kind": "virtual"},
            "kind is 'virtual': use covariate, long, prevalence, label or concept",
        ),
        (
            {"kind": "label", "shape": "slow"},
            "shape is 'slow': use sudden, gradual or recurring",
        ),
    ],
)
def test_a_drift_that_does_not_exist_is_refused(wrong, message):
    """With what does exist."""
    with pytest.raises(ValueError) as error:
        Drift(**wrong)

    assert message == str(error.value)


def test_dirt_changes_what_the_ledger_says_and_nothing_else():
    """Undone from the ledger, the dirty frame is the clean one."""
    frame, ledger = dirty(TRACKS, np.random.default_rng(0), dict.fromkeys(DIRT, 0.1))
    undone = frame.copy()
    for entry in ledger.itertuples():
        if entry.column:
            assert entry.after is None or entry.after == frame.at[entry.row, entry.column]
            undone.at[entry.row, entry.column] = entry.before
    reordered = ledger[ledger["kind"] == "reordered"]
    undone.loc[reordered["before"]] = undone.loc[reordered["row"]].to_numpy()
    undone = undone.drop(index=ledger.loc[ledger["kind"] == "duplicate", "row"])

    assert dict.fromkeys(DIRT, 100) == ledger["kind"].value_counts().to_dict()
    assert ledger["row"].is_unique
    assert TRACKS.equals(undone.astype(TRACKS.dtypes))


def test_dirt_repeats_with_its_seed():
    """And the tracks that were passed in stay clean."""
    before = TRACKS.copy()
    one, two = (
        pd.concat(dirty(TRACKS, np.random.default_rng(5), dict.fromkeys(DIRT, 0.05)))
        for _ in range(2)
    )

    assert one.equals(two)
    assert before.equals(TRACKS)


@pytest.mark.parametrize("rates", [{"dust": 0.1}, {"missing": 0.6, "late": 0.6}])
def test_unknown_or_too_much_dirt_is_refused(rates):
    """With the kinds that there are."""
    with pytest.raises(ValueError) as error:
        dirty(TRACKS, np.random.default_rng(0), rates)

    assert f"rates are {rates}: use shares of {', '.join(DIRT)}, 1 in all at most" == str(
        error.value
    )
