"""Monitoring keeps what it promises: each promise is broken here on purpose."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from jukebox import (
    COUNTRIES,
    DIRT,
    LABEL_DELAY,
    Catalogue,
    Drift,
    Model,
    average_precision,
    brier,
    dirty,
    drift,
    labels,
    matrix,
    predict,
)
from jukebox.model.training import Record
from jukebox.problem import Objectives
from jukebox.watch import drift as statistics
from jukebox.watch import monitoring
from jukebox.world.simulation import BELLS, LONG_TRACK, MOVED
from prometheus_client import CollectorRegistry, generate_latest
from scipy.stats import binom

from tests.proofs.calls import describe_calls

from .loops import linear

RULES = Path(monitoring.__file__).with_name("rules.yml")
RUNBOOKS = (Path(__file__).parents[2] / "docs" / "reference" / "runbooks.md").read_text("utf-8")
ALERTS = [
    rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]
]


def drifted(reference, current, **settings):
    """Name the columns that drift."""
    table = drift(reference, current, **settings)
    return set(table.index[table["verdict"] == "drift"])


def predicted(catalogue, weeks):
    """Log the predictions of a model that knew the world as it was in week 0; give charts too."""
    tracks, charts = catalogue.weeks(weeks)
    log = pd.DataFrame(
        {
            "request_id": "r-" + tracks["track_id"],
            "model_version": "1",
            "week": tracks["released"],
            "track_id": tracks["track_id"],
            "probabilities": list(catalogue.truth(tracks, 0)),
        }
    )
    return log, charts


# Drift: false alarms

WINDOWS = 150  # enough to tell 5 % from 49 %; a thousand are among the proofs


@pytest.fixture(scope="module")
def clean():
    """Compare each window of 200 tracks with the 1,000 before it; nothing ever changes."""
    catalogue = Catalogue(0, tracks_a_week=24_000)  # large weeks are drawn faster
    tracks = pd.concat([catalogue.week(number)[0] for number in range(8)])
    return [
        drift(tracks[start : start + 1000], tracks[start + 1000 : start + 1200])
        for start in range(0, WINDOWS * 1200, 1200)
    ]


def test_clean_windows_alarm_at_the_stated_rate(clean):
    """One window in twenty, within the 99 % binomial interval (95 % fails one seed in 20)."""
    alarms = sum((table["verdict"] == "drift").any() for table in clean)
    low, high = binom.interval(0.99, WINDOWS, 0.05)

    assert low <= alarms <= high


def test_without_correction_every_second_clean_window_alarms(clean):
    """Thirteen tests at 5 % find something in 1 - 0.95^13 = 49 % of windows."""
    alarms = sum((table["p"] <= 0.05).any() for table in clean)

    assert alarms > 0.4 * WINDOWS


def test_the_rule_of_thumb_for_psi_cries_wolf_on_windows_of_200(clean):
    """Above 0.1 without any change, because the rule does not ask how many rows there are."""
    alarms = sum((table["psi"] > 0.1).any() for table in clean)

    assert alarms > 0.3 * WINDOWS


def test_psi_stays_below_its_noise_in_95_of_100_clean_columns(clean):
    """The chi-square law of PSI, on 1,950 columns."""
    above = np.mean([table["psi"] > table["psi_noise"] for table in clean])

    assert above == pytest.approx(0.05, abs=0.015)


@pytest.mark.parametrize("seed", range(3))
def test_unchanged_predictions_do_not_drift(seed):
    """72 columns that move together, corrected together."""
    catalogue = Catalogue(seed)
    before, now = (
        pd.DataFrame(catalogue.truth(catalogue.weeks(weeks)[0], 0), columns=list(COUNTRIES))
        for weeks in (range(5), [5])
    )

    assert set() == drifted(before, now)


# Drift: what is caught, and what is not


@pytest.mark.parametrize("size", [0.5, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_a_sudden_covariate_drift_is_caught_in_the_next_window(size, seed):
    """Half a spread or more, and each of the three columns that moved is named."""
    catalogue = Catalogue(seed, [Drift("covariate", "sudden", start=5, size=size)])

    assert set(MOVED) <= drifted(catalogue.weeks(range(5))[0], catalogue.week(5)[0])


def test_predictions_drift_when_the_inputs_do():
    """A model passes the change on."""
    catalogue = Catalogue(0, [Drift("covariate", "sudden", start=5, size=1)])
    before, now = (
        pd.DataFrame(catalogue.truth(catalogue.weeks(weeks)[0], 0), columns=list(COUNTRIES))
        for weeks in (range(5), [5])
    )

    assert len(drifted(before, now)) > 10


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("is_explicit", lambda values: np.maximum(values, np.arange(len(values)) % 3 == 0)),
        ("mode", lambda values: 1 - values),
        ("key", lambda values: np.where(values < 4, 7, values)),
        ("key", lambda values: np.where(values < 4, 12, values)),  # never seen before
    ],
)
def test_a_category_that_drifts_is_caught_by_chi_square(column, change):
    """Also when the new category is unknown to the reference."""
    catalogue = Catalogue(0)
    now = catalogue.week(5)[0]
    now[column] = change(now[column].to_numpy())
    table = drift(catalogue.weeks(range(5))[0], now)

    assert ("chi-square", "drift") == tuple(table.loc[column, ["test", "verdict"]])


def test_a_large_window_does_not_alarm_on_a_difference_that_matters_to_nobody():
    """A twentieth of a spread, in 40,000 tracks: beyond doubt, and negligible."""
    catalogue = Catalogue(0, [Drift("covariate", start=1, size=0.05)], tracks_a_week=40_000)
    before, now = catalogue.week(0)[0], catalogue.week(1)[0]
    table = drift(before, now)

    assert ["negligible"] * 3 == list(table.loc[list(MOVED), "verdict"])
    assert set(MOVED) == drifted(before, now, floor=0)


def test_holm_agrees_with_its_definition():
    """Worked by hand: 4 x 0.01, 3 x 0.02, then no lower than those before."""

    assert [0.06, 0.04, 0.06, 0.5] == pytest.approx(statistics.holm([0.02, 0.01, 0.025, 0.5]))


def test_benjamini_and_hochberg_alarm_no_less_than_holm(clean):
    """They promise less."""
    p = np.array([table["p"] for table in clean])
    holm, other = (
        sum((statistics.CORRECTIONS[name](row) <= 0.05).sum() for row in p)
        for name in ("holm", "benjamini-hochberg")
    )

    assert holm <= other


def test_the_bins_of_psi_are_those_of_the_reference():
    """Where everything is above the reference, everything is in its last bin."""
    before, now = statistics.counts(np.arange(100.0), np.full(50, 1000.0), categorical=False)

    assert ([10] * 10, [0] * 9 + [50]) == (list(before), list(now))


def test_a_category_that_is_new_has_a_bin_of_its_own():
    """It is not counted with its neighbour."""
    before, now = statistics.counts(np.array([0, 0, 1]), np.array([1, 2, -1]), categorical=True)

    assert ([0, 2, 1], [2, 0, 1]) == (list(before), list(now))


def test_psi_agrees_with_its_definition():
    """Half and half became a quarter and three quarters: 0.25 ln 3, but for half a row."""

    assert 0.25 * np.log(3) == pytest.approx(
        statistics.psi(np.array([5000, 5000]), np.array([2500, 7500])), rel=1e-3
    )


def test_a_column_that_vanished_is_an_error():
    """Silence is not stability."""
    tracks = Catalogue(0).week(0)[0]

    with pytest.raises(ValueError, match="no column tempo"):
        drift(tracks, tracks.drop(columns="tempo"))


def test_a_window_too_small_to_tell_is_an_error():
    """Twenty tracks prove nothing, and a column of nothing less."""
    tracks = Catalogue(0).week(0)[0]

    with pytest.raises(ValueError, match=r"is_explicit has 200 values .* and 20 in the current"):
        drift(tracks, tracks[:20])
    with pytest.raises(ValueError, match=r"tempo has 200 .* and 0 in"):
        drift(tracks, tracks.assign(tempo=np.nan))


# Performance


def test_concept_drift_is_not_seen_in_the_inputs_and_is_seen_once_labels_are_known():
    """Tastes turn in week 5; the first charts which show it are known in week 8, not before."""
    catalogue = Catalogue(0, [Drift("concept", "sudden", start=5, size=1)])
    log, charts = predicted(catalogue, range(9))
    inputs = [
        drifted(catalogue.weeks(range(5))[0], catalogue.week(week)[0]) for week in range(5, 9)
    ]
    noticed = []
    for week in range(5, 9):
        scores = monitoring.performance(log[log["week"] <= week], charts, week)
        noticed.append(monitoring.has_fallen(scores.iloc[0], scores.iloc[-1]))

    assert [set()] * 4 == inputs
    assert [False, False, False, True] == noticed


def test_a_large_harmless_shift_alarms_as_drift_and_not_as_performance():
    """Liveness moves by two spreads, in a world where no country cares for liveness."""
    catalogue = Catalogue(0)
    catalogue.tastes[:, list(BELLS).index("liveness")] = 0
    tracks, charts = catalogue.weeks(range(6))
    log, _ = predicted(catalogue, range(6))
    new = tracks["released"] == 5
    odds = tracks["liveness"] / (1 - tracks["liveness"]) * np.exp(2 * BELLS["liveness"][1])
    tracks["liveness"] = np.where(new, odds / (1 + odds), tracks["liveness"])
    log["probabilities"] = list(catalogue.truth(tracks, 0))
    scores = monitoring.performance(log, charts, 8)

    assert {"liveness"} == drifted(tracks[~new], tracks[new])
    assert not monitoring.has_fallen(scores.iloc[0], scores.iloc[5])


def scored(*drifts, tracks=200, week=20):
    """Score the answers of a model that knew the old world, in a week of the new one.

    It never heard a long track, and takes it for one of the usual length.
    """
    frame, charts = Catalogue(0, drifts, tracks).week(week)
    usual = frame.assign(
        duration_ms=frame["duration_ms"].where(frame["duration_ms"] < LONG_TRACK, 2e5)
    )
    return monitoring.score(labels(frame, charts), Catalogue(0).truth(usual, 0))


@pytest.mark.parametrize("size", [-0.3, -0.5])
def test_other_tracks_are_no_fall_where_the_truth_of_each_stays(size):
    """The label signs less promising ones: average precision sinks, by more than chance."""
    before, now = scored(tracks=800, week=10), scored(Drift("prevalence", size=size))

    assert now["ap_high"] < before["ap_low"]
    assert now["brier_high"] < before["brier_low"]
    assert now["level_low"] < 1 < now["level_high"]
    assert not monitoring.has_fallen(before, now)


def test_promising_tracks_hide_no_fall():
    """Tastes turn while the label signs more promising ones: average precision shows nothing."""
    turned = Drift("concept", size=0.35), Drift("prevalence", size=0.6)
    before, now = scored(tracks=800, week=10), scored(*turned)

    assert now["ap_high"] > before["ap_low"]
    assert monitoring.has_fallen(before, now)


@pytest.mark.parametrize("tracks", [30, 60, 100, 200])
def test_few_tracks_are_enough_for_a_large_fall(tracks):
    """Average precision is higher in a small window than in a large one, and hides it."""
    before, now = (
        scored(tracks=800, week=10),
        scored(Drift("concept", size=0.6), tracks=tracks),
    )

    assert monitoring.has_fallen(before, now)


def test_long_tracks_that_nobody_has_learnt_are_a_fall():
    """The truth of each track is what it always was; the model does not know it."""
    assert monitoring.has_fallen(scored(tracks=800, week=10), scored(Drift("long", size=0.2)))


@pytest.mark.parametrize("size", [-0.5, 0.5])
def test_odds_that_change_everywhere_alike_are_no_fall(size):
    """The order of the tracks is right; that too many or too few chart is for the level to say."""
    before, now = scored(tracks=800, week=10), scored(Drift("label", size=size))

    assert not monitoring.has_fallen(before, now)
    assert abs(now["slope"] - before["slope"]) < 0.1
    assert np.sign(now["level"] - 1) == np.sign(size)
    assert not now["level_low"] < 1 < now["level_high"]


def test_a_fall_below_the_margin_is_none():
    """However sure it is."""
    before, now = ({"slope": at, "slope_low": at, "slope_high": at} for at in (1.0, 0.951))

    assert not monitoring.has_fallen(before, now)
    assert monitoring.has_fallen(before, now, margin=0.04)


def test_a_week_is_scored_when_its_charts_are_known_and_not_before():
    """Nothing in week 2; the first week in week 3."""
    log, charts = predicted(Catalogue(0), range(4))
    weeks = [
        list(monitoring.performance(log, charts, week).index.get_level_values("week"))
        for week in range(2, 6)
    ]

    assert [[], [0], [0, 1], [0, 1, 2]] == weeks


def test_charts_that_are_late_are_not_taken_for_tracks_that_charted_nowhere():
    """By week 9 all should be known, but the charts of the last week are held up."""
    log, charts = predicted(Catalogue(0), range(4))
    late = charts[charts["known"] < 3 + LABEL_DELAY]
    scores = monitoring.performance(log, late, 9)

    assert [0, 1, 2] == list(scores.index.get_level_values("week"))


def test_a_log_without_known_charts_has_no_scores():
    """An empty table, with its columns."""
    log, charts = predicted(Catalogue(0), range(2))
    scores = monitoring.performance(log, charts[:0], 9)

    assert (0, monitoring.SCORES) == (len(scores), list(scores.columns))


def test_a_request_that_named_no_track_is_not_taken_for_one_that_charted_nowhere():
    """Nobody can know how it ended."""
    log, charts = predicted(Catalogue(0), [0])
    log.loc[:49, "track_id"] = None
    scores = monitoring.performance(log, charts, 3)

    assert [150] == list(scores["tracks"])


def test_each_version_is_scored_on_what_it_answered_and_a_track_counts_once():
    """Two versions share a week; half of the requests come twice."""
    log, charts = predicted(Catalogue(0), [0])
    log.loc[120:, "model_version"] = "2"
    scores = monitoring.performance(pd.concat([log, log[:60]]), charts, 3)

    assert {(0, "1"): 120, (0, "2"): 80} == scores["tracks"].to_dict()


@pytest.mark.parametrize("digits", [1, 9])
def test_the_scores_agree_with_those_of_the_problem(digits):
    """Also where probabilities tie."""
    catalogue = Catalogue(0)
    tracks, charts = catalogue.week(0)
    y, p = labels(tracks, charts), catalogue.truth(tracks, 0).round(digits)
    score = monitoring.score(y, p)

    assert average_precision(y, p) == pytest.approx(score["ap"])
    assert brier(y, p) == pytest.approx(score["brier"])


@pytest.fixture(scope="module")
def like_weeks():
    """Score the model that knows the truth in 100 weeks in which nothing changes."""
    log, charts = predicted(Catalogue(0), range(100))
    y, p = labels(log, charts), np.stack(log["probabilities"])
    return [
        monitoring.score(y[i : i + 200], p[i : i + 200], resamples=50)
        for i in range(0, 20_000, 200)
    ]


def test_a_fall_is_decided_by_interval_and_not_by_point(like_weeks):
    """The same model in 50 pairs of like weeks: points fall every second time, intervals do not."""
    pairs = list(zip(like_weeks[::2], like_weeks[1::2], strict=True))
    falls = sum(monitoring.has_fallen(before, now, margin=0) for before, now in pairs)
    points = sum(now["slope"] < before["slope"] for before, now in pairs)

    assert falls <= binom.ppf(0.975, 50, 0.025)
    assert points > 15


@pytest.mark.parametrize("measure", monitoring.MEASURES)
def test_the_interval_is_as_wide_as_weeks_differ(measure, like_weeks):
    """The standard error of one week against the deviation of 100 weeks."""
    table = pd.DataFrame(like_weeks)
    error = (table[measure] - table[f"{measure}_low"]).mean() / 1.96

    assert table[measure].std() == pytest.approx(error, rel=0.2)


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0, 2.0])
def test_the_slope_is_what_the_odds_are_worth(slope):
    """Of 20,000 tracks: within four standard errors, from nothing to twice what was said."""
    catalogue = Catalogue(0, tracks_a_week=20_000)
    p = catalogue.truth(catalogue.week(0)[0], 0)
    odds = np.log(p / (1 - p))
    middle = odds.mean(0)
    worth = 1 / (1 + np.exp(-middle - slope * (odds - middle)))
    found, error = monitoring.calibration_slope(np.random.default_rng(0).random(p.shape) < worth, p)

    assert error < 0.01
    assert slope == pytest.approx(found, abs=4 * error)


@pytest.mark.parametrize("tracks", [30, 200])
def test_the_slope_agrees_with_the_regression_of_others(tracks):
    """scikit-learn's, without a penalty, with a column for each country."""
    from sklearn.linear_model import LogisticRegression

    catalogue = Catalogue(0, [Drift("concept", size=0.3)], tracks)
    frame, charts = catalogue.week(0)
    y, p = labels(frame, charts), Catalogue(0).truth(frame, 0)
    some = np.flatnonzero(y.any(0))[:6]
    country = np.tile(np.eye(len(some)), (tracks, 1))
    odds = np.log(p / (1 - p))[:, some].reshape(-1, 1)
    other = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-8, max_iter=1000)
    other.fit(np.hstack([odds, country]), y[:, some].ravel())

    assert monitoring.calibration_slope(y[:, some], p[:, some])[0] == pytest.approx(
        other.coef_[0, 0], abs=1e-4
    )


