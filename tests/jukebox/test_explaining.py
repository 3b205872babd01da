"""Shapley values, against what is known without them."""

import numpy as np
import pytest
from jukebox import nearest_change, shapley
from jukebox.model.explaining import MOST_FEATURES

RNG = np.random.default_rng(0)
BACKGROUND = RNG.normal(size=(5, 4))
ROW = RNG.normal(size=4)


def test_a_sum_is_shared_by_its_terms():
    """Without interactions, a feature moves the answer by its weight times its distance."""
    weights = np.array([2.0, -1.0, 0.5, 0.0])

    expected = weights * (ROW - BACKGROUND.mean(0))
    assert expected == pytest.approx(shapley(lambda rows: rows @ weights, ROW, BACKGROUND))


def test_two_that_need_each_other_share_alike():
    """Of a product of two ones, each half; the third is not read."""
    values = shapley(lambda rows: rows[:, 0] * rows[:, 1], np.ones(3), np.zeros((1, 3)))

    assert [0.5, 0.5, 0] == pytest.approx(values)


def test_one_of_three_that_must_be_there():
    """By hand, over the six orders: (a and b) or (a and c) is 4/6 a, 1/6 b and 1/6 c."""
    values = shapley(
        lambda rows: rows[:, 0] * np.maximum(rows[:, 1], rows[:, 2]), np.ones(3), np.zeros((1, 3))
    )

    assert [4 / 6, 1 / 6, 1 / 6] == pytest.approx(values)


def test_the_values_add_up():
    """To the answer less the mean answer about the background, whatever the model is."""

    def ask(rows):
        return np.tanh(rows[:, 0] * rows[:, 1] - rows[:, 2] ** 2 + rows.max(1))

    expected = ask(ROW[None])[0] - ask(BACKGROUND).mean()
    assert expected == pytest.approx(shapley(ask, ROW, BACKGROUND).sum())


@pytest.mark.parametrize("background", [np.zeros((0, 4)), np.zeros((2, 3)), np.zeros(4)])
def test_a_background_that_fits_no_row(background):
    """The message says what would."""
    with pytest.raises(ValueError) as refusal:
        shapley(lambda rows: rows[:, 0], ROW, background)

    assert "give a background of 1 or more rows of 4" in str(refusal.value)


def test_too_many_features():
    """They would be asked about for hours."""
    with pytest.raises(ValueError) as refusal:
        shapley(
            lambda rows: rows[:, 0], np.zeros(MOST_FEATURES + 1), np.zeros((1, MOST_FEATURES + 1))
        )

    assert "131,072 coalitions: explain 16 or fewer" in str(refusal.value)


def test_the_nearest_value_that_turns_the_answer():
    """Of the two sides, the nearer one."""

    assert -1 == nearest_change(lambda rows: rows[:, 1] ** 2, np.array([9, -0.5]), 1, (-2, 2), 1)


def test_no_value_within_the_bounds_turns_it():
    """What makes no sense is not proposed."""
    row = np.array([9, -0.5])

    assert nearest_change(lambda rows: rows[:, 1] ** 2, row, 1, (-0.9, 0.9), 1) is None


def test_an_answer_that_needs_no_change():
    """It has reached the threshold."""
    with pytest.raises(ValueError) as refusal:
        nearest_change(lambda rows: rows[:, 0], np.ones(1), 0, (0, 2), 0.5)

    assert "the answer is 1.000, which reaches 0.500 as it is" in str(refusal.value)
