"""The gate says no to a model that should not go out, and says why."""

import json
from dataclasses import replace
from functools import cache
from itertools import count

import numpy as np
import pandas as pd
import pytest
from jukebox import COUNTRIES, Catalogue, Limits, Settings, ceiling, gate, judge, labels, train
from jukebox.model import gate as module
from jukebox.model.gate import weighted_precisions
from jukebox.model.training import Record
from sklearn.metrics import average_precision_score

CATALOGUE = Catalogue(2, tracks_a_week=100)
TRACKS, CHARTS = CATALOGUE.weeks(range(16))
LIMITS = Limits(draws=200)
GERMANY = COUNTRIES.index("DE")


@cache
def model(**settings):
    """Train on all but the newest four weeks."""
    return train(TRACKS, CHARTS, Settings(**settings))


@cache
def newest():
    """Return the true probabilities and the labels of the newest four weeks."""
    tracks, charts = CATALOGUE.weeks(range(12, 16))
    truth = [CATALOGUE.truth(tracks[tracks["released"] == week], week) for week in range(12, 16)]
    return np.vstack(truth), labels(tracks, charts)


def blurred(p, rng, size=0.5):
    """Return probabilities with noise on their log-odds: a model that knows less."""
    return 1 / (1 + (1 - p) / p * np.exp(size * rng.normal(size=p.shape)))


def refusals(verdict):
    """Return the first words of each reason against a model."""
    return [] if verdict.passed else [reason.split(":")[0] for reason in verdict.reasons]


# ---- yes -----------------------------------------------------------------------------------------


def test_a_better_model_is_admitted():
    """The same data, learnt to the end."""
    verdict = gate(model(), model(epochs=3), TRACKS, CHARTS, LIMITS, ceiling(newest()[0]))

    assert (True, "better than the champion, by") == (verdict.passed, verdict.reasons[0][:28])


def test_the_first_model_has_only_chance_to_beat():
    """There is no champion yet."""
    verdict = gate(model(), None, TRACKS, CHARTS, LIMITS)

    assert (True, "better than chance, by") == (verdict.passed, verdict.reasons[0][:22])


# ---- no ------------------------------------------------------------------------------------------


def test_a_worse_model_is_refused():
    """Both its ranking and its probabilities are worse, and both are said."""
    verdict = gate(model(epochs=3), model(), TRACKS, CHARTS, LIMITS)

    assert ["not surely better than the champion", "worse probabilities"] == refusals(verdict)[:2]


def test_a_model_trained_on_weeks_of_the_test_is_refused():
    """Its record says so, whatever its scores."""
    leaking = train(TRACKS, CHARTS, Settings(newest=1))
    verdict = gate(leaking, model(epochs=3), TRACKS, CHARTS, LIMITS)

    assert (
        "leak: fitted on weeks up to 14, and the gate's test begins with week 12",
    ) == verdict.reasons


def test_a_model_whose_record_does_not_name_its_weeks_is_refused():
    """No record, no trust."""
    verdict = gate(replace(model(), record=Record()), None, TRACKS, CHARTS, LIMITS)

    assert ("leak: its record does not say which weeks it was fitted on",) == verdict.reasons


def test_a_leak_that_the_record_does_not_tell_is_too_good_to_be_true():
    """Trained on the test itself, under another model's record: only its score tells."""
    later, charts = CATALOGUE.week(16)
    settings = Settings(hidden=(128,), epochs=60, penalty=0, newest=1)
    leaking = train(pd.concat([TRACKS, later]), pd.concat([CHARTS, charts]), settings)
    leaking = replace(leaking, record=model().record)
    verdict = gate(leaking, model(), TRACKS, CHARTS, LIMITS, ceiling(newest()[0]))

    assert "too good to be true" in refusals(verdict)


def test_the_truth_itself_is_not_too_good_to_be_true():
    """Who knows all that can be known is at the ceiling, not above it."""
    truth, y = newest()

    assert [] == judge(y, truth, None, LIMITS, ceiling(truth))[0]