def test_countries_in_which_nothing_charted_leave_the_slope_as_it_is():
    """They say nothing of it."""
    catalogue = Catalogue(0)
    tracks, charts = catalogue.week(0)
    y, p = labels(tracks, charts), catalogue.truth(tracks, 0)
    y[:, 40:] = False

    assert monitoring.calibration_slope(y, p) == pytest.approx(
        monitoring.calibration_slope(y[:, :40], p[:, :40])
    )


def test_a_slope_that_cannot_be_known_is_not_a_number():
    """Nothing charted, the same answer for all, no track; and surest answers are no error."""
    tracks, charts = Catalogue(0).week(0)
    y, p = labels(tracks, charts), Catalogue(0).truth(tracks, 0)

    for case in ((y & False, p), (y, np.full_like(p, 0.1)), (y[:0], p[:0])):
        assert np.isnan(monitoring.calibration_slope(*case)).all()
    assert np.isfinite(monitoring.calibration_slope(y, (p > 0.2).astype(float))).all()


def test_a_handful_of_tracks_cannot_fall():
    """Their interval is not a number, and that is not news."""
    log, charts = predicted(Catalogue(0), [0])
    y, p = labels(log, charts), np.stack(log["probabilities"])

    assert not monitoring.has_fallen(monitoring.score(y, p), monitoring.score(y[:5], 1 - p[:5]))


