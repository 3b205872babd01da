"""What each feature is worth, and what a model loses with age: two questions of the ML Test Score."""

import numpy as np
import pytest
from jukebox import (
    FEATURES,
    Catalogue,
    Drift,
    judge,
    labelled_tracks,
    labels,
    predict,
    score,
    train,
)

SIZES = {  # (small, full)
    "weeks": (16, 30),  # learnt
    "tracks": (100, 200),  # a week
    "ages": ((0, 12, 24), (0, 4, 8, 12, 16, 20, 24)),  # weeks
}
TURN = 0.1  # of a right angle, by which tastes turn every four weeks


def newer(model, tracks, charts):
    """Give the labelled tracks after those that a model was fitted on, and their labels."""
    known = labelled_tracks(tracks, charts)
    known = known[known["released"] > model.record.fitted_weeks[1]]
    return known, labels(known, charts)


@pytest.fixture(scope="module")
def lead(sizes):
    """Give what a model leads by over one that learnt otherwise: (average precision, its interval).

    The interval is the gate's own, of the same newest tracks.
    """
    known = Catalogue(0, tracks_a_week=sizes.tracks).weeks(range(sizes.weeks))
    whole = train(*known)
    tracks, y = newer(whole, *known)

    def over(seed=0, **mixed):
        other = train(known[0].assign(**mixed), known[1], seed=seed)
        answers = (
            predict(whole.onnx, tracks),
            predict(other.onnx, tracks.assign(**of(mixed, tracks))),
        )
        return judge(y, *answers)[1]["lead_over_champion"]

    def of(mixed, tracks):
        return {name: values[tracks.index] for name, values in mixed.items()}

    over.tracks = known[0]
    return over


def test_every_feature_earns_its_place(lead, figures):
    """A model is surely better than one to which a feature means nothing, for each of the thirteen."""
    rng, leads = np.random.default_rng(0), {}
    for feature in FEATURES:
        leads[feature] = lead(**{feature: rng.permutation(lead.tracks[feature].to_numpy())})
        figures[f"without_{feature}_ap_loss"] = round(leads[feature][0], 3)
    figures["least_ap_loss"] = min(figures.values())

    assert {} == {feature: found for feature, found in leads.items() if found[1] <= 0}


def test_a_model_that_lacks_nothing_is_not_surely_worse(lead):
    """Or every feature would earn its place."""
    assert lead(seed=1)[1] <= 0


def test_what_a_model_loses_with_age_is_known(sizes, figures):
    """Where tastes turn a little every month, a fresh model stays ahead, by more with each month."""
    learnt = sizes.weeks
    turns = range(learnt + 1, learnt + sizes.ages[-1], 4)  # the week after each four
    drifts = [Drift("concept", start=week, size=TURN) for week in turns]
    world, behind = Catalogue(0, drifts, sizes.tracks), []
    old = train(*world.weeks(range(learnt)))
    for age in sizes.ages:
        tracks, charts = world.weeks(range(learnt + age))
        fresh = train(tracks, charts)
        asked, y = world.week(learnt + age)
        y = labels(asked, y)
        ap = {
            name: score(y, predict(model.onnx, asked), resamples=2)["ap"]
            for name, model in {"old": old, "fresh": fresh}.items()
        }
        figures |= {f"{name}_{age}_ap": round(float(value), 3) for name, value in ap.items()}
        behind.append(ap["fresh"] - ap["old"])

    assert 0 == behind[0]
    assert sorted(set(behind)) == behind