def test_a_lucky_model_is_refused():
    """Two models that know the same, and the challenger is ahead on the test: by luck alone."""
    truth, y = newest()
    for seed in count():
        pair = np.random.default_rng(seed).spawn(2)
        challenger, champion = (blurred(truth, rng) for rng in pair)
        against, figures = judge(y, challenger, champion, LIMITS)
        if figures["average_precision"] > figures["average_precision_of_champion"]:
            break

    assert "not surely better than the champion" == against[0].split(":")[0]


@pytest.mark.parametrize(
    "answers",
    [
        lambda truth, rng: 1 - truth,
        lambda truth, rng: rng.permutation(truth),
        lambda truth, rng: np.full(truth.shape, 0.1),
    ],
    ids=["upside down", "of other tracks", "always the same"],
)
def test_a_model_that_is_no_better_than_chance_is_refused(answers):
    """Even where there is no champion to beat."""
    truth, y = newest()
    against, _ = judge(y, answers(truth, np.random.default_rng(0)), None, LIMITS)

    assert ["no better than chance"] == [each.split(":")[0] for each in against]


def test_the_base_rate_would_let_a_random_order_pass():
    """Why chance is the model's own answers for other tracks, and not the base rate."""
    truth, y = newest()
    rng = np.random.default_rng(1)
    figures = [judge(y, rng.random(truth.shape), None, LIMITS)[1] for _ in range(20)]

    assert all(f["average_precision"] > f["average_precision_of_chance"] for f in figures)


def test_a_model_that_ruins_one_country_is_refused():
    """Better for 71 countries is not enough for the label's office in Berlin."""
    truth, y = newest()
    ruined = truth.copy()
    ruined[:, GERMANY] = np.random.default_rng(0).permutation(truth[:, GERMANY])
    champion = blurred(truth, np.random.default_rng(1))
    against, _ = judge(y, ruined, champion, LIMITS)

    assert (True, ["DE falls by"]) == (
        not judge(y, truth, champion, LIMITS)[0],
        [each[:11] for each in against],
    )


def test_a_country_without_charts_does_not_disturb_the_verdict():
    """It has no average precision, before or after, and so no fall."""
    truth, y = newest()
    y = y.copy()
    y[:, GERMANY] = False
    champion = blurred(truth, np.random.default_rng(1))

    assert [] == judge(y, truth, champion, LIMITS)[0]


def test_a_model_with_the_same_order_and_worse_probabilities_is_refused():
    """Average precision sees the order alone; the costs need the probabilities."""
    truth, y = newest()
    against, _ = judge(y, np.sqrt(truth), blurred(truth, np.random.default_rng(0)), LIMITS)

    assert ["worse probabilities"] == [each.split(":")[0] for each in against]


def test_a_slow_model_is_refused():
    """By a clock that says 20 ms for each call."""
    ticks = count()
    verdict = gate(model(), None, TRACKS, CHARTS, LIMITS, clock=lambda: next(ticks) / 50)

    assert ("too slow: 20.0 ms for a call with 100 tracks, above 5.0 ms",) == verdict.reasons


@pytest.mark.parametrize("answer", [np.nan, -0.1, 1.1])
def test_answers_that_are_no_probabilities_are_refused(answer, monkeypatch):
    """Before any score is computed from them."""
    monkeypatch.setattr(module, "predict", lambda _, rows: np.full((len(rows), 72), answer))
    verdict = gate(model(), None, TRACKS, CHARTS, LIMITS)

    assert ("its answers are not all between 0 and 1",) == verdict.reasons


def test_a_track_that_was_released_before_is_no_test():
    """Half of the newest week is of the first week, under new names."""
    again = TRACKS["released"] == 15
    tracks = TRACKS.copy()
    first = TRACKS.loc[TRACKS["released"] == 0].iloc[:50, 2:]
    tracks.loc[tracks.index[again][:50], first.columns] = first.to_numpy()
    verdict = gate(train(tracks, CHARTS), None, tracks, CHARTS, LIMITS)

    assert (50, 350) == (verdict.figures["tracks_heard_before"], verdict.figures["tracks"])