def test_the_same_log_gives_the_same_interval():
    """The bootstrap is seeded."""
    log, charts = predicted(Catalogue(0), [0])

    pd.testing.assert_frame_equal(
        monitoring.performance(log, charts, 3), monitoring.performance(log, charts, 3)
    )


def test_a_window_without_tracks_has_no_score_and_no_fall():
    """A correction may have emptied the weeks that a model was tested on."""
    none = monitoring.score(np.zeros((0, 72), bool), np.zeros((0, 72)))

    assert (0, True) == (none["tracks"], np.isnan(none["ap"]))
    assert not monitoring.has_fallen(none, none)


def test_a_model_promises_what_it_scored_on_the_weeks_it_was_tested_on():
    """Whatever else is known by then."""
    tracks, charts = Catalogue(0, tracks_a_week=50).weeks(range(6))
    onnx = linear(matrix(tracks), labels(tracks, charts))
    model = Model(onnx, "", Record(tested_weeks=(3, 4)))
    tested = tracks[tracks["released"].between(3, 4)]
    promise = monitoring.promised_scores(model, tracks, charts)

    assert 100 == promise["tracks"]
    assert promise["ap"] == pytest.approx(
        average_precision(labels(tested, charts), predict(onnx, tested))
    )


def test_live_is_the_score_of_a_version_on_the_newest_labelled_week():
    """Of its own answers, by the first for each track, whenever it was asked."""
    catalogue = Catalogue(0)
    log, charts = predicted(catalogue, range(6))
    tracks = catalogue.weeks(range(9))[0]
    log = pd.concat([log.drop(columns="week"), log[-50:].drop(columns="week")])
    week, score = monitoring.score_newest_week(log, tracks, charts, "1")
    newest = tracks[tracks["released"] == 5]
    expected = average_precision(labels(newest, charts), catalogue.truth(newest, 0))

    assert (5, 200) == (week, score["tracks"])
    assert score["ap"] == pytest.approx(expected)


