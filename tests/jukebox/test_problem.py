"""The measures: each against a case small enough to check by hand."""

import numpy as np
import pytest
from jukebox import FEATURES, problem
from sklearn.metrics import average_precision_score

NEVER = [False] * 4


def column(*values):
    """One country's answers, (n, 1)."""
    return np.array(values)[:, None]


def test_there_are_72_countries_and_13_features():
    """The question is the one on the slide."""

    assert (72, 13) == (len(set(problem.COUNTRIES)), len(FEATURES))


def test_average_precision_is_that_of_a_ranking_done_by_hand():
    """Right at rank 1 and rank 3: half of 1/1 and half of 2/3."""
    y, p = column(True, False, True, False), column(0.9, 0.8, 0.7, 0.1)

    assert pytest.approx((1 + 2 / 3) / 2) == problem.average_precision(y, p)


@pytest.mark.parametrize("digits", [1, 9])
def test_average_precision_is_that_of_scikit_learn(digits):
    """To the last digits, with ties among the probabilities and without."""
    rng = np.random.default_rng(0)
    p = rng.random((500, 20)).round(digits)
    y = rng.random(p.shape) < 0.3 * p
    expected = average_precision_score(y, p, average=None)

    assert pytest.approx(expected, abs=1e-12) == problem.average_precisions(y, p)


def test_average_precision_leaves_out_a_country_where_nothing_charted():
    """It would count as 0 and pull every model down alike."""
    y, p = column(True, False, True, False), column(0.9, 0.8, 0.7, 0.1)
    wider = np.hstack([y, column(*NEVER)]), np.hstack([p, p])

    assert problem.average_precision(y, p) == problem.average_precision(*wider)


def test_average_precision_weighs_a_small_country_like_a_large_one():
    """Macro, not micro: one perfect country of one chart and one of three that is at chance."""
    y = np.array([[1, 1], [0, 1], [0, 1], [0, 0]], dtype=bool)
    p = np.array([[0.9, 0.5], [0.1, 0.5], [0.1, 0.5], [0.1, 0.5]])

    assert (1 + 3 / 4) / 2 == problem.average_precision(y, p)


def test_average_precision_refuses_labels_without_a_chart():
    """No number would be right."""
    with pytest.raises(ValueError) as error:
        problem.average_precision(column(*NEVER), column(0.1, 0.2, 0.3, 0.4))

    assert "no track charted in any country: average precision is not defined" == str(error.value)


def test_brier_is_the_mean_squared_error():
    """Off by 0.1 and by 0.6."""

    assert pytest.approx((0.01 + 0.36) / 2) == problem.brier(column(True, False), column(0.9, 0.6))


def test_calibration_error_is_the_weighted_gap_of_the_bins():
    """Two answers of 0.2, one chart: off by 0.3; two of 0.95, two charts: off by 0.05."""
    y, p = column(True, False, True, True), column(0.2, 0.2, 0.95, 0.95)

    assert pytest.approx((0.3 + 0.05) / 2) == problem.calibration_error(y, p)


def test_calibration_error_counts_an_answer_of_1_in_the_last_bin():
    """The last bin is closed on the right: 1 too much and 0.05 too little share it."""
    y, p = column(False, True), column(1.0, 0.95)

    assert pytest.approx((1 - 0.05) / 2) == problem.calibration_error(y, p)


def test_calibration_error_is_0_where_the_share_is_the_probability():
    """One of four at 0.25."""

    assert 0 == problem.calibration_error(column(True, False, False, False), column(*[0.25] * 4))


def test_chance_scores_its_base_rates():
    """A constant has the base rate as its average precision and r(1 - r) as its Brier score."""
    y = np.array([[1, 0], [0, 0], [0, 1], [0, 1]], dtype=bool)
    chance = problem.chance(y)

    assert [0.25, 0.5] == chance.rates.tolist()
    assert 0.375 == chance.average_precision
    assert (0.25 * 0.75 + 0.25) / 2 == chance.brier


def test_a_ranking_upside_down_is_worse_than_chance():
    """A measure that cannot fall below chance could not say so: here, half of 1/3 and of 2/4."""
    y, p = column(True, True, False, False), column(0.2, 0.1, 0.9, 0.8)

    assert pytest.approx((1 / 3 + 2 / 4) / 2) == problem.average_precision(y, p)
    assert problem.average_precision(y, p) < problem.chance(y).average_precision


def test_expected_cost_counts_each_kind_of_error_at_its_price():
    """One campaign wasted and one chart missed, over four tracks."""
    costs = problem.Costs(wasted=100, missed=300)
    y, p = column(True, True, False, False), column(0.26, 0.24, 0.26, 0.24)

    assert (100 + 300) / 4 == problem.expected_cost(y, p, costs)


def test_the_threshold_is_the_cheapest():
    """With true probabilities, any other threshold costs more."""
    rng = np.random.default_rng(0)
    p = rng.beta(1, 6, size=(20_000, 1))
    y = rng.random(p.shape) < p
    costs = problem.Costs()

    def cost(threshold):  # the same decisions, as if by another threshold
        return problem.expected_cost(y, p * costs.threshold / threshold, costs)

    best = cost(costs.threshold)

    assert pytest.approx(1 / 6) == costs.threshold
    assert all(best < cost(t) for t in (0.05, 0.1, 0.25, 0.5))