def test_without_charts_there_is_no_verdict():
    """Nothing charted in the weeks of the test: an error, and no guess."""
    charts = CHARTS[CHARTS["known"] < 15].copy()
    charts.loc[charts.index[0], "known"] = 18  # charts of week 18 have come, of an old track alone
    with pytest.raises(ValueError) as error:
        gate(model(), None, TRACKS, charts, LIMITS)

    assert "no new track of weeks 12 to 15 charted: there is nothing to test" == str(error.value)


# ---- the same, and how often ---------------------------------------------------------------------


def test_the_same_inputs_give_the_same_verdict():
    """To the last figure."""
    verdicts = []
    for _ in range(2):
        ticks = count()
        clock = lambda ticks=ticks: next(ticks) / 1000  # noqa: E731 - a clock of its own each time
        verdicts.append(gate(model(), model(epochs=3), TRACKS, CHARTS, LIMITS, clock=clock))

    assert verdicts[0] == verdicts[1]


def test_the_figures_of_a_verdict_are_plain_numbers():
    """A log keeps them as JSON, which has no NaN."""
    verdict = gate(model(), model(epochs=3), TRACKS, CHARTS, LIMITS)

    assert verdict.figures == json.loads(json.dumps(verdict.figures, allow_nan=False))


def equal_pairs(pairs, tracks, countries=12, size=0.5):
    """Yield labels and the answers of two models that know the truth equally well, again and again.

    The truth is a taste for one hidden quality of a track, different in each country.
    """
    for rng in np.random.default_rng(0).spawn(pairs):
        log_odds = rng.normal(size=(tracks, 4)) @ rng.normal(size=(4, countries)) * 0.7 - 2.5
        truth = 1 / (1 + np.exp(-log_odds))
        y = rng.random(truth.shape) < truth
        yield y, blurred(truth, rng, size), blurred(truth, rng, size)


def test_an_equal_model_is_admitted_no_more_often_than_is_stated():
    """Of 200 challengers that are as good as the champion; being ahead lets in half of them."""
    limits = Limits(draws=200)
    admitted, ahead = 0, 0
    for y, challenger, champion in equal_pairs(200, tracks=300):
        against, figures = judge(y, challenger, champion, limits)
        admitted += not against
        ahead += figures["average_precision"] > figures["average_precision_of_champion"]

    assert (True, True) == (admitted <= limits.level * 200, ahead > 80)


def test_average_precision_is_that_of_scikit_learn_in_every_draw():
    """With ties, and with countries where nothing charted."""
    rng = np.random.default_rng(0)
    y = rng.random((80, 5)) < [0.3, 0.1, 0.2, 0.5, 0]
    p = rng.random((80, 5)).round(1)
    weights = rng.multinomial(80, np.full(80, 1 / 80), size=20).astype(np.float32)
    expected = [
        [average_precision_score(y[:, c], p[:, c], sample_weight=w) for c in range(4)]
        for w in weights
    ]

    assert np.allclose(expected, weighted_precisions(y, p, weights)[:, :4], atol=1e-6)


def test_a_country_where_nothing_charted_has_no_average_precision():
    """It is left out of the mean and not counted as nought."""
    y = np.array([[True, False], [False, False]])

    assert np.isnan(weighted_precisions(y, np.ones(y.shape), np.ones((1, 2), "float32"))[0, 1])


def test_nobody_knows_more_than_the_ceiling():
    """The truth, blurred ever more, sinks ever further below it."""
    truth, y = newest()
    rng = np.random.default_rng(0)
    scores = [judge(y, blurred(truth, rng, s), None, LIMITS)[1] for s in (0.5, 1, 2)]
    sinking = [ceiling(truth), *(score["average_precision"] for score in scores)]

    assert sorted(sinking, reverse=True) == sinking