def test_what_a_version_answered_of_older_weeks_only_is_no_news():
    """It had the role before, and has it again; nor is another version's score its own."""
    catalogue = Catalogue(0)
    log, charts = predicted(catalogue, range(6))
    tracks, old = catalogue.weeks(range(9))[0], log[log["week"] < 5]

    assert (5, None) == monitoring.score_newest_week(old.drop(columns="week"), tracks, charts, "1")
    assert (5, None) == monitoring.score_newest_week(log.drop(columns="week"), tracks, charts, "2")


def test_without_charts_there_is_no_labelled_week():
    """And with late ones it is the newest whose charts have come."""
    catalogue = Catalogue(0)
    log, charts = predicted(catalogue, range(6))
    tracks, log = catalogue.weeks(range(9))[0], log.drop(columns="week")
    late = charts[charts["known"] < 8]

    assert (None, None) == monitoring.score_newest_week(log, tracks, charts[:0], "1")
    assert 4 == monitoring.score_newest_week(log, tracks, late, "1")[0]


# Data quality and service


def test_a_clean_batch_has_no_faults():
    """All shares are nought."""
    quality = monitoring.data_quality(Catalogue(0).week(2)[0], week=2)

    assert {"rows": 200, **dict.fromkeys(list(quality)[1:], 0)} == quality


@pytest.mark.parametrize(
    ("check", "column", "value"),
    [
        ("missing", "tempo", None),
        ("missing", "track_id", None),
        ("wrong_type", "energy", "loud"),
        ("out_of_range", "energy", 1.2),
        ("out_of_range", "key", -2),
        ("wrong_encoding", "track_id", "TÃ©"),
        ("duplicate", "track_id", "T0000000"),
        ("late", "released", 1),
    ],
)
def test_a_fault_is_counted_where_it_is_and_nowhere_else(check, column, value):
    """Twenty bad rows of 200 are 10 % of that check, and 0 % of the others."""
    batch = Catalogue(0).week(2)[0].astype({column: object})
    batch.loc[range(20), column] = value
    if check == "wrong_encoding":
        batch.loc[range(20), column] += pd.Series(map(str, range(20)))
    if check == "duplicate":
        batch.loc[20, "track_id"] = value  # the first of a kind is no duplicate
    quality = monitoring.data_quality(batch, week=2)

    assert {check: 0.1} == {name: share for name, share in quality.items() if 0 < share <= 1}


def test_the_dirt_that_was_thrown_is_the_dirt_that_is_counted():
    """By the simulation's own ledger."""
    rates = {kind: 0.01 * (1 + place) for place, kind in enumerate(DIRT)}
    batch, ledger = dirty(Catalogue(0).week(2)[0], np.random.default_rng(0), rates)
    quality = monitoring.data_quality(batch, week=2)
    rows = quality.pop("rows")
    thrown = ledger["kind"].value_counts().drop("reordered")  # changes no figure

    assert (thrown / rows).to_dict() == pytest.approx(quality)


def test_a_column_that_is_not_there_is_missing_everywhere():
    """In every row."""

    assert monitoring.data_quality(Catalogue(0).week(2)[0].drop(columns="key"), 2)["missing"] == 1


def test_an_empty_batch_is_not_a_clean_one():
    """Shares of nothing are not numbers."""
    quality = monitoring.data_quality(Catalogue(0).week(2)[0][:0], week=2)

    assert (quality["rows"], np.isnan(quality["missing"])) == (0, True)


def test_the_service_is_charged_with_its_own_errors_only():
    """One 500 in 200 calls; the 422s are the callers'; the slowest 1 % is a call that happened."""
    calls = [(second, 422 if second % 2 else 200, 0.01) for second in range(200)]
    calls[7] = (7, 500, 0.9)
    calls[8] = calls[9] = (9, 200, 0.4)
    figures = describe_calls(calls)

    assert figures["errors"] == 0.005
    assert (figures["p50"], figures["p99"]) == (0.01, 0.4)
    assert figures["rate"] == pytest.approx(200 / 199)


def test_a_service_without_calls_is_not_called_well():
    """No figure claims that nothing took no time."""
    figures = describe_calls([])

    assert all(np.isnan(figures[name]) for name in ("errors", "p50", "p99"))


# The rules


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_what_is_wrong_and_what_to_do(rule):
    """Severity, summary, and a runbook by the alert's own name."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", rule["alert"]).lower()

    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["runbook_url"] == f"reference/runbooks#{name}"


def astray(alerts, page):
    """Name each URL of a rule and each labelled section of the page that lacks the other."""
    wanted = {rule["annotations"]["runbook_url"] for rule in alerts}
    labels = re.findall(r"^\((\S+)\)=\n+## ", page, re.MULTILINE)
    return wanted ^ {f"reference/runbooks#{label}" for label in labels}


def test_each_alert_leads_to_its_section_of_the_runbooks_and_each_section_has_its_alert():
    """None leads nowhere, and none is left of a rule that went."""

    assert set() == astray(ALERTS, RUNBOOKS)


@pytest.mark.parametrize("url", ["reference/runbooks#disk-full", "reference/about#drift", "drift"])
def test_a_rule_that_leads_nowhere_is_noticed(url):
    """Another label, another page, no page."""
    other = {"alert": "Other", "annotations": {"runbook_url": url}}

    assert {url} == astray([*ALERTS, other], RUNBOOKS)


def test_a_section_without_an_alert_is_noticed():
    """A runbook that nobody is sent to."""
    page = f"{RUNBOOKS}\n(disk-full)=\n\n## Disk full\n"

    assert {"reference/runbooks#disk-full"} == astray(ALERTS, page)


def test_a_label_that_has_lost_its_section_is_noticed():
    """A link to it would end in the middle of another runbook."""
    page = RUNBOOKS.replace("## Drift\n", "")

    assert {"reference/runbooks#drift"} == astray(ALERTS, page)


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_a_runbook_shows_the_rule_of_its_own_alert(rule):
    """From the file itself, and in its own section."""
    label = rule["annotations"]["runbook_url"].partition("#")[2]
    section = RUNBOOKS.partition(f"\n({label})=\n")[2].partition("\n(")[0]

    assert [rule["alert"]] == re.findall(r'^:start-at: "alert: (\w+)"$', section, re.MULTILINE)


def test_the_runbooks_name_only_figures_that_somebody_shows():
    """Whoever is woken looks for no metric that does not exist."""
    code = "".join(path.read_text("utf-8") for path in RULES.parents[1].rglob("*.py"))
    named = set(re.findall(r"jukebox_\w+", RUNBOOKS))

    assert set() == {
        name for name in named if f'"{re.sub("_(total|bucket)$", "", name)}"' not in code
    }


def test_the_rules_read_what_monitoring_sets():
    """No rule waits for a figure that nobody writes, and none is written for nobody."""
    read = set(re.findall(r"jukebox_\w+", " ".join(rule["expr"] for rule in ALERTS)))
    of_service = {
        "jukebox_requests_total",
        "jukebox_request_seconds_bucket",
        "jukebox_champion_version",
    }

    assert set(monitoring.GAUGES) == read - of_service


def test_the_rules_hold_the_service_to_its_objectives():
    """Latency, availability and freshness are those of `problem`."""
    wanted = Objectives()
    text = {rule["alert"]: rule["expr"] for rule in ALERTS}

    assert text["ServiceErrors"].count(f"14.4 * {1 - wanted.availability:.3f}") == 2
    assert text["ServiceLatency"].endswith(f"> {wanted.p99_ms / 1000}")
    assert f"> {wanted.freshness_weeks} " in text["StaleModel"]
    assert f"> {LABEL_DELAY + 1} " in text["StaleLabels"]


def test_the_gauges_are_shown_to_prometheus_by_their_names():
    """With the labels which the rules' summaries name."""
    registry = CollectorRegistry()
    gauges = monitoring.register_gauges(registry)
    gauges["jukebox_data_quality_share"].labels(check="late").set(0.25)

    assert b'jukebox_data_quality_share{check="late"} 0.25' in generate_latest(registry)


HEALTHY = {
    'jukebox_requests_total{path="/predict",code="200"}': "0+60x120",
    'jukebox_requests_total{path="/predict",code="500"}': "0+0x120",
    'jukebox_request_seconds_bucket{path="/predict",le="0.05"}': "0+60x120",
    'jukebox_request_seconds_bucket{path="/predict",le="1"}': "0+60x120",
    'jukebox_request_seconds_bucket{path="/predict",le="+Inf"}': "0+60x120",
    "jukebox_champion_version": "1x120",
    "jukebox_batch_rows": "200x120",
    'jukebox_data_quality_share{check="late"}': "0.01x120",
    'jukebox_drifted{of="inputs"}': "0x120",
    "jukebox_performance_fell": "0x120",
    "jukebox_week": "10x120",
    "jukebox_newest_labelled_week": "7x120",
    "jukebox_newest_trained_week": "7x120",
}
SICK = [
    (None, {}),
    ("ServiceErrors", {'jukebox_requests_total{path="/predict",code="500"}': "0+6x120"}),
    ("ServiceLatency", {'jukebox_request_seconds_bucket{path="/predict",le="0.05"}': "0+50x120"}),
    ("ServiceNotReady", {"jukebox_champion_version": "0x120"}),
    ("DataQuality", {'jukebox_data_quality_share{check="late"}': "0.2x120"}),
    (
        "DataQuality",
        {
            "jukebox_batch_rows": "0x120",
            'jukebox_data_quality_share{check="late"}': " ".join(["NaN"] * 121),
        },
    ),
    ("Drift", {'jukebox_drifted{of="inputs"}': "3x120"}),
    ("PerformanceFall", {"jukebox_performance_fell": "1x120"}),
    ("StaleLabels", {"jukebox_newest_labelled_week": "5x120"}),
    ("StaleModel", {"jukebox_week": "20x120", "jukebox_newest_labelled_week": "17x120"}),
]


def firing(figures, folder):
    """Ask Prometheus' own unit test of rules which alerts fire after two hours of these figures."""
    tests = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": k, "values": v} for k, v in figures.items()],
                "promql_expr_test": [
                    # Prometheus writes ALERTS itself. The wrong guess makes it say what it got.
                    {
                        "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                        "eval_time": "2h",
                        "exp_samples": [{"labels": "{}", "value": -1}],
                    }
                ],
            }
        ],
    }
    (folder / "tests.yml").write_text(yaml.safe_dump(tests), "utf-8")
    done = subprocess.run(
        ["promtool", "test", "rules", folder / "tests.yml"], capture_output=True, text=True
    )
    got = re.search(r"got:(.*)", done.stdout + done.stderr, re.DOTALL)
    assert got, done.stdout + done.stderr
    return set(re.findall(r'alertname=\\?"(\w+)', got[1]))


needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"),
    reason="promtool is not on PATH, so the rules are read as YAML only: apt-get install prometheus",
)


@needs_promtool
def test_prometheus_accepts_the_rules():
    """Its own check, with what it says."""
    done = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True)

    assert (0, "") == (done.returncode, done.stderr)


@needs_promtool
@pytest.mark.parametrize(("alert", "figures"), SICK)
def test_what_is_sick_fires_its_alert_and_no_other(alert, figures, tmp_path):
    """One figure at a time is at fault."""

    assert {alert} - {None} == firing({**HEALTHY, **figures}, tmp_path)


@needs_promtool
@pytest.mark.parametrize(("calls", "alerts"), [(69, {"ServiceErrors"}), (70, set())])
def test_one_failure_in_a_quiet_hour_fires_as_the_runbook_says(calls, alerts, tmp_path):
    """The last of so many calls within an hour is the one that failed."""
    of_service = 'jukebox_requests_total{path="/predict",code="%d"}'
    quiet = {of_service % 200: f"0+{(calls - 1) / 60}x120", of_service % 500: "0x116 1x4"}

    assert alerts == firing({**HEALTHY, **quiet}, tmp_path)
    assert f" {calls} " in RUNBOOKS


@needs_promtool
def test_a_monitor_that_says_nothing_is_heard(tmp_path):
    """No figure at all: nobody knows whether all is well."""
    silent = {"ServiceNotReady", "DataQuality", "Drift", "StaleLabels", "StaleModel"}

    assert silent == firing({"up": "0x120"}, tmp_path)
